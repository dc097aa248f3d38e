# What a person or a machine does with this repository: needs Python 3.11 or newer, gcc and make, nothing else.

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
UV ?= $(BIN)/uv

DEMO_OUT := demo-out
DEMO := $(BIN)/stillwatch scan samples/gateway.jsonl.zst --accounts samples/accounts.jsonl --out $(DEMO_OUT)

CODE := $(wildcard src tests bench)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.PHONY: help demo test check bench scoreboard ablation poisoning lock clean FORCE

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.stamp-runtime ## Scan the sample logs and say where the report is
	@$(DEMO)
	@echo "Report: $(abspath $(DEMO_OUT))/report.html"

test: $(VENV)/.stamp-dev ## Run the tests (JOBS=2 at a time)
	@$(BIN)/python -m pytest -n $(JOBS) -q

check: $(VENV)/.stamp-dev ## Check format, style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.stamp-dev ## Measure how fast and how well a scan goes
	@$(BIN)/python -m bench.scan

scoreboard: $(VENV)/.stamp-dev ## Score Stillwatch and others on made traffic into docs/scoreboard.md (ARGS="--corpora DIR")
	@$(BIN)/python -m bench.scoreboard $(ARGS)

ablation: $(VENV)/.stamp-dev ## Measure what each family of evidence is worth into docs/ablation.md (ARGS="--corpora DIR")
	@$(BIN)/python -m bench.ablation $(ARGS)

poisoning: $(VENV)/.stamp-dev ## Frame bystanders and poison traffic into docs/poisoning.md (ARGS="--corpora DIR")
	@$(BIN)/python -m bench.poisoning $(ARGS)

lock: ## Pin the requirements anew (UPGRADE=1 takes the newest versions)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: run 'make test' once, or name one with UV=" >&2; exit 1; }
	@mkdir -p requirements
	$(LOCK) --extra dev --extra bench --output-file requirements/dev.txt pyproject.toml
	$(LOCK) --constraints requirements/dev.txt --no-annotate --output-file requirements/runtime.txt pyproject.toml
	requires=$$($(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])') \
	&& printf '%s\n' $$requires | $(LOCK) --constraints requirements/dev.txt --no-annotate --output-file requirements/build.txt -

clean: ## Remove what the other targets made; the environment stays, and is checked again at its next use
	rm -rf $(DEMO_OUT) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -f $(VENV)/.stamp-*
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment: a stamp tells what has been installed, so that the second run is quick ------------------------

# An environment whose interpreter is gone is made anew, whatever its stamps say.
ifeq ($(realpath $(BIN)/python),)
$(VENV)/.stamp-venv: FORCE
endif

$(VENV)/.stamp-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Stillwatch needs Python 3.11 or newer: name one with PYTHON=" >&2; exit 1; }
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && $(BIN)/python -m pip --version >/dev/null 2>&1; \
	then echo "Using the environment in $(VENV)"; \
	else echo "Making an environment in $(VENV)"; $(PYTHON) -m venv --clear $(VENV); fi
	@touch $@

$(VENV)/.stamp-runtime $(VENV)/.stamp-dev: $(VENV)/.stamp-%: \
		$(VENV)/.stamp-venv requirements/build.txt requirements/%.txt pyproject.toml src/stillwatch/__init__.py
	@echo "Installing requirements/$*.txt (the first time takes a minute or two)"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/$*.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

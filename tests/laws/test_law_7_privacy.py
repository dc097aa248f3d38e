"""Law 7: privacy by shape; text exists in `read` alone, and what travels on is digests and sketches."""

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import stillwatch
from bench.study import Study
from stillwatch.cli.main import stillwatch as command
from stillwatch.facts.exchange import EXCHANGE
from tests.laws.ranges import Ranged, secret_in
from tests.link.worlds import World

SOURCES = Path(stillwatch.__file__).parent
HOLDS_TEXT = {"RAW", "RawExchange", "RawMessage"}
CANARY = "quillfeather"
"""A word that no log and no code of ours contains, put wherever a customer's text may stand."""


def test_only_read_knows_the_type_that_holds_text() -> None:
    """No other module imports it, by name or whole."""
    outside = [
        f"{path.relative_to(SOURCES)} imports {name}"
        for path in sorted(SOURCES.rglob("*.py"))
        if path.relative_to(SOURCES).parts[0] != "read"
        for name in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.rpartition(".")[2] in HOLDS_TEXT or name == "stillwatch.read.raw"
    ]

    assert outside == []


def test_an_exchange_that_travels_on_names_its_account_and_model_in_words_and_nothing_else() -> None:
    """Everything that could carry a customer's text is a number there."""
    in_words = {field.name for field in EXCHANGE if _holds_words(field.type)}

    assert in_words == {"account_id", "model"}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of a campaign and of people, whose every text holds the canary, and of lines that cannot be read."""
    folder = tmp_path_factory.mktemp("marked")
    world = World(seed=24)
    world.honest(60)
    world.careless(20)
    for row in world.exchanges:
        asked = row["input_messages"][0]["text"]
        row |= {
            "input_messages": [
                {"role": "system", "text": f"You are {CANARY} the helper"},
                {"role": "user", "text": f"{asked} {CANARY}"},
            ],
            "output_text": f"{CANARY} {row['output_text']}",
            "request_params": json.dumps({"stop": [CANARY], "temperature": 0.5}),
            "session_id": f"session about {CANARY}",
            "end_user_id": f"{CANARY}@customer.example",
            "user_agent": f"agent of {CANARY}",
        }
    world.write(folder / "world")
    lines = [f'{{"exchange_id": "1", "output_text": "{CANARY}', f'{{"started_at": "{CANARY}", "account_id": "a"}}']
    lines.append(json.dumps({"exchange_id": "2", "account_id": "a", "started_at": 1e9, "output_text": [CANARY]}))
    (folder / "broken.jsonl").write_text("\n".join(lines), encoding="utf-8")
    words = ["scan", str(folder / "world" / "exchanges.parquet"), str(folder / "broken.jsonl")]
    words += ["--accounts", str(folder / "world" / "accounts.parquet"), "--out", str(folder / "out")]
    ended = CliRunner().invoke(
        command, [*words, "--secret-dir", str(secret_in(folder / "secret"))], catch_exceptions=False
    )
    (folder / "out" / "printed").write_text(ended.stdout + ended.stderr, encoding="utf-8")
    return folder


def test_no_text_of_a_customer_is_in_anything_that_a_scan_writes_keeps_or_prints(marked: Path) -> None:
    """Not in the findings, the report, the rejects, the tables, beside the secret, or on the screen."""
    kept = [path for name in ("out", "secret") for path in sorted((marked / name).rglob("*")) if path.is_file()]

    assert {"campaigns.json", "members.parquet", "report.html", "rejects.jsonl"} <= {path.name for path in kept}
    assert (marked / "out" / "rejects.jsonl").read_text(encoding="utf-8")
    for path in kept:
        assert CANARY.encode() not in path.read_bytes(), path.name
        assert CANARY not in _all_words(path), path.name


def test_no_text_of_a_customer_is_in_what_travels_from_step_to_step(marked: Path, tmp_path: Path) -> None:
    """The summary of a whole log, with everything it holds on to, does not contain the word."""
    (tmp_path / "exchanges").mkdir()
    table = pq.read_table(marked / "world" / "exchanges.parquet")
    pq.write_table(table, tmp_path / "exchanges" / "part.parquet")
    (tmp_path / "accounts.parquet").write_bytes((marked / "world" / "accounts.parquet").read_bytes())

    study = Study.of(tmp_path, marked / "secret")

    assert CANARY.encode() not in pickle.dumps(study.traffic)
    assert all(name.encode() in pickle.dumps(study.traffic) for name in ("farm-000", "large"))


def test_no_run_of_words_from_a_prompt_or_an_answer_is_in_what_a_scan_writes(disguised: Ranged, tmp_path: Path) -> None:
    """Four words in a row, from any text of two thousand exchanges."""
    words = ["scan", str(disguised.folder / "exchanges"), "--accounts", str(disguised.folder / "accounts.parquet")]
    words += ["--out", str(tmp_path / "out"), "--secret-dir", str(disguised.secret_dir)]
    CliRunner().invoke(command, words, catch_exceptions=False)
    ours = {run for path in (tmp_path / "out").iterdir() for run in _runs(_all_words(path))}
    log = disguised.log().slice(1_000, 2_000).combine_chunks()
    messages = pa.compute.list_flatten(log["input_messages"].combine_chunks()).field("text")

    theirs = {run for text in pa.compute.unique(messages).to_pylist() for run in _runs(text or "")}
    theirs |= {run for text in log["output_text"].to_pylist() for run in _runs(text or "")}

    assert len(theirs) > 10_000
    assert theirs & ours == set()


def _imported(tree: ast.AST) -> Iterator[str]:
    """Every module and name that a module imports, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _holds_words(kind: pa.DataType) -> bool:
    """Whether a column of this type could hold text."""
    while pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        kind = kind.value_type
    return not (pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_timestamp(kind))


def _all_words(path: Path) -> str:
    """Everything a file says: tables unpacked, a page without its style and script, which are code of ours."""
    if path.suffix == ".parquet":
        return json.dumps(pq.read_table(path).to_pylist(), default=str)
    said = path.read_bytes().decode("utf-8", errors="replace")
    return re.sub(r"<(style|script)\b.*?</\1>", "", said, flags=re.DOTALL) if path.suffix == ".html" else said


def _runs(text: str) -> set[str]:
    """Four words in a row, long ones only: shorter runs are grammar, which we use too."""
    found = re.findall(r"\w+", text.lower())
    return {
        " ".join(found[k : k + 4]) for k in range(len(found) - 3) if sum(len(word) for word in found[k : k + 4]) >= 20
    }

"""What every page of ours shares: its template environment, its style, and a policy that lets nothing else in."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from stillwatch.cli import words
from stillwatch.cli.inert import inert

_LONGEST_TEXT: Final = 4_000
"""Columns of any one foreign string on the page."""
_NAME: Final = 44
"""Columns of an identifier in a list or table."""


def fill(template: str, *, styles: tuple[str, ...] = ("report.css",), **values: object) -> str:
    """Fill a page's template: every string that it prints is inert and escaped, and the policy allows our lines only.

    `styles` name our style sheets, later ones over earlier ones.
    """
    style, script = "".join(map(_asset, styles)), _asset("report.js")
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            style=Markup(style),  # noqa: S704 -- our own file
            script=Markup(script),  # noqa: S704 -- our own file
            policy=_policy(style, script),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stillwatch.cli.report"),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "bits": words.bits,
        "number": words.number,
        "percent": words.percent,
        "rough": words.rough,
        "chance": lambda expected: _with_powers(words.chance(expected)),
        "short_chance": words.short_chance,
        "name": _name,
        "pc": lambda share: f"{share:.2f}".rstrip("0").rstrip(".") + "%",
        "px": lambda length: f"{length:.1f}",
    }
    return environment


def _finalize(value: object) -> object:
    """Make every string that a template prints inert, unless a filter already did; escaping comes after this."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return inert(value, _LONGEST_TEXT)
    return value


def _name(text: str, limit: int = _NAME) -> Markup:
    return Markup(escape(inert(text, limit)))  # noqa: S704 -- inert and escaped


def _with_powers(sentence: str) -> Markup:
    return Markup(re.sub(r"\b10\^(\d+)", r"10<sup>\1</sup>", str(escape(sentence))))  # noqa: S704 -- escaped before


def _policy(style: str, script: str) -> str:
    """Allow our own style and script by their digests, and nothing else at all."""
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode("ascii")


@cache
def _asset(name: str) -> str:
    return files("stillwatch.cli.report").joinpath("templates", name).read_text(encoding="utf-8")

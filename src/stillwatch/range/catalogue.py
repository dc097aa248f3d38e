"""What a range may contain, in words: its campaigns, its honest classes, and every number with its standing."""

from collections.abc import Iterator
from dataclasses import fields

from stillwatch.range.campaigns import ARCHETYPES
from stillwatch.range.customs import Customs
from stillwatch.range.honest import CLASSES
from stillwatch.range.marks import parameters
from stillwatch.range.plan import Proportions
from stillwatch.range.provider import Service


def catalogue() -> str:
    """Return Markdown tables of everything a range is made from."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "## Campaigns"
    for archetype in ARCHETYPES:
        yield from _section(archetype.kind, archetype.row, archetype)
    yield ""
    yield "## Honest classes"
    for each in CLASSES:
        yield from _section(each.kind, each.row, each)
        yield ""
        yield f"Taken for: {each.collides_with}. Told apart by: {each.innocence}."
    yield ""
    yield "## Everybody"
    customs = Customs()
    everybody = {"proportions": Proportions(), "service": Service()}
    everybody |= {each.name: getattr(customs, each.name) for each in fields(customs)}
    for name, owner in everybody.items():
        yield from _section(name, "", owner)


def _section(name: str, row: str, owner: object) -> Iterator[str]:
    summary = (type(owner).__doc__ or "").partition("\n")[0]
    yield ""
    yield f"### {name}" + (f" ({row})" if row else "")
    yield ""
    yield summary
    yield ""
    yield "| parameter | value | standing | source or reason |"
    yield "|---|---|---|---|"
    for each in parameters(owner):
        yield f"| {each.name} | {_plain(each.value)} | {each.mark} | {each.source} |"


def _plain(value: object) -> str:
    match value:
        case (str(name), int() | float() as share):
            return f"{name} {_plain(share)}"
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value) or "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)

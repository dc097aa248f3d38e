"""Parts that written pages share: sections, tables, shares, and the machine they were measured on."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stillwatch.range.score import rate


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What the page says of the run itself."""

    date: str
    seeds: Sequence[int]
    scale: float
    corpora: str


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a heading and what stands under it."""
    yield ""
    yield f"## {title}"
    yield ""
    yield from lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a Markdown table, or say that there is nothing to show."""
    body = list(rows)
    if not body:
        yield "Nothing was measured."
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(row)} |"


def interval(hits: int, count: int) -> str:
    """Write a share with its 95 % interval (Wilson)."""
    if not count:
        return "-"
    found = rate(hits, count)
    return f"{found.share:.3f} ({found.low:.3f} to {found.high:.3f})"


def share(hits: int, count: int) -> str:
    """Write a share with what it is a share of."""
    return f"{hits / count:.2f} ({hits:,}/{count:,})" if count else "-"


def machine() -> str:
    """Describe the machine a page was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, {python} on {platform.system()}"

"""Make a range from the command line, for development: `python -m stillwatch.range --out DIR`."""

import argparse
import sys
from pathlib import Path

from stillwatch.errors import StopError
from stillwatch.range.make import make_range


def _main() -> int:
    parser = argparse.ArgumentParser(prog="stillwatch.range", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=0.0005)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", type=int, default=0)
    parser.add_argument("--days", type=float)
    parser.add_argument("--campaigns", help="comma-separated, or none; all by default")
    parser.add_argument("--honest", help="comma-separated, or none; all by default")
    parser.add_argument("--corpora", type=Path)
    given = parser.parse_args()
    try:
        made = make_range(
            given.out,
            scale=given.scale,
            seed=given.seed,
            level=given.level,
            days=given.days,
            corpora=given.corpora,
            campaigns=_names(given.campaigns),
            honest=_names(given.honest),
        )
    except StopError as stop:
        sys.stderr.write(f"{stop}\n")
        return 1
    sys.stderr.write(f"{made.exchanges:,} exchanges of {made.accounts:,} accounts in {made.out}\n")
    return 0


def _names(given: str | None) -> list[str] | None:
    """Read a comma-separated list; "none" is an empty one."""
    return None if given is None else [] if given == "none" else given.split(",")


if __name__ == "__main__":
    sys.exit(_main())

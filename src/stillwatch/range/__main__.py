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
    parser.add_argument("--campaigns", help="comma-separated; all by default")
    parser.add_argument("--honest", help="comma-separated; all by default")
    parser.add_argument("--corpora", type=Path)
    given = parser.parse_args()
    try:
        made = make_range(
            given.out, scale=given.scale, seed=given.seed, level=given.level, days=given.days, corpora=given.corpora,
            campaigns=given.campaigns.split(",") if given.campaigns else None, honest=given.honest.split(",") if given.honest else None,
        )  # fmt: skip
    except StopError as stop:
        sys.stderr.write(f"{stop}\n")
        return 1
    sys.stderr.write(f"{made.exchanges:,} exchanges of {made.accounts:,} accounts in {made.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())

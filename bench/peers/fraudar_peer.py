"""Runs inside the scratch environment: rgmining-fraudar on a CSV file of accounts and prompts.

    python fraudar_peer.py EDGES OUT BLOCKS

EDGES holds account,prompt; OUT gets account,score. This file alone imports a library under the GPL: see README.md.
"""

import csv
import sys
from pathlib import Path

from fraudar import ReviewGraph  # type: ignore[import-not-found]  # installed in the scratch environment only


def main() -> None:
    """Find blocks, and write for each account whether it is in one."""
    edges, out, blocks = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    graph = ReviewGraph(blocks)
    accounts, prompts = {}, {}
    with edges.open(newline="", encoding="utf-8") as file:
        for account, prompt in csv.reader(file):
            if account not in accounts:
                accounts[account] = graph.new_reviewer(account)
            if prompt not in prompts:
                prompts[prompt] = graph.new_product(prompt)
            graph.add_review(accounts[account], prompts[prompt], 1.0)
    graph.update()
    with out.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((reviewer.name, reviewer.anomalous_score) for reviewer in graph.reviewers)


if __name__ == "__main__":
    main()

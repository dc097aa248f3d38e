"""Small truths and answers, written as tables."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

TRUTH: dict[str, Any] = {
    "account_id": ["a1", "a2", "b1", "h1", "h2"],
    "campaign_id": ["a", "a", "b", None, None],
    "kind": ["relay", "relay", "probe", "office", "office"],
}
MEMBERS: dict[str, Any] = {
    "account_id": ["a1", "a2", "h1"],
    "campaign_id": ["x", "y", "y"],
    "confidence": [0.9, 0.9, 0.2],
    "tier": ["act", "review", "watch"],
}


def table(path: Path, columns: dict[str, Any]) -> Path:
    """Write a table."""
    pq.write_table(pa.table(columns), path)
    return path

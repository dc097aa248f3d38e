"""Small batches of exchanges for tests, made from plain rows through the real redactor."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from stillwatch.read.raw import RAW
from stillwatch.read.redact import Redactor

START = 1_780_272_000_000_000
REDACTOR = Redactor.of(b"a secret for tests, 32 bytes long")


def raw_batch(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """A RAW batch: rows need only say what matters; `text` and `system` are short for messages."""
    columns: dict[str, list[Any]] = {field.name: [] for field in RAW}
    for place, row in enumerate(rows):
        full = {"exchange_id": f"x{place}", "started_at": START + place * 1_000_000, "account_id": "someone", **row}
        if "text" in full:
            system = [{"role": "system", "text": full.pop("system")}] if full.get("system") else []
            full["input_messages"] = [*system, {"role": "user", "text": full.pop("text")}]
        for name, column in columns.items():
            column.append(full.get(name))
    return pa.RecordBatch.from_arrays([pa.array(columns[f.name], type=f.type) for f in RAW], schema=RAW)


def batch(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """An EXCHANGE batch of rows."""
    return REDACTOR.redact(raw_batch(rows))

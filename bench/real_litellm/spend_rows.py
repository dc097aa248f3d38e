"""The rows that LiteLLM would insert into `LiteLLM_SpendLogs`, caught where it hands them to its database client.

LiteLLM registers its spend logger only when a database is connected. Naming `spend_rows.logger` among the callbacks
registers that same class without one, and the one method that would queue the row for the database writes it to a file
instead. Everything in a row is therefore LiteLLM's own doing, except that no database default has been applied yet
(`spend_table.py` inserts the rows into the real table).
"""

import json
import os
from pathlib import Path
from typing import Any

from litellm.proxy.db.db_spend_update_writer import (  # type: ignore[import-not-found]  # only in the scratch environment
    DBSpendUpdateWriter,
)
from litellm.proxy.hooks.proxy_track_cost_callback import (  # type: ignore[import-not-found]  # as above
    ProxyDBLogger,
)

FILE_VARIABLE = "STILLWATCH_SPEND_ROWS"
"""The environment variable that names the file to append to."""


async def _write_row(self: DBSpendUpdateWriter, payload: dict[str, Any], *_: object, **__: object) -> None:  # noqa: ARG001  # stands in for a method
    """Take the place of `_insert_spend_log_to_db`, which does nothing when no database is connected."""
    _append(json.dumps(payload, ensure_ascii=False, default=str) + "\n")


def _append(line: str) -> None:
    with Path(os.environ[FILE_VARIABLE]).open("a", encoding="utf-8") as file:
        file.write(line)


# The seam before the database; there is no public one.
DBSpendUpdateWriter._insert_spend_log_to_db = _write_row  # noqa: SLF001
logger = ProxyDBLogger()

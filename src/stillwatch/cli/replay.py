"""How a replay scans: as `stillwatch scan` does, in silence, for the members table alone."""

import os
from collections.abc import Sequence
from pathlib import Path

from stillwatch.pipeline import ScanRequest, scan
from stillwatch.range.replay import ScanLog
from stillwatch.store.findings_file import members_table


def scan_log(*, seed: int, secret_dir: Path | None) -> ScanLog:
    """Return what scans a log as it stood; where nothing had been logged yet, nobody is named."""

    def scanned(logs: Sequence[Path], accounts: Path) -> bytes:
        if not logs:
            return members_table(())
        request = ScanRequest(
            inputs=tuple(map(str, logs)), accounts=accounts, out=accounts.parent, seed=seed, secret_dir=secret_dir
        )
        with Path(os.devnull).open("w", encoding="utf-8") as rejects:
            return members_table(scan(request, progress=_Silent(), rejects_to=rejects).campaigns)

    return scanned


class _Silent:
    """The steps within one scan are not told: the replay counts scans."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Take no note."""

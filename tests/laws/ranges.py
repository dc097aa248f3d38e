"""Small ranges, scanned as a person would scan them: what the tests of the laws look at."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.study import Silent, Study
from stillwatch.facts.campaign import Campaign, Findings, Tier
from stillwatch.pipeline import ScanRequest, scan
from stillwatch.range import make_range
from stillwatch.store.findings_file import SEAL, write_findings
from stillwatch.store.outputs import whole_or_nothing

SCALE = 3e-5
"""About 7,500 exchanges of 450 accounts: every campaign and every honest class, in a few seconds."""
SECRET = b"a secret for tests, 32 bytes too"


@dataclass(frozen=True)
class Ranged:
    """A range on disk, what is known of its accounts, and what a scan concludes about them."""

    folder: Path
    secret_dir: Path

    @cached_property
    def findings(self) -> Findings:
        """A scan of the range as it is."""
        return self.scan()

    @cached_property
    def study(self) -> Study:
        """The range, read and not yet judged."""
        return Study.of(self.folder, self.secret_dir)

    @cached_property
    def accounts(self) -> pa.Table:
        """The accounts table as it is written."""
        return pq.read_table(self.folder / "accounts.parquet")

    @cached_property
    def campaign_of(self) -> dict[str, str | None]:
        """The true campaign of each account, none for the honest."""
        return self._truth("campaign_id")

    @cached_property
    def kind_of(self) -> dict[str, str | None]:
        """The campaign's archetype or the honest class of each account."""
        return self._truth("kind")

    def log(self) -> pa.Table:
        """The log as one table."""
        return pq.read_table(self.folder / "exchanges")

    def scan(
        self, *, inputs: tuple[Path, ...] | None = None, accounts: Path | None = None, workers: int = 2
    ) -> Findings:
        """Scan the range, or other files of the same log, under the one secret of these tests."""
        return scan_files(
            inputs or (self.folder / "exchanges",),
            accounts or self.folder / "accounts.parquet",
            self.secret_dir,
            workers=workers,
        )

    def _truth(self, column: str) -> dict[str, str | None]:
        table = pq.read_table(self.folder / "truth.parquet", columns=["account_id", column])
        return dict(zip(table["account_id"].to_pylist(), table[column].to_pylist(), strict=True))


def ranged(folder: Path, *, level: int, seed: int = 1, scale: float = SCALE) -> Ranged:
    """Make a range of everybody in `folder`, from the texts that come with the package."""
    make_range(folder / "range", scale=scale, seed=seed, level=level)
    return Ranged(folder / "range", secret_in(folder / "secret"))


def secret_in(folder: Path) -> Path:
    """A folder that holds the one secret of these tests: what a scan samples depends on it."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_bytes(SECRET)
    return folder


def scan_files(inputs: Iterable[Path], accounts: Path | None, secret_dir: Path, *, workers: int = 2) -> Findings:
    """Scan some files."""
    request = ScanRequest(
        inputs=tuple(str(each) for each in inputs), accounts=accounts, secret_dir=secret_dir, workers=workers
    )
    return scan(request, progress=Silent(), rejects_to=io.StringIO())


def tiers(campaigns: Iterable[Campaign]) -> dict[str, Tier]:
    """The tier of every account that is named."""
    return {member.account_id: member.tier for campaign in campaigns for member in campaign.members}


def named(campaigns: Iterable[Campaign], least: Tier = Tier.WATCH) -> set[str]:
    """The accounts at a tier or above."""
    return {account for account, tier in tiers(campaigns).items() if tier >= least}


def written(findings: Findings, folder: Path) -> dict[str, bytes]:
    """Every file that findings become, byte for byte."""
    with whole_or_nothing(folder, seal=SEAL) as outputs:
        write_findings(findings, outputs)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

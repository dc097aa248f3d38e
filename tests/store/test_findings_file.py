"""What a scan concluded is written as the contract says, and read again as it was."""

import json
import unicodedata
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import InputUnusable, OutputFailed
from stillwatch.facts.campaign import Findings
from stillwatch.store.findings_file import SEAL, holds_scan, read_findings, write_findings
from stillwatch.store.outputs import whole_or_nothing
from tests.cli.example_findings import HOSTILE, example_findings, nothing_found

CONTRACT = [
    "campaign_id",
    "accounts",
    "exchanges",
    "tokens",
    "first_seen",
    "last_seen",
    "models",
    "evidence",
    "expected_by_chance",
    "purposes",
    "tier",
    "reasons",
    "would_clear",
    "limits",
]


def written(findings: Findings, folder: Path) -> Path:
    """Write findings into a folder."""
    with whole_or_nothing(folder, seal=SEAL) as outputs:
        write_findings(findings, outputs)
    return folder


@pytest.mark.parametrize("findings", [example_findings(), nothing_found()], ids=["example", "nothing"])
def test_reads_what_it_wrote(tmp_path: Path, findings: Findings) -> None:
    """Findings read again are the findings that were written, hostile names included."""
    folder = written(findings, tmp_path / "out")

    assert read_findings(folder) == findings
    assert holds_scan(folder)


def test_campaigns_are_the_contracts(tmp_path: Path) -> None:
    """campaigns.json is an array of objects with the contract's keys, words and times."""
    campaigns = json.loads((written(example_findings(), tmp_path / "out") / "campaigns.json").read_text())

    assert [campaign["tier"] for campaign in campaigns] == ["act", "act", "review", "review", "watch"]
    first = campaigns[0]
    assert list(first)[: len(CONTRACT)] == CONTRACT
    assert first["first_seen"] == "2026-05-03T07:00:00Z"
    assert {"family", "bits", "examples"} <= first["evidence"][0].keys()
    assert first["purposes"][0] == {"name": "reasoning-trace exfiltration", "share": 0.61}
    assert first["evidence"][1]["neutralised_by"] == "one harness"


def test_honest_groups_are_kept_apart(tmp_path: Path) -> None:
    """set_aside.json has the same shape, names the explanations, and its members are in no other table."""
    folder = written(example_findings(), tmp_path / "out")
    groups = json.loads((folder / "set_aside.json").read_text())

    assert [group["explanations"][0]["name"] for group in groups] == ["one class", "one harness", "registered use"]
    members = pq.read_table(folder / "members.parquet").column("campaign_id").to_pylist()
    assert not set(members) & {group["campaign_id"] for group in groups}


@pytest.mark.parametrize("findings", [example_findings(), nothing_found()], ids=["example", "nothing"])
def test_members_are_the_contracts(tmp_path: Path, findings: Findings) -> None:
    """members.parquet has the contract's columns and types, packed with zstd, also when it is empty."""
    path = written(findings, tmp_path / "out") / "members.parquet"
    table = pq.read_table(path)

    assert table.schema.names[:5] == ["account_id", "campaign_id", "confidence", "tier", "bits"]
    assert table.schema.types[:5] == [pa.string(), pa.string(), pa.float64(), pa.string(), pa.float64()]
    assert table.num_rows == sum(len(campaign.members) for campaign in findings.campaigns)
    packed = pq.ParquetFile(path).metadata
    assert packed.num_row_groups == 0 or packed.row_group(0).column(0).compression == "ZSTD"


def test_json_is_inert(tmp_path: Path) -> None:
    """Whoever prints our JSON to a terminal sees plain ASCII, whatever the accounts are called."""
    folder = written(example_findings(), tmp_path / "out")

    for name in ("campaigns.json", "set_aside.json", SEAL):
        text = (folder / name).read_bytes().decode("ascii")
        assert not [sign for sign in text if sign != "\n" and unicodedata.category(sign) == "Cc"], name


def test_hostile_accounts_keep_their_names(tmp_path: Path) -> None:
    """Machines get an account's name as it is, so that they can act on the right one."""
    table = pq.read_table(written(example_findings(), tmp_path / "out") / "members.parquet")

    assert set(HOSTILE) <= set(table.column("account_id").to_pylist())


@pytest.mark.parametrize("number", [nan, inf])
def test_a_number_that_is_none_is_refused(tmp_path: Path, number: float) -> None:
    """A conclusion that is not a number is no conclusion: nothing is written."""
    campaign = replace(example_findings().campaigns[0], expected_by_chance=number)

    with pytest.raises(OutputFailed, match="cannot be told in numbers"):
        written(replace(example_findings(), campaigns=(campaign,)), tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_a_member_without_a_number_is_refused(tmp_path: Path) -> None:
    """The same holds for the table of members."""
    campaign = example_findings().campaigns[4]
    broken = replace(campaign, members=(replace(campaign.members[0], bits=nan),))

    with pytest.raises(OutputFailed, match="no finite bits"):
        written(replace(example_findings(), campaigns=(broken,)), tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "scan.json is missing"),
        (b"", "not written by this version"),
        (b"[" * 100_000, "not written by this version"),
        (b'{"made_by": "stillwatch", "schema_version": "1", "findings": {"scan": 1}}', "not written by this version"),
        (b"\xff\xfe", "not written by this version"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    """A folder without a whole scan, or with a broken one, is told with what to do."""
    if content is not None:
        (tmp_path / SEAL).write_bytes(content)

    with pytest.raises(InputUnusable, match=said):
        read_findings(tmp_path)

    assert not holds_scan(tmp_path / "elsewhere")


def test_another_schema_is_not_guessed_at(tmp_path: Path) -> None:
    """A scan of another schema version is refused by name."""
    saved = {"made_by": "stillwatch", "schema_version": "99", "findings": msgspec.to_builtins(nothing_found())}
    (tmp_path / SEAL).write_text(json.dumps(saved))

    with pytest.raises(InputUnusable, match="schema version '99'"):
        read_findings(tmp_path)


def test_the_same_findings_make_the_same_bytes(tmp_path: Path) -> None:
    """No clock and no chance is in the files."""
    one, other = written(example_findings(), tmp_path / "a"), written(example_findings(), tmp_path / "b")

    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }

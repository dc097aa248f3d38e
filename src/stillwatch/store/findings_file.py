"""Findings as files: what a scan leaves behind, for people, for other programs, and for `explain` to read again.

`campaigns.json` and `members.parquet` are the contract's. `set_aside.json` has the same shape for the groups that have
an honest explanation. `scan.json` holds everything, and its presence says that the folder holds a whole scan.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from stillwatch.errors import InputUnusable, OutputFailed
from stillwatch.facts.campaign import Campaign, Evidence, Findings
from stillwatch.facts.exchange import SCHEMA_VERSION
from stillwatch.store.outputs import Outputs

CAMPAIGNS: Final = "campaigns.json"
MEMBERS: Final = "members.parquet"
SET_ASIDE: Final = "set_aside.json"
SEAL: Final = "scan.json"

MEMBER: Final = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("campaign_id", pa.string(), nullable=False),
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("tier", pa.string(), nullable=False),
        pa.field("bits", pa.float64(), nullable=False),
        pa.field("exchanges", pa.int64(), nullable=False),
    ],
    metadata={"stillwatch.schema_version": SCHEMA_VERSION},
)
"""Arrow schema of the contract's members table, with what each member sent beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedScan:
    """The content of `scan.json`."""

    made_by: str
    schema_version: str
    findings: Findings


def write_findings(findings: Findings, outputs: Outputs) -> None:
    """Write the four files of `findings`; the same findings always make the same bytes."""
    try:
        outputs.write(CAMPAIGNS, _json(list(map(campaign_object, findings.campaigns))))
        aside = [campaign_object(group) | {"tier": None, "would_clear": []} for group in findings.set_aside]
        outputs.write(SET_ASIDE, _json(aside))
        outputs.write(MEMBERS, members_table(findings.campaigns))
        saved = SavedScan(made_by=_MADE_BY, schema_version=SCHEMA_VERSION, findings=findings)
        outputs.write(SEAL, _json(msgspec.to_builtins(saved), indent=None))
    except ValueError as error:
        raise OutputFailed(outputs.folder, f"a conclusion cannot be told in numbers ({error})") from error


def holds_scan(folder: Path) -> bool:
    """Tell whether `folder` holds a whole scan of ours."""
    try:
        with (folder / SEAL).open("rb") as file:
            return file.read(len(_SIGN)) == _SIGN
    except OSError:
        return False


def read_findings(folder: Path) -> Findings:
    """Read again what `write_findings` wrote into `folder`."""
    if not folder.is_dir():
        raise InputUnusable(f"{folder} is not a folder. Name the one given to `stillwatch scan` as --out.")
    try:
        content = (folder / SEAL).read_bytes()
    except FileNotFoundError as error:
        raise InputUnusable(
            f"{folder} holds no whole scan: {SEAL} is missing. Name the folder given to `stillwatch scan` as --out, "
            "or run the scan again."
        ) from error
    except OSError as error:
        raise InputUnusable(f"{folder / SEAL} cannot be read: {error.strerror or error}.") from error
    try:
        saved = msgspec.json.decode(content, type=SavedScan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputUnusable(
            f"{folder / SEAL} was not written by this version of Stillwatch, or was changed since ({error}). "
            "Run the scan again."
        ) from error
    if saved.schema_version != SCHEMA_VERSION:
        raise InputUnusable(
            f"{folder / SEAL} is of schema version {saved.schema_version!r}; this Stillwatch reads {SCHEMA_VERSION!r}. "
            "Run the scan again, or use the version that wrote it."
        )
    return saved.findings


def campaign_object(campaign: Campaign) -> dict[str, object]:
    """Tell `campaign` as the contract's `campaigns.json` does."""
    return {
        "campaign_id": campaign.campaign_id,
        "accounts": campaign.accounts,
        "exchanges": campaign.exchanges,
        "tokens": campaign.tokens,
        "first_seen": _rfc3339(campaign.first_seen),
        "last_seen": _rfc3339(campaign.last_seen),
        "models": list(campaign.models),
        "evidence": [_evidence_object(evidence) for evidence in campaign.evidence],
        "expected_by_chance": campaign.expected_by_chance,
        "purposes": [{"name": each.purpose.value, "share": each.share} for each in campaign.purposes],
        "tier": campaign.tier.label,
        "reasons": list(campaign.reasons),
        "would_clear": list(campaign.would_clear),
        "limits": list(campaign.limits),
        "explanations": [
            {"name": each.name, "words": each.words, "share": each.share} for each in campaign.explanations
        ],
    }


def members_table(campaigns: Iterable[Campaign]) -> bytes:
    """Tell the members of `campaigns` as the contract's table, in Parquet."""
    members = [member for campaign in campaigns for member in campaign.members]
    for member in members:
        if not (isfinite(member.bits) and isfinite(member.confidence)):
            raise ValueError(f"a member of {member.campaign_id} has no finite bits or confidence")
    table = pa.table(
        {
            "account_id": [member.account_id for member in members],
            "campaign_id": [member.campaign_id for member in members],
            "confidence": [member.confidence for member in members],
            "tier": [member.tier.label for member in members],
            "bits": [member.bits for member in members],
            "exchanges": [member.exchanges for member in members],
        },
        schema=MEMBER,
    )
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


_MADE_BY: Final = "stillwatch"
_SIGN: Final = b'{"made_by": "stillwatch"'
"""How every `scan.json` of ours begins."""


def _evidence_object(evidence: Evidence) -> dict[str, object]:
    return {
        "family": evidence.family.value,
        "bits": evidence.bits,
        "examples": list(evidence.examples),
        "beyond_chance": evidence.beyond_chance,
        "neutralised_by": evidence.neutralised_by,
    }


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _json(content: object, indent: int | None = 1) -> bytes:
    """Write plain ASCII, so that what strangers put into a log stays inert where this file is shown, too."""
    return json.dumps(content, ensure_ascii=True, allow_nan=False, indent=indent).encode("ascii") + b"\n"

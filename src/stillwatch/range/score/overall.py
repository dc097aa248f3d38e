"""Everything that can be said of one scan, put together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from stillwatch.range.score.answers import read_answer, read_truth
from stillwatch.range.score.calibration import Calibration, calibration
from stillwatch.range.score.grouping import Grouping, grouping
from stillwatch.range.score.leaks import Leak, Look, Scan, leaks, looks, when_contained
from stillwatch.range.score.tiers import TIERS, TierScore, check_tier, tier_score


@dataclass(frozen=True, kw_only=True)
class Score:
    """Everything that can be said of one scan."""

    accounts: int
    hostile: int
    tiers: Sequence[TierScore]
    grouping: Grouping
    calibration: Calibration
    contained_at: str
    """The tier from which on an account counts as contained."""
    looks: Sequence[Look]
    """The scans of a replay, in time order; none where only one scan was scored."""
    leaks: Sequence[Leak]

    def as_json(self) -> dict[str, object]:
        """Return the score as plain values, for `--json`; times are RFC 3339."""
        seen = [asdict(each) | {"at": each.at.isoformat()} for each in self.looks]
        return asdict(self) | {"looks": seen}


def score(
    truth: Path, members: Path, *, data: Path | None = None, scans: Sequence[Scan] = (), contained_at: str = "act"
) -> Score:
    """Score the members table of one scan against the truth of a range.

    With `data`, the folder of the range, and `scans`, repeated scans in time order, it also says how much leaked
    before containment: an account is contained from the first scan that puts it into tier `contained_at` or above.
    Raises InputUnusable where a table does not have the shape of the contract.
    """
    check_tier(contained_at, "contained_at")
    known = read_truth(truth)
    answer = read_answer(members, known.campaign_of.keys())
    contained = when_contained(scans, contained_at, known)
    return Score(
        accounts=len(known.campaign_of),
        hostile=sum(campaign is not None for campaign in known.campaign_of.values()),
        tiers=tuple(tier_score(tier, answer, known) for tier in TIERS),
        grouping=grouping(answer, known),
        calibration=calibration(answer, known),
        contained_at=contained_at,
        looks=looks(scans, contained, known),
        leaks=leaks(data, contained, known) if data is not None else (),
    )

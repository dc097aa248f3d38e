"""Law 4: every verdict carries reasons, what would clear it, and its limits, in words.

Appeal and undo for every measure wait for the part that takes measures (`enforce`): this version takes none.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from stillwatch.cli.main import stillwatch
from tests.laws.ranges import Ranged, written

FEWEST_WORDS = 4


@pytest.fixture(params=["disguised", "apart"])
def looked_at(request: pytest.FixtureRequest) -> Ranged:
    """Each of the two ranges."""
    found: Ranged = request.getfixturevalue(request.param)
    return found


def test_every_campaign_says_why_what_would_clear_it_and_what_was_not_seen(looked_at: Ranged) -> None:
    """In sentences, not in codes; and how often chance would make as much."""
    assert looked_at.findings.campaigns
    for campaign in looked_at.findings.campaigns:
        for said in (campaign.reasons, campaign.would_clear, campaign.limits):
            assert said
            assert all(len(line.split()) >= FEWEST_WORDS for line in said)
        assert campaign.expected_by_chance < 1
        assert all(0 <= member.confidence <= 1 for member in campaign.members)


def test_every_group_set_aside_says_its_explanation_and_its_limits(disguised: Ranged, apart: Ranged) -> None:
    """Whoever disagrees with an acquittal can see on what it rests."""
    set_aside = disguised.findings.set_aside + apart.findings.set_aside

    assert set_aside
    for group in set_aside:
        assert group.reasons
        assert group.limits
        neutralised = {one.neutralised_by for one in group.evidence} - {None}
        assert neutralised or group.explanations
        assert all(len(one.words.split()) >= FEWEST_WORDS for one in group.explanations)


def test_what_is_written_for_other_programs_carries_the_same_words(looked_at: Ranged, tmp_path: Path) -> None:
    """`campaigns.json` holds every reason, way out and limit of every campaign."""
    files = written(looked_at.findings, tmp_path / "out")

    told = json.loads(files["campaigns.json"])
    assert [
        (one["campaign_id"], one["reasons"], one["would_clear"], one["limits"]) for one in told
    ] == [
        (one.campaign_id, list(one.reasons), list(one.would_clear), list(one.limits))
        for one in looked_at.findings.campaigns
    ]  # fmt: skip


def test_an_accused_account_is_told_the_reasons_the_way_out_and_the_limits(looked_at: Ranged, tmp_path: Path) -> None:
    """`explain` answers about any account by name, in the words of its campaign."""
    written(looked_at.findings, tmp_path / "out")
    campaign = looked_at.findings.campaigns[0]

    ended = CliRunner().invoke(
        stillwatch, ["explain", str(tmp_path / "out"), campaign.members[0].account_id, "--json"], catch_exceptions=False
    )

    for line in (*campaign.reasons, *campaign.would_clear, *campaign.limits):
        assert json.dumps(line) in ended.stdout


def test_an_account_that_was_not_named_is_told_so(looked_at: Ranged, tmp_path: Path) -> None:
    """Whoever asks about an honest account gets an answer, not an error."""
    written(looked_at.findings, tmp_path / "out")
    tied = {m.account_id for c in (*looked_at.findings.campaigns, *looked_at.findings.set_aside) for m in c.members}
    somebody = next(name for name in looked_at.findings.accounts if name not in tied)

    ended = CliRunner().invoke(stillwatch, ["explain", str(tmp_path / "out"), somebody], catch_exceptions=False)

    assert ended.exit_code == 0
    assert somebody in ended.stdout

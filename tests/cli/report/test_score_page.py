"""The page of a score: every plot has its figures, and no name out of a table comes to life."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stillwatch.cli.report.score_page import render_score
from stillwatch.cli.score_words import score_lines
from stillwatch.range.score import Calibration, Grouping, Leak, Look, Score, TierScore, rate
from tests.cli.report.test_page import Outline

HOSTILE = "<img src=x onerror=f()>\x1b[31m\u202e"


def a_score(campaign: str = "campaign_relay", kind: str = "office_nat") -> Score:
    """A score of one campaign and one honest class, replayed twice."""
    tiers = [
        TierScore(
            tier=tier,
            precision=rate(right, right + wrong),
            recall=rate(right, 20),
            recall_by_campaign={campaign: rate(right, 20)},
            accused_by_class={kind: rate(wrong, 30)},
        )
        for tier, right, wrong in (("watch", 19, 4), ("review", 15, 1), ("act", 10, 0))
    ]
    leak = Leak(
        campaign_id=campaign,
        exchanges=1_000,
        leaked=250,
        hours_to_detect=12.5,
        returned=3,
        returned_contained=2,
        hours_to_contain_again=7.25,
    )
    looks = [
        Look(
            at=datetime(2026, 6, day, tzinfo=UTC),
            contained=5 * day,
            honest=day - 1,
            honest_by_class={kind: day - 1} if day > 1 else {},
        )
        for day in (1, 2)
    ]
    return Score(
        accounts=50,
        hostile=20,
        tiers=tiers,
        grouping=Grouping(
            found=2, purity=0.9, purity_of_shown=0.95, split={campaign: 2}, groups_per_campaign=2.0, merged=0
        ),
        calibration=Calibration(brier=0.05, ece=0.08, curve=[(0.35, 0.2, 5), (0.95, 1.0, 18)]),
        contained_at="review",
        looks=looks,
        leaks=[leak],
    )


def outline(page: str) -> Outline:
    """Parse a page; every element is closed."""
    parsed = Outline()
    parsed.feed(page)
    parsed.close()
    assert parsed.open == []
    return parsed


@pytest.mark.parametrize(
    "part",
    [
        "19 (95 %)",
        "4 (13 %)",
        "0.0800",
        "250 of 1,000 (25 %)",
        "12.5",
        "7.2",
        "2 June 2026 00:00",
        "This traffic is made up",
    ],
)
def test_tells_every_figure(part: str) -> None:
    """Recall, wrong accusations, calibration, leaks, detection, return and scans are on the page as figures."""
    assert part in " ".join(" ".join(outline(render_score(a_score(), "range")).words).split())


def test_hostile_names_make_no_element() -> None:
    """Names make neither an element nor an attribute that harmless ones do not, and can still be read."""
    hostile, harmless = (
        outline(render_score(a_score(HOSTILE, HOSTILE), HOSTILE)),
        outline(render_score(a_score(), "range")),
    )

    assert hostile.elements == harmless.elements
    assert {name for _, name, _ in hostile.attributes} == {name for _, name, _ in harmless.attributes}
    assert "\\x1b[31m" in " ".join(hostile.words)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", render_score(a_score(HOSTILE, HOSTILE), HOSTILE))


def test_nothing_is_loaded_and_nothing_needs_a_script() -> None:
    """The policy forbids everything but our own lines, and the words are there without a script."""
    page = render_score(a_score())
    addresses = [value for _, name, value in outline(page).attributes if name in {"src", "href", "action", "data"}]

    assert all(value is not None and value.startswith(("#", "data:image/svg+xml,")) for value in addresses)
    assert "default-src 'none'" in page.replace("&#39;", "'")
    assert not [name for _, name, _ in outline(page).attributes if name.startswith(("on", "style"))]
    assert "\\x20" not in page


def test_a_single_scan_has_no_plots_of_time() -> None:
    """Where nothing was replayed the page says nothing about leaks, and an empty answer is a page as well."""
    single = replace(a_score(), looks=(), leaks=())
    empty = replace(
        single,
        calibration=Calibration(brier=0.4, ece=None, curve=()),
        grouping=Grouping(found=0, purity=None, purity_of_shown=None, split={}, groups_per_campaign=None, merged=0),
    )

    assert "What leaked" not in render_score(single)
    assert "Nobody was named." in " ".join(outline(render_score(empty)).words)


def test_every_link_has_its_target() -> None:
    """The contents lead somewhere, and no identifier stands twice."""
    parsed = outline(render_score(a_score()))
    identifiers = [value for _, name, value in parsed.attributes if name == "id"]
    wanted = {value[1:] for _, name, value in parsed.attributes if name == "href" and value and value[0] == "#"}

    assert len(identifiers) == len(set(identifiers))
    assert wanted <= set(identifiers)


def test_lines_are_inert() -> None:
    """On a terminal, too, a name is only shown."""
    told = "\n".join(score_lines(a_score(HOSTILE, HOSTILE)))

    assert "\x1b" not in told
    assert "3 accounts opened since, 2 contained in turn (7.2 h after it opened)" in told

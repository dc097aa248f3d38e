"""An account or a campaign is found however a person came by its name."""

import pytest

from stillwatch.cli.inert import inert
from stillwatch.cli.lookup import look_up
from stillwatch.errors import InputUnusable
from tests.cli.example_findings import HOSTILE, example_findings


def test_finds_a_campaign_by_its_name() -> None:
    """A campaign is found with its rank, and without an account."""
    answer = look_up(example_findings(), "sw-b20c4471d9")

    assert [(place.rank, place.is_set_aside, place.member) for place in answer.places] == [(2, False, None)]


@pytest.mark.parametrize("account", HOSTILE)
def test_finds_an_account_as_the_report_shows_it(account: str) -> None:
    """An account whose name cannot be typed is found by what the report shows in its place."""
    answer = look_up(example_findings(), inert(account))

    assert answer.subject == account
    assert answer.is_in_campaign


def test_an_account_in_an_honest_group_is_in_no_campaign() -> None:
    """Who is only in a group that was set aside is told apart from who is in a campaign."""
    answer = look_up(example_findings(), "student-007")

    assert not answer.is_in_campaign
    assert answer.places[0].group.explanations[0].name == "one class"


def test_ties_are_the_accounts_own_strongest_first() -> None:
    """The ties of an account are those it has, in order of weight."""
    (place,) = look_up(example_findings(), "team-a").places

    assert all("team-a" in (tie.a, tie.b) for tie in place.ties)
    assert [tie.bits for tie in place.ties] == sorted((tie.bits for tie in place.ties), reverse=True)


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    """A mistyped name brings names that come close, and says what an unknown name can mean."""
    with pytest.raises(InputUnusable, match=r"in no campaign.*come close:.*acct-00017"):
        look_up(example_findings(), "act-00017")


def test_a_name_like_no_other_brings_no_guesses() -> None:
    """Where no name comes close, none is offered."""
    with pytest.raises(InputUnusable) as caught:
        look_up(example_findings(), "0" * 500)

    assert "come close" not in str(caught.value)
    assert len(str(caught.value)) < 400

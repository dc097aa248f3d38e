"""Where an account or a campaign stands in the findings, or which names come close."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from stillwatch.cli.inert import inert
from stillwatch.cli.words import clipped, listed
from stillwatch.errors import InputUnusable
from stillwatch.facts.campaign import Campaign, Findings, Link, Member

_MOST_COMPARED: Final = 20_000
"""Names that are compared with a mistyped one; comparing more would take seconds."""
_LONGEST_COMPARED: Final = 64
"""Characters of a name that are compared."""
_SHOWN: Final = 60
"""Characters of a name inside a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A group that holds what was asked for."""

    group: Campaign
    rank: int
    """1 for the first campaign of the findings, or for the first group that was set aside."""
    is_set_aside: bool
    member: Member | None = None
    """The account that was asked for; none where the question was for the whole group."""

    @property
    def ties(self) -> list[Link]:
        """What ties the account to others, strongest first."""
        if self.member is None:
            return []
        account = self.member.account_id
        return sorted(
            (link for link in self.group.links if account in (link.a, link.b)),
            key=lambda link: (-link.bits, link.a, link.b),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was asked for, and every place where it stands: none where nothing ties the account to others."""

    subject: str
    places: tuple[Place, ...]

    @property
    def is_in_campaign(self) -> bool:
        """Whether at least one of the places is a campaign."""
        return any(not place.is_set_aside for place in self.places)


def look_up(findings: Findings, subject: str) -> Answer:
    """Find the account or campaign `subject`, as it is in the log or as a report shows it."""
    for shown in (False, True):
        places = tuple(_places(findings, subject, shown=shown))
        if places:
            found = places[0].member.account_id if places[0].member else places[0].group.campaign_id
            return Answer(subject=found, places=places)
    for account in findings.accounts:
        if subject in (account, inert(account)):
            return Answer(subject=account, places=())
    raise InputUnusable(_nowhere(findings, subject))


def _places(findings: Findings, subject: str, *, shown: bool) -> Iterator[Place]:
    def fits(name: str) -> bool:
        return inert(name) == subject if shown else name == subject

    for groups, is_set_aside in ((findings.campaigns, False), (findings.set_aside, True)):
        for rank, group in enumerate(groups, start=1):
            if fits(group.campaign_id):
                yield Place(group=group, rank=rank, is_set_aside=is_set_aside)
            for member in group.members:
                if fits(member.account_id):
                    yield Place(group=group, rank=rank, is_set_aside=is_set_aside, member=member)


def _nowhere(findings: Findings, subject: str) -> str:
    words = (
        f"{clipped(subject, _SHOWN)} is in no campaign and in no group that was set aside, and no account of that name "
        "was in the logs."
    )
    close = _closest(findings, subject)
    return f"{words} Names that come close: {listed(close)}." if close else words


def _closest(findings: Findings, subject: str) -> list[str]:
    groups = [*findings.campaigns, *findings.set_aside]
    names = [group.campaign_id for group in groups]
    names += [member.account_id for group in groups for member in group.members][:_MOST_COMPARED]
    names += findings.accounts[: max(0, _MOST_COMPARED - len(names))]
    short = {name[:_LONGEST_COMPARED]: name for name in reversed(names)}
    close = get_close_matches(subject[:_LONGEST_COMPARED], list(short), n=3, cutoff=0.75)
    return [clipped(short[name], _SHOWN) for name in close]

"""An account is weighed against how rare a campaign's accounts are among all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.incidence import Incidence
from stillwatch.facts.token import Family, TokenKind
from stillwatch.link.choosing import Confirmed
from stillwatch.link.hand_offs import HandOffs
from stillwatch.link.joining import Joiner
from stillwatch.link.ties import JoinOptions, Ties
from stillwatch.link.views import Views

CAMPAIGN = range(12)


def views_of(accounts: int, users: int) -> Views:
    """A campaign that shares a card, and a tool that it and some others use."""
    nobody = np.zeros(0, dtype=np.int32)
    known = np.ones(accounts, dtype=np.bool_)
    tool = np.array([*CAMPAIGN, *range(20, 20 + users)], dtype=np.int32)
    card = np.array(CAMPAIGN, dtype=np.int32)
    return Views(
        [
            Incidence.of(kind, np.zeros(len(codes), dtype=np.uint64), codes, np.ones(len(codes), np.float32), known)
            for kind, codes in ((TokenKind.PAYMENT, card), (TokenKind.TEMPLATE, tool))
        ],
        HandOffs(nobody, nobody, nobody.astype(np.int8), nobody),
        np.full(accounts, 20, dtype=np.int64),
    )


def campaign_of(accounts: int, users: int) -> set[int]:
    """The campaign's members as joined."""
    by = Joiner(
        views_of(accounts, users),
        JoinOptions(),
        lambda _one, _other: 0.0,
        lambda _members: True,
        lambda some, _members, _firm: np.zeros(len(some)),
    )
    codes = np.array(CAMPAIGN, dtype=np.int32)
    (one,) = by.join([Confirmed(codes, np.full(12, 20.0))], 3)
    return set(one.members.tolist())


@given(size=st.integers(3, 400), accounts=st.integers(500, 10**6), more=st.integers(1, 10**6))
def test_the_rarer_a_campaign_is_the_more_stands_against_any_account(size: int, accounts: int, more: int) -> None:
    """The prior grows with the accounts of the scan and falls with those of the group, and never favours anybody."""

    def prior(among: int, of: int) -> float:
        nobody = np.zeros(0, dtype=np.int32)
        nothing = Views([], HandOffs(nobody, nobody, nobody.astype(np.int8), nobody), np.zeros(among, dtype=np.int64))
        return Ties(nothing, JoinOptions(), lambda some, _, _firm: np.zeros(len(some))).prior_bits(of)

    assert prior(accounts + more, size) >= prior(accounts, size) >= prior(accounts, size + 1) > 0


def test_a_tool_in_common_brings_nobody_into_a_rare_campaign() -> None:
    """Who uses the same tool is a likely member of a campaign only where campaigns are most of its users."""
    assert campaign_of(accounts=10_000, users=60) == set(CAMPAIGN)
    assert campaign_of(accounts=300, users=30) == set(CAMPAIGN)


def words_for(kind: TokenKind, *, firm: bool) -> list[float]:
    """What words say for one who sends one of a campaign's two texts, and for one who sends both."""
    nobody = np.zeros(0, dtype=np.int32)
    accounts = 200
    senders = [*([0] * 7), *([1] * 7)], [*range(6), 20, *range(6, 12), 20]
    token, code = np.array(senders[0], dtype=np.uint64), np.array(senders[1], dtype=np.int32)
    token, code = np.append(token, np.uint64(0)), np.append(code, np.int32(21))
    order = np.argsort(token, kind="stable")
    view = Incidence.of(
        kind, token[order], code[order], np.ones(len(code), np.float32), np.ones(accounts, dtype=np.bool_)
    )
    views = Views(
        [view], HandOffs(nobody, nobody, nobody.astype(np.int8), nobody), np.full(accounts, 20, dtype=np.int64)
    )
    ties = Ties(views, JoinOptions(), lambda some, _members, _firm: np.zeros(len(some)))
    members = np.array(CAMPAIGN, dtype=np.int32)
    asked = np.array([21, 20], dtype=np.int32)
    found: list[float] = ties.shared_against(asked, members, ties.background([members]), firm=firm)[
        Family.WORDS
    ].tolist()
    return found


def test_texts_that_are_tried_again_add_up() -> None:
    """Each is somebody's work; habits of words, which one template leaves several of, and what is firm do not."""
    one, both = words_for(TokenKind.TRIED_TEXT, firm=False)
    assert both >= one + 3.0

    for kind, firm in ((TokenKind.TEMPLATE, False), (TokenKind.TRIED_TEXT, True)):
        one, both = words_for(kind, firm=firm)
        assert both <= one + 1.0

"""How far a group's evidence may carry: one family never acts, and what families are told apart for."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.facts.campaign import Tier
from stillwatch.facts.group import Drawn, SharedToken
from stillwatch.facts.token import Family, TokenKind
from stillwatch.judge.verdict import JudgeOptions, Verdict, judge_group
from tests.judge.groups import group_of, roster_of, traffic_of

NAMES = [f"a{i}" for i in range(8)]
TRAFFIC = traffic_of([{"account_id": name, "started_at": 10**15 + i * 10**10} for i, name in enumerate(NAMES * 30)])
ROSTER = roster_of(TRAFFIC)
MEMBERS = np.arange(len(NAMES), dtype=np.int32)
NEEDED = math.log2(100 / 1e-3)
"""Bits beyond which a family is beyond chance when a hundred groups were tried."""
BITS = st.floats(-5.0, 500.0)


def judged(
    bits: dict[Family, float],
    *,
    strong_passes: float | None = None,
    tokens: Sequence[SharedToken] = (),
    tries: int = 100,
    drawn: float = 0.0,
    sameness: float = 0.0,
    passes_work: bool = True,
    put_off: int = 2,
    backwards: int = 0,
) -> Verdict:
    """The verdict on eight accounts that nothing is known of."""
    listed = Drawn(bits=drawn, texts=30, a_request=3.0, ratio=1.0)
    group = group_of(
        MEMBERS, bits, strong_passes=strong_passes, tokens=tokens, tries=tries, drawn=listed, put_off=put_off,
        backwards=backwards,
    )  # fmt: skip
    return judge_group(replace(group, sameness=sameness, passes_work=passes_work), ROSTER, TRAFFIC, JudgeOptions())


def counting(verdict: Verdict) -> set[Family]:
    """The families that count."""
    return {one.family for one in verdict.weighed if one.counts}


def test_a_group_of_few_accounts_is_watched_whatever_it_shows() -> None:
    """A family or a team does among its few accounts what a campaign does among hundreds."""
    bits = {Family.THINGS: 300.0, Family.HAND_OFFS: 300.0, Family.RHYTHM: 300.0}
    seven, eight = (judge_group(group_of(MEMBERS[:count], bits), ROSTER, TRAFFIC, JudgeOptions()) for count in (7, 8))

    assert (seven.tier, eight.tier) == (Tier.WATCH, Tier.ACT)
    assert (seven.few, eight.few) == (True, False)


@pytest.mark.parametrize("family", [Family.HAND_OFFS, Family.RHYTHM])
@pytest.mark.parametrize("bits", [NEEDED, 40.0, 10_000.0])
def test_hand_offs_or_rhythm_alone_are_for_a_person_to_look_at(family: Family, bits: float) -> None:
    """Strangers hardly ever show them, and yet one family never acts, however much it shows."""
    verdict = judged({family: bits})

    assert counting(verdict) == {family}
    assert verdict.tier is Tier.REVIEW


def test_quotations_are_no_second_family_beside_the_rhythm() -> None:
    """An answer that is sent on at once is one event, though its start follows the other's end; words are another."""
    quoted = {Family.HAND_OFFS: 300.0, Family.RHYTHM: 300.0}

    assert judged(quoted, strong_passes=0.0).tier is Tier.REVIEW
    assert judged(quoted, strong_passes=NEEDED).tier is Tier.ACT
    assert judged({**quoted, Family.WORDS: 300.0}, strong_passes=0.0).tier is Tier.ACT


@pytest.mark.parametrize("family", [Family.THINGS, Family.WORDS])
@pytest.mark.parametrize("bits", [NEEDED, 40.0, 10_000.0])
def test_things_or_words_alone_are_watched(family: Family, bits: float) -> None:
    """Families, offices and common tools share as much."""
    verdict = judged({family: bits})

    assert counting(verdict) == {family}
    assert verdict.tier is Tier.WATCH


@pytest.mark.parametrize("drawn", [NEEDED, 60.0])
def test_words_that_are_all_drawn_from_one_list_are_for_a_person_to_look_at(drawn: float) -> None:
    """Hardly anybody who has work of its own sends like that; it is one family, and never acts.

    However sure it is, logs without a campaign have shown such groups, in which nothing that failed was asked again.
    """
    verdict = judged({Family.WORDS: 300.0}, drawn=drawn)

    assert judged({Family.WORDS: 300.0}, drawn=drawn, put_off=1).tier is Tier.WATCH
    assert judged({Family.WORDS: 300.0}, drawn=drawn, put_off=4, backwards=3).tier is Tier.WATCH
    assert judged({Family.WORDS: 300.0}, drawn=drawn, put_off=5, backwards=3).tier is Tier.REVIEW
    assert verdict.drawn
    assert verdict.tier is Tier.REVIEW
    assert verdict.expected_by_chance == JudgeOptions().lists_by_chance
    both = judged({Family.WORDS: 300.0, Family.THINGS: 300.0}, drawn=drawn)
    assert both.tier is Tier.REVIEW
    assert both.expected_by_chance < 1e-6


@pytest.mark.parametrize(("sameness", "tier"), [(0.12, Tier.REVIEW), (0.38, Tier.WATCH), (math.nan, Tier.REVIEW)])
def test_who_only_shares_and_asks_for_things_of_its_own_is_watched(sameness: float, tier: Tier) -> None:
    """Two pools of one hand may do different work; people who bought from one merchant, or of one language, all do."""
    shared = {Family.THINGS: 300.0, Family.WORDS: 300.0}

    assert judged(shared, sameness=sameness).tier is tier
    assert judged({Family.WORDS: 300.0}, drawn=60.0, sameness=sameness).tier is tier
    assert judged(shared | {Family.RHYTHM: 300.0}, sameness=sameness).tier is Tier.ACT


def test_what_is_drawn_from_one_list_says_nothing_where_words_do_not_count() -> None:
    """A list is made of words; and what many tries make by chance is no list."""
    assert judged({Family.WORDS: NEEDED - 0.1}, drawn=60.0).tier is None
    assert judged({Family.THINGS: 300.0}, drawn=60.0).tier is Tier.WATCH
    assert judged({Family.WORDS: 300.0}, drawn=NEEDED - 0.1).tier is Tier.WATCH


def test_quotations_alone_are_watched() -> None:
    """Hand-offs that are nothing but quotations may be public text that all of them read."""
    assert judged({Family.HAND_OFFS: 200.0}, strong_passes=NEEDED - 1).tier is Tier.WATCH
    assert judged({Family.HAND_OFFS: 200.0}, strong_passes=NEEDED).tier is Tier.REVIEW


@pytest.mark.parametrize("family", Family)
def test_less_than_chance_makes_of_many_tries_accuses_nobody(family: Family) -> None:
    """What one of a hundred groups of strangers may show counts for nothing."""
    assert judged({family: NEEDED - 0.1}).tier is None


@pytest.mark.parametrize(("bits", "believed"), [(40.0, 30.0), (10_000.0, 50.0)])
def test_one_family_is_believed_no_further_than_one_test(bits: float, believed: float) -> None:
    """However much hand-offs add up to, the claim against chance stays one that a model of strangers can carry."""
    assert judged({Family.HAND_OFFS: bits}).expected_by_chance == pytest.approx(100 * 2.0**-believed)
    both = judged({Family.HAND_OFFS: bits, Family.WORDS: bits}).expected_by_chance
    assert both == pytest.approx(100 * 2.0 ** -min(bits, 60.0))


def test_two_families_act_when_one_of_them_is_what_accounts_do_together() -> None:
    """The second family needs less, since fewer groups come that far; things and words alone go to a person."""
    assert judged({Family.THINGS: 40.0, Family.HAND_OFFS: 12.0}).tier is Tier.ACT
    assert judged({Family.WORDS: 12.0, Family.RHYTHM: 40.0}).tier is Tier.ACT
    assert judged({Family.THINGS: 40.0, Family.HAND_OFFS: 11.9}).tier is Tier.WATCH
    assert judged({Family.THINGS: 40.0, Family.WORDS: 40.0}).tier is Tier.REVIEW


def test_quotations_do_not_act() -> None:
    """Who works on from public tasks finds what others were answered in them; one pace is another matter."""
    words = {Family.WORDS: 40.0, Family.HAND_OFFS: 40.0}

    assert judged(words, passes_work=False).tier is Tier.REVIEW
    assert judged({**words, Family.RHYTHM: 40.0}, passes_work=False).tier is Tier.ACT


@given(bits=st.fixed_dictionaries(dict.fromkeys(Family, BITS)), strong=BITS, tries=st.integers(1, 10**6))
def test_one_family_never_acts(bits: dict[Family, float], strong: float, tries: int) -> None:
    """Law 1, for any evidence: to act, two families count; for a person to look, one; no family accuses nobody."""
    verdict = judged(bits, strong_passes=strong, tries=tries)

    counted = len(counting(verdict))
    assert (verdict.tier is None) == (counted == 0)
    assert verdict.tier is not Tier.ACT or counted >= 2


@given(
    bits=st.fixed_dictionaries(dict.fromkeys(Family, BITS)),
    family=st.sampled_from(Family),
    more=st.floats(0, 99),
)
def test_more_evidence_never_lowers_a_verdict(bits: dict[Family, float], family: Family, more: float) -> None:
    """A group that shows more of one family goes as far as before or farther."""
    before = judged(bits, strong_passes=0.0).tier or 0

    after = judged({**bits, family: bits[family] + more}, strong_passes=0.0).tier or 0

    assert after >= before


@pytest.mark.parametrize(("family", "tier"), [(Family.HAND_OFFS, Tier.REVIEW), (Family.RHYTHM, Tier.REVIEW)])
def test_what_is_left_when_a_harness_explains_the_words_is_looked_at(family: Family, tier: Tier) -> None:
    """A popular tool accounts for the common text, and not for work passed on or for one scheduler."""
    popular = SharedToken(kind=TokenKind.TEMPLATE, token=7, inside=8, outside=50, account_codes=tuple(MEMBERS.tolist()))

    verdict = judged({Family.WORDS: 60.0, family: 40.0}, tokens=[popular])

    assert [one.neutralised_by for one in verdict.weighed if one.family is Family.WORDS] == ["one harness"]
    assert counting(verdict) == {family}
    assert verdict.tier is tier


@pytest.mark.parametrize(("bits", "tier"), [(60.0, Tier.REVIEW), (0.0, None)])
def test_parameters_that_many_send_explain_no_list_that_they_do_not_send(bits: float, tier: Tier | None) -> None:
    """What is drawn from one list is the accounts' own; without one, the software may have made what they share."""
    parameters = SharedToken(
        kind=TokenKind.SETTINGS, token=7, inside=8, outside=50, account_codes=tuple(MEMBERS[:8].tolist())
    )
    own = [template(0, 3, 0), replace(template(1, 3, 0), account_codes=tuple(MEMBERS[-3:].tolist()))]

    assert judged({Family.WORDS: 60.0}, tokens=[parameters, *own], drawn=bits).tier is tier


def template(token: int, inside: int, outside: int) -> SharedToken:
    """A common text of the first members and some others."""
    codes = tuple(MEMBERS[:inside].tolist())
    return SharedToken(kind=TokenKind.TEMPLATE, token=token, inside=inside, outside=outside, account_codes=codes)


def test_several_popular_tools_explain_the_words_where_none_is_common_to_all() -> None:
    """Each is used by few of the group and by many others; not so where most accounts have a text of their own."""
    few = max(2, len(MEMBERS) // 3)
    popular = [template(k, few, 40) for k in range(5)]
    own = [template(9, 3, 0), replace(template(10, 3, 0), account_codes=tuple(MEMBERS[-3:].tolist()))]

    def explained(tokens: list[SharedToken]) -> bool:
        verdict = judged({Family.WORDS: 60.0, Family.THINGS: 60.0}, tokens=tokens)
        return any(one.neutralised_by == "one harness" for one in verdict.weighed)

    assert explained(popular)
    assert not explained([*popular, *own])

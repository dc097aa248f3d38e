"""Verdicts in words: reasons, what would clear them, and limits, written for an analyst."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from stillwatch.facts.address import label_of
from stillwatch.facts.campaign import Tier
from stillwatch.facts.content import ContentState
from stillwatch.facts.group import Group, SharedToken
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.verdict import Verdict

_NETS = (TokenKind.CLIENT_ADDRESS, TokenKind.CLIENT_BLOCK, TokenKind.SIGNUP_ADDRESS)
_LEAST_TOLD = 2
_A_DAY_H = 20.0


def token_name(token: SharedToken) -> str:
    """A token as a report may show it: networks by name, everything else by a short digest."""
    if token.kind in _NETS:
        return label_of(token.token, block=token.kind is TokenKind.CLIENT_BLOCK)
    if token.kind is TokenKind.SIGNUP_BURST:
        return f"the one of {datetime.fromtimestamp(token.token, tz=UTC):%Y-%m-%d %H:%M} UTC"
    return f"{token.kind.words} #{token.token & 0xFFFFFFFF:08x}"


def examples(group: Group, family: Family) -> tuple[str, ...]:
    """What one family's evidence is made of, at most six lines."""
    if family is Family.RHYTHM:
        return tuple(_rhythm(group))
    if family is Family.HAND_OFFS:
        return tuple(f"{one.words}: {_times(one.times)}, {one.pairs} pairs of accounts" for one in group.passings)
    lines = []
    for kind in TokenKind:
        tokens = [one for one in group.tokens if one.kind is kind]
        if kind.family is not family or not tokens:
            continue
        top = max(tokens, key=lambda one: (one.inside, -one.outside, one.token))
        lines.append(
            f"{_covered(tokens)} accounts share {_count(len(tokens), kind.words)}; the most shared,"
            f" {token_name(top)}, is held by {top.inside} of them and {_others(top.outside)}"
        )
    return tuple(lines[:6])


def reasons(group: Group, verdict: Verdict) -> tuple[str, ...]:
    """Why this group was kept, the families that count first."""
    out = []
    for one in sorted(verdict.weighed, key=lambda one: (not one.counts, -one.bits)):
        if not one.beyond:
            continue
        tail = f" (explained by {one.neutralised_by})" if one.neutralised_by else ""
        out += [f"{one.family.value.capitalize()}: {line}{tail}" for line in examples(group, one.family)[:3]]
    if not math.isnan(group.sameness) and any(one.counts for one in verdict.weighed):
        kind = "as samples of one mix" if abs(group.sameness) < 0.01 else "each with its own mix"  # noqa: PLR2004 - DESIGN
        out.append(f"The accounts' words vary {kind} (intraclass correlation {group.sameness:.3f})")
    if verdict.drawn:
        out.append(
            f"All that the accounts send is drawn from one list: {group.drawn.texts} phrases that hardly anybody else"
            f" sends, {group.drawn.a_request:.1f} in each request; two requests of one account share one"
            f" {group.drawn.ratio:.2f} times as often as two of different accounts; where each has its own,"
            " it is oftener"
        )
    return tuple(out)


def would_clear(group: Group, verdict: Verdict) -> tuple[str, ...]:
    """What would take the suspicion away, so that it can be asked for."""
    kinds = {token.kind for token in group.tokens}
    out = ["One owner who discloses these accounts and passes verification, or an entry in the authorised-use register"]
    if TokenKind.PAYMENT in kinds:
        out.append("A payer with a contract to pay for separate customers, such as an agency or reseller")
    if any(one.counts and one.family is Family.WORDS for one in verdict.weighed):
        out.append("A public source for the shared template: a harness, a benchmark or a course that others use too")
    if group.passings:
        out.append("A disclosed pipeline that passes work between these accounts")
    if any(one.counts and one.family is Family.RHYTHM for one in verdict.weighed):
        out.append(
            "One scheduler run for all of these accounts with their owners' consent, such as a shared CI service"
        )
    return tuple(out)


def limits(group: Group, traffic: Traffic, roster: Roster, verdict: Verdict) -> tuple[str, ...]:
    """What this verdict could not see or does not mean."""
    states = traffic.activity.states.sum(axis=0)
    total = max(1, int(states.sum()))
    out = []
    if states[ContentState.FULL] < total:
        out.append(
            f"Of {total:,} exchanges, {states[ContentState.HASHED]:,} had only digests of their text and"
            f" {states[ContentState.ABSENT]:,} none: shared words and hand-offs were looked for in the rest only"
        )
    known = int(roster.known[group.members].sum())
    if not roster.given:
        out.append(
            "No accounts table was given: owners, payment and registered use could not be looked up,"
            " so nothing goes beyond review"
        )
    elif known < len(group.members):
        out.append(
            f"The accounts table knows {known} of these {len(group.members)} accounts: nothing could be looked up for"
            " the others"
        )
    span = (int(traffic.activity.last.max()) - int(traffic.activity.first.min())) / 3.6e9
    if span < _A_DAY_H:
        out.append(f"The log covers {_long(span)}: a night cannot show, so a class or an office cannot be told apart")
    if verdict.own_work and verdict.tier is Tier.WATCH:
        out.append(
            "Each account asks for things of its own, and nothing that they do together says that one hand deals these"
            " out: the group goes no further than watch"
        )
    if verdict.few and verdict.tier is Tier.WATCH:
        out.append(
            "So few accounts go no further than watch: households, teams and friends who pool their keys do among"
            " themselves what campaigns do"
        )
    out.append("Accounts are tied by what they share and do; who is behind them is not known from this")
    if verdict.tier is not None and verdict.tier >= Tier.REVIEW:
        out.append("An account may be in the group through a stolen key: its owner is then a victim and is restored")
    return tuple(out)


def _rhythm(group: Group) -> Iterable[str]:
    seen = group.scheduling
    if not seen.tested:
        yield "too few overlapping requests to test for a common scheduler"
        return
    edge = "another account's start" if seen.together else "another account's end"
    if seen.others > 1:
        edge = f"the starts of {seen.others} other accounts"
    yield (
        f"{seen.coincidences} requests start within {_moment(seen.moment_s)} of {edge}, where shifted"
        f" timelines show {seen.expected:.1f}"
    )
    if abs(seen.spread_z) > _LEAST_TOLD:
        how = "steadier" if seen.spread_z < 0 else "more on and off together"
        yield f"the number in flight is {how} than chance makes it ({abs(seen.spread_z):.1f} standard deviations)"


def _long(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1.0 else f"{max(1.0, hours * 60):.0f} minutes"


def _moment(seconds: float) -> str:
    named = {0.5: "half a second", 1.0: "a second"}
    return named.get(seconds, f"{seconds:g} seconds")


def _covered(tokens: list[SharedToken]) -> int:
    return len({code for token in tokens for code in token.account_codes})


def _count(n: int, noun: str) -> str:
    if n == 1:
        return f"one {noun}"
    return f"{n} {_plural(noun)}"


def _plural(noun: str) -> str:
    head, of, rest = noun.partition(" of ")  # bursts of sign-ups, sets of parameters
    return f"{head}es{of}{rest}" if head.endswith("s") else f"{head}s{of}{rest}"


def _others(n: int) -> str:
    return "nobody else" if n == 0 else "1 other" if n == 1 else f"{n:,} others"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"

"""A group in full: its strands of evidence, what its members share, what passed, and the edges worth drawing."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stillwatch.facts.group import Codes, Drawn, Group, Passing, Scheduling, SharedToken, Strand
from stillwatch.facts.incidence import Incidence
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family, TokenKind
from stillwatch.facts.traffic import Traffic
from stillwatch.link.hand_offs import PUT_OFF, RETRIED, HandOff, HandOffs
from stillwatch.link.own_deeds import passed_each
from stillwatch.link.rhythm import Rhythm
from stillwatch.link.views import Views
from stillwatch.stats.variance import intraclass_correlation

Floats = npt.NDArray[np.float64]

_MOST_TOKENS: Final = 60
_MOST_CODES: Final = 200
_MOST_EDGES: Final = 600
_CLIQUE: Final = 8
"""A token with more holders than this is drawn as a ring with chords, not as all of its pairs."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a description is read from."""

    traffic: Traffic
    roster: Roster
    views: Views
    passed: HandOffs


def describe(  # noqa: PLR0913 - what the search found, by name
    scene: Scene,
    *,
    members: Codes,
    confidence: Floats,
    bits: Floats,
    speaking: npt.NDArray[np.bool_],
    faint: npt.NDArray[np.bool_],
    gave: npt.NDArray[np.bool_],
    families: dict[Family, float],
    rhythm: Rhythm,
    tries: int,
    seconded: float,
    strong_passes: float,
    drawn: Drawn,
    passes_work: bool,
    hand: int,
) -> Group:
    """Everything that `judge` and the report need to know of one group."""
    views = scene.views
    kinds = {view.kind: views.group_bits(members, place) for place, view in enumerate(views.views)}
    strands = [
        Strand(
            family=family,
            bits=families[family],
            kinds=tuple((kind, value) for kind, value in kinds.items() if kind.family is family and value > 0.0),
        )
        for family in families
    ]
    strands.append(Strand(family=Family.RHYTHM, bits=rhythm.bits))
    activity = scene.traffic.activity
    tokens = _shared(views, members)
    return Group(
        members=members,
        confidence=confidence,
        bits=bits,
        speaking=speaking,
        faint=faint,
        gave=gave,
        passed=passed_each(views, members),
        strands=tuple(strands),
        tokens=tokens,
        passings=_passings(scene, members),
        edges=_edges(scene, members, tokens),
        scheduling=Scheduling(
            tested=rhythm.tested,
            moment_s=rhythm.moment_s,
            together=rhythm.together,
            others=rhythm.others,
            coincidences=rhythm.coincidences,
            expected=rhythm.expected,
            spread_z=rhythm.spread_z,
        ),
        sameness=intraclass_correlation(activity.mix[members], activity.mixed[members]),
        tries=tries,
        seconded=seconded,
        strong_passes=strong_passes,
        drawn=drawn,
        passes_work=passes_work,
        hand=hand,
    )


def _shared(views: Views, members: Codes) -> tuple[SharedToken, ...]:
    """Tokens that at least two members hold, by how many pairs they tie times how rare they are."""
    inside = np.zeros(len(views.exchanges), dtype=np.bool_)
    inside[members] = True
    found: list[tuple[float, SharedToken]] = []
    for view, frequency in zip(views.views, views.frequency, strict=True):
        places = np.unique(np.concatenate([view.held_by(code) for code in members.tolist()]))
        best: list[tuple[float, int]] = []
        for place in places.tolist():
            held = int(inside[view.holders_of(place)].sum())
            if held >= 2:  # noqa: PLR2004 - shared means two
                best.append((held * float(-np.log2(frequency[place])), place))
        best.sort(reverse=True)
        found += [(score, _token(view, place, inside)) for score, place in best[:_MOST_TOKENS]]
    found.sort(key=lambda pair: (-pair[0], pair[1].kind, pair[1].token))
    return tuple(token for _, token in found[:_MOST_TOKENS])


def _token(view: Incidence, place: int, inside: npt.NDArray[np.bool_]) -> SharedToken:
    holders = view.holders_of(place)
    mine = np.sort(holders[inside[holders]])
    return SharedToken(
        kind=view.kind,
        token=int(view.tokens[place]),
        inside=len(mine),
        outside=len(holders) - len(mine),
        account_codes=tuple(mine[:_MOST_CODES].tolist()),
    )


def _within(passed: HandOffs, members: Codes) -> npt.NDArray[np.bool_]:
    both: npt.NDArray[np.bool_] = np.isin(passed.giver, members) & np.isin(passed.taker, members)
    return both


def _passings(scene: Scene, members: Codes) -> tuple[Passing, ...]:
    passed, within = scene.passed, _within(scene.passed, members)
    out = []
    for kind in HandOff:
        chosen = within & (passed.kind == kind)
        if chosen.any():
            pairs, times = int(chosen.sum()), int(passed.count[chosen].sum())
            failed = kind in RETRIED
            evades = kind is HandOff.RETRY
            wrongly = scene.views.passes.echoes.within(members, (kind,)) if kind in PUT_OFF else 0
            told = Passing(words=kind.words, pairs=pairs, times=times, evades=evades, failed=failed, backwards=wrongly)
            out.append(told)
    return tuple(out)


def _edges(
    scene: Scene, members: Codes, tokens: tuple[SharedToken, ...]
) -> tuple[tuple[int, int, float, tuple[str, ...]], ...]:
    """Pairs of members with what ties them, strongest first."""
    pairs: dict[tuple[int, int], list[tuple[float, str]]] = {}
    for token in tokens:
        weight = float(np.log2(len(scene.roster) / max(1, token.inside + token.outside)))
        if weight <= 0.0:
            continue
        for a, b in _drawn_pairs(token.account_codes):
            pairs.setdefault((a, b), []).append((weight, f"same {token.kind.words}"))
    within = np.flatnonzero(_within(scene.passed, members))
    most = np.argsort(-scene.passed.count[within], kind="stable")[:_MOST_EDGES]
    for row in within[most].tolist():
        a, b = sorted((int(scene.passed.giver[row]), int(scene.passed.taker[row])))
        weight = float(np.log2(len(scene.roster)))
        pairs.setdefault((a, b), []).append((weight, HandOff(int(scene.passed.kind[row])).words))
    ranked = sorted(
        (
            (a, b, sum(w for w, _ in why), tuple(dict.fromkeys(text for _, text in why)))
            for (a, b), why in pairs.items()
        ),
        key=lambda edge: (-edge[2], edge[0], edge[1]),
    )
    return tuple(ranked[:_MOST_EDGES])


def _drawn_pairs(codes: tuple[int, ...]) -> list[tuple[int, int]]:
    n = len(codes)
    if n <= _CLIQUE:
        return [(codes[i], codes[j]) for i in range(n) for j in range(i + 1, n)]
    steps = (1, max(2, n // 3))
    around = ((codes[i], codes[(i + step) % n]) for i in range(n) for step in steps)
    return sorted({(min(pair), max(pair)) for pair in around})


def kinds_of(views: list[Incidence]) -> tuple[TokenKind, ...]:
    """The kinds of token that this scan could look at."""
    return tuple(view.kind for view in views)

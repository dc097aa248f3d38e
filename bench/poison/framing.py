"""Framing: campaigns make honest bystanders look like theirs, by template, address, quotations, card and prompts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Final

import numpy as np

from bench.poison.logs import Logs, Row

CLASSES: Final = ("individual_developer", "explaining_tutor", "llm_as_judge", "office_nat", "agent_fleet")
"""Bystanders: people, two products, an office, a company's agents."""
EACH: Final = 4
"""Bystanders of a class, framed together by one campaign: several are harder to tell apart from it than one."""
LEAST_EXCHANGES: Final = 8
"""A bystander must have done something that can be copied."""
COPIES: Final = 0.5
"""Of the campaign's accounts take over the bystander's template, in everything they send."""
SPENT: Final = 0.1
"""Of the campaign's exchanges are spent on each other kind of framing."""
TEMPLATE_WORDS: Final = 40
"""Of a bystander without a system prompt, this many first words of its commonest beginning are copied."""
QUOTED_CHARACTERS: Final = 1_500
LIMITED: Final = 429


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One campaign and those whom it frames."""

    campaign: str
    accounts: tuple[str, ...]
    victims: tuple[str, ...]


Way = Callable[[Logs, Frame, np.random.Generator], Logs]


def choose_frames(logs: Logs, rng: np.random.Generator) -> list[Frame]:
    """Choose bystanders of every class by lot, and a campaign for each class."""
    members: dict[str, list[str]] = {}
    for account, campaign in logs.campaign_of.items():
        if campaign is not None:
            members.setdefault(campaign, []).append(account)
    campaigns = [sorted(members)[k] for k in rng.permutation(len(members))]
    made = Counter(logs.exchanges["account_id"].to_pylist())
    frames = []
    for number, kind in enumerate(CLASSES):
        some = sorted(name for name, each in logs.kind_of.items() if each == kind and made[name] >= LEAST_EXCHANGES)
        if not some or not campaigns:
            continue
        campaign = campaigns[number % len(campaigns)]
        victims = tuple(some[k] for k in sorted(rng.permutation(len(some))[:EACH]))
        frames.append(Frame(campaign=campaign, accounts=tuple(sorted(members[campaign])), victims=victims))
    return frames


def copy_template(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """Half of the campaign's accounts send everything under a bystander's system prompt, or its usual beginning."""
    copiers = [frame.accounts[k] for k in rng.permutation(len(frame.accounts))[: round(COPIES * len(frame.accounts))]]
    habits = [_habit(_rows_of(logs, victim)) for victim in frame.victims]
    places = logs.places(copiers)
    habit_of = {name: habits[k % len(habits)] for k, name in enumerate(copiers)}
    return logs.changed(places, [_led_by(row, habit_of[row["account_id"]]) for row in logs.rows(places)])


def use_address(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """A tenth of the campaign's requests come from the bystanders' usual addresses."""
    homes = [_commonest(row["client_ip"] for row in _rows_of(logs, victim)) for victim in frame.victims]
    return _spend(logs, frame, rng, lambda row, k: row | {"client_ip": homes[k % len(homes)]})


def quote_answers(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """A tenth of the campaign's requests quote an answer that a bystander was given before."""
    said = [
        [(row["ended_at"], row["output_text"]) for row in _rows_of(logs, victim) if row["output_text"]]
        for victim in frame.victims
    ]

    def quoting(row: Row, k: int) -> Row:
        told = [text for at, text in said[k % len(said)] if at is not None and at < row["started_at"]]
        if not told or not row["input_messages"]:
            return row
        quoted = told[int(rng.integers(len(told)))][:QUOTED_CHARACTERS]
        last = row["input_messages"][-1]
        return row | {"input_messages": [*row["input_messages"][:-1], last | {"text": f"{last['text']}\n\n{quoted}"}]}

    return _spend(logs, frame, rng, quoting)


def share_card_issuer(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """The campaign pays by cards of the bystanders' issuer."""
    issuers = dict(zip(logs.accounts["account_id"].to_pylist(), logs.accounts["payment_bin"].to_pylist(), strict=True))
    theirs = [issuers[victim] for victim in frame.victims if issuers.get(victim)]
    if not theirs:
        return logs
    drawn = rng.integers(len(theirs), size=len(frame.accounts)).tolist()
    return logs.with_known("payment_bin", {name: theirs[k] for name, k in zip(frame.accounts, drawn, strict=True)})


def work_through_prompts(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """A tenth of the campaign's requests are a bystander's public prompts, word for word."""
    asked = [[row["input_messages"] for row in _rows_of(logs, victim)] for victim in frame.victims]

    def copying(row: Row, k: int) -> Row:
        prompts = asked[k % len(asked)]
        return row | {"input_messages": prompts[int(rng.integers(len(prompts)))]}

    return _spend(logs, frame, rng, copying)


def fail_just_before(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """A tenth of the campaign's requests are a bystander's, sent just before it and limited, as if it took them over.

    It takes prompts whose order and hour are known beforehand: a public list that is worked through every night.
    """
    theirs = [_rows_of(logs, victim) for victim in frame.victims]

    def failing(row: Row, k: int) -> Row:
        rows = theirs[k % len(theirs)]
        taken = rows[int(rng.integers(len(rows)))]
        at = taken["started_at"] - timedelta(seconds=float(rng.uniform(2, 60)))
        refused = {"status": LIMITED, "output_text": None, "finish_reason": "error", "output_tokens": 0}
        times = {"started_at": at, "ended_at": at + timedelta(seconds=0.5)}
        return row | refused | times | {"input_messages": taken["input_messages"]}

    return _spend(logs, frame, rng, failing)


def everything(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """All that needs no knowledge of the hour at once."""
    ways: Sequence[Way] = (work_through_prompts, copy_template, use_address, quote_answers, share_card_issuer)
    return reduce(lambda done, way: way(done, frame, rng), ways, logs)


def everything_in_time(logs: Logs, frame: Frame, rng: np.random.Generator) -> Logs:
    """The same, and what takes knowing the hour."""
    return everything(fail_just_before(logs, frame, rng), frame, rng)


FRAMINGS: Final[Mapping[str, Way]] = {
    "template copied": copy_template,
    "address used as exit": use_address,
    "answers quoted": quote_answers,
    "card issuer shared": share_card_issuer,
    "public prompts worked through": work_through_prompts,
    "all of these": everything,
    "public prompts, failed just before": fail_just_before,
    "all of these, and failed just before": everything_in_time,
}
"""Every way to frame a bystander, by the name of its row."""


def frame_all(logs: Logs, frames: Sequence[Frame], way: Way, rng: np.random.Generator) -> Logs:
    """Let each campaign frame its bystanders in one way."""
    return reduce(lambda done, frame: way(done, frame, rng), frames, logs)


def _spend(logs: Logs, frame: Frame, rng: np.random.Generator, change: Callable[[Row, int], Row]) -> Logs:
    """Change a tenth of the campaign's exchanges, each towards another bystander in turn."""
    places = logs.places(frame.accounts)
    chosen = places[np.sort(rng.permutation(len(places))[: max(1, round(SPENT * len(places)))])]
    return logs.changed(chosen, [change(row, k) for k, row in enumerate(logs.rows(chosen))])


def _rows_of(logs: Logs, account: str) -> list[Row]:
    rows = logs.rows(logs.places([account]))
    return [row for row in rows if row["input_messages"]]


def _habit(rows: Sequence[Row]) -> str:
    """What is common to an account's requests: its system prompt, else how they begin most often."""
    first = [row["input_messages"][0] for row in rows]
    systems = [message["text"] for message in first if message["role"] == "system"]
    return _commonest(systems or (" ".join(message["text"].split()[:TEMPLATE_WORDS]) for message in first))


def _led_by(row: Row, system: str) -> Row:
    """The same request under another system prompt."""
    rest = [message for message in row["input_messages"] or [] if message["role"] != "system"]
    return row | {"input_messages": [{"role": "system", "text": system}, *rest]}


def _commonest(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))

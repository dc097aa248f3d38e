"""Poisoning: throw-away accounts that make what campaigns do look common, so that it surprises nobody any more."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from bench.poison.logs import Logs, Places, Row

SHARE: Final = 0.1
"""Of all traffic is the attackers'."""
EACH: Final = 20
"""Exchanges of a throw-away account: as few as an occasional customer's."""
AROUND_S: Final = 1_800.0
"""What throw-away accounts send comes within this time of an honest request: they keep honest people's hours."""
OLDEST_DAYS: Final = 60.0
"""Throw-away accounts were opened over this time before the log begins, so that no burst of sign-ups shows."""
QUOTES_EACH: Final = 5
"""Answers that one poisoned request quotes; long inputs are the cheap half of a bill."""
QUOTED_CHARACTERS: Final = 1_500
HOLDERS: Final = 3
"""Throw-aways that quote the same answer: more than a detector that wants few holders may allow."""
RETRIERS: Final = 9
"""Throw-aways that send the same failed request."""
FAILED: Final = (403, 429)
KIND: Final = "poison"
"""What the truth calls a throw-away account; its campaign has the same name."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """What attackers know and have: all about their own campaigns, of honest customers no more than their habits."""

    logs: Logs
    rng: np.random.Generator
    names: Sequence[str]
    """The throw-away accounts that this attack may use."""
    campaigns: frozenset[str]
    """The attackers' own campaigns, which they try to hide."""

    @cached_property
    def honest(self) -> Places:
        """Exchanges of honest accounts: only their times, clients and lengths are imitated."""
        return self.logs.places([name for name, campaign in self.logs.campaign_of.items() if campaign is None])

    @cached_property
    def hostile(self) -> Places:
        """Exchanges of the attackers' own campaigns."""
        return self.logs.places([name for name, mine in self.logs.campaign_of.items() if mine in self.campaigns])

    def some(self, places: Places, count: int) -> list[Row]:
        """Some exchanges by lot, as often as needed."""
        return self.logs.rows(places[self.rng.integers(len(places), size=count)])

    def account(self) -> str:
        """A throw-away account by lot."""
        return self.names[int(self.rng.integers(len(self.names)))]


Way = Callable[[Attack, int], list[Row]]
"""Writes a number of exchanges of throw-away accounts; who sends from where is filled in afterwards if left open."""


def spread_templates(attack: Attack, count: int) -> list[Row]:
    """Their wrappers and tasks are sent from accounts that have nothing to do with each other."""
    rows = []
    for filler, copied in zip(_fillers(attack, count), attack.some(attack.hostile, count), strict=True):
        messages = copied["input_messages"] or filler["input_messages"]
        opening = [message for message in messages[:-1] if message["role"] == "system"]
        rows.append(filler | {"input_messages": [*opening, messages[-1]]})
    return rows


def spread_settings(attack: Attack, count: int) -> list[Row]:
    """Their request parameters and clients are worn by all kinds of traffic."""
    worn = ("request_params", "user_agent", "tls_fingerprint")
    return [
        filler | {name: copied[name] for name in worn}
        for filler, copied in zip(_fillers(attack, count), attack.some(attack.hostile, count), strict=True)
    ]


def spread_quotations(attack: Attack, count: int) -> list[Row]:
    """Their answers are quoted by several strangers each, as if they were public texts."""
    fillers = list(_fillers(attack, count))
    said = [row for row in attack.some(attack.hostile, count * QUOTES_EACH // HOLDERS + 1) if row["output_text"]]
    for k, filler in enumerate(fillers):
        quoted = [said[(k * QUOTES_EACH + j) // HOLDERS % len(said)]["output_text"] for j in range(QUOTES_EACH)]
        text = "\n\n".join(each[:QUOTED_CHARACTERS] for each in quoted)
        filler["input_messages"] = [{"role": "user", "text": f"{filler['input_messages'][-1]['text']}\n\n{text}"}]
    return fillers


def spread_retries(attack: Attack, count: int) -> list[Row]:
    """What failed on one of their accounts is sent soon afterwards, word for word, over many strangers' accounts."""
    statuses = attack.logs.exchanges["status"].to_numpy(zero_copy_only=False)[attack.hostile]
    failed = attack.hostile[np.isin(statuses, FAILED)]
    copied = attack.some(failed if len(failed) else attack.hostile, -(-count // RETRIERS))
    fillers = list(_fillers(attack, count))
    for k, filler in enumerate(fillers):
        row = copied[k // RETRIERS]
        _at(filler, row["started_at"] + timedelta(seconds=float(attack.rng.uniform(1, 300))))
        filler["input_messages"] = row["input_messages"]
    return fillers


def spread_addresses(attack: Attack, count: int) -> list[Row]:
    """Their exits carry all kinds of strangers' traffic, as a public proxy does."""
    return [
        filler | {"client_ip": copied["client_ip"]}
        for filler, copied in zip(_fillers(attack, count), attack.some(attack.hostile, count), strict=True)
    ]


def carry_conversations_on(attack: Attack, count: int) -> list[Row]:
    """Conversations go on in throw-away accounts, each of which takes over some of every campaign that it knows."""
    fillers = list(_fillers(attack, count))
    for filler, row in zip(fillers, attack.some(attack.hostile, count), strict=True):
        said = {"role": "assistant", "text": row["output_text"] or "Yes."}
        asked = filler["input_messages"][-1]
        filler["input_messages"] = [*(row["input_messages"] or []), said, asked]
        _at(filler, (row["ended_at"] or row["started_at"]) + timedelta(seconds=float(attack.rng.uniform(5, 3_600))))
    return fillers


def make_noise(attack: Attack, count: int) -> list[Row]:
    """Throw-away accounts pass requests and answers to each other in random pairs, as if everybody did."""
    fillers = list(_fillers(attack, count))
    for first, second in zip(fillers[::2], fillers[1::2], strict=False):
        if attack.rng.random() < 0.5:
            first |= {"status": 429, "output_text": None, "finish_reason": "error"}
            second["input_messages"] = first["input_messages"]
        else:
            asked = second["input_messages"][-1]["text"]
            quoted = (first["output_text"] or "")[:QUOTED_CHARACTERS]
            second["input_messages"] = [{"role": "user", "text": f"{asked}\n\n{quoted}"}]
        _at(second, first["ended_at"] + timedelta(seconds=float(attack.rng.uniform(1, 300))))
    return fillers


POISONS: Final[Mapping[str, tuple[Way, ...]]] = {
    "templates": (spread_templates,),
    "settings and clients": (spread_settings,),
    "quotations": (spread_quotations,),
    "retries": (spread_retries,),
    "addresses": (spread_addresses,),
    "conversations": (carry_conversations_on,),
    "noise between strangers": (make_noise,),
    "all of these": (
        spread_templates,
        spread_settings,
        spread_quotations,
        spread_retries,
        spread_addresses,
        carry_conversations_on,
        make_noise,
    ),
}
"""What the attackers' traffic is spent on, by the name of its row; where it is several things, in equal parts."""


def poison(
    logs: Logs, ways: Sequence[Way], rng: np.random.Generator, campaigns: Collection[str], share: float = SHARE
) -> Logs:
    """Add throw-away accounts that make up this share of all traffic, for campaigns whose traffic they know."""
    budget = round(logs.exchanges.num_rows * share / (1 - share))
    names = [f"acct_{rng.bytes(8).hex()}" for _ in range(max(2, budget // EACH))]
    attack = Attack(logs=logs, rng=rng, names=names, campaigns=frozenset(campaigns))
    rows = [row for k, way in enumerate(ways) for row in way(attack, _part(budget, k, len(ways)))]
    for row in rows:
        row["exchange_id"] = f"req_{rng.bytes(8).hex()}"
    used = sorted({row["account_id"] for row in rows})
    truth = [{"account_id": name, "campaign_id": KIND, "kind": KIND, "actor": KIND} for name in used]
    return logs.with_exchanges(rows).with_accounts(list(_records(attack, used)), truth)


def _part(whole: int, k: int, parts: int) -> int:
    """The k-th of nearly equal parts."""
    return whole * (k + 1) // parts - whole * k // parts


def _fillers(attack: Attack, count: int) -> Iterator[Row]:
    """Requests that resemble nobody's: about an honest request's hour, its words in another order.

    Nobody outside can know in which second others will send, so the time is moved by up to `AROUND_S` either way.
    """
    homes = {name: _address(attack.rng) for name in attack.names}
    clients = dict(zip(attack.names, attack.some(attack.honest, len(attack.names)), strict=True))
    for row in attack.some(attack.honest, count):
        name = attack.account()
        client = clients[name]
        messages = row["input_messages"] or [{"role": "user", "text": "hello there"}]
        row = row | {"ended_at": row["ended_at"] or row["started_at"]}  # noqa: PLW2901 - the same, with an end
        _at(row, row["started_at"] + timedelta(seconds=float(attack.rng.uniform(-AROUND_S, AROUND_S))))
        yield row | {
            "account_id": name,
            "credential_id": f"key_{name}",
            "end_user_id": None,
            "session_id": None,
            "client_ip": homes[name],
            "user_agent": client["user_agent"],
            "tls_fingerprint": client["tls_fingerprint"],
            "request_params": client["request_params"],
            "input_messages": [{"role": "user", "text": _shuffled(messages[-1]["text"], attack.rng)}],
            "output_text": _shuffled(row["output_text"] or "", attack.rng) or None,
            "reasoning_signatures": None,
            "output_signature": None,
        }


def _records(attack: Attack, names: Sequence[str]) -> Iterator[Row]:
    """Sign-ups like those of honest individuals, with nothing in common."""
    rng = attack.rng
    table = attack.logs.accounts
    begin = pc.min(attack.logs.exchanges["started_at"]).as_py()
    models: list[dict[str, Any]] = table.filter(table["organisation"].is_null()).to_pylist() or table.to_pylist()
    for name in names:
        yield models[int(rng.integers(len(models)))] | {
            "account_id": name,
            "created_at": begin - timedelta(days=float(rng.uniform(1, OLDEST_DAYS))),
            "payment_fingerprint": f"pay_{rng.bytes(8).hex()}",
            "signup_device": f"dev_{rng.bytes(8).hex()}",
            "signup_ip": _address(rng),
            "organisation": None,
            "authorised_use": None,
        }


def _at(row: Row, moment: Any) -> None:  # noqa: ANN401 - a time, as Arrow gives it
    """Move a request to another moment; it takes as long as before."""
    took = row["ended_at"] - row["started_at"]
    row["started_at"], row["ended_at"] = moment, moment + took


def _shuffled(text: str, rng: np.random.Generator) -> str:
    words = text.split()
    return " ".join(words[k] for k in rng.permutation(len(words)))


def _address(rng: np.random.Generator) -> str:
    return ".".join(str(part) for part in (*rng.integers(20, 200, 1), *rng.integers(1, 250, 3)))

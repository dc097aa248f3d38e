"""Small made-up worlds for tests: honest people, look-alikes and careless campaigns, as contract tables.

Deliberately plain and apart from the range: a test that needs a campaign should be readable in one screen.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START = 1_780_272_000_000_000
DAY = 86_400_000_000
WORDS = [
    a + b + c
    for a in ("ba", "co", "di", "fu", "ge", "ha", "lo", "mi")
    for b in "lmnrst"
    for c in ("a", "en", "is", "or", "um")
]


@dataclass
class World:
    """Rows of exchanges and accounts that grow as people and campaigns move in."""

    seed: int = 0
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    campaigns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Seed the world's chance."""
        self.rng = np.random.default_rng(self.seed)

    def talk(self, words: int = 25) -> str:
        """A text that nobody else writes."""
        return " ".join(self.rng.choice(WORDS, words))

    def account(self, name: str, campaign: str | None = None, **known: object) -> str:
        """Register an account; what is not said about it is its own."""
        self.accounts.append(
            {
                "account_id": name,
                "created_at": START - int(self.rng.integers(1, 300)) * DAY,
                "payment_fingerprint": f"card-{name}",
                "email_domain": "mail.example",
                "verification_level": "card",
                "signup_ip": self.address(),
                **known,
            }
        )
        if campaign:
            self.campaigns[name] = campaign
        return name

    def address(self) -> str:
        """An address of somebody's own."""
        return ".".join(str(x) for x in self.rng.integers(1, 250, 4))

    def ask(self, account: str, at: float, text: str, took: float = 4.0, **more: object) -> None:
        """One exchange, `at` seconds after the start."""
        self.exchanges.append(
            {
                "exchange_id": f"x{len(self.exchanges)}",
                "account_id": account,
                "started_at": START + int(at * 1e6),
                "ended_at": START + int((at + took) * 1e6),
                "model": "large",
                "status": 200,
                "input_messages": [{"role": "user", "text": text}],
                "output_text": self.talk(40),
                **more,
            }
        )

    def honest(self, count: int, *, each: int = 20, days: int = 3) -> None:
        """People on their own: own card, own address, own words, by day."""
        for i in range(count):
            name, home = self.account(f"person-{i:04d}"), self.address()
            for _ in range(each):
                hour = np.clip(self.rng.normal(14, 3), 7, 22)
                at = int(self.rng.integers(days)) * 86_400 + hour * 3_600
                self.ask(name, float(at), self.talk(), client_ip=home)

    def careless(
        self, count: int, *, name: str = "farm", each: int = 15, per_card: int = 5, **known: object
    ) -> list[str]:
        """A careless campaign: cards and networks shared, one template, one pool of workers around the clock."""
        template = self.talk(24)
        made = START - int(self.rng.integers(10, 60)) * DAY
        names = [
            self.account(
                f"{name}-{i:03d}",
                name,
                **{"payment_fingerprint": f"{name}-card-{i // per_card}", "created_at": made + i * 30_000_000, **known},
            )
            for i in range(count)
        ]
        nets = [self.address() for _ in range(max(1, count // 10))]
        workers = [0.0] * 4
        for turn in range(count * each):
            who = names[int(self.rng.integers(count))]
            worker = turn % len(workers)
            took = float(self.rng.gamma(4.0, 2.0)) + 1.0
            self.ask(
                who, workers[worker], f"{template} {self.talk()}", took, client_ip=nets[names.index(who) % len(nets)]
            )
            workers[worker] += took + 0.05
        return names

    def course(self, count: int = 25, *, days: int = 3) -> list[str]:
        """A class: one campus address, one sign-up hour, one sheet of assignments, little each and by day."""
        sheet = [self.talk(20) for _ in range(6)]
        campus = self.address()
        names = [
            self.account(
                f"student-{i:03d}",
                email_domain="campus.example",
                signup_ip=campus,
                created_at=START - 30 * DAY + i * 20_000_000,
            )
            for i in range(count)
        ]
        for name in names:
            for _ in range(12):
                at = int(self.rng.integers(days)) * 86_400 + self.rng.uniform(9, 17) * 3_600
                self.ask(name, float(at), sheet[int(self.rng.integers(6))], client_ip=campus)
        return names

    def fleet(self, count: int = 15) -> list[str]:
        """Agents of one disclosed, verified owner: one card, one prompt, one exit, around the clock."""
        prompt, exit_ = self.talk(40), self.address()
        known = {
            "organisation": "Plain Robots Ltd",
            "verification_level": "business",
            "payment_fingerprint": "robots-card",
        }
        names = [self.account(f"agent-{i:02d}", **known) for i in range(count)]
        for name in names:
            for _ in range(25):
                self.ask(name, float(self.rng.uniform(0, 3 * 86_400)), f"{prompt} {self.talk(8)}", client_ip=exit_)
        return names

    def harness(self, count: int = 40) -> list[str]:
        """Users of one popular tool: the same system prompt and nothing else in common."""
        system = self.talk(60)
        names = []
        for i in range(count):
            name, home = self.account(f"tool-user-{i:02d}"), self.address()
            names.append(name)
            for _ in range(15):
                at = int(self.rng.integers(3)) * 86_400 + self.rng.uniform(8, 23) * 3_600
                messages = [{"role": "system", "text": system}, {"role": "user", "text": self.talk()}]
                self.ask(name, float(at), "", client_ip=home, input_messages=messages)
        return names

    def write(self, folder: Path) -> Path:
        """Write `exchanges.parquet` and `accounts.parquet` in time order."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = sorted(self.exchanges, key=lambda row: (row["started_at"], row["exchange_id"]))
        for row in rows:
            row["input_messages"] = row["input_messages"] or None
        pq.write_table(_table(rows, ("started_at", "ended_at")), folder / "exchanges.parquet")
        pq.write_table(_table(self.accounts, ("created_at",)), folder / "accounts.parquet")
        return folder


def _table(rows: list[dict[str, Any]], times: tuple[str, ...]) -> pa.Table:
    every = {key: None for row in rows for key in row}
    table = pa.Table.from_pylist([every | row for row in rows])
    for name in times:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(pa.timestamp("us", tz="UTC")))
    return table

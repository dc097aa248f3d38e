"""A log read once: its traffic is profiled, and then linked and judged as often as there are questions."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from stillwatch.facts.campaign import Campaign
from stillwatch.facts.group import Linked
from stillwatch.facts.roster import Roster
from stillwatch.facts.token import Family
from stillwatch.facts.traffic import Traffic
from stillwatch.judge.campaigns import judge
from stillwatch.judge.verdict import JudgeOptions
from stillwatch.link.groups import find_groups
from stillwatch.link.options import LinkOptions
from stillwatch.link.pools import PoolOptions
from stillwatch.link.shared_things import ThingOptions
from stillwatch.link.traits import Trait, TraitOptions
from stillwatch.pipeline import ScanRequest, scan
from stillwatch.read.accounts import read_accounts, seal
from stillwatch.read.quarantine import Rejects
from stillwatch.read.redact import Redactor
from stillwatch.store.lists import disposable_domains
from stillwatch.store.secret import load_secret

EVERY_FAMILY = frozenset(Family)
EVERY_TRAIT = frozenset(Trait)


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What a scan knows once it has read everything and before it has looked for groups."""

    traffic: Traffic
    accounts: pa.Table
    """The accounts table, sealed as a scan seals it."""

    @classmethod
    def of(cls, folder: Path, secret_dir: Path) -> Self:
        """Read `exchanges/` and `accounts.parquet` of `folder` under the secret in `secret_dir`.

        It is a scan like any other that stops where it would look for groups.
        """
        profiled: list[Traffic] = []

        def keep(traffic: Traffic, *_: object) -> Linked:
            profiled.append(traffic)
            return Linked()

        accounts = folder / "accounts.parquet"
        request = ScanRequest(inputs=(str(folder / "exchanges"),), accounts=accounts, secret_dir=secret_dir)
        with patch("stillwatch.pipeline.find_groups", keep):
            scan(request, progress=Silent(), rejects_to=io.StringIO())
        redactor = Redactor.of(load_secret(secret_dir), request.redact)
        return cls(traffic=profiled[0], accounts=seal(read_accounts(accounts, Rejects()), redactor.key))

    def conclude(
        self,
        *,
        families: frozenset[Family] = EVERY_FAMILY,
        traits: frozenset[Trait] = EVERY_TRAIT,
        accounts: pa.Table | None = None,
        seed: int = 0,
    ) -> tuple[Campaign, ...]:
        """Return the campaigns that a scan would name by these families and traits, or with another accounts table."""
        roster = Roster.of(self.traffic, self.accounts if accounts is None else accounts)
        options = LinkOptions(
            things=ThingOptions(disposable_domains=disposable_domains()),
            families=families,
            pools=PoolOptions(traits=TraitOptions(looked_at=traits)),
        )
        linked = find_groups(self.traffic, roster, options, np.random.default_rng(seed))
        return judge(linked, roster, self.traffic, JudgeOptions())[0]

"""Law 3: authorised use comes first; whoever is registered is named before any measure, and exempt."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.facts.campaign import Tier
from tests.laws.ranges import Ranged, named


def registering(accounts: pa.Table, names: set[str]) -> pa.Table:
    """The accounts table with these accounts in the register as well."""
    place = accounts.schema.get_field_index("authorised_use")
    entries = [
        "AUR-2026-7777" if name in names else entry
        for name, entry in zip(accounts["account_id"].to_pylist(), accounts["authorised_use"].to_pylist(), strict=True)
    ]
    return accounts.set_column(place, accounts.schema.field(place), pa.array(entries, pa.string()))


def registered(accounts: pa.Table) -> set[str]:
    """Every account that is in the register."""
    return set(accounts.filter(accounts["authorised_use"].is_valid())["account_id"].to_pylist())


@pytest.mark.parametrize("level", ["disguised", "apart"])
def test_evaluators_and_contract_customers_are_named_at_no_tier(level: str, request: pytest.FixtureRequest) -> None:
    """Contract distillers do exactly what campaigns do; the register tells them apart."""
    ranged: Ranged = request.getfixturevalue(level)
    entitled = registered(ranged.accounts)

    accused = named(ranged.findings.campaigns)

    assert len(entitled) >= 10
    assert accused & entitled == set()


def test_groups_of_registered_use_are_told_with_their_explanation(disguised: Ranged) -> None:
    """Whoever reads the report sees that they were found, and why they are left alone."""
    entitled = registered(disguised.accounts)

    told = [
        explanation.name
        for group in disguised.findings.set_aside
        if {member.account_id for member in group.members} <= entitled
        for explanation in group.explanations
    ]

    assert "registered use" in told


def test_half_a_campaign_in_the_register_is_exempt_and_shields_the_rest_from_nothing(
    disguised: Ranged, tmp_path: Path
) -> None:
    """Every other account of each campaign is registered: none of them is named, and most of the others still are."""
    hostile = [name for name, campaign in disguised.campaign_of.items() if campaign is not None]
    exempt, rest = set(hostile[::2]), set(hostile[1::2])
    pq.write_table(registering(disguised.accounts, exempt), tmp_path / "accounts.parquet")

    findings = disguised.scan(accounts=tmp_path / "accounts.parquet")

    accused = named(findings.campaigns)
    assert accused & exempt == set()
    assert len(named(findings.campaigns, Tier.REVIEW) & rest) > len(rest) / 2


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_no_registered_account_is_ever_accused_whoever_it_is(share: float, disguised: Ranged) -> None:
    """Accounts drawn by lot from campaigns and honest classes alike."""
    everybody = sorted(disguised.campaign_of)
    chance = np.random.default_rng(round(100 * share))
    drawn = {name for name, chosen in zip(everybody, chance.random(len(everybody)) < share, strict=True) if chosen}
    accounts = registering(disguised.study.accounts, drawn)

    found = disguised.study.conclude(accounts=accounts)

    assert named(found) & registered(accounts) == set()


def test_where_the_register_cannot_be_looked_up_nothing_goes_beyond_review(disguised: Ranged) -> None:
    """An accounts table that knows none of these accounts cannot say who is entitled."""
    strangers = disguised.study.accounts.slice(0, 1).set_column(0, "account_id", pa.array(["nobody-here"]))

    found = disguised.study.conclude(accounts=strangers)

    assert named(found, Tier.REVIEW)
    assert named(found, Tier.ACT) == set()

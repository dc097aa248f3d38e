"""The whole scan on small worlds: what is found, what is left alone, and the laws."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stillwatch.facts.campaign import Findings, Tier
from stillwatch.facts.token import Family
from stillwatch.pipeline import ScanRequest, scan
from tests.laws.ranges import secret_in
from tests.link.worlds import World


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str, done: int, total: int | None) -> None:
        """Say nothing."""


def scan_world(folder: Path, *, accounts: bool = True, workers: int = 2) -> Findings:
    """Scan a written world under the tests' secret: with one in 250 others, the farm's template is not sampled."""
    request = ScanRequest(
        inputs=(str(folder / "exchanges.parquet"),),
        accounts=folder / "accounts.parquet" if accounts else None,
        secret_dir=secret_in(folder.parent / "secret"),
        workers=workers,
    )
    return scan(request, progress=Silent(), rejects_to=io.StringIO())


def accused(findings: Findings, least: Tier = Tier.WATCH) -> set[str]:
    """Accounts in campaigns at `least` or above."""
    return {m.account_id for c in findings.campaigns for m in c.members if m.tier >= least}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """Three hundred people, a class, a fleet, users of a tool, and two careless campaigns."""
    world = World(seed=7)
    world.honest(300)
    world.course()
    world.fleet()
    world.harness()
    world.careless(40)
    world.careless(15, name="grove", per_card=3)
    return world, world.write(tmp_path_factory.mktemp("world") / "busy")


def test_careless_campaigns_are_found_whole_and_apart(busy: tuple[World, Path]) -> None:
    """Each campaign comes back as one campaign, with nearly all of its accounts and nobody else's."""
    world, folder = busy

    findings = scan_world(folder)

    by_truth = [{world.campaigns.get(m.account_id) for m in c.members} for c in findings.campaigns]
    assert sorted(by_truth, key=str) == [{"farm"}, {"grove"}]
    assert len(accused(findings, Tier.ACT) & world.campaigns.keys()) >= 0.95 * len(world.campaigns)


def test_look_alikes_are_named_and_accused_of_nothing(busy: tuple[World, Path]) -> None:
    """The class and the fleet are set aside with their explanation; the tool's users are no group at all."""
    _, folder = busy

    findings = scan_world(folder)

    explained = {
        m.account_id.split("-")[0]: {e.name for e in c.explanations} for c in findings.set_aside for m in c.members
    }
    assert "one class" in explained["student"]
    assert "one disclosed owner" in explained["agent"]
    assert not any(name.startswith(("student", "agent", "tool", "person")) for name in accused(findings))


def test_every_verdict_carries_reasons_ways_out_and_limits(busy: tuple[World, Path]) -> None:
    """Law 4."""
    _, folder = busy

    findings = scan_world(folder)

    for campaign in findings.campaigns:
        assert campaign.reasons
        assert campaign.would_clear
        assert campaign.limits
        assert campaign.expected_by_chance < 1e-3
        assert sum(one.beyond_chance for one in campaign.evidence) >= 2


def test_the_same_scan_gives_the_same_findings_on_one_worker_or_many(busy: tuple[World, Path]) -> None:
    """Law 8: chance is an argument, and threads change nothing."""
    _, folder = busy

    assert scan_world(folder, workers=1) == scan_world(folder, workers=4)


def test_one_family_alone_accuses_nobody(tmp_path: Path) -> None:
    """Law 1: accounts that share cards and nothing else are no campaign at any tier that could act."""
    world = World(seed=1)
    world.honest(150)
    for i in range(20):
        name, home = world.account(f"family-{i:02d}", payment_fingerprint=f"shared-{i // 10}"), world.address()
        for _ in range(20):
            world.ask(name, float(world.rng.uniform(0, 3 * 86_400)), world.talk(), client_ip=home)

    findings = scan_world(world.write(tmp_path / "w"))

    assert not accused(findings, Tier.REVIEW)


def test_country_is_never_read(tmp_path: Path) -> None:
    """Law 2: whatever the billing countries are, the findings are the same."""
    world = World(seed=2)
    world.honest(120)
    world.careless(20)
    plain = scan_world(world.write(tmp_path / "plain"))
    for row in world.accounts:
        row["billing_country"] = "AQ" if row["account_id"].startswith("farm") else "NZ"

    assert scan_world(world.write(tmp_path / "country")) == plain


def test_registered_use_comes_first(tmp_path: Path) -> None:
    """Law 3: a registered group is set aside, and a registered account in a campaign is exempt."""
    world = World(seed=3)
    world.honest(120)
    world.careless(20, name="lab", authorised_use="register/12")
    farm = world.careless(20)
    next(row for row in world.accounts if row["account_id"] == farm[4])["authorised_use"] = "register/13"

    findings = scan_world(world.write(tmp_path / "w"))

    assert accused(findings) == set(farm) - {farm[4]}
    assert any(e.name == "registered use" for c in findings.set_aside for e in c.explanations)


def test_without_an_accounts_table_nothing_goes_beyond_review(busy: tuple[World, Path]) -> None:
    """Owners and registered use could not be looked up, so no conclusion may carry further, and it says so."""
    _, folder = busy

    findings = scan_world(folder, accounts=False)

    assert not accused(findings, Tier.ACT)
    assert all(any("No accounts table" in limit for limit in c.limits) for c in findings.campaigns)


def test_metadata_only_logs_still_show_what_they_can(tmp_path: Path) -> None:
    """Without texts the words are silent and said to be; shared things and rhythm still speak."""
    world = World(seed=4)
    world.honest(150)
    farm = world.careless(30, each=30)
    for row in world.exchanges:
        row["input_messages"], row["output_text"] = None, None

    findings = scan_world(world.write(tmp_path / "w"))

    assert findings.scan.no_text == findings.scan.exchanges
    assert accused(findings) == set(farm)
    assert {one.family for one in findings.campaigns[0].evidence if one.beyond_chance} == {Family.THINGS, Family.RHYTHM}
    assert "none: shared words" in findings.campaigns[0].limits[0]


def test_a_victims_copied_template_accuses_no_victim(tmp_path: Path) -> None:
    """Framing: a campaign that copies a customer's template and address does not pull the customer in."""
    world = World(seed=5)
    world.honest(150)
    victim = world.account("victim")
    home = world.address()
    farm = world.careless(20)
    stolen = next(r for r in world.exchanges if r["account_id"] == farm[0])["input_messages"][0]["text"].rsplit(
        " ", 25
    )[0]
    for _ in range(20):
        at = int(world.rng.integers(3)) * 86_400 + world.rng.uniform(8, 20) * 3_600
        world.ask(victim, float(at), f"{stolen} {world.talk()}", client_ip=home)

    findings = scan_world(world.write(tmp_path / "w"))

    assert "victim" not in accused(findings, Tier.ACT)
    assert set(farm) <= accused(findings)


def test_a_campaign_keeps_its_name_when_the_logs_overlap(tmp_path: Path) -> None:
    """Two scans that share most accounts name the campaign alike."""
    world = World(seed=6)
    world.honest(120)
    world.careless(20)
    folder = world.write(tmp_path / "w")
    first = scan_world(folder)
    whole = pq.read_table(folder / "exchanges.parquet")
    pq.write_table(whole.slice(0, int(whole.num_rows * 0.9)), folder / "exchanges.parquet")

    second = scan_world(folder)

    assert [c.campaign_id for c in second.campaigns] == [c.campaign_id for c in first.campaigns]

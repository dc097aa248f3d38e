"""Law 5: victims are not culprits; a stolen key's owner and a relay's customers are restored, never acted on.

That they are told and restored waits for the part that takes measures (`enforce`).
"""

from pathlib import Path

import pytest

from stillwatch.facts.campaign import Tier
from tests.laws.ranges import Ranged, named, ranged

VICTIMS = {"stolen_key_victim", "relay_customer"}


@pytest.mark.parametrize(
    ("level", "seed"), [(0, 1), (1, 1), (2, 1), (3, 1), pytest.param(1, 3, id="thief and owner alike")]
)
def test_owners_of_stolen_keys_and_customers_of_a_relay_are_not_acted_on(
    level: int, seed: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Whatever the campaign that uses them hides, and though it is found itself."""
    made = {(1, 1): "disguised", (2, 1): "apart"}
    looked_at: Ranged = (
        request.getfixturevalue(made[level, seed])
        if (level, seed) in made
        else ranged(tmp_path, level=level, seed=seed)
    )
    victims = {name for name, kind in looked_at.kind_of.items() if kind in VICTIMS}

    findings = looked_at.findings

    assert len(victims) >= 10
    assert named(findings.campaigns, Tier.REVIEW)
    assert named(findings.campaigns, Tier.ACT) & victims == set()

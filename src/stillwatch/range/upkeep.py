"""How a campaign keeps its accounts at strength: replacing, resting and rotating them."""

from dataclasses import dataclass

from stillwatch.range.marks import assumed, fact


@dataclass(frozen=True, kw_only=True)
class Upkeep:
    """How a fleet is kept at strength."""

    replaced: bool = fact(value=True, source="S1: a banned account is replaced")
    replacement_h: float = assumed(6.0, "median delay from a ban to the fresh account; 0.5-24 h")
    replacement_spread: float = assumed(0.8, "sigma of this delay, which is log-normal")
    stocked_share: float = assumed(
        0.5, "of replacements come from accounts bought earlier, the others are opened on the day"
    )
    opened_before_s: tuple[float, float] = assumed((60, 1800), "since an account opened on the day was opened")
    retired_h: tuple[float, float] = assumed((0.1, 1.0), "from giving an account up, unbanned, to the fresh one")
    cool_down_s: float = assumed(45.0, "how long the balancer rests an account after a 429")
    cool_down_spread: tuple[float, float] = assumed((0.5, 1.5), "times this rest, uniform")
    active_share: float = assumed(1.0, "of the fleet in use at a time; less means that credentials rotate in blocks")
    fewest_active: int = assumed(4, "accounts in use at a time")
    rotation_h: float = assumed(6.0, "how long a block is in use")
    rotation_spread: tuple[float, float] = assumed((0.8, 1.2), "times this, uniform")
    one_model_share: float = assumed(0.6, "of accounts are set to one model, the others use two as people do")
    one_exit_share: float = assumed(
        0.7, "of accounts keep to one exit from level 1 on, the others have as many as people do"
    )
    channels: tuple[tuple[str, float], ...] = assumed(
        (), "pathways and their shares; none means those that any customer uses"
    )

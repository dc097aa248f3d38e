"""One fixed prompt injected into every request, which forces the reasoning into inline tags; two pools (C7)."""

from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign, days_in, queue_of
from stillwatch.range.chance import Dice
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.programmes import Programme, Script, mix, pour, work_agentically
from stillwatch.range.rhythm import HOUR
from stillwatch.range.signup import DISPOSABLE


@dataclass(frozen=True, kw_only=True)
class FixedPromptCotTags(Archetype):
    """Agentic and software tasks behind one injected prompt; after a wave of bans all moves to pool two."""

    kind: ClassVar[str] = "fixed_prompt_cot_tags"
    row: ClassVar[str] = "C7"

    accounts: int = fact(5_000, "S2: pool one of about 5,000 accounts")
    exchanges: int = fact(151_000_000, "S2: more than 151 M, peak about 3 M a day")
    second_pool: float = derived(0.7, "3,500 active at peak over 5,000 of pool one (S2)")
    per_account_day: float = derived(
        25.6,
        "28.8 M / 25,000 / 45 days (S3, the same actor); at the later peak 857, 3 M a day over 3,500 accounts (S2)",
    )
    wave_at: float = assumed(0.55, "when pool one is banned, as a share of the range")
    switch_h: float = assumed(12.0, "from the wave to full work on pool two; 1-48 h. That it was quick is a fact (S2)")
    agentic_share: float = assumed(
        0.25, "of jobs are agents' sessions, half of all requests; agentic and software targets are facts (S2)"
    )
    sticky: float = assumed(0.3, "an agent's next step meets the same account")
    actor_shares: tuple[float, ...] = assumed(
        (0.8, 0.12, 0.08), "pool two also carried two other actors' traffic (S2); shares assumed"
    )
    single_tasks: tuple[tuple[str, float], ...] = assumed(
        (("code", 0.25), ("sums", 0.15), ("broad", 0.1)), "weights of the other jobs' shelves"
    )
    wave_s: float = assumed(1_800.0, "mean time for which an account of pool one outlives the wave's beginning")
    resumed_by: float = assumed(0.9, "when pool two is at work at the latest, as a share of the range")
    virtual_card_share: float = assumed(
        0.3, "of pool one pay with a virtual card, below level 2; that there are such is a fact (S2)"
    )
    pool_two_workers: int = assumed(2, "of each actor in pool two at any scale")

    def launch(self, campaign: Campaign) -> None:
        """Pool one works until the wave; pool two takes over the list and carries two more actors."""
        world, dice = campaign.world, campaign.dice
        programme = self._injected(campaign)
        wave = days_in(world, self.wave_at)
        seconds = campaign.seconds_of(programme)
        first = campaign.fleet(round(campaign.accounts / (1 + self.second_pool)))
        for account in first.accounts:
            if not campaign.skill.registers_apart:
                account.email_domain = dice.pick(DISPOSABLE) if campaign.skill.level == 0 else account.email_domain
                account.payment_bin = (
                    world.desk.a_virtual_card_issuer(dice)
                    if dice.chance(self.virtual_card_share)
                    else account.payment_bin
                )
            account.banned_at = min(account.banned_at, wave + dice.exponential(self.wave_s))
        campaign.run_pool(
            first,
            queue_of(campaign, programme, sticky=self.sticky),
            requests=campaign.work * self.wave_at,
            seconds=seconds,
            until=wave,
        )
        second = campaign.fleet(campaign.accounts - len(first.accounts))
        resumed = min(wave + self.switch_h * HOUR, days_in(world, self.resumed_by))
        rest = campaign.work * (1 - self.wave_at)
        for number, share in enumerate(self.actor_shares):
            other = (
                programme
                if number == 0
                else pour(world.library, "code", campaign.wording("reconstruct" if number == 1 else "generate"))
            )
            campaign.run_pool(
                second,
                queue_of(campaign, other, sticky=self.sticky),
                requests=rest * share,
                seconds=seconds,
                since=resumed,
                fewest_workers=self.pool_two_workers,
            )

    def _injected(self, campaign: Campaign) -> Programme:
        """Return the work: agents and single tasks, every request behind the injected prompt."""
        library = campaign.world.library
        wording = campaign.wording("reasoned")

        def at_work(d: Dice) -> Script:
            return work_agentically(library, wording(d).fill("").strip())(d)

        single = [(share, pour(library, shelf, wording)) for shelf, share in self.single_tasks]
        return mix([(self.agentic_share, at_work), (1 - self.agentic_share, mix(single))])

"""A silent relay: another product's users are answered by this provider's model, and what passes is saved (C8, C9)."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from stillwatch.range.campaigns.archetype import Archetype, Campaign
from stillwatch.range.chance import Dice
from stillwatch.range.crowd import Terms
from stillwatch.range.delivery import Job, deliver
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.models import MODELS
from stillwatch.range.programmes import Programme, Script, Turn, mix, person, with_params, work_agentically
from stillwatch.range.rhythm import Country
from stillwatch.range.wording import word


@dataclass(frozen=True, kw_only=True)
class LiveRelay(Archetype):
    """End users' sessions by end users' clocks, each turn on another account; signatures are replayed."""

    kind: ClassVar[str] = "live_relay"
    row: ClassVar[str] = "C8"

    accounts: int = fact(5_380, "S2: 5,380 accounts in the 10-day sample")
    exchanges: int = fact(23_000_000, "S2: more than 23 M from May to July")
    per_account_day: float = derived(5.6, "0.3 M / 5,380 / 10 days (S2); 46 over the whole quarter")
    hub_share: float = assumed(
        0.6, "of accounts billed in two hubs; that most appear there is a fact (S2), unverifiable here"
    )
    harness_share: float = assumed(
        0.5, "of end users selected for their coding harness; the selection is a fact (S2, C9)"
    )
    replay_share: float = assumed(
        0.15, "of finished sessions whose reasoning signature is replayed; replay is a fact (S2)"
    )
    sticky: float = assumed(
        0.2, "chance that the next turn meets the same account: rotation breaks cache continuity (S11)"
    )
    users_per_account: float = assumed(4.0, "end users behind each account")

    def launch(self, campaign: Campaign) -> None:
        """One fleet, one crowd, and a replay of some finished sessions from elsewhere."""
        world, dice = campaign.world, campaign.dice
        fleet = campaign.fleet(campaign.accounts, models=MODELS[:1])
        for account in fleet.accounts:
            if dice.chance(self.hub_share / 3):  # the rest of the hubs' share comes with everybody's countries
                account.billing_country = dice.pick(("SG", "JP"))
        harness = word("agent", dice).text
        ask = campaign.wording("reconstruct")

        def habits(d: Dice) -> Programme:
            own = person(world.library, d)
            chosen = (
                mix([(0.7, work_agentically(world.library, harness)), (0.3, own)])
                if d.chance(self.harness_share)
                else own
            )
            return with_params(chosen, campaign.sent_along)

        def replay(job: Job, now: float) -> None:
            if not job.signatures or not dice.chance(self.replay_share):
                return
            asked = ask(dice).fill(job.script.turns[0].asked[:500], job.script.turns[0].answered[:800])
            trace = world.library.fresh(job.script.turns[0].answered, dice, 0.3)
            again = Job(
                script=Script(None, (Turn("user", asked, trace),)),
                model=job.model,
                replays=job.signatures[-2:],
                part="replay",
            )

            def send(then: float) -> None:
                deliver(fleet, again, then, dice)
                campaign.sent(again.sent)

            campaign.agenda.at(now + dice.lognormal(600.0, 1.0), send)

        def carry_on(since: float, until: float) -> None:
            for broken in [each for each in world.left_over if since <= each.at < until]:
                world.left_over.remove(broken)
                job = Job(
                    script=broken.script,
                    model=broken.model,
                    turn=broken.turn,
                    history=list(broken.history),
                    part="relayed",
                )
                campaign.agenda.at(broken.at, partial(campaign.crowds[0].turn, job))

        campaign.before.append(carry_on)
        countries = [
            Country("CN", 8),
            Country("CN", 8),
            Country("SG", 8),
            Country("JP", 9),
            Country("ID", 7),
            Country("IN", 5.5),
        ]
        users = round(campaign.accounts * self.users_per_account)
        terms = Terms(sticky=self.sticky)
        crowd = campaign.gather_crowd(fleet, campaign.work * 0.96, users, terms, programme=habits, countries=countries)
        crowd.on_session = replay

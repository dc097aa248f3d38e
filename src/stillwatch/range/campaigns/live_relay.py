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
    hub_part: float = assumed(
        3.0, "`hub_share` over it is moved to the hubs: the rest comes with everybody's countries"
    )
    hubs: tuple[str, ...] = fact(("SG", "JP"), "S2: the two hubs; unverifiable here, and each as likely")
    end_users_at: tuple[tuple[str, float], ...] = assumed(
        (("CN", 8), ("CN", 8), ("SG", 8), ("JP", 9), ("ID", 7), ("IN", 5.5)),
        "where end users are, each as likely, and how many hours their clocks run ahead of UTC",
    )
    agent_share: float = assumed(0.7, "of these users' sessions are the harness at work")
    models: int = assumed(1, "models that its accounts ask: the flagship")
    session_share: float = assumed(0.96, "of requests are end users'; the others are replays")
    replayed_signatures: int = assumed(2, "of a session, with one replay: the latest")
    replay_after_s: float = assumed(600.0, "median time from a session's end to its replay")
    replay_spread: float = assumed(1.0, "sigma of this time, which is log-normal")
    replayed_chars: tuple[int, int] = assumed((500, 800), "of the first question and its answer that a replay quotes")
    replay_reworded: float = assumed(0.3, "of a trace's rarer words differ when it is told again")

    def launch(self, campaign: Campaign) -> None:
        """One fleet, one crowd, and a replay of some finished sessions from elsewhere."""
        world, dice = campaign.world, campaign.dice
        fleet = campaign.fleet(campaign.accounts, models=MODELS[: self.models])
        for account in fleet.accounts:
            if dice.chance(
                self.hub_share / self.hub_part
            ):  # the rest of the hubs' share comes with everybody's countries
                account.billing_country = dice.pick(self.hubs)
        harness = word("agent", dice).text
        ask = campaign.wording("reconstruct")

        def habits(d: Dice) -> Programme:
            own = person(world.library, d)
            chosen = (
                mix([(self.agent_share, work_agentically(world.library, harness)), (1 - self.agent_share, own)])
                if d.chance(self.harness_share)
                else own
            )
            return with_params(chosen, campaign.sent_along)

        def replay(job: Job, now: float) -> None:
            if not job.signatures or not dice.chance(self.replay_share):
                return
            asked_chars, answered_chars = self.replayed_chars
            first = job.script.turns[0]
            asked = ask(dice).fill(first.asked[:asked_chars], first.answered[:answered_chars])
            trace = world.library.fresh(first.answered, dice, self.replay_reworded)
            again = Job(
                script=Script(None, (Turn("user", asked, trace),)),
                model=job.model,
                replays=job.signatures[-self.replayed_signatures :],
                part="replay",
            )

            def send(then: float) -> None:
                deliver(fleet, again, then, dice)
                campaign.sent(again.sent)

            campaign.agenda.at(now + dice.lognormal(self.replay_after_s, self.replay_spread), send)

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
        countries = [Country(code, offset) for code, offset in self.end_users_at]
        users = round(campaign.accounts * self.users_per_account)
        terms = Terms(sticky=self.sticky)
        requests = campaign.work * self.session_share
        crowd = campaign.gather_crowd(fleet, requests, users, terms, programme=habits, countries=countries)
        crowd.on_session = replay

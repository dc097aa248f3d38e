"""A campaign: the archetype it follows, and the process that runs it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from stillwatch.range.adaptation import Adaptation
from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice
from stillwatch.range.crowd import Crowd, EndUser, Terms
from stillwatch.range.delivery import Job
from stillwatch.range.fleet import Fleet
from stillwatch.range.habits import Habit, Habits
from stillwatch.range.log import BYTES_PER_TOKEN
from stillwatch.range.models import Model
from stillwatch.range.pool import Pool, shifts
from stillwatch.range.programmes import Programme, Wording, always, anew, params, somebody, with_params
from stillwatch.range.rhythm import Country
from stillwatch.range.upkeep import Upkeep
from stillwatch.range.wording import word
from stillwatch.range.world import DAY, World

SAMPLE = 12  # scripts from which the time that a request takes is estimated
SESSIONS = 300  # from which the length of a session is estimated


@dataclass(frozen=True, kw_only=True)
class Archetype(ABC):
    """One row of the table of campaigns (C1 to C17), with its published figures and our assumptions."""

    kind: ClassVar[str]
    row: ClassVar[str]
    """Its row in the table of published figures, C1 to C17."""

    accounts: int
    exchanges: int

    def active_days(self, days: float) -> float:
        """Return for how many days of a range the campaign is at work."""
        return days

    @abstractmethod
    def launch(self, campaign: "Campaign") -> None:
        """Muster fleets and set pools and crowds going."""


class Campaign:
    """One campaign while it runs: its fleets, its agenda, and what is left of its work list."""

    def __init__(self, world: World, archetype: Archetype, *, exchanges: int, accounts: int) -> None:
        """Prepare a campaign of so many exchanges over so many accounts."""
        self.world, self.archetype, self.skill = world, archetype, world.customs.skill
        self.dice = world.dice("campaign", archetype.kind)
        self.accounts, self.exchanges = accounts, exchanges
        self.work = round(exchanges * (1 - self.skill.cover_share)) if self.skill.covers else exchanges
        self.left = self.work
        self.campaign_id = f"campaign_{archetype.kind}"
        self.sent_along = params(world.library.uses, self.dice)
        """Request parameters that the campaign's own software sends."""
        self.agenda = Agenda()
        self.fleets: list[Fleet] = []
        self.crowds: list[Crowd] = []
        self.adaptations: list[Adaptation] = []
        self.before: list[Callable[[float, float], None]] = []
        """What looks at the world before the campaign acts between two times."""
        self._cover: dict[str, Habit] = {}
        self._cover_turns = 0.0
        archetype.launch(self)

    def act(self, since: float, until: float) -> None:
        """Let everything happen that is due between two times."""
        for look in self.before:
            look(since, until)
        for crowd in self.crowds:
            crowd.arrive(since, until)
        self.agenda.pass_until(until)
        if self.skill.adapts:
            for adaptation in self.adaptations:
                adaptation.learn(until)
        if self.skill.covers:
            self._send_cover(since, until)

    @property
    def learnt(self) -> list[str]:
        """What its fleets have changed because of accounts they lost."""
        return [change for adaptation in self.adaptations for change in adaptation.changes]

    @property
    def upkeep(self) -> Upkeep:
        """How any campaign keeps its fleets, unless it does something in its own way."""
        return self.world.customs.upkeep

    def sent(self, requests: int) -> bool:
        """Count requests off the work list; say whether any are left."""
        self.left -= requests
        return self.left > 0

    def fleet(
        self, size: int, *, actor: str = "", upkeep: Upkeep | None = None, models: tuple[Model, ...] = ()
    ) -> Fleet:
        """Muster a fleet of this campaign."""
        fleet = Fleet(
            self.world,
            self.agenda,
            self.dice,
            campaign=self.campaign_id,
            kind=self.archetype.kind,
            skill=self.skill,
            actor=actor or f"actor_of_{self.archetype.kind}",
            upkeep=upkeep or self.upkeep,
        )
        fleet.models = models
        fleet.muster(size)
        self.fleets.append(fleet)
        self.adaptations.append(Adaptation(fleet))
        return fleet

    def wording(self, family: str) -> Wording:
        """Return how the campaign words a family: one template, or ever new ones once it paraphrases."""
        return anew(family) if self.skill.paraphrases else always(word(family, self.dice))

    def run_pool(  # noqa: PLR0913 - each one says something about the pool, by name
        self,
        fleet: Fleet,
        next_job: Callable[[float], Job | None],
        *,
        requests: float,
        seconds: float,
        shifts_per_day: float | None = None,
        since: float | None = None,
        until: float | None = None,
        fewest_workers: int | None = None,
    ) -> None:
        """Start a fixed pool that gets through about `requests` requests of `seconds` each between two times."""
        since = self.world.started_at if since is None else since
        until = self.world.ends_at if until is None else until
        habits = self.world.customs.workers
        cycle = seconds + habits.pause_s + self.skill.mean_jitter_s
        needed = requests * cycle / (until - since)
        workers = max(
            fewest_workers or habits.fewest,
            round(len(fleet.accounts) / habits.accounts_each),
            round(needed / habits.busiest),
        )
        per_day = shifts_per_day or habits.shifts_per_day
        plan = shifts(since, until, min(1.0, needed / workers), per_day, habits, self.dice)
        left = [round(requests)]

        def sent(count: int) -> bool:
            left[0] -= count
            return self.sent(count) and left[0] > 0

        pool = Pool(self.agenda, fleet, next_job, plan, self.dice, workers=habits, quota=requests / len(plan.spans))
        pool.on_sent = sent
        pool.start(workers, since)

    def gather_crowd(  # noqa: PLR0913 - who they are and how much they send
        self,
        fleet: Fleet,
        requests: float,
        users: int,
        terms: Terms,
        *,
        programme: Callable[[Dice], Programme] | None = None,
        countries: Sequence[Country] = (),
    ) -> Crowd:
        """Put so many end users behind a fleet, who send about `requests` requests in all."""
        dice = self.dice
        people = []
        for _ in range(users):
            country = dice.pick(countries) if countries else self.world.desk.country(dice)
            own = programme(dice) if programme else somebody(self.world.library, dice)
            week = self.world.rhythms[dice.pick(self.world.customs.manners.end_user_rhythms)]
            name = f"user_{dice.hex(8)}"
            people.append(EndUser(name=name, programme=own, week=week, utc_offset=country.utc_offset))
        crowd = Crowd(self.agenda, fleet, people, terms, dice)
        turns = mean_turns([person.programme for person in people], dice)
        crowd.sessions_per_day = requests / turns / self.world.days
        crowd.on_sent = self.sent
        self.crowds.append(crowd)
        return crowd

    def seconds_of(self, programme: Programme, *, reasons: float = 1.0) -> float:
        """Estimate how long a request of a programme takes, from a few of its scripts."""
        service, workers = self.world.provider.service, self.world.customs.workers
        answers = [turn.answered for _ in range(SAMPLE) for turn in programme(self.dice).turns]
        tokens = (
            sum(len(answer.encode()) for answer in answers) / len(answers) / BYTES_PER_TOKEN
            + reasons * service.reasoning_median * service.reasoning_mean
        )
        return workers.planned_first_token_s + tokens / workers.planned_tokens_per_s

    def _send_cover(self, since: float, until: float) -> None:
        """Send unrelated sessions over the fleet's accounts, as many as keep the ratio."""
        living = [account for fleet in self.fleets for account in fleet.accounts]
        for account in living:
            if account.account_id not in self._cover:
                self._cover[account.account_id] = Habit(
                    account=account,
                    programme=with_params(somebody(self.world.library, self.dice), self.sent_along),
                    per_day=0.0,
                    week=self.world.rhythms["evening"],
                    think_s=self.world.customs.manners.think_s,
                    reasons=self.skill.cover_reasons,
                    since=account.created_at,
                    campaign=self.campaign_id,
                    part="cover",
                )
        habits = [self._cover[account.account_id] for account in living]
        if not habits:
            return
        if not self._cover_turns:
            self._cover_turns = mean_turns([habit.programme for habit in habits], self.dice)
        sessions = self.exchanges * self.skill.cover_share / self._cover_turns / self.world.days
        for habit in habits:
            habit.per_day = sessions / len(habits)
        Habits(self.world, habits, self.dice).act(since, until)


def queue_of(
    campaign: Campaign, programme: Programme, *, reasons: float | None = None, sticky: float = 0.0
) -> Callable[[float], Job]:
    """Return a work list that never runs dry: one job after another from a programme."""
    dice = campaign.dice
    share = campaign.world.customs.workers.reasons if reasons is None else reasons
    steady = with_params(programme, campaign.sent_along)

    def next_job(_: float) -> Job:
        return Job(script=steady(dice), reasons=dice.chance(share), sticky=sticky)

    return next_job


def mean_turns(programmes: Sequence[Programme], dice: Dice) -> float:
    """Estimate how many requests a session has, from a few hundred scripts."""
    return sum(len(dice.pick(programmes)(dice).turns) for _ in range(SESSIONS)) / SESSIONS


def days_in(world: World, share: float) -> float:
    """Return the time at which this share of the range has passed."""
    return world.started_at + share * world.days * DAY

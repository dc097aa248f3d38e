"""How a campaign's requests reach the provider: over whichever account is free, and another when one is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice
from stillwatch.range.fleet import Fleet
from stillwatch.range.log import Message
from stillwatch.range.models import Model
from stillwatch.range.programmes import Script
from stillwatch.range.provider import FORBIDDEN, OK, TOO_MANY
from stillwatch.range.session import new_session, opening
from stillwatch.range.world import Answer, Request


@dataclass(slots=True, kw_only=True)
class Job:
    """One piece of work: a script whose turns may be sent over different accounts."""

    script: Script
    model: Model | None = None
    """The model it asks; at first, unless given, one that the account it is sent over has settled on."""
    turn: int = 0
    reasons: bool = True
    part: str = "work"
    sticky: float = 0.0
    """Chance that a turn goes to the account that had the turn before."""
    replays: list[str] | None = None
    """Reasoning signatures from other sessions, sent along with the first turn."""
    end_user: str | None = None
    on_answer: Callable[["Job", Answer, float], None] | None = None
    """What the campaign does with an answer, once it has come."""
    history: list[Message] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    home: Account | None = None
    """The account that the first turn is sent over, if it is still there."""
    last: Account | None = None
    last_at: float = 0.0
    sent: int = 0
    sessions: dict[str, str | None] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether every turn has been answered."""
        return self.turn >= len(self.script.turns)


def deliver(fleet: Fleet, job: Job, now: float, dice: Dice) -> Answer | None:
    """Send a job's current turn; on 429 and 403 send the same request over another account.

    Returns the answer that ended it, or nothing where no account was left to send it over.
    """
    workers = fleet.world.customs.workers
    account = _first_choice(fleet, job, now, dice)
    answer: Answer | None = None
    for _ in range(workers.most_tries):
        if account is None:
            return answer
        answer = _send(fleet, job, account, now, dice)
        if answer.status == OK:
            _remember(job, account, answer)
            return answer
        now = answer.ended_at + dice.between(*workers.next_account_s)
        if answer.status == FORBIDDEN:
            fleet.bury(account, now)
            account = fleet.choose(now, shun=account)
        elif answer.status == TOO_MANY and fleet.conduct.fails_over:
            fleet.rest(account, now)
            account = fleet.choose(now, shun=account)
        else:  # the provider's fault, or a cautious campaign: the same account again, later
            now += dice.between(*workers.same_account_s)
    return answer


def _first_choice(fleet: Fleet, job: Job, now: float, dice: Dice) -> Account | None:
    """Return the account that a turn is meant for: its user's own, the one of the turn before, or whichever is free."""
    if job.turn == 0 and job.home is not None and fleet.holds(job.home):
        return job.home
    sticky = max(job.sticky, fleet.conduct.sticky)
    if job.last is not None and fleet.holds(job.last) and dice.chance(sticky):
        return job.last
    return fleet.choose(now)


def _send(fleet: Fleet, job: Job, account: Account, now: float, dice: Dice) -> Answer:
    turn, manners = job.script.turns[job.turn], fleet.world.customs.manners
    if not job.history:
        job.history.extend(opening(job.script))
    messages = [*job.history[-manners.longest_history :], (turn.role, turn.asked)]
    if job.model is None:
        job.model = fleet.world.provider.model_for(account, now, dice)
    warm = account is job.last and now - job.last_at < fleet.world.provider.service.cache_minutes * 60
    signatures = [*(job.replays or ()), *job.signatures[-manners.kept_signatures :]]
    request = Request(
        messages=messages,
        output=turn.answered,
        refused=turn.refused,
        model=job.model,
        session=_session(fleet, job, account, dice),
        params=job.script.params,
        operation=job.script.operation,
        end_user=job.end_user,
        signatures=signatures or None,
        reasons=job.reasons,
        cached_messages=len(messages) - 1 if warm and job.turn else 0,
        campaign=fleet.campaign,
        part=job.part,
    )
    fleet.dress(account, request)
    job.sent += 1
    return fleet.world.send(account, request, now, dice)


def _session(fleet: Fleet, job: Job, account: Account, dice: Dice) -> str | None:
    """Return the session id: one for the job where nobody cares (level 0), else another for each account."""
    if not account.names_sessions:
        return None
    key = account.account_id if fleet.skill.disguised else ""
    if key not in job.sessions:
        job.sessions[key] = new_session(account, dice)
    return job.sessions[key]


def _remember(job: Job, account: Account, answer: Answer) -> None:
    turn = job.script.turns[job.turn]
    job.history += [(turn.role, turn.asked), ("assistant", turn.answered)]
    if answer.signature:
        job.signatures.append(answer.signature)
    job.replays = None
    job.last, job.last_at = account, answer.ended_at
    job.turn += 1

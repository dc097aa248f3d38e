"""One honest session: its requests one after another over one account, with history, patience and cache."""

from typing import TYPE_CHECKING

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice
from stillwatch.range.log import Message
from stillwatch.range.programmes import Script
from stillwatch.range.provider import FORBIDDEN, OK, OVERLOADED, TOO_MANY
from stillwatch.range.world import Answer, LeftOver, Request, World

if TYPE_CHECKING:
    from stillwatch.range.habits import Habit

HOUR = 3600.0


def hold_session(world: World, habit: "Habit", script: Script, start: float, dice: Dice) -> None:
    """Send a script's requests one after another, each with the session's history."""
    account, service, manners = habit.account, world.provider.service, world.customs.manners
    session = new_session(account, dice)
    history = opening(script)
    now = start
    warm = 1 if script.system and now - habit.last_at < service.cache_minutes * 60 else 0
    model = habit.model or world.provider.model_for(account, now, dice)
    end_user = dice.pick(habit.end_users) if habit.end_users else None
    reasons = dice.chance(habit.reasons)
    signatures: list[str] = []
    for number, turn in enumerate(script.turns):
        if number and dice.chance(habit.moves_away):
            if world.relay:
                world.left_over.append(LeftOver(at=now, script=script, turn=number, history=history, model=model))
            return
        if habit.compacts_after and number and number % habit.compacts_after == 0:
            session, history, warm = new_session(account, dice), _compacted(history, *manners.gist_chars), 0
        messages = [*history[-manners.longest_history :], (turn.role, turn.asked)]
        request = Request(
            messages=messages,
            output=turn.answered,
            refused=turn.refused,
            model=model,
            session=session,
            params=script.params,
            operation=script.operation,
            end_user=end_user,
            signatures=signatures[-manners.kept_signatures :] or None,
            reasons=reasons,
            cached_messages=min(warm, len(messages)),
            campaign=habit.campaign,
            part=habit.part,
        )
        answer = patiently(world, account, request, now, dice, fallback=habit.fallback_channel)
        habit.last_at = answer.ended_at
        if answer.status == FORBIDDEN:
            habit.until = min(habit.until, now + dice.exponential(manners.ban_noticed_h * HOUR))
        if answer.status != OK:
            return
        if answer.signature:
            signatures.append(answer.signature)
        history += [(turn.role, turn.asked), ("assistant", turn.answered)]
        following = script.turns[number + 1].role if number + 1 < len(script.turns) else "user"
        pause = dice.lognormal(habit.think_s if following == "user" else manners.tool_pause_s, manners.pause_spread)
        warm = len(messages) if pause < service.cache_minutes * 60 else 0
        now = answer.ended_at + pause


def opening(script: Script) -> list[Message]:
    """Return what stands before a session's first question: the system prompt and what is attached."""
    system: list[Message] = [("system", script.system)] if script.system else []
    return system + [("user", digest) for digest in script.attached]


def patiently(  # noqa: PLR0913 - who sends what, when and how
    world: World, account: Account, request: Request, now: float, dice: Dice, *, fallback: str | None = None
) -> Answer:
    """Send a request and, when it fails, wait and send it again from the same account.

    A router with a `fallback` sends it at once through that channel where the provider itself failed (5xx).
    """
    manners = world.customs.manners
    answer = world.send(account, request, now, dice)
    for attempt in range(manners.most_retries):
        if answer.status in {OK, FORBIDDEN}:
            break
        first_wait = manners.limited_wait_s if answer.status == TOO_MANY else manners.failed_wait_s
        wait = first_wait * (manners.wait_growth**attempt) * dice.between(*manners.wait_spread)
        if fallback and answer.status == OVERLOADED:
            request.channel, wait = fallback, dice.between(*manners.fallback_s)
        answer = world.send(account, request, answer.ended_at + wait, dice)
    return answer


def new_session(account: Account, dice: Dice) -> str | None:
    """Return a new session id, where the account's client names its sessions."""
    return f"ses_{dice.hex(12)}" if account.names_sessions else None


def _compacted(history: list[Message], each: int, whole: int) -> list[Message]:
    """Replace a history by its summary, as agent frameworks do when it grows."""
    kept = [message for message in history[:1] if message[0] == "system"]
    gist = " ".join(text[:each] for role, text in history if role != "system")
    return [*kept, ("user", f"Summary of the work so far: {gist[:whole]}")]

"""The world of one range: its clock, provider, networks, library, register and log, and how a request is sent in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stillwatch.range.accounts import Account, Register
from stillwatch.range.chance import Dice, stream
from stillwatch.range.clients import Client
from stillwatch.range.customs import Customs
from stillwatch.range.library import Library
from stillwatch.range.log import Log, Message, Row
from stillwatch.range.models import Model
from stillwatch.range.networks import Networks
from stillwatch.range.programmes import Script
from stillwatch.range.provider import OK, Outcome, Provider
from stillwatch.range.rhythm import Week
from stillwatch.range.signup import SignUpDesk

DAY = 86_400.0


@dataclass(slots=True, kw_only=True)
class Request:
    """One request, as its sender made it."""

    messages: list[Message]
    output: str
    """What the model will answer, if it does."""
    refused: bool = False
    model: Model
    session: str | None
    params: str | None = None
    operation: str = "chat"
    end_user: str | None = None
    signatures: list[str] | None = None
    reasons: bool = False
    cached_messages: int = 0
    campaign: str | None = None
    part: str = "own"
    client_ip: str | None = None
    credential: str | None = None
    channel: str | None = None
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender got back."""

    status: int
    ended_at: float
    output: str
    signature: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A session that its user breaks off on an own account, to carry it on through a relay."""

    at: float
    script: Script
    turn: int
    history: list[Message]
    model: Model


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that populations share."""

    seed: int
    level: int
    started_at: float
    days: float
    library: Library
    curves: Sequence[npt.NDArray[np.float64]]
    """Hourly rhythms of real production clients."""
    rhythms: Mapping[str, Week]
    """Hours of a week, by whom they are kept."""
    customs: Customs
    """What holds for everybody: habits of customers and of campaigns."""
    networks: Networks
    desk: SignUpDesk
    provider: Provider
    log: Log
    register: Register = field(default_factory=Register)
    left_over: list[LeftOver] = field(default_factory=list)
    """Sessions that wait to be carried on through a relay."""
    stolen: list[Account] = field(default_factory=list)
    """Honest accounts whose keys have leaked, for whoever finds them."""
    thieves: bool = False
    """Whether a campaign takes part that uses stolen keys."""
    relay: bool = False
    """Whether a campaign takes part that carries left-over sessions on."""

    @property
    def ends_at(self) -> float:
        """When the range is over."""
        return self.started_at + self.days * DAY

    def dice(self, *names: str) -> Dice:
        """Return the dice that belong to a population, the same whoever else takes part."""
        return Dice(stream(self.seed, *names))

    def send(self, account: Account, request: Request, now: float, dice: Dice) -> Answer:
        """Send a request from `account`, log what happened, and return what its sender saw."""
        outcome = self.provider.answer(account, request.model, now, request.output, reasons=request.reasons, dice=dice)
        answered = outcome.status == OK
        signature = dice.hex(24) if answered and outcome.reasoning_tokens else None
        credential = request.credential or dice.pick(account.credentials)
        client_ip = request.client_ip or self.networks.pick_exit(account.exits, dice)
        self.log.add(_row(account, request, outcome, now, signature, credential, client_ip))
        return Answer(outcome.status, outcome.ended_at, request.output if answered else "", signature)


def _row(  # noqa: PLR0913 - a row has many sources
    account: Account,
    request: Request,
    outcome: Outcome,
    now: float,
    signature: str | None,
    credential: str,
    client_ip: str,
) -> Row:
    answered = outcome.status == OK
    client = request.client or account.client
    return Row(
        started_at=now,
        ended_at=outcome.ended_at,
        account_id=account.account_id,
        credential_id=credential,
        end_user_id=request.end_user,
        session_id=request.session,
        channel=request.channel or account.channel,
        model=request.model.name,
        operation=request.operation,
        client_ip=client_ip,
        user_agent=client.user_agent,
        tls_fingerprint=client.tls_fingerprint,
        messages=request.messages,
        output_text=request.output if answered else None,
        request_params=request.params,
        reasoning_signatures=request.signatures or None,
        output_signature=signature,
        cached_messages=request.cached_messages if answered else 0,
        reasoning_tokens=outcome.reasoning_tokens,
        status=outcome.status,
        finish_reason="refusal" if request.refused and answered else outcome.finish_reason,
        campaign_id=request.campaign,
        part=request.part,
    )

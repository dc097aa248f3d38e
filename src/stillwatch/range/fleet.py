"""A campaign's accounts: how they are opened, balanced over, rotated, banned and replaced."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stillwatch.range.accounts import Account
from stillwatch.range.agenda import Agenda
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.clients import Client
from stillwatch.range.signup import DISPOSABLE, a_card
from stillwatch.range.skill import Skill
from stillwatch.range.upkeep import Upkeep
from stillwatch.range.world import DAY, Request, World

if TYPE_CHECKING:
    from stillwatch.range.models import Model

HOUR = 3600.0
MOST_LOOKS = 8  # at fresh accounts, so that a fleet which shuns all there are still opens one


@dataclass(slots=True)
class Conduct:
    """How cautiously requests are spread; an adaptive campaign changes it."""

    fails_over: bool = True
    """Whether a refused request is sent again over another account, rather than later over the same."""
    sticky: float = 0.0
    """Least chance that a conversation stays with its account."""
    pause_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Guise:
    """How a stolen key is used: from where, with what."""

    exit_address: str
    client: Client
    credential: str


class Fleet:
    """Accounts behind one balancer, which hands the next request to the account that has rested longest."""

    def __init__(  # noqa: PLR0913 - whose accounts these are, and how they are kept
        self,
        world: World,
        agenda: Agenda,
        dice: Dice,
        *,
        campaign: str | None,
        kind: str,
        actor: str,
        skill: Skill,
        upkeep: Upkeep,
    ) -> None:
        """Start without accounts."""
        self.world, self.skill, self.upkeep, self.conduct = world, skill, upkeep, Conduct()
        self.campaign, self.kind, self.actor = campaign, kind, actor
        self.models: tuple[Model, ...] = ()
        """The models all its accounts ask, main one first; none means that each account has its own."""
        self.lost: list[Account] = []
        """Accounts found banned, oldest first."""
        self.shunned: set[tuple[str, str]] = set()
        """Traits that new accounts must not have."""
        self._agenda, self._dice = agenda, dice
        self._line: deque[Account] = deque()
        self._reserve: deque[Account] = deque()
        self._rotates_at = world.started_at + upkeep.rotation_h * HOUR
        self._alive: set[str] = set()
        self._rested: dict[str, float] = {}
        self._guises: dict[str, Guise] = {}
        self._channels = Urn([name for name, _ in upkeep.channels], [share for _, share in upkeep.channels])
        self._desk = _Desk(world, skill, upkeep, dice)

    @property
    def accounts(self) -> list[Account]:
        """The campaign's own accounts that are alive as far as it knows."""
        return [account for account in (*self._line, *self._reserve) if account.account_id not in self._guises]

    def muster(self, size: int) -> None:
        """Open the accounts that the campaign starts with, and put in use as many as rotate at a time."""
        for _ in range(size):
            self.recruit(self.world.started_at, stocked=True)
        active = max(self.upkeep.fewest_active, round(size * self.upkeep.active_share))
        while len(self._line) > active:
            self._reserve.append(self._line.pop())

    def enlist(self, account: Account, guise: Guise | None = None) -> None:
        """Take an account into the line that somebody else opened; a stolen one is used in a guise of our own."""
        self._line.append(account)
        self._alive.add(account.account_id)
        if guise is not None:
            self._guises[account.account_id] = guise

    def dress(self, account: Account, request: Request) -> None:
        """Send a stolen account's request from our exit and client, with the stolen key."""
        guise = self._guises.get(account.account_id)
        if guise is not None:
            request.client_ip, request.client, request.credential = guise.exit_address, guise.client, guise.credential

    def recruit(self, now: float, *, stocked: bool) -> Account:
        """Open one account and put it into the line; `stocked` accounts were opened in the past."""
        account = self._desk.open(now, stocked=stocked)
        for _ in range(MOST_LOOKS):
            if not self.shunned & traits(account):
                break
            account = self._desk.open(now, stocked=stocked)
        if self.models:
            account.models = self.models
        elif self._dice.chance(self.upkeep.one_model_share):
            account.models = (self.world.provider.any_model(self._dice),)
        if self.upkeep.channels:
            account.channel = self._channels.draw(self._dice)
            account.plan = {"subscription": "max", "edu": "edu"}.get(account.channel, account.plan)
            account.channel = "api" if account.channel == "edu" else account.channel
            if account.channel == "subscription":
                account.client = self.world.desk.clientele.any_client("subscription", self._dice)
        account.kind, account.campaign_id, account.actor = self.kind, self.campaign, self.actor
        life = self._dice.exponential(self.world.provider.service.campaign_ban_days) * DAY
        account.banned_at = max(now, self.world.started_at) + life
        self.world.register.admit([account])
        self._line.append(account)
        self._alive.add(account.account_id)
        return account

    def choose(self, now: float, shun: Account | None = None) -> Account | None:
        """Return the account that has waited longest, leaving out `shun` and those resting after a 429."""
        if self._reserve and now >= self._rotates_at:
            self._rotate(now)
        for _ in range(len(self._line)):
            account = self._line[0]
            self._line.rotate(-1)
            if account is not shun and self._rested.get(account.account_id, 0.0) <= now and account.created_at <= now:
                return account
        return None

    def holds(self, account: Account) -> bool:
        """Say whether the campaign still has this account."""
        return account.account_id in self._alive

    def rest(self, account: Account, now: float) -> None:
        """Leave an account alone for a while after a 429."""
        self._rested[account.account_id] = now + self.upkeep.cool_down_s * self._dice.between(
            *self.upkeep.cool_down_spread
        )

    def bury(self, account: Account, now: float) -> None:
        """Strike a banned account off, and arrange for another to take its place in the line."""
        if self._strike(account):
            self.lost.append(account)
            if self.upkeep.replaced and account.account_id not in self._guises:
                delay = self._dice.lognormal(self.upkeep.replacement_h, self.upkeep.replacement_spread) * HOUR
                self._agenda.at(now + delay, self._replace)

    def retire(self, account: Account, now: float) -> None:
        """Give up an account before it is banned, and open another."""
        if self._strike(account):
            self._agenda.at(now + self._dice.between(*self.upkeep.retired_h) * HOUR, self._replace)

    def _strike(self, account: Account) -> bool:
        if account.account_id not in self._alive:
            return False
        self._alive.remove(account.account_id)
        (self._line if account in self._line else self._reserve).remove(account)
        return True

    def _replace(self, now: float) -> None:
        self.recruit(now, stocked=self._dice.chance(self.upkeep.stocked_share))
        self._line.rotate(1)  # a fresh account is put to work at once

    def _rotate(self, now: float) -> None:
        """Put as many fresh accounts into the line as it holds, and the used ones in reserve."""
        used = list(self._line)
        self._line = deque(self._reserve.popleft() for _ in range(min(len(used), len(self._reserve))))
        self._line.extend(used[: len(used) - len(self._line)])
        self._reserve.extend(account for account in used if account not in self._line)
        self._rotates_at = now + self.upkeep.rotation_h * HOUR * self._dice.between(*self.upkeep.rotation_spread)


def traits(account: Account) -> set[tuple[str, str]]:
    """Name what an account may have in common with others: network, card issuer, mail domain, channel, plan."""
    return {
        ("network", account.exits[0].rsplit(".", 2)[0].rsplit("::", 1)[0]),
        ("issuer", account.payment_bin or ""),
        ("mail", account.email_domain or ""),
        ("channel", account.channel),
        ("plan", account.plan),
        ("client", account.client.user_agent),
    }


class _Desk:
    """Where a campaign opens accounts, as carefully as its skill allows."""

    def __init__(self, world: World, skill: Skill, upkeep: Upkeep, dice: Dice) -> None:
        self._world, self._skill, self._upkeep, self._dice = world, skill, upkeep, dice
        self._exits = world.networks.hosted_neighbours(skill.careless_exits, dice)
        self._card, self._issuer, self._card_left = "", "", 0
        self._batch_at, self._batch_left, self._device, self._signup_ip = 0.0, 0, "", ""

    def open(self, now: float, *, stocked: bool) -> Account:
        dice, skill, desk = self._dice, self._skill, self._world.desk
        account = desk.customer(self._world.started_at, dice)
        if not stocked:
            account.created_at = now - dice.between(*self._upkeep.opened_before_s)
        if skill.own_exits:
            account.exits = account.exits[:1] if dice.chance(self._upkeep.one_exit_share) else account.exits
        else:
            account.exits = self._exits
            account.signup_ip = dice.pick(self._exits)
        clients = desk.clientele
        account.client = (
            clients.disguised_client(account.channel, dice) if skill.disguised else clients.careless_client(dice)
        )
        if not skill.registers_apart:
            self._register_in_bulk(account, stocked=stocked)
        if skill.level == 0:
            account.email_domain = dice.pick(DISPOSABLE)
        return account

    def _register_in_bulk(self, account: Account, *, stocked: bool) -> None:
        """Sign an account up as one of a batch, on a card that several share."""
        dice = self._dice
        if self._card_left == 0:
            low, high = self._skill.accounts_per_card
            self._card, self._card_left = a_card(dice), low + dice.below(high - low)
            self._issuer = account.payment_bin or self._world.desk.a_virtual_card_issuer(dice)
        self._card_left -= 1
        account.payment_fingerprint, account.payment_bin = self._card, self._issuer
        if self._batch_left == 0:
            self._batch_left = self._skill.sign_up_batch
            self._batch_at, self._device, self._signup_ip = (
                account.created_at,
                account.signup_device or "",
                account.signup_ip or "",
            )
        self._batch_left -= 1
        if stocked:
            account.created_at = min(
                self._world.started_at, self._batch_at + dice.exponential(self._skill.batch_spread_s)
            )
        account.signup_device = self._device
        account.signup_ip = (
            f"{self._signup_ip.rsplit('.', 1)[0]}.{dice.below(254) + 1}" if "." in self._signup_ip else self._signup_ip
        )

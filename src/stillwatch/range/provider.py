"""The provider under simulation: its models, how fast and how reliably it answers, what it limits and bans."""

from dataclasses import dataclass

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.models import MODELS, NEW_MODEL, POPULARITY, Model

OK, TOO_MANY, FORBIDDEN, OVERLOADED = 200, 429, 403, 529


@dataclass(frozen=True, kw_only=True)
class Service:
    """How the provider behaves towards everybody, honest or not."""

    failure_share: float = fact(
        0.02, "BurstGPT: failures above 5 % for some services (arXiv:2401.17644); 2 % overall is low"
    )
    first_token_s: float = assumed(0.9, "median time to first token; log-normal, sigma 0.5")
    reasoning_median: float = assumed(420.0, "reasoning tokens of an answer; log-normal, sigma 0.9")
    cut_off_share: float = assumed(0.03, "answers that end at max_tokens")
    cache_minutes: float = assumed(5.0, "how long a prompt prefix stays cached after its last use")
    adoption_per_day: float = assumed(0.07, "share of honest requests that move to a new model each day after release")
    main_model_share: float = assumed(
        0.65, "of an account's sessions go to the model it has settled on, the others to a second one"
    )
    honest_ban_share: float = assumed(
        0.004, "honest accounts wrongly banned in a month; user complaints show it happens"
    )
    campaign_ban_days: float = derived(45.0, "mean life of a campaign's account: C6 25,000 accounts over 45 days")


LIMITS = {"free": 15, "payg": 60, "pro": 40, "max": 80, "team": 200, "edu": 40, "enterprise": 1500}
"""Assumption: requests a minute by plan, in the range of published tiers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back, and when the last byte was sent."""

    status: int
    ended_at: float
    finish_reason: str
    reasoning_tokens: int


class Provider:
    """Answers requests: limits each account by its plan, fails now and then, refuses the banned."""

    def __init__(self, service: Service, released_at: float) -> None:
        """Behave as `service` says; the new model is on offer from `released_at` on."""
        self.service = service
        self.released_at = released_at
        self._models = Urn(MODELS, POPULARITY)

    def any_model(self, dice: Dice) -> Model:
        """Draw a model as customers settle on one before the new one comes out."""
        return self._models.draw(dice)

    def model_for(self, account: Account, now: float, dice: Dice) -> Model:
        """Return the model that an account asks: mostly the one it has settled on, later perhaps the new one."""
        if not account.models:
            account.models = (self.any_model(dice), self.any_model(dice))
        settled = account.models[0 if dice.unit() < self.service.main_model_share else -1]
        days = (now - self.released_at) / 86_400
        if days > 0 and settled.reasoning and dice.unit() < min(0.6, days * self.service.adoption_per_day):
            return NEW_MODEL
        return settled

    def answer(  # noqa: PLR0913 - who asks what, when
        self, account: Account, model: Model, now: float, output: str, *, reasons: bool, dice: Dice
    ) -> Outcome:
        """Answer one request of `account` at `now`, or refuse it."""
        if now >= account.banned_at:
            return Outcome(FORBIDDEN, now + dice.between(0.05, 0.2), "error", 0)
        limit = LIMITS[account.plan]
        account.allowance = min(limit, account.allowance + abs(now - account.refilled_at) * limit / 60)
        account.refilled_at = now
        if account.allowance < 1:
            return Outcome(TOO_MANY, now + dice.between(0.05, 0.2), "error", 0)
        account.allowance -= 1
        luck = dice.unit()
        if luck < self.service.failure_share:
            if luck < self.service.failure_share / 4:  # the shared pool is full, whoever asks
                return Outcome(TOO_MANY, now + dice.between(0.05, 0.3), "error", 0)
            return Outcome(OVERLOADED, now + dice.lognormal(4.0, 1.0), "error", 0)
        reasoning = int(dice.lognormal(self.service.reasoning_median, 0.9)) if reasons and model.reasoning else 0
        tokens = len(output.encode()) / 4 + reasoning
        wait = dice.lognormal(self.service.first_token_s, 0.5) + tokens / (
            model.tokens_per_second * dice.lognormal(1.0, 0.15)
        )
        return Outcome(OK, now + wait, "length" if luck > 1 - self.service.cut_off_share else "stop", reasoning)

"""The provider under simulation: its models, how fast and how reliably it answers, what it limits and bans."""

import math
from dataclasses import dataclass

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.log import BYTES_PER_TOKEN
from stillwatch.range.marks import assumed, derived, fact
from stillwatch.range.models import MODELS, NEW_MODEL, Model

OK, TOO_MANY, FORBIDDEN, OVERLOADED = 200, 429, 403, 529


@dataclass(frozen=True, kw_only=True)
class Service:
    """How the provider behaves towards everybody, honest or not."""

    failure_share: float = fact(
        0.02, "BurstGPT: failures above 5 % for some services (arXiv:2401.17644); 2 % overall is low"
    )
    full_share: float = assumed(0.25, "of failures are 429, since the shared pool is full, the others 529")
    full_s: tuple[float, float] = assumed((0.05, 0.3), "until such a 429, uniform")
    overloaded_s: float = assumed(4.0, "median time until a 529")
    overloaded_spread: float = assumed(1.0, "sigma of this time, which is log-normal")
    refused_s: tuple[float, float] = assumed((0.05, 0.2), "until a 403, or a 429 above the plan's limit; uniform")
    limits: tuple[tuple[str, float], ...] = assumed(
        (("free", 15), ("payg", 60), ("pro", 40), ("max", 80), ("team", 200), ("edu", 40), ("enterprise", 1500)),
        "requests a minute by plan, in the range of published tiers",
    )
    first_token_s: float = assumed(0.9, "median time to first token")
    first_token_spread: float = assumed(0.5, "sigma of this time, which is log-normal")
    tokens_per_second: tuple[tuple[str, float], ...] = assumed(
        tuple(zip((model.name for model in (*MODELS, NEW_MODEL)), (62.0, 95.0, 160.0, 55.0, 58.0), strict=True)),
        "of a model's answer, median: small models are the faster ones",
    )
    speed_spread: float = assumed(0.15, "sigma of a model's tokens a second, which are log-normal")
    reasoning_median: float = assumed(420.0, "reasoning tokens of an answer")
    reasoning_spread: float = assumed(0.9, "sigma of these, which are log-normal")
    cut_off_share: float = assumed(0.03, "answers that end at max_tokens")
    cache_minutes: float = assumed(5.0, "how long a prompt prefix stays cached after its last use")
    release_at: float = assumed(0.45, "when the new model comes out, as a share of the range")
    adoption_per_day: float = assumed(0.07, "share of honest requests that move to a new model each day after release")
    most_adopted: float = assumed(0.6, "of honest requests at last go to the new model")
    popularity: tuple[tuple[str, float], ...] = assumed(
        tuple(zip((model.name for model in MODELS), (0.46, 0.27, 0.19, 0.08), strict=True)),
        "of models that customers settle on: the flagship takes the larger part of paid traffic, and older ones linger",
    )
    main_model_share: float = assumed(
        0.65, "of an account's sessions go to the model it has settled on, the others to a second one"
    )
    honest_ban_share: float = assumed(
        0.004, "honest accounts wrongly banned in a month; user complaints show it happens"
    )
    campaign_ban_days: float = derived(45.0, "mean life of a campaign's account: C6 25,000 accounts over 45 days")

    @property
    def reasoning_mean(self) -> float:
        """How far the mean of an answer's reasoning tokens lies above their median, to one decimal."""
        return round(math.exp(self.reasoning_spread**2 / 2), 1)


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
        self.speed = dict(service.tokens_per_second)
        self._models = Urn.named(service.popularity, {model.name: model for model in MODELS})
        self._limits = dict(service.limits)

    def any_model(self, dice: Dice) -> Model:
        """Draw a model as customers settle on one before the new one comes out."""
        return self._models.draw(dice)

    def model_for(self, account: Account, now: float, dice: Dice) -> Model:
        """Return the model that an account asks: mostly the one it has settled on, later perhaps the new one."""
        if not account.models:
            account.models = (self.any_model(dice), self.any_model(dice))
        settled = account.models[0 if dice.unit() < self.service.main_model_share else -1]
        days = (now - self.released_at) / 86_400
        if (
            days > 0
            and settled.reasoning
            and dice.unit() < min(self.service.most_adopted, days * self.service.adoption_per_day)
        ):
            return NEW_MODEL
        return settled

    def answer(  # noqa: PLR0913 - who asks what, when
        self, account: Account, model: Model, now: float, output: str, *, reasons: bool, dice: Dice
    ) -> Outcome:
        """Answer one request of `account` at `now`, or refuse it."""
        service = self.service
        if now >= account.banned_at:
            return Outcome(FORBIDDEN, now + dice.between(*service.refused_s), "error", 0)
        limit = self._limits[account.plan]
        account.allowance = min(limit, account.allowance + abs(now - account.refilled_at) * limit / 60)
        account.refilled_at = now
        if account.allowance < 1:
            return Outcome(TOO_MANY, now + dice.between(*service.refused_s), "error", 0)
        account.allowance -= 1
        luck = dice.unit()
        if luck < service.failure_share:
            if luck < service.failure_share * service.full_share:  # the shared pool is full, whoever asks
                return Outcome(TOO_MANY, now + dice.between(*service.full_s), "error", 0)
            return Outcome(
                OVERLOADED, now + dice.lognormal(service.overloaded_s, service.overloaded_spread), "error", 0
            )
        thinks = reasons and model.reasoning
        reasoning = int(dice.lognormal(service.reasoning_median, service.reasoning_spread)) if thinks else 0
        tokens = len(output.encode()) / BYTES_PER_TOKEN + reasoning
        wait = dice.lognormal(service.first_token_s, service.first_token_spread) + tokens / (
            self.speed[model.name] * dice.lognormal(1.0, service.speed_spread)
        )
        return Outcome(OK, now + wait, "length" if luck > 1 - service.cut_off_share else "stop", reasoning)

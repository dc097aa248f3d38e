"""The sign-up desk: what the provider learns about customers of each kind when they open an account."""

from dataclasses import dataclass

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.clients import Clientele
from stillwatch.range.marks import assumed
from stillwatch.range.networks import Networks
from stillwatch.range.rhythm import Country

DAY = 86_400.0
MAIL_HOUSES = tuple(
    f"{name}.example"
    for name in ("postbox", "mailhouse", "inbox-one", "letterbird", "quickmail", "webpost", "mailto-me", "opaline")
)
DISPOSABLE = tuple(
    f"{name}.example" for name in ("tempinbox", "mail-drop", "burnerpost", "tenminute", "trashletter", "oneuse")
)


@dataclass(frozen=True, kw_only=True)
class SignUp:
    """What customers of every kind are like when they open an account.

    What matters is that both sides are drawn from these shares, so that no single column of the accounts table tells
    campaign from honest.
    """

    mean_age_days: float = assumed(200.0, "of an account; those of a growing service are young")
    oldest_days: float = assumed(900.0, "since the first account was opened")
    plans: tuple[tuple[str, float], ...] = assumed(
        (
            ("payg", 0.36),
            ("pro", 0.13),
            ("free", 0.11),
            ("team", 0.22),
            ("max", 0.05),
            ("edu", 0.08),
            ("enterprise", 0.05),
        ),
        "of accounts",
    )
    levels: tuple[tuple[str, float], ...] = assumed(
        (("email", 0.28), ("phone", 0.18), ("card", 0.26), ("id", 0.05), ("business", 0.19), ("none", 0.04)),
        "of accounts, by what was verified",
    )
    channels: tuple[tuple[str, float], ...] = assumed(
        (("api", 0.8), ("cloud:cumulus", 0.1), ("cloud:stratus", 0.06), ("gateway:crossing", 0.04)),
        "of accounts without a personal subscription, by product channel",
    )
    countries: tuple[tuple[str, float, float], ...] = assumed(
        (
            ("US", -5, 0.17), ("US", -8, 0.1), ("GB", 0, 0.07), ("DE", 1, 0.07), ("FR", 1, 0.05), ("IN", 5.5, 0.09),
            ("JP", 9, 0.09), ("SG", 8, 0.1), ("BR", -3, 0.05), ("CA", -5, 0.04), ("KR", 9, 0.05), ("NL", 1, 0.03),
            ("AU", 10, 0.03), ("ID", 7, 0.02), ("PL", 1, 0.02), ("ES", 1, 0.02),
        ),
        "where accounts are billed, how many hours clocks there run ahead of UTC, and the share; the same serves "
        "both sides: geography is never evidence",
    )  # fmt: skip
    mail_exponent: float = assumed(0.9, "of Zipf's law over eight mail houses")
    card_issuers: int = assumed(180, "issuer numbers of payment cards")
    card_issuer_exponent: float = assumed(0.8, "of Zipf's law over them")
    virtual_card_issuers: int = assumed(14, "issuer numbers of virtual-card companies")
    virtual_card_issuer_exponent: float = assumed(0.5, "of Zipf's law over them")
    virtual_card_share: float = assumed(0.1, "of honest customers too: privacy cards")
    organised_share: float = assumed(0.42, "of customers sign up as an organisation")
    own_domain_share: float = assumed(0.45, "of those without one have a mail domain of their own")
    from_home_share: float = assumed(0.6, "of customers sign up from where they later work")
    one_exit_share: float = assumed(0.8, "of customers work from one place only")
    more_exits: int = assumed(2, "most places beside it; any number up to it is as likely")
    one_credential_share: float = assumed(0.75, "of customers have one key")
    more_credentials: int = assumed(2, "keys of the others")
    names_sessions_share: float = assumed(0.6, "of clients outside subscriptions send a session id")


class SignUpDesk:
    """Where every account of a range is opened."""

    def __init__(self, sign_up: SignUp, clientele: Clientele, networks: Networks) -> None:
        """Serve customers as `sign_up` says, with the clients and networks that are in use."""
        self.sign_up, self.clientele, self._networks = sign_up, clientele, networks
        self._plans, self._levels, self._channels = (
            Urn([name for name, _ in shares], [share for _, share in shares])
            for shares in (sign_up.plans, sign_up.levels, sign_up.channels)
        )
        self._countries = Urn(
            [Country(code, offset) for code, offset, _ in sign_up.countries],
            [share for _, _, share in sign_up.countries],
        )
        self._mail = Urn.zipf(MAIL_HOUSES, sign_up.mail_exponent)
        # Multipliers without a common factor with the modulus: numbers that look random and do not repeat.
        self._issuers = Urn.zipf(
            [f"4{k * 2711 % 90000 + 10000}" for k in range(sign_up.card_issuers)], sign_up.card_issuer_exponent
        )
        self._virtual_issuers = Urn.zipf(
            [f"5{k * 3571 % 90000 + 10000}" for k in range(sign_up.virtual_card_issuers)],
            sign_up.virtual_card_issuer_exponent,
        )

    def customer(self, now: float, dice: Dice) -> Account:
        """Open an account as any unrelated customer does: nothing shared with anybody."""
        shares, networks = self.sign_up, self._networks
        plan = self._plans.draw(dice)
        channel = "subscription" if plan in {"pro", "max"} else self._channels.draw(dice)
        country = self.country(dice)
        home = networks.home(dice)
        organised = dice.chance(shares.organised_share)
        token = dice.hex(6)
        own_domain = f"mail-{token}.example"
        return Account(
            account_id=f"acc_{dice.hex(10)}",
            created_at=self._a_date(now, dice),
            organisation=f"org_{token}" if organised else None,
            plan=plan,
            verification_level=self._levels.draw(dice),
            billing_country=country.code,
            email_domain=own_domain if organised or dice.chance(shares.own_domain_share) else self._mail.draw(dice),
            payment_fingerprint=a_card(dice) if plan != "free" else None,
            payment_bin=self._a_card_issuer(dice) if plan != "free" else None,
            signup_ip=home if dice.chance(shares.from_home_share) else networks.home(dice),
            signup_device=f"dev_{dice.hex(8)}",
            channel=channel,
            client=self.clientele.any_client(channel, dice),
            exits=[home]
            if dice.chance(shares.one_exit_share)
            else [home, *(networks.home(dice) for _ in range(1 + dice.below(shares.more_exits)))],
            credentials=[
                f"key_{dice.hex(10)}"
                for _ in range(1 if dice.chance(shares.one_credential_share) else shares.more_credentials)
            ],
            names_sessions=channel == "subscription" or dice.chance(shares.names_sessions_share),
            utc_offset=country.utc_offset,
        )

    def join(  # noqa: PLR0913 - what an organisation shares
        self,
        account: Account,
        organisation: str | None,
        dice: Dice,
        *,
        plan: str,
        level: str,
        card: str | None = None,
    ) -> Account:
        """Make `account` an organisation's: its mail domain and plan, and its card where one is given."""
        account.plan, account.verification_level = plan, level
        if organisation is not None:
            account.organisation, account.email_domain = organisation, f"mail-{organisation[4:]}.example"
        if card is not None:
            account.payment_fingerprint = card
            account.payment_bin = self._issuers.things[int(card[-6:], 16) % len(self._issuers.things)]
        elif account.payment_fingerprint is None:
            account.payment_fingerprint, account.payment_bin = a_card(dice), self._a_card_issuer(dice)
        if account.channel == "subscription":
            account.channel, account.client = "api", self.clientele.any_client("api", dice)
        return account

    def country(self, dice: Dice) -> Country:
        """Draw where a customer is billed."""
        return self._countries.draw(dice)

    def a_virtual_card_issuer(self, dice: Dice) -> str:
        """Return the issuer number of a virtual-card company."""
        return self._virtual_issuers.draw(dice)

    def _a_date(self, now: float, dice: Dice) -> float:
        """Return when an account that exists at `now` was opened."""
        return now - DAY * min(self.sign_up.oldest_days, dice.exponential(self.sign_up.mean_age_days))

    def _a_card_issuer(self, dice: Dice) -> str:
        """Return a card's issuer number, at times a virtual-card company's."""
        issuers = self._virtual_issuers if dice.chance(self.sign_up.virtual_card_share) else self._issuers
        return issuers.draw(dice)


def a_card(dice: Dice) -> str:
    """Return the fingerprint of a payment card nobody else has."""
    return f"pay_{dice.hex(12)}"

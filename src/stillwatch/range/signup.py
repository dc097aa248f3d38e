"""The sign-up desk: what the provider learns about customers of each kind when they open an account.

All shares here are assumptions; what matters is that both sides are drawn from them, so that no single column
of the accounts table tells campaign from honest.
"""

from stillwatch.range.accounts import Account
from stillwatch.range.chance import Dice, Urn
from stillwatch.range.clients import any_client
from stillwatch.range.networks import Networks
from stillwatch.range.rhythm import COUNTRIES

DAY = 86_400.0
MEAN_AGE_DAYS = 200.0  # accounts of a growing service are young
PLANS = Urn(("payg", "pro", "free", "team", "max", "edu", "enterprise"), (0.36, 0.13, 0.11, 0.22, 0.05, 0.08, 0.05))
LEVELS = Urn(("email", "phone", "card", "id", "business", "none"), (0.28, 0.18, 0.26, 0.05, 0.19, 0.04))
CHANNELS = Urn(("api", "cloud:cumulus", "cloud:stratus", "gateway:crossing"), (0.8, 0.1, 0.06, 0.04))
MAIL = Urn.zipf(
    [
        f"{name}.example"
        for name in ("postbox", "mailhouse", "inbox-one", "letterbird", "quickmail", "webpost", "mailto-me", "opaline")
    ],
    0.9,
)
CARD_ISSUERS = Urn.zipf([f"4{k * 2711 % 90000 + 10000}" for k in range(180)], 0.8)
VIRTUAL_CARD_ISSUERS = Urn.zipf([f"5{k * 3571 % 90000 + 10000}" for k in range(14)], 0.5)
VIRTUAL_CARD_SHARE = 0.1  # of honest customers too: privacy cards
DISPOSABLE = tuple(
    f"{name}.example" for name in ("tempinbox", "mail-drop", "burnerpost", "tenminute", "trashletter", "oneuse")
)
ORGANISED_SHARE = 0.42  # customers that sign up as an organisation
OWN_DOMAIN_SHARE = 0.45  # of those without one


def a_date(now: float, dice: Dice) -> float:
    """Return when an account that exists at `now` was opened."""
    return now - DAY * min(900.0, dice.exponential(MEAN_AGE_DAYS))


def customer(networks: Networks, now: float, dice: Dice) -> Account:
    """Open an account as any unrelated customer does: nothing shared with anybody."""
    plan = PLANS.draw(dice)
    channel = "subscription" if plan in {"pro", "max"} else CHANNELS.draw(dice)
    country = COUNTRIES.draw(dice)
    home = networks.home(dice)
    organised = dice.chance(ORGANISED_SHARE)
    token = dice.hex(6)
    return Account(
        account_id=f"acc_{dice.hex(10)}",
        created_at=a_date(now, dice),
        organisation=f"org_{token}" if organised else None,
        plan=plan,
        verification_level=LEVELS.draw(dice),
        billing_country=country.code,
        email_domain=f"mail-{token}.example" if organised or dice.chance(OWN_DOMAIN_SHARE) else MAIL.draw(dice),
        payment_fingerprint=a_card(dice) if plan != "free" else None,
        payment_bin=a_card_issuer(dice) if plan != "free" else None,
        signup_ip=home if dice.chance(0.6) else networks.home(dice),
        signup_device=f"dev_{dice.hex(8)}",
        channel=channel,
        client=any_client(channel, dice),
        exits=[home] if dice.chance(0.8) else [home, *(networks.home(dice) for _ in range(1 + dice.below(2)))],
        credentials=[f"key_{dice.hex(10)}" for _ in range(1 if dice.chance(0.75) else 2)],
        names_sessions=channel == "subscription" or dice.chance(0.6),
        utc_offset=country.utc_offset,
    )


def a_card(dice: Dice) -> str:
    """Return the fingerprint of a payment card nobody else has."""
    return f"pay_{dice.hex(12)}"


def a_card_issuer(dice: Dice) -> str:
    """Return a card's issuer number, at times a virtual-card company's."""
    return (VIRTUAL_CARD_ISSUERS if dice.chance(VIRTUAL_CARD_SHARE) else CARD_ISSUERS).draw(dice)


def join(  # noqa: PLR0913 - what an organisation shares
    account: Account, organisation: str | None, dice: Dice, *, plan: str, level: str, card: str | None = None
) -> Account:
    """Make `account` an organisation's: its mail domain and plan, and its card where one is given."""
    account.plan, account.verification_level = plan, level
    if organisation is not None:
        account.organisation, account.email_domain = organisation, f"mail-{organisation[4:]}.example"
    if card is not None:
        account.payment_fingerprint = card
        account.payment_bin = CARD_ISSUERS.things[int(card[-6:], 16) % len(CARD_ISSUERS.things)]
    elif account.payment_fingerprint is None:
        account.payment_fingerprint, account.payment_bin = a_card(dice), a_card_issuer(dice)
    if account.channel == "subscription":
        account.channel, account.client = "api", any_client("api", dice)
    return account

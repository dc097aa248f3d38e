"""What holds for everybody in a range, honest or not, apart from the provider: habits, tools and addresses."""

from dataclasses import dataclass, field

from stillwatch.range.clients import Clientele
from stillwatch.range.manners import Manners
from stillwatch.range.networks import Addresses
from stillwatch.range.rhythm import Rhythms
from stillwatch.range.signup import SignUp
from stillwatch.range.skill import Skill
from stillwatch.range.upkeep import Upkeep
from stillwatch.range.uses import Uses
from stillwatch.range.workers import Workers


@dataclass(frozen=True, kw_only=True)
class Customs:
    """The numbers that no campaign and no honest class has for itself, by whom or what they are about."""

    skill: Skill = field(default_factory=lambda: Skill(level=0))
    """That of the range's level is put in its place when the range is planned."""
    upkeep: Upkeep = field(default_factory=Upkeep)
    workers: Workers = field(default_factory=Workers)
    manners: Manners = field(default_factory=Manners)
    rhythms: Rhythms = field(default_factory=Rhythms)
    uses: Uses = field(default_factory=Uses)
    sign_up: SignUp = field(default_factory=SignUp)
    clientele: Clientele = field(default_factory=Clientele)
    addresses: Addresses = field(default_factory=Addresses)

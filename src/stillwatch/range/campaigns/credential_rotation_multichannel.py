"""Stolen keys and fraudulent accounts, used in turns over several product channels and modalities (C16)."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from stillwatch.range.accounts import Account
from stillwatch.range.campaigns.archetype import Archetype, Campaign, days_in, queue_of
from stillwatch.range.chance import Dice
from stillwatch.range.fleet import Fleet, Guise
from stillwatch.range.marks import Shares, assumed, fact
from stillwatch.range.programmes import Programme, Script, attachments, mixture, pour

PRODUCTS: Shares = (
    ("api", 0.4),
    ("subscription", 0.2),
    ("cloud:cumulus", 0.18),
    ("cloud:stratus", 0.12),
    ("gateway:crossing", 0.1),
)


@dataclass(frozen=True, kw_only=True)
class CredentialRotationMultichannel(Archetype):
    """Blocks of credentials take turns; leaked keys of honest owners are used as long as they last."""

    kind: ClassVar[str] = "credential_rotation_multichannel"
    row: ClassVar[str] = "C16"

    accounts: int = assumed(4_000, "S4 says thousands of compromised credentials and fraudulent accounts")
    exchanges: int = fact(100_000_000, "S4: some campaigns exceed 100 M prompts")
    channels: tuple[tuple[str, float], ...] = assumed(
        PRODUCTS, "shares of product channels; that there are several is a fact (S4)"
    )
    active_share: float = assumed(0.35, "of credentials in use at a time; rotation itself is a fact (S4)")
    rotation_h: float = assumed(8.0, "hours until the next block takes over")
    attached_share: float = assumed(
        0.3, "of requests with an image or a sound; vision and audio targets are facts (S4)"
    )
    leaks_by: float = assumed(0.6, "share of the range by whose end every stolen key is in use")
    most_attached: int = assumed(2, "images or sounds with one of these; any number up to it is as likely")
    targets: tuple[tuple[str, float], ...] = assumed(
        (("analyse", 0.4), ("solve code", 0.3), ("other languages", 0.3)),
        "of requests' texts; not published",
    )

    def launch(self, campaign: Campaign) -> None:
        """One rotating fleet, joined by stolen keys as they leak, and one pool."""
        library = campaign.world.library
        upkeep = replace(
            campaign.upkeep, active_share=self.active_share, rotation_h=self.rotation_h, channels=self.channels
        )
        fleet = campaign.fleet(campaign.accounts, upkeep=upkeep)
        text = mixture(
            self.targets,
            {
                "analyse": pour(library, "broad", campaign.wording("analyst")),
                "solve code": pour(library, "code", campaign.wording("reasoned")),
                "other languages": pour(library, "foreign", campaign.wording("language")),
            },
        )
        programme = self._seeing(text)
        for owner in campaign.world.stolen:
            leak = days_in(campaign.world, campaign.dice.unit() * self.leaks_by)
            home = campaign.world.networks.home(campaign.dice)
            client = campaign.world.desk.clientele.disguised_client(owner.channel, campaign.dice)
            guise = Guise(home, client, owner.credentials[0])
            campaign.agenda.at(leak, partial(_use, fleet, owner, guise))
        campaign.run_pool(
            fleet, queue_of(campaign, programme), requests=campaign.work, seconds=campaign.seconds_of(programme)
        )

    def _seeing(self, text: Programme) -> Programme:
        def script(dice: Dice) -> Script:
            return replace(text(dice), attached=attachments(self.attached_share, self.most_attached, dice))

        return script


def _use(fleet: Fleet, owner: Account, guise: Guise, _: float) -> None:
    fleet.enlist(owner, guise)

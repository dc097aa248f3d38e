"""Addresses: who sits behind which exit, at home, in an office, on a campus, in a data centre or behind a VPN."""

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch.range.chance import Dice, Urn
from stillwatch.range.marks import assumed

_RESERVED_FIRST = {10, 100, 127, 169, 172, 192, 198, 203}


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """How exits are shared; no source publishes it for honest customers of an API."""

    access_providers: int = assumed(260, "consumer networks, a /16 each")
    access_exponent: float = assumed(0.7, "of Zipf's law over their popularity")
    hosting_providers: int = assumed(48, "hosting networks, a /20 each")
    vpn_exits: int = assumed(160, "shared exits of privacy services")
    vpn_exponent: float = assumed(0.6, "of Zipf's law over their popularity")
    carrier_exits: int = assumed(120, "addresses that carriers share out among strangers")
    carrier_exponent: float = assumed(0.5, "of Zipf's law over their popularity")
    carrier_nat_share: float = assumed(0.1, "of homes share one of a carrier's addresses with strangers")
    ipv6_share: float = assumed(0.12, "of homes")
    campus_exits: int = assumed(4, "NAT addresses of a campus, in one /24")
    runners: int = assumed(24, "hosted build runners that serve one account")
    usual_exit_share: float = assumed(0.7, "of requests come from an account's usual exit, the others from any of its")


class Networks:
    """The address plan of one range. Addresses are random numbers in public space, not observations of anybody."""

    def __init__(self, addresses: Addresses, dice: Dice) -> None:
        """Lay out access, carrier, hosting and VPN networks."""
        self.addresses = addresses
        self._access = Urn.zipf([_block16(dice) for _ in range(addresses.access_providers)], addresses.access_exponent)
        self._hosting = [f"{_block16(dice)}.{dice.below(15) * 16}" for _ in range(addresses.hosting_providers)]
        self._carrier = Urn.zipf(
            [
                f"{self._access.draw(dice)}.{dice.below(256)}.{dice.below(254) + 1}"
                for _ in range(addresses.carrier_exits)
            ],
            addresses.carrier_exponent,
        )
        self._vpn = Urn.zipf([self.hosted(dice) for _ in range(addresses.vpn_exits)], addresses.vpn_exponent)

    def home(self, dice: Dice) -> str:
        """Return the exit of a household: mostly its own IPv4, at times IPv6 or a carrier's shared address."""
        luck = dice.unit()
        if luck < self.addresses.carrier_nat_share:
            return self._carrier.draw(dice)
        block = self._access.draw(dice)
        if luck < self.addresses.carrier_nat_share + self.addresses.ipv6_share:
            first, second = block.split(".")
            return f"2a{int(first):02x}:{int(second):x}:{dice.hex(4)}:{dice.hex(4)}::{dice.hex(4)}"
        return f"{block}.{dice.below(256)}.{dice.below(254) + 1}"

    def office(self, dice: Dice) -> str:
        """Return the one NAT address of an office."""
        return f"{self._access.draw(dice)}.{dice.below(256)}.{dice.below(254) + 1}"

    def campus(self, dice: Dice) -> list[str]:
        """Return the exits of a campus network: a few NAT addresses in one /24."""
        block = f"{self._access.draw(dice)}.{dice.below(256)}"
        return [f"{block}.{dice.below(254) + 1}" for _ in range(self.addresses.campus_exits)]

    def hosted(self, dice: Dice) -> str:
        """Return an address in some data centre."""
        block, third = dice.pick(self._hosting).rsplit(".", 1)
        return f"{block}.{int(third) + dice.below(16)}.{dice.below(254) + 1}"

    def hosted_neighbours(self, count: int, dice: Dice) -> list[str]:
        """Return so many addresses rented together in one data-centre /24."""
        block, third = dice.pick(self._hosting).rsplit(".", 1)
        chosen = f"{block}.{int(third) + dice.below(16)}"
        return [f"{chosen}.{dice.below(254) + 1}" for _ in range(count)]

    def vpn(self, dice: Dice) -> str:
        """Return a privacy service's exit, shared with strangers."""
        return self._vpn.draw(dice)

    def runners(self, dice: Dice) -> list[str]:
        """Return the changing addresses of hosted build runners."""
        return [self.hosted(dice) for _ in range(self.addresses.runners)]

    def pick_exit(self, exits: Sequence[str], dice: Dice) -> str:
        """Return one of an account's exits: the first most of the time, as people have a usual place."""
        if len(exits) == 1 or dice.unit() < self.addresses.usual_exit_share:
            return exits[0]
        return dice.pick(exits)


def _block16(dice: Dice) -> str:
    while True:
        first = 11 + dice.below(212)
        if first not in _RESERVED_FIRST:
            return f"{first}.{dice.below(256)}"

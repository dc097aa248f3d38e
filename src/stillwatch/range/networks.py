"""Addresses: who sits behind which exit, at home, in an office, on a campus, in a data centre or behind a VPN."""

from collections.abc import Sequence

from stillwatch.range.chance import Dice, Urn

# Assumptions, all of them: no source publishes how exits are shared among honest customers of an API.
ACCESS_PROVIDERS = 260  # consumer networks, a /16 each, with Zipf popularity
HOSTING_PROVIDERS = 48  # hosting networks, a /20 each
VPN_EXITS = 160  # shared exits of privacy services
IPV6_SHARE = 0.12  # of homes
CARRIER_NAT_SHARE = 0.1  # of homes that share one of a carrier's addresses with strangers
_RESERVED_FIRST = {10, 100, 127, 169, 172, 192, 198, 203}


class Networks:
    """The address plan of one range. Addresses are random numbers in public space, not observations of anybody."""

    def __init__(self, dice: Dice) -> None:
        """Lay out access, carrier, hosting and VPN networks."""
        self._access = Urn.zipf([_block16(dice) for _ in range(ACCESS_PROVIDERS)], 0.7)
        self._hosting = [f"{_block16(dice)}.{dice.below(15) * 16}" for _ in range(HOSTING_PROVIDERS)]
        self._carrier = Urn.zipf(
            [f"{self._access.draw(dice)}.{dice.below(256)}.{dice.below(254) + 1}" for _ in range(120)], 0.5
        )
        self._vpn = Urn.zipf([self.hosted(dice) for _ in range(VPN_EXITS)], 0.6)

    def home(self, dice: Dice) -> str:
        """Return the exit of a household: mostly its own IPv4, at times IPv6 or a carrier's shared address."""
        luck = dice.unit()
        if luck < CARRIER_NAT_SHARE:
            return self._carrier.draw(dice)
        block = self._access.draw(dice)
        if luck < CARRIER_NAT_SHARE + IPV6_SHARE:
            first, second = block.split(".")
            return f"2a{int(first):02x}:{int(second):x}:{dice.hex(4)}:{dice.hex(4)}::{dice.hex(4)}"
        return f"{block}.{dice.below(256)}.{dice.below(254) + 1}"

    def office(self, dice: Dice) -> str:
        """Return the one NAT address of an office."""
        return f"{self._access.draw(dice)}.{dice.below(256)}.{dice.below(254) + 1}"

    def campus(self, dice: Dice) -> list[str]:
        """Return the exits of a campus network: a few NAT addresses in one /24."""
        block = f"{self._access.draw(dice)}.{dice.below(256)}"
        return [f"{block}.{dice.below(254) + 1}" for _ in range(4)]

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
        return [self.hosted(dice) for _ in range(24)]


def pick_exit(exits: Sequence[str], dice: Dice) -> str:
    """Return one of an account's exits: the first most of the time, as people have a usual place."""
    if len(exits) == 1 or dice.unit() < 0.7:  # noqa: PLR2004 - assumption: seven in ten from the usual place
        return exits[0]
    return dice.pick(exits)


def _block16(dice: Dice) -> str:
    while True:
        first = 11 + dice.below(212)
        if first not in _RESERVED_FIRST:
            return f"{first}.{dice.below(256)}"

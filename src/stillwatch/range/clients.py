"""The programs that people send requests with: their user agents, TLS fingerprints and popularity."""

import zlib
from dataclasses import dataclass

from stillwatch.range.chance import Dice, Urn


@dataclass(frozen=True, slots=True)
class Client:
    """What the first trusted hop sees of a program: its user agent and its TLS fingerprint."""

    user_agent: str
    tls_fingerprint: str


@dataclass(frozen=True, slots=True)
class _Program:
    """A program in circulation: `{}` in `pattern` is its version, `stack` its TLS library."""

    pattern: str
    versions: tuple[str, ...]
    stack: str
    weight: float


# Assumption: names are invented (no vendor is meant); weights make one official client hold about half of all
# traffic, as the most popular client of a real API does. Versions follow Zipf: most people are on the newest two.
_PROGRAMS = (
    _Program("llm-sdk-python/{} python/3.12", ("2.31.0", "2.30.1", "2.28.0", "1.99.4"), "python", 0.52),
    _Program("llm-sdk-node/{} node/22", ("5.12.0", "5.11.2", "4.104.0"), "node", 0.14),
    _Program("terminal-coder/{} (external, cli)", ("2.1.14", "2.1.9", "2.0.71"), "node", 0.09),
    _Program("open-harness/{}", ("0.15.3", "0.14.0"), "bun", 0.05),
    _Program("editor-plugin/{} (desktop)", ("1.102.3", "1.101.0"), "electron", 0.05),
    _Program("python-requests/{}", ("2.32.3", "2.31.0"), "python", 0.05),
    _Program("go-http-client/{}", ("2.0",), "go", 0.04),
    _Program("okhttp/{}", ("4.12.0",), "jvm", 0.03),
    _Program("curl/{}", ("8.5.0", "8.7.1"), "openssl", 0.03),
)
# Subscriptions are used from browsers; the three lines stand for the usual desktop and phone mix.
_BROWSERS = (
    _Program("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{}", ("141.0.0.0", "140.0.0.0"), "chrome", 0.55),
    _Program("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/{} Safari", ("18.6", "18.5"), "webkit", 0.3),
    _Program("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/{}", ("143.0", "142.0"), "gecko", 0.15),
)
_API = Urn(_PROGRAMS, [program.weight for program in _PROGRAMS])
_WEB = Urn(_BROWSERS, [program.weight for program in _BROWSERS])
# Assumption: disguise is bought off the shelf and fits 30 % of a campaign's accounts; the rest keep clients
# drawn like anybody's, so that wearing the most popular client is not itself a mark.
DISGUISED_SHARE = 0.3


def any_client(channel: str, dice: Dice) -> Client:
    """Draw a client as honest users of this channel have them."""
    return _client((_WEB if channel == "subscription" else _API).draw(dice), dice)


def named_client(prefix: str, dice: Dice) -> Client:
    """Return some version of the program whose user agent starts with `prefix`."""
    return _client(next(program for program in _PROGRAMS if program.pattern.startswith(prefix)), dice)


def disguised_client(channel: str, dice: Dice) -> Client:
    """Draw a client as a careful campaign wears it: mostly the most popular honest one."""
    if channel != "subscription" and dice.chance(DISGUISED_SHARE):
        return _client(_PROGRAMS[0], dice)
    return any_client(channel, dice)


def careless_client(dice: Dice) -> Client:
    """Return a client that claims to be an official one while its TLS stack is a proxy's."""
    worn = _client(_PROGRAMS[0], dice)
    return Client(worn.user_agent, _ja4("go"))


def _client(program: _Program, dice: Dice) -> Client:
    version = Urn.zipf(program.versions, 1.5).draw(dice)
    return Client(program.pattern.format(version), _ja4(program.stack))


def _ja4(stack: str) -> str:
    """Return a fingerprint in the shape of JA4 for a TLS stack; the digests are invented."""
    ciphers, extensions = zlib.crc32(stack.encode()), zlib.crc32(stack[::-1].encode())
    return f"t13d{10 + ciphers % 9}{10 + extensions % 9}h2_{ciphers:08x}{extensions % 65536:04x}_{extensions:08x}"

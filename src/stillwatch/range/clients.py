"""The programs that people send requests with: their user agents, TLS fingerprints and popularity."""

import zlib
from dataclasses import dataclass
from functools import cached_property

from stillwatch.range.chance import Dice, Urn
from stillwatch.range.marks import assumed


@dataclass(frozen=True, slots=True)
class Client:
    """What the first trusted hop sees of a program: its user agent and its TLS fingerprint."""

    user_agent: str
    tls_fingerprint: str


@dataclass(frozen=True, slots=True)
class _Program:
    """A program in circulation: `{}` in `pattern` is its version, newest first; `stack` is its TLS library."""

    pattern: str
    versions: tuple[str, ...]
    stack: str


# Names are invented: no vendor is meant.
_PROGRAMS = {
    "llm-sdk-python": _Program("llm-sdk-python/{} python/3.12", ("2.31.0", "2.30.1", "2.28.0", "1.99.4"), "python"),
    "llm-sdk-node": _Program("llm-sdk-node/{} node/22", ("5.12.0", "5.11.2", "4.104.0"), "node"),
    "terminal-coder": _Program("terminal-coder/{} (external, cli)", ("2.1.14", "2.1.9", "2.0.71"), "node"),
    "open-harness": _Program("open-harness/{}", ("0.15.3", "0.14.0"), "bun"),
    "editor-plugin": _Program("editor-plugin/{} (desktop)", ("1.102.3", "1.101.0"), "electron"),
    "python-requests": _Program("python-requests/{}", ("2.32.3", "2.31.0"), "python"),
    "go-http-client": _Program("go-http-client/{}", ("2.0",), "go"),
    "okhttp": _Program("okhttp/{}", ("4.12.0",), "jvm"),
    "curl": _Program("curl/{}", ("8.5.0", "8.7.1"), "openssl"),
    "Chrome": _Program("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{}", ("141.0.0.0", "140.0.0.0"), "chrome"),
    "Safari": _Program("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/{} Safari", ("18.6", "18.5"), "webkit"),
    "Firefox": _Program("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/{}", ("143.0", "142.0"), "gecko"),
}


@dataclass(frozen=True, kw_only=True)
class Clientele:
    """Which programs are in use, and how campaigns disguise theirs."""

    programs: tuple[tuple[str, float], ...] = assumed(
        (
            ("llm-sdk-python", 0.52),
            ("llm-sdk-node", 0.14),
            ("terminal-coder", 0.09),
            ("open-harness", 0.05),
            ("editor-plugin", 0.05),
            ("python-requests", 0.05),
            ("go-http-client", 0.04),
            ("okhttp", 0.03),
            ("curl", 0.03),
        ),
        "of accounts; one official client holds about half of all traffic, as the most popular of a real API does",
    )
    browsers: tuple[tuple[str, float], ...] = assumed(
        (("Chrome", 0.55), ("Safari", 0.3), ("Firefox", 0.15)),
        "of subscriptions, which are used from browsers: the usual desktop and phone mix",
    )
    version_exponent: float = assumed(1.5, "of Zipf's law over versions: most people are on the newest two")
    disguised_share: float = assumed(
        0.3,
        "of a campaign's accounts from level 1 on wear the most popular client; the rest keep clients drawn like "
        "anybody's, so that wearing it is not itself a mark",
    )

    @cached_property
    def _api(self) -> Urn[_Program]:
        return Urn.named(self.programs, _PROGRAMS)

    @cached_property
    def _web(self) -> Urn[_Program]:
        return Urn.named(self.browsers, _PROGRAMS)

    def any_client(self, channel: str, dice: Dice) -> Client:
        """Draw a client as honest users of this channel have them."""
        return self._client((self._web if channel == "subscription" else self._api).draw(dice), dice)

    def named_client(self, name: str, dice: Dice) -> Client:
        """Return some version of the program of this name."""
        return self._client(_PROGRAMS[name], dice)

    def disguised_client(self, channel: str, dice: Dice) -> Client:
        """Draw a client as a careful campaign wears it: more often the most popular honest one."""
        if channel != "subscription" and dice.chance(self.disguised_share):
            return self._client(self._api.things[0], dice)
        return self.any_client(channel, dice)

    def careless_client(self, dice: Dice) -> Client:
        """Return a client that claims to be an official one while its TLS stack is a proxy's."""
        worn = self._client(self._api.things[0], dice)
        return Client(worn.user_agent, _ja4("go"))

    def _client(self, program: _Program, dice: Dice) -> Client:
        version = Urn.zipf(program.versions, self.version_exponent).draw(dice)
        return Client(program.pattern.format(version), _ja4(program.stack))


def _ja4(stack: str) -> str:
    """Return a fingerprint in the shape of JA4 for a TLS stack; the digests are invented."""
    ciphers, extensions = zlib.crc32(stack.encode()), zlib.crc32(stack[::-1].encode())
    return f"t13d{10 + ciphers % 9}{10 + extensions % 9}h2_{ciphers:08x}{extensions % 65536:04x}_{extensions:08x}"

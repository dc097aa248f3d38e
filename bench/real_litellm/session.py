"""One recording session, inside the scratch environment: start the servers, let everybody live, stop, write."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import httpx  # type: ignore[import-not-found]  # only in the scratch environment
import zstandard

from bench.real_litellm.client import TIMEOUT, Gateway
from bench.real_litellm.corpora import Corpora
from bench.real_litellm.gateway import provider, proxy, settled
from bench.real_litellm.honest import Honest
from bench.real_litellm.people import Habit, Person, invent
from bench.real_litellm.relay import Relay
from bench.real_litellm.scrub import Places
from bench.real_litellm.upstream import Upstream

RELAY_SHIFTS: Final = ((0.03, 0.42), (0.52, 0.96))
"""When the relay's operator works, as shares of the recording; between them it restarts its scheduler."""

COMPRESSION: Final = 19


def main() -> None:
    """Record, as the command line says."""
    arguments = _arguments()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="real-litellm-") as folder:
        seen, places = asyncio.run(_record(arguments, Path(folder)))
        lines = list(places.scrub((Path(folder) / "recording.jsonl").read_text(encoding="utf-8").splitlines()))
        _write(arguments.out, lines)
    people = invent(random.Random(arguments.seed))  # noqa: S311  # the same people again
    _write(arguments.out.with_name("accounts.jsonl"), (json.dumps(person.account) for person in people))
    _write(arguments.out.with_name("truth.jsonl"), (json.dumps(person.truth) for person in people))
    logged = Counter(_outcome(line) for line in lines)
    print(f"asked {sum(seen.values())}: {dict(sorted(seen.items()))}")
    print(f"logged {len(lines)}: {dict(sorted(logged.items()))}")
    print(f"{time.monotonic() - started:.0f} s, {arguments.out.stat().st_size / 2**20:.2f} MiB")
    if len(lines) != sum(seen.values()):
        sys.exit("the log does not hold what was asked")


async def _record(arguments: argparse.Namespace, folder: Path) -> tuple[Counter[int], Places]:
    rng = random.Random(arguments.seed)  # noqa: S311  # a seeded scene, not a secret
    people = invent(rng)
    corpora = Corpora(arguments.corpora, arguments.seed)
    upstream = Upstream(random.Random(arguments.seed + 1), corpora.spare_answer)  # noqa: S311  # as above
    recording = folder / "recording.jsonl"
    async with provider(upstream) as upstream_url, proxy(folder, people, upstream_url) as proxy_url:
        limits = httpx.Limits(max_connections=64)
        async with httpx.AsyncClient(base_url=proxy_url, timeout=TIMEOUT, trust_env=False, limits=limits) as http:
            gateway = Gateway(http, random.Random(arguments.seed + 2))  # noqa: S311  # as above
            await _live(gateway, upstream, corpora, people, arguments)
            await settled(recording)
    return gateway.seen, Places(gateway_url=proxy_url, provider_url=upstream_url)


async def _live(
    gateway: Gateway, upstream: Upstream, corpora: Corpora, people: Sequence[Person], arguments: argparse.Namespace
) -> None:
    begins_at = asyncio.get_running_loop().time()
    shifts = [tuple(begins_at + share * arguments.seconds for share in shift) for shift in RELAY_SHIFTS]
    honest = Honest(
        gateway,
        upstream,
        corpora,
        rng=random.Random(arguments.seed + 3),  # noqa: S311  # as above
        ends_at=begins_at + arguments.seconds,
    )
    relay = Relay(
        gateway,
        upstream,
        corpora,
        [person for person in people if person.habit is Habit.RELAY],
        rng=random.Random(arguments.seed + 4),  # noqa: S311  # as above
        shifts=[(begins, ends) for begins, ends in shifts],
    )
    async with asyncio.timeout(arguments.seconds + 120), asyncio.TaskGroup() as everybody:
        everybody.create_task(relay.run())
        for person in people:
            if person.habit is not Habit.RELAY:
                everybody.create_task(honest.live(person))


def _write(path: Path, lines: Iterable[str]) -> None:
    """Lines into a file, compressed if its name says so."""
    data = "".join(line + "\n" for line in lines).encode()
    if path.suffix == ".zst":
        data = zstandard.ZstdCompressor(level=COMPRESSION, write_checksum=True).compress(data)
    path.write_bytes(data)


def _outcome(line: str) -> str:
    payload = json.loads(line)
    return str((payload.get("error_information") or {}).get("error_code") or payload["status"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with A/, B/ and C/")
    parser.add_argument("--out", type=Path, required=True, help="the log to write: .jsonl or .jsonl.zst")
    parser.add_argument("--seconds", type=float, default=180, help="how long people use the gateway (180)")
    parser.add_argument("--seed", type=int, default=20261122)
    return parser.parse_args()


if __name__ == "__main__":
    main()

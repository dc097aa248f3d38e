"""The servers of a recording, on loopback: LiteLLM's proxy in its own process, the stand-in provider in ours."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx  # type: ignore[import-not-found]  # only in the scratch environment
import uvicorn  # type: ignore[import-not-found]  # as above

from bench.real_litellm.people import Person
from bench.real_litellm.upstream import Upstream

HERE: Final = Path(__file__).parent
LOOPBACK: Final = "127.0.0.1"
STARTS_WITHIN: Final = 120.0
"""Seconds. LiteLLM takes ten to twenty to import itself."""

STOPS_WITHIN: Final = 20.0
LAST_WORDS: Final = 3_000
"""Characters of the proxy's output that are shown when it has ended by itself."""

SETTLES_WITHIN: Final = 30.0
"""Seconds. LiteLLM logs after it has answered."""


class Failed(RuntimeError):
    """The proxy did not start; its own output says why (named in the message)."""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def provider(upstream: Upstream) -> AsyncIterator[str]:
    """The stand-in provider, for as long as the block lasts; yields its address."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(upstream.app(), host=LOOPBACK, port=port, log_level="warning", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, STOPS_WITHIN)


@asynccontextmanager
async def proxy(folder: Path, people: Sequence[Person], upstream_url: str) -> AsyncIterator[str]:
    """LiteLLM's proxy, for as long as the block lasts; yields its address. It writes into `folder` and nowhere else."""
    keyring = folder / "keyring.json"
    keyring.write_text(json.dumps({person.key: person.key_fields for person in people}), encoding="utf-8")
    port = free_port()
    environment = {
        "HOME": str(folder),
        "PATH": os.environ.get("PATH", ""),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # do not fetch a price list
        "LITELLM_MASTER_KEY": "sk-demo-master",
        "STILLWATCH_KEYRING": str(keyring),
        "STILLWATCH_RECORDING": str(folder / "recording.jsonl"),
        "STILLWATCH_SPEND_ROWS": str(folder / "spend_rows.jsonl"),
        "STILLWATCH_UPSTREAM_OPENAI": f"{upstream_url}/v1",
        "STILLWATCH_UPSTREAM_ANTHROPIC": upstream_url,
    }
    litellm = str(Path(sys.executable).with_name("litellm"))
    command = [litellm, "--config", str(HERE / "proxy_config.yaml"), "--host", LOOPBACK]
    output = folder / "proxy.log"
    with output.open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220, S603  # started once, before the traffic; our own command
            [*command, "--port", str(port), "--num_workers", "1"],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            await _wait_until_it_serves(f"http://{LOOPBACK}:{port}", process, output)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            if process.poll() is not None:
                # It ended by itself; its last words would go with the folder.
                sys.stderr.write(f"the proxy ended with {process.returncode}\n{output.read_text()[-LAST_WORDS:]}\n")
            process.terminate()
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def settled(recording: Path) -> None:
    """Return once the recording has not grown for three seconds, or is taking too long."""
    size, still = -1, 0
    for _ in range(int(SETTLES_WITHIN)):
        await asyncio.sleep(1)
        grown = _size(recording)
        still = still + 1 if grown == size else 0
        size = grown
        if still == 3:
            return


def _size(recording: Path) -> int:
    return recording.stat().st_size if recording.exists() else 0


async def _wait_until_it_serves(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STARTS_WITHIN
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while loop.time() < deadline and process.poll() is None:
            try:
                if (await http.get("/health/liveliness")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)
    raise Failed(f"the proxy did not start; see {output}")

"""A real browser to look at a page with: headless Chromium over its debugging pipe, with nothing to install."""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


_GIVE_NUMBERS: Final = """
import fcntl, os, sys
for number, given in ((3, sys.argv[1]), (4, sys.argv[2])):
    os.dup2(fcntl.fcntl(int(given), fcntl.F_DUPFD, 100 + number), number)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands from descriptor 3 and writes replies to descriptor 4."""


class Page:
    """One open page: what it asked for, what it said, and how it looks."""

    def __init__(self, write_to: int, read_from: int) -> None:
        """Speak the DevTools protocol over two file descriptors."""
        self._commands = write_to
        self._replies = os.fdopen(read_from, "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []

    def begin(self) -> None:
        """Open an empty page, and listen to what it does."""
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        for reply in self._messages():
            if reply.get("id") == self._number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']}")
                result: dict[str, Any] = reply["result"]
                return result
            self.events.append(reply)
        raise RuntimeError("the browser has ended")

    def open(self, path: Path, *, width: int = 1400, height: int = 900, scheme: str = "light", media: str = "") -> None:
        """Show a file at a width, in a colour scheme, for a medium."""
        self.tell(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", media=media, features=features)
        self.tell("Page.navigate", url=path.resolve().as_uri())
        self._wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 -- whatever the expression gives
        """Give the value of a JavaScript expression."""
        answer = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Save what can be seen, or the whole page, as a PNG."""
        shot = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(b64decode(shot["data"]))

    def print_to(self, path: Path) -> None:
        """Save the page as it is printed."""
        printed = self.tell("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(b64decode(printed["data"]))

    def complaints(self) -> list[str]:
        """What the page wrote to the console or was stopped from doing."""
        found = [event for event in self.events if event.get("method") in _COMPLAINTS]
        return [json.dumps(event["params"])[:400] for event in found]

    def requests(self) -> list[str]:
        """Every address that the page asked for."""
        asked = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in asked]

    def close(self) -> None:
        """Hang up."""
        os.close(self._commands)
        self._replies.close()

    def _wait_for(self, method: str) -> None:
        if any(event.get("method") == method for event in self.events):
            self.events = [event for event in self.events if event.get("method") != method]
            return
        for message in self._messages():
            if message.get("method") == method:
                return
            self.events.append(message)

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            head, end, tail = self._rest.partition(b"\0")
            if end:
                self._rest = tail
                yield json.loads(head)
                continue
            more = self._replies.read(1 << 16)
            if not more:
                return
            self._rest += more


_COMPLAINTS: Final = frozenset(
    {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"}
)


@contextmanager
def a_page() -> Iterator[Page]:
    """Start a browser of its own, with a profile that is thrown away."""
    if CHROMIUM is None:
        raise RuntimeError("there is no Chromium")
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        commands_out, commands_in = os.pipe()
        replies_out, replies_in = os.pipe()
        arguments = [CHROMIUM, *_ARGUMENTS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(  # noqa: S603 -- our own arguments
            [sys.executable, "-c", _GIVE_NUMBERS, str(commands_out), str(replies_in), *arguments],
            pass_fds=(commands_out, replies_in),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands_out)
        os.close(replies_in)
        page = Page(commands_in, replies_out)
        try:
            page.begin()
            yield page
        finally:
            page.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()

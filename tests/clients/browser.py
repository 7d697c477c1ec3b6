"""A headless Chromium of one's own, driven by its debugging protocol: a device with its own storage."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

from tests.fixtures.required import not_run
from tests.fixtures.waiting import PATIENCE, until

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class Page:
    """The one page of a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command of the debugging protocol and return its result."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page, await what it gives, and return it."""
        answer = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def offline(self, *, offline: bool) -> None:
        """Cut the page off from the network, or give it back."""
        self.command("Network.enable")
        conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.command("Network.emulateNetworkConditions", offline=offline, **conditions)


@contextmanager
def browser(profile: Path, url: str) -> Iterator[Page]:
    """Open a page in a browser with a profile of its own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        not_run("Chromium is not installed")
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_debugger(profile / "DevToolsActivePort"), proxy=None, max_size=None) as connection:
            page = Page(connection)
            page.command("Page.navigate", url=url)
            yield page
    finally:
        process.terminate()
        process.wait()


def _debugger(file: Path) -> str:
    until(lambda: file.exists() and file.read_text().count("\n"), "the start of Chromium")
    port = file.read_text().splitlines()[0]

    def pages() -> list[str]:
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            return [target["webSocketDebuggerUrl"] for target in json.load(answer) if target["type"] == "page"]

    return until(pages, "a page")[0]

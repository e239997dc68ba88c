"""What many visitors of a served page cost, and whether what they leave behind goes.

Serves an atlas (a simulated one if none is named), opens sessions as browsers do, by page and
websocket, and take the figures: some at once, then many one after another, each closed again.
Memory is that of the server alone, backed by no file, read when its sessions have expired. In
between a client stops answering without closing, as a laptop does that is shut. Then a page in
Chromium is clicked, and timed from the click to the nine painted cutouts. Markdown for
docs/measurements.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks import environment
from benchmarks.chromium import launch, open_page
from benchmarks.served import atlas_of, own_megabytes, served
from bokeh.protocol import Protocol
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

READY = "return 'hdReady' in document.body.dataset;"
# After so long sessions without a client are discarded, and what they took is given back.
EXPIRY_S = 150
CLICK = """row => new Promise((done) => {
    const start = performance.now();
    const look = () => document.body.dataset.hdShown === String(row)
        ? done(performance.now() - start) : requestAnimationFrame(look);
    hubbleDash.select(row);
    look();
})"""
# A process that opens a session and then neither reads nor closes.
DEAD = "import sys; sys.path[:0] = [{here!r}]; from benchmarks.sessions import stay; stay({url!r})"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--atlas", type=Path, help="serve this one instead of a simulated one")
    parser.add_argument("-n", type=int, default=2000, help="to simulate (%(default)s)")
    parser.add_argument("--at-once", type=int, default=100, help="sessions (%(default)s)")
    parser.add_argument("--in-turn", type=int, default=1000, help="sessions (%(default)s)")
    parser.add_argument("--clicks", type=int, default=100, help="(%(default)s)")


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    with atlas_of(options) as path, served(path) as (server, url, seconds):
        print(f"{path.name}, served after {seconds:.1f} s\n\n| | opened in | MB | clients |")
        print("|---|---|---|---|", flush=True)
        asyncio.run(_visits(server, url, options))
        _die(server, url)
        _time_clicks(url, options.clicks)


async def _visits(server: int, url: str, options: argparse.Namespace) -> None:
    # What the first sessions cost is not what a further one costs.
    await _in_turn(url, 30)
    await asyncio.sleep(EXPIRY_S)
    _tell("at rest, after 30 sessions", server, url)
    begin = _Clock(server)
    clients = [await _open(url) for _ in range(options.at_once)]
    _tell(f"{options.at_once} at once", server, url, begin.per(options.at_once))
    for client in clients:
        await client.close()
    await asyncio.sleep(EXPIRY_S)
    _tell("all of them gone", server, url)
    half = options.in_turn // 2
    for number in (1, 2):
        begin = _Clock(server)
        await _in_turn(url, half)
        took = begin.per(half)
        await asyncio.sleep(EXPIRY_S)
        _tell(f"after {number * half:,} in turn", server, url, took)


class _Clock:
    """What passes from now on: seconds, and processor time of a process."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._begin = time.perf_counter(), self._used()

    def per(self, n: int) -> str:
        """Milliseconds for each of n things."""
        took = time.perf_counter() - self._begin[0], self._used() - self._begin[1]
        return (
            f"{took[0] / n * 1000:.0f} ms each, of the server's processor {took[1] / n * 1000:.0f}"
        )

    def _used(self) -> float:
        fields = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _in_turn(url: str, n: int) -> None:
    for _ in range(n):
        await (await _open(url)).close()


async def _open(url: str) -> ClientConnection:
    """Ask for the page, and open its websocket with the token that stands in it."""
    page = await asyncio.to_thread(_read, url)
    found = re.search(r'"token":"([^"]+)"', page)
    assert found is not None
    address = url.replace("http", "ws", 1) + "ws"
    client = await connect(
        address, subprotocols=[Subprotocol("bokeh"), Subprotocol(found[1])],
        origin=Origin(url.rstrip("/")), max_size=None, compression=None,
    )  # fmt: skip
    await _message(client)  # says that the session is there
    wanted = Protocol().create("PULL-DOC-REQ")
    for part in (wanted.header_json, wanted.metadata_json, wanted.content_json):
        await client.send(part)
    assert "hd-map" in await _message(client)
    return client


async def _message(client: ClientConnection) -> str:
    """Take a message of Bokeh's: a header, metadata, what it says, and two parts a buffer."""
    header, _, content = [str(await client.recv()) for _ in range(3)]
    for _ in range(2 * json.loads(header).get("num_buffers", 0)):
        await client.recv()
    return content


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=600) as answer:
        return str(answer.read().decode())


def stay(url: str) -> None:
    """Open a session, say so, and go on as long as the process may."""

    async def wait() -> None:
        client = await _open(url)
        print("open", flush=True)
        await asyncio.sleep(3600)
        await client.close()

    asyncio.run(wait())


def _die(server: int, url: str) -> None:
    """Stop a client without its saying so, and see when the server lets it go."""
    before = _clients(server, url)
    code = DEAD.format(here=str(Path(__file__).parents[1]), url=url)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert _clients(server, url) > before
        os.kill(process.pid, signal.SIGSTOP)
        begin = time.perf_counter()
        while _clients(server, url) > before and time.perf_counter() - begin < 300:
            time.sleep(1)
        took = time.perf_counter() - begin
        gone = "is let go of after" if took < 300 else "is still held after"
        print(f"\nA client that stopped answering {gone} {took:.0f} s.")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


def _clients(server: int, url: str) -> int:
    """Count the connections that the server holds open."""
    port = int(url.rstrip("/").rpartition(":")[2])
    count = 0
    for name in ("tcp", "tcp6"):
        lines = Path(f"/proc/{server}/net/{name}").read_text(encoding="ascii").splitlines()[1:]
        fields = (line.split() for line in lines)
        count += sum(f[3] == "01" and f[1].endswith(f":{port:04X}") for f in fields)
    return count


def _tell(what: str, server: int, url: str, took: str = "") -> None:
    print(
        f"| {what} | {took} | {own_megabytes(server):.0f} | {_clients(server, url)} |", flush=True
    )


def _time_clicks(url: str, n: int) -> None:
    with (
        sync_playwright() as playwright,
        launch(playwright, "no GL") as browser,
        open_page(browser, url, READY) as opened,
    ):
        page = opened.page
        cutouts = json.loads(page.evaluate("JSON.stringify(hubbleDash.data.map.n ?? 1000)"))
        step = max(1, int(cutouts) // (n + 1))
        times = []
        for number in range(n):
            times.append(float(page.evaluate(CLICK, number * step)))
            page.wait_for_timeout(50)
        times.sort()
        print(
            f"\nFrom a click to nine painted cutouts: {statistics.median(times):.0f} ms (95 %:"
            f" {times[int(0.95 * len(times))]:.0f} ms, slowest {times[-1]:.0f} ms), {n} clicks."
        )

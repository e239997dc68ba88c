"""Several processes behind one port."""

from __future__ import annotations

import os
import signal
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import panel as pn
import pytest
from helpers.engines import free_port
from helpers.proxied import served_by_command
from helpers.served import index_in
from helpers.waiting import wait

from hubble_dash import app
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.serving.processes import count_of_processes
from hubble_dash.viewer.serving.serve import serve


def test_how_many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert [count_of_processes(n) for n in (0, 1, 3)] == [7, 1, 3]
    with pytest.raises(ValueError, match=r"1 process or more, or 0 for one a core; got -2"):
        count_of_processes(-2)
    monkeypatch.setattr(sys, "platform", "win32")
    assert count_of_processes(1) == 1
    with pytest.raises(ValueError, match="cannot fork; got 3: start several servers"):
        count_of_processes(3)


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by /proc")
def test_processes_share_a_port_and_end_with_the_first(atlas: Atlas) -> None:
    port = free_port()
    url = f"http://localhost:{port}/"
    with served_by_command(atlas.path, port, "--num-procs", "2") as first:
        both = children(first.pid)
        assert len(both) == 2
        # Each knows what the other's page asks for: some of these reach another process.
        cosines = index_in(urllib.request.urlopen(url, timeout=60).read())["cosines"]
        for row in range(12):
            piece = urllib.request.urlopen(f"{url}{cosines}data/cosines/{row}.js", timeout=60)
            assert f"cosines/{row}".encode() in piece.read()
        # One that dies has another take its place.
        lost = min(both)
        os.kill(lost, signal.SIGKILL)
        wait(lambda: len(children(first.pid) - {lost}) == 2, "another process", seconds=30)
        urllib.request.urlopen(url, timeout=60).close()
        left = children(first.pid)
        # The first cannot tell the others that it is killed; they end nevertheless.
        first.kill()
        first.wait()
        wait(
            lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in left),
            "the end of the others",
            seconds=30,
        )
        with pytest.raises(URLError):
            urllib.request.urlopen(url, timeout=60)


def test_panel_serve_with_several_processes_says_what_to_do(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(app, "task_id", lambda: 1)
    monkeypatch.setattr(pn.pane.HTML, "servable", lambda pane: shown.append(pane.object))
    app.serve([str(atlas.path)])
    assert "hubble-dash serve --num-procs" in shown[0]


@pytest.mark.parametrize("prefix", ["/sky maps", "/a/../b", "//x", "/a(b", "a" * 60 + "!"])
def test_prefixes_that_are_none_are_refused(atlas: Atlas, prefix: str) -> None:
    with pytest.raises(ValueError, match=r"such as /atlases/m31; got '"):
        serve(atlas, prefix=prefix)

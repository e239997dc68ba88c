"""``hubble-dash export``, ``serve`` and ``publish``."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from helpers.commands import Capture, fails, status

from hubble_dash.atlas.atlas import Atlas


@pytest.mark.usefixtures("plain_page")
def test_export(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.html"
    assert status("export", atlas.path, page, "--similar", 4, "--title", "Clouds & dust") == 0
    assert capsys.readouterr().out.startswith(f"{page} (")
    assert "<title>Clouds &amp; dust</title>" in page.read_text(encoding="utf-8")
    page.unlink()
    assert status("export", atlas.path, page, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert page.is_file()
    assert "cannot be written" in fails(capsys, "export", atlas.path, tmp_path / "no" / "page.html")
    assert "is a folder" in fails(capsys, "export", atlas.path, tmp_path, "--quiet")
    assert status("export", atlas.path, page, "--similar", 0) == 2
    assert "similar" in capsys.readouterr().err


@pytest.mark.usefixtures("plain_page")
def test_export_as_a_folder(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    report = tmp_path / "report"
    assert status("export", atlas.path, f"{report}/", "--title", "Clouds & dust") == 0
    printed = capsys.readouterr()
    files = [path for path in report.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    assert printed.out.startswith(f"{report} ({size:.1f} MB in {len(files)} files)\n")
    assert f"open {report / 'index.html'} in a browser" in printed.out
    assert "one file would do" in printed.err
    assert "thumbnails, writing: 100%" in printed.err
    assert "<title>Clouds &amp; dust</title>" in (report / "index.html").read_text(encoding="utf-8")
    words = ["export", atlas.path, tmp_path / "other.html", "--form", "folder", "--quiet"]
    assert status(*words) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "writing the folder" in printed.err
    assert (tmp_path / "other" / "index.html").is_file()


@pytest.mark.slow
@pytest.mark.usefixtures("plain_page")
def test_publish(lonely_atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    site, path = tmp_path / "site", lonely_atlas.path
    assert status("publish", site, path) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{site} (")
    assert f"open {site / 'index.html'} in a browser" in printed.out
    assert "one, 1 of 1: 1 cutout" in printed.err
    assert "say --url" in printed.err
    told = fails(capsys, "publish", site, path, tmp_path / "none.atlas")
    assert "1 of 2 atlases cannot be published" in told
    assert status("publish", site, path, tmp_path / "none.atlas", "--leave-out", "--quiet") == 0
    assert "left out: " in capsys.readouterr().err
    assert status("publish", site, path, "--url", "here") == 2


@pytest.mark.slow
def test_serve(atlas: Atlas) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", atlas.path, "--port", port, "--address", "127.0.0.1", "--no-browser"]
    with subprocess.Popen(
        [sys.executable, "-m", "hubble_dash.cli", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server:
        try:
            until, text = time.monotonic() + 60, ""
            while not text and time.monotonic() < until and server.poll() is None:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                        assert answer.status == 200
                        text = answer.read().decode()
                except urllib.error.URLError:
                    time.sleep(0.2)
            assert atlas.title in text
        finally:
            server.terminate()
            server.communicate(timeout=20)

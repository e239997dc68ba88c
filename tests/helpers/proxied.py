"""The command ``hubble-dash serve`` in a process of its own, and proxies before it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.error import HTTPError, URLError

import pytest

from helpers import engines
from helpers.waiting import wait

NGINX = """
daemon off; pid {here}/pid; error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {here}/b; proxy_temp_path {here}/p; fastcgi_temp_path {here}/f;
  uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    {location}
  }}
}}
"""


class Running(NamedTuple):
    """A process, and the file of what it says."""

    process: subprocess.Popen[str]
    log: IO[bytes]


@contextmanager
def served_by_command(atlas: Path, port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The atlas under ``hubble-dash serve``."""
    command = [sys.executable, "-m", "hubble_dash", "serve", str(atlas), "--port", str(port)]
    with running([*command, "--no-browser", *options]) as started:
        prefix = options[options.index("--prefix") + 1] if "--prefix" in options else ""
        wait_for(f"http://localhost:{port}{prefix}/", started)
        yield started.process


@contextmanager
def nginx(folder: Path, port: int, location: str) -> Iterator[None]:
    """A reverse proxy with one ``location``, as documentation has it."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("the tests of proxies need nginx: sudo apt-get install nginx")
    folder.mkdir()
    written = folder / "nginx.conf"
    written.write_text(NGINX.format(here=folder, port=port, location=location))
    with running([program, "-c", str(written), "-e", "stderr"]) as process:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield


@contextmanager
def running(command: list[str], **options: Any) -> Iterator[Running]:
    """A process that is ended at last, with what it says kept from the screen."""
    with (
        tempfile.TemporaryFile() as log,  # a pipe that nobody reads would fill up
        engines.running(command, stdout=log, stderr=log, **options) as process,
    ):
        yield Running(process, log)


def wait_for(url: str, running: Running, seconds: float = 300) -> None:
    """Wait until something answers at an address, with whatever status."""

    def answers() -> bool:
        if running.process.poll() is not None:
            running.log.seek(0)
            pytest.fail(f"nothing answers at {url}:\n{running.log.read().decode()}")
        try:
            urllib.request.urlopen(url, timeout=60).close()
        except HTTPError:
            return True
        except (URLError, OSError):
            return False
        return True

    wait(answers, url, seconds=seconds)

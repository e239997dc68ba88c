"""Memory given back to the system."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hubble_dash import allocator
from hubble_dash.cli import main as cli

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's allocator")


def own_bytes() -> int:
    """Memory of this process that no file backs."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) * 1024


@glibc
def test_free_pages_between_used_ones_are_given_back() -> None:
    arrays = [np.ones(2500) for _ in range(4000)]  # 80 MB, each below what is mapped by itself
    kept = arrays[::200]
    del arrays
    before = own_bytes()
    assert allocator.give_back()
    assert before - own_bytes() > 40e6
    assert len(kept) == 20


def test_many_wishes_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    given, done = [], threading.Event()

    def give_back() -> bool:
        given.append(1)
        done.set()
        return True

    monkeypatch.setattr(allocator, "give_back", give_back)
    for _ in range(2):
        for _ in range(5):
            allocator.give_back_soon(0.01)
        assert done.wait(5)
        done.clear()
    assert len(given) == 2


# Where the heap of a process meets a mapped file, glibc has a second one, of which it gives nothing
# back: what is asked of a process that has seen hundreds of tests says little.
KEEPS_PAGES = """
import resource
import numpy as np
from hubble_dash import allocator
from test_allocator import own_bytes

page, n = 4096, 16 * 2**20

def faults_of_a_second_time():
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        np.ones(n, np.uint8)  # freed at once
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before

with allocator.pages_kept():
    assert faults_of_a_second_time() < n / page / 10
    kept = own_bytes()
assert kept - own_bytes() > n / 2
"""


@glibc
def test_pages_are_kept_as_long_as_they_are_wanted() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in allocator.ENVIRONMENT}
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    subprocess.run(
        [sys.executable, "-c", KEEPS_PAGES], check=True, env={**environment, "PYTHONPATH": path}
    )


@pytest.mark.parametrize("name", allocator.ENVIRONMENT)
def test_what_users_say_of_pages_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1000000")
    monkeypatch.setattr(allocator, "_set", lambda _: pytest.fail("set"))
    with allocator.pages_kept():
        pass


@glibc
def test_a_collection_under_way_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    collect, asked = gc.collect, []

    def refuse_at_first() -> int:
        asked.append(1)
        return 0 if len(asked) < 3 else collect()

    class Circle:
        def __init__(self) -> None:
            self.itself = self

    gone = weakref.ref(Circle())
    monkeypatch.setattr(gc, "collect", refuse_at_first)
    allocator.give_back()
    assert len(asked) == 3
    assert gone() is None
    assert not any(seen.__module__ == allocator.__name__ for seen in gc.callbacks)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the process was begun anew with."""
    found: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda *wanted: found.append(wanted))
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.delenv("PYTHONMALLOC", raising=False)
    return found


def test_only_the_command_that_serves_begins_anew(
    begun: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = str(tmp_path / "no.atlas")
    monkeypatch.setattr(sys, "argv", ["hubble-dash", "info", missing])
    assert cli.main() == 1
    assert cli.main(["serve", missing]) == 1
    assert begun == []
    monkeypatch.setattr(sys, "argv", ["hubble-dash", "serve", missing])
    assert cli.main() == 1
    ((program, arguments, environment),) = begun
    assert (program, arguments) == (sys.executable, sys.orig_argv)
    assert environment == {**os.environ, "PYTHONMALLOC": "malloc"}


def test_what_the_user_wants_stays(begun: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONMALLOC", "pymalloc")
    allocator.begin_again()
    monkeypatch.delenv("PYTHONMALLOC")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    allocator.begin_again()
    assert begun == []


def test_other_c_libraries_have_no_such_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda _: object())
    assert allocator.give_back() is False


GARBAGE = """
from hubble_dash.allocator import skip_last_collection
class Circle:
    def __init__(self): self.own = self
    def __del__(self): print("collected")
{}
circle = Circle()
"""


@pytest.mark.parametrize(
    ("call", "said"), [("", "collected\n"), ("skip_last_collection();" * 2, "")]
)
def test_a_process_ends_without_a_search_for_garbage(call: str, said: str) -> None:
    code = GARBAGE.format(call)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == said


def test_commands_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[int] = []
    monkeypatch.setattr(cli, "skip_last_collection", lambda: asked.append(1))
    missing = str(tmp_path / "no.atlas")
    assert cli.main(["info", missing]) == 1
    assert asked == []
    monkeypatch.setattr(sys, "argv", ["hubble-dash", "info", missing])
    assert cli.main() == 1
    assert asked == [1]

"""Whose a temporary name is: its process, when that began, and on which machine.

So what a killed process left can be told from what a living one is making.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Leftover", "is_own_name", "leftovers", "own_name"]

# Not whole yet, or replaced already.
Kind: TypeAlias = Literal["new", "old"]

# Names may have 255 bytes, of which some 50 are needed.
MAX_NAME = 200
# Of processes on other machines and in other containers nothing is known but how old their work is.
STRANGER_S = 7 * 86_400
# Threads of one process may write under one name.
NUMBERS = itertools.count()
OWN = r"(new|old)-(\d+)-(\d+)-([0-9a-f]{8})-\d+"


class Leftover(NamedTuple):
    """What a process that is gone has left beside a final name.

    Attributes
    ----------
    path : Path
        The file or folder.
    kind : {"new", "old"}
        Whether it was being made, or had the final name before.
    """

    path: Path
    kind: str


def own_name(final: Path, kind: Kind) -> Path:
    """Give a name beside a final one that nobody else takes.

    Parameters
    ----------
    final : Path
        The final name.
    kind : {"new", "old"}
        What will have the name.
    """
    pid = os.getpid()
    own = f"{pid}-{_start_of(pid) or 0}-{_place()}-{next(NUMBERS)}"
    return final.with_name(f"{_stem(final)}{kind}-{own}")


def is_own_name(name: str) -> bool:
    """Say whether `own_name` may have given a name.

    Parameters
    ----------
    name : str
        Without its folder.
    """
    return re.fullmatch(r"\..+\." + OWN, name) is not None


def leftovers(final: Path) -> list[Leftover]:
    """Find what processes that are gone have left beside a final name.

    Parameters
    ----------
    final : Path
        The final name; its folder need not be there.

    Returns
    -------
    list of Leftover
        What living processes are making is not among it, nor is what another machine or container
        has touched within a week.
    """
    pattern = re.compile(re.escape(_stem(final)) + OWN)
    try:
        names = [path.name for path in final.parent.iterdir()]
    except (OSError, ValueError):
        return []
    found = []
    for name in sorted(names):
        match = pattern.fullmatch(name)
        if match is None:
            continue
        kind, pid, start, place = match.groups()
        path = final.with_name(name)
        # Windows has no harmless way to ask whether a process is there.
        is_known = place == _place() and sys.platform != "win32"
        if not (_is_alive(int(pid), int(start)) if is_known else _is_recent(path)):
            found.append(Leftover(path, kind))
    return found


def _stem(final: Path) -> str:
    name = final.name
    if len(os.fsencode(name)) > MAX_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return f".{name}."


@lru_cache(maxsize=1)
def _place() -> str:
    """Name the machine and, in a container, the numbers of whose processes mean nothing outside."""
    try:
        numbers = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        numbers = ""
    node = os.uname().nodename if sys.platform != "win32" else os.environ.get("COMPUTERNAME", "")
    return hashlib.sha256(f"{node}\n{numbers}".encode()).hexdigest()[:8]


def _is_alive(pid: int, start: int) -> bool:
    """Say whether the process is there that began then, rather than a later one of its number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return (_start_of(pid) or 0) in (0, start)


def _start_of(pid: int) -> int | None:
    """Give when a process began, in ticks since the machine did; None where nobody knows."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is a name in brackets, in which anything may stand; this is the 22nd.
    return int(text.rpartition(")")[2].split()[19])


def _is_recent(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime < STRANGER_S
    except OSError:
        return True

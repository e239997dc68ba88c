"""A target in this process where there is no atheris: good inputs, changed at random."""

from __future__ import annotations

import hashlib
import resource
import signal
import time
import warnings
from pathlib import Path

import numpy as np
from helpers.rubbish import change

from fuzzing.judging import Finding, judge
from fuzzing.running import BEGUN, CURRENT, HARD_MEGABYTES, HARD_SECONDS
from fuzzing.targets import TARGETS

__all__ = ["fuzz_unguided", "keep"]

MAX_CHANGES = 4


def fuzz_unguided(name: str, folder: Path, *, seconds: int, seed: int) -> None:
    """Fuzz a target in this process, which may be ended by an input: that stands in a file.

    Parameters
    ----------
    name : str
        Of the target.
    folder : Path
        As of `fuzzing.running.run_target`.
    seconds : int
        How long.
    seed : int
        Of the changes.
    """
    (folder / "work").mkdir(exist_ok=True)
    (folder / "found").mkdir(exist_ok=True)
    read = TARGETS[name].prepare(folder / "work")
    good = [path.read_bytes() for path in sorted((folder / "seeds").iterdir())]
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_DATA, (HARD_MEGABYTES * 10**6,) * 2)
    random, known, n = np.random.default_rng(seed), set[str](), 0
    (folder / BEGUN).touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = good[n % len(good)]
        for _ in range(int(random.integers(1, MAX_CHANGES))):
            data = change(data, random)[1] or data
        (folder / CURRENT).write_bytes(data)
        signal.alarm(HARD_SECONDS)
        finding = judge(read, data)
        signal.alarm(0)
        n += 1
        if finding is not None and finding.kind not in known:
            known.add(finding.kind)
            keep(folder / "found", finding, data)
        if n % 20 == 0:
            print(f"#{n}", "tried", flush=True)
    (folder / CURRENT).unlink()
    print(f"#{n}", "tried", flush=True)


def keep(folder: Path, finding: Finding, data: bytes) -> None:
    """Keep what was found, and the input.

    Parameters
    ----------
    folder : Path
        Where.
    finding : Finding
        What was found.
    data : bytes
        The input.
    """
    path = folder / hashlib.sha256(finding.kind.encode()).hexdigest()[:12]
    path.write_bytes(data)
    path.with_suffix(".txt").write_text(f"{finding.kind}\n\n{finding.told}\n", encoding="utf-8")

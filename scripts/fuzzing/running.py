"""Runs of a target: in a process of its own, which may end as it likes, until its time is over."""

from __future__ import annotations

import re
import subprocess
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fuzzing.judging import Finding, judge
from fuzzing.target import Target

__all__ = [
    "BEGUN",
    "CURRENT",
    "HARD_MEGABYTES",
    "HARD_SECONDS",
    "Outcome",
    "run_target",
    "try_again",
]

# A file that is as old as what has been tried: imports take their time before.
BEGUN = "begun"
# A file with the input that is being tried, where nothing but it knows that.
CURRENT = "current"
# Of one input, by the clock, and of the process, in MB; what is less and still too much is judged.
HARD_SECONDS, HARD_MEGABYTES = 300, 4_000
# A process that was ended is begun again as often.
MAX_STARTS = 50


class Outcome(NamedTuple):
    """What came of a target.

    Attributes
    ----------
    n_inputs : int
        How many were tried.
    seconds : float
        How long it took.
    findings : dict of str to Path
        What was found, and an input that brings it about.
    """

    n_inputs: int
    seconds: float
    findings: Mapping[str, Path]


def run_target(
    target: Target, folder: Path, command: list[str], *, seconds: int, seed: int = 0
) -> Outcome:
    """Fuzz a target for so long; begin again where a process was ended by what it read.

    Parameters
    ----------
    target : Target
        The target.
    folder : Path
        Where inputs, findings and the log are kept.
    command : list of str
        Fuzzes it in a process: it is given the seconds that are left, and the seed.
    seconds : int
        How long.
    seed : int
        Of the changes.

    Raises
    ------
    RuntimeError
        If the process cannot begin.
    """
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    for name, data in target.seeds().items():
        (folder / "seeds" / name.replace("/", "_")).write_bytes(data)
    taken, n_inputs = 0.0, 0
    with (folder / "log").open("wb") as log:
        for number in range(MAX_STARTS):
            left = round(seconds - taken)
            if left <= 0:
                break
            place = log.tell()
            ended = subprocess.run(
                [*command, str(left), str(seed + number)], stdout=log, stderr=log
            )
            n_inputs += _n_inputs(folder / "log", place)
            if ended.returncode != 1:
                taken += time.time() - (folder / BEGUN).stat().st_mtime
            if ended.returncode == 0:
                break
            if ended.returncode == 1:
                raise RuntimeError(f"{target.name} cannot be fuzzed; {folder / 'log'} says why")
            if (folder / CURRENT).exists():
                (folder / CURRENT).rename(folder / f"ended-{number}")
            log.seek(0, 2)
    return Outcome(n_inputs, taken, _findings(folder))


def _n_inputs(log: Path, place: int) -> int:
    """Read how many inputs were tried from what libFuzzer said last."""
    said = log.read_bytes()[place:]
    numbers = re.findall(rb"(?m)^#(\d+)\s|number_of_executed_units: (\d+)", said)
    return max((int(first or second) for first, second in numbers), default=0)


def _findings(folder: Path) -> dict[str, Path]:
    """List findings that were judged, and inputs that ended the process."""
    found = {}
    for told in sorted((folder / "found").glob("*.txt")):
        found[told.read_text(encoding="utf-8").splitlines()[0]] = told.with_suffix("")
    for path in sorted(folder.glob("*-*")):
        found[f"ended the process: {path.name}"] = path
    return found


def try_again(target: Target, path: Path, folder: Path) -> Finding | None:
    """Give a target one input, such as a finding.

    Parameters
    ----------
    target : Target
        The target.
    path : Path
        The input.
    folder : Path
        An empty one.
    """
    read = target.prepare(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judge(read, path.read_bytes())

"""A target in this process: libFuzzer changes inputs, and keeps those that take a new branch."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import atheris
import numpy as np

from fuzzing.judging import judge
from fuzzing.running import BEGUN, HARD_MEGABYTES, HARD_SECONDS

__all__ = ["fuzz_guided"]

# Packages beside ours whose branches guide the search; none may have been imported before.
GUIDES: Mapping[str, Sequence[str]] = {
    "fits": ["astropy.io.fits"],
    "header": ["astropy.wcs"],
    "tiff": ["tifffile"],
    "picture": ["PIL"],
    "tags": ["pyavm"],
    "catalog": ["astropy.io.ascii", "astropy.io.votable"],
    "request": ["bokeh.util.token"],
}
MAX_BYTES = 65_536
# Shorter inputs are left to libFuzzer's own ways to change them, as is every second one.
LEAST_BYTES = 32


def fuzz_guided(name: str, folder: Path, *, seconds: int, seed: int) -> None:
    """Fuzz a target in this process, which ends with it.

    Parameters
    ----------
    name : str
        Of the target.
    folder : Path
        As of `run_target`.
    seconds : int
        How long.
    seed : int
        Of the changes.
    """
    (folder / "work").mkdir(exist_ok=True)
    (folder / "found").mkdir(exist_ok=True)
    with atheris.instrument_imports(include=["hubble_dash", *GUIDES.get(name, [])]):
        target = importlib.import_module("fuzzing.targets").TARGETS[name]
        change = importlib.import_module("helpers.rubbish").change
        keep = importlib.import_module("fuzzing.unguided").keep
        read = target.prepare(folder / "work")
    warnings.simplefilter("ignore")
    known: set[str] = set()

    def test_one_input(data: bytes) -> None:
        finding = judge(read, data)
        if finding is not None and finding.kind not in known:
            known.add(finding.kind)
            keep(folder / "found", finding, data)

    def mutate(data: bytes, max_size: int, number: int) -> bytes:
        if number % 2 or len(data) < LEAST_BYTES:
            changed: bytes = atheris.Mutate(data, max_size)
            return changed
        harmed: bytes = change(data, np.random.default_rng(number))[1]
        return harmed[:max_size]

    options = {
        "max_total_time": seconds, "seed": seed + 1, "max_len": MAX_BYTES, "len_control": 0,
        "timeout": HARD_SECONDS, "rss_limit_mb": HARD_MEGABYTES, "artifact_prefix": f"{folder}/",
        # By the clock a busy machine makes any input slow; the time of the processor is judged.
        "report_slow_units": HARD_SECONDS,
        "print_final_stats": 1,
    }  # fmt: skip
    words = [f"-{name}={value}" for name, value in options.items()]
    (folder / "corpus").mkdir(exist_ok=True)
    atheris.Setup(
        [sys.argv[0], str(folder / "corpus"), str(folder / "seeds"), *words],
        test_one_input,
        custom_mutator=mutate,
    )
    (folder / BEGUN).touch()
    atheris.Fuzz()

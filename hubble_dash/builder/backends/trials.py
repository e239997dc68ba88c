"""What was measured of ways to run a network, and which of them is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

from hubble_dash.builder.backends.backend import Backend, Runner

__all__ = [
    "MIN_COSINE",
    "Autotuned",
    "Trial",
    "could_pay",
    "least_cosine",
    "listed",
    "speedup_needed",
]

# A backend is refused if the fingerprint of any picture that is tried has a smaller cosine with the
# one in single precision, the mean of all taken off both.
MIN_COSINE = {"fp32": 0.9999, "bf16": 0.999, "fp16": 0.999, "int8": 0.99}
# The mean is taken off only where there are so many pictures. That of fewer is close to each of
# them, and little but rounding errors would be left to compare.
MIN_PICTURES_FOR_MEAN = 8
# How long a network takes to be made ready, roughly, by what runs it.
START_TIME_S = {"eager": 0.5, "openvino": 5.0, "compile": 25.0}
# A backend is tried only if the cutouts to come would take so many times as long as its start.
MIN_RUN_TIME_IN_STARTS = 3
# A less precise backend must be faster than the best one so far by this factor.
MIN_SPEEDUP_OF_OTHER_PRECISION = 1.1


@dataclass(frozen=True)
class Trial:
    """What a backend did with the sample.

    Parameters
    ----------
    engine, precision : str
        The backend.
    images_per_s : float or None
        Pictures in a second, preparation left out; None if it did not run.
    cosine : float or None
        Least cosine with the fingerprints of single precision, the mean of all taken off.
    note : str
        Why it was not taken, where that was not its speed.
    batch_size : int or None
        Pictures at a time, where several sizes were tried.
    spread : float or None
        Between the quartiles of the times of whole batches, as a share of their median; None where
        it ran once, as CPUs do, which take so long that it tells.
    """

    engine: str
    precision: str
    images_per_s: float | None = None
    cosine: float | None = None
    note: str = ""
    batch_size: int | None = None
    spread: float | None = None


@dataclass(frozen=True)
class Autotuned:
    """The backend that was chosen, and the network ready to run in it.

    Parameters
    ----------
    backend : Backend
        Which.
    runner : Runner
        The network in that backend.
    trials : list of Trial
        What was measured; empty where nothing was to choose.
    batch_size : int
        Pictures in one pass.
    """

    backend: Backend
    runner: Runner
    trials: list[Trial] = field(default_factory=list)
    batch_size: int = 32

    def describe(self) -> dict[str, Any]:
        """Give what belongs into the atlas's manifest, as plain data."""
        return {
            "engine": self.backend.engine,
            "precision": self.backend.precision,
            "batch_size": self.batch_size,
            "tried": [asdict(trial) for trial in self.trials],
        }


def could_pay(backend: Backend, run_time_s: float) -> bool:
    """Say whether a backend could save the time that it takes to start.

    Parameters
    ----------
    backend : Backend
        Which.
    run_time_s : float
        How long the cutouts to come would take without it.
    """
    return run_time_s >= MIN_RUN_TIME_IN_STARTS * START_TIME_S[backend.engine]


def speedup_needed(backend: Backend, best: Backend) -> float:
    """Say how much faster than the best one so far a backend must be.

    Parameters
    ----------
    backend, best : Backend
        The ones.
    """
    return 1.0 if backend.precision == best.precision else MIN_SPEEDUP_OF_OTHER_PRECISION


def least_cosine(features: torch.Tensor, reference: torch.Tensor) -> float:
    """Compare fingerprints as neighbours are found, which is without what all have in common.

    Parameters
    ----------
    features, reference : (n, d) tensor
        Of a backend, and in single precision.
    """
    common = reference.mean(dim=0) if len(reference) >= MIN_PICTURES_FOR_MEAN else 0
    return float(
        torch.nn.functional.cosine_similarity(features - common, reference - common, dim=1).min()
    )


def listed(trials: Sequence[Trial]) -> str:
    """List what was measured, for a log.

    Parameters
    ----------
    trials : sequence of Trial
        All.
    """
    said = [
        f"{t.engine} {t.precision}{f' by {t.batch_size}' if t.batch_size else ''}:"
        f" {t.note or f'{t.images_per_s:.3g} images/s'}"
        for t in trials
    ]
    return "; ".join(said)

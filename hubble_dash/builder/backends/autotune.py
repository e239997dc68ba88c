"""Which backend runs a network fastest here and still means the same: measured, never guessed.

What wins depends on more than can be known beforehand. A Xeon whose bf16 instructions run at half
the speed of its fp32 ones and an EPYC where they run at twice have the same name for them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Backend, Encoder, Runner
from hubble_dash.builder.backends.pytorch import available_backends, missing, start

__all__ = ["MIN_COSINE", "Autotuned", "Trial", "autotune"]

# Makes the network ready in a backend.
Start: TypeAlias = Callable[[Backend], Runner]

logger = logging.getLogger(__name__)

# A backend is refused if the fingerprint of any picture that is tried has a smaller cosine with the
# one in single precision, the mean of all taken off both.
MIN_COSINE = {"fp32": 0.9999, "bf16": 0.999, "fp16": 0.999, "int8": 0.99}
# Pictures that a backend is tried on: fewer say too little, more take longer than they save.
TRIAL_PICTURES = 16
# The mean is taken off only where there are so many pictures. That of fewer is close to each of
# them, and little but rounding errors would be left to compare.
MIN_PICTURES_FOR_MEAN = 8
# How long a network takes to be made ready, roughly, by what runs it.
START_TIME_S = {"eager": 0.5, "openvino": 5.0, "compile": 25.0}
# A backend is tried only if the cutouts to come would take so many times as long as its start.
MIN_RUN_TIME_IN_STARTS = 3
# Fewer cutouts are done before a trial of another backend would be.
MIN_CUTOUTS_FOR_TRIALS = 100
# A less precise backend must be faster than the best one so far by this factor.
MIN_SPEEDUP_OF_OTHER_PRECISION = 1.1
# No network gains by a precision in which the CPU's own matrix products are slower than in single
# precision; to find that out takes milliseconds and no trial.
PRODUCT_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
SLOW_PRODUCT = "not tried: this CPU multiplies matrices more slowly in it"


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
    """

    engine: str
    precision: str
    images_per_s: float | None = None
    cosine: float | None = None
    note: str = ""


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
    """

    backend: Backend
    runner: Runner
    trials: list[Trial] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """Give what belongs into the atlas's manifest, as plain data."""
        return {
            "engine": self.backend.engine,
            "precision": self.backend.precision,
            "tried": [asdict(trial) for trial in self.trials],
        }


def autotune(
    encoder: Encoder,
    sample: NDArray[np.uint8],
    *,
    device: str,
    engine: str = "auto",
    precision: str = "auto",
    batch_size: int = 32,
    n_expected: int,
) -> Autotuned:
    """Try the backends that could pay, and take the fastest faithful one.

    Parameters
    ----------
    encoder : Encoder
        The network.
    sample : (b, height, width, 3) uint8 array
        Some of the pictures that it will see.
    device : {"cpu", "cuda", "mps"}
        Where it runs.
    engine, precision : str
        ``"auto"``, or what the user insists on.
    batch_size : int
        Pictures in one pass.
    n_expected : int
        How many pictures are to come: a backend that takes long to start must save that time.

    Returns
    -------
    Autotuned

    Raises
    ------
    ValueError
        If what the user insists on is not there.
    RuntimeError
        If it is, and fails.
    """
    wanted, usual = _wanted(encoder, device, engine, precision), encoder.reference
    # 8-bit integers are fitted to other pictures than they are tried on: on the former they look
    # better than they are.
    held_out, fitted = (sample[::2], sample[1::2]) if len(sample) > 1 else (sample, sample)
    tried = held_out if precision == "int8" else held_out[:TRIAL_PICTURES]
    start_in = partial(
        start, encoder=encoder, sample=fitted, device=device, batch_size=batch_size,
        n_expected=n_expected,
    )  # fmt: skip
    if len(wanted) == 1:
        return _insisted(wanted[0], usual, start_in, tried)
    plain = start_in(usual)
    if usual in wanted and n_expected < MIN_CUTOUTS_FOR_TRIALS:
        return Autotuned(usual, plain)
    reference, rate = _run(plain, tried)
    best, best_rate = Autotuned(usual, plain), rate if usual in wanted else 0.0
    trials = [Trial(usual.engine, usual.precision, rate, 1.0)] if best_rate else []
    for backend in wanted:
        if backend == usual or (best_rate and not _could_pay(backend, n_expected / best_rate)):
            continue
        if device == "cpu" and precision == "auto" and not _has_fast_product(backend.precision):
            trials.append(Trial(backend.engine, backend.precision, note=SLOW_PRODUCT))
            continue
        trial, runner = _try(backend, start_in, tried, reference)
        trials.append(trial)
        is_other_precision = backend.precision != best.backend.precision
        needed = best_rate * (MIN_SPEEDUP_OF_OTHER_PRECISION if is_other_precision else 1)
        if runner is not None and trial.images_per_s is not None and trial.images_per_s > needed:
            best, best_rate = Autotuned(backend, runner), trial.images_per_s
    if not best_rate:
        raise RuntimeError(f"no backend runs the network faithfully: {_listed(trials)}")
    logger.info("the network runs as %s (%s)", best.backend, _listed(trials))
    return Autotuned(best.backend, best.runner, trials)


def _wanted(encoder: Encoder, device: str, engine: str, precision: str) -> list[Backend]:
    """Narrow the available backends down to what the user insists on."""
    if engine != "auto" and precision != "auto":
        return [Backend(engine, precision)]  # type: ignore[arg-type]
    if engine != "auto" and (lacking := missing(engine)) is not None:  # type: ignore[arg-type]
        raise ValueError(lacking)
    found = [
        backend
        for backend in available_backends(device)
        if backend.engine in encoder.engines
        and engine in ("auto", backend.engine)
        and precision in ("auto", backend.precision)
    ]
    if found:
        return found
    # The user asks for one that is not among those that could be fastest.
    fallback = "openvino" if precision == "int8" else encoder.reference.engine
    return [
        Backend(
            fallback if engine == "auto" else engine,  # type: ignore[arg-type]
            "fp32" if precision == "auto" else precision,  # type: ignore[arg-type]
        )
    ]


def _could_pay(backend: Backend, run_time_s: float) -> bool:
    return run_time_s >= MIN_RUN_TIME_IN_STARTS * START_TIME_S[backend.engine]


def _insisted(
    backend: Backend, usual: Backend, start_in: Start, tried: NDArray[np.uint8]
) -> Autotuned:
    """Start the one backend that is left, and warn where it changes the fingerprints."""
    runner = start_in(backend)
    if backend == usual:
        return Autotuned(backend, runner)
    reference, _ = _run(start_in(usual), tried)
    features, rate = _run(runner, tried)
    cosine = _least_cosine(features, reference)
    if not cosine >= MIN_COSINE[backend.precision]:
        logger.warning(
            "%s changes the fingerprints of this network: least cosine with fp32 %.4f, wanted"
            " %.4g; take --engine auto --precision auto",
            backend, cosine, MIN_COSINE[backend.precision],
        )  # fmt: skip
    return Autotuned(backend, runner, [Trial(backend.engine, backend.precision, rate, cosine)])


def _try(
    backend: Backend, start_in: Start, tried: NDArray[np.uint8], reference: torch.Tensor
) -> tuple[Trial, Runner | None]:
    try:
        runner = start_in(backend)
        features, rate = _run(runner, tried)
    # NotImplementedError and all errors of torch.compile are RuntimeErrors.
    except (RuntimeError, TypeError, ValueError, AttributeError) as err:
        reason = f"{type(err).__name__}: {err}".strip().partition("\n")[0]
        return Trial(backend.engine, backend.precision, note=f"does not run: {reason}"), None
    cosine = _least_cosine(features, reference)
    if not cosine >= MIN_COSINE[backend.precision]:
        note = f"changes the fingerprints: cosine {cosine:.4f} < {MIN_COSINE[backend.precision]}"
        return Trial(backend.engine, backend.precision, rate, cosine, note), None
    return Trial(backend.engine, backend.precision, rate, cosine), runner


def _run(runner: Runner, tried: NDArray[np.uint8]) -> tuple[torch.Tensor, float]:
    """Run pictures twice, and time the second time."""
    runner(tried)()
    begin = time.perf_counter()
    features, _ = runner(tried)()
    return features, len(tried) / (time.perf_counter() - begin)


@lru_cache(maxsize=8)
def _has_fast_product(precision: str) -> bool:
    """Say whether this CPU multiplies matrices faster in that precision than in fp32."""
    if precision not in PRODUCT_DTYPES:
        return True
    times = [_product_in_s(dtype) for dtype in (PRODUCT_DTYPES[precision], torch.float32)]
    return times[0] < times[1]


@torch.inference_mode()
def _product_in_s(dtype: torch.dtype, side: int = 512) -> float:
    a = torch.ones((side, side), dtype=dtype)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - begin)
    return min(times)


def _least_cosine(features: torch.Tensor, reference: torch.Tensor) -> float:
    """Compare fingerprints as neighbours are found, which is without what all have in common."""
    common = reference.mean(dim=0) if len(reference) >= MIN_PICTURES_FOR_MEAN else 0
    return float(
        torch.nn.functional.cosine_similarity(features - common, reference - common, dim=1).min()
    )


def _listed(trials: Sequence[Trial]) -> str:
    said = [
        f"{t.engine} {t.precision}: {t.note or f'{t.images_per_s:.3g} images/s'}" for t in trials
    ]
    return "; ".join(said)

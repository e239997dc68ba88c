"""Which backend runs a network fastest here and still means the same: measured, never guessed.

What wins depends on more than can be known beforehand. A Xeon whose bf16 instructions run at half
the speed of its fp32 ones and an EPYC where they run at twice have the same name for them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from hubble_dash.builder.backends.backend import Backend, Encoder, Runner
from hubble_dash.builder.backends.batches import Timing, filled, time_batches, time_sizes
from hubble_dash.builder.backends.openvino import OpenVino
from hubble_dash.builder.backends.pytorch import available_backends, missing, start
from hubble_dash.builder.backends.trials import (
    MIN_COSINE,
    Autotuned,
    Trial,
    could_pay,
    least_cosine,
    listed,
    speedup_needed,
)

__all__ = ["MIN_COSINE", "Autotuned", "Trial", "autotune"]

# Makes the network ready in a backend.
Start: TypeAlias = Callable[[Backend], Runner]
# Gives the features of the pictures that are tried, and how fast a network runs.
Measure: TypeAlias = Callable[[Runner], tuple[torch.Tensor, Timing]]

logger = logging.getLogger(__name__)

# Pictures that a backend is tried on: fewer say too little, more take longer than they save.
TRIAL_PICTURES = 16
# By which batches backends are compared before a size is chosen, and how much slower than the
# fastest size a smaller one may be, which needs less memory and is sooner filled.
COMPARED_BATCH, SHARE_OF_FASTEST = 128, 0.95
# Fewer cutouts are done before a trial of another backend would be.
MIN_CUTOUTS_FOR_TRIALS = 100
# No network gains by a precision in which the CPU's own matrix products are slower than in single
# precision; to find that out takes milliseconds and no trial.
PRODUCT_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
SLOW_PRODUCT = "not tried: this CPU multiplies matrices more slowly in it"


def autotune(
    encoder: Encoder,
    sample: NDArray[np.uint8],
    *,
    device: str,
    engine: str = "auto",
    precision: str = "auto",
    batch_size: int = 32,
    batch_sizes: Sequence[int] = (),
    n_expected: int,
) -> Autotuned:
    """Try the backends that could pay, and take the fastest faithful one.

    On a GPU whole batches are timed, of several sizes, since few pictures take it no time. A CPU
    runs few pictures once, which takes it long enough to tell.

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
    batch_sizes : sequence of int
        Those that are tried, in rising order, where the size is to be chosen; `batch_size` is then
        that of few pictures.
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
    start_in = partial(start, encoder=encoder, sample=fitted, device=device, batch_size=batch_size)
    if n_expected < MIN_CUTOUTS_FOR_TRIALS:
        batch_sizes = ()
    measure: Measure = partial(_run_once, tried=tried)
    if batch_sizes:
        compared = min(batch_sizes, key=lambda size: abs(size - COMPARED_BATCH))
        measure = partial(_run_batches, tried=tried, batch=filled(sample, compared, device))
    if len(wanted) == 1:
        if batch_sizes and wanted[0].engine == "compile":
            # It has one size.
            start_in, batch_size, batch_sizes = partial(start_in, batch_size=compared), compared, ()
        only = replace(_insisted(wanted[0], usual, start_in, measure), batch_size=batch_size)
        if batch_sizes:
            return _sized(only, sample, device, batch_sizes)[0]
        return _tuned(only, n_expected)
    plain = start_in(usual)
    if usual in wanted and n_expected < MIN_CUTOUTS_FOR_TRIALS:
        return Autotuned(usual, plain, batch_size=batch_size)
    reference, timing = measure(plain)
    search = _Search(Autotuned(usual, plain, batch_size=batch_size), reference, n_expected)
    if usual in wanted:
        search.note(_trial(usual, timing, 1.0))
        search.best_rate = timing.images_per_s
    skips_slow = device == "cpu" and precision == "auto"
    others = [backend for backend in wanted if backend != usual]
    # A compiled network has one size, which is known once others have run.
    late = [backend for backend in others if batch_sizes and backend.engine == "compile"]
    for backend in others:
        if backend not in late:
            search.consider(backend, start_in, measure, skips_slow=skips_slow)
    if batch_sizes and search.best_rate:
        search.best, search.best_rate = _sized(search.best, sample, device, batch_sizes)
        size = search.best.batch_size
        start_in = partial(start_in, batch_size=size)
        measure = partial(_run_batches, tried=tried, batch=filled(sample, size, device))
    for backend in late:
        search.consider(backend, start_in, measure)
    if not search.best_rate:
        raise RuntimeError(f"no backend runs the network faithfully: {listed(search.best.trials)}")
    logger.info("the network runs as %s (%s)", search.best.backend, listed(search.best.trials))
    return _tuned(search.best, n_expected)


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


@dataclass
class _Search:
    """The best backend so far, with all that was measured."""

    best: Autotuned
    reference: torch.Tensor
    n_expected: int
    best_rate: float = 0.0

    def note(self, trial: Trial) -> None:
        """Add what was measured."""
        self.best = replace(self.best, trials=[*self.best.trials, trial])

    def consider(
        self, backend: Backend, start_in: Start, measure: Measure, *, skips_slow: bool = False
    ) -> None:
        """Try a backend, where that could pay, and take it if it is faster and faithful."""
        if self.best_rate and not could_pay(backend, self.n_expected / self.best_rate):
            return
        if skips_slow and not _has_fast_product(backend.precision):
            self.note(Trial(backend.engine, backend.precision, note=SLOW_PRODUCT))
            return
        trial, runner = _try(backend, start_in, measure, self.reference)
        self.note(trial)
        rate = trial.images_per_s
        needed = self.best_rate * speedup_needed(backend, self.best.backend)
        if runner is not None and rate is not None and rate > needed:
            self.best, self.best_rate = replace(self.best, backend=backend, runner=runner), rate


def _sized(
    best: Autotuned, sample: NDArray[np.uint8], device: str, sizes: Sequence[int]
) -> tuple[Autotuned, float]:
    """Choose how many pictures it runs with at a time; say how fast it then is."""
    timings = time_sizes(best.runner, sample, device, sizes=sizes)
    fastest = max(timing.images_per_s for timing in timings.values())
    size = next(
        size for size, one in timings.items() if one.images_per_s >= SHARE_OF_FASTEST * fastest
    )
    more = [replace(_trial(best.backend, one, None), batch_size=n) for n, one in timings.items()]
    return replace(best, batch_size=size, trials=[*best.trials, *more]), timings[size].images_per_s


def _tuned(chosen: Autotuned, n_expected: int) -> Autotuned:
    """Let OpenVINO find its size of request, once it is known to be faithful."""
    if isinstance(chosen.runner, OpenVino):
        chosen.runner.tune(n_expected)
    return chosen


def _insisted(backend: Backend, usual: Backend, start_in: Start, measure: Measure) -> Autotuned:
    """Start the one backend that is left, and warn where it changes the fingerprints."""
    runner = start_in(backend)
    if backend == usual:
        return Autotuned(backend, runner)
    reference, _ = measure(start_in(usual))
    features, timing = measure(runner)
    cosine = least_cosine(features, reference)
    if not cosine >= MIN_COSINE[backend.precision]:
        logger.warning(
            "%s changes the fingerprints of this network: least cosine with fp32 %.4f, wanted"
            " %.4g; take --engine auto --precision auto",
            backend, cosine, MIN_COSINE[backend.precision],
        )  # fmt: skip
    return Autotuned(backend, runner, [_trial(backend, timing, cosine)])


def _try(
    backend: Backend, start_in: Start, measure: Measure, reference: torch.Tensor
) -> tuple[Trial, Runner | None]:
    try:
        runner = start_in(backend)
        features, timing = measure(runner)
    # NotImplementedError and all errors of torch.compile are RuntimeErrors.
    except (RuntimeError, TypeError, ValueError, AttributeError) as err:
        reason = f"{type(err).__name__}: {err}".strip().partition("\n")[0]
        return Trial(backend.engine, backend.precision, note=f"does not run: {reason}"), None
    cosine = least_cosine(features, reference)
    if not cosine >= MIN_COSINE[backend.precision]:
        note = f"changes the fingerprints: cosine {cosine:.4f} < {MIN_COSINE[backend.precision]}"
        return replace(_trial(backend, timing, cosine), note=note), None
    return _trial(backend, timing, cosine), runner


def _trial(backend: Backend, timing: Timing, cosine: float | None) -> Trial:
    return Trial(
        backend.engine, backend.precision, timing.images_per_s, cosine, spread=timing.spread
    )


def _run_once(runner: Runner, tried: NDArray[np.uint8]) -> tuple[torch.Tensor, Timing]:
    """Run pictures twice, and time the second time."""
    runner(tried)()
    begin = time.perf_counter()
    features, _ = runner(tried)()
    return features, Timing(len(tried) / (time.perf_counter() - begin), None)


def _run_batches(
    runner: Runner, tried: NDArray[np.uint8], batch: torch.Tensor
) -> tuple[torch.Tensor, Timing]:
    """Run pictures, and time whole batches."""
    features, _ = runner(tried)()
    return features, time_batches(runner, batch)


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

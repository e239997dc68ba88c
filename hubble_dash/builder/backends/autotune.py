"""Which form of a network is the fastest here and still means the same: measured, never guessed.

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

from hubble_dash.builder.backends.backend import Engine, Form, Pictures
from hubble_dash.builder.backends.pytorch import available_forms, missing, start

__all__ = ["FAITHFUL", "Calibrated", "Trial", "calibrate"]

# Makes the network ready in a form.
Start: TypeAlias = Callable[[Form], Engine]

logger = logging.getLogger(__name__)

# Least cosine between a cutout's fingerprint and the one in single precision, their mean taken off.
FAITHFUL = {"fp32": 0.9999, "bf16": 0.999, "fp16": 0.999, "int8": 0.99}
# Pictures that are tried; fewer say too little, more take longer than they save.
TRIED = 16
# Of fewer, the mean is mostly themselves.
ENOUGH_FOR_A_MEAN = 8
# What a form takes to start, roughly: it must save about three times as much to be tried at all.
STARTS_IN_S = {"eager": 0.5, "openvino": 5.0, "compile": 25.0}
# Fewer cutouts are done before anything could be measured.
FEW = 100
# A less precise form must be faster by this factor.
WORTH = 1.1
# No network gains by a precision in which the CPU's own products are slower; that takes no trial.
PRODUCTS = {"bf16": torch.bfloat16, "fp16": torch.float16}
SLOW_PRODUCT = "not tried: this CPU multiplies matrices more slowly in it"


@dataclass(frozen=True)
class Trial:
    """What a form did with the sample.

    Parameters
    ----------
    engine, precision : str
        The form.
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
class Calibrated:
    """The form that was chosen, ready to run.

    Parameters
    ----------
    form : Form
        Which.
    engine : Engine
        The network in that form.
    trials : list of Trial
        What was measured; empty where nothing was to choose.
    """

    form: Form
    engine: Engine
    trials: list[Trial] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """Give what belongs into the atlas's manifest, as plain data."""
        return {
            "engine": self.form.engine,
            "precision": self.form.precision,
            "tried": [asdict(trial) for trial in self.trials],
        }


def calibrate(
    pictures: Pictures,
    sample: NDArray[np.uint8],
    *,
    device: str,
    engine: str = "auto",
    precision: str = "auto",
    batch_size: int = 32,
    n_expected: int,
) -> Calibrated:
    """Try the forms that could pay, and take the fastest faithful one.

    Parameters
    ----------
    pictures : Pictures
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
        How many pictures are to come: a form that takes long to start must save that time.

    Returns
    -------
    Calibrated

    Raises
    ------
    ValueError
        If what the user insists on is not there.
    RuntimeError
        If it is, and fails.
    """
    forms, usual = _wanted(pictures, device, engine, precision), pictures.reference
    # Never those by which 8-bit integers are fitted, for which they look better than they are.
    held_out, fitted = (sample[::2], sample[1::2]) if len(sample) > 1 else (sample, sample)
    tried = held_out if precision == "int8" else held_out[:TRIED]
    lay = partial(start, pictures=pictures, sample=fitted, device=device, batch_size=batch_size)
    if len(forms) == 1:
        return _insisted(forms[0], usual, lay, tried)
    plain = lay(usual)
    if usual in forms and n_expected < FEW:
        return Calibrated(usual, plain)
    reference, rate = _run(plain, tried)
    best, best_rate = Calibrated(usual, plain), rate if usual in forms else 0.0
    trials = [Trial(usual.engine, usual.precision, rate, 1.0)] if best_rate else []
    for form in forms:
        if form == usual or (best_rate and n_expected / best_rate < 3 * STARTS_IN_S[form.engine]):
            continue
        if device == "cpu" and precision == "auto" and not _has_fast_product(form.precision):
            trials.append(Trial(form.engine, form.precision, note=SLOW_PRODUCT))
            continue
        trial, running = _try(form, lay, tried, reference)
        trials.append(trial)
        needed = best_rate * (WORTH if form.precision != best.form.precision else 1)
        if running is not None and trial.images_per_s is not None and trial.images_per_s > needed:
            best, best_rate = Calibrated(form, running), trial.images_per_s
    if not best_rate:
        raise RuntimeError(f"no form of the network runs faithfully: {_listed(trials)}")
    logger.info("the network runs as %s (%s)", best.form, _listed(trials))
    return Calibrated(best.form, best.engine, trials)


def _wanted(pictures: Pictures, device: str, engine: str, precision: str) -> list[Form]:
    """Narrow the available forms down to what the user insists on."""
    if engine != "auto" and precision != "auto":
        return [Form(engine, precision)]  # type: ignore[arg-type]
    if engine != "auto" and (lacking := missing(engine)) is not None:  # type: ignore[arg-type]
        raise ValueError(lacking)
    forms = [
        form
        for form in available_forms(device)
        if form.engine in pictures.engines
        and engine in ("auto", form.engine)
        and precision in ("auto", form.precision)
    ]
    if forms:
        return forms
    # Not among those that could be fastest, yet asked for.
    fallback = "openvino" if precision == "int8" else pictures.reference.engine
    return [
        Form(
            fallback if engine == "auto" else engine,  # type: ignore[arg-type]
            "fp32" if precision == "auto" else precision,  # type: ignore[arg-type]
        )
    ]


def _insisted(form: Form, usual: Form, lay: Start, tried: NDArray[np.uint8]) -> Calibrated:
    """Start the one form that is left, and warn where it changes the fingerprints."""
    engine = lay(form)
    if form == usual:
        return Calibrated(form, engine)
    reference, _ = _run(lay(usual), tried)
    features, rate = _run(engine, tried)
    cosine = _least_cosine(features, reference)
    if not cosine >= FAITHFUL[form.precision]:
        logger.warning(
            "%s changes the fingerprints of this network: least cosine with fp32 %.4f, wanted"
            " %.4g; take --engine auto --precision auto",
            form, cosine, FAITHFUL[form.precision],
        )  # fmt: skip
    return Calibrated(form, engine, [Trial(form.engine, form.precision, rate, cosine)])


def _try(
    form: Form, lay: Start, tried: NDArray[np.uint8], reference: torch.Tensor
) -> tuple[Trial, Engine | None]:
    try:
        engine = lay(form)
        features, rate = _run(engine, tried)
    # NotImplementedError and all errors of torch.compile are RuntimeErrors.
    except (RuntimeError, TypeError, ValueError, AttributeError) as err:
        reason = f"{type(err).__name__}: {err}".strip().partition("\n")[0]
        return Trial(form.engine, form.precision, note=f"does not run: {reason}"), None
    cosine = _least_cosine(features, reference)
    if not cosine >= FAITHFUL[form.precision]:
        note = f"changes the fingerprints: cosine {cosine:.4f} < {FAITHFUL[form.precision]}"
        return Trial(form.engine, form.precision, rate, cosine, note), None
    return Trial(form.engine, form.precision, rate, cosine), engine


def _run(engine: Engine, tried: NDArray[np.uint8]) -> tuple[torch.Tensor, float]:
    """Run pictures twice, and time the second time."""
    engine(tried)()
    begin = time.perf_counter()
    features, _ = engine(tried)()
    return features, len(tried) / (time.perf_counter() - begin)


@lru_cache(maxsize=8)
def _has_fast_product(precision: str) -> bool:
    """Say whether this CPU multiplies matrices faster in that precision than in fp32."""
    if precision not in PRODUCTS:
        return True
    times = [_product_in_s(dtype) for dtype in (PRODUCTS[precision], torch.float32)]
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
    common = reference.mean(dim=0) if len(reference) >= ENOUGH_FOR_A_MEAN else 0
    return float(
        torch.nn.functional.cosine_similarity(features - common, reference - common, dim=1).min()
    )


def _listed(trials: Sequence[Trial]) -> str:
    said = [
        f"{t.engine} {t.precision}: {t.note or f'{t.images_per_s:.3g} images/s'}" for t in trials
    ]
    return "; ".join(said)

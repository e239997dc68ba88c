"""Affinities and places to begin from -> the map, by t-SNE's gradient descent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from hubble_dash.allocator import pages_kept
from hubble_dash.builder.forces.attraction import Attraction
from hubble_dash.builder.forces.pairs import PairwiseRepulsion
from hubble_dash.builder.forces.repulsion import Repulsion
from hubble_dash.builder.forces.threads import threads_for

__all__ = ["Progress", "as_tensor", "optimize", "repulsion_of"]

logger = logging.getLogger(__name__)

Progress: TypeAlias = Callable[[int, int], None]

# With fewer points, forces are exact enough only if they are summed from point to point.
MIN_POINTS_FOR_GRID = 1000
# The constants of openTSNE's gradient descent.
MOMENTUM, MIN_GAIN, MAX_STEP = 0.8, 0.01, 5.0


def optimize(
    joint: csr_matrix,
    start: NDArray[np.floating[Any]],
    phases: list[tuple[float, int]],
    *,
    n_fixed: int = 0,
    device: str = "cpu",
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Move points until they lie as their affinities say.

    Gradient descent with momentum and a gain for each coordinate, with the constants of openTSNE
    (Policar, Strazar & Zupan 2024, Journal of Statistical Software 109, 3), in single precision.

    Parameters
    ----------
    joint : (n, n) sparse float64 matrix
        From `hubble_dash.builder.forces.affinities.affinities`.
    start : (n, 2) float array
        Where they lie first.
    phases : list of (float, int)
        Exaggeration of the attraction, and iterations with it. The learning rate is n divided by
        the exaggeration, after Belkina et al. 2019, Nature Communications 10, 5415.
    n_fixed : int
        The first so many points stay where they are, and act on the others.
    device : str
        Where the forces are computed. A GPU with too little memory leaves it to the processor,
        which is logged.
    progress : callable, optional
        Called with the iterations done and all iterations.

    Returns
    -------
    (n, 2) float64 array
    """
    try:
        return _descended(joint, start, phases, n_fixed, device, progress)
    except torch.OutOfMemoryError:
        if device == "cpu":
            raise
    logger.warning("%s has too little memory: the map is laid out by the processor", device)
    return _descended(joint, start, phases, n_fixed, "cpu", progress)


def as_tensor(points: NDArray[np.floating[Any]], device: str) -> torch.Tensor:
    """Copy (n, 2) places as a (2, n) float32 tensor.

    Parameters
    ----------
    points : (n, 2) float array
        Places.
    device : str
        Of the tensor.
    """
    return torch.from_numpy(np.array(points.T, np.float32, order="C")).to(device)


def repulsion_of(fixed: torch.Tensor, *, n: int) -> PairwiseRepulsion | Repulsion:
    """Choose how to sum the repulsion among points.

    Parameters
    ----------
    fixed : (2, m) float32 tensor
        Those that stay where they are.
    n : int
        All of them.

    Returns
    -------
    PairwiseRepulsion or Repulsion
        To be called with places of the n - m others.
    """
    return PairwiseRepulsion(fixed) if n < MIN_POINTS_FOR_GRID else Repulsion(fixed)


def _descended(
    joint: csr_matrix,
    start: NDArray[np.floating[Any]],
    phases: list[tuple[float, int]],
    n_fixed: int,
    device: str,
    progress: Progress | None,
) -> NDArray[np.float64]:
    points = as_tensor(start, device)
    moved = points[:, n_fixed:]
    attraction = Attraction(joint[n_fixed:] if n_fixed else joint, points.device)
    repulsion = repulsion_of(points[:, :n_fixed], n=len(start))
    step, gains = torch.zeros_like(moved), torch.ones_like(moved)
    total, done = sum(n_iter for _, n_iter in phases), 0
    with pages_kept(), threads_for(points.device, len(start)) as pool:
        for exaggeration, n_iter in phases:
            learning_rate = len(start) / exaggeration
            for _ in range(n_iter):
                pulled = attraction(moved, points, pool)
                away, normalization = repulsion(moved, pool)
                slope = exaggeration * pulled() - away / normalization
                same_way = torch.signbit(step) == torch.signbit(slope)
                gains = torch.where(same_way, gains * 0.8 + MIN_GAIN, gains + 0.2)
                step = MOMENTUM * step - learning_rate * gains * slope
                step *= MAX_STEP / torch.hypot(step[0], step[1]).clamp_(min=MAX_STEP)
                moved += step
                if not n_fixed:
                    moved -= moved.mean(1, keepdim=True)
                done += 1
                if progress is not None:
                    progress(done, total)
    return points.T.cpu().numpy().astype(np.float64)

"""The user's own vectors in the place of a network's fingerprints."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable

import numpy as np

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.atlas.schema import N_LABELS
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout

__all__ = ["PrecomputedFingerprints"]

# Between these, half precision holds the largest value of a file with all of its digits.
SMALLEST_LARGEST, LARGEST_LARGEST = 2.0**-6, float(np.finfo(np.float16).max)


class PrecomputedFingerprints:
    """A `Fingerprinter` that looks fingerprints up; there are no labels.

    Vectors larger than half precision holds, or all very small, are scaled by one power of two,
    which no cosine minds.

    Parameters
    ----------
    rows : PrecomputedRows
        The user's vectors, and whose they are. Cutouts name their row of them first.
    cutouts_a_batch : int
        How many are looked up together.
    """

    label_names = None
    prepare = None
    learner = None
    device = "cpu"
    takes_shown = False
    packages = ()

    def __init__(self, rows: PrecomputedRows, *, cutouts_a_batch: int = 256) -> None:
        self._rows, self._cutouts_a_batch = rows, cutouts_a_batch
        self.n_features = int(rows.vectors.values.shape[1])
        largest = rows.vectors.largest
        fits = SMALLEST_LARGEST <= largest <= LARGEST_LARGEST
        self._exponent = 0 if fits else -int(np.frexp(largest)[1])

    def stream(
        self, cutouts: Iterable[Cutout]
    ) -> Generator[tuple[list[Cutout], Batch], None, None]:
        """Give cutouts back with their fingerprints.

        Parameters
        ----------
        cutouts : iterable of Cutout
            Drawn by the consumer's thread.

        Yields
        ------
        cutouts : list of Cutout
            The next ones, in order.
        batch : Batch
            Row i is of cutout i.
        """
        drawn = iter(cutouts)
        while some := list(itertools.islice(drawn, self._cutouts_a_batch)):
            yield some, self._batch([cutout.precomputed_rows[0] for cutout in some])

    def _batch(self, rows: list[int]) -> Batch:
        # Rows may stand in any order, and a file that is mapped is read only where they are.
        block = np.asarray(self._rows.vectors.values[rows], np.float64)
        shape = (len(block), N_LABELS)
        return Batch(
            np.ldexp(block, self._exponent).astype(np.float32),
            np.full(shape, -1, np.int32),
            np.zeros(shape, np.float32),
        )

    def describe(self) -> ModelEntry:
        """Say what stands in the manifest where a model would."""
        told = self._rows.describe()
        return {
            "requested": told["file"],
            "name": told["file"],
            "weights": told["file"],
            "weights_source": "given",
            "weights_sha256": told["sha256"],
            "reason": f"Fingerprints as given in {told['file']}; no network was run.",
            "features": "given",
            "matched": told["matched"],
        }

    def describe_engine(self) -> EngineEntry:
        """Say nothing, since nothing runs."""
        return {}

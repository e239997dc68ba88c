"""Where rows are compared, on the processor or a GPU, and how many at a time."""

from __future__ import annotations

import logging

import torch

__all__ = ["MAX_SIMILARITIES_HELD", "Place"]

logger = logging.getLogger(__name__)

# On the processor, fingerprints of no more numbers (1 GB in single precision) are copied to memory.
MAX_COPIED_NUMBERS = 250_000_000
# Similarities in memory at a time (128 MB in single precision).
MAX_SIMILARITIES_HELD = 32_000_000
# Of the free memory of a GPU, what copied fingerprints may take, and similarities: to choose the
# largest of these takes several times as much again. With fewer at a time a GPU does not pay.
SHARE_COPIED, SHARE_OF_SIMILARITIES, MIN_SIMILARITIES_ON_GPU = 1 / 2, 1 / 16, 1_000_000
BYTES_PER_NUMBER = 4


class Place:
    """Where rows are compared.

    Parameters
    ----------
    device : str
        A GPU, or the processor.
    max_copied : int, optional
        Numbers of fingerprints that may be copied there; as many as its memory allows, if not
        given.
    """

    def __init__(self, device: str, *, max_copied: int | None = None) -> None:
        self.device = torch.device(device)
        self.max_copied = MAX_COPIED_NUMBERS if max_copied is None else max_copied
        self._max_similarities = MAX_SIMILARITIES_HELD
        if self.device.type == "cuda":
            free = torch.cuda.mem_get_info(self.device)[0] / BYTES_PER_NUMBER
            self._max_similarities = int(free * SHARE_OF_SIMILARITIES)
            if max_copied is None:
                self.max_copied = int(free * SHARE_COPIED)

    def search(
        self, queries: torch.Tensor, searched: torch.Tensor, k: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Find the most similar of some rows.

        Parameters
        ----------
        queries : (m, d) float32 tensor
            Of unit length.
        searched : (n, d) float32 tensor
            Likewise.
        k : int
            How many, at most n.

        Returns
        -------
        tuple
            Similarities (m, k) float32, and rows (m, k) int64, most similar first.
        """
        similarities = torch.empty((len(queries), k), device=self.device)
        rows = torch.empty((len(queries), k), dtype=torch.int64, device=self.device)
        step = min(len(queries), max(1, self._max_similarities // len(searched)))
        # Memory that is new each time is cleared by the system each time.
        held = torch.empty((step, len(searched)), device=self.device)
        for start in range(0, len(queries), step):
            part = slice(start, min(start + step, len(queries)))
            products = torch.mm(queries[part], searched.T, out=held[: part.stop - start])
            similarities[part], rows[part] = torch.topk(products, k)
        return similarities, rows

    def shrink(self, error: torch.OutOfMemoryError) -> None:
        """Compare fewer rows at a time, and at last on the processor.

        Parameters
        ----------
        error : torch.OutOfMemoryError
            What a GPU said.

        Raises
        ------
        torch.OutOfMemoryError
            If it is the processor that has too little memory.
        """
        if self.device.type == "cpu":
            raise error
        self.max_copied, self._max_similarities = 0, self._max_similarities // 4
        if self._max_similarities >= MIN_SIMILARITIES_ON_GPU:
            return
        logger.warning(
            "%s has too little memory: neighbours are found by the processor", self.device
        )
        self.device = torch.device("cpu")
        self.max_copied, self._max_similarities = MAX_COPIED_NUMBERS, MAX_SIMILARITIES_HELD

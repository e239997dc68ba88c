"""A cutout as shown -> the pictures of it that a network sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.views.augmentation import Views, see
from hubble_dash.builder.views.borders import fill_blanks

__all__ = ["Preparation"]


@dataclass(frozen=True)
class Preparation:
    """What is done to each cutout before the network; any thread or process may do it.

    Parameters
    ----------
    network_input : NetworkInput
        Fits a cutout into what the network takes.
    views : Views
        Which views of it are taken; if of the disk, frames and blank corners are filled first.
    """

    network_input: NetworkInput
    views: Views

    @property
    def n_bytes(self) -> int:
        """Bytes of the pictures of one cutout."""
        return self.views.n * self.network_input.height * self.network_input.width * 3

    def reduction(self, shape: tuple[int, int]) -> float:
        """Say by how much the sides of a cutout are divided before the network sees it, at least.

        Parameters
        ----------
        shape : (int, int)
            Its rows and columns.
        """
        seen = self.network_input
        return min(shape) * seen.crop_pct / max(seen.height, seen.width)

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Prepare one cutout.

        Parameters
        ----------
        pixels : (h, w) or (h, w, 3) uint8 array
            As shown, of any size.

        Returns
        -------
        (v, height, width, 3) uint8 array
            Its views.

        Raises
        ------
        ValueError
            If the array has another shape or data type, or no pixels.
        """
        whole = fill_blanks(pixels) if self.views.disk else pixels
        return see(self.network_input.prepare(whole), self.views)

"""The density of points on a grid -> the field of their repulsion, by FFT.

What is done to each row, and then to each column, is done to some of them at a time: they stay in
the cache, and threads share them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import cached_property

import torch

__all__ = ["Convolution"]

# Complex numbers that are worked on at a time: what a processor's cache holds, or all on a GPU.
NUMBERS_PER_BLOCK = 2**16


class Convolution:
    """Convolve densities with the kernels of t-SNE's repulsion.

    Parameters
    ----------
    side : int
        Grid points along a side.
    spacing : float
        Their distance.
    device : torch.device
        Where densities are.
    """

    def __init__(self, side: int, spacing: float, device: torch.device) -> None:
        self.side, self.spacing = side, spacing
        lines = side + 1 if device.type != "cpu" else max(1, NUMBERS_PER_BLOCK // (2 * side))
        self._rows, self._columns = list(_cut(side, lines)), list(_cut(side + 1, lines))
        full = 2 * side
        steps = torch.arange(full, dtype=torch.float64, device=device)
        offset = torch.where(steps < side, steps, steps - full) * spacing
        squared = 1 + offset[:, None] ** 2 + offset**2
        # Spreading points and reading the field smooth by a cubic B-spline each; divide that out.
        spline = (4 + 2 * torch.cos(2 * math.pi * steps / full)) / 6
        self._sharpen = 1 / (spline[:, None] * spline[: side + 1]) ** 2
        self._offset, self._squared = offset, squared
        self._potential = self._transformed(1 / squared)
        # By Parseval's theorem, the sum of the kernel over all pairs is one over all waves. Of a
        # real transform each column is there once for two, but the first and the last.
        twice = torch.full((side + 1, 1), 2 / full**2, device=device)
        twice[[0, -1]] /= 2
        self._power = (self._potential.real * twice)[..., None].expand(-1, -1, 2).contiguous()

    @cached_property
    def _forces(self) -> tuple[torch.Tensor, torch.Tensor]:
        offset = self._offset.clone()
        offset[self.side] = 0  # the farthest point lies on both sides, and its forces cancel
        kernels = (offset[:, None] / self._squared**2, offset / self._squared**2)
        return self._transformed(kernels[0]), self._transformed(kernels[1])

    def _transformed(self, kernel: torch.Tensor) -> torch.Tensor:
        """Transform a kernel; its columns become rows, as they are worked on."""
        waves: torch.Tensor = torch.fft.rfft2(kernel) * self._sharpen
        return waves.T.to(torch.complex64).contiguous()

    def __call__(self, density: torch.Tensor, pool: Executor) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the field of the forces.

        Parameters
        ----------
        density : (side x side,) float32 tensor
            How much of points is at each grid point, row by row.
        pool : Executor
            Whose threads share the work.

        Returns
        -------
        field : (side x side,) complex64 tensor
            Forces across the rows, and along them as the imaginary part.
        total : () float32 tensor
            The sum over all pairs, of points with themselves too, of ``1 / (1 + |y_i - y_j|^2)``.
        """
        side, density = self.side, density.view(self.side, self.side)
        # Twice the side, so that the periodic convolution does not reach round. Only a quarter of
        # that is not empty, and only a quarter is read.
        waves = self._along_rows(density, pool)
        back = torch.empty((2, side, side + 1), dtype=torch.complex64, device=density.device)
        field = torch.empty((side, side), dtype=torch.complex64, device=density.device)

        forces = self._forces

        def across(columns: slice) -> torch.Tensor:
            turned = torch.fft.fft(waves[:, columns].T.contiguous(), n=2 * side)
            for axis, kernel in enumerate(forces):
                there = torch.fft.ifft(turned * kernel[columns])
                back[axis, :, columns] = there[:, :side].T
            return self._summed(turned, columns)

        def backward(rows: slice) -> None:
            x, y = torch.fft.irfft(back[:, rows], n=2 * side)[..., :side]
            field[rows] = torch.complex(x, y)

        total = torch.stack(list(pool.map(across, self._columns))).sum()
        list(pool.map(backward, self._rows))
        return field.view(-1), total

    def total(self, density: torch.Tensor, pool: Executor) -> torch.Tensor:
        """Give the same total alone.

        Parameters
        ----------
        density, pool
            As above.
        """
        waves = self._along_rows(density.view(self.side, self.side), pool)

        def across(columns: slice) -> torch.Tensor:
            turned = torch.fft.fft(waves[:, columns].T.contiguous(), n=2 * self.side)
            return self._summed(turned, columns)

        return torch.stack(list(pool.map(across, self._columns))).sum()

    def _along_rows(self, density: torch.Tensor, pool: Executor) -> torch.Tensor:
        side = self.side
        waves = torch.empty((side, side + 1), dtype=torch.complex64, device=density.device)

        def forward(rows: slice) -> None:
            waves[rows] = torch.fft.rfft(density[rows], n=2 * side)

        list(pool.map(forward, self._rows))
        return waves

    def _summed(self, waves: torch.Tensor, columns: slice) -> torch.Tensor:
        parts = torch.view_as_real(waves).view(-1)
        return torch.dot(parts * self._power[columns].view(-1), parts)

    def potential(self, density: torch.Tensor) -> torch.Tensor:
        """Give the sum of the kernel, ``1 / (1 + |y - y_j|^2)``, at each grid point.

        Parameters
        ----------
        density : (side x side,) float32 tensor
            How much of points is at each grid point, row by row.

        Returns
        -------
        (side x side,) float32 tensor
        """
        side = self.side
        shape = (2 * side, 2 * side)
        waves = torch.fft.rfft2(density.view(side, side), s=shape) * self._potential.T
        potential: torch.Tensor = torch.fft.irfft2(waves, s=shape)[:side, :side].reshape(-1)
        return potential


def _cut(n: int, step: int) -> Iterator[slice]:
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))

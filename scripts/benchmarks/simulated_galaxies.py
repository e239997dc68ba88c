"""Simulated galaxies with known classes, by GalSim: what is like what is known beforehand.

Nothing here was observed. Each object is a light profile of its class, turned, inclined and sized
at random, seen through the blur of one of two made-up instruments, with photon and read noise, and
stretched for display. B. Rowe et al. 2015, Astronomy and Computing 10, 121 (GalSim).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import galsim
import numpy as np
from astropy.visualization import AsinhStretch
from numpy.typing import NDArray

__all__ = ["CLASSES", "INSTRUMENTS", "Simulated", "simulate"]

SIDE = 64  # pixels of a picture
SCALE_ARCSEC = 0.05  # a pixel
ARM_GRID = 128  # samples a side of the map of spiral arms
SKY_ELECTRONS = 400.0
READ_NOISE_ELECTRONS = 5.0
INSTRUMENTS = ("space", "ground")


@dataclass(frozen=True)
class Simulated:
    """Pictures of objects whose class is known.

    Parameters
    ----------
    pictures : (n, 64, 64) uint8 array
        As shown.
    classes, instruments : (n,) arrays of str
        What each is, and through which of the two instruments it is seen.
    """

    pictures: NDArray[np.uint8]
    classes: NDArray[np.str_]
    instruments: NDArray[np.str_]


def simulate(n: int, *, seed: int = 0) -> Simulated:
    """Simulate `n` objects, the classes and instruments in equal parts and shuffled."""
    random = np.random.default_rng(seed)
    order = random.permutation(n)
    classes = np.array(list(CLASSES))[order % len(CLASSES)]
    instruments = np.array(INSTRUMENTS)[order // len(CLASSES) % len(INSTRUMENTS)]
    pictures = [
        _picture(CLASSES[kind](random), instrument, random)
        for kind, instrument in zip(classes.tolist(), instruments.tolist(), strict=True)
    ]
    return Simulated(np.stack(pictures), classes, instruments)


def _elliptical(random: np.random.Generator) -> galsim.GSObject:
    shape = galsim.Sersic(
        n=random.uniform(3.0, 4.5), half_light_radius=_radius(random, 0.25, 0.5), trunc=4.0
    )
    return _inclined(shape, random, least_axis_ratio=0.6)


def _spiral(random: np.random.Generator) -> galsim.GSObject:
    radius = _radius(random, 0.45, 0.75)
    bulge = galsim.Sersic(n=2.5, half_light_radius=0.25 * radius) * random.uniform(0.1, 0.3)
    disc = galsim.InterpolatedImage(_arms(random, radius), flux=1.0, normalization="flux")
    return _inclined(bulge + disc, random, least_axis_ratio=0.45)


def _arms(random: np.random.Generator, radius: float) -> galsim.Image:
    """Sample an exponential disc with logarithmic arms, seen from above."""
    scale = 8 * radius / ARM_GRID
    y, x = (np.mgrid[:ARM_GRID, :ARM_GRID] - (ARM_GRID - 1) / 2) * scale
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    pitch = np.tan(np.deg2rad(random.uniform(14, 28))) * random.choice([-1, 1])
    phase = random.choice([2, 2, 3]) * (angle - np.log(r / radius + 0.05) / pitch)
    crest = np.exp(-(np.sin(phase / 2) ** 2) / 0.15)
    light = np.exp(-1.68 * r / radius) * (0.25 + 1.5 * crest * (r > 0.25 * radius))
    return galsim.Image(light * (r < 3.9 * radius), scale=scale)


def _irregular(random: np.random.Generator) -> galsim.GSObject:
    radius = _radius(random, 0.45, 0.7)
    profile = galsim.Exponential(half_light_radius=radius)
    device = galsim.UniformDeviate(int(random.integers(2**31)))
    knots = galsim.RandomKnots(int(random.integers(10, 25)), profile=profile, rng=device)
    soft = galsim.Convolve(knots, galsim.Gaussian(fwhm=0.12))
    return _inclined(0.7 * soft + 0.3 * profile, random, least_axis_ratio=0.4)


def _merger(random: np.random.Generator) -> galsim.GSObject:
    """Two nuclei and a tidal tail that curves away from one of them."""
    apart = random.uniform(0.5, 0.9)
    turn = galsim.Angle(random.uniform(0, 2 * np.pi), galsim.radians)
    pair = [
        _inclined(
            galsim.Sersic(n=2.0, half_light_radius=_radius(random, 0.15, 0.3)),
            random,
            least_axis_ratio=0.5,
        )
        * random.uniform(0.35, 1.0)
        for _ in range(2)
    ]
    whole = pair[0].shift(apart / 2, 0) + pair[1].shift(-apart / 2, 0)
    curve = random.uniform(0.25, 0.55) * random.choice([-1, 1])
    for step in np.linspace(0.2, 1.0, 9):
        blob = galsim.Gaussian(fwhm=0.25) * (0.06 * (1.2 - step))
        whole += blob.shift(apart / 2 + 0.9 * step, curve * 2 * step**2)
    return whole.rotate(turn)


def _star(random: np.random.Generator) -> galsim.GSObject:
    return galsim.Gaussian(fwhm=0.01) * random.uniform(0.5, 2.0)


CLASSES: dict[str, Callable[[np.random.Generator], galsim.GSObject]] = {
    "elliptical": _elliptical,
    "spiral": _spiral,
    "irregular": _irregular,
    "merger": _merger,
    "star": _star,
}


def _radius(random: np.random.Generator, low: float, high: float) -> float:
    return float(random.uniform(low, high))


def _inclined(
    shape: galsim.GSObject, random: np.random.Generator, *, least_axis_ratio: float
) -> galsim.GSObject:
    turn = galsim.Angle(random.uniform(0, 2 * np.pi), galsim.radians)
    ratio = random.uniform(least_axis_ratio, 1.0)
    return shape.rotate(galsim.Angle(random.uniform(0, 2 * np.pi), galsim.radians)).shear(
        q=ratio, beta=turn
    )


def _picture(
    shape: galsim.GSObject, instrument: str, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Blur, sample, add noise, stretch between the sky and the brightest pixels."""
    if instrument == "space":
        blur = galsim.OpticalPSF(lam=814, diam=2.4, obscuration=0.33)
        electrons, sky = random.uniform(4e4, 2e5), SKY_ELECTRONS
    else:
        blur = galsim.Moffat(beta=3.5, fwhm=0.28)
        electrons, sky = random.uniform(8e4, 4e5), 6 * SKY_ELECTRONS
    seen = galsim.Convolve(shape, blur).withFlux(electrons)
    offset = random.uniform(-0.5, 0.5, 2)
    image = seen.drawImage(nx=SIDE, ny=SIDE, scale=SCALE_ARCSEC, offset=tuple(offset))
    expected = np.clip(image.array.astype(np.float64), 0, None) + sky
    counts = random.poisson(expected) - sky + random.normal(0, READ_NOISE_ELECTRONS, (SIDE, SIDE))
    low, high = -2 * np.sqrt(sky), np.percentile(counts, 99.7)
    shown = AsinhStretch(0.1)(np.clip((counts - low) / (high - low), 0, 1))
    return np.asarray(np.round(255 * shown), dtype=np.uint8)

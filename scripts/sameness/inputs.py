"""The images, catalogues and vectors of the collections, made from scratch, the same each time."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits
from numpy.typing import NDArray
from PIL import Image as Pillow

__all__ = ["make_inputs"]

FIELD = "hubble_deep_field.jpg"
CATALOG = f"path,ra_deg,dec_deg,credit\n{FIELD},53.16,-27.79,NASA/ESA/STScI\n"
# Windows of 16 pixels, 8 apart, of ten tiles: two whole shards of 8,192, and a part of one.
N_TILES, TILE = 10, 360
WINDOWS_A_TILE = ((TILE - 16) // 8 + 1) ** 2


def make_inputs(folder: Path) -> None:
    """Make all that the collections are built of.

    Parameters
    ----------
    folder : Path
        To be made.
    """
    folder.mkdir(parents=True)
    package = importlib.util.find_spec("skimage")
    assert package is not None
    assert package.origin is not None
    picture = Path(package.origin).parent / "data" / FIELD
    (folder / FIELD).write_bytes(picture.read_bytes())
    (folder / "deep-field.csv").write_text(CATALOG)
    with Pillow.open(picture) as opened:
        field = np.asarray(opened.convert("RGB"))
    _mosaic(folder / "mosaic.fits", (700, 900), seed=1, instrument="ACS")
    _stamps(folder / "stamps", field)
    _vectors(folder)
    _cameras(folder / "cameras", field)
    (folder / "tiles").mkdir()
    for i in range(N_TILES):
        instrument = ("ACS", "WFC3", "WFPC2")[i % 3]
        _mosaic(folder / "tiles" / f"t{i}.fits", (TILE, TILE), seed=10 + i, instrument=instrument)
    rng, n = np.random.default_rng(5), N_TILES * WINDOWS_A_TILE
    np.save(folder / "tiles.npy", rng.normal(2, 1, (n, 16)).astype(np.float32))
    np.save(folder / "tiles-map.npy", rng.normal(0, 1, (n, 2)).astype(np.float32))
    _network(folder / "small.pt2")


def _mosaic(path: Path, shape: tuple[int, int], *, seed: int, instrument: str) -> None:
    """Write a sky of stars and galaxies, with a corner that was not observed."""
    rng, (y, x) = np.random.default_rng(seed), np.indices(shape, dtype=float)
    flux = rng.normal(10, 1, shape)
    for _ in range(shape[0] * shape[1] // 6000):
        cx, cy = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        angle, long, short = rng.uniform(0, np.pi), rng.uniform(2, 12), rng.uniform(1.5, 4)
        near = slice(max(0, int(cy) - 50), int(cy) + 50), slice(max(0, int(cx) - 50), int(cx) + 50)
        dx, dy = x[near] - cx, y[near] - cy
        u, v = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
        flux[near] += rng.uniform(20, 200) * np.exp(-((u / long) ** 2) - (v / short) ** 2)
    flux[: shape[0] // 6, : shape[1] // 6] = np.nan
    scale, angle = 0.05 / 3600, np.radians(30)
    header = fits.Header()
    header.update(
        CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CUNIT1="deg", CUNIT2="deg", RADESYS="ICRS",
        CRVAL1=161.2638 + seed / 100, CRVAL2=-59.8678, CRPIX1=shape[1] / 2, CRPIX2=shape[0] / 2,
        CD1_1=-scale * np.cos(angle), CD1_2=scale * np.sin(angle),
        CD2_1=scale * np.sin(angle), CD2_2=scale * np.cos(angle),
    )  # fmt: skip
    first = fits.PrimaryHDU()
    first.header.update(TELESCOP="HST", INSTRUME=instrument, FILTER1="F606W", EXPTIME=1200.0 + seed)
    science = fits.ImageHDU(flux.astype(np.float32), header, name="SCI")
    fits.HDUList([first, science]).writeto(path)


def _crops(field: NDArray[np.uint8], n: int, side: int, seed: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(seed)
    corners = zip(
        rng.integers(0, field.shape[0] - side, n), rng.integers(0, field.shape[1] - side, n),
        strict=True,
    )  # fmt: skip
    return [field[y : y + side, x : x + side] for y, x in corners]


def _stamps(folder: Path, field: NDArray[np.uint8]) -> None:
    """Write pictures of four kinds, one of them damaged, and one that is black."""
    folder.mkdir()
    for i, crop in enumerate(_crops(field, 72, 90, seed=2)):
        path = folder / f"s{i:02d}.{('jpg', 'png', 'webp', 'tif')[i % 4]}"
        pixels = crop * (i != 9)
        if i % 8 == 3:
            Pillow.fromarray(crop[..., 0].astype(np.uint16) * 200).save(path)
        else:
            Pillow.fromarray(pixels).save(path)
    damaged = folder / "s13.png"
    damaged.write_bytes(damaged.read_bytes()[:-400])


def _vectors(folder: Path) -> None:
    """Write fingerprints and a map of the stamps, by name, in another order than theirs."""
    rng, names = np.random.default_rng(3), sorted(path.name for path in folder.glob("stamps/*"))
    group = rng.integers(0, 5, len(names))
    vectors = rng.normal(0, 3, (5, 24))[group] + rng.normal(0, 1, (len(names), 24))
    order = rng.permutation(len(names))
    for name, values in (("stamps", vectors), ("stamps-map", vectors[:, :2])):
        table = pd.DataFrame(values.astype(np.float32)).add_prefix("f")
        table.insert(0, "path", names)
        table.iloc[order].to_parquet(folder / f"{name}.parquet", index=False)


def _cameras(folder: Path, field: NDArray[np.uint8]) -> None:
    """Write pictures by three cameras that see colours in different ways, and their catalogue."""
    folder.mkdir()
    rng, rows = np.random.default_rng(4), []
    tints = {"red": (1.0, 0.6, 0.5), "blue": (0.5, 0.7, 1.0), "plain": (1.0, 1.0, 1.0)}
    for i, crop in enumerate(_crops(field, 96, 120, seed=4)):
        camera = tuple(tints)[i % 3]
        pixels = (crop * tints[camera]).astype(np.uint8)
        Pillow.fromarray(pixels).save(folder / f"c{i:02d}.jpg", quality=92)
        rows.append({
            "path": f"cameras/c{i:02d}.jpg",
            "ra": 150 + rng.normal(), "dec": 2 + rng.normal() if i % 11 else np.nan,
            "camera": camera if i % 17 else "",
            "class": "bright" if crop.mean() > field.mean() else "faint",
            "mag": round(float(22 - crop.mean() / 20), 3) if i % 7 else np.nan,
            "night": f"2026-0{1 + i % 9}-1{i % 10}",
            "is_good": bool(i % 5), "note": ("<b>&amp;</b>", "Σ «größer»", "")[i % 3],
        })  # fmt: skip
    pd.DataFrame(rows).to_csv(folder.parent / "cameras.csv", index=False)


def _network(path: Path) -> None:
    """Write a small network with random weights, as torch.export does."""
    import torch

    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 5, stride=2), torch.nn.ReLU(),
        torch.nn.Conv2d(8, 16, 3, stride=2), torch.nn.ReLU(),
    )  # fmt: skip
    free = ({0: torch.export.Dim("batch")},)
    program = torch.export.export(layers.eval(), (torch.zeros(2, 3, 32, 32),), dynamic_shapes=free)
    torch.export.save(program, path)

"""Bad files made of good ones: cut short, with bits and blocks changed, with headers that lie."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import PIL.Image
import tifffile
from astropy.io import fits
from astropy.table import Table

from helpers.images import color_picture, flux_image
from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.catalogs.precomputed import PrecomputedVectors
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import BuildError, CatalogError, ImageError

__all__ = ["bad_files", "change", "refusal", "seeds", "tables", "vectors"]

# Numbers that programs stumble over.
_ODD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1_000_000_000)
_CARDS = (
    b"NAXIS", b"NAXIS1", b"NAXIS2", b"BITPIX", b"PCOUNT", b"GCOUNT", b"TFIELDS", b"TFORM1",
    b"TFORM2", b"TTYPE1", b"ZNAXIS1", b"ZTILE1", b"ZBLANK", b"BSCALE",
)  # fmt: skip
_VALUES = b"-1 0 3 7 100000 2000000000 99999999999999 1E5 'x' T".split()


def refusal(path: Path) -> str:
    """Read a file as what the name of its seed says, as a build does.

    Parameters
    ----------
    path : Path
        Of `bad_files`.

    Returns
    -------
    str
        Why it is refused; empty where it is read. What is no error of ours is raised.
    """
    try:
        if "_table." in path.name:
            read_catalog(path)
        elif "_vectors." in path.name:
            PrecomputedVectors(path, "fingerprints")
        else:
            with open_image(path) as image:
                image.read()
                image.valid()
    except (BuildError, CatalogError, ImageError) as err:
        return str(err)
    return ""


def seeds() -> dict[str, bytes]:
    """Give small good images of every kind that is read, by their names."""
    color, gray = color_picture(), color_picture()[..., 0]
    flux = flux_image()
    made: dict[str, bytes] = {
        "flux.fits": _fits(fits.PrimaryHDU(flux)),
        "int.fits": _fits(fits.PrimaryHDU(flux.astype(np.int16))),
        "cube.fits": _fits(fits.PrimaryHDU(), fits.ImageHDU(np.stack([flux] * 3), name="SCI")),
        "jpegxl.jxl": bytes(imagecodecs.jpegxl_encode(color)),
        "deep.png": bytes(imagecodecs.png_encode(color.astype(np.uint16) * 257)),
    }
    for kind in ("RICE_1", "GZIP_1", "HCOMPRESS_1", "PLIO_1"):
        data = flux.astype(np.int16) if kind != "GZIP_1" else flux
        packed = fits.CompImageHDU(data, compression_type=kind)
        made[f"{kind.lower()}.fits.fz"] = _fits(fits.PrimaryHDU(), packed)
    for name, options in _TIFFS.items():
        file = io.BytesIO()
        pixels = color if options.get("photometric") == "rgb" else flux
        tifffile.imwrite(file, pixels, **options)
        made[f"{name}.tif"] = file.getvalue()
    for name, pixels in (("color", color), ("gray", gray)):
        for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "JPEG2000", "AVIF"):
            file = io.BytesIO()
            PIL.Image.fromarray(pixels).save(file, kind)
            made[f"{name}.{kind.lower()}"] = file.getvalue()
    for suffix, pack in (
        ("gz", partial(gzip.compress, mtime=0)),
        ("bz2", bz2.compress),
        ("xz", lzma.compress),
    ):
        made[f"flux.fits.{suffix}"] = pack(made["flux.fits"])
    return made


_TIFFS: dict[str, dict[str, Any]] = {
    "plain": {},
    "tiled": {"tile": (16, 16), "compression": "zlib", "predictor": True},
    "lzw": {"compression": "lzw", "photometric": "rgb"},
    "jpeg": {"compression": "jpeg", "photometric": "rgb", "tile": (16, 16)},
    "planar": {"photometric": "rgb", "planarconfig": "contig", "bigtiff": True},
}


def _fits(*hdus: fits.PrimaryHDU | fits.ImageHDU) -> bytes:
    file = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(file)
    return file.getvalue()


def tables() -> dict[str, bytes]:
    """Give small good catalogues of every kind that is read, by their names."""
    names = [f"p{i}.png" for i in range(30)]
    rng = np.random.default_rng(3)
    data = {"path": names, "ra": rng.uniform(0, 360, 30), "dec": rng.uniform(-90, 90, 30)}
    data |= {"id": rng.integers(2**60, size=30), "note": ["a b, c"] * 30}
    table, numbers = Table(data), Table({"NUMBER": data["id"], "ALPHA_J2000": data["ra"]})
    numbers["DELTA_J2000"] = data["dec"]
    made = {
        f"{name}_table.{suffix}": _written(table, form)
        for name, suffix, form in (
            ("a", "csv", "ascii.csv"),
            ("a", "tsv", "ascii.tab"),
            ("a", "ecsv", "ascii.ecsv"),
            ("a", "tbl", "ascii.ipac"),
            ("a", "tex", "ascii.latex"),
            ("a", "mrt", "ascii.mrt"),
            ("a", "fits", "fits"),
            ("a", "vot", "votable"),
            ("binary", "vot", "votable.binary2"),
            ("a", "parquet", "parquet"),
        )
    }
    head = "#  1 NUMBER number\n#  2 ALPHA_J2000 ra [deg]\n#  3 DELTA_J2000 dec [deg]\n"
    made["a_table.cat"] = head.encode() + _written(numbers, "ascii.no_header")
    made["a_table.csv.gz"] = gzip.compress(made["a_table.csv"], mtime=0)
    return made


def _written(table: Table, form: str) -> bytes:
    options: dict[str, Any] = {}
    if form.startswith("votable"):
        form, _, kind = form.partition(".")
        options = {"tabledata_format": kind or "tabledata"}
    binary = io.BytesIO()
    if form.startswith("ascii"):
        text = io.StringIO()
        table.write(text, format=form)
        return text.getvalue().encode()
    if form == "parquet":
        table.to_pandas().to_parquet(binary)
        return binary.getvalue()
    table.write(binary, format=form, **options)
    return binary.getvalue()


def vectors() -> dict[str, bytes]:
    """Give small good files of fingerprints of every kind that is read, by their names."""
    values = np.random.default_rng(4).normal(2, 1, (30, 6))
    table = Table({"path": [f"p{i}.png" for i in range(30)]})
    for i in range(6):
        table[f"f{i}"] = values[:, i]
    made = {f"a_vectors.{one}": _written(table, form) for one, form in _VECTORS.items()}
    for suffix, save in (("npy", np.save), ("npz", np.savez), ("packed.npz", np.savez_compressed)):
        file = io.BytesIO()
        save(file, values)
        made[f"a_vectors.{suffix}"] = file.getvalue()
    return made


_VECTORS = {"csv": "ascii.csv", "parquet": "parquet", "ecsv": "ascii.ecsv"}


def bad_files(
    n: int, *, seed: int = 0, of: Mapping[str, bytes] | None = None
) -> Iterator[tuple[Path, bytes]]:
    """Make bad files, the same for the same seed.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Of the random numbers.
    of : mapping, optional
        Good files by name; images, tables and vectors if not given.

    Yields
    ------
    name : Path
        Tells the seed file, what was done, and the number.
    content : bytes
    """
    rng = np.random.default_rng(seed)
    good = list((seeds() | tables() | vectors() if of is None else of).items())
    for number in range(n):
        name, content = good[number % len(good)]
        what, changed = change(content, rng)
        yield Path(f"{number:05d}_{what}_{name}"), changed


def change(content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Change a file in one of the ways in which files come to harm.

    Parameters
    ----------
    content : bytes
        The file; not empty.
    rng : numpy.random.Generator
        Chooses what is done, and where.

    Returns
    -------
    what : str
        Was done.
    changed : bytes
    """
    what = _CHANGES[int(rng.integers(len(_CHANGES)))]
    return what.__name__.strip("_"), bytes(what(bytearray(content), rng))


def _cut_short(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[: int(rng.integers(len(data)))]


def _flip_bits(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(len(data), size=int(rng.integers(1, 30))):
        data[place] ^= 1 << int(rng.integers(8))
    return data


def _flip_in_header(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(min(len(data), 300), size=int(rng.integers(1, 6))):
        data[place] = int(rng.integers(256))
    return data


def _lie(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Put odd numbers into a header, of four bytes or two, or into a card of FITS."""
    cards = [card for card in _CARDS if card.ljust(8) + b"=" in data]
    if cards:
        card = cards[int(rng.integers(len(cards)))].ljust(8) + b"="
        place = data.index(card) + 10
        data[place : place + 20] = _VALUES[int(rng.integers(len(_VALUES)))].rjust(20)
        return data
    value, order = _ODD[int(rng.integers(len(_ODD)))], "<>"[int(rng.integers(2))]
    form = f"{order}{'IH'[int(rng.integers(2))]}"
    size = struct.calcsize(form)
    place = int(rng.integers(4, max(5, min(len(data) - size, 200))))
    data[place : place + size] = struct.pack(form, value & (256**size - 1))
    return data


def _swap_blocks(data: bytearray, rng: np.random.Generator) -> bytearray:
    size = int(rng.integers(1, max(2, len(data) // 4)))
    first, second = (int(place) for place in rng.integers(len(data), size=2))
    data[first : first + size], data[second : second + size] = (
        data[second : second + size],
        data[first : first + size],
    )
    return data


def _repeat(data: bytearray, rng: np.random.Generator) -> bytearray:
    place = int(rng.integers(len(data)))
    return data[:place] + data[place // 2 :]


_CHANGES = (_cut_short, _flip_bits, _flip_in_header, _lie, _lie, _swap_blocks, _repeat)

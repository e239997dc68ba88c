"""FITS files: one image HDU, read box by box."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from hubble_dash.builder.hdus.choice import choose, parts_of
from hubble_dash.builder.hdus.headers import Unit, check_bounds, read_units, up_to
from hubble_dash.builder.hdus.planes import choose_plane
from hubble_dash.builder.hdus.tiles import check_tiles
from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.reading.pixel_source import PART_KEY, Metadata, Opened
from hubble_dash.builder.remote.ranges import RangeFile
from hubble_dash.builder.sky.header import sky_from_header
from hubble_dash.errors import ImageError

__all__ = ["open_fits"]

ImageHDU: TypeAlias = fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU

HEADER_KEYS = (
    "OBJECT",
    "TARGNAME",
    "TELESCOP",
    "INSTRUME",
    "DETECTOR",
    "FILTER*",
    "DATE-OBS",
    "EXPTIME",
    "PROPOSID",
    "ROOTNAME",
)

# What is said of an image of a server of which few pixels are asked for.
IN_PARTS = (
    "only parts were read from its server: preview and limits are of a coarse grid of pixels,"
    " and there is no checksum"
)
# Letters of what a header says of an observer, and so on.
MAX_CREDIT = 200

# What astropy raises on damaged files, whichever part is damaged.
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RuntimeError,
    MemoryError,
    zlib.error,
    fits.VerifyError,
)

# Pixels of decompressed rows that are kept (256 MB at most), so that neighbouring windows do not
# decompress them again.
_MAX_KEPT_PIXELS = 32_000_000


class _FitsSource:
    """A 2-D plane of an HDU; values are scaled by BSCALE, BZERO and BLANK box by box."""

    n_channels = 1
    is_flux = True

    def __init__(
        self,
        path: Path,
        hdus: fits.HDUList,
        hdu: ImageHDU,
        plane: tuple[int, ...],
        parts: RangeFile | None,
    ) -> None:
        self.shape: tuple[int, int] = hdu.shape[-2:]
        self._path = path
        self._hdus: fits.HDUList | None = hdus
        self._hdu = hdu
        self._plane = plane
        # What reads the file where it is, on a server.
        self._parts = parts
        bitpix = int(hdu.header["BITPIX"])
        self._dtype = np.dtype(np.float32 if bitpix in (8, 16, -32) else np.float64)
        self._kept: tuple[int, int, NDArray[Any]] | None = None

    def read(self, rows: slice, columns: slice) -> NDArray[Any]:
        try:
            with quiet_astropy():
                if isinstance(self._hdu, fits.CompImageHDU):
                    stored = self._read_compressed(rows, columns)
                elif self._parts is not None:
                    self.expect([(rows, columns)])
                    row = slice(columns.start, columns.stop)
                    stored = self._hdu.section[(*self._plane, rows, row)][:, :: columns.step or 1]
                else:
                    stored = self._hdu.data[(*self._plane, rows, columns)]
                values = _scaled(stored, self._hdu, self._dtype)
        except _DAMAGE as err:
            raise ImageError(self._path, f"the data cannot be read: {err}") from err
        return values.astype(self._dtype, copy=False)

    def valid(self, _rows: slice, _columns: slice) -> None:
        return None

    def shrunk(self, _factor: int) -> None:
        return None

    def expect(self, places: Sequence[tuple[slice, slice]]) -> None:
        if self._parts is None or not isinstance(self._hdu, fits.PrimaryHDU | fits.ImageHDU):
            return
        shape, item = self._hdu.shape, abs(int(self._hdu.header["BITPIX"])) // 8
        plane = int(np.ravel_multi_index(self._plane, shape[:-2])) if self._plane else 0
        start = self._hdu.fileinfo()["datLoc"] + plane * shape[-2] * shape[-1] * item
        self._parts.want(
            (start + (row * shape[-1] + columns.start) * item,
             start + (row * shape[-1] + columns.stop) * item)
            for rows, columns in places
            for row in range(rows.start, rows.stop, rows.step or 1)
        )  # fmt: skip

    def close(self) -> None:
        if self._hdus is not None:
            with quiet_astropy():
                # The HDU refers to itself, so that its map of the file would stay until the garbage
                # collector runs.
                if "data" in vars(self._hdu):
                    del self._hdu.data
                self._hdus.close()
            self._hdus = self._hdu = self._kept = None

    def _read_compressed(self, rows: slice, columns: slice) -> NDArray[Any]:
        bands = [
            self._decompress(slice(start, stop), columns)[:: rows.step or 1]
            for start, stop in self._bands(rows)
        ]
        return np.concatenate(bands)

    def _bands(self, rows: slice) -> Iterator[tuple[int, int]]:
        step = rows.step or 1
        n_rows = max(1, _MAX_KEPT_PIXELS // (self.shape[1] * step)) * step
        for start in range(rows.start, rows.stop, n_rows):
            yield start, min(start + n_rows, rows.stop)

    def _decompress(self, rows: slice, columns: slice) -> NDArray[Any]:
        if self._hdu.tile_shape[-1] < self.shape[1]:
            return np.asarray(self._hdu.section[(*self._plane, rows, columns)])
        # Tiles are whole rows: decompress once what the next window needs too.
        if self._kept is None or not self._kept[0] <= rows.start < rows.stop <= self._kept[1]:
            band = self._hdu.section[(*self._plane, rows, slice(None))]
            self._kept = rows.start, rows.stop, np.asarray(band)
        first, _, band = self._kept
        return band[rows.start - first : rows.stop - first, columns]


def open_fits(
    path: Path,
    content: Path | BinaryIO,
    *,
    hdu: str | int | None,
    part: str | None,
    several: bool,
    plane: int | None,
    header_keys: Sequence[str],
    max_pixels: int,
) -> Opened:
    """Open a FITS file.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked; closed with what is opened.
    hdu, part, several, plane, header_keys, max_pixels
        As of `hubble_dash.builder.reading.opening.open_image`.

    Returns
    -------
    Opened

    Raises
    ------
    ImageError
        If the file is damaged, too large, or has no such image.
    """
    hdus: fits.HDUList | None = None
    try:
        parts: list[str] = []
        if several and part is None:
            unit, parts = parts_of(path, content, hdu)
        else:
            unit = choose(path, content, hdu if part is None else part)
        check_bounds(path, content, unit, max_pixels)
        if unit.is_compressed:
            check_tiles(path, content, unit)
        with quiet_astropy():
            hdus, chosen = _open_unit(path, content, unit)
            index, notes = choose_plane(path, chosen, plane)
            sky, sky_notes = sky_from_header(chosen.header, hdus)
            metadata = _read_metadata(chosen.header, hdus[0].header, header_keys)
            part = part or (parts[0] if parts else None)
            if isinstance(content, RangeFile):
                notes.append(IN_PARTS)
            far = content if isinstance(content, RangeFile) else None
            return Opened(
                _FitsSource(path, hdus, chosen, index, far),
                origin="lower",
                sky=sky,
                metadata=metadata if part is None else {PART_KEY: part, **metadata},
                notes=notes + sky_notes,
                credit=_credit(chosen.header, hdus[0].header),
                part=part,
                further=tuple(parts[1:]),
                is_far=far is not None,
            )
    except ImageError:
        _close(hdus)
        raise
    except _DAMAGE as err:
        _close(hdus)
        raise ImageError(path, f"is no readable FITS file: {err}") from err


def _open_unit(path: Path, content: Path | BinaryIO, unit: Unit) -> tuple[fits.HDUList, ImageHDU]:
    """Open a file and make an image of one HDU; others are read no further than their headers."""
    # Tables of distortions may be compressed too, and then astropy must see all as images.
    has_tables = any(key.startswith(("CPDIS", "D2IMDIS", "AXISCORR")) for key in unit.header)
    # What reads tiles one by one; else all of them come with the table.
    is_far = isinstance(content, RangeFile) and unit.is_compressed
    end = max(one.end for one in read_units(path, content)) if has_tables else unit.end
    file, hdus = up_to(content, end), None
    try:
        hdus = fits.open(
            file, memmap=True, do_not_scale_image_data=True,
            disable_image_compression=not (has_tables or is_far),
        )  # fmt: skip
        found = hdus[unit.number]
        if unit.header.get("SIMPLE") is False:
            raise ImageError(path, "SIMPLE is F: it says of itself that it is no standard FITS")
        if unit.is_compressed and not isinstance(found, fits.CompImageHDU):
            found = fits.CompImageHDU(bintable=found, do_not_scale_image_data=True)
        return hdus, found
    except BaseException:
        _close(hdus)
        file.close()
        raise


def _close(hdus: fits.HDUList | None) -> None:
    if hdus is not None:
        with quiet_astropy():
            hdus.close()


def _scaled(stored: NDArray[Any], hdu: ImageHDU, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Copy and scale values as the FITS Standard 4.0 says in section 4.4.2.5."""
    header = hdu.header
    scale, zero = (_number(header, key, usual) for key, usual in (("BSCALE", 1), ("BZERO", 0)))
    blank = header.get("BLANK") if header["BITPIX"] > 0 else None
    values = np.array(stored, dtype=np.float64 if (scale, zero) != (1, 0) else dtype)
    if (scale, zero) != (1, 0):
        values = values * scale + zero
    if blank is not None:
        values[stored == blank] = np.nan
    return values


def _number(header: fits.Header, key: str, usual: float) -> float:
    value = header.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is {value!r}, no number")
    return value


def _credit(header: fits.Header, primary: fits.Header) -> str:
    """Say by whom and with what an image was taken, as its header does."""
    keys = ("TELESCOP", "INSTRUME", "PROPOSID", "OBSERVER", "ORIGIN")
    found = _read_metadata(header, primary, ("OBSERVER", "ORIGIN"))
    telescope, instrument, proposal, observer, origin = (
        str(found.get(key, ""))[:MAX_CREDIT] for key in keys
    )
    parts = [f"{telescope} {instrument}".strip()]
    parts += [f"proposal {proposal}"] * bool(proposal) + [f"observer {observer}"] * bool(observer)
    parts += [f"from {origin}"] * bool(origin)
    return ", ".join(filter(None, parts))


def _read_metadata(header: fits.Header, primary: fits.Header, user_keys: Sequence[str]) -> Metadata:
    """Look keys up in the image's header, then in the primary one."""
    metadata: Metadata = {}
    for wanted in (*HEADER_KEYS, *user_keys):
        for found in (header, primary):
            keys = found[wanted].keys() if "*" in wanted else [wanted] * (wanted in found)
            for key in keys:
                value = found[key]
                value = value.strip() if isinstance(value, str) else value
                if isinstance(value, str | float | int | bool) and value != "":
                    metadata.setdefault(key.upper(), value)
    return metadata

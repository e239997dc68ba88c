"""The headers of a FITS file, read one after the other, and refused before they do harm.

astropy believes what a header says: it makes as many columns as TFIELDS names, and reads a header
that has no END to the end of the file. So all of them are looked at here before it opens a file.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from astropy.io import fits

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.remote.ranges import RangeFile
from hubble_dash.errors import ImageError

__all__ = ["Unit", "check_bounds", "count", "read_units", "up_to"]

BLOCK = 2880
CARD = 80
MAX_HEADER_BYTES = 10_000_000
# Of all headers of a file, some ten microseconds a card.
MAX_BYTES_OF_HEADERS = 100_000_000
MAX_UNITS = 10_000
# What BITPIX may be (FITS Standard 4.0, table 8).
BITS = (8, 16, 32, 64, -32, -64)
MAX_AXES = 999
# Of tables beside the images; some are written beyond the standard.
MAX_COLUMNS = 10_000


@dataclass(frozen=True)
class Unit:
    """An HDU as its header tells it.

    Parameters
    ----------
    number : int
        In the file, from 0.
    header : astropy.io.fits.Header
        As it is in the file: of a tile-compressed image that of the table.
    data_start, n_bytes : int
        Where its data begin in the unpacked file, and how many bytes there are, without padding.
    """

    number: int
    header: fits.Header
    data_start: int
    n_bytes: int

    @property
    def end(self) -> int:
        """Where its data end in the unpacked file, with the padding of the last block."""
        return self.data_start + math.ceil(self.n_bytes / BLOCK) * BLOCK

    @property
    def name(self) -> str:
        """EXTNAME in capitals; "PRIMARY" for the first HDU if it has none."""
        name = str(self.header.get("EXTNAME", "")).strip().upper()
        return name or ("" if self.number else "PRIMARY")

    @property
    def version(self) -> int:
        """EXTVER, 1 if there is none."""
        version = self.header.get("EXTVER", 1)
        return version if isinstance(version, int) else 1

    @property
    def is_compressed(self) -> bool:
        """Whether it is an image, tile-compressed in a table."""
        return self._kind == "BINTABLE" and self.header.get("ZIMAGE") is True

    @property
    def is_image(self) -> bool:
        """Whether it has an image of two axes or more, with pixels."""
        if not (self._kind in ("", "IMAGE") or self.is_compressed):
            return False
        return len(self.shape) >= 2 and 0 not in self.shape

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its image as of an array, the last axis first; empty if it has none."""
        if self._kind not in ("", "IMAGE") and not self.is_compressed:
            return ()
        axes = "ZNAXIS" if self.is_compressed else "NAXIS"
        n_axes = count(self.header, axes, MAX_AXES)
        return tuple(count(self.header, f"{axes}{i}") for i in range(n_axes, 0, -1))

    @property
    def bitpix(self) -> int:
        """Of its pixels, in bits; negative for floats."""
        return int(self.header["ZBITPIX" if self.is_compressed else "BITPIX"])

    @property
    def _kind(self) -> str:
        return str(self.header.get("XTENSION", "")).strip().upper().replace("A3DTABLE", "BINTABLE")

    def describe(self) -> str:
        """Say what it is, in a few words."""
        size = " x ".join(str(side) for side in reversed(self.shape))
        is_table = self._kind not in ("", "IMAGE") and not self.is_compressed
        return f"{self.number} {self.name} ({'table' if is_table else size or 'empty'})".replace(
            "  ", " "
        )


def read_units(path: Path, content: Path | BinaryIO) -> Iterator[Unit]:
    """Read the headers of a FITS file, as they are asked for; of data nothing is read.

    What stands behind the last whole HDU is passed over, as astropy does.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.

    Yields
    ------
    Unit
        Each HDU.

    Raises
    ------
    ImageError
        If the first header is none, a table has far too many columns, or headers take far too many
        bytes.
    """
    place, n_of_headers = 0, 0
    with path.open("rb") if isinstance(content, Path) else nullcontext(content) as stream:
        for number in range(MAX_UNITS):
            try:
                stream.seek(place)
                header, n_bytes = _read_header(stream, is_first=number == 0)
                n_of_headers += n_bytes
                # First of all: astropy reads HDUs that are none here.
                _check_header(path, number, header, n_of_headers)
                unit = Unit(number, header, place + n_bytes, _data_bytes(header))
            except (ValueError, OSError, fits.VerifyError, KeyError) as err:
                if number == 0:
                    raise ImageError(path, f"is no readable FITS file: {err}") from err
                return
            yield unit
            place = unit.end


class _Beginning(io.FileIO):
    """A file that ends, for those who read on, before it does; it can be mapped as a whole."""

    def __init__(self, file: Path | int, end: int) -> None:
        super().__init__(file, "rb")
        self._end = end

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._end - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left)) or b""


def up_to(content: Path | BinaryIO, end: int) -> BinaryIO:
    """Give astropy no more of a file than the HDUs that are wanted.

    What stands behind it takes for a header, whose END it looks for to the end of the file: zeros
    of a download that was never finished would take all memory.

    Parameters
    ----------
    content : Path or binary file
        The file, unpacked; what was unpacked is not used any more but by what is given.
    end : int
        As of `Unit.end`.

    Returns
    -------
    binary file
        At its start.
    """
    if isinstance(content, RangeFile):
        content.end_at(end)
        return cast(BinaryIO, content)
    if isinstance(content, io.BytesIO):
        content.truncate(end)
        content.seek(0)
        return content
    if isinstance(content, Path):
        return cast(BinaryIO, _Beginning(content, end))
    with content:
        file = _Beginning(os.dup(content.fileno()), end)
    file.seek(0)
    return cast(BinaryIO, file)


def _check_header(path: Path, number: int, header: fits.Header, n_of_headers: int) -> None:
    if n_of_headers > MAX_BYTES_OF_HEADERS:
        raise ImageError(
            path, f"has headers of more than {MAX_BYTES_OF_HEADERS:,} bytes; allowed are no more"
        )
    n_fields = header.get("TFIELDS", 0)
    if isinstance(n_fields, int) and n_fields > MAX_COLUMNS:
        raise ImageError(
            path, f"TFIELDS of HDU {number} is {n_fields}; allowed are {MAX_COLUMNS} columns"
        )


def check_bounds(path: Path, content: Path | BinaryIO, unit: Unit, max_pixels: int) -> None:
    """Refuse an image that its header makes larger than a file may be, or than this file is.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.
    unit : Unit
        Its image.
    max_pixels : int
        The most pixels that may be unpacked.

    Raises
    ------
    ImageError
        What was found, and what is allowed.
    """
    if isinstance(content, Path):
        n_there = content.stat().st_size
    elif isinstance(content, RangeFile):
        n_there = content.size
    else:
        n_pixels, n_there = math.prod(unit.shape), content.seek(0, os.SEEK_END)
        if n_pixels > max_pixels:
            raise ImageError(
                path, f"{n_pixels} pixels in a packed file, allowed are {max_pixels}; unpack it"
            )
    # The last block need not be whole.
    wanted = unit.data_start + unit.n_bytes
    if n_there < wanted:
        raise ImageError(path, f"is cut short: {n_there} bytes of at least {wanted}")


def _read_header(stream: BinaryIO, *, is_first: bool) -> tuple[fits.Header, int]:
    """Read blocks up to END; give the header, and the bytes it takes."""
    text = bytearray()
    while len(text) < MAX_HEADER_BYTES:
        block = stream.read(BLOCK)
        if not text and not block.startswith(b"SIMPLE" if is_first else b"XTENSION"):
            raise ValueError("there is no header where one should be")
        if len(block) < BLOCK:
            raise ValueError("a header is cut short")
        text += block
        if _has_end(block):
            with quiet_astropy():
                return fits.Header.fromstring(bytes(text)), len(text)
    raise ValueError(f"a header has no END in {MAX_HEADER_BYTES} bytes")


def _has_end(block: bytes) -> bool:
    return any(block[i : i + 8].rstrip() == b"END" for i in range(0, BLOCK, CARD))


def _data_bytes(header: fits.Header) -> int:
    """Count the bytes of data, by the FITS Standard 4.0, sections 4.4.1 and 6.1."""
    n_axes = count(header, "NAXIS", MAX_AXES)
    sides = [count(header, f"NAXIS{i}") for i in range(1, n_axes + 1)]
    if not sides:
        return 0
    if sides[0] == 0 and header.get("GROUPS") is True:
        sides = sides[1:]
    n_pixels = count(header, "PCOUNT", default=0) + math.prod(sides)
    return _bytes_a_pixel(header) * n_pixels * count(header, "GCOUNT", default=1)


def _bytes_a_pixel(header: fits.Header) -> int:
    bits = header.get("BITPIX")
    if isinstance(bits, bool) or bits not in BITS:
        raise ValueError(f"BITPIX is {bits!r}; allowed are {', '.join(map(str, BITS))}")
    return abs(int(bits)) // 8


def count(header: fits.Header, key: str, most: int | None = None, default: Any = None) -> int:
    """Give what must be a whole number.

    Parameters
    ----------
    header : astropy.io.fits.Header
        A header.
    key : str
        The key.
    most : int, optional
        The most it may be.
    default : int, optional
        What it is where the key is missing.

    Raises
    ------
    ValueError
        Says what was found.
    """
    value = header.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{key} is {value!r}; it should be a whole number")
    if most is not None and value > most:
        raise ValueError(f"{key} is {value}; allowed are {most}")
    return value

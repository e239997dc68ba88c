"""TIFF: how much the tags of a file hold, before a library reads them all."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

import tifffile

from hubble_dash.errors import ImageError

__all__ = ["MAX_PAGES", "check_tags"]

# Of a file, at most so many pages are looked at.
MAX_PAGES = 1000
# tifffile refuses pages with more.
_MAX_TAGS = 4096
# Bytes of a value, by the number of its type: TIFF 6.0, and BigTIFF.
_SIZES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SUB_PAGES, _XMP, _PALETTE = 330, 700, 320
# tifffile makes a list of the values of these at once; the others nobody asks for.
_READ = {*tifffile.TIFF.TAG_LOAD, _XMP, _PALETTE}


class _Form(NamedTuple):
    """How the numbers of a file are written."""

    number: struct.Struct
    tag: struct.Struct
    place: struct.Struct


_CLASSIC, _BIG = 42, 43
_FORMS = {
    (order, version): _Form(*(struct.Struct(order + one) for one in parts))
    for order in "<>"
    for version, parts in ((_CLASSIC, ("H", "HHI4s", "I")), (_BIG, ("Q", "HHQ8s", "Q")))
}


def check_tags(path: Path, file: BinaryIO, *, max_bytes: int = 32_000_000) -> None:
    """Refuse a file whose tags hold more than those of any image.

    Parameters
    ----------
    path : Path
        The file.
    file : binary file
        It, unpacked.
    max_bytes : int
        What the tags of `MAX_PAGES` may hold; by default where a million tiles lie, and how long
        they are, twice.

    Raises
    ------
    ImageError
        If so; what is damaged is left to those who read it.
    """
    file.seek(0)
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2], "<")
    form = _FORMS.get((order, int.from_bytes(start[2:4], "little" if order == "<" else "big")))
    if form is None or len(start) < 16:
        return
    waiting, n_bytes = [form.place.unpack_from(start, 4 if form.place.size == 4 else 8)[0]], 0
    for _ in range(MAX_PAGES):
        if not waiting:
            return
        n_of_page, further = _look(file, form, waiting.pop())
        n_bytes += n_of_page
        waiting += further
        if n_bytes > max_bytes:
            raise ImageError(
                path, f"its tags hold {n_bytes:,} bytes or more; allowed are {max_bytes:,}"
            )


def _look(file: BinaryIO, form: _Form, place: int) -> tuple[int, list[int]]:
    """Give what the tags of a page hold, and the places of the pages below it and behind it."""
    n_bytes, further = 0, list[int]()
    try:
        file.seek(place)
        (n_tags,) = form.number.unpack(file.read(form.number.size))
        if n_tags > _MAX_TAGS:
            return 0, []
        tags = file.read(n_tags * form.tag.size)
        (behind,) = form.place.unpack(file.read(form.place.size))
        for code, kind, count, value in form.tag.iter_unpack(tags):
            n_bytes += count * _SIZES.get(kind, 1) if code in _READ else 0
            if code == _SUB_PAGES and count <= MAX_PAGES:
                further += _places(file, form, count, value)
    except (struct.error, OSError, ValueError, OverflowError):
        return n_bytes, further
    return n_bytes, [*further, behind] if behind else further


def _places(file: BinaryIO, form: _Form, count: int, value: bytes) -> list[int]:
    """Read the places of the pages below a page, which stand in its tag where there is but one."""
    size = form.place.size
    if count * size > size:
        file.seek(form.place.unpack(value)[0])
        value = file.read(count * size)
    return [place for (place,) in form.place.iter_unpack(value[: len(value) // size * size])]

"""Files made of boxes (ISO/IEC 14496-12), such as JPEG 2000 and JPEG XL, and the XMP in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import imagecodecs

__all__ = ["Box", "boxes_of", "xmp_in_boxes"]

MAX_BOXES = 10_000
# A packet of XMP has some kilobytes; a larger one is not read.
MAX_XMP_BYTES = 1_000_000
# By which JPEG 2000 calls it (XMP Specification, part 3).
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


class Box(NamedTuple):
    """Where a box stands.

    Attributes
    ----------
    kind : bytes
        Four letters.
    start, end : int
        Of its content, in bytes from the start of the file.
    """

    kind: bytes
    start: int
    end: int


def boxes_of(file: BinaryIO) -> Iterator[Box]:
    """Go through the boxes of a file, not into them; their contents are not read.

    Parameters
    ----------
    file : binary file
        It may be moved between two boxes.

    Yields
    ------
    Box
        The first 10,000 at most; a box that is cut short ends where the file does.
    """
    size, place = file.seek(0, os.SEEK_END), 0
    for _ in range(MAX_BOXES):
        if place + 8 > size:
            return
        file.seek(place)
        head = file.read(16)
        n_bytes, start = int.from_bytes(head[:4]), place + 8
        if n_bytes == 1:
            n_bytes, start = int.from_bytes(head[8:]), place + 16
        # A box without a size goes to the end.
        end = min(place + n_bytes, size) if n_bytes else size
        yield Box(head[4:8], start, max(start, end))
        place = max(start, end)


def xmp_in_boxes(file: BinaryIO) -> bytes:
    """Find the packet of XMP, packed by Brotli or not.

    Parameters
    ----------
    file : binary file
        Made of boxes, or anything else.

    Returns
    -------
    bytes
        Empty where there is none, or none of sense.
    """
    for kind, start, end in boxes_of(file):
        if kind not in (b"xml ", b"uuid", b"brob") or end - start > MAX_XMP_BYTES:
            continue
        file.seek(start)
        text = file.read(end - start)
        if kind == b"uuid":
            text = text.removeprefix(_XMP_UUID)
        elif kind == b"brob":
            text = _unpacked(text[4:]) if text.startswith(b"xml ") else b""
        if b"rdf:RDF" in text:
            return text
    return b""


def _unpacked(packed: bytes) -> bytes:
    """Unpack what fits into the room there is, and nothing else."""
    try:
        return bytes(imagecodecs.brotli_decode(packed, out=MAX_XMP_BYTES))
    except imagecodecs.BrotliError:
        return b""

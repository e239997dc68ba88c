"""JPEG files as they are, but for what they say beside the picture."""

from __future__ import annotations

__all__ = ["without_metadata"]

_MARKER = 0xFF
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
# JFIF's density, and Adobe's word on how colours are coded, without which they would be wrong.
_NEEDED = (0xE0, 0xEE)
_APPLICATION = range(0xE0, 0xF0)


def without_metadata(data: bytes) -> bytes | None:
    """Leave out comments and what applications have added, such as EXIF, XMP and thumbnails.

    Parameters
    ----------
    data : bytes
        A JPEG file.

    Returns
    -------
    bytes or None
        None if its segments (ITU-T T.81, annex B) do not follow one another as they should.
    """
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == _MARKER:
        kind = data[place + 1]
        if kind == _START_OF_SCAN:
            return b"".join([*kept, data[place:]])
        stop = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        if kind != _COMMENT and (kind not in _APPLICATION or kind in _NEEDED):
            kept.append(data[place:stop])
        place = stop
    return None

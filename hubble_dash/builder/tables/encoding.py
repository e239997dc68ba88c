"""Texts in whatever letters become UTF-8."""

from __future__ import annotations

import re

from hubble_dash.errors import CatalogError

__all__ = ["as_utf8"]

# That of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_ALONE = re.compile(rb"\r(?!\n)")
_CALLED = {"cp1252": "Windows-1252", "latin-1": "ISO 8859-1"}


def as_utf8(data: bytes) -> tuple[bytes, list[str]]:
    """Encode a text as UTF-8, with Unix's ends of lines, whatever it was.

    Parameters
    ----------
    data : bytes
        UTF-8 or UTF-16 with or without a byte-order mark, UTF-32 with one, else Windows-1252 or
        Latin-1.

    Returns
    -------
    data : bytes
        Without a byte-order mark.
    notes : list of str
        What the user should know.

    Raises
    ------
    CatalogError
        If it is no text.
    """
    notes = []
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), _bare_utf16(data))
    if encoding:
        data = data.removeprefix(_MARKS[0][0]).decode(encoding).encode()
    elif b"\0" in data:
        raise CatalogError("it holds bytes that no text has")
    elif not _is_utf8(data):
        encoding = "cp1252" if _can_be(data, "cp1252") else "latin-1"
        data = data.decode(encoding).encode()
        notes.append(f"the catalogue is no UTF-8; its letters were taken as {_CALLED[encoding]}")
    return _with_ends_of_lines(data), notes


def _with_ends_of_lines(data: bytes) -> bytes:
    """Let lines end as on Unix or Windows; those of old Macs end with a carriage return alone."""
    alone = data.count(b"\r") - data.count(b"\r\n")
    if not alone:
        return data
    # Where few are alone they lie within lines, which they would cut in two.
    return _ALONE.sub(b"\n" if alone > data.count(b"\n") else b" ", data)


def _bare_utf16(data: bytes) -> str:
    """Know UTF-16 without a mark by the zeros of its first letters."""
    head = data[:2000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    n = len(head) // 4
    return "utf-16-le" if odd > n and not even else "utf-16-be" if even > n and not odd else ""


def _is_utf8(data: bytes) -> bool:
    return data.isascii() or _can_be(data, "utf-8")


def _can_be(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

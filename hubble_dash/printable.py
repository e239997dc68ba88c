"""Names and texts of other people's files, as a terminal may show them."""

from __future__ import annotations

import re

__all__ = ["as_json_text", "printable"]

# Control characters, with which a terminal can be told to do things; marks that turn the direction
# of what follows, with which a name can be made to look like another; halves of characters, of
# names that are no UTF-8.
_UNSEEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
_IN_LINES = re.compile(f"[{_UNSEEN}]")
_IN_A_LINE = re.compile(f"[\t\n{_UNSEEN}]")
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def printable(text: object, *, lines: bool = False) -> str:
    r"""Write out what a terminal would obey or hide, such as ``\x1b`` for an escape.

    Parameters
    ----------
    text : object
        What is to be shown.
    lines : bool
        Whether line breaks and tabs are meant; else they are written out too.
    """
    return (_IN_LINES if lines else _IN_A_LINE).sub(_written_out, str(text))


def _written_out(match: re.Match[str]) -> str:
    sign = match.group()
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:
        # A byte of a name that is no UTF-8.
        code -= 0xDC00
    return _SHORT.get(sign) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def as_json_text(text: str) -> str:
    r"""Write out in JSON what a terminal would obey or hide, so that it means the same.

    Parameters
    ----------
    text : str
        JSON; such signs can only be inside of its strings.
    """
    return _IN_LINES.sub(lambda match: f"\\u{ord(match.group()):04x}", text)

"""How data travel to the browser: typed columns, pictures as URLs, and JSON inside scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.foreign.pictures import JPEG_START
from hubble_dash.viewer.data.schema import Column, Dtype, Piece

__all__ = [
    "checksum",
    "column",
    "column_of",
    "data_url",
    "embed_json",
    "piece_text",
    "spelled_out",
]

_FEW = 2000
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def column(values: Any, dtype: Dtype) -> Column:
    """Encode an array; ``templates/browser/wire/decode.js`` decodes it.

    Parameters
    ----------
    values : array-like
        Of any shape; rows follow one another.
    dtype : str
        Kind of the numbers that travel, such as ``"int32"``.

    Returns
    -------
    Column
        The array as it travels.
    """
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    return {"dtype": dtype, "data": base64.b64encode(array.tobytes()).decode("ascii")}


def column_of(array: NDArray[Any]) -> Column:
    """Encode an array as it is.

    Parameters
    ----------
    array : array
        Of one of the kinds of numbers that travel.
    """
    return column(array, cast(Dtype, array.dtype.name))


def data_url(picture: bytes) -> str:
    """Give a picture as a URL that holds it.

    Parameters
    ----------
    picture : bytes
        A WebP or JPEG file.
    """
    kind = "jpeg" if picture.startswith(JPEG_START) else "webp"
    return f"data:image/{kind};base64," + base64.b64encode(picture).decode("ascii")


def embed_json(value: Any) -> str:
    """Give JSON that may stand in a script element: no ``<`` of the data can end it.

    Parameters
    ----------
    value
        Plain data: dicts, lists, texts and finite numbers.

    Returns
    -------
    str
        The JSON, without spaces.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def spelled_out(text: str) -> str:
    r"""Write what few letters are not ASCII as JSON and JavaScript spell them: ``\u2033``.

    Browsers keep a text in twice the memory, and read it slower, if one of its letters has no
    room in a byte.

    Parameters
    ----------
    text : str
        JSON, or a script that has such letters only inside of texts and remarks.

    Returns
    -------
    str
        The same; as it was, where such letters are many.
    """
    letters = sum(1 for _ in _NOT_ASCII.finditer(text))
    return _NOT_ASCII.sub(_spelled, text) if letters <= _FEW else text


def _spelled(letter: re.Match[str]) -> str:
    units = letter[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def piece_text(kind: str, number: int, piece: Piece) -> str:
    """Give the script that hands a piece to the page.

    Parameters
    ----------
    kind, number
        As in `hubble_dash.viewer.data.pieces.Pieces.make`.
    piece : Piece
        What that returns.

    Returns
    -------
    str
        JavaScript; browsers load it from a disk, where they refuse to fetch JSON.
    """
    return f'hubbleDash.piece("{kind}/{number}",{embed_json(piece)});'


def checksum(text: str | bytes) -> str:
    """Give the SHA-256 of a text as UTF-8, hexadecimal.

    Parameters
    ----------
    text : str or bytes
        Of a file, or of a piece that stands in the page, as `embed_json` writes it.
    """
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()

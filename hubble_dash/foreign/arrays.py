"""NumPy files from outside: of the type and shape that were promised, or refused unread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder

__all__ = ["check_array", "read_array"]

# Smaller ones are read; an empty one could not even be mapped.
MAX_READ = 4096
_HEADERS: Mapping[tuple[int, int], Any] = MappingProxyType(
    {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
)
# What parsing a header that was tampered with raises.
_UNREADABLE = (
    OSError, ValueError, TypeError, SyntaxError, KeyError, OverflowError, MemoryError,
    RecursionError, EOFError,
)  # fmt: skip


def check_array(folder: Folder, name: str, *, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """See whether a file promises the array that it should, without reading it.

    Parameters
    ----------
    folder, name, dtype, shape
        As in `read_array`.

    Raises
    ------
    AtlasError
        As of `read_array`.
    """
    with folder.open(name) as file:
        _read_header(folder, name, file, dtype, shape)


def read_array(
    folder: Folder, name: str, *, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Map an array, or read it where it is small; nothing in it is unpickled.

    Parameters
    ----------
    folder : Folder
        Where it is.
    name : str
        Its file.
    dtype : numpy.dtype
        Of its values; their bytes may be in the other order.
    shape : tuple of int
        What it must be.

    Returns
    -------
    array
        Read-only, of that shape.

    Raises
    ------
    AtlasError
        If the file cannot be read, or its type, shape or size is another.
    """
    with folder.open(name) as file:
        found, offset = _read_header(folder, name, file, dtype, shape)
        if math.prod(shape) * found.itemsize > MAX_READ:
            return np.memmap(file, found, "r", offset, shape)
        array = np.frombuffer(file.read(), found).reshape(shape)
    return array


def _read_header(
    folder: Folder, name: str, file: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> tuple[np.dtype[Any], int]:
    """Give the type of a file's array, and where it begins."""
    path = folder.path / name
    try:
        read = _HEADERS[npy.read_magic(file)]
        found_shape, is_fortran, found = read(file)
    except _UNREADABLE as err:
        raise AtlasError(f"{path} cannot be read as a NumPy file ({_first_line(err)})") from err
    # The fields of a structured type could hold anything; such equal none that are asked for.
    if found.newbyteorder("=") != dtype:
        raise AtlasError(f"{path} holds {str(found)[:80]}; allowed: {dtype}")
    if found_shape != shape:
        raise AtlasError(f"{path} has shape {str(found_shape)[:80]}; allowed: {shape}")
    if is_fortran:
        raise AtlasError(f"{path} is in Fortran order; allowed: C order")
    offset = file.tell()
    size, expected = file.seek(0, 2), offset + math.prod(shape) * dtype.itemsize
    file.seek(offset)
    if size != expected:
        raise AtlasError(f"{path} has {size:,} bytes; an array of shape {shape} takes {expected:,}")
    return found, offset


def _first_line(err: BaseException) -> str:
    return (str(err) or type(err).__name__).splitlines()[0][:120]

"""Packed files, unpacked as far as a file may grow: gzip, bzip2, xz, and zip with one file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.promise import allowed_bytes, allowed_seconds
from hubble_dash.builder.files.kinds import BZIP2, GZIP, XZ, ZIP, Kind
from hubble_dash.errors import ImageError

__all__ = ["unpack"]


def unpack(
    path: Path,
    kind: Kind,
    *,
    file: Path | None = None,
    most_in_memory: int = 256_000_000,
    bytes_a_step: int = 1_000_000,
) -> BinaryIO:
    """Unpack a file.

    Parameters
    ----------
    path : Path
        The file.
    kind : Kind
        One of `hubble_dash.builder.files.kinds.PACKED`.
    file : Path, optional
        Its copy here, of a file of a server.
    most_in_memory : int
        Bytes. More is kept in a temporary file, from which arrays are mapped.
    bytes_a_step : int
        How many are unpacked before it is looked whether they are too many.

    Returns
    -------
    binary file
        In memory, or a temporary file that is gone when closed; at its start.

    Raises
    ------
    ImageError
        If it is damaged, grows or takes too long beyond what is allowed, or is an archive of
        several files.
    """
    file = path if file is None else file
    with failing(path, "cannot be unpacked"), _opened(path, file, kind) as packed:
        return _copy(path, packed, file.stat().st_size, most_in_memory, bytes_a_step)


@contextmanager
def _opened(path: Path, file: Path, kind: Kind) -> Iterator[IO[bytes]]:
    openers: dict[Kind, Callable[[Path], Any]] = {
        GZIP: gzip.GzipFile,
        BZIP2: bz2.BZ2File,
        XZ: lzma.LZMAFile,
    }
    if kind != ZIP:
        with openers[kind](file) as packed:
            yield packed
        return
    with zipfile.ZipFile(file) as archive, archive.open(_only_member(path, archive)) as packed:
        yield packed


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    # macOS puts a second, hidden file beside each.
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not Path(member.filename).name.startswith(".")
    ]
    if len(members) != 1:
        raise ImageError(
            path, f"is a zip archive of {len(members)} files; unpack it, and name the folder"
        )
    return members[0]


def _copy(
    path: Path, packed: IO[bytes], n_file: int, most_in_memory: int, bytes_a_step: int
) -> BinaryIO:
    most, deadline = allowed_bytes(n_file), time.monotonic() + allowed_seconds(n_file)
    content: BinaryIO = io.BytesIO()
    n_bytes = 0
    while piece := packed.read(bytes_a_step):
        n_bytes += len(piece)
        if n_bytes > most:
            raise ImageError(
                path, f"unpacks to more than {most / 1e6:,.0f} MB from {n_file:,} bytes; unpack it"
            )
        if time.monotonic() > deadline:
            raise ImageError(path, f"takes more than {allowed_seconds(n_file):.0f} s to unpack")
        if n_bytes > most_in_memory and isinstance(content, io.BytesIO):
            content = _to_disk(content)
        content.write(piece)
    content.seek(0)
    return content if isinstance(content, io.BytesIO) else _for_reading(content)


def _to_disk(content: io.BytesIO) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever has unpacked it closes it
    file.write(content.getbuffer())
    return file


def _for_reading(file: BinaryIO) -> BinaryIO:
    """Open a file that has no name again: astropy maps none that may be written to."""
    with file:
        return os.fdopen(os.dup(file.fileno()), "rb")

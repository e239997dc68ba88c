"""Files and folders that are whole or not there: made under another name, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["folder_beside", "is_marked", "sha256_of", "swap_folder", "write_whole"]


def write_whole(
    data: bytes, path: Path, *, lasting: bool = False, is_contended: bool = False
) -> None:
    """Write a file under a temporary name beside it, then rename.

    Parameters
    ----------
    data : bytes
        Its content.
    path : Path
        Its name; a file that has it is replaced.
    lasting : bool
        Whether it must outlast a power failure, for which the disk is waited for.
    is_contended : bool
        Whether another process may write the same file at the same time. Else the temporary name
        is the same every time, so that what a kill leaves is overwritten by the next try.

    Raises
    ------
    OSError
        If it cannot be written; what had its name is then still there, and nothing else.
    """
    own = f"-{os.getpid()}" if is_contended else ""
    temporary = path.with_name(f".{path.name}.tmp{own}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def folder_beside(final: Path) -> Iterator[Path]:
    """Make a folder beside the one that it will become, and remove what is left of it at the end.

    Parameters
    ----------
    final : Path
        The name that `swap_folder` will give it.

    Yields
    ------
    Path
        The new folder, empty; no other process uses its name.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    part = final.with_name(f"{final.name}.part-{os.getpid()}")
    try:
        part.mkdir()
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def swap_folder(new: Path, final: Path) -> None:
    """Give a finished folder its name; what had it before goes only then.

    Parameters
    ----------
    new : Path
        The folder, on the same disk as `final`.
    final : Path
        Its name. Whether what has it may go must have been asked before.

    Raises
    ------
    OSError
        If it cannot be renamed; what had the name has it again.
    """
    old = final.with_name(f"{final.name}.old-{os.getpid()}")
    if final.exists():
        final.rename(old)
    try:
        new.rename(final)
    except BaseException:
        if old.exists():
            old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


def is_marked(path: Path, kind: str) -> bool:
    """Say whether a JSON file names that kind as its ``format``; False if it cannot be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("format") == kind


def sha256_of(path: Path) -> str:
    """Checksum of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What a file holds, said in short; and a file taken over as it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from hubble_dash.disk.space import watched

__all__ = ["is_marked", "sha256_of", "take_over"]


def is_marked(path: Path, kind: str) -> bool:
    """Say whether a JSON file names that kind as its ``format``; False if it cannot be read.

    Parameters
    ----------
    path : Path
        The file; it need not be there.
    kind : str
        As ``"hubble-dash report"``.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("format") == kind


def sha256_of(path: Path) -> str:
    """Checksum of a file's bytes, hexadecimal.

    Parameters
    ----------
    path : Path
        The file.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_over(old: Path, new: Path, *, linked: bool) -> None:
    """Copy a file; one whose old name will go gets a further name, where the disk knows such.

    Parameters
    ----------
    old, new : Path
        Its names; the folder of the new one is made.
    linked : bool
        Whether the old name will go. Neither may be written to then, only replaced.

    Raises
    ------
    OSError
        If it cannot be copied.
    """
    new.parent.mkdir(parents=True, exist_ok=True)
    if linked:
        try:
            os.link(old, new)
        except OSError:
            pass  # as on FAT, or over a network
        else:
            return
    with watched(new, old.stat().st_size):
        shutil.copyfile(old, new)

"""What a file holds, said in short."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

__all__ = ["is_marked", "sha256_of"]


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

"""Tables as people write them."""

from __future__ import annotations

from pathlib import Path


def write_text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """Write lines to a file, and give its path."""
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path

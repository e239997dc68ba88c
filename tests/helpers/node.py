"""A Node that runs scripts: the machine's own, or the one that Playwright brings."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import playwright


def find_node() -> str:
    """Give the path of a Node."""
    bundled = Path(playwright.__file__).parent / "driver" / "node"
    name = f"{bundled}.exe" if sys.platform == "win32" else str(bundled)
    return shutil.which("node") or name

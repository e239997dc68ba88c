"""A Node that runs scripts: the machine's own, or the one that Playwright brings."""

from __future__ import annotations

import shutil
from pathlib import Path

import playwright


def find_node() -> str:
    """Give the path of a Node."""
    return shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")

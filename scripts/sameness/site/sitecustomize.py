"""Lets hubble_dash come from one folder alone, before any editable install of the environment.

Python imports this module at its start where its folder is on PYTHONPATH, in processes of processes
too.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

TREE = os.environ["HUBBLE_DASH_TREE"]


class OnlyTree:
    """A finder for hubble_dash and all below it."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "hubble_dash":
            return None
        return PathFinder.find_spec(name, [TREE] if path is None else path, target)


sys.meta_path.insert(0, OnlyTree)

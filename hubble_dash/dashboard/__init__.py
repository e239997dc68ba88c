"""Atlas -> page: the views, the page that links them, and its two doors, exported and served.

``hubble_dash.dashboard`` is this package and the function of that name alike: Python puts an
imported package over what its parent has under its name, so that the package can be called.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:
        """Make the live dashboard of an atlas: `hubble_dash.dashboard.server.dashboard`."""
        return importlib.import_module(f"{__name__}.server").dashboard(*args, **options)


sys.modules[__name__].__class__ = _CallablePackage

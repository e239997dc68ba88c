"""From a folder of telescope images to a linked dashboard of what looks alike.

>>> import hubble_dash as hd
>>> atlas = hd.build("images/", cutouts=hd.SlidingWindow(size=224, step=112), out="carina.atlas")
>>> hd.export(atlas, "carina.html")

The builder (torch, timm, faiss) and the viewer (panel, holoviews, bokeh) are imported when they
are first used: a saved atlas opens where torch is missing, and a GPU machine builds without panel.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hubble_dash.atlas.atlas import Atlas, Neighbors, Similar, open_atlas
from hubble_dash.config import (
    BuildSettings,
    CatalogColumns,
    CatalogPositions,
    Crop,
    DetectedSources,
    EqualizeAdaptive,
    EqualizeHistogram,
    FlipLeftRight,
    FlipUpDown,
    Grayscale,
    MapSettings,
    ModelInput,
    RescaleIntensity,
    Resize,
    Rotate,
    SlidingWindow,
    Stretch,
    WholeImage,
)
from hubble_dash.errors import HubbleDashError

if TYPE_CHECKING:
    from hubble_dash.builder.build import build
    from hubble_dash.builder.query.image import fingerprint_image
    from hubble_dash.evaluation.evaluate import evaluate
    from hubble_dash.viewer.exported.export import export
    from hubble_dash.viewer.served.server import dashboard, serve

__all__ = [
    "Atlas",
    "BuildSettings",
    "CatalogColumns",
    "CatalogPositions",
    "Crop",
    "DetectedSources",
    "EqualizeAdaptive",
    "EqualizeHistogram",
    "FlipLeftRight",
    "FlipUpDown",
    "Grayscale",
    "HubbleDashError",
    "MapSettings",
    "ModelInput",
    "Neighbors",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "Similar",
    "SlidingWindow",
    "Stretch",
    "WholeImage",
    "build",
    "dashboard",
    "evaluate",
    "export",
    "fingerprint_image",
    "open_atlas",
    "serve",
]

_LAZY = {
    "build": "hubble_dash.builder.build",
    "fingerprint_image": "hubble_dash.builder.query.image",
    "export": "hubble_dash.viewer.exported.export",
    "dashboard": "hubble_dash.viewer.served.server",
    "evaluate": "hubble_dash.evaluation.evaluate",
    "serve": "hubble_dash.viewer.served.server",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

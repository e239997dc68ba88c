"""From a folder of telescope images to a linked dashboard of what looks alike.

>>> import hubble_dash as hd
>>> atlas = hd.build("images/", cutouts=hd.SlidingWindow(size=224, step=112), out="carina.atlas")
>>> hd.export(atlas, "carina.html")

`build` makes an `Atlas`, `add` adds images to one, `open_atlas` opens one, and `evaluate` measures
how alike its neighbours really are. `export` writes its page; `publish` a site of several; `serve`
and `dashboard` serve it.
`Originals` reads an atlas's images again, so that pages have all their pixels.
`GuestReader` lets visitors of these bring images of their own.
`fingerprint_image` takes an image from outside to where its like can be looked for; `verify` says
whether an atlas or a page is what it says it is. The other names are settings of `build` and `add`,
and `HubbleDashError`, which all errors are but those about arguments.

Whatever is more than a setting is imported when it is first used: a saved atlas opens where torch
is missing, a GPU machine builds without panel, and wrong arguments are told at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hubble_dash.config import (
    AddSettings,
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
    from hubble_dash.atlas.atlas import Atlas, Neighbors, Similar, open_atlas
    from hubble_dash.builder.build import build
    from hubble_dash.builder.growing.add import add
    from hubble_dash.builder.query.guest import GuestReader
    from hubble_dash.builder.query.image import fingerprint_image
    from hubble_dash.builder.query.originals import Originals
    from hubble_dash.evaluation.evaluate import evaluate
    from hubble_dash.verification.verify import verify
    from hubble_dash.viewer.exported.export import export
    from hubble_dash.viewer.published.publish import publish
    from hubble_dash.viewer.served.server import dashboard
    from hubble_dash.viewer.serving.serve import serve

__all__ = [
    "AddSettings",
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
    "GuestReader",
    "HubbleDashError",
    "MapSettings",
    "ModelInput",
    "Neighbors",
    "Originals",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "Similar",
    "SlidingWindow",
    "Stretch",
    "WholeImage",
    "add",
    "build",
    "dashboard",
    "evaluate",
    "export",
    "fingerprint_image",
    "open_atlas",
    "publish",
    "serve",
    "verify",
]

_LAZY = {
    "Originals": "hubble_dash.builder.query.originals",
    "GuestReader": "hubble_dash.builder.query.guest",
    **dict.fromkeys(("Atlas", "Neighbors", "Similar", "open_atlas"), "hubble_dash.atlas.atlas"),
    "add": "hubble_dash.builder.growing.add",
    "build": "hubble_dash.builder.build",
    "dashboard": "hubble_dash.viewer.served.server",
    "evaluate": "hubble_dash.evaluation.evaluate",
    "export": "hubble_dash.viewer.exported.export",
    "fingerprint_image": "hubble_dash.builder.query.image",
    "publish": "hubble_dash.viewer.published.publish",
    "serve": "hubble_dash.viewer.serving.serve",
    "verify": "hubble_dash.verification.verify",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

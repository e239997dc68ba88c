"""Settings: frozen, validated once, and written into the atlas as plain data.

In come words and numbers, out come values that hold, or a `ValueError` that says what is allowed.
Each choice and each bound is written here, and nowhere else.
"""

from hubble_dash.config.addition import AddSettings
from hubble_dash.config.build import GIVEN_INSTEAD, BuildSettings, CatalogColumns
from hubble_dash.config.cutouts import (
    CatalogPositions,
    CutoutSettings,
    DetectedSources,
    SlidingWindow,
    WholeImage,
)
from hubble_dash.config.map import MapSettings
from hubble_dash.config.network import NETWORK_FILES, ModelInput, is_network_file
from hubble_dash.config.steps import (
    Crop,
    EqualizeAdaptive,
    EqualizeHistogram,
    FlipLeftRight,
    FlipUpDown,
    Grayscale,
    ProcessingStep,
    RescaleIntensity,
    Resize,
    Rotate,
    parse_step,
    step_from_dict,
)
from hubble_dash.config.stretch import Stretch

__all__ = [
    "GIVEN_INSTEAD",
    "NETWORK_FILES",
    "AddSettings",
    "BuildSettings",
    "CatalogColumns",
    "CatalogPositions",
    "Crop",
    "CutoutSettings",
    "DetectedSources",
    "EqualizeAdaptive",
    "EqualizeHistogram",
    "FlipLeftRight",
    "FlipUpDown",
    "Grayscale",
    "MapSettings",
    "ModelInput",
    "ProcessingStep",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "SlidingWindow",
    "Stretch",
    "WholeImage",
    "is_network_file",
    "parse_step",
    "step_from_dict",
]

"""The choices of all settings, each written once: a type for the checker, and its words.

`typing.get_args` gives the words of a choice in the order in which they are told; the command line
offers them, and `hubble_dash.config.bounds.choice` refuses any other.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "AngleUnit",
    "AtlasCheck",
    "Curve",
    "Device",
    "EngineChoice",
    "EngineName",
    "Features",
    "LeaveOut",
    "Limits",
    "LimitsPer",
    "MapMethod",
    "PageForm",
    "Precision",
    "PrecisionChoice",
    "Quality",
    "SizeUnit",
]

# Cutouts and catalogues.
SizeUnit: TypeAlias = Literal["pixels", "arcsec"]
AngleUnit: TypeAlias = Literal["deg", "hourangle"]

# The stretch: how black and white level are found, the curve between them, and of what they are.
Limits: TypeAlias = Literal["zscale", "percentile", "minmax"]
Curve: TypeAlias = Literal["linear", "asinh", "sqrt", "log"]
LimitsPer: TypeAlias = Literal["image", "cutout"]

# Fingerprints. What runs a network, and how exactly, is measured where the choice is "auto".
Features: TypeAlias = Literal["pooled", "probabilities"]
Quality: TypeAlias = Literal["plain", "fast", "balanced", "best"]
Device: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
EngineName: TypeAlias = Literal["eager", "compile", "openvino"]
EngineChoice: TypeAlias = Literal["auto", EngineName]
Precision: TypeAlias = Literal["fp32", "bf16", "fp16", "int8"]
PrecisionChoice: TypeAlias = Literal["auto", Precision]

MapMethod: TypeAlias = Literal["tsne", "umap", "pca"]

# What an evaluated cutout does not find, beside itself.
LeaveOut: TypeAlias = Literal["overlapping", "image", "none"]
# How an atlas that is opened is checked: without its checksums, or with them.
AtlasCheck: TypeAlias = Literal["fast", "full"]
# How a page is exported.
PageForm: TypeAlias = Literal["auto", "file", "folder"]

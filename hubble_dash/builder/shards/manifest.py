"""What an atlas says of itself: of what it was made, how, and with what."""

from __future__ import annotations

import importlib.metadata
import platform
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from hubble_dash.atlas.manifest import (
    CenterEntry,
    EngineEntry,
    MapEntry,
    ModelEntry,
    NeighborsEntry,
    UnsealedManifest,
)
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.fingerprints.precomputed import GivenFingerprints
from hubble_dash.builder.projection.layout import MIN_CUTOUTS_TO_LAY_OUT
from hubble_dash.config import BuildSettings, is_network_file

__all__ = ["Made", "make_manifest"]

FEW_CUTOUTS = 10
VERSIONS = ("torch", "timm", "faiss-cpu", "openTSNE", "astropy", "photutils", "numpy")


@dataclass
class Made:
    """What came out of a build.

    Parameters
    ----------
    layout : SheetLayout
        Of the thumbnails.
    n_images : int
        Images with cutouts.
    unreadable : list of (Path, str)
        Files that were left out, and why.
    left_out : Counter
        Cutouts that were left out, by reason.
    notes : Counter
        What the user should know, and of how many images.
    n_cutouts, n_neighbors : int
        How many, and how many neighbours of each.
    map : MapEntry
        The layout that was made: its method and settings, or the file that gave it.
    neighbors : NeighborsEntry
        How neighbours were found, and how many of the nearest.
    center : CenterEntry or None
        The column by whose groups fingerprints were centred, and how many there were.
    engine : EngineEntry
        The backend in which the network ran.
    """

    layout: SheetLayout
    n_images: int = 0
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    n_cutouts: int = 0
    n_neighbors: int = 0
    map: MapEntry = field(default_factory=lambda: MapEntry(method=""))
    neighbors: NeighborsEntry = field(default_factory=NeighborsEntry)
    center: CenterEntry | None = None
    engine: EngineEntry = field(default_factory=EngineEntry)

    def state(self) -> dict[str, Any]:
        """Give what is counted while cutouts are made, as plain data."""
        return {
            "n_images": self.n_images,
            "unreadable": [(str(path), reason) for path, reason in self.unreadable],
            "left_out": dict(self.left_out),
            "notes": dict(self.notes),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what `state` gave."""
        self.n_images = state["n_images"]
        self.unreadable = [(Path(path), reason) for path, reason in state["unreadable"]]
        self.left_out, self.notes = Counter(state["left_out"]), Counter(state["notes"])


def make_manifest(
    settings: BuildSettings,
    made: Made,
    network: Network | GivenFingerprints,
    *,
    inputs: list[str],
    name: str,
) -> UnsealedManifest:
    """Say what was made, of what, how and with what.

    Parameters
    ----------
    settings : BuildSettings
        All that was asked for.
    made : Made
        What came out.
    network : Network or GivenFingerprints
        What made the fingerprints.
    inputs : list of str
        Names of files and folders.
    name : str
        The title, where the settings have none.

    Returns
    -------
    UnsealedManifest
        For `hubble_dash.atlas.seal.seal`.
    """
    return {
        "title": settings.title or name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "hubble_dash": importlib.metadata.version("hubble-dash"),
        "n_images": made.n_images,
        "n_cutouts": made.n_cutouts,
        "n_features": network.n_features,
        "n_neighbors": made.n_neighbors,
        "model": _model(settings, made, network),
        "settings": {
            "inputs": inputs,
            "cutouts": asdict(settings.cutouts),
            "stretch": asdict(settings.stretch),
            "process_images": [asdict(step) for step in settings.process_images],
            "process_cutouts": [asdict(step) for step in settings.process_cutouts],
            "catalog": Path(settings.catalog).name if settings.catalog else None,
            "catalog_columns": asdict(settings.catalog_columns),
            "header_keys": list(settings.header_keys),
            "hdu": settings.hdu,
            "plane": settings.plane,
            "neighbors": settings.neighbors,
        },
        "center": made.center,
        "neighbors": made.neighbors,
        "map": made.map,
        "thumbnails": made.layout.to_entry(),
        "left_out": {
            "files": [{"path": str(path), "reason": reason} for path, reason in made.unreadable],
            "cutouts": dict(made.left_out),
        },
        "notes": _notes(settings, made),
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in _packages(network)},
        },
    }


def _model(settings: BuildSettings, made: Made, network: Network | GivenFingerprints) -> ModelEntry:
    if isinstance(network, GivenFingerprints):
        return network.describe()
    weights = network.weights
    model: ModelEntry = {
        "requested": weights.model if is_network_file(settings.model) else settings.model,
        "name": weights.model,
        "weights": weights.path.name,
        "weights_source": weights.source,
        "weights_sha256": weights.sha256,
        "reason": weights.reason,
        "features": settings.features,
        "quality": settings.quality,
    }
    return cast("ModelEntry", {**model, **made.engine})


def _packages(network: Network | GivenFingerprints) -> list[str]:
    unused = ("torch", "timm") if isinstance(network, GivenFingerprints) else ()
    return [package for package in VERSIONS if package not in unused]


def _notes(settings: BuildSettings, made: Made) -> list[str]:
    notes = [text if c == 1 else f"{c} images: {text}" for text, c in made.notes.items()]
    if made.n_cutouts < FEW_CUTOUTS:
        some = "1 cutout" if made.n_cutouts == 1 else f"{made.n_cutouts} cutouts"
        notes.append(f"With {some} there is little to compare, and the map says little.")
    if made.map["method"] not in (settings.map.method, "given"):
        notes.append(
            f"The map is that of PCA: {settings.map.method} needs {MIN_CUTOUTS_TO_LAY_OUT}"
            " different cutouts."
        )
    return notes

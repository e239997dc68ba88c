"""What an atlas says of itself: of what it was made, how, and with what."""

from __future__ import annotations

import importlib.metadata
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from pyarrow import parquet  # type: ignore[import-untyped]

from hubble_dash.atlas.manifest import (
    CenterEntry,
    ClusterLevelEntry,
    MapEntry,
    MetricEntry,
    ModelEntry,
    NeighborsEntry,
    SettingsEntry,
    UnsealedManifest,
)
from hubble_dash.atlas.schema import (
    CLUSTERS_FILE,
    COLORS_FILE,
    CUTOUTS_FILE,
    IMAGE_FILES_FILE,
    IMAGES_FILE,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    PREVIEWS_FOLDER,
    SHEETS_FOLDER,
    SIMILARITIES_FILE,
    TRUST_FILE,
)
from hubble_dash.atlas.sheets import SheetLayout, sheet_name
from hubble_dash.builder.cursor import Counts
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.projection.layout import MIN_CUTOUTS_TO_LAY_OUT
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.config import BuildSettings

__all__ = ["Outcome", "list_files", "list_pictures", "make_manifest", "settings_entry"]

MIN_CUTOUTS_TO_COMPARE = 10
# Packages that are always used, beside those of the fingerprinter.
PACKAGES = ("torch", "faiss-cpu", "astropy", "photutils", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Outcome:
    """What came of all cutouts together.

    Parameters
    ----------
    n_cutouts, n_neighbors : int
        How many, and how many neighbours of each.
    neighbors : NeighborsEntry
        How neighbours were found, and how many of the nearest.
    map : MapEntry
        The layout that was made: its method and settings, or the file that gave it.
    clusters : list of ClusterLevelEntry
        Where cutouts lie together on it.
    center : CenterEntry or None
        The column by whose groups fingerprints were centred, and how many there were.
    notes : sequence of str
        What the user should know.
    """

    n_cutouts: int
    n_neighbors: int
    neighbors: NeighborsEntry
    map: MapEntry
    clusters: Sequence[ClusterLevelEntry] = ()
    center: CenterEntry | None = None
    notes: Sequence[str] = ()


def make_manifest(
    settings: BuildSettings,
    fingerprinter: Fingerprinter,
    checkpoint: Checkpoint,
    outcome: Outcome,
    *,
    layout: SheetLayout,
    inputs: list[str],
    catalog_sha256: str | None,
    name: str,
    created: datetime | None = None,
    metric: MetricEntry | None = None,
) -> UnsealedManifest:
    """Say what was made, of what, how and with what.

    Parameters
    ----------
    settings : BuildSettings
        All that was asked for.
    fingerprinter : Fingerprinter
        What made the fingerprints.
    checkpoint : Checkpoint
        What was counted on the way, and in which backend the fingerprinter ran.
    outcome : Outcome
        What came of it.
    layout : SheetLayout
        Of the thumbnails.
    inputs : list of str
        Names of files and folders.
    catalog_sha256 : str or None
        Checksum of the catalogue's file, when it was read.
    name : str
        The title, where the settings have none.
    created : datetime, optional
        When, in UTC; now if not given.
    metric : MetricEntry, optional
        What was learned of the cutouts.

    Returns
    -------
    UnsealedManifest
        For `hubble_dash.atlas.seal.seal`.
    """
    counts = checkpoint.cursor.counts
    packages = [*fingerprinter.packages, *PACKAGES]
    manifest: UnsealedManifest = {
        "title": settings.title or name,
        "created": (created or datetime.now(UTC)).isoformat(timespec="seconds"),
        "hubble_dash": importlib.metadata.version("hubble-dash"),
        "n_images": counts.n_images,
        "n_cutouts": outcome.n_cutouts,
        "n_features": fingerprinter.n_features,
        "n_neighbors": outcome.n_neighbors,
        "model": cast("ModelEntry", {**fingerprinter.describe(), **checkpoint.engine}),
        "settings": settings_entry(settings, inputs, catalog_sha256),
        "center": outcome.center,
        "neighbors": outcome.neighbors,
        "map": outcome.map,
        "thumbnails": layout.to_entry(),
        "left_out": {
            "files": [{"path": str(path), "reason": reason} for path, reason in counts.unreadable],
            "cutouts": dict(counts.left_out),
        },
        "notes": _notes(settings, counts, outcome),
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in packages},
        },
    }
    if metric is not None:
        manifest["metric"] = metric
    if outcome.clusters:
        manifest["clusters"] = [*outcome.clusters]
    return manifest


def list_files(part: Part, layout: SheetLayout, fingerprints: FingerprintFile) -> list[str]:
    """List what an atlas consists of, its manifest left out.

    Parameters
    ----------
    part : Part
        The build, which has written all of it.
    layout : SheetLayout
        Of the thumbnails.
    fingerprints : FingerprintFile
        Finished.

    Returns
    -------
    list of str
        Paths in the atlas, for `hubble_dash.atlas.seal.seal`.
    """
    return [
        *fingerprints.files,
        *(IMAGES_FILE, IMAGE_FILES_FILE, CUTOUTS_FILE, COLORS_FILE),
        *(NEIGHBORS_FILE, SIMILARITIES_FILE, POSITIONS_FILE),
        *(name for name in (TRUST_FILE, CLUSTERS_FILE) if (part.atlas / name).exists()),
        *list_pictures(part, layout),
    ]


def list_pictures(part: Part, layout: SheetLayout) -> list[str]:
    """List the files of an atlas that no stage after its cutouts writes to.

    Parameters
    ----------
    part : Part
        The build, which has written its tables.
    layout : SheetLayout
        Of the thumbnails.

    Returns
    -------
    list of str
        Paths in the atlas.
    """
    sheets = range(layout.n_sheets(part.before.n_cutouts + part.checkpoint.n))
    previews = parquet.read_table(part.atlas / IMAGES_FILE, columns=["preview"])["preview"]
    return [
        *(f"{SHEETS_FOLDER}/{sheet_name(sheet)}" for sheet in sheets),
        *(f"{PREVIEWS_FOLDER}/{name}" for name in previews.to_pylist()),
    ]


def settings_entry(
    settings: BuildSettings, inputs: list[str], catalog_sha256: str | None
) -> SettingsEntry:
    """Give what a manifest says of what was asked for.

    Parameters
    ----------
    settings : BuildSettings
        All of it.
    inputs, catalog_sha256
        As of `make_manifest`.
    """
    return {
        "inputs": inputs,
        "cutouts": asdict(settings.cutouts),
        "stretch": asdict(settings.stretch),
        "process_images": [asdict(step) for step in settings.process_images],
        "process_cutouts": [asdict(step) for step in settings.process_cutouts],
        "catalog": Path(settings.catalog).name if settings.catalog else None,
        "catalog_sha256": catalog_sha256,
        "catalog_columns": asdict(settings.catalog_columns),
        "catalog_table": settings.catalog_table,
        "name_column": settings.name_column,
        "leave_out_columns": list(settings.leave_out_columns),
        "header_keys": list(settings.header_keys),
        "hdu": settings.hdu,
        "plane": settings.plane,
        "neighbors": settings.neighbors,
    }


def _notes(settings: BuildSettings, counts: Counts, outcome: Outcome) -> list[str]:
    told = Counter(counts.notes)
    told.update(outcome.notes)
    notes = [text if n == 1 else f"{n} images: {text}" for text, n in told.items()]
    if outcome.n_cutouts < MIN_CUTOUTS_TO_COMPARE:
        some = "1 cutout" if outcome.n_cutouts == 1 else f"{outcome.n_cutouts} cutouts"
        notes.append(f"With {some} there is little to compare, and the map says little.")
    if outcome.map["method"] not in (settings.map.method, "given"):
        notes.append(
            f"The map is that of PCA: {settings.map.method} needs {MIN_CUTOUTS_TO_LAY_OUT}"
            " different cutouts."
        )
    return notes

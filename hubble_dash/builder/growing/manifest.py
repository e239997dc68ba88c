"""What an atlas says of itself once further images are in it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.manifest import (
    AdditionEntry,
    ClusterLevelEntry,
    MapEntry,
    NeighborsEntry,
    UnsealedManifest,
)
from hubble_dash.builder.cursor import Counts

__all__ = ["Grown", "advice_of", "grown_manifest", "with_advice", "with_clusters"]

# What `hubble_dash.atlas.seal.seal` says itself.
_SEALED = ("format", "format_version", "files")
# Of so few cutouts a build says that there is little to compare.
_LITTLE = "there is little to compare"
# How sentences begin that hold only until more is added.
_GROWN, _MAP_OFF = "The collection has grown", "The map was laid out"
# Times as many cutouts as the metric was learned among, past which it should be learned anew.
MAX_GROWTH = 2.0
# Where new cutouts keep a smaller share of their neighbours than this of what old ones keep, or are
# more than the old ones, a new map would say more.
MIN_SHARE_KEPT = 0.8


@dataclass(frozen=True)
class Grown:
    """What came of adding.

    Parameters
    ----------
    n_cutouts, n_neighbors : int
        Of the whole.
    neighbors : NeighborsEntry
        How they were found.
    map : MapEntry
        How far it keeps neighbourhoods, and of what it was laid out.
    clusters : list of ClusterLevelEntry
        Where cutouts lie together on it.
    counts : Counts
        What was counted of the new images; ``n_images`` are those of the whole.
    inputs : sequence of str
        Names of files and folders.
    left_out : sequence of (str, str)
        Files that were not read, and why.
    when : datetime
        In UTC.
    column : str
        Of the table of images, that says when each came.
    catalog, catalog_sha256 : str or None
        Name and checksum of the new ones' catalogue.
    packages : sequence of str
        That the fingerprints were made with.
    """

    n_cutouts: int
    n_neighbors: int
    neighbors: NeighborsEntry
    map: MapEntry
    clusters: list[ClusterLevelEntry]
    counts: Counts
    inputs: Sequence[str]
    left_out: Sequence[tuple[str, str]]
    when: datetime
    column: str
    catalog: str | None
    catalog_sha256: str | None
    packages: Sequence[str]


def grown_manifest(old: Atlas, grown: Grown) -> UnsealedManifest:
    """Say what the atlas is now.

    Parameters
    ----------
    old : Atlas
        As it was.
    grown : Grown
        What came of adding.

    Returns
    -------
    UnsealedManifest
        For `hubble_dash.atlas.seal.seal`.
    """
    said: dict[str, Any] = {k: v for k, v in old.manifest.items() if k not in _SEALED}
    counts = grown.counts
    addition: AdditionEntry = {
        "date": grown.when.isoformat(timespec="seconds"),
        "column": grown.column,
        "inputs": list(grown.inputs),
        "n_images": counts.n_images - old.manifest["n_images"],
        "n_cutouts": grown.n_cutouts - len(old),
        "catalog": grown.catalog,
        "catalog_sha256": grown.catalog_sha256,
        "hubble_dash": importlib.metadata.version("hubble-dash"),
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in grown.packages},
        },
    }
    before = said["left_out"]
    files = [(entry["path"], entry["reason"]) for entry in before["files"]]
    files += [(str(path), reason) for path, reason in counts.unreadable]
    cutouts = dict(before["cutouts"])
    for reason, n in counts.left_out.items():
        cutouts[reason] = cutouts.get(reason, 0) + n
    said |= {
        "n_images": counts.n_images,
        "n_cutouts": grown.n_cutouts,
        "n_neighbors": grown.n_neighbors,
        "neighbors": grown.neighbors,
        "map": grown.map,
        "additions": [*said.get("additions", []), addition],
        "left_out": {
            # What could not be read then either is said once.
            "files": [
                {"path": path, "reason": reason}
                for path, reason in dict.fromkeys([*files, *grown.left_out])
            ],
            "cutouts": cutouts,
        },
    }
    said = with_clusters(said, grown.clusters)
    new = [text if n == 1 else f"{n} images: {text}" for text, n in counts.notes.items()]
    said["notes"] = [note for note in [*said["notes"], *new] if _LITTLE not in note]
    return with_advice(cast("UnsealedManifest", said))


def with_clusters(said: Mapping[str, Any], clusters: list[ClusterLevelEntry]) -> dict[str, Any]:
    """Say of which clusters there are, in the place of what was said before.

    Parameters
    ----------
    said : mapping
        Entries of a manifest.
    clusters : list of ClusterLevelEntry
        Of the atlas as it is now; may be empty.
    """
    others = {name: value for name, value in said.items() if name != "clusters"}
    return {**others, "clusters": clusters} if clusters else others


def with_advice(manifest: UnsealedManifest) -> UnsealedManifest:
    """Say among the notes what should be done anew, in the place of what was said before.

    Parameters
    ----------
    manifest : UnsealedManifest
        Of the atlas as it is now; with what sealing adds, or without.
    """
    said = {name: value for name, value in manifest.items() if name not in _SEALED}
    kept = [note for note in manifest["notes"] if not note.startswith((_GROWN, _MAP_OFF))]
    said["notes"] = list(dict.fromkeys([*kept, *advice_of(manifest)]))
    return cast("UnsealedManifest", said)


def advice_of(manifest: UnsealedManifest) -> list[str]:
    """Say what should be done anew, of a collection that has grown.

    Parameters
    ----------
    manifest : UnsealedManifest
        Of the atlas as it is now.
    """
    n, added = manifest["n_cutouts"], manifest.get("additions", [])
    built = n - sum(entry["n_cutouts"] for entry in added)
    advice = []
    if "metric" in manifest and n > MAX_GROWTH * built:
        advice.append(
            f"{_GROWN} from {built:,} to {n:,} cutouts since what is alike was learned from some of"
            " the first ones; build it anew, so that it is learned from all."
        )
    if placed := manifest["map"].get("added"):
        advice += _advice_on_map(n, placed)
    return advice


def _advice_on_map(n: int, placed: dict[str, float]) -> list[str]:
    n_new = int(placed["cutouts"])
    kept = [value for name, value in placed.items() if name.startswith("neighbors_kept")]
    holds = len(kept) < 2 or kept[0] >= MIN_SHARE_KEPT * kept[1]
    if holds and 2 * n_new <= n:
        return []
    shares = f", which keep {kept[0]:.0%} of their neighbours, old ones {kept[1]:.0%}"
    return [
        f"{_MAP_OFF} of {n - n_new:,} cutouts, and {n_new:,} were placed on it since"
        f"{shares if len(kept) == 2 else ''}; lay it out anew: hubble-dash add ATLAS --new-map"
    ]

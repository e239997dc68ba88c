"""An atlas and what is asked for now -> in what it was built otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.growing.restored import map_settings_of
from hubble_dash.builder.inputs import Inputs
from hubble_dash.builder.naming.given import differ, read_names
from hubble_dash.builder.shards.manifest import settings_entry
from hubble_dash.config import BuildSettings
from hubble_dash.disk.files import sha256_of

__all__ = ["Differences", "differences"]

# Settings of the manifest on which no cutout and no fingerprint depends.
OF_ALL = ("neighbors",)


@dataclass(frozen=True)
class Differences:
    """In what an atlas was built otherwise.

    Parameters
    ----------
    of_cutouts : list of str
        What makes other cutouts or fingerprints, a line each.
    neighbors, map, clusters, title : bool
        Whether there are to be more or fewer neighbours, another map, other names of clusters,
        another title.
    """

    of_cutouts: list[str] = field(default_factory=list)
    neighbors: bool = False
    map: bool = False
    clusters: bool = False
    title: bool = False

    @property
    def none(self) -> bool:
        """Whether there are none."""
        return self == Differences()


def differences(old: Atlas, settings: BuildSettings, inputs: Inputs) -> Differences:
    """Compare an atlas with what is asked for now, weights left out.

    Parameters
    ----------
    old : Atlas
        The atlas.
    settings : BuildSettings
        All that is asked for; a title that is not said is the atlas's.
    inputs : Inputs
        Of what.
    """
    if settings.fingerprints is not None or settings.positions is not None:
        return Differences(["vectors or a map that are given are read as a whole"])
    if settings.center_by is not None or old.manifest.get("center") is not None:
        return Differences(["means of groups are those of all cutouts"])
    if old.manifest["map"]["method"] == "given":
        return Differences(["its map was given"])
    catalog, model = settings.catalog, old.manifest["model"]
    digest = None if catalog is None else sha256_of(Path(catalog))
    now: dict[str, Any] = {**settings_entry(settings, inputs.names, digest)}
    now |= {"features": settings.features, "quality": settings.quality}
    before: dict[str, Any] = {**old.manifest["settings"]}
    before |= {"features": model["features"], "quality": model.get("quality", "plain")}
    del now["inputs"]
    plain = json.loads(json.dumps(now))
    changed = [name for name, value in plain.items() if before.get(name, value) != value]
    return Differences(
        [
            f"{name} was {json.dumps(before[name])} and is {json.dumps(plain[name])}"
            for name in changed
            if name not in OF_ALL
        ],
        neighbors="neighbors" in changed,
        map=map_settings_of(old) != settings.map,
        clusters=differ(old.manifest.get("clusters", []), read_names(settings.cluster_names)),
        title=settings.title not in (None, old.title),
    )

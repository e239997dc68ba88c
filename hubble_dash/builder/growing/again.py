"""A build given again where its atlas is: only what is new since is done, or it is said why not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.builder.feeding.image_row import listed_path
from hubble_dash.builder.growing.add import Addition
from hubble_dash.builder.growing.known import Sorted, sort_out
from hubble_dash.builder.growing.restored import map_settings_of, settings_of
from hubble_dash.builder.inputs import Blocks, Inputs, Source
from hubble_dash.builder.shards.manifest import settings_entry
from hubble_dash.config import AddSettings, BuildSettings, is_network_file
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import AtlasError, NoCutoutsError

__all__ = ["build_again"]

logger = logging.getLogger(__name__)

N_SAID = 5
WHOLE = "build all of it again with --overwrite, or choose another name"


def build_again(
    settings: BuildSettings,
    inputs: Inputs,
    find_source: Callable[[], Source],
    out: Path,
    *,
    blocks: Blocks,
    progress: bool,
) -> Atlas:
    """Bring an atlas up to date with a build of the same settings.

    Files that are new are added with the atlas's weights and metric; neighbours and map are then
    made of all, as in a build. Where nothing is new, nothing is done.

    Parameters
    ----------
    settings : BuildSettings
        What is asked for now.
    inputs : Inputs
        Of what.
    find_source : callable
        Finds what the fingerprints come from, which may take long: asked when all else agrees.
    out : Path
        The atlas.
    blocks : Blocks
        How much is done at once.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    Atlas

    Raises
    ------
    AtlasError
        If the atlas was built with other settings or weights, or a file has changed or is gone
        since: then all of it must be built again.
    HubbleDashError
        As of `hubble_dash.build`.
    """
    old = open_atlas(out)
    different = _differences(old, settings, inputs)
    if not different:
        weights, before = find_source().told.get("weights"), old.manifest["model"]["weights_sha256"]
        if weights != before:
            different = [f"the weights had SHA-256 {before}, and have {weights}"]
    if different:
        more = "; ..." if len(different) > N_SAID else ""
        raise AtlasError(
            f"{out} exists; replace it with --overwrite, or choose another name. It is not brought"
            f" up to date, since it was built otherwise: {'; '.join(different[:N_SAID])}{more}"
        )
    found = sort_out(inputs.files, old, copies=True)
    _refuse_what_is_lost(old, inputs, found)
    new = [path for path in found.new if not _was_left_out(old, path)]
    if not new:
        logger.info("%s: nothing has changed since it was built; it is as it was", out)
        return old
    if settings.deterministic:
        raise AtlasError(
            f"{out} exists, and {len(new)} files are new ({new[0].name}, ...); it would not be what"
            f" a build of all gives, byte for byte: {WHOLE}"
        )
    logger.info("%s: %d files are new; the others are taken over", out, len(new))
    addition = _told(settings, len(inputs.files) / len(new))
    work = Addition(
        addition,
        old,
        settings_of(old, addition),
        replace(inputs, files=new),
        Sorted(new),
        replace(blocks, layout=old.sheet_layout),
        progress,
    )
    try:
        return work.run()
    except NoCutoutsError as err:
        logger.info("%s: it is as it was: %s", out, err)
        return open_atlas(out)


def _told(settings: BuildSettings, times_as_many: float) -> AddSettings:
    """Say of the new files what the build says of all."""
    return AddSettings(
        catalog=settings.catalog,
        catalog_columns=settings.catalog_columns,
        catalog_table=settings.catalog_table,
        weights=settings.model if is_network_file(settings.model) else settings.weights,
        device=settings.device,
        batch_size=settings.batch_size,
        workers=settings.workers,
        # Of all files, those that are not read again included.
        max_unreadable=min(1.0, settings.max_unreadable * times_as_many),
        new_map=True,
    )


def _differences(old: Atlas, settings: BuildSettings, inputs: Inputs) -> list[str]:
    """Say in what an atlas was built otherwise, weights left out, a line each."""
    if settings.fingerprints is not None or settings.positions is not None:
        return ["vectors or a map that are given are read as a whole"]
    if settings.center_by is not None or old.manifest.get("center") is not None:
        return ["means of groups are those of all cutouts"]
    catalog = settings.catalog
    digest = None if catalog is None else sha256_of(Path(catalog))
    now: dict[str, Any] = {**settings_entry(settings, inputs.names, digest)}
    before: dict[str, Any] = {**old.manifest["settings"]}
    model = old.manifest["model"]
    before |= {"features": model["features"], "quality": model.get("quality", "plain")}
    now |= {"features": settings.features, "quality": settings.quality}
    if settings.title is not None:
        before["title"], now["title"] = old.title, settings.title
    if old.manifest["map"]["method"] == "given":
        return ["its map was given"]
    if (of_map := map_settings_of(old)) != settings.map:
        before["map"], now["map"] = str(of_map), str(settings.map)
    del now["inputs"]
    plain = json.loads(json.dumps(now))
    return [
        f"{name} was {json.dumps(before[name])} and is {json.dumps(value)}"
        for name, value in plain.items()
        if name in before and before[name] != value
    ]


def _refuse_what_is_lost(old: Atlas, inputs: Inputs, found: Sorted) -> None:
    """Stop where cutouts of the atlas are no longer those of its files."""
    there = {listed_path(path) for path in inputs.files}
    gone = [path for path in dict.fromkeys(map(str, old.images["path"])) if path not in there]
    said = [
        f"{len(paths)} of its files {what} ({paths[0]}{', ...' if paths[1:] else ''})"
        for paths, what in (
            ([*map(str, found.changed)], "have changed"),
            (gone, "are no longer among those that are named"),
        )
        if paths
    ]
    if said:
        raise AtlasError(f"{old.path} exists, and {' and '.join(said)}: {WHOLE}")


def _was_left_out(old: Atlas, path: Path) -> bool:
    """Say whether a file was there when the atlas was made, and could not be read as it is."""
    entries: Sequence[Mapping[str, Any]] = old.manifest["left_out"]["files"]
    if str(path) not in {entry["path"] for entry in entries}:
        return False
    try:
        made = datetime.fromisoformat(old.manifest["created"]).timestamp()
        found = path.stat()
    except (OSError, ValueError):
        return False
    return max(found.st_mtime, found.st_ctime) < made

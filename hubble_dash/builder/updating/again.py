"""A build given again where its atlas is: what has changed is done, or it is said why all must be.

Images that are gone, or have another content, lose their cutouts; those that are new, or have
another content, come in as `hubble_dash.builder.growing` adds them. What is kept is written beside
the atlas, so that this is what it was until it is what it will be.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.builder.feeding.image_row import listed_path
from hubble_dash.builder.going_on import finish_part, sealed_build
from hubble_dash.builder.growing.add import Addition
from hubble_dash.builder.growing.known import Sorted, sort_out
from hubble_dash.builder.growing.restored import settings_of
from hubble_dash.builder.inputs import Blocks, Inputs, Source
from hubble_dash.builder.remote.address import is_address
from hubble_dash.builder.updating.differences import Differences, differences
from hubble_dash.builder.updating.kept import Kept
from hubble_dash.builder.updating.update import Update
from hubble_dash.config import AddSettings, BuildSettings, is_network_file
from hubble_dash.disk.names import folder_beside
from hubble_dash.errors import AtlasError, NoCutoutsError

__all__ = ["build_again"]

logger = logging.getLogger(__name__)

N_SAID = 5
WHOLE = "build all of it again with --overwrite, or choose another name"
# What an atlas was made of may be gone to such a share of its images, and of what it learned from.
MIN_SHARE_KEPT = 0.5


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

    Files that are new or changed are cut and fingerprinted with the atlas's weights and metric, the
    cutouts of those that are changed or gone are dropped; neighbours and map are then those of all,
    as in a build. Another title, number of neighbours or map is given to it as it is. Where nothing
    has changed, nothing is done.

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
        If the atlas was built with settings or weights of other cutouts or fingerprints, or most of
        its images are gone: then all of it must be built again.
    HubbleDashError
        As of `hubble_dash.build`.
    """
    old = open_atlas(out)
    different = differences(old, settings, inputs)
    _refuse_other_cutouts(old, different, find_source)
    if sealed_build(out) is not None:
        # Of a process that was killed when all but the cleaning was done.
        finish_part(out)
    found = sort_out(inputs.files, old, copies=True)
    left_out = {path for path in found.new if _was_left_out(old, path)}
    wanted = {*found.new, *found.changed} - left_out
    new = [path for path in inputs.files if path in wanted]
    there = {listed_path(path) for path in {*inputs.files} - wanted}
    stays = np.array([path in there for path in map(str, old.images["path"])], bool)
    if stays.all() and not new and different.none:
        logger.info("%s: nothing has changed since it was built; it is as it was", out)
        return old
    if settings.deterministic:
        raise AtlasError(
            f"{out} exists, and {_said(old, new, stays, different)}; brought up to date, it would"
            f" not be what a build of all gives, byte for byte: {WHOLE}"
        )
    named = {listed_path(path) for path in inputs.files}
    _refuse_other_collection(old, stays, named)
    logger.info("%s: %s; the rest is taken over", out, _said(old, new, stays, different))
    told = _retold(old, settings, {listed_path(path) for path in left_out})
    with folder_beside(out) as scratch:
        update = Update(settings, old, stays, different, scratch.path, progress)
        if not new:
            return update.sealed(told)
        base = old if stays.all() else update.without_others()
        addition = _addition(settings, len(inputs.files) / len(new))
        work = Addition(
            addition,
            Atlas(base.path, {**base.manifest, **told}),
            replace(
                settings_of(old, addition),
                map=settings.map,
                neighbors=settings.neighbors,
                cluster_names=settings.cluster_names,
            ),
            replace(inputs, files=new),
            Sorted(new),
            replace(blocks, layout=old.sheet_layout),
            progress,
            final=out,
            before=update.before(),
        )
        try:
            return work.run()
        except NoCutoutsError as err:
            logger.info("%s: nothing came in: %s", out, err)
            return old if stays.all() and different.none else update.sealed(told)


def _addition(settings: BuildSettings, times_as_many: float) -> AddSettings:
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


def _retold(old: Atlas, settings: BuildSettings, left_out: set[str]) -> dict[str, Any]:
    """Give what the manifest says otherwise: what was asked for, and files that are left out."""
    before = old.manifest["left_out"]
    still = [entry for entry in before["files"] if entry["path"] in left_out]
    return {
        "title": settings.title or old.title,
        "settings": {**old.manifest["settings"], "neighbors": settings.neighbors},
        "left_out": {**before, "files": still},
    }


def _refuse_other_cutouts(
    old: Atlas, different: Differences, find_source: Callable[[], Source]
) -> None:
    lines = different.of_cutouts
    if not lines:
        weights, before = find_source().told.get("weights"), old.manifest["model"]["weights_sha256"]
        if weights != before:
            lines = [f"the weights had SHA-256 {before}, and have {weights}"]
    if lines:
        more = "; ..." if len(lines) > N_SAID else ""
        raise AtlasError(
            f"{old.path} exists; replace it with --overwrite, or choose another name. It is not"
            f" brought up to date, since it was built otherwise: {'; '.join(lines[:N_SAID])}{more}"
        )


def _refuse_other_collection(old: Atlas, stays: NDArray[np.bool_], named: set[str]) -> None:
    """Stop where other files are meant, or hardly anything is left of what there was."""
    passed_over = [
        path
        for path in dict.fromkeys(map(str, old.images["path"][~stays]))
        if path not in named and (is_address(path) or Path(path).exists())
    ]
    if passed_over:
        raise AtlasError(
            f"{old.path} exists, and {len(passed_over)} of its files are there and not among those"
            f" that are named ({passed_over[0]}, ...): name them too, or {WHOLE}"
        )
    rows = Kept(old, stays).rows
    metric = old.metric
    shares = {"its images": stays.mean(), "its cutouts": rows.mean()}
    if metric is not None:
        shares["the cutouts that it learned from what is alike"] = rows[metric.sample].mean()
    what, share = min(shares.items(), key=lambda item: float(item[1]))
    if share < MIN_SHARE_KEPT:
        raise AtlasError(
            f"{old.path} exists, and of {what} {1 - share:.0%} have changed or are gone: {WHOLE}"
        )


def _said(old: Atlas, new: list[Path], stays: NDArray[np.bool_], different: Differences) -> str:
    """Say what is otherwise than it was."""
    names = [name for name in ("title", "neighbors", "map", "clusters") if getattr(different, name)]
    told = [f"files that are new or changed: {_listed([path.name for path in new])}"] if new else []
    if not stays.all():
        gone = dict.fromkeys(Path(path).name for path in old.images["path"][~stays])
        told.append(f"images that have changed or are gone: {_listed([*gone])}")
    told += [f"{' and '.join(names)} to be others"] if names else []
    return "; ".join(told)


def _listed(names: list[str]) -> str:
    """Count names, and say the first."""
    return f"{len(names)} ({', '.join(names[:N_SAID])}{', ...' if names[N_SAID:] else ''})"


def _was_left_out(old: Atlas, path: Path) -> bool:
    """Say whether a file was there when the atlas was made, and could not be read as it is."""
    if str(path) not in {entry["path"] for entry in old.manifest["left_out"]["files"]}:
        return False
    try:
        made = datetime.fromisoformat(old.manifest["created"]).timestamp()
        found = path.stat()
    except (OSError, ValueError):
        return False
    return max(found.st_mtime, found.st_ctime) < made

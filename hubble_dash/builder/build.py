"""Files -> Atlas. The only place that knows the order of the stages.

Images are read a few at a time, cutouts go through the network in batches, and what is done is
written in shards, so that memory does not grow with their number and an interrupted build goes on
after the last whole shard. All is written to a folder beside the atlas, which gets its name when
whole.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas, Neighbors, open_atlas
from hubble_dash.atlas.boxes import Boxes
from hubble_dash.atlas.manifest import CenterEntry, ClusterLevelEntry, MapEntry
from hubble_dash.atlas.schema import (
    FINGERPRINTS_FILE,
    FORMAT,
    IMAGES_FILE,
    MANIFEST_FILE,
)
from hubble_dash.atlas.seal import Checksums, check_replaceable, seal
from hubble_dash.builder.backends.devices import device_of_tensors
from hubble_dash.builder.bars import bar
from hubble_dash.builder.cluster.connection import Cluster, connected
from hubble_dash.builder.cluster.neighbors import search_on_cluster
from hubble_dash.builder.cluster.stage import cutouts_of_cluster
from hubble_dash.builder.clusters.write import write_clusters
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.fingerprints.groups import Groups
from hubble_dash.builder.going_on import can_go_on, finish_part, open_part, sealed_build
from hubble_dash.builder.inputs import Blocks, Inputs, Source, gather_inputs, source_of
from hubble_dash.builder.learning import Learned, learn_metric
from hubble_dash.builder.naming.given import read_names
from hubble_dash.builder.neighbors.depth import neighbors_to_keep
from hubble_dash.builder.neighbors.search import search_neighbors
from hubble_dash.builder.planning import older_builds, plan_of
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.builder.shards.arrays import Search, write_map, write_neighbors
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.manifest import Outcome, list_files, list_pictures, make_manifest
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.builder.shards.tables import column_of, write_tables
from hubble_dash.builder.shards.writer import PRECOMPUTED_ROW
from hubble_dash.builder.stream import stream_to_shards
from hubble_dash.builder.updating.again import build_again
from hubble_dash.config import BuildSettings, is_network_file
from hubble_dash.disk.files import is_marked
from hubble_dash.disk.names import recover, resolved

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["build", "build_from"]

BLOCKS = Blocks()

logger = logging.getLogger(__name__)


def build(
    inputs: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
    cluster: str | Client | None = None,
    **settings: Any,
) -> Atlas:
    """Make an atlas: cutouts of all images, their fingerprints, neighbours and map.

    A build that was interrupted leaves what it has done in ``X.atlas.part`` beside the atlas, and
    the same call goes on with it. The atlas is the same as that of a build in one go. Where the
    atlas is there already, built with the same settings, only files that are new are read.

    Parameters
    ----------
    inputs : path-like or sequence of path-like
        Image files, folders, globs, and ``@list.txt`` files. May be empty where the catalogue
        names the files.
    out : path-like
        Folder of the atlas, such as ``"carina.atlas"``. It appears when the atlas is whole.
    overwrite : bool
        Whether an atlas of that name is replaced, and what is left there of an interrupted build
        with other settings or files is dropped.
    progress : bool
        Whether bars with rate and time left are shown.
    cluster : str or dask.distributed.Client, optional
        Whose workers read, cut and fingerprint: the address of a scheduler, such as
        ``"tcp://host:8786"``; ``"local"``; or a client. They need a file system with this machine
        in common; ``docs/cluster.md`` has more.
    **settings
        Any parameter of `hubble_dash.BuildSettings`, such as `cutouts`, `model` or `catalog`.

    Returns
    -------
    Atlas
        Opened from its folder. Files that could not be read are listed in its manifest.

    Raises
    ------
    BuildError
        If there are no images or no cutouts, too many files cannot be read, vectors that were
        given do not fit the cutouts, another process builds the same atlas, or an interrupted build
        had other settings or files.
    WeightsError, CatalogError, AtlasError
        If the model, the catalogue, or the folder `out` cannot be used.
    ValueError, TypeError
        If a setting is wrong.
    """
    chosen = BuildSettings(**settings)
    with connected(cluster) as workers:
        return build_from(
            chosen, inputs, out=out, overwrite=overwrite, progress=progress, cluster=workers
        )


def build_from(
    settings: BuildSettings,
    given: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
    blocks: Blocks = BLOCKS,
    cluster: Cluster | None = None,
) -> Atlas:
    """Make an atlas as `build` does, with settings that are made and checked already.

    Parameters
    ----------
    settings : BuildSettings
        All that decides what it holds.
    given : path-like or sequence of path-like
        Images.
    out, overwrite, progress
        As in `build`.
    blocks : Blocks
        How much is done at once.
    cluster : Cluster, optional
        Makes the cutouts.

    Returns
    -------
    Atlas

    Raises
    ------
    HubbleDashError
        As in `build`.
    """
    # What is wrong with them is told at once.
    read_names(settings.cluster_names)
    out = resolved(Path(out))
    recover(out)
    # Of a build that was killed when all but the cleaning was done, and may be this one.
    sealed = sealed_build(out)
    exists = not overwrite and sealed is None and is_marked(out / MANIFEST_FILE, FORMAT)
    check_replaceable(out, replace=overwrite or sealed is not None or exists)
    inputs = gather_inputs(given, settings, blocks=blocks)
    find_source = partial(source_of, settings, inputs, blocks=blocks)
    again = partial(
        build_again, settings, inputs, find_source, out, blocks=blocks, progress=progress
    )
    if exists:
        if cluster is not None:
            logger.info("%s is there already; what is new is added on this machine alone", out)
        return again()
    source = find_source()
    plan = plan_of(settings, inputs, source)
    for of_old, old_source in older_builds(inputs, source):
        if can_go_on(out, plan_of(settings, of_old, old_source)):
            inputs, source = of_old, old_source
            plan = plan_of(settings, inputs, source)
            break
    created = plan.made() if settings.deterministic else None
    digest = plan.digest(asdict(settings))
    if digest == sealed:
        finish_part(out)
        return open_atlas(out)
    if sealed is not None and not overwrite:
        # Of other settings, or of images that were added.
        return again()
    check_replaceable(out, replace=overwrite)
    with (
        open_part(out, plan, replace=overwrite) as part,
        closing(Checksums(part.atlas)) as checksums,
    ):
        make = _cutouts_here if cluster is None else partial(cutouts_of_cluster, cluster)
        fingerprinter, learned, file = make(
            settings, inputs, plan, source, part, blocks=blocks, progress=progress
        )
        metadata = None if inputs.catalog is None else inputs.catalog.metadata
        cutouts = write_tables(part, fingerprinter.label_names, metadata)
        # Beside what follows, since much of it is waiting for the disk.
        checksums.begin(list_pictures(part, blocks.layout))
        learned.write_sample(part, cutouts)
        search: Search = search_neighbors
        if cluster is not None:
            # What workers have, this machine may lack.
            settings = replace(settings, device="cpu" if settings.device == "cpu" else "auto")
            fingerprints = part.atlas / FINGERPRINTS_FILE
            search = partial(search_on_cluster, cluster, settings.device, fingerprints)
        outcome = _see_all(
            settings, inputs, part, cutouts, file, search=search, blocks=blocks, progress=progress
        )
        manifest = make_manifest(
            settings,
            fingerprinter,
            part.checkpoint,
            outcome,
            layout=blocks.layout,
            inputs=inputs.names,
            catalog_sha256=plan.settings["catalog"],
            name=out.name.removesuffix(".atlas"),
            created=created,
            metric=learned.entry,
        )
        files = [*list_files(part, blocks.layout, file), *learned.files]
        return seal(
            part.atlas, out, manifest, files=files, checksums=checksums, replace=overwrite,
            about_to=lambda: part.write_sealed(digest),
        )  # fmt: skip


def _cutouts_here(
    settings: BuildSettings,
    inputs: Inputs,
    plan: Plan,
    source: Source,
    part: Part,
    *,
    blocks: Blocks,
    progress: bool,
) -> tuple[Fingerprinter, Learned, FingerprintFile]:
    """Make all cutouts and their fingerprints on this machine."""
    fingerprinter = source.open(part.checkpoint.engine, source.learns)
    learned = learn_metric(
        settings, inputs, plan.sizes, fingerprinter, part, how=blocks.learning, progress=progress
    )
    file = stream_to_shards(
        settings, inputs, plan.sizes, fingerprinter, part,
        found=learned.found, blocks=blocks, progress=progress,
    )  # fmt: skip
    return fingerprinter, learned, file


def _see_all(
    settings: BuildSettings,
    inputs: Inputs,
    part: Part,
    cutouts: Boxes,
    file: FingerprintFile,
    *,
    search: Search,
    blocks: Blocks,
    progress: bool,
) -> Outcome:
    """Do what needs all cutouts at once: centre fingerprints, find neighbours, lay out the map."""
    centering = _center(part, inputs.groups, cutouts)
    fingerprints = file.finish(len(cutouts), centering.codes, rows_a_block=blocks.rows_a_block)
    depth = neighbors_to_keep(settings, cutouts)
    with bar("neighbours", " cutouts", shown=progress) as show:
        neighbors, report = write_neighbors(
            part,
            fingerprints,
            k=depth,
            device=device_of_tensors(settings.device),
            progress=show,
            search=search,
        )
    told, clusters = _place(settings, inputs, part, fingerprints, neighbors, progress=progress)
    return Outcome(
        n_cutouts=len(cutouts),
        n_neighbors=depth,
        neighbors=report,
        map=told,
        clusters=clusters,
        center=centering.told,
        notes=centering.notes,
    )


class _Centering(NamedTuple):
    """By which groups fingerprints are centred, and what is said of it."""

    codes: NDArray[np.int64] | None = None
    told: CenterEntry | None = None
    notes: Sequence[str] = ()


def _center(part: Part, groups: Groups | None, cutouts: Boxes) -> _Centering:
    """Find the group of each cutout."""
    if groups is None:
        return _Centering()
    rows = column_of(part, "catalog_row")
    codes = groups.codes(part.atlas / IMAGES_FILE, cutouts.image, rows)
    told: CenterEntry = {"by": groups.column, "n_groups": len(np.unique(codes))}
    return _Centering(codes, told, groups.notes(codes))


def _place(
    settings: BuildSettings,
    inputs: Inputs,
    part: Part,
    fingerprints: NDArray[np.float16],
    neighbors: Neighbors,
    *,
    progress: bool,
) -> tuple[MapEntry, list[ClusterLevelEntry]]:
    """Write where each cutout lies on the map, and its clusters; give what is said of both."""
    told: dict[str, Any]
    if inputs.positions is not None:
        number = inputs.precomputed.index(inputs.positions)
        rows = column_of(part, PRECOMPUTED_ROW.format(number))
        positions = np.asarray(inputs.positions.vectors.values[rows], np.float32)
        told = {"method": "given", **inputs.positions.describe()}
    else:
        is_long = settings.map.method == "tsne"
        with bar("map", " iterations", shown=progress and is_long) as show:
            device = device_of_tensors(settings.device)
            layout = lay_out(fingerprints, neighbors, settings.map, device=device, progress=show)
        positions, told = layout.positions, {**asdict(settings.map), **layout.report}
    write_map(part.atlas, neighbors, positions)
    labels = settings.features == "probabilities" or settings.weights is not None
    return cast("MapEntry", told), write_clusters(
        part.atlas, fingerprints, positions,
        labels=labels or is_network_file(settings.model), given=read_names(settings.cluster_names),
    )  # fmt: skip

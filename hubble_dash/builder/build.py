"""Files -> Atlas. The only place that knows the order of the stages.

Images are read a few at a time, cutouts go through the network in batches, and what is done is
written in shards, so that memory does not grow with their number and an interrupted build goes on
after the last whole shard. All is written to a folder beside the atlas, which gets its name when
whole.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas, Neighbors
from hubble_dash.atlas.boxes import Boxes, most_overlapping
from hubble_dash.atlas.files import sha256_of
from hubble_dash.atlas.manifest import MapEntry, NeighborsEntry
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    CUTOUTS_FILE,
    IMAGE_AND_BOX,
    IMAGES_FILE,
    NEIGHBORS_FILE,
    POSITIONS_FILE,
    SIMILARITIES_FILE,
)
from hubble_dash.atlas.seal import check_replaceable, seal
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.fingerprints.precomputed import Given, GivenFingerprints
from hubble_dash.builder.inputs import catalog_of, files_of
from hubble_dash.builder.models.weights import Weights, find_weights
from hubble_dash.builder.neighbors.search import search_neighbors
from hubble_dash.builder.projection.layout import Layout, lay_out
from hubble_dash.builder.shards.checkpoint import Part, Plan, open_part
from hubble_dash.builder.shards.manifest import make_manifest
from hubble_dash.builder.shards.tables import column_of, write_colors, write_cutouts, write_images
from hubble_dash.builder.stream import Streaming
from hubble_dash.config import BuildSettings

__all__ = ["build", "build_from"]

logger = logging.getLogger(__name__)

# Settings that a build may change which goes on with another's cutouts.
MAY_CHANGE = ("title", "map", "neighbors", "max_unreadable", "workers")
# Beyond this many overlapping cutouts, `Atlas.similar` searches the fingerprints instead.
MAX_OVERLAPS = 400
# What a page shows beside the selected cutout, for which neighbours must suffice.
SHOWN = 9


def build(
    inputs: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
    **settings: Any,
) -> Atlas:
    """Make an atlas: cutouts of all images, their fingerprints, neighbours and map.

    A build that was interrupted leaves what it has done in ``X.atlas.part`` beside the atlas, and
    the same call goes on with it. The atlas is the same as that of a build in one go.

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
    return build_from(chosen, inputs, out=out, overwrite=overwrite, progress=progress)


def build_from(
    chosen: BuildSettings,
    inputs: str | Path | Sequence[str | Path] = (),
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
) -> Atlas:
    """Make an atlas as `build` does, with settings that are made and checked already.

    Parameters
    ----------
    chosen : BuildSettings
        All that decides what the atlas holds.
    inputs, out, overwrite, progress
        As in `build`.

    Returns
    -------
    Atlas

    Raises
    ------
    HubbleDashError
        As in `build`.
    """
    out = Path(out)
    check_replaceable(out, replace=overwrite)
    given = [inputs] if isinstance(inputs, (str, Path)) else list(inputs)
    catalog = catalog_of(chosen)
    files = files_of(given, catalog)
    positions = Given(chosen.positions, "positions") if chosen.positions is not None else None
    source = _source(chosen)
    plan = _plan(chosen, files, source, positions)
    with open_part(out, plan, replace=overwrite) as part:
        network = _network(chosen, source, part)
        stream = Streaming(chosen, network, positions, catalog, part)
        stream.run(files, plan.sizes, progress=progress)
        _End(stream, positions, progress=progress).make()
        # The name of "." is that of the folder it stands for.
        names = [Path(one).name or Path(one).resolve().name for one in given]
        name = out.name.removesuffix(".atlas")
        manifest = make_manifest(chosen, stream.made, network, inputs=names, name=name)
        return seal(part.atlas, out, manifest, replace=overwrite)


def _source(settings: BuildSettings) -> Weights | GivenFingerprints:
    """Find what the fingerprints come from."""
    if settings.fingerprints is not None:
        return GivenFingerprints(Given(settings.fingerprints, "fingerprints"))
    weights = find_weights(settings.model, settings.weights)
    logger.info("%s: %s", weights.model, weights.reason)
    return weights


def _plan(
    settings: BuildSettings,
    files: Sequence[Path],
    source: Weights | GivenFingerprints,
    positions: Given | None,
) -> Plan:
    """Say what decides the cutouts and their fingerprints; of files, their content."""
    told = {name: value for name, value in asdict(settings).items() if name not in MAY_CHANGE}
    told["hubble_dash"] = importlib.metadata.version("hubble-dash")
    told["catalog"] = None if settings.catalog is None else sha256_of(Path(settings.catalog))
    told["positions"] = None if positions is None else positions.sha256
    if isinstance(source, GivenFingerprints):
        told["fingerprints"] = source.given.sha256
    else:
        told |= {"model": source.model, "weights": source.sha256}
    return Plan.of(json.loads(json.dumps(told)), files)


def _network(
    settings: BuildSettings, source: Weights | GivenFingerprints, part: Part
) -> Network | GivenFingerprints:
    """Load the network, in the backend in which an interrupted build ran it."""
    if isinstance(source, GivenFingerprints):
        return source
    before: dict[str, Any] = part.state["engine"] if part.state is not None else {}
    return load_network(
        source,
        device=before.get("device", settings.device),
        features=settings.features,
        batch_size=settings.batch_size,
        engine=before.get("engine", settings.engine),
        precision=before.get("precision", settings.precision),
        quality=settings.quality,
        model_input=settings.model_input,
    )


class _End:
    """The stages that see all cutouts at once."""

    def __init__(self, stream: Streaming, positions: Given | None, *, progress: bool) -> None:
        self.settings, self.part, self.made = stream.settings, stream.part, stream.made
        self.stream, self.positions, self.progress = stream, positions, progress

    def make(self) -> None:
        """Write the tables, find neighbours, lay out the map."""
        made, folder = self.made, self.part.atlas
        assert self.part.state is not None
        made.engine = self.part.state["engine"]
        metadata = self.stream.catalog.metadata if self.stream.catalog is not None else None
        write_cutouts(self.part, self.stream.network.label_names, metadata)
        write_images(self.part)
        write_colors(self.part)
        boxes = Boxes.of(pd.read_parquet(folder / CUTOUTS_FILE, columns=IMAGE_AND_BOX))
        groups = self._group(boxes.image)
        fingerprints = self.stream.writer.raw.finish(len(boxes), groups)
        made.n_cutouts, made.n_neighbors = len(boxes), self._depth(boxes)
        neighbors = self._find_neighbors(fingerprints)
        if self.positions is not None:
            made.map = cast("MapEntry", {"method": "given", **self.positions.describe()})
            positions = self.positions.positions()
        else:
            layout = self._lay_out(fingerprints, neighbors)
            made.map = cast("MapEntry", {**asdict(self.settings.map), **layout.report})
            positions = layout.positions
        np.save(folder / POSITIONS_FILE, positions)

    def _group(self, images: NDArray[np.int32]) -> NDArray[np.int64] | None:
        """Give the groups by which fingerprints are centred, if they are."""
        if self.stream.groups is None:
            return None
        rows = column_of(self.part, "catalog_row")
        codes = self.stream.groups.codes(self.part.atlas / IMAGES_FILE, images, rows)
        self.made.notes.update(self.stream.groups.notes(codes))
        self.made.center = {"by": self.stream.groups.column, "n_groups": len(np.unique(codes))}
        return codes

    def _find_neighbors(self, fingerprints: NDArray[np.float16]) -> Neighbors:
        """Write the neighbours of each cutout, unless an interrupted build has done so."""
        shape, folder = (len(fingerprints), self.made.n_neighbors), self.part.atlas
        report = self.part.read_report("neighbors", shape)
        out = Neighbors(
            _array(folder / NEIGHBORS_FILE, shape, new=report is None),
            _array(folder / SIMILARITIES_FILE, shape, new=report is None),
        )
        if report is None:
            with _bar("neighbours", " cutouts", shown=self.progress) as show:
                report = search_neighbors(fingerprints, k=shape[1], out=out, progress=show).report
            for array in (out.rows, out.similarities):
                if isinstance(array, np.memmap):
                    array.flush()
            self.part.write_report("neighbors", shape, report)
        self.made.neighbors = cast("NeighborsEntry", report)
        return out

    def _lay_out(self, fingerprints: NDArray[np.float16], neighbors: Neighbors) -> Layout:
        settings = self.settings.map
        with _bar("map", " iterations", shown=self.progress and settings.method == "tsne") as show:
            return lay_out(fingerprints, neighbors, settings, progress=show)

    def _depth(self, boxes: Boxes) -> int:
        """Count the neighbours to keep: for the map, and for nine that do not overlap."""
        wanted = max(
            self.settings.neighbors,
            round(3 * self.settings.map.perplexity),
            min(most_overlapping(boxes), MAX_OVERLAPS) + SHOWN,
        )
        return min(wanted, len(boxes) - 1)


def _array(path: Path, shape: tuple[int, int], *, new: bool) -> NDArray[Any]:
    """Map an array of the atlas; an empty one cannot be mapped."""
    kind = ARRAY_TYPES[path.name]
    if not new:
        kept: NDArray[Any] = np.load(path, mmap_mode="r" if 0 not in shape else None)
        return kept
    if 0 in shape:
        np.save(path, np.empty(shape, kind))
        return np.empty(shape, kind)
    return open_memmap(path, mode="w+", dtype=kind, shape=shape)


@contextmanager
def _bar(what: str, unit: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    with tqdm(desc=what, unit=unit, disable=not shown) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show

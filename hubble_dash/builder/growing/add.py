"""An atlas and files -> the atlas with their cutouts; the only place that knows how one grows.

New images go the way of a build, into a part that goes on after the atlas's rows and sheets. What
stays is linked into the part, tables are joined, and the whole takes the atlas's place in one step.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.schema import (
    COLORS_FILE,
    MANIFEST_FILE,
)
from hubble_dash.atlas.seal import check_replaceable, seal
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.fingerprints.precomputed import PrecomputedFingerprints
from hubble_dash.builder.going_on import finish_part, open_part, sealed_build
from hubble_dash.builder.growing.anew import lay_out_anew
from hubble_dash.builder.growing.known import Sorted, sort_out
from hubble_dash.builder.growing.manifest import Grown, grown_manifest
from hubble_dash.builder.growing.restored import settings_of
from hubble_dash.builder.growing.tables import Added, join_all
from hubble_dash.builder.growing.taking_over import (
    before_of,
    check_same,
    kept_files,
    take_over_files,
)
from hubble_dash.builder.growing.together import see_all
from hubble_dash.builder.inputs import Blocks, Inputs, gather_inputs
from hubble_dash.builder.naming.kept import Before
from hubble_dash.builder.naming.kept import before_of as clusters_of
from hubble_dash.builder.shards.manifest import list_files
from hubble_dash.builder.shards.plan import Plan, time_told
from hubble_dash.builder.shards.tables import write_tables
from hubble_dash.builder.stream import stream_to_shards
from hubble_dash.config import AddSettings, BuildSettings
from hubble_dash.disk.files import sha256_of
from hubble_dash.disk.names import recover, resolved
from hubble_dash.errors import BuildError

__all__ = ["Addition", "add", "add_from"]

logger = logging.getLogger(__name__)

COLUMN = "added"
# As header keys have it; dates in UTC.
FORMAT_OF_DATES = "%Y-%m-%dT%H:%M:%S"
CHANGED = (
    "it has changed since its cutouts were made, which stay as they are; build the atlas again to"
    " have them made anew"
)
BLOCKS = Blocks()


class _NothingNewError(Exception):
    """All files that were named are in the atlas already."""


def add(
    atlas: Atlas | str | Path,
    inputs: str | Path | Sequence[str | Path] = (),
    *,
    progress: bool = True,
    **settings: Any,
) -> Atlas:
    """Add images to an atlas, cut and fingerprinted as its own were.

    What is in it stays: rows keep their numbers, points their places on the map. Neighbours of old
    and new cutouts are found among all; new points are placed beside their neighbours and then
    moved, the old ones fixed. A column of the images, ``added``, says when each came. The old atlas
    is there until the new one is whole, and takes its place. Interrupted, the same call goes on.

    Parameters
    ----------
    atlas : Atlas or path-like
        The atlas, or its folder.
    inputs : path-like or sequence of path-like
        Image files, folders, globs, and ``@list.txt`` files. Those that are in the atlas already
        are passed over. May be empty where a catalogue names the files, or for `new_map` alone.
    progress : bool
        Whether bars with rate and time left are shown.
    **settings
        Any parameter of `hubble_dash.AddSettings`, such as `catalog`, `weights` or `new_map`.

    Returns
    -------
    Atlas
        Opened anew. How far its map holds is in its manifest, and among its notes where that is
        not far enough.

    Raises
    ------
    BuildError
        If no new image has a cutout, too many cannot be read, another process works on the atlas,
        or something must be told: vectors, or a catalogue.
    WeightsError, CatalogError, AtlasError
        If the atlas's weights cannot be had or are others, or the catalogue or the atlas cannot be
        used.
    ValueError, TypeError
        If a setting is wrong, or there is nothing to add.
    """
    path = atlas.path if isinstance(atlas, Atlas) else Path(atlas)
    return add_from(AddSettings(**settings), path, inputs, progress=progress)


def add_from(
    told: AddSettings,
    path: Path,
    given: str | Path | Sequence[str | Path] = (),
    *,
    progress: bool = True,
    blocks: Blocks = BLOCKS,
) -> Atlas:
    """Add as `add` does, with settings that are made and checked already.

    Parameters
    ----------
    told : AddSettings
        What the atlas does not say.
    path : Path
        Of the atlas.
    given : path-like or sequence of path-like
        Images.
    progress : bool
        As in `add`.
    blocks : Blocks
        How much is done at once; the layout of sheets is the atlas's.

    Returns
    -------
    Atlas

    Raises
    ------
    HubbleDashError, ValueError
        As in `add`.
    """
    final = resolved(path)
    recover(final)
    if sealed_build(final) is not None:
        # Of a process that was killed when all but the cleaning was done.
        finish_part(final)
    old = open_atlas(final)
    check_replaceable(final, replace=True)
    if not given and told.catalog is None:
        if told.new_map:
            return lay_out_anew(old, device=told.device, progress=progress)
        raise ValueError("nothing to add: name image files or folders, or a catalogue with paths")
    settings = settings_of(old, told)
    blocks = replace(blocks, layout=old.sheet_layout)
    found = Sorted()

    def choose(files: Sequence[Path]) -> list[Path]:
        nonlocal found
        found = sort_out(files, old)
        _tell(old, found)
        if not found.new:
            raise _NothingNewError
        return found.new

    try:
        inputs = gather_inputs(given, settings, blocks=blocks, choose=choose)
    except _NothingNewError:
        return lay_out_anew(old, device=told.device, progress=progress) if told.new_map else old
    return Addition(told, old, settings, inputs, found, blocks, progress).run()


def _tell(atlas: Atlas, found: Sorted) -> None:
    """Say which files are not read, and why."""
    if found.there:
        n, named = len(found.there), ", ".join(path.name for path in found.there[:3])
        text = "%s: %d of the files are in it already, and are passed over (%s%s)"
        logger.info(text, atlas.path, n, named, ", ..." if n > 3 else "")
    for path in found.changed:
        logger.warning("left out: %s: %s", path, CHANGED)
    if not found.new:
        logger.info("%s: there is nothing new to add; it is as it was", atlas.path)


@dataclass(frozen=True)
class Addition:
    """One run, all of whose inputs are known.

    Parameters
    ----------
    told : AddSettings
        What the atlas does not say.
    old : Atlas
        The atlas.
    settings : BuildSettings
        With which its images were cut.
    inputs : Inputs
        The new images.
    found : Sorted
        Files that were left out.
    blocks : Blocks
        How much is done at once.
    progress : bool
        Whether bars are shown.
    final : Path, optional
        The atlas whose place is taken, where that is not `old`.
    before : Before, optional
        Its clusters, where `old` is what is left of it.
    """

    told: AddSettings
    old: Atlas
    settings: BuildSettings
    inputs: Inputs
    found: Sorted
    blocks: Blocks
    progress: bool
    final: Path | None = None
    before: Before | None = None

    def run(self) -> Atlas:
        """Do it.

        Returns
        -------
        Atlas
            Under the name of the old one.

        Raises
        ------
        HubbleDashError
            As of `add`.
        """
        old, final = self.old, self.final or self.old.path
        fingerprinter, base = self._fingerprinter(), sha256_of(final / MANIFEST_FILE)
        plan = self._plan()
        drop = f"remove {final}.part to drop that work"
        with open_part(final, plan, replace=False, otherwise=drop) as part:
            part.before = before_of(old)
            take_over_files(old, part)
            file = stream_to_shards(
                self.settings, self.inputs, plan.sizes, fingerprinter, part,
                found={}, blocks=self.blocks, progress=self.progress,
            )  # fmt: skip
            metadata = None if self.inputs.catalog is None else self.inputs.catalog.metadata
            write_tables(part, fingerprinter.label_names, metadata)
            when = time_told() or datetime.now(UTC).replace(microsecond=0)
            column = Added(_column(old), _date(old), when.strftime(FORMAT_OF_DATES))
            join_all(old, part, column)
            seen = see_all(
                old, part, file, self.settings,
                new_map=self.told.new_map, device=self.told.device,
                rows_a_block=self.blocks.rows_a_block, before=self.before or clusters_of(old),
                progress=self.progress,
            )  # fmt: skip
            catalog = self.told.catalog
            grown = Grown(
                *seen, part.checkpoint.cursor.counts, self.inputs.names,
                [(str(path), CHANGED) for path in self.found.changed], when, column.name,
                None if catalog is None else Path(catalog).name, plan.settings["catalog_sha256"],
                fingerprinter.packages,
            )  # fmt: skip
            manifest = grown_manifest(old, grown)
            files = {*list_files(part, self.blocks.layout, file), *kept_files(old)}
            if old.colors is None:
                files.remove(COLORS_FILE)

            def about_to() -> None:
                check_same(old, part.atlas)
                if sha256_of(final / MANIFEST_FILE) != base:
                    raise BuildError(f"{final} has become another meanwhile; add once more")
                part.write_sealed(plan.digest({}))

            return seal(part.atlas, final, manifest, files=files, replace=True, about_to=about_to)

    def _plan(self) -> Plan:
        """Say what decides the new cutouts and their fingerprints."""
        settings = self.settings
        told = json.loads(json.dumps(asdict(settings), default=str))
        for name in ("title", "map", "neighbors", "max_unreadable", "workers"):
            del told[name]
        catalog, vectors = settings.catalog, self.inputs.fingerprints
        told["adds_to"] = sha256_of(self.old.path / MANIFEST_FILE)
        told["hubble_dash"] = self.old.manifest["hubble_dash"]
        told["catalog_sha256"] = None if catalog is None else sha256_of(Path(catalog))
        told["fingerprints_sha256"] = None if vectors is None else vectors.vectors.sha256
        return Plan.of(told, self.inputs.files)

    def _fingerprinter(self) -> Fingerprinter:
        """Give what made the atlas's fingerprints: its network and metric, or vectors again."""
        made: Fingerprinter
        if self.inputs.fingerprints is not None:
            vectors = self.inputs.fingerprints
            made = PrecomputedFingerprints(vectors, cutouts_a_batch=self.blocks.vectors_a_batch)
        else:
            # timm takes three seconds to import, which the user's own vectors need not wait for.
            from hubble_dash.builder.query.recall import Restored

            told = self.told
            made = Restored(
                self.old, weights=told.weights, device=told.device, batch_size=told.batch_size,
                as_before=True,
            ).network  # fmt: skip
        if made.n_features != self.old.manifest["n_features"]:
            raise BuildError(
                f"the new fingerprints are {made.n_features} long, and those of {self.old.path}"
                f" {self.old.manifest['n_features']}; they must be of one kind"
            )
        return made


def _date(atlas: Atlas) -> str | None:
    """Say when an atlas was made, as the column says it; None where that is no date."""
    try:
        made = datetime.fromisoformat(atlas.manifest["created"])
    except ValueError:
        return None
    return (made.astimezone(UTC) if made.tzinfo else made).strftime(FORMAT_OF_DATES)


def _column(atlas: Atlas) -> str:
    """Name the column of dates: as before, or as no column of the user's is called."""
    if before := atlas.manifest.get("additions"):
        return before[0]["column"]
    name = COLUMN
    while name in atlas.cutouts or name in atlas.images:
        name += "_atlas"
    return name

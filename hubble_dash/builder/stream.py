"""Files -> shards: a cutout goes from the reader by the fingerprinter to the writer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial

from tqdm import tqdm

from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.backends.batches import BATCH_SIZES, USUAL_BATCH
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.feeding.cutter import Cutter, ImageNumber
from hubble_dash.builder.feeding.feeder import Feeder, usual_workers
from hubble_dash.builder.feeding.reader import CutoutReader, Feeding
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.inputs import Blocks, Inputs
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.sheets import usual_encoders
from hubble_dash.builder.shards.tables import column_of
from hubble_dash.builder.shards.writer import PRECOMPUTED_ROW, ShardWriter, WriterOptions
from hubble_dash.config import BuildSettings
from hubble_dash.disk.space import NoSpaceError, size_text

__all__ = ["stream_to_shards"]


def stream_to_shards(
    settings: BuildSettings,
    inputs: Inputs,
    sizes: Sequence[int],
    fingerprinter: Fingerprinter,
    part: Part,
    *,
    found: Mapping[ImageNumber, Cutouts],
    blocks: Blocks,
    progress: bool,
    feeding: Callable[[], Feeding] | None = None,
) -> FingerprintFile:
    """Read all images, cut them, and write their cutouts, from where the part says.

    Threads and processes read ahead; the thread of the caller asks the fingerprinter and writes the
    cutouts. Previews alone are written as they are read.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    inputs : Inputs
        Of what.
    sizes : sequence of int
        Bytes of each file.
    fingerprinter : Fingerprinter
        Makes the fingerprints.
    part : Part
        Takes all that is written.
    found : mapping
        Boxes that are known of some images.
    blocks : Blocks
        How much is done at once.
    progress : bool
        Whether a bar is shown.
    feeding : callable, optional
        Gives what reads and cuts the files; threads and processes of this machine if not given.

    Returns
    -------
    FingerprintFile
        Closed, with the rows of all cutouts.

    Raises
    ------
    BuildError
        If there are no cutouts, too many files cannot be read, or vectors that were given do
        not fit the cutouts.
    CatalogError
        If the catalogue has hours where it seems to have degrees.
    ValueError
        If there is no such column to centre by.
    """
    _take_up(part, inputs)
    fingerprints = FingerprintFile(
        part, fingerprinter.n_features,
        is_centered=_is_centered(settings) or part.before.n_cutouts > 0,
    )  # fmt: skip
    if part.checkpoint.complete:
        return fingerprints
    n_per_shard = _cutouts_a_shard(settings, fingerprinter, blocks)
    if feeding is None:
        feeding = partial(_feeder, settings, inputs, fingerprinter, blocks.layout, found)
    n_encoders = usual_encoders(fingerprinter.device)
    options = WriterOptions(blocks.layout, n_per_shard, len(inputs.precomputed), n_encoders)
    with (
        closing(feeding()) as feeder,
        ShardWriter(part, fingerprinter, fingerprints, options) as writer,
    ):
        reader = CutoutReader(
            feeder,
            inputs.files,
            sizes,
            keep_preview=part.write_preview,
            catalog=inputs.catalog,
            notes=inputs.notes,
            groups=inputs.groups,
            precomputed=inputs.precomputed,
            max_unreadable=settings.max_unreadable,
            cutouts_a_shard=n_per_shard,
            before=part.before,
        )
        if part.checkpoint.n:
            reader.restore(part.checkpoint.cursor, part.checkpoint.n)
        _run(reader, fingerprinter, writer, part, progress=progress)
    return fingerprints


def _run(
    reader: CutoutReader,
    fingerprinter: Fingerprinter,
    writer: ShardWriter,
    part: Part,
    *,
    progress: bool,
) -> None:
    n_done = part.checkpoint.n
    with (
        tqdm(desc="cutouts", unit=" cutouts", initial=n_done, disable=not progress) as bar,
        closing(reader.cutouts()) as cutouts,
        closing(fingerprinter.stream(cutouts)) as batches,
    ):
        try:
            for some, batch in batches:
                bar.total = max(some[-1].n_expected, bar.n)
                writer.write(some, batch)
                bar.update(len(some))
        except NoSpaceError as err:
            err.add_note(_told_of_the_rest(part, int(bar.total or 0)))
            raise
        bar.total = bar.n
    writer.finish(reader.finish())


def _told_of_the_rest(part: Part, n_expected: int) -> str:
    """Say how much all takes that did not fit on a disk."""
    n = part.checkpoint.n
    written = sum(path.stat().st_size for path in part.folder.rglob("*") if path.is_file())
    if not n or n_expected <= n:
        return f"{size_text(written)} were written of it"
    left = n_expected - n
    return f"the other {left:,} cutouts take about {size_text(written / n * left)}"


def _take_up(part: Part, inputs: Inputs) -> None:
    """Let all that remembers cutouts remember those of whole shards."""
    cursor = part.checkpoint.cursor
    if inputs.groups is not None and cursor.columns is not None:
        inputs.groups.restore(cursor.columns)
    if part.checkpoint.n:
        for i, rows in enumerate(inputs.precomputed):
            rows.restore(column_of(part, PRECOMPUTED_ROW.format(i)), cursor.n_cut[i])


def _feeder(
    settings: BuildSettings,
    inputs: Inputs,
    fingerprinter: Fingerprinter,
    layout: SheetLayout,
    found: Mapping[ImageNumber, Cutouts],
) -> Feeder:
    cutter = Cutter(
        settings,
        inputs.catalog,
        fingerprinter.prepare,
        layout.size,
        several=inputs.several,
        known=found,
        hands_over=fingerprinter.takes_shown,
    )
    n_workers = settings.workers
    if n_workers is None:
        n_workers = usual_workers(fingerprinter.device, len(inputs.files))
    return Feeder(cutter, n_workers=n_workers)


def _is_centered(settings: BuildSettings) -> bool:
    """Say whether a mean will be taken off the fingerprints."""
    if settings.center_by is not None or settings.fingerprints is not None:
        return settings.center_by is not None
    return settings.features == "pooled" and settings.quality != "plain"


def _cutouts_a_shard(settings: BuildSettings, fingerprinter: Fingerprinter, blocks: Blocks) -> int:
    """Count the cutouts of a shard: whole sheets, and whole batches where that is not too many.

    A batch may give other last digits than the same cutouts in two batches.
    """
    n_views = 1 if fingerprinter.prepare is None else fingerprinter.prepare.views.n
    largest = BATCH_SIZES[-1] if fingerprinter.device == "cuda" else USUAL_BATCH
    batch = max(1, (settings.batch_size or largest) // n_views)
    wanted, per_sheet = blocks.cutouts_a_shard, blocks.layout.per_sheet
    unit = math.lcm(per_sheet, batch)
    unit = unit if unit <= 4 * wanted else per_sheet
    return max(1, wanted // unit) * unit

"""The stage of a build that learns, from some of the cutouts, what is alike among them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from hubble_dash.atlas.boxes import Box, Boxes
from hubble_dash.atlas.manifest import MetricEntry
from hubble_dash.atlas.schema import (
    AXES_FILE,
    CHANNELS_FILE,
    IMAGES_FILE,
    METRIC_FILES,
    METRIC_MEAN_FILE,
    SAMPLE_FILE,
)
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.feeding.cutter import ImageNumber
from hubble_dash.builder.fingerprints.fingerprinter import Cutout, Fingerprinter
from hubble_dash.builder.inputs import Inputs
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Learning, Metric
from hubble_dash.builder.reading.pixel_source import PART_KEY
from hubble_dash.builder.sampling import SEED, Place, Sample
from hubble_dash.builder.shards.arrays import save_array
from hubble_dash.builder.shards.part import Part
from hubble_dash.config import BuildSettings
from hubble_dash.disk.names import write_inside

__all__ = ["Learned", "kept_metric", "learn_metric"]

# What was learned, beside its arrays, so that a build that goes on takes it up.
STATE = "metric.json"


@dataclass(frozen=True)
class Learned:
    """What the atlas says of the metric.

    Parameters
    ----------
    entry : MetricEntry or None
        None where nothing was learned.
    places : list of Place
        Where the cutouts were cut that it was learned from.
    found : dict
        Boxes that were found on the way, as of `Sample`.
    """

    entry: MetricEntry | None = None
    places: list[Place] = field(default_factory=list)
    found: Mapping[ImageNumber, Cutouts] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """Those of the atlas."""
        return [] if self.entry is None else METRIC_FILES

    def write_sample(self, part: Part, cutouts: Boxes) -> None:
        """Write the rows of the sample, once all cutouts have one.

        Parameters
        ----------
        part : Part
            The build, whose table of images is written.
        cutouts : Boxes
            Of all.
        """
        if self.entry is not None:
            images = pd.read_parquet(part.atlas / IMAGES_FILE)
            rows = _rows_of(self.places, images, cutouts)
            self.entry["n_sample"] = len(rows)
            save_array(part.atlas / SAMPLE_FILE, np.array(rows, np.int32))


def learn_metric(
    settings: BuildSettings,
    inputs: Inputs,
    sizes: Sequence[int],
    fingerprinter: Fingerprinter,
    part: Part,
    *,
    how: Learning,
    progress: bool,
) -> Learned:
    """Let a fingerprinter learn, or take up what an interrupted build has learned.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, and how it is shown.
    inputs : Inputs
        Of what.
    sizes : sequence of int
        Bytes of each file.
    fingerprinter : Fingerprinter
        Uses the metric from here on, where there is one.
    part : Part
        Keeps it.
    how : Learning
        From how many.
    progress : bool
        Whether a bar is shown.

    Returns
    -------
    Learned
        Nothing where the fingerprinter does not learn, or there are too few cutouts.
    """
    learner = fingerprinter.learner
    if learner is None:
        return Learned()
    if (kept := kept_metric(part)) is not None:
        if kept.entry is not None:
            learner.use(_read(part.atlas, kept.entry))
        return kept
    sample = Sample(settings, inputs, sizes, learner.prepare_sample, how)
    with tqdm(desc="sample", unit=" cutouts", total=how.usual, disable=not progress) as bar:
        drawn = _shown(sample.cutouts(learner.prepare.views.n), bar)
        metric = learner.learn(drawn, sample.groups, how)
        bar.total = bar.n
    learned = Learned(found=sample.found)
    if metric is not None:
        entry: MetricEntry = {
            "n_last": metric.parts.n_last,
            "n_channels": [*metric.parts.n_channels],
            "n_means": metric.parts.n_means,
            "n_channel_axes": metric.channels.shape[1],
            "n_sample": len(sample.places),
            "views": sample.prepare.views.n,
            "changed": sample.prepare.views.changed,
            "seed": SEED,
        }
        learned = Learned(entry, sample.places, sample.found)
        _write(part.atlas, metric)
        learner.use(metric)
    _keep(part, learned)
    return learned


def _shown(cutouts: Iterator[Cutout], bar: tqdm[Any]) -> Iterator[Cutout]:
    for cutout in cutouts:
        yield cutout
        bar.update()


def _write(atlas: Path, metric: Metric) -> None:
    # On the disk before it is said that they are there.
    save_array(atlas / CHANNELS_FILE, metric.channels, lasting=True)
    save_array(atlas / AXES_FILE, metric.axes, lasting=True)
    save_array(atlas / METRIC_MEAN_FILE, metric.mean, lasting=True)


def _read(atlas: Path, entry: MetricEntry) -> Metric:
    names = (CHANNELS_FILE, METRIC_MEAN_FILE, AXES_FILE)
    return Metric(FeatureParts.of(entry), *(np.load(atlas / name) for name in names))


def _keep(part: Part, learned: Learned) -> None:
    places = [[place.path, place.part, [*place.box]] for place in learned.places]
    said = json.dumps({"entry": learned.entry, "places": places})
    write_inside(said.encode(), part.folder / STATE, lasting=True)


def kept_metric(part: Part) -> Learned | None:
    """Give what a build has learned; None where that was not begun, or not finished.

    Parameters
    ----------
    part : Part
        The build.
    """
    path = part.folder / STATE
    if not path.exists():
        return None
    said = json.loads(path.read_bytes())
    places = [Place(path, of, Box(*box)) for path, of, box in said["places"]]
    return Learned(said["entry"], places)


def _rows_of(places: Sequence[Place], images: pd.DataFrame, cutouts: Boxes) -> list[int]:
    """Find the rows of cutouts by their image and box."""
    paths = [place.path for place in places]
    found = images[images["path"].isin(paths)]
    parts = found[PART_KEY] if PART_KEY in found else pd.Series(None, found.index, dtype=object)
    numbers: dict[tuple[str, object], int] = {}
    for number, path, part in zip(found.index, found["path"], parts, strict=True):
        # The first image of a file, where its name in the file was not asked for.
        numbers.setdefault((path, None), int(number))
        numbers[path, part] = int(number)
    rows = []
    for path, place in zip(paths, places, strict=True):
        number = numbers.get((path, place.part), numbers.get((path, None), -1))
        first, last = np.searchsorted(cutouts.image, [number, number + 1])
        boxes = cutouts[first:last]
        same = np.stack([boxes.ixmin, boxes.ixmax, boxes.iymin, boxes.iymax], axis=1) == place.box
        rows += [int(first) + int(i) for i in np.flatnonzero(same.all(axis=1))[:1]]
    return rows

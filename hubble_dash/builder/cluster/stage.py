"""The stage of a build that makes its cutouts, done by a cluster."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from hubble_dash.builder.backends.batches import USUAL_BATCH
from hubble_dash.builder.bars import bar
from hubble_dash.builder.cluster.connection import Cluster
from hubble_dash.builder.cluster.job import Job, job_of
from hubble_dash.builder.cluster.joining import ClusterFeeding, ClusterFingerprints
from hubble_dash.builder.cluster.tasks import (
    Task,
    cutouts_a_task,
    files_a_task,
    tasks_left,
    tasks_of_boxes,
    tasks_of_files,
)
from hubble_dash.builder.cluster.worker import begin, count
from hubble_dash.builder.fingerprints.fingerprinter import Fingerprinter
from hubble_dash.builder.inputs import Blocks, Inputs, Source
from hubble_dash.builder.learning import Learned, kept_metric
from hubble_dash.builder.remote.path import Remote
from hubble_dash.builder.shards.fingerprint_file import FingerprintFile
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.builder.stream import stream_to_shards
from hubble_dash.config import BuildSettings, DetectedSources, WholeImage

__all__ = ["cutouts_of_cluster"]

logger = logging.getLogger(__name__)

# Of images whose boxes are not counted before, since that takes as long as cutting them.
UNCOUNTED_FILES_A_TASK = 32
# Files whose boxes are counted together.
COUNTED_TOGETHER = 64


def cutouts_of_cluster(
    cluster: Cluster,
    settings: BuildSettings,
    inputs: Inputs,
    plan: Plan,
    source: Source,
    part: Part,
    *,
    blocks: Blocks,
    progress: bool,
) -> tuple[Fingerprinter, Learned, FingerprintFile]:
    """Have workers make all cutouts and their fingerprints, and write them to shards.

    Parameters
    ----------
    cluster : Cluster
        Of the workers.
    settings : BuildSettings
        What is cut.
    inputs : Inputs
        Of what.
    plan : Plan
        Of the build.
    source : Source
        What the fingerprints come from.
    part : Part
        Takes all that is written, in a folder that all workers see.
    blocks : Blocks
        How much is done at once.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    fingerprinter : Fingerprinter
        Tells of what made the fingerprints.
    learned : Learned
        The metric.
    file : FingerprintFile
        Closed, with the rows of all cutouts.

    Raises
    ------
    BuildError
        If a worker cannot take part, or as of `hubble_dash.builder.stream.stream_to_shards`.
    HubbleDashError
        What workers raised.
    """
    job = job_of(settings, inputs, plan, source, part, blocks)
    job.leave_token()
    cluster.check(job.problem_here)
    left: list[Task] = []
    if not part.checkpoint.complete:
        tasks, n = _tasks(cluster, job, inputs, plan.sizes, progress=progress)
        job = replace(job, n_expected=n // max(1, cluster.n_workers))
        left = tasks_left(tasks, part.checkpoint.cursor)
    fingerprinter, job = _begun(cluster, job, source, left)
    learned = kept_metric(part) or Learned()
    try:
        file = stream_to_shards(
            settings, inputs, plan.sizes, fingerprinter, part,
            found={}, blocks=blocks, progress=progress,
            feeding=partial(ClusterFeeding, cluster, job, left, lambda: part.checkpoint.cursor),
        )  # fmt: skip
    except BaseException:
        if not part.checkpoint.is_worth_keeping:
            # All will be removed, and no worker that is not done yet may write meanwhile.
            with suppress(OSError):
                job.results.rename(job.results.with_name("gone"))
        raise
    return fingerprinter, learned, file


def _begun(
    cluster: Cluster, job: Job, source: Source, left: Sequence[Task]
) -> tuple[Fingerprinter, Job]:
    """Have a worker learn what all others are told: the backend, and the metric."""
    if job.source is None:
        return source.open({}, False), job
    first = left[0] if left else None
    if first is not None:
        logger.info("a worker chooses how the network runs, and learns what is alike")
    begun = cluster.result(cluster.submit(begin, job, first), "the first stretch of files")
    return ClusterFingerprints(begun), replace(job, engine=job.engine or begun.engine)


def _tasks(
    cluster: Cluster, job: Job, inputs: Inputs, sizes: Sequence[int], *, progress: bool
) -> tuple[list[Task], int]:
    """Deal the files out, or their boxes where these can be counted quickly; say how many."""
    n_files, batch = len(inputs.files), job.settings.batch_size or USUAL_BATCH
    if isinstance(job.settings.cutouts, WholeImage):
        together = job.kept_share(files_a_task(sizes, batch, cluster.n_workers))
        return tasks_of_files(n_files, together), n_files
    if isinstance(job.settings.cutouts, DetectedSources) or any(
        isinstance(file, Remote) for file in inputs.files
    ):
        return tasks_of_files(n_files, max(1, min(UNCOUNTED_FILES_A_TASK, n_files // 32))), n_files
    counts: list[tuple[int, int, int]] = []
    starts = range(0, n_files, COUNTED_TOGETHER)
    futures = [
        cluster.submit(count, job, first, min(first + COUNTED_TOGETHER, n_files))
        for first in starts
    ]
    with bar("counting", " files", shown=progress and n_files > COUNTED_TOGETHER) as show:
        for first, future in zip(starts, futures, strict=True):
            found = cluster.result(future, "counting boxes")
            counts += found
            show(min(first + COUNTED_TOGETHER, n_files), n_files)
    n = sum(n for _, _, n in counts)
    together = job.kept_share(cutouts_a_task(n, batch, cluster.n_workers))
    return tasks_of_boxes(counts, n_files, together), n

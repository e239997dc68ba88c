"""The folder of a build under way, from which a build that was interrupted goes on.

``X.atlas.part/`` has the plan of the build and its files, the shards that are whole, the state
after the last of them, which is written last, and the atlas as far as it is made.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import parquet

from hubble_dash.atlas.files import write_whole
from hubble_dash.atlas.schema import PREVIEWS_FOLDER
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.lock import locked
from hubble_dash.errors import BuildError

__all__ = ["Part", "Plan", "open_part"]

logger = logging.getLogger(__name__)

# Raised when parts of older builds cannot be gone on with.
FORMAT = 1
N_DIFFERENCES_SAID = 5


@dataclass(frozen=True)
class Plan:
    """What a build is made of; with the same plan another one may go on with it.

    Parameters
    ----------
    settings : mapping
        All that decides what the cutouts and their fingerprints are, as plain data.
    files : pyarrow.Table
        ``path``, ``size`` in bytes, ``mtime_ns``; -1 where a file is not there.
    """

    settings: Mapping[str, Any]
    files: pa.Table

    @classmethod
    def of(cls, settings: Mapping[str, Any], files: Sequence[Path]) -> Plan:
        """Look at the files.

        Parameters
        ----------
        settings : mapping
            As of the class.
        files : sequence of Path
            Those that are read.
        """
        sizes, times = np.full(len(files), -1, np.int64), np.full(len(files), -1, np.int64)
        for i, path in enumerate(files):
            with contextlib.suppress(OSError):
                found = path.stat()
                sizes[i], times[i] = found.st_size, found.st_mtime_ns
        # Names may hold bytes that are no UTF-8.
        paths = pa.array([os.fsencode(path) for path in files], pa.binary())
        return cls(settings, pa.table({"path": paths, "size": sizes, "mtime_ns": times}))

    @property
    def sizes(self) -> list[int]:
        """Bytes of each file."""
        return [int(size) for size in self.files["size"].to_numpy()]


class Part:
    """A build under way.

    Parameters
    ----------
    folder : Path
        Where it is.

    Attributes
    ----------
    atlas : Path
        The atlas as far as it is made.
    checkpoint : Checkpoint
        What is done.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.atlas = folder, folder / "atlas"
        self.checkpoint = Checkpoint()

    def shard(self, number: int) -> Path:
        """Give the path of a shard's table.

        Parameters
        ----------
        number : int
            From 0.
        """
        return self.folder / "shards" / f"{number:05d}.parquet"

    def shard_images(self, number: int) -> Path:
        """Give the path of the images that begin in a shard, JSON a line.

        Parameters
        ----------
        number : int
            From 0.
        """
        return self.folder / "shards" / f"{number:05d}.images.jsonl"

    def write_preview(self, name: str, data: bytes) -> None:
        """Write the file that shows an image; another thread may write what else there is.

        Parameters
        ----------
        name : str
            Of `hubble_dash.builder.feeding.previews.preview_name`.
        data : bytes
            Its content.
        """
        path = self.atlas / PREVIEWS_FOLDER / name
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        write_whole(data, path)

    def commit(self, checkpoint: Checkpoint) -> None:
        """Make all written so far count.

        Parameters
        ----------
        checkpoint : Checkpoint
            What is done.
        """
        data = json.dumps(checkpoint.to_json()).encode()
        write_whole(data, self.folder / "state.json", lasting=True)
        self.checkpoint = checkpoint

    def start(self, plan: Plan) -> None:
        """Begin anew: drop what there is, and write the plan.

        Parameters
        ----------
        plan : Plan
            Of the build.
        """
        self.clear()
        self.checkpoint = Checkpoint()
        for name in ("shards", "atlas"):
            (self.folder / name).mkdir()
        parquet.write_table(plan.files, self.folder / "files.parquet", compression="zstd")
        written = {"format": FORMAT, "settings": plan.settings}
        write_whole(json.dumps(written).encode(), self.folder / "plan.json")

    def differences(self, plan: Plan) -> list[str]:
        """Read what is here, and say in what another plan differs from its own, a line each.

        A folder that is damaged, or of another version, differs too.

        Parameters
        ----------
        plan : Plan
            The other one.
        """
        try:
            old = json.loads((self.folder / "plan.json").read_text(encoding="utf-8"))
            files = parquet.read_table(self.folder / "files.parquet")
            if old["format"] != FORMAT:
                return ["it is of another version of hubble-dash"]
            state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
            self.checkpoint = Checkpoint.from_json(state)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return ["it has no whole shard"]
        return [*_other_values(old["settings"], plan.settings), *_other_files(files, plan.files)]

    def write_report(self, name: str, shape: tuple[int, ...], report: Mapping[str, Any]) -> None:
        """Say that arrays of the atlas are done, and how.

        Parameters
        ----------
        name : str
            What they are.
        shape : tuple of int
            Of each.
        report : mapping
            Plain data.
        """
        data = json.dumps({"shape": shape, "report": report}).encode()
        write_whole(data, self.folder / f"{name}.json", lasting=True)

    def read_report(self, name: str, shape: tuple[int, ...]) -> dict[str, Any] | None:
        """Give what `write_report` wrote; None if there is nothing of that shape.

        Parameters
        ----------
        name : str
            What the arrays are.
        shape : tuple of int
            Of each.
        """
        path = self.folder / f"{name}.json"
        said = json.loads(path.read_bytes()) if path.exists() else {"shape": None}
        return said["report"] if said["shape"] == list(shape) else None

    def clear(self) -> None:
        """Remove all but the lock."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != "lock":
                path.unlink()


@contextlib.contextmanager
def open_part(out: Path, plan: Plan, *, replace: bool) -> Iterator[Part]:
    """Open the folder of a build, or go on with one that was interrupted.

    When the build ends, the folder goes; when it fails, it stays if it has a full shard, and the
    error says so.

    Parameters
    ----------
    out : Path
        The atlas.
    plan : Plan
        Of the build.
    replace : bool
        Whether a folder of a build with another plan is dropped.

    Yields
    ------
    Part
        Its `checkpoint` says what is done already.

    Raises
    ------
    BuildError
        If another process builds the same atlas, or there is a folder with another plan.
    """
    folder = out.with_name(f"{out.name}.part")
    busy = f"another process builds {out} at this moment; choose another name with --out"
    with locked(folder / "lock", busy=busy):
        part = Part(folder)
        different = part.differences(plan)
        if different and part.checkpoint.is_worth_keeping and not replace:
            raise BuildError(_refusal(part, out, different))
        if different or not part.checkpoint.is_worth_keeping:
            part.start(plan)
        else:
            text = "going on after %s cutouts of a build that was interrupted"
            n = f"{part.checkpoint.n:,}"
            logger.info(f"%s: {text}; to begin anew, remove %s", out, n, folder)
        try:
            yield part
        except BaseException as err:
            if part.checkpoint.is_worth_keeping:
                n = f"{part.checkpoint.n:,}"
                err.add_note(
                    f"{n} cutouts are kept in {folder}; run the same command again to go on"
                )
            else:
                part.clear()
            raise
        part.clear()


def _refusal(part: Part, out: Path, different: Sequence[str]) -> str:
    named = "; ".join(different[:N_DIFFERENCES_SAID])
    if len(different) > N_DIFFERENCES_SAID:
        named += "; ..."
    return (
        f"{part.folder} has {part.checkpoint.n:,} cutouts of a build of {out} that was interrupted,"
        f" and it cannot go on: {named}. Run the command as it was, or drop that work with"
        " --overwrite, or choose another name with --out"
    )


def _other_values(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    found = []
    for name in dict.fromkeys([*old, *new]):
        before, now, path = old.get(name), new.get(name), f"{prefix}{name}"
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            found += _other_values(before, now, f"{path}.")
        elif before != now:
            found.append(f"{path} was {json.dumps(before)} and is {json.dumps(now)}")
    return found


def _other_files(old: pa.Table, new: pa.Table) -> list[str]:
    if old.equals(new):
        return []
    before, now = (
        {row[0]: row[1:] for row in zip(*t.to_pydict().values(), strict=True)} for t in (old, new)
    )
    changed = [path for path in now if path in before and before[path] != now[path]]
    found = [
        (changed, "changed"),
        ([path for path in now if path not in before], "new"),
        ([path for path in before if path not in now], "no longer there"),
    ]
    said = [
        f"{len(paths)} of the files {'is' if len(paths) == 1 else 'are'} {what}"
        f" ({os.fsdecode(paths[0])}{', ...' if paths[1:] else ''})"
        for paths, what in found
        if paths
    ]
    return said or ["the files are in another order"]

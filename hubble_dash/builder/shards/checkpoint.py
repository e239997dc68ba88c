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
from hubble_dash.builder.shards.lock import locked
from hubble_dash.errors import BuildError

__all__ = ["Part", "Plan", "open_part"]

logger = logging.getLogger(__name__)

# Raised when parts of older builds cannot be gone on with.
FORMAT = 1
# Differences that are named.
NAMED = 5


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
        """Look at the files."""
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
    state : dict or None
        Where the last whole shard ended; None before the first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.atlas = folder, folder / "atlas"
        self.state: dict[str, Any] | None = None

    @property
    def n(self) -> int:
        """Cutouts in whole shards."""
        return 0 if self.state is None else int(self.state["n"])

    @property
    def is_worth_keeping(self) -> bool:
        """Whether there is a full shard; what is less is quickly done again.

        Not with 8-bit integers, which are fitted to the first cutouts of a run.
        """
        if self.state is None or self.state["engine"].get("precision") == "int8":
            return False
        return bool(self.state["n"] >= self.state["per_shard"])

    def shard(self, number: int) -> Path:
        """Path of a shard's table."""
        return self.folder / "shards" / f"{number:05d}.parquet"

    def shard_images(self, number: int) -> Path:
        """Path of the images that begin in a shard, JSON a line."""
        return self.folder / "shards" / f"{number:05d}.images.jsonl"

    def commit(self, state: Mapping[str, Any]) -> None:
        """Make all written so far count."""
        data = json.dumps(state).encode()
        write_whole(data, self.folder / "state.json", lasting=True)
        self.state = dict(state)

    def start(self, plan: Plan) -> None:
        """Begin anew: drop what there is, and write the plan."""
        self.clear()
        self.state = None
        for name in ("shards", "atlas"):
            (self.folder / name).mkdir()
        parquet.write_table(plan.files, self.folder / "files.parquet", compression="zstd")
        written = {"format": FORMAT, "settings": plan.settings}
        write_whole(json.dumps(written).encode(), self.folder / "plan.json")

    def differences(self, plan: Plan) -> list[str]:
        """Say in what another plan differs from the one that is here, a line each.

        A folder that is damaged, or of another version, differs too.
        """
        try:
            old = json.loads((self.folder / "plan.json").read_text(encoding="utf-8"))
            files = parquet.read_table(self.folder / "files.parquet")
            if old["format"] != FORMAT:
                return ["it is of another version of hubble-dash"]
            self.state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return ["it has no whole shard"]
        return [*_other_values(old["settings"], plan.settings), *_other_files(files, plan.files)]

    def write_report(self, name: str, shape: tuple[int, ...], report: Mapping[str, Any]) -> None:
        """Say that arrays of the atlas are done, and how."""
        data = json.dumps({"shape": shape, "report": report}).encode()
        write_whole(data, self.folder / f"{name}.json", lasting=True)

    def read_report(self, name: str, shape: tuple[int, ...]) -> dict[str, Any] | None:
        """Give what `write_report` wrote; None if there is nothing of that shape."""
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
        Its `state` is None unless the build goes on.

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
        if different and part.is_worth_keeping and not replace:
            raise BuildError(_refusal(part, out, different))
        if different or not part.is_worth_keeping:
            part.start(plan)
        else:
            text = "going on after %s cutouts of a build that was interrupted"
            logger.info(f"%s: {text}; to begin anew, remove %s", out, f"{part.n:,}", folder)
        try:
            yield part
        except BaseException as err:
            if part.is_worth_keeping:
                err.add_note(
                    f"{part.n:,} cutouts are kept in {folder}; run the same command again to go on"
                )
            else:
                part.clear()
            raise
        part.clear()


def _refusal(part: Part, out: Path, different: Sequence[str]) -> str:
    named = "; ".join(different[:NAMED]) + ("; ..." if len(different) > NAMED else "")
    return (
        f"{part.folder} has {part.n:,} cutouts of a build of {out} that was interrupted, and it"
        f" cannot go on: {named}. Run the command as it was, or drop that work with --overwrite, or"
        " choose another name with --out"
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

"""The folder of a build under way, from which a build that was interrupted goes on.

``X.atlas.part/`` has the plan of the build and its files, the shards that are whole, the state
after the last of them, which is written last, and the atlas as far as it is made. What is said of
the state goes first, and is believed only where that is there of which it speaks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import parquet

from hubble_dash.atlas.schema import MANIFEST_FILE, PREVIEWS_FOLDER
from hubble_dash.builder.cursor import Before
from hubble_dash.builder.remote.path import path_of
from hubble_dash.builder.shards.checkpoint import Checkpoint, Sealed
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.disk.calls import remove, sync
from hubble_dash.disk.files import sha256_of
from hubble_dash.disk.names import write_inside
from hubble_dash.disk.owners import own_name

__all__ = ["SEALED", "Part"]

# Raised when parts of older builds cannot be gone on with.
FORMAT = 1
PLAN, FILES, STATE = "plan.json", "files.parquet", "state.json"
# Of an atlas that is whole and is just given its name, or has it.
SEALED = "sealed.json"


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
    before : Before
        What the atlas has before it; nothing where it is built anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.atlas = folder, folder / "atlas"
        self.checkpoint, self.before = Checkpoint(), Before()

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
        write_inside(data, path)

    def commit(self, checkpoint: Checkpoint) -> None:
        """Make all written so far count.

        Parameters
        ----------
        checkpoint : Checkpoint
            What is done.
        """
        data = json.dumps(checkpoint.to_json()).encode()
        write_inside(data, self.folder / STATE, lasting=True)
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
        parquet.write_table(plan.files, self.folder / FILES, compression="zstd")
        written = {"format": FORMAT, "settings": plan.settings}
        write_inside(json.dumps(written).encode(), self.folder / PLAN)

    def files(self) -> tuple[list[Path], list[int]]:
        """Give the files of the plan, and the bytes of each."""
        table = parquet.read_table(self.folder / FILES, columns=["path", "size"])
        names = map(os.fsdecode, table["path"].to_pylist())
        return [path_of(name) for name in names], table["size"].to_pylist()

    def go_on(self) -> None:
        """Let nobody take the atlas for whole any more, before it is touched."""
        if (self.folder / SEALED).exists():
            remove(self.folder / SEALED)
            sync(self.folder)

    def differences(self, plan: Plan) -> list[str]:
        """Read what is here, and say in what another plan differs from its own, a line each.

        A folder that is damaged, or of another version, differs too.

        Parameters
        ----------
        plan : Plan
            The other one.
        """
        try:
            old = json.loads((self.folder / PLAN).read_text(encoding="utf-8"))
            files = parquet.read_table(self.folder / FILES)
            if old["format"] != FORMAT:
                return ["it is of another version of hubble-dash"]
            state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            checkpoint = Checkpoint.from_json(state)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return ["it has no whole shard"]
        if not self._has(checkpoint):
            return ["what it speaks of is gone"]
        self.checkpoint = checkpoint
        return plan.differences(old["settings"], files)

    def _has(self, checkpoint: Checkpoint) -> bool:
        """Say whether the shards and the atlas are there of which a checkpoint speaks."""
        sealed = Sealed.read(self.folder / SEALED)
        if sealed is not None and not sealed.is_here(self.atlas):
            return False  # it has its name, and what is here was replaced by it
        shards = range(checkpoint.n_shards)
        parts = [*map(self.shard, shards), *map(self.shard_images, shards)]
        return self.atlas.is_dir() and all(path.is_file() for path in parts)

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
        write_inside(data, self.folder / f"{name}.json", lasting=True)

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

    def write_sealed(self, digest: str) -> None:
        """Say that the atlas is whole and gets its name now.

        Parameters
        ----------
        digest : str
            Of the build, by `Plan.digest`.
        """
        Sealed(sha256_of(self.atlas / MANIFEST_FILE), digest).write(self.folder / SEALED)

    def clear(self) -> None:
        """Remove all but the lock: what is said of the rest first, that an atlas is sealed last."""
        states = [path for path in self.folder.glob("*.json") if path.name != SEALED]
        for path in states:
            remove(path)
        if states:
            sync(self.folder)
        for path in self.folder.iterdir():
            if path.name not in ("lock", SEALED):
                remove(path)
        remove(self.folder / SEALED)

    def vanish(self, out: Path) -> None:
        """Go in one step, when the atlas has its name.

        Parameters
        ----------
        out : Path
            The atlas.
        """
        gone = own_name(out, "new")
        try:
            self.folder.rename(gone)
        except OSError:  # on Windows, whose folders stay while a file in them is open
            self.clear()
        else:
            remove(gone)

"""What a build writes down after each shard, and when its atlas is whole, and goes on from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hubble_dash.atlas.manifest import EngineEntry
from hubble_dash.atlas.schema import MANIFEST_FILE
from hubble_dash.builder.cursor import Cursor
from hubble_dash.disk.files import sha256_of
from hubble_dash.disk.names import write_inside

__all__ = ["Checkpoint", "Sealed"]


@dataclass(frozen=True)
class Checkpoint:
    """What is done when a shard is whole; as it is without values, nothing is.

    Parameters
    ----------
    n : int
        Cutouts in whole shards.
    n_shards : int
        Whole shards.
    per_shard : int
        Cutouts of a full one.
    complete : bool
        Whether these are all cutouts.
    cursor : Cursor
        Where reading goes on.
    engine : EngineEntry
        In which backend the fingerprinter ran, of `Fingerprinter.describe_engine`.
    """

    n: int = 0
    n_shards: int = 0
    per_shard: int = 0
    complete: bool = False
    cursor: Cursor = field(default_factory=Cursor)
    engine: EngineEntry = field(default_factory=EngineEntry)

    @property
    def is_worth_keeping(self) -> bool:
        """Whether there is a full shard; what is less is quickly done again.

        Not with 8-bit integers, which are fitted to the first cutouts of a run.
        """
        return 0 < self.per_shard <= self.n and self.engine.get("precision") != "int8"

    def to_json(self) -> dict[str, Any]:
        """Give plain data; the cursor's stand beside the others."""
        return {
            **self.cursor.to_json(),
            "n": self.n,
            "n_shards": self.n_shards,
            "per_shard": self.per_shard,
            "complete": self.complete,
            "engine": self.engine,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Checkpoint:
        """Read what `to_json` gave.

        Parameters
        ----------
        data : mapping
            With all of its keys.

        Raises
        ------
        KeyError, TypeError
            If it is not that.
        """
        return cls(
            data["n"],
            data["n_shards"],
            data["per_shard"],
            data["complete"],
            Cursor.from_json(data),
            data["engine"],
        )


@dataclass(frozen=True)
class Sealed:
    """An atlas that is whole, and is just given its name or has it.

    Parameters
    ----------
    manifest : str
        Checksum of its manifest.
    build : str
        `Plan.digest` of its build.
    """

    manifest: str
    build: str

    @classmethod
    def read(cls, path: Path) -> Sealed | None:
        """Read what `write` wrote; None if nothing is there, or nothing whole.

        Parameters
        ----------
        path : Path
            The file.
        """
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return cls(str(said["manifest"]), str(said["build"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write it to the disk.

        Parameters
        ----------
        path : Path
            The file.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        write_inside(json.dumps(asdict(self)).encode(), path, lasting=True)

    def is_here(self, folder: Path) -> bool:
        """Say whether it is this folder.

        Parameters
        ----------
        folder : Path
            An atlas, or none.
        """
        try:
            return sha256_of(folder / MANIFEST_FILE) == self.manifest
        except OSError:
            return False

"""What a build writes down after each shard, and goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hubble_dash.atlas.manifest import EngineEntry
from hubble_dash.builder.cursor import Cursor

__all__ = ["Checkpoint"]


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

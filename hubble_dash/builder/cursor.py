"""Where a build stands: the cutout that comes next, and what was counted before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubble_dash.builder.remote.path import path_of

__all__ = ["Before", "Counts", "Cursor", "SeenColumns"]


class Before(NamedTuple):
    """What an atlas has to which a build adds, so that rows, images and sheets go on after it.

    Attributes
    ----------
    n_cutouts, n_images : int
        Its rows.
    thumbnails : tuple of (size, size, 3) uint8 arrays
        Those of its last sheet, where that is not full.
    """

    n_cutouts: int = 0
    n_images: int = 0
    thumbnails: tuple[NDArray[np.uint8], ...] = ()


@dataclass
class Counts:
    """What is counted while images are read.

    Parameters
    ----------
    n_images : int
        Images with cutouts.
    unreadable : list of (Path, str)
        Files that were left out, and why.
    left_out : Counter
        Cutouts that were left out, by reason.
    notes : Counter
        What the user should know, and of how many images.
    n_further : int
        Images that were found in files beside the first ones.
    """

    n_images: int = 0
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    n_further: int = 0

    def copy(self) -> Counts:
        """Give what is counted now, which stays as it is."""
        return replace(
            self,
            unreadable=list(self.unreadable),
            left_out=Counter(self.left_out),
            notes=Counter(self.notes),
        )

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "n_images": self.n_images,
            "unreadable": [(str(path), reason) for path, reason in self.unreadable],
            "left_out": dict(self.left_out),
            "notes": dict(self.notes),
            **({"n_further": self.n_further} if self.n_further else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counts:
        """Read what `to_json` gave.

        Parameters
        ----------
        data : mapping
            With all of its keys but "n_further", which may be missing.
        """
        return cls(
            data["n_images"],
            [(path_of(path), reason) for path, reason in data["unreadable"]],
            Counter(data["left_out"]),
            Counter(data["notes"]),
            data.get("n_further", 0),
        )


class SeenColumns(NamedTuple):
    """What images had by which fingerprints may be centred.

    Attributes
    ----------
    known : bool
        Whether the column asked for was among it.
    there : list of str
        All names, in the order in which they were first seen.
    n_seen : int
        Images.
    """

    known: bool
    there: list[str]
    n_seen: int


@dataclass(frozen=True)
class Cursor:
    """Where reading goes on.

    Parameters
    ----------
    file, box : int
        The next cutout is that box of that file.
    n_cut : tuple of int
        For each file of the user's with a row for each cutout: cutouts before that file's own,
        those included that were left out.
    columns : SeenColumns or None
        What was seen, where fingerprints are centred by a column.
    counts : Counts
        What was counted by then.
    part : int
        Of a file with several images, which one `box` belongs to.
    """

    file: int = 0
    box: int = 0
    n_cut: tuple[int, ...] = ()
    columns: SeenColumns | None = None
    counts: Counts = field(default_factory=Counts)
    part: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "file": self.file,
            "box": self.box,
            "n_cut": list(self.n_cut),
            "groups": None if self.columns is None else self.columns._asdict(),
            "made": self.counts.to_json(),
            **({"part": self.part} if self.part else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cursor:
        """Read what `to_json` gave.

        Parameters
        ----------
        data : mapping
            With all of its keys but "part", which may be missing; others are no concern of it.
        """
        columns = data["groups"]
        return cls(
            data["file"],
            data["box"],
            tuple(data["n_cut"]),
            None if columns is None else SeenColumns(**columns),
            Counts.from_json(data["made"]),
            data.get("part", 0),
        )

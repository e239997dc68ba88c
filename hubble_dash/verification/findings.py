"""What came of verifying something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hubble_dash.errors import HubbleDashError

__all__ = ["Checked", "Verification"]

# Of more findings of a kind than this, how many there are.
MAX_SAID = 20


class Checked(NamedTuple):
    """Something that was looked at.

    Attributes
    ----------
    what : str
        In few words.
    n : int
        How many.
    n_wrong : int
        How many of them are off.
    how : str
        Against what, and within which bounds.
    """

    what: str
    n: int
    n_wrong: int
    how: str


@dataclass
class Verification:
    """What came of verifying an atlas, a page, a report folder or a site.

    Parameters
    ----------
    path : Path
        What was verified.
    kind : str
        ``"atlas"``, ``"page"``, ``"report"`` or ``"site"``.

    Attributes
    ----------
    checked : list of Checked
        What was looked at.
    wrong : list of str
        What is off, a line each; empty where all is well.
    notes : list of str
        What could not be looked at, and what is no fault.
    """

    path: Path
    kind: str
    checked: list[Checked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is off."""
        return not self.wrong

    def add(self, what: str, n: int, wrong: list[str], how: str) -> None:
        """Note what was looked at, and what of it is off.

        Parameters
        ----------
        what, n, how
            As of `Checked`.
        wrong : list of str
            A line for each that is off.
        """
        self.checked.append(Checked(what, n, len(wrong), how))
        self.wrong += wrong[:MAX_SAID]
        if len(wrong) > MAX_SAID:
            self.wrong.append(f"... and {len(wrong) - MAX_SAID:,} more {what} that are off")

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "path": str(self.path), "kind": self.kind, "sound": self.is_sound,
            "checked": [one._asdict() for one in self.checked],
            "wrong": self.wrong, "notes": self.notes,
        }  # fmt: skip


@contextmanager
def listed(wrong: list[str]) -> Iterator[None]:
    """Put what is refused inside into a list, and go on.

    Parameters
    ----------
    wrong : list of str
        Takes the error as a line.
    """
    try:
        yield
    except (HubbleDashError, ValueError) as err:
        wrong.append(str(err))

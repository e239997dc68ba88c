"""What the page tells its readers of an atlas: notes that name their files, and no errors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from hubble_dash.atlas.atlas import Atlas

__all__ = ["named_notes", "without_errors"]

_COUNTED = re.compile(r"(?:\d+ images: )?(.*)", re.DOTALL)
# Why the builder took other weights than it would have liked: that its network was down, say.
_EXCUSE = re.compile(r", because no .*", re.DOTALL)


def named_notes(atlas: Atlas) -> list[str]:
    """Give the notes of an atlas, with the files that they are about.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Returns
    -------
    list of str
        Sentences. That a file's own tags give no positions is not said of files to which the
        catalogue gave some.
    """
    found = []
    for note in atlas.manifest["notes"]:
        text = _COUNTED.sub(r"\1", note)
        about = atlas.images[atlas.images["notes"].str.contains(text, regex=False)]
        if text.startswith("no sky positions") and len(about):
            about = about[about["position_quality"] == ""]
            if about.empty:
                continue
        found.append(f"{_names(about)}: {text}" if len(about) else note)
    return found


def without_errors(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out of settings what went wrong on the machine of the builder.

    Parameters
    ----------
    rows : sequence of (str, str)
        Names and texts, as of `methods_of`.
    """
    return [(name, _EXCUSE.sub(".", text) if name == "Weights" else text) for name, text in rows]


def _names(images: pd.DataFrame) -> str:
    first, n = images["name"].iloc[0], len(images)
    if n == 1:
        return str(first)
    return f"{first} and {n - 1:,} more image{'s' if n > 2 else ''}"

"""Files -> those that an atlas does not have yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.feeding.image_row import listed_path
from hubble_dash.disk.files import sha256_of
from hubble_dash.errors import ImageError

__all__ = ["Sorted", "sort_out"]


@dataclass(frozen=True)
class Sorted:
    """Files by what an atlas has of them.

    Parameters
    ----------
    new : list of Path
        Those that it lacks.
    there : list of Path
        Those that it has, under their name or as a copy of another file of it.
    changed : list of Path
        Those whose content was another when they were cut.
    """

    new: list[Path] = field(default_factory=list)
    there: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)


def sort_out(files: Sequence[Path], atlas: Atlas, *, copies: bool = False) -> Sorted:
    """Say of each file whether an atlas has it, by name and content.

    Only files that have the name or the size of one of the atlas's are read. Of an atlas of an
    early version, which has no checksums, the name alone counts.

    Parameters
    ----------
    files : sequence of Path
        Any.
    atlas : Atlas
        The atlas.
    copies : bool
        Whether a copy of a file that it has, by another name, is new.
    """
    known = dict.fromkeys(map(str, atlas.images["path"]), "")
    sizes, sums = set(), set()
    if (table := atlas.image_files) is not None:
        sizes, sums = set(table["bytes"].dropna()), set(table["sha256"].dropna())
        of_images = zip(atlas.images["path"], table["sha256"].fillna(""), strict=True)
        known |= {str(path): str(digest) for path, digest in of_images}
    found = Sorted()
    for file in files:
        name = listed_path(file)
        try:
            digest = sha256_of(file) if name in known or file.stat().st_size in sizes else ""
        except (OSError, ImageError):
            digest = ""  # which is said when it is read
        if name in known and known[name] not in ("", digest):
            found.changed.append(file)
        elif name in known or (digest in sums and not copies):
            found.there.append(file)
        else:
            found.new.append(file)
    return found

"""What can go wrong, one tree.

::

    HubbleDashError
    ├── ImageError         a file cannot be read as an image
    ├── CatalogError       a catalogue cannot be used
    ├── WeightsError       a model or its weights cannot be had
    ├── BuildError         no atlas can be made of this input
    ├── AtlasError         a folder is not an atlas, or a damaged one
    ├── ExportError        a page cannot be written
    └── MissingExtraError  an optional dependency is not installed

Wrong arguments raise `ValueError` or `TypeError`, as everywhere in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = [
    "AtlasError",
    "BuildError",
    "CatalogError",
    "ExportError",
    "HubbleDashError",
    "ImageError",
    "MissingExtraError",
    "NoCutoutsError",
    "WeightsError",
]


class HubbleDashError(Exception):
    """Anything that hubble-dash reports about the world, as opposed to its arguments."""


class ImageError(HubbleDashError):
    """A file cannot be read as an image.

    Parameters
    ----------
    path : path-like
        The file.
    reason : str
        What is wrong with it, in words that a user can act on.
    further : sequence of str
        Other images of the file, which may be readable.
    """

    def __init__(self, path: str | Path, reason: str, further: Sequence[str] = ()) -> None:
        super().__init__(f"{path}: {reason}")
        # A path may be of another kind, such as that of a file of a server.
        self.path = path if isinstance(path, Path) else Path(path)
        self.reason = reason
        self.further = tuple(further)

    def __reduce__(self) -> tuple[type[ImageError], tuple[Path, str, tuple[str, ...]]]:
        # Between processes; by default an error is made again of its text alone.
        return type(self), (self.path, self.reason, self.further)


class CatalogError(HubbleDashError):
    """A catalogue cannot be used: unreadable, or a column is missing or has no usable unit."""


class WeightsError(HubbleDashError):
    """A model is not known, or its weights cannot be found, loaded or trusted."""


class BuildError(HubbleDashError):
    """No atlas can be made of this input: no images, no cutouts, or too many unreadable files."""


class NoCutoutsError(BuildError):
    """Of none of the images is there a cutout."""


class AtlasError(HubbleDashError):
    """A folder is not an atlas, is damaged, or was written by a newer version."""


class ExportError(HubbleDashError):
    """A page cannot be written."""


class MissingExtraError(HubbleDashError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    package : str
        What could not be imported.
    extra : str
        The extra of hubble-dash that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; type: pip install 'hubble-dash[{extra}]'")

"""Whatever goes wrong with one file becomes an error that names it, and never ends a build."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hubble_dash.errors import HubbleDashError, ImageError

__all__ = ["as_image_error", "failing", "words"]

logger = logging.getLogger(__name__)

# Libraries may put what they found in a file into their words.
_MAX_WORDS = 300
# Errors whose own words say enough.
_PLAIN = (OSError, EOFError, ValueError)


def as_image_error(path: Path, err: Exception, what: str = "cannot be read") -> ImageError:
    """Say of a file what went wrong, and log where, for those who look for errors of ours.

    Parameters
    ----------
    path : Path
        The file.
    err : Exception
        Of any class: damage shows itself in whatever way a library stumbles over it.
    what : str
        What could not be done.

    Returns
    -------
    ImageError
        `err` itself, where it is one.
    """
    if isinstance(err, ImageError):
        return err
    logger.debug("%s: %s", path, what, exc_info=err)
    return ImageError(path, f"{what}: {words(err)}")


def words(err: Exception) -> str:
    """Say on one line what went wrong, as a library does.

    Parameters
    ----------
    err : Exception
        Of any class.
    """
    if isinstance(err, MemoryError):
        return "it takes more memory than there is"
    if isinstance(err, RecursionError):
        return "it is nested too deeply (RecursionError)"
    said = " ".join(str(err).split())[:_MAX_WORDS]
    if said and (type(err) in _PLAIN or isinstance(err, OSError)):
        return said
    return f"{type(err).__name__}{': ' if said else ''}{said}"


@contextmanager
def failing(path: Path, what: str = "cannot be read") -> Iterator[None]:
    """Make whatever is raised an error of ours.

    Parameters
    ----------
    path : Path
        The file that is dealt with.
    what : str
        What cannot be done when something is raised.

    Raises
    ------
    HubbleDashError
        As it is raised inside, or an `ImageError` in the place of any other.
    """
    try:
        yield
    except HubbleDashError:
        raise
    except Exception as err:
        raise as_image_error(path, err, what) from err

"""What may come of bytes from outside, and what is a finding."""

from __future__ import annotations

import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import hubble_dash

__all__ = ["Finding", "judge", "promised"]

PACKAGE = Path(hubble_dash.__file__).parent
# Of one input, in seconds of the processor's and in bytes that stay.
MAX_SECONDS = 30.0
MAX_BYTES = 1_000_000_000
# Letters of an error that a person can still read.
MAX_WORDS = 5_000
# On Linux in kilobytes, elsewhere in bytes.
_UNIT = 1024 if sys.platform.startswith("linux") else 1


class Finding(NamedTuple):
    """Something that should not have come of an input.

    Attributes
    ----------
    kind : str
        What tells it from other findings: an error and where it was raised, or what was too much.
    told : str
        All that is known of it.
    """

    kind: str
    told: str


class SlipError(Exception):
    """An error of a reader hides one that our own code made, which no file should bring about."""


@contextmanager
def promised(*kinds: type[Exception]) -> Iterator[None]:
    """Pass over the errors that a reader promises, if they are what they should be.

    Parameters
    ----------
    *kinds : type
        Of the errors.

    Raises
    ------
    SlipError
        If one of them was made of an error that a line of ours raised, such as a ``KeyError``.
    """
    try:
        yield
    except kinds as err:
        if len(str(err)) > MAX_WORDS:
            raise SlipError(f"an error of {len(str(err)):,} letters: {str(err)[:200]}") from err
        slip = err.__cause__
        while slip is not None and not _is_slip(slip):
            slip = slip.__cause__
        if slip is not None:
            raise SlipError(f"{type(slip).__name__} behind: {err}") from slip


# Errors by which code says on purpose what is wrong.
_ON_PURPOSE = (ValueError, OSError, EOFError, hubble_dash.HubbleDashError)


def _is_slip(err: BaseException) -> bool:
    return not isinstance(err, _ON_PURPOSE) and _is_ours(_innermost(err))


def _innermost(err: BaseException) -> traceback.FrameSummary | None:
    frames = traceback.extract_tb(err.__traceback__)
    return frames[-1] if frames else None


def _is_ours(frame: traceback.FrameSummary | None) -> bool:
    return frame is not None and Path(frame.filename).is_relative_to(PACKAGE)


def judge(read: Callable[[bytes], object], data: bytes) -> Finding | None:
    """Give an input to a reader, and say what is wrong with what comes of it.

    Parameters
    ----------
    read : callable
        Raises nothing but what is a finding.
    data : bytes
        The input.

    Returns
    -------
    Finding or None
        None where all is well.
    """
    peak, start = _peak(), time.process_time()
    try:
        read(data)
    except Exception as err:  # noqa: BLE001 - this is what is looked for
        return _of_error(err)
    seconds, grown = time.process_time() - start, _peak() - peak
    if seconds > MAX_SECONDS:
        return Finding("takes long", f"took {seconds:.0f} s of the processor")
    if grown > MAX_BYTES:
        return Finding("takes much memory", f"took {grown / 1e6:,.0f} MB more than all before")
    return None


def _peak() -> int:
    """Give the most bytes of memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _of_error(err: Exception) -> Finding:
    cause = err.__cause__ if isinstance(err, SlipError) and err.__cause__ is not None else err
    frames = traceback.extract_tb(cause.__traceback__)
    ours = next((frame for frame in reversed(frames) if _is_ours(frame)), None)
    where = [
        f"{Path(f.filename).name}:{f.name}" for f in (ours, _innermost(cause)) if f is not None
    ]
    places = dict.fromkeys(where)
    return Finding(
        f"{type(err).__name__} {type(cause).__name__} {' '.join(places)}",
        "".join(traceback.format_exception(err)),
    )

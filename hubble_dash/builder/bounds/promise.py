"""How much memory and time a file may take, by its own size."""

from __future__ import annotations

from pathlib import Path

from hubble_dash.errors import ImageError

__all__ = ["allowed_bytes", "allowed_seconds", "check_budget", "check_promise", "is_suspicious"]

# What any file may take, and how many times its own size a larger one: pictures of the sky that are
# mostly black come to a hundredth, and what does more was made to.
FREE_BYTES = 1_000_000_000
MAX_RATIO = 100
FREE_SECONDS = 30.0
BYTES_A_SECOND = 2_000_000
# Below this no decoder takes long.
SMALL_BYTES = 64_000_000
USUAL_RATIO = 50


def allowed_bytes(n_file: int) -> int:
    """Give how many bytes a file may become in memory.

    Parameters
    ----------
    n_file : int
        Bytes of the file.
    """
    return max(FREE_BYTES, MAX_RATIO * n_file)


def allowed_seconds(n_file: int) -> float:
    """Give how long it may take to read a file.

    Parameters
    ----------
    n_file : int
        Bytes of the file.
    """
    return FREE_SECONDS + n_file / BYTES_A_SECOND


def check_budget(path: Path, nx: int, ny: int, max_pixels: int) -> None:
    """Refuse a picture that has too many pixels, before it is decoded.

    Parameters
    ----------
    path : Path
        The file.
    nx, ny : int
        Columns and rows.
    max_pixels : int
        The most pixels that may be decoded.

    Raises
    ------
    ImageError
        If ``nx * ny > max_pixels``.
    """
    if nx * ny > max_pixels:
        raise ImageError(path, f"{nx} x {ny} pixels to decode, allowed are {max_pixels} in all")


def check_promise(path: Path, n_bytes: int, n_file: int) -> None:
    """Refuse a file whose header promises far more than the file can hold.

    Parameters
    ----------
    path : Path
        The file.
    n_bytes : int
        What it would become in memory.
    n_file : int
        Bytes of the file.

    Raises
    ------
    ImageError
        If that is more than `allowed_bytes`.
    """
    if n_bytes > allowed_bytes(n_file):
        raise ImageError(
            path,
            f"promises {n_bytes / 1e6:,.0f} MB of pixels in {n_file:,} bytes; a file may become"
            f" {FREE_BYTES / 1e6:,.0f} MB, or {MAX_RATIO} times its size",
        )


def is_suspicious(n_bytes: int, n_file: int) -> bool:
    """Say whether a file is to be tried in a process of its own first.

    Parameters
    ----------
    n_bytes : int
        What it would become in memory.
    n_file : int
        Bytes of the file.
    """
    return n_bytes > SMALL_BYTES and n_bytes > USUAL_RATIO * n_file

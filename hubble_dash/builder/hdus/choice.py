"""Which HDUs of a FITS file are its images: the one that is asked for, and others of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from hubble_dash.builder.hdus.headers import Unit, read_units
from hubble_dash.builder.sky.keys import PLACE
from hubble_dash.errors import ImageError

__all__ = ["FIRST", "choose", "parts_of"]

# Asks for the first image alone, however many there are.
FIRST = "first"
# What stands for no name: astropy's for the first HDU, fpack's for images that had none.
_NO_NAMES = ("", "PRIMARY", "COMPRESSED_IMAGE")
# Places on the detector of a camera, which raw images have before they have one on the sky.
_DETECTOR = ("DETSEC", "CCDNUM")
# Of the Dark Energy Camera: the chips of both halves are one camera's.
_HALF = re.compile(r"[NS](?=\d+$)")


def choose(path: Path, content: Path | BinaryIO, wanted: str | int | None) -> Unit:
    """Find the HDU of an image; headers behind it are not read.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.
    wanted : str, int or None
        Its number, its name (of several the first), or name and version; else the first image.

    Raises
    ------
    ImageError
        If there is none.
    """
    return _first(path, read_units(path, content), wanted)[-1]


def parts_of(
    path: Path, content: Path | BinaryIO, wanted: str | int | None
) -> tuple[Unit, list[str]]:
    """Find the images of a file that belong together: chips of a camera, pieces of a mosaic.

    Error and weight maps, flags, tables and thumbnails are none of them.

    Parameters
    ----------
    path : Path
        The file.
    content : Path or binary file
        It, unpacked.
    wanted : str, int or None
        As of `choose`. A name stands for all HDUs that have it, and ``N*`` for those that begin
        with N; a number, or a name and a version, or "first", for one.

    Returns
    -------
    (Unit, list of str)
        The first of them, and what `choose` finds each by, in the order of the file; nothing if
        there is but one.

    Raises
    ------
    ImageError
        As of `choose`.
    """
    further = read_units(path, content)
    units = _first(path, further, wanted)
    first = units[-1]
    if wanted == FIRST or _is_one(wanted):
        return first, []
    found = [first]
    for unit in further:
        units.append(unit)
        if not unit.is_image or len(unit.shape) != len(first.shape):
            continue
        if _is_wanted(unit, wanted) if wanted is not None else _is_of_kind(unit, found):
            found.append(unit)
    return first, [_label(unit, units) for unit in found] if found[1:] else []


def _first(path: Path, further: Iterator[Unit], wanted: str | int | None) -> list[Unit]:
    """Read headers up to the first image that is wanted, which is the last one given."""
    units = []
    for unit in further:
        units.append(unit)
        if _is_wanted(unit, wanted) and (unit.is_image or _is_one(wanted)):
            break
    is_there = any(_is_wanted(unit, wanted) for unit in units)
    if is_there and units[-1].is_image:
        return units
    there = ", ".join(unit.describe() for unit in (*units, *further))
    if wanted in (None, FIRST):
        raise ImageError(path, f"no HDU holds an image with data; there are: {there}")
    if is_there:
        raise ImageError(path, f"HDU {wanted} is no image with data; there are: {there}")
    raise ImageError(path, f"there is no HDU {wanted}; there are: {there}")


def _label(unit: Unit, units: Sequence[Unit]) -> str:
    """Name one of all HDUs so that it is found again: by name, name and version, or number."""
    is_word = unit.name not in _NO_NAMES and unit.name != FIRST.upper()
    # What asks for others too, or for another one, or makes a folder of the file's name.
    if not is_word or unit.name.isdecimal() or re.search(r"[,*?\[\]/\\]", unit.name):
        return str(unit.number)
    namesakes = [other for other in units if other.name == unit.name]
    if len(namesakes) == 1:
        return unit.name
    if sum(other.version == unit.version for other in namesakes) > 1:
        return str(unit.number)
    return f"{unit.name},{unit.version}"


def _is_one(wanted: str | int | None) -> bool:
    """Say whether a number, or a name with its version, is asked for."""
    name, _, version = str(wanted).partition(",")
    return wanted is not None and (name.strip().isdecimal() or version.strip().isdecimal())


def _is_wanted(unit: Unit, wanted: str | int | None) -> bool:
    if wanted is None or wanted == FIRST:
        return True
    name, _, version = str(wanted).upper().partition(",")
    name, version = name.strip(), version.strip()
    if name.isdecimal():
        return unit.number == int(name)
    is_version = not version.isdecimal() or unit.version == int(version)
    is_name = name == unit.name or (name == "PRIMARY" and not unit.number)
    return is_version and (is_name or fnmatchcase(unit.name, name))


def _is_of_kind(unit: Unit, found: Sequence[Unit]) -> bool:
    """Say whether an image is another one like the first that was found.

    It has the same name; or it is as large and as deep, and its name differs in numbers alone
    (CCD1, CCD2), or it has a number or no name as the first has, and a place of its own on the sky
    or on the camera: an error map lies where its image lies.
    """
    first = found[0]
    name, of_first = (one.name if one.name not in _NO_NAMES else "" for one in (unit, first))
    if name and name == of_first:
        return True
    if (unit.shape, unit.bitpix) != (first.shape, first.bitpix):
        return False
    pattern, of_first_pattern = (
        re.sub(r"\d+", "#", _HALF.sub("", one)) for one in (name, of_first)
    )
    if "#" in pattern and pattern == of_first_pattern:
        return True
    if bool(name) != bool(of_first) or ("#" in pattern) != ("#" in of_first_pattern):
        return False
    if name and "#" not in pattern:
        return False
    return bool(_place(unit)) and all(_place(unit) != _place(other) for other in found)


def _place(unit: Unit) -> dict[str, object]:
    """Give what a header says of the sky; with no reference position, what of the camera."""
    said = {key: unit.header[key] for key in unit.header if PLACE.fullmatch(key)}
    if any(key.startswith("CRVAL") for key in said):
        return said
    return {key: unit.header[key] for key in _DETECTOR if key in unit.header}

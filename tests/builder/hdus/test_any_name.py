"""HDUs of any names and versions: each image is found again by what it is called."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from astropy.io import fits
from hypothesis import example, given
from hypothesis import strategies as st

from hubble_dash.builder.hdus.choice import choose, parts_of
from hubble_dash.builder.quiet import quiet_astropy

Names = list[tuple[str, int]]
# What may be taken for another way to ask for an HDU: numbers, versions, patterns, words.
names = st.sampled_from(
    ["", "SCI", "sci", "SCI,2", "S*", "S?", "[SCI]", "0", "1", "2", "first", "PRIMARY", "A B", "é"]
) | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
hdus = st.lists(st.tuples(names, st.integers(1, 3)), min_size=1, max_size=5)


def file_of(hdus: Names) -> io.BytesIO:
    made = fits.HDUList([fits.PrimaryHDU()])
    with quiet_astropy():
        for name, version in hdus:
            hdu = fits.ImageHDU(np.zeros((2, 3), np.uint8))
            hdu.header["EXTNAME"] = name.encode("ascii", "replace").decode()
            hdu.header["EXTVER"] = version
            made.append(hdu)
        file = io.BytesIO()
        made.writeto(file, output_verify="silentfix")
    return file


@given(hdus)
@example([("SCI", 1), ("SCI", 1)])
@example([("1", 1), ("1", 2), ("2", 1)])
@example([("SCI", 1), ("S*", 1), ("SCI,2", 1)])
@example([("CHIP/1", 1), ("CHIP/2", 1)])
def test_each_image_is_found_again_by_its_name(hdus: Names) -> None:
    file, path = file_of(hdus), Path("a.fits")
    first, parts = parts_of(path, file, "*")
    assert first.number == 1
    found = [choose(path, file, part).number for part in parts]
    # Each stands behind the file's name, as a name without folders.
    assert not any("/" in part or "\\" in part for part in parts)
    # A file with a single image has no names for several.
    assert found == (list(range(1, len(hdus) + 1)) if len(hdus) > 1 else [])

"""Reading an atlas's sheets of thumbnails."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import sheet_pixels
from hubble_dash.errors import AtlasError


def test_a_sheet_is_read_as_pillow_reads_it(atlas: Atlas) -> None:
    with PillowImage.open(atlas.sheet_path(0)) as sheet:
        np.testing.assert_array_equal(sheet_pixels(atlas, 0), np.asarray(sheet.convert("RGB")))


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_a_damaged_sheet_is_named(atlas: Atlas, tmp_path: Path, content: bytes | None) -> None:
    shutil.copytree(atlas.path, tmp_path / "copy")
    damaged = Atlas(tmp_path / "copy", atlas.manifest)
    path = damaged.sheet_path(0)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(AtlasError, match=r"sheet_00000.webp cannot be read .*build"):
        sheet_pixels(damaged, 0)

"""What the table of images says of one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from astropy.wcs import WCS
from helpers.images import sky_header

from hubble_dash.atlas.schema import PLANE
from hubble_dash.builder.cutouts.display import Display
from hubble_dash.builder.cutouts.sky_positions import SkyPositions
from hubble_dash.builder.feeding.image_row import describe_image
from hubble_dash.builder.feeding.previews import Preview
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.sky.sky import Sky
from hubble_dash.config import Stretch

NOWHERE = np.empty(0)


def row_of(path: Path, *, placeholder: str = "") -> dict[str, object]:
    image = Image.from_array(
        np.zeros((40, 50), np.uint8), path=path, origin="lower", notes=["odd"], metadata={"N": 3}
    )
    positions = SkyPositions(NOWHERE, NOWHERE, NOWHERE, "approximate", ["far"])
    preview = Preview(b"", 25, 20, placeholder)
    return describe_image(Display(image, Stretch()), preview, positions)


def test_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    path.touch()
    assert row_of(path) == {
        "path": str(path.resolve()),
        "name": "a.fits",
        "nx": 50,
        "ny": 40,
        "origin": "lower",
        "preview": "",
        "preview_width": 25,
        "preview_height": 20,
        "position_quality": "approximate",
        "notes": "odd; far",
        "N": 3,
    }


def test_a_placeholder_has_a_column_and_a_note() -> None:
    row = row_of(Path("a.jpg"), placeholder="text on one tone")
    assert row["placeholder"] == "text on one tone"
    told = "looks like a placeholder for a missing picture: text on one tone"
    assert row["notes"] == f"odd; far; {told}"


@pytest.mark.parametrize("quality", ["exact", "approximate"])
def test_how_an_image_lies_where_that_is_known(quality: Literal["exact", "approximate"]) -> None:
    sky = Sky(WCS(sky_header((40, 50))), quality=quality)
    image = Image.from_array(np.zeros((40, 50), np.float32), path="a.fits", origin="lower", sky=sky)
    positions = SkyPositions(NOWHERE, NOWHERE, NOWHERE, quality)
    row = describe_image(Display(image, Stretch()), Preview(b"", 25, 20), positions)
    told = [name for name in row if name.startswith("plane_")]
    assert told == (PLANE if quality == "exact" else [])


@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_are_followed_but_names_stay(tmp_path: Path, what: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.png").touch()
    if what == "file":
        (tmp_path / "b.png").symlink_to(tmp_path / "real" / "a.png")
        row = row_of(tmp_path / "b.png")
        assert row["name"] == "b.png"
    else:
        (tmp_path / "link").symlink_to(tmp_path / "real")
        row = row_of(tmp_path / "link" / "a.png")
    assert row["path"] == str((tmp_path / "real" / "a.png").resolve())


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert row_of(Path("caf\udce9.fits"))["name"] == "caf?.fits"

"""What tests of several commands share."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.atlases import QuickBuild
from helpers.images import flux_image, make_fits

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config import SlidingWindow


@pytest.fixture
def network(small_weights: Path) -> list[object]:
    """Options of a network that takes no time."""
    how = ["--device", "cpu", "--engine", "eager", "--precision", "fp32"]
    return ["--model", "test_resnet", "--weights", small_weights, *how]


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory, quick_build: QuickBuild) -> Atlas:
    """Sliding windows of a tilted FITS file by the small network; `field.fits` beside it."""
    folder = tmp_path_factory.mktemp("field")
    make_fits(folder / "field.fits", flux_image((150, 210)))
    return quick_build(
        folder / "field.fits",
        out=folder / "field.atlas",
        cutouts=SlidingWindow(size=48, step=24),
        engine="eager",
        precision="fp32",
    )

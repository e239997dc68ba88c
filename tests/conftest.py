"""Fixtures that several modules share."""

from __future__ import annotations

from pathlib import Path

import pytest
from atlases import make_atlas, nebula

from hubble_dash.atlas import Atlas


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas of two generated images with sky positions: 9 x 12 windows of each."""
    return make_atlas(tmp_path_factory.mktemp("atlas") / "nebulae.atlas")


@pytest.fixture(scope="session")
def flipped_atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas of an image whose row 0 is at the bottom, as in FITS, without positions."""
    folder = tmp_path_factory.mktemp("atlas")
    return make_atlas(folder / "fits.atlas", pictures=[nebula(3)], origin="lower", sky=False)


@pytest.fixture
def lonely_atlas(tmp_path: Path) -> Atlas:
    """An atlas of one cutout."""
    return make_atlas(tmp_path / "one.atlas", pictures=[nebula(4)], limit=1)

"""Fixtures that several modules share."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from helpers.atlases import QuickBuild, make_atlas, nebula
from helpers.images import flux_image, make_fits
from helpers.plots import empty_plots

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config import BuildSettings, MapSettings, SlidingWindow

# Where several processes run tests, the cores are theirs.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# Most of what numba compiles here runs for less time than its compiling takes.
os.environ.setdefault("NUMBA_OPT", "1")
# The same examples in each run, and nothing is kept of one for the next.
hypothesis.settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, max_examples=40
)
hypothesis.settings.load_profile("same")
# What is imported stays, and looking through it for garbage takes a third of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def plain_page() -> Iterator[None]:
    """Pages with empty plots, where the plots do not matter."""
    with empty_plots():
        yield


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


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of timm's smallest ResNet: random, but quick where they do not matter."""
    import torch
    from safetensors.torch import save_file

    from hubble_dash.builder.models.timm_import import timm

    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    torch.manual_seed(0)
    save_file(timm.create_model("test_resnet", num_classes=1000).state_dict(), path)
    return path


@pytest.fixture(scope="session")
def quick_build(small_weights: Path) -> QuickBuild:
    """`hubble_dash.build` with a small network and a map that takes no time."""
    from hubble_dash.builder.build import build_from
    from hubble_dash.builder.inputs import Blocks

    def run(
        inputs: Any,
        out: Path,
        *,
        overwrite: bool = False,
        blocks: Blocks | None = None,
        **settings: Any,
    ) -> Atlas:
        # What wins by trial may differ from build to build where other processes run.
        quick = {"model": "test_resnet", "weights": small_weights, "device": "cpu"}
        quick |= {"engine": "eager", "map": MapSettings(method="pca")}
        return build_from(
            BuildSettings(**(quick | settings)),
            inputs,
            out=out,
            overwrite=overwrite,
            progress=False,
            blocks=blocks or Blocks(),
        )

    return run


@pytest.fixture(scope="session")
def mosaic(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Sliding windows of a tilted FITS file by the pretrained network; `mosaic.fits` beside it."""
    from hubble_dash.builder.build import build

    folder = tmp_path_factory.mktemp("mosaic")
    make_fits(folder / "mosaic.fits", flux_image((150, 210)))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
        return build(
            folder / "mosaic.fits",
            out=folder / "mosaic.atlas",
            cutouts=SlidingWindow(size=48, step=24),
            model="tf_efficientnet_lite0",
            map=MapSettings(n_iter=25),
            progress=False,
        )

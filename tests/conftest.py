"""Fixtures that several modules share."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

# The rest is imported by the fixtures: the process that only hands out tests takes seconds for it.
if TYPE_CHECKING:
    from helpers.atlases import QuickBuild

    from hubble_dash.atlas.atlas import Atlas

BROWSER = Path(__file__).parent / "browser"
# Where several processes run tests, the cores are theirs.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# Most of what numba compiles here runs for less time than its compiling takes.
os.environ.setdefault("NUMBA_OPT", "1")
# The same examples in each run, and nothing is kept of one for the next.
hypothesis.settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("HUBBLE_DASH_EXAMPLES", "20")),
)
hypothesis.settings.load_profile("same")
# What is imported stays, and looking through it for garbage takes a third of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make."""
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the browser's files out where their tests are not wanted: all are marked."""
    asked = config.option.markexpr
    is_unwanted = "not browser" in asked and " or " not in asked
    return True if is_unwanted and collection_path == BROWSER else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files, and to one process those that begin with the same costly thing."""
    if config.option.dist != "loadfile":
        return None
    from helpers.scheduling import SharedStarts

    return SharedStarts(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(report: Any, sched: Any) -> None:
    """Run a test again whose process ended, once in all."""
    if hasattr(sched, "judge"):
        sched.judge(report)


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_disks() -> Iterator[None]:
    """Only what is in the page cache counts here; tests of the waiting take another `fsync`."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def plain_page() -> Iterator[None]:
    """Pages with empty plots, where the plots do not matter."""
    from helpers.plots import empty_plots

    with empty_plots():
        yield


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas of two generated images with sky positions: 9 x 12 windows of each."""
    from helpers.atlases import make_atlas

    return make_atlas(tmp_path_factory.mktemp("atlas") / "nebulae.atlas")


@pytest.fixture(scope="session")
def flipped_atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas of an image whose row 0 is at the bottom, as in FITS, without positions."""
    from helpers.atlases import make_atlas, nebula

    folder = tmp_path_factory.mktemp("atlas")
    return make_atlas(folder / "fits.atlas", pictures=[nebula(3)], origin="lower", sky=False)


@pytest.fixture
def lonely_atlas(tmp_path: Path) -> Atlas:
    """An atlas of one cutout."""
    from helpers.atlases import make_atlas, nebula

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
    from hubble_dash.builder.metric.learning import Learning
    from hubble_dash.config import BuildSettings, MapSettings

    # What a metric changes has tests of its own.
    nothing_learned = Learning(least=10**9)

    def run(
        inputs: Any,
        out: Path,
        *,
        overwrite: bool = False,
        blocks: Blocks | None = None,
        cluster: Any = None,
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
            blocks=blocks or Blocks(learning=nothing_learned),
            cluster=cluster,
        )

    return run


@pytest.fixture(scope="session")
def mosaic(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Sliding windows of a tilted FITS file by the pretrained network; `mosaic.fits` beside it."""
    from helpers.images import flux_image, make_fits

    from hubble_dash.builder.build import build
    from hubble_dash.config import MapSettings, SlidingWindow

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

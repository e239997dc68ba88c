"""The stage that learns a metric: in a whole build, in one that goes on, and for a new image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild
from helpers.builds import assert_whole, patches
from helpers.images import make_picture
from helpers.kills import content
from PIL import Image

import hubble_dash as hd
from hubble_dash.atlas.schema import METRIC_FILES
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.builder.query.image import fingerprint_image
from hubble_dash.builder.sampling import evenly
from hubble_dash.builder.shards.writer import ShardWriter

WINDOWS = hd.SlidingWindow(size=20, step=20)
N_AXES = 10
# A sample that takes no time, and shards of two sheets.
BLOCKS = Blocks(
    SheetLayout(size=16, columns=2, rows=2),
    cutouts_a_shard=8,
    learning=Learning(12, 14, 14, N_AXES),
)


@pytest.fixture
def mosaic(tmp_path: Path) -> Path:
    return make_picture(tmp_path / "mosaic.png", patches(0, (40, 240)))


def test_an_atlas_says_what_was_learned_of_which_cutouts(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path
) -> None:
    atlas = quick_build(mosaic, tmp_path / "x.atlas", cutouts=WINDOWS, blocks=BLOCKS)
    assert_whole(atlas)
    manifest = json.loads((atlas.path / "manifest.json").read_text())
    assert manifest["format_version"] == 2
    told = atlas.manifest["metric"]
    assert {"n_sample": 14, "views": 5, "changed": 3, "seed": 7}.items() <= told.items()
    assert atlas.fingerprints.shape == (24, N_AXES)
    assert atlas.manifest["n_features"] == N_AXES
    arrays = atlas.metric
    assert arrays is not None
    assert arrays.sample.tolist() == evenly(24, 14).tolist()
    assert arrays.axes.shape[1] == N_AXES
    assert {*METRIC_FILES} <= {*atlas.manifest["files"]}
    assert hd.open_atlas(atlas.path, check="full").metric is not None


def test_of_few_cutouts_and_of_plain_ones_nothing_is_learned(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path
) -> None:
    few = quick_build(
        mosaic, tmp_path / "few.atlas", cutouts=hd.SlidingWindow(size=40, step=40), blocks=BLOCKS
    )
    plain = quick_build(
        mosaic, tmp_path / "plain.atlas", cutouts=WINDOWS, quality="plain", blocks=BLOCKS
    )
    for atlas in (few, plain):
        manifest = json.loads((atlas.path / "manifest.json").read_text())
        assert manifest["format_version"] == 1
        assert "metric" not in manifest
        assert atlas.metric is None
        assert not any((atlas.path / name).exists() for name in METRIC_FILES)
    assert few.manifest["n_features"] > N_AXES


@pytest.mark.parametrize(
    "quality",
    ["fast", *(pytest.param(name, marks=pytest.mark.slow) for name in ("balanced", "best"))],
)
def test_an_image_from_outside_finds_itself(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path, small_weights: Path, quality: Any
) -> None:
    atlas = quick_build(
        mosaic, tmp_path / "x.atlas", cutouts=WINDOWS, quality=quality, blocks=BLOCKS
    )
    with Image.open(mosaic) as whole:
        whole.crop((60, 20, 80, 40)).save(tmp_path / "one.png")
    vector = fingerprint_image(atlas, tmp_path / "one.png", weights=small_weights, device="cpu")
    found = atlas.similar(vector, 1)
    assert found.rows.tolist() == [15]
    assert found.similarities[0] > 0.999


def test_an_atlas_that_says_its_channels_of_one_map_is_asked(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path, small_weights: Path
) -> None:
    atlas = quick_build(mosaic, tmp_path / "x.atlas", cutouts=WINDOWS, blocks=BLOCKS)
    path = atlas.path / "manifest.json"
    said = json.loads(path.read_text())
    (said["metric"]["n_channels"],) = said["metric"]["n_channels"]
    path.write_text(json.dumps(said))
    before = hd.open_atlas(atlas.path)
    found = fingerprint_image(before, _cut(mosaic, tmp_path), weights=small_weights, device="cpu")
    assert np.array_equal(before.similar(found, n=9).rows, atlas.similar(found, n=9).rows)
    said["metric"]["n_channels"] = []
    path.write_text(json.dumps(said))
    with pytest.raises(hd.HubbleDashError, match=r"metric\.n_channels is a list of 0"):
        hd.open_atlas(atlas.path)


def _cut(mosaic: Path, folder: Path) -> Path:
    with Image.open(mosaic) as image:
        image.crop((20, 0, 40, 20)).save(folder / "cut.png")
    return folder / "cut.png"


def test_a_build_that_goes_on_uses_what_it_has_learned(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {"cutouts": WINDOWS, "batch_size": 4, "blocks": BLOCKS}
    whole = quick_build(mosaic, tmp_path / "whole" / "x.atlas", **settings)
    close = ShardWriter._close_shard

    def stop(writer: ShardWriter, *given: Any) -> None:
        close(writer, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ShardWriter, "_close_shard", stop)
        with pytest.raises(KeyboardInterrupt):
            quick_build(mosaic, tmp_path / "x.atlas", **settings)
    monkeypatch.setattr("hubble_dash.builder.fingerprints.network.learn", pytest.fail)
    atlas = quick_build(mosaic, tmp_path / "x.atlas", **settings)

    def told(folder: Path) -> dict[str, Any]:
        found = content(folder)
        return {name: data for name, data in found.items() if name != "manifest.json"}

    assert told(atlas.path) == told(whole.path)
    assert atlas.manifest["metric"] == whole.manifest["metric"]


def test_an_older_build_goes_on_without(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {"cutouts": WINDOWS, "batch_size": 4, "blocks": BLOCKS}
    close = ShardWriter._close_shard

    def stop(writer: ShardWriter, *given: Any) -> None:
        close(writer, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ShardWriter, "_close_shard", stop)
        patched.setattr("hubble_dash.builder.inputs._learns", lambda _: False)
        with pytest.raises(KeyboardInterrupt):
            quick_build(mosaic, tmp_path / "x.atlas", **settings)
    atlas = quick_build(mosaic, tmp_path / "x.atlas", **settings)
    assert atlas.metric is None
    assert "metric" not in atlas.manifest


def test_centring_by_groups_works_beside_it(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = [make_picture(tmp_path / f"{i}.png", patches(i, (40, 240))) for i in range(2)]
    atlas = quick_build(
        files, tmp_path / "x.atlas", cutouts=WINDOWS, center_by="file", blocks=BLOCKS
    )
    assert atlas.metric is not None
    fingerprints = np.asarray(atlas.fingerprints, np.float32)
    for image in (0, 1):
        mean = fingerprints[atlas.cutouts["image"] == image].mean(axis=0)
        assert np.abs(mean).max() < 2e-3 * np.abs(fingerprints).max()


def test_a_metric_that_is_damaged_is_told(
    quick_build: QuickBuild, tmp_path: Path, mosaic: Path
) -> None:
    atlas = quick_build(mosaic, tmp_path / "x.atlas", cutouts=WINDOWS, blocks=BLOCKS)
    for name in METRIC_FILES:
        whole = (atlas.path / name).read_bytes()
        array = np.load(atlas.path / name)
        array.flat[0] = 10**6 if array.dtype == np.int32 else np.nan
        np.save(atlas.path / name, array)
        with pytest.raises(hd.HubbleDashError, match=name):
            hd.open_atlas(atlas.path)
        (atlas.path / name).write_bytes(whole)

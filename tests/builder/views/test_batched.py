"""Cutouts that are prepared many at a time by tensors, against the same one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from helpers.atlases import QuickBuild
from helpers.images import make_picture
from helpers.networks import agreement, cosines
from numpy.typing import NDArray

from hubble_dash.atlas.schema import COLORS_FILE
from hubble_dash.builder.feeding import cutter
from hubble_dash.builder.feeding.previews import fit_thumbnail
from hubble_dash.builder.fingerprints import passes
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Cutout, Shown
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.views.augmentation import LEARNED_QUALITIES, QUALITIES, Views
from hubble_dash.builder.views.batched import BatchedPreparation, can_be_batched
from hubble_dash.builder.views.borders import frame_of
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config.choices import Quality

Pixels = NDArray[np.uint8]
SIZE = 48


def crops(n: int, sides: tuple[int, ...], *, framed: int = 0) -> list[Pixels]:
    """Cut windows of the Hubble eXtreme Deep Field, the first ones with a black frame."""
    image, rng = skimage.data.hubble_deep_field(), np.random.default_rng(3)
    found = []
    for i in range(n):
        height, width = rng.choice(sides, 2)
        y, x = rng.integers(0, image.shape[0] - height), rng.integers(0, image.shape[1] - width)
        pixels = image[y : y + height, x : x + width].copy()
        if i < framed:
            # The sky is not of one colour.
            pixels = np.clip(pixels + rng.integers(30, 90, pixels.shape), 0, 255).astype(np.uint8)
            pixels[:, : width // 4] = 0
        found.append(pixels)
    return found


@pytest.mark.parametrize(
    "views", [Views(), QUALITIES["fast"], QUALITIES["balanced"], Views(2, mirrored=True, disk=True)]
)
@pytest.mark.parametrize("mode", ["center", "squash", "border"])
def test_pictures_and_thumbnails_are_the_same_to_a_level(views: Views, mode: str) -> None:
    crop_pct = 1.0 if views.disk else 0.875
    seen = NetworkInput(64, 64, "bicubic", crop_pct, mode, (0.5, 0.4, 0.3))  # type: ignore[arg-type]
    prepare = Preparation(seen, views)
    shown = [*crops(5, (60, 90, 110), framed=1), crops(1, (80,))[0][..., 1]]
    assert frame_of(shown[0]) is not None
    # Few at once: those of equal size are taken apart again.
    made = BatchedPreparation(prepare, "cpu", bytes_at_once=200_000)(shown, SIZE)
    expected = np.concatenate([prepare(pixels) for pixels in shown]).astype(int)
    off = abs(made.pictures.numpy() - expected)
    assert off.max() <= 2
    assert off.mean() < 0.05
    thumbnails = np.stack([fit_thumbnail(pixels, SIZE) for pixels in shown]).astype(int)
    off = abs(made.thumbnails.numpy() - thumbnails)
    assert off.max() <= 1
    assert off.mean() < 0.05
    colors = thumbnails.mean(axis=(1, 2))
    assert abs(made.colors.numpy() - colors).max() <= 1


def test_what_pillow_does_in_its_own_way_is_not_batched() -> None:
    seen = NetworkInput(64, 64, "bicubic", 1.0, "center", (0.5, 0.4, 0.3))
    lanczos = NetworkInput(64, 64, "lanczos", 1.0, "center", (0.5, 0.4, 0.3))
    assert can_be_batched(Preparation(seen, LEARNED_QUALITIES["fast"]))
    assert can_be_batched(Preparation(seen, LEARNED_QUALITIES["balanced"]))
    assert not can_be_batched(Preparation(seen, LEARNED_QUALITIES["best"]))
    assert not can_be_batched(Preparation(seen, QUALITIES["best"]))
    assert not can_be_batched(Preparation(lanczos, QUALITIES["fast"]))


def lite(quality: Quality) -> Network:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
        weights = find_weights("tf_efficientnet_lite0")
    return load_network(weights, device="cpu", engine="eager", precision="fp32", quality=quality)


@pytest.mark.slow
@pytest.mark.parametrize("quality", ["plain", "fast", "balanced"])
def test_fingerprints_agree(quality: Quality) -> None:
    """With pretrained weights, on 96 cutouts of galaxies' sizes, a tenth of them framed."""
    network, shown = lite(quality), crops(96, (96, 140, 180), framed=10)
    expected = network.fingerprint(shown).fingerprints
    cutouts = (Cutout(NO_PIXELS, len(shown), shown=Shown(pixels, SIZE)) for pixels in shown)
    found = list(network.stream(cutouts))
    vectors = np.concatenate([batch.fingerprints for _, batch in found])
    common = expected.mean(axis=0)
    assert cosines(vectors - common, expected - common).min() >= 0.999
    assert agreement(vectors - common, expected - common) >= 0.97


@pytest.fixture
def tiny(small_weights: Path) -> Network:
    weights = find_weights("test_resnet", small_weights)
    return load_network(
        weights, device="cpu", engine="eager", precision="fp32", batch_size=4, quality="fast"
    )


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_build_whose_network_prepares_cutouts_is_the_same(
    workers: int, quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does on a GPU: whole images and their windows, some too large to be handed over."""
    files = [
        make_picture(tmp_path / f"{i}.png", pixels)
        for i, pixels in enumerate([*crops(5, (60, 90), framed=1), *crops(1, (90,))])
    ]
    monkeypatch.setattr(cutter, "MAX_BYTES_SHOWN", 60 * 90 * 3)
    usual = quick_build(files, tmp_path / "a.atlas", precision="fp32")
    monkeypatch.setattr(Network, "takes_shown", True)
    settings = {"precision": "fp32", "workers": workers}
    handed = quick_build(files, tmp_path / "b.atlas", **settings)
    assert len(handed) == len(usual) == 6
    same = [name for name in usual.cutouts if not name.startswith(("label", "score"))]
    assert handed.cutouts[same].equals(usual.cutouts[same])
    off = np.load(handed.path / COLORS_FILE).astype(int) - np.load(usual.path / COLORS_FILE)
    assert abs(off).max() <= 1
    found, expected = (np.asarray(a.fingerprints, np.float32) for a in (handed, usual))
    assert cosines(found, expected).min() >= 0.99


def test_some_come_prepared_and_all_get_thumbnails(tiny: Network) -> None:
    shown = crops(11, (60, 90))

    def cutouts() -> Iterator[Cutout]:
        for i, pixels in enumerate(shown):
            row = (i, 0.5, 1, 2, 3, i)
            if i % 4 == 2:
                thumbnail = fit_thumbnail(pixels, SIZE)
                yield Cutout(tiny.prepare(pixels), len(shown), row, thumbnail=thumbnail)
            else:
                taken = Shown(pixels, SIZE)
                yield Cutout(NO_PIXELS, len(shown), (i, 0.5, 0, 0, 0, i), shown=taken)

    expected = tiny.fingerprint(shown).fingerprints
    found = list(tiny.stream(cutouts()))
    vectors = np.concatenate([batch.fingerprints for _, batch in found])
    assert cosines(vectors, expected).min() >= 0.999
    given = [cutout for some, _ in found for cutout in some]
    assert [cutout.row[0] for cutout in given] == [*range(11)]
    for i, (cutout, pixels) in enumerate(zip(given, shown, strict=True)):
        thumbnail = fit_thumbnail(pixels, SIZE).astype(int)
        assert (cutout.shown, cutout.pictures.size) == (None, 0)
        assert abs(cutout.thumbnail - thumbnail).max() <= 1
        if i % 4 != 2:
            assert abs(np.array(cutout.row[2:5]) - thumbnail.mean(axis=(0, 1))).max() <= 1
        assert cutout.row[5] == i


def test_pictures_to_come_are_counted_as_cutouts_bring_them(
    tiny: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample has more views of each than the collection."""
    told = {}
    real = passes.autotune

    def autotune(*given: Any, n_expected: int, **options: Any) -> Any:
        told["n"] = n_expected
        return real(*given, n_expected=n_expected, **options)

    monkeypatch.setattr(passes, "autotune", autotune)
    (pixels,) = crops(1, (60,))
    pictures = np.repeat(tiny.prepare(pixels), 3, axis=0)
    assert len(list(tiny._passes.outputs([Cutout(pictures, 70)] * 2, tiny.prepare))) == 2
    assert told == {"n": 210}

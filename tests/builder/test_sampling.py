from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.builds import patches
from helpers.images import make_picture

import hubble_dash as hd
from hubble_dash.builder.feeding import cutter
from hubble_dash.builder.inputs import Blocks, gather_inputs
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.builder.models.network_input import NetworkInput
from hubble_dash.builder.sampling import Sample, evenly
from hubble_dash.builder.views.augmentation import Views
from hubble_dash.builder.views.preparation import Preparation

PREPARE = Preparation(
    NetworkInput(16, 16, "bicubic", 1.0, "center", (0.5, 0.5, 0.5)), Views(disk=True, changed=1)
)


def sample_of(files: list[Path], n: int = 8, **settings: Any) -> Sample:
    chosen = hd.BuildSettings(**settings)
    inputs = gather_inputs(files, chosen, blocks=Blocks())
    return Sample(
        chosen, inputs, [path.stat().st_size for path in inputs.files], PREPARE, Learning(5, n, n)
    )


def mosaic(path: Path, n_windows: int, seed: int = 0) -> Path:
    """A picture that is cut into so many windows of 20 pixels."""
    return make_picture(path, patches(seed, (20, 20 * n_windows)))


WINDOWS = hd.SlidingWindow(size=20, step=20)


def test_numbers_are_chosen_evenly() -> None:
    assert evenly(10, 2).tolist() == [2, 7]
    assert evenly(3, 3).tolist() == [0, 1, 2]
    assert evenly(5, 0).tolist() == []


def test_what_small_images_cannot_give_large_ones_do(tmp_path: Path) -> None:
    sizes = (40, 2, 1)
    files = [mosaic(tmp_path / f"{n}.png", n) for n in sizes]
    sample = sample_of(files, n=12, cutouts=WINDOWS)
    cutouts = list(sample.cutouts(n_views=1))
    assert [cutout.pictures.shape for cutout in cutouts] == [(2, 16, 16, 3)] * 12
    from_each = [sum(place.path == str(path) for place in sample.places) for path in files]
    assert from_each == [9, 2, 1]
    left = [place.box.ixmin for place in sample.places if place.path == str(files[0])]
    assert np.ptp(np.diff(left)) <= 20
    assert min(left) < 100
    assert max(left) > 700
    # 43 cutouts with one view, and 12 with two, are 33.5 with two.
    assert cutouts[0].n_expected == 12 + 43 // 2


def test_where_images_are_more_than_wanted_they_are_taken_evenly(tmp_path: Path) -> None:
    files = [mosaic(tmp_path / f"{i}.png", 2, seed=i) for i in range(9)]
    sample = sample_of(files, n=10, cutouts=WINDOWS)
    sample.how = Learning(5, 5, 10)
    list(sample.cutouts(n_views=1))
    assert [Path(place.path).stem for place in sample.places] == ["0", "2", "4", "6", "8"]


def test_of_many_files_one_cutout_each_is_taken_from_all_over(tmp_path: Path) -> None:
    files = [mosaic(tmp_path / f"{i:02d}.png", 3, seed=i) for i in range(30)]
    sample = sample_of(files, cutouts=WINDOWS)
    assert len(list(sample.cutouts(n_views=1))) == 8
    numbers = sorted(files.index(Path(place.path)) for place in sample.places)
    assert len({*numbers}) == 8
    assert numbers[0] < 10
    assert numbers[-1] >= 20
    again = sample_of(files, cutouts=WINDOWS)
    list(again.cutouts(n_views=1))
    assert again.places == sample.places


def test_files_that_cannot_be_read_and_blank_cutouts_are_passed_over(tmp_path: Path) -> None:
    files = [mosaic(tmp_path / f"{i}.png", 1, seed=i) for i in range(6)]
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    blank = make_picture(tmp_path / "blank.png", np.zeros((20, 20), np.uint8))
    sample = sample_of([tmp_path / "broken.png", *files, blank], n=20)
    assert len(list(sample.cutouts(n_views=1))) == 6
    assert [Path(place.path) for place in sample.places] == files


def test_of_too_few_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [mosaic(tmp_path / f"{i}.png", 1) for i in range(4)]
    sample = sample_of(files)
    monkeypatch.setattr(sample, "_read", pytest.fail)
    assert list(sample.cutouts(n_views=1)) == []


def test_groups_are_those_of_the_cutouts(tmp_path: Path) -> None:
    files = [mosaic(tmp_path / f"{i}.png", 3, seed=i) for i in range(3)]
    rows = "".join(f"{path.name},{'ACS' if i else 'WFC3'}\n" for i, path in enumerate(files))
    (tmp_path / "table.csv").write_text(f"path,camera\n{rows}")
    catalog = {"catalog": tmp_path / "table.csv", "cutouts": WINDOWS}
    sample = sample_of(files, n=6, center_by="camera", **catalog)
    list(sample.cutouts(n_views=1))
    assert sample.groups == ["WFC3", "WFC3", "ACS", "ACS", "ACS", "ACS"]
    by_file = sample_of(files, n=6, center_by="file", cutouts=WINDOWS)
    list(by_file.cutouts(n_views=1))
    assert by_file.groups == [0, 0, 1, 1, 2, 2]


def test_groups_of_many_files_are_those_of_the_files(tmp_path: Path) -> None:
    files = [mosaic(tmp_path / f"{i:02d}.png", 1, seed=i) for i in range(20)]
    sample = sample_of(files, center_by="file", cutouts=WINDOWS)
    list(sample.cutouts(n_views=1))
    assert sample.groups == [files.index(Path(place.path)) for place in sample.places]


def test_sources_are_detected_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One image has none, which is known afterwards as well.
    dark = make_picture(tmp_path / "dark.png", np.zeros((60, 60), np.uint8))
    sky = np.full((60, 200), 9, np.uint8)
    for x in range(20, 200, 30):
        sky[25:32, x : x + 7] = 220
    files = [dark, make_picture(tmp_path / "sky.png", sky)]
    calls: list[object] = []
    find = cutter.find_cutouts

    def counted(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return find(*given, **named)

    monkeypatch.setattr(cutter, "find_cutouts", counted)
    sample = sample_of(files, n=6, cutouts=hd.DetectedSources(min_size=10))
    found = list(sample.cutouts(n_views=1))
    assert len(found) == 6
    assert len(calls) == len(files)


def test_all_images_of_a_file_are_sampled(tmp_path: Path) -> None:
    from astropy.io import fits

    random = np.random.default_rng(0)
    hdus = [fits.ImageHDU(random.random((20, 20)).astype(np.float32), name="SCI") for _ in "1234"]
    for i, hdu in enumerate(hdus, 1):
        hdu.ver = i
    path = tmp_path / "chips.fits"
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    others = [mosaic(tmp_path / f"{i}.png", 1, seed=i) for i in range(2)]
    sample = sample_of([path, *others])
    list(sample.cutouts(n_views=1))
    assert [place.part for place in sample.places if place.path == str(path)] == [
        "SCI,1", "SCI,2", "SCI,3", "SCI,4",
    ]  # fmt: skip
    one = replace(sample.inputs, several=False)
    alone = Sample(sample.settings, one, sample.sizes, PREPARE, Learning(5, 8, 8))
    list(alone.cutouts(n_views=1))
    assert alone.places == []

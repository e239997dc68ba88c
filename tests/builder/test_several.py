"""Builds of files with several images: chips of a camera, each an image of the atlas."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from helpers.builds import assert_whole, pictures
from helpers.images import flux_image, sky_header

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.feeding import workers
from hubble_dash.builder.feeding.cutter import CutImage, Cutter
from hubble_dash.builder.feeding.feeder import Feeder
from hubble_dash.builder.feeding.processes import Processes
from hubble_dash.builder.feeding.recipe import Recipe
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.shards.part import Plan
from hubble_dash.builder.shards.writer import ShardWriter
from hubble_dash.errors import BuildError, ImageError

# Four windows an image of 60 x 80 pixels, so that shards end within images.
WINDOWS = hd.SlidingWindow(size=40, step=40)
PER_SHARD = 3
BLOCKS = Blocks(SheetLayout(columns=3, rows=1), cutouts_a_shard=PER_SHARD, vectors_a_batch=3)
CHIPS = ["SCI,1", "SCI,2", "SCI,3"]


def write_chips(path: Path, *, n: int = 3) -> Path:
    """An exposure of n chips, 0.01 deg apart, with maps of their errors."""
    hdus = fits.HDUList([fits.PrimaryHDU()])
    for i in range(1, n + 1):
        header = sky_header(sip=False)
        header["CRVAL2"] += 0.01 * i
        hdus.append(fits.ImageHDU(flux_image(seed=i), header, name="SCI", ver=i))
        hdus.append(fits.ImageHDU(flux_image(seed=10 * i), header, name="ERR", ver=i))
    hdus.writeto(path)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("chips")
    first, last = pictures(folder, 2)
    return [first, write_chips(folder / "a_flt.fits"), last]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vectors") / "v.npy"
    np.save(path, np.random.default_rng(1).normal(2, 1, (20, 5)).astype(np.float32))
    return path


def build(files: list[Path], out: Path, **settings: Any) -> Atlas:
    chosen = {"cutouts": WINDOWS, "map": hd.MapSettings(method="pca")} | settings
    return build_from(hd.BuildSettings(**chosen), files, out=out, progress=False, blocks=BLOCKS)


def contents(atlas: Atlas) -> dict[str, Any]:
    """All files' bytes, and the manifest but for the time."""
    found: dict[str, Any] = {
        path.relative_to(atlas.path).as_posix(): path.read_bytes()
        for path in atlas.path.rglob("*")
        if path.is_file()
    }
    manifest = json.loads(found.pop("manifest.json"))
    return found | {"manifest": {k: v for k, v in manifest.items() if k != "created"}}


def test_each_chip_is_an_image(files: list[Path], vectors: Path, tmp_path: Path) -> None:
    atlas = build(files, tmp_path / "x.atlas", fingerprints=vectors)
    assert_whole(atlas)
    images = atlas.images
    names = [f"a_flt.fits[{chip}]" for chip in CHIPS]
    assert images["name"].tolist() == ["p0.png", *names, "p1.png"]
    assert images["path"].tolist() == [str(files[i].resolve()) for i in (0, 1, 1, 1, 2)]
    assert images["HDU"].fillna("").tolist() == ["", *CHIPS, ""]
    assert images["preview"].is_unique
    assert atlas.cutouts.groupby("image").size().tolist() == [4] * 5
    # Vectors are taken in order.
    expected = np.load(vectors).astype(np.float16)
    assert np.array_equal(atlas.fingerprints, expected)
    # The first window of each chip, by its own header.
    first = atlas.cutouts[atlas.cutouts["image"].isin([1, 2, 3])].groupby("image").first()
    assert np.diff(first["dec_deg"]) == pytest.approx([0.01, 0.01], abs=1e-9)


@pytest.mark.parametrize(
    ("hdu", "names"),
    [
        ("first", ["a_flt.fits"]),
        ("SCI,2", ["a_flt.fits"]),
        ("ERR", [f"a_flt.fits[ERR,{i}]" for i in (1, 2, 3)]),
    ],
)
def test_hdus_are_selected(files: list[Path], hdu: str, names: list[str]) -> None:
    settings = hd.BuildSettings(cutouts=WINDOWS, hdu=hdu)
    with closing(Feeder(Cutter(settings, None, None, 96))) as feeder:
        assert list(read_by(feeder, files[1:2])) == names


def interrupt(files: list[Path], out: Path, **settings: Any) -> None:
    """Interrupt a build once another shard is full."""
    written, n = ShardWriter.write, 0

    def write(writer: ShardWriter, cutouts: Any, batch: Any) -> None:
        nonlocal n
        n += len(cutouts)
        written(writer, cutouts, batch)
        if n >= PER_SHARD:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(ShardWriter, "write", write)
        with pytest.raises(KeyboardInterrupt):
            build(files, out, **settings)


def test_a_build_goes_on_within_a_file(files: list[Path], vectors: Path, tmp_path: Path) -> None:
    whole = build(files, tmp_path / "whole" / "x.atlas", fingerprints=vectors)
    for _ in range(len(whole) // PER_SHARD - 1):
        interrupt(files, tmp_path / "parts" / "x.atlas", fingerprints=vectors)
    again = build(files, tmp_path / "parts" / "x.atlas", fingerprints=vectors)
    assert contents(again) == contents(whole)


def without(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != key}


def test_an_interrupted_build_of_old_goes_on_with_one_image_a_file(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = tmp_path / "v.npy"
    np.save(vectors, np.random.default_rng(1).normal(2, 1, (12, 5)).astype(np.float32))
    out = tmp_path / "x.atlas"
    # Plans had no such key, and the first image of each file was taken.
    plan_of = Plan.of
    with monkeypatch.context() as patch:
        patch.setattr(Plan, "of", lambda told, *rest: plan_of(without(told, "several"), *rest))
        for _ in range(2):
            interrupt(files, out, fingerprints=vectors)
    atlas = build(files, out, fingerprints=vectors)
    assert atlas.images["name"].tolist() == ["p0.png", "a_flt.fits", "p1.png"]
    assert len(atlas) == 12


def test_whole_images_have_a_vector_each(files: list[Path], vectors: Path, tmp_path: Path) -> None:
    few = tmp_path / "v.npy"
    np.save(few, np.load(vectors)[:5])
    whole = {"cutouts": hd.WholeImage(), "fingerprints": few}
    atlas = build(files, tmp_path / "x.atlas", **whole)
    assert np.array_equal(atlas.fingerprints, np.load(few).astype(np.float16))
    np.save(few, np.load(vectors)[:3])
    with pytest.raises(BuildError, match="has 3 rows, and there are 5 images"):
        build(files, tmp_path / "y.atlas", **whole)
    assert len(build(files, tmp_path / "y.atlas", hdu="first", **whole)) == 3


def test_named_vectors_name_each_image(files: list[Path], tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(2, 1, (5, 4)).astype(np.float32)
    names = ["p1.png", *(f"a_flt.fits[{chip}]" for chip in reversed(CHIPS)), "p0.png"]
    path = tmp_path / "v.npz"
    whole = {"cutouts": hd.WholeImage(), "fingerprints": path}
    np.savez(path, vectors=values, names=np.array(names))
    atlas = build(files, tmp_path / "x.atlas", **whole)
    assert np.array_equal(atlas.fingerprints, values[::-1].astype(np.float16))
    np.savez(path, vectors=values, names=np.array(["p0.png", *["a_flt.fits"] * 3, "p1.png"]))
    with pytest.raises(BuildError, match=r"3 rows .* name each image as a_flt.fits\[SCI,1\]"):
        build(files, tmp_path / "y.atlas", **whole)


def test_rows_of_a_catalogue_name_a_file_or_one_image_of_it(
    files: list[Path], vectors: Path, tmp_path: Path
) -> None:
    catalog = tmp_path / "c.csv"
    lines = ["file,object", "a_flt.fits,field", '"a_flt.fits[SCI,2]",chip', "p0.png,picture"]
    catalog.write_text("\n".join(lines))
    atlas = build(files, tmp_path / "x.atlas", catalog=catalog, fingerprints=vectors)
    found = atlas.cutouts["object"].fillna("").tolist()
    assert found[::4] == found[3::4] == ["picture", "field", "chip", "field", ""]


def test_one_damaged_chip_does_not_hide_the_others(files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "b_flt.fits"
    hdus = fits.HDUList([fits.PrimaryHDU()])
    for i in range(1, 4):
        hdus.append(fits.CompImageHDU(flux_image(seed=i).astype(np.int16), name="SCI"))
        hdus[-1].header["EXTVER"] = i
    hdus.writeto(path)
    with fits.open(path, disable_image_compression=True) as units:
        places = [unit.fileinfo()["datLoc"] for unit in units]
        sizes = [unit.size for unit in units]
    raw = bytearray(path.read_bytes())
    raw[places[1] : places[1] + sizes[1]] = bytes([255]) * sizes[1]
    path.write_bytes(raw)
    with closing(Feeder(Cutter(hd.BuildSettings(), None, None, 96))) as feeder:
        found = list(feeder.images([files[0], path], [1, 1]))
    assert [type(one) for one in found] == [CutImage, ImageError, CutImage, CutImage]
    assert found[1].path == tmp_path / "b_flt.fits[SCI,1]"
    names = [one.described.row["name"] for one in found[2:]]
    assert names == ["b_flt.fits[SCI,2]", "b_flt.fits[SCI,3]"]


def read_by(feeder: Feeder, files: list[Path], **first: int) -> Iterator[str]:
    for image in feeder.images(files, [path.stat().st_size for path in files], **first):
        assert isinstance(image, CutImage)
        yield image.described.row["name"]


def test_processes_give_the_same_images(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    cutter = Cutter(hd.BuildSettings(cutouts=WINDOWS), None, None, 96, max_pixels_at_once=1)
    # What a process does, done by a thread, which starts at once.
    monkeypatch.setattr(workers._Worker, "cutter", cutter, raising=False)
    monkeypatch.setattr(workers._Worker, "logged", queue.SimpleQueue(), raising=False)
    pool = ThreadPoolExecutor(1)
    monkeypatch.setattr(pool, "shutdown", lambda **_: None)
    monkeypatch.setattr(Processes, "_start", lambda _: pool)
    with closing(Feeder(cutter)) as here, closing(Feeder(cutter, n_workers=1)) as there:
        assert list(read_by(there, files)) == list(read_by(here, files))
        # Images with many cutouts are opened anew, each as itself.
        thumbnails = {
            image.described.row["name"]: [cut.thumbnail for cut in there.cuts(image)]
            for image in there.images(files, [1, 1, 1])
            if isinstance(image, CutImage)
        }
    first, second = (thumbnails[f"a_flt.fits[SCI,{i}]"] for i in (1, 2))
    assert not np.array_equal(first[0], second[0])


def test_reading_begins_at_any_image(files: list[Path]) -> None:
    cutter = Cutter(hd.BuildSettings(), None, None, 96)
    with closing(Feeder(cutter)) as feeder:
        found = list(read_by(feeder, files, first=1, first_part=2))
        assert found == ["a_flt.fits[SCI,3]", "p1.png"]
        assert list(read_by(feeder, files, first=1, first_part=3)) == ["p1.png"]
    with closing(Feeder(replace(cutter, several=False))) as feeder:
        assert list(read_by(feeder, files)) == ["p0.png", "a_flt.fits", "p1.png"]


def test_an_image_of_an_atlas_is_opened_again(
    files: list[Path], vectors: Path, tmp_path: Path
) -> None:
    atlas = build(files, tmp_path / "x.atlas", fingerprints=vectors)
    recipe = Recipe.from_manifest(atlas.manifest)
    for name in ("p0.png", "a_flt.fits[SCI,2]"):
        row = atlas.images[atlas.images["name"] == name].iloc[0]
        with recipe.open_again(row).image as image:
            assert image.name == name

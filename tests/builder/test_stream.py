"""Many files: what is left out of them, and that their order and number change nothing else."""

from __future__ import annotations

import logging
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild, nebula
from helpers.builds import assert_whole, patches, pictures, thumbnail
from helpers.images import flux_image, make_fits, make_picture
from PIL import Image

import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.shards.writer import ShardWriter
from hubble_dash.errors import BuildError

BOX = ["ixmin", "ixmax", "iymin", "iymax"]


def bad_files(folder: Path) -> dict[str, str]:
    """Damaged files, and what should be said of each."""
    whole = make_picture(folder / "0_cut.jpg", nebula(9)).read_bytes()
    (folder / "0_cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "2_empty.png").write_bytes(b"")
    (folder / "4_text.fits").write_text("no FITS at all\n" * 50)
    whole = make_fits(folder / "6_cut.fits", flux_image((200, 200))).read_bytes()
    (folder / "6_cut.fits").write_bytes(whole[:60_000])
    return {
        "0_cut.jpg": "damaged",
        "2_empty.png": "the file is empty",
        "4_text.fits": "none of FITS",
        "6_cut.fits": "cut short",
    }


def test_bad_files_are_listed_and_the_rest_built(quick_build: QuickBuild, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    wanted = bad_files(folder)
    for i in (1, 3, 5, 7, 8):
        make_picture(folder / f"{i}_good.png", patches(i, (60, 60)) // 8 + np.uint8(25 * i))
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=40, step=20)}
    atlas = quick_build(folder, tmp_path / "x.atlas", **settings)
    entries = {Path(e["path"]).name: e["reason"] for e in atlas.manifest["left_out"]["files"]}
    assert set(entries) == set(wanted)
    for name, reason in wanted.items():
        assert reason in entries[name]
    assert atlas.images["name"].tolist() == [f"{i}_good.png" for i in (1, 3, 5, 7, 8)]
    assert atlas.cutouts["image"].tolist() == [i for i in range(5) for _ in range(4)]
    # Thumbnails are as bright as the cutouts of their rows.
    for row, image in enumerate(atlas.cutouts["image"]):
        path = folder / atlas.images["name"][image]
        x0, x1, y0, y1 = atlas.cutouts[BOX].iloc[row]
        cut = np.asarray(Image.open(path))[y0:y1, x0:x1]
        assert abs(thumbnail(atlas, row).mean() - cut.mean()) < 4
        own = np.load(atlas.path / "colors.npy")[row]
        np.testing.assert_allclose(own, cut.mean(axis=(0, 1)), atol=1.5)
    assert_whole(atlas)
    with pytest.raises(BuildError, match=r"of 9 files cannot be read .*0_cut.jpg: .*--max-unread"):
        quick_build(folder, tmp_path / "y.atlas", max_unreadable=0.3, **settings)
    assert not list(tmp_path.glob("y.atlas*"))


def test_all_files_bad(quick_build: QuickBuild, tmp_path: Path) -> None:
    bad_files(tmp_path)
    with pytest.raises(BuildError, match=r"no cutouts in 4 images .*the file is empty"):
        quick_build(tmp_path, tmp_path / "x.atlas", max_unreadable=1.0)


def test_blank_cutouts_are_counted(quick_build: QuickBuild, tmp_path: Path) -> None:
    pixels = np.zeros((60, 120, 3), np.uint8)
    pixels[:, :60] = patches(1, (60, 60))
    make_picture(tmp_path / "a.png", pixels)
    make_picture(tmp_path / "b.png", np.zeros((60, 60), np.uint8))
    flux = flux_image((60, 60))
    flux[:, 20:] = np.nan
    make_fits(tmp_path / "c.fits", flux)
    atlas = quick_build(tmp_path, tmp_path / "x.atlas", cutouts=hd.SlidingWindow(size=60, step=60))
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 2, "too few valid pixels": 1}
    assert atlas.images["name"].tolist() == ["a.png"]
    assert atlas.cutouts[BOX].to_numpy().tolist() == [[0, 60, 0, 60]]
    assert_whole(atlas)
    (tmp_path / "a.png").unlink()
    with pytest.raises(BuildError, match=r"blank \(1\); too few valid pixels \(1\)"):
        quick_build(tmp_path, tmp_path / "y.atlas", cutouts=hd.SlidingWindow(size=60, step=60))


def test_names_and_keys_that_no_table_can_hold(
    quick_build: QuickBuild, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Nor can a report of this test.
    caplog.set_level(logging.CRITICAL)
    odd = tmp_path / "in" / "caf\udce9.fits"
    odd.parent.mkdir()
    try:
        make_fits(tmp_path / "a.fits", HUGE=2**80).rename(odd)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    (tmp_path / "in" / "b\udcff.png").write_bytes(b"")
    atlas = quick_build(tmp_path / "in", tmp_path / "x.atlas", header_keys=["HUGE"])
    assert atlas.images["name"].tolist() == ["caf?.fits"]
    assert atlas.images["HUGE"].tolist() == [str(2**80)]
    assert atlas.manifest["left_out"]["files"][0]["path"].endswith("b?.png")


def test_the_order_of_input_is_the_order_of_output(quick_build: QuickBuild, tmp_path: Path) -> None:
    files, order = pictures(tmp_path / "in", 5), [3, 0, 4, 2, 1]
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=60, step=60, cover_edges=False)}
    one = quick_build(files, tmp_path / "one.atlas", **settings)
    two = quick_build([files[i] for i in order], tmp_path / "two.atlas", **settings)
    assert two.images["name"].tolist() == one.images["name"].iloc[order].tolist()
    np.testing.assert_allclose(
        two.fingerprints.astype(float), one.fingerprints[order].astype(float), atol=2e-3
    )
    for row in range(5):
        np.testing.assert_allclose(
            two.neighbors.similarities[row], one.neighbors.similarities[order[row]], atol=1e-4
        )
        assert abs(thumbnail(two, row).astype(int) - thumbnail(one, order[row])).mean() < 3


def test_the_same_input_gives_the_same_atlas(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 12)
    settings: dict[str, Any] = {"map": hd.MapSettings(n_iter=10)}
    one = quick_build(files, tmp_path / "one.atlas", **settings)
    two = quick_build([*files, files[3]], tmp_path / "two.atlas", **settings)
    names = one.manifest["files"]
    assert {n: names[n]["sha256"] for n in names} == {
        n: entry["sha256"] for n, entry in two.manifest["files"].items()
    }


@pytest.mark.parametrize(
    ("n", "method"), [(1, "tsne"), (1, "umap"), (2, "umap"), (2, "tsne"), (9, "tsne"), (10, "tsne")]
)
def test_few_cutouts(quick_build: QuickBuild, tmp_path: Path, n: int, method: Any) -> None:
    files = pictures(tmp_path / "in", n)
    atlas = quick_build(files, tmp_path / "x.atlas", map=hd.MapSettings(method=method, n_iter=10))
    assert atlas.neighbors.rows.shape == (n, n - 1)
    assert np.isfinite(atlas.positions).all()
    assert len(atlas.similar(0).rows) == n - 1
    says = [note for note in atlas.manifest["notes"] if "little to compare" in note]
    assert len(says) == (n < 10)
    assert all(f"{n} cutout" in note for note in says)
    assert atlas.manifest["map"]["method"] == ("tsne" if n >= 9 else "pca")
    assert any("The map is that of PCA" in note for note in atlas.manifest["notes"]) == (n < 9)
    assert_whole(atlas)


def test_several_sheets_and_batches(quick_build: QuickBuild, tmp_path: Path) -> None:
    layout = SheetLayout(columns=3, rows=2)
    files = pictures(tmp_path / "in", 14)
    whole = quick_build(files, tmp_path / "one.atlas", blocks=Blocks(layout))
    blocks = Blocks(layout, rows_a_block=3)
    batched = quick_build(files, tmp_path / "two.atlas", batch_size=3, blocks=blocks)
    assert batched.n_sheets == 3
    np.testing.assert_allclose(
        batched.fingerprints.astype(float), whole.fingerprints.astype(float), atol=2e-3
    )
    for row in (0, 5, 6, 13):
        expected = Image.open(files[row]).resize((96, 72), Image.Resampling.BICUBIC)
        assert abs(thumbnail(batched, row)[12:84].astype(int) - np.asarray(expected)).mean() < 20
    assert_whole(batched)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_images(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    for i in range(160):
        make_picture(tmp_path / f"p{i}.png", np.roll(pixels, i * 9, axis=1), compress_level=1)
    write, held = ShardWriter.write, []

    def measured(self: ShardWriter, cutouts: list[Cutout], batch: Batch) -> None:
        held.extend([tracemalloc.get_traced_memory()[0]] * len(cutouts))
        write(self, cutouts, batch)

    monkeypatch.setattr(ShardWriter, "write", measured)
    # Thumbnails wait for their sheet, which is soon full.
    blocks = Blocks(layout=SheetLayout(columns=3, rows=2))
    tracemalloc.start()
    quick_build(tmp_path, tmp_path / "x.atlas", batch_size=4, blocks=blocks)
    tracemalloc.stop()
    # The first cutouts are kept for the choice of a backend. Threads hold now more, now less.
    assert len(held) == 160
    grown = np.median(held[130:]) - np.median(held[70:100])
    assert grown < 7 * pixels.nbytes  # of 60 images; their previews alone take twice as much

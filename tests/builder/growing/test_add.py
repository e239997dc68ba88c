"""Images come into an atlas: what was there stays, what is new stands beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import QuickBuild, brute_force
from helpers.builds import assert_whole, patches, pictures, thumbnail
from helpers.growing import Growing
from helpers.images import make_picture
from helpers.kills import Deadly, content

import hubble_dash as hd
from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.builder.growing.add import add_from
from hubble_dash.builder.growing.manifest import advice_of, with_advice
from hubble_dash.config import AddSettings
from hubble_dash.errors import BuildError, CatalogError, WeightsError


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    return Growing(tmp_path)


def test_what_was_there_stays_and_what_is_new_stands_after_it(growing: Growing) -> None:
    old = growing.build(10)
    fingerprints, positions = np.array(old.fingerprints), np.array(old.positions)
    names, shown = list(old.images["name"]), [thumbnail(old, row) for row in range(10)]
    new = growing.add(10, 17)
    assert_whole(new)
    assert np.array_equal(new.fingerprints[:10], fingerprints)
    assert np.array_equal(new.positions[:10], positions)
    assert list(new.images["name"]) == [*names, *(file.name for file in growing.files[10:17])]
    assert list(new.cutouts["image"]) == list(range(17))
    # Full sheets are the same files; the thumbnails of the last one were pressed once more.
    apart = [np.abs(thumbnail(new, i).astype(int) - shown[i]).mean() for i in range(10)]
    assert max(apart[:8]) == 0
    assert max(apart) < 8
    made_at_once = thumbnail(new, 16).astype(int)
    assert np.abs(made_at_once.mean(axis=(0, 1)) - new.colors[16]).max() < 3  # type: ignore[index]


@pytest.mark.slow
def test_neighbors_are_those_of_all(growing: Growing) -> None:
    growing.build(10)
    new = growing.add(10, 20)
    rows, similarities = brute_force(np.array(new.fingerprints), 19)
    assert np.array_equal(new.neighbors.rows, rows)
    assert np.allclose(new.neighbors.similarities, similarities, atol=2e-6)


@pytest.mark.slow
def test_a_column_of_dates_says_what_is_new(
    growing: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing.build(8)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")
    growing.add(8, 10)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    atlas = growing.add(10, 13)
    assert list(atlas.select('added == "2030-03-17"')) == [8, 9]
    assert list(atlas.select('added > "2030-03-17"')) == [10, 11, 12]
    assert len(atlas.select("added is missing")) == 0
    assert [entry["n_cutouts"] for entry in atlas.manifest["additions"]] == [2, 3]
    assert atlas.manifest["settings"]["inputs"] == [file.name for file in growing.files[:8]]


@pytest.mark.slow
def test_the_column_gives_way_to_the_user_s(growing: Growing) -> None:
    table = pd.DataFrame({"path": [file.name for file in growing.files], "added": "by hand"})
    table.to_csv(growing.folder / "images" / "list.csv", index=False)
    catalog = growing.folder / "images" / "list.csv"
    growing.build(5, catalog=catalog)
    atlas = growing.add(5, 7, catalog=catalog)
    assert set(atlas.cutouts["added"]) == {"by hand"}
    assert "added_atlas" in atlas.images
    growing.build(5)
    atlas = growing.add(5, 7, catalog=catalog)
    assert list(atlas.cutouts["added_catalog"].fillna("")) == [""] * 5 + ["by hand"] * 2


@pytest.mark.slow
def test_columns_of_either_side_are_kept(growing: Growing) -> None:
    paths = [file.name for file in growing.files]
    one, other = growing.folder / "images" / "one.csv", growing.folder / "images" / "two.csv"
    pd.DataFrame({"path": paths[:5], "z": [1, 2, 3, 4, 5], "old": "x"}).to_csv(one, index=False)
    pd.DataFrame({"path": paths[5:8], "z": [0.5, 1, 2], "n": [7, 8, 9]}).to_csv(other, index=False)
    growing.build(5, catalog=one)
    cutouts = growing.add(5, 8, catalog=other).cutouts
    assert list(cutouts["z"]) == [1, 2, 3, 4, 5, 0.5, 1, 2]
    assert list(cutouts["old"].fillna("")) == ["x"] * 5 + [""] * 3
    assert cutouts["n"].dtype == "Int64"
    assert list(cutouts["n"][5:]) == [7, 8, 9]
    cutouts = growing.add(8, 9).cutouts
    assert cutouts[["z", "old", "n"]].iloc[8].isna().all()


def test_files_that_are_there_are_passed_over(
    growing: Growing, caplog: pytest.LogCaptureFixture
) -> None:
    old = growing.build(6)
    before = content(growing.path)
    copied = shutil.copy(growing.files[2], growing.folder / "another name.png")
    with caplog.at_level("INFO"):
        again = growing.add(0, 6, given=[*growing.files[:6], copied])
    assert content(growing.path) == before
    assert len(again) == len(old)
    assert "nothing new to add" in caplog.text
    assert not (growing.folder / "some.atlas.part").exists()


def test_a_file_that_changed_is_left_out_and_listed(growing: Growing) -> None:
    growing.build(6)
    make_picture(growing.files[3], patches(99))
    atlas = growing.add(6, 8, given=growing.files[3:8])
    assert len(atlas) == 8
    (left_out,) = atlas.manifest["left_out"]["files"]
    assert left_out["path"] == str(growing.files[3])
    assert "has changed since" in left_out["reason"]


def test_another_file_of_the_same_name_is_another_image(growing: Growing) -> None:
    growing.build(6)
    elsewhere = growing.folder / "elsewhere"
    elsewhere.mkdir()
    file = make_picture(elsewhere / growing.files[0].name, patches(50))
    atlas = growing.add(0, 1, given=file)
    assert list(atlas.images["name"]).count(file.name) == 2


@pytest.mark.slow
def test_of_images_that_cannot_be_read_nothing_is_added(growing: Growing) -> None:
    growing.build(6)
    before = content(growing.path)
    for file in growing.files[6:8]:
        file.write_bytes(b"no picture")
    with pytest.raises(BuildError, match="cannot be read"):
        growing.add(6, 8)
    with pytest.raises(BuildError, match="no cutouts in 2 images"):
        growing.add(6, 8, max_unreadable=1.0)
    assert content(growing.path) == before
    assert not (growing.folder / "some.atlas.part").exists()
    atlas = growing.add(6, 9, max_unreadable=0.9)
    assert len(atlas) == 7
    assert len(atlas.manifest["left_out"]["files"]) == 2


def test_nothing_to_add_is_said(growing: Growing) -> None:
    growing.build(6)
    with pytest.raises(ValueError, match="name image files"):
        add_from(AddSettings(), growing.path)


def test_vectors_are_asked_for_where_they_were_given(growing: Growing) -> None:
    growing.build(6)
    with pytest.raises(BuildError, match=r"were given in vectors_0_6.npz.*--fingerprints"):
        add_from(AddSettings(), growing.path, growing.files[6])
    growing.vectors = growing.vectors[:, :4]
    with pytest.raises(BuildError, match=r"4 long, and those .* 6"):
        growing.add(6, 7)


def test_an_atlas_centred_by_groups_cannot_grow(growing: Growing) -> None:
    growing.build(6, center_by="file")
    with pytest.raises(BuildError, match="centred by file"):
        growing.add(6, 7)


@pytest.mark.slow
def test_the_map_is_laid_out_anew_when_asked(growing: Growing) -> None:
    growing.build(12, method="tsne")
    placed = growing.add(12, 20)
    assert placed.manifest["map"]["added"]["cutouts"] == 8
    before = np.array(placed.positions)
    anew = add_from(AddSettings(new_map=True), growing.path, progress=False)
    assert "added" not in anew.manifest["map"]
    assert not np.array_equal(anew.positions, before)
    assert_whole(anew)
    growing.build(12, method="tsne")
    assert "added" not in growing.add(12, 20, new_map=True).manifest["map"]


@pytest.mark.parametrize(
    ("n_new", "kept", "of_old", "said"),
    [(10, 0.5, 0.6, ""), (60, 0.5, 0.6, ""), (10, 0.4, 0.6, "40%"), (120, 0.6, 0.6, "120 were")],
)
def test_advice_is_given_past_its_limits(n_new: int, kept: float, of_old: float, said: str) -> None:
    placed = {
        "cutouts": n_new,
        "neighbors_kept_at_10": kept,
        "neighbors_kept_at_10_of_old": of_old,
    }
    grown: Any = {
        "n_cutouts": 100 + n_new, "additions": [{"n_cutouts": n_new}], "map": {"added": placed},
        "notes": ["The map was laid out of fewer.", "Another."],
    }  # fmt: skip
    first, *notes = with_advice(grown)["notes"]
    assert first == "Another."
    assert len(notes) == bool(said)
    assert said in "".join(notes)
    learned = advice_of({**grown, "metric": {}})
    assert any("from 100 to 220 cutouts" in note for note in learned) == (n_new == 120)


@pytest.mark.slow
def test_advice_stands_in_the_atlas_until_it_is_followed(growing: Growing) -> None:
    growing.build(6)
    atlas = growing.add(6, 20)
    (note,) = [note for note in atlas.manifest["notes"] if "laid out" in note]
    assert "of 6 cutouts, and 14 were placed on it since" in note
    anew = add_from(AddSettings(new_map=True), growing.path, progress=False)
    assert not any("laid out" in note for note in anew.manifest["notes"])


@pytest.mark.slow
def test_whenever_it_dies_the_atlas_is_the_old_or_the_new_one(
    growing: Growing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")
    growing.build(5)
    kept = growing.folder / "kept"
    shutil.copytree(growing.path, kept)
    old = content(kept)
    growing.add(5, 11)
    new = content(growing.path)

    def prepare() -> None:
        for path in (growing.path, growing.folder / "some.atlas.part"):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(kept, growing.path)

    deadly = Deadly(monkeypatch)
    # Of the last calls, at which names change, more than of those before.
    prepare()
    deadly.run(lambda: growing.add(5, 11))
    for number in [*range(0, deadly.n - 12, 25), *range(deadly.n - 12, deadly.n, 2)]:
        prepare()
        assert deadly.run(lambda: growing.add(5, 11), number)
        assert content(growing.path) in (old, new), number
        growing.add(5, 11)
        assert content(growing.path) == new, number
        assert not (growing.folder / "some.atlas.part").exists()


@pytest.mark.slow
def test_a_network_s_fingerprints_are_made_by_it_again(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "images", 12)
    whole = quick_build(files, tmp_path / "whole.atlas", quality="plain")
    quick_build(files[:8], tmp_path / "some.atlas", quality="plain")
    told = AddSettings(weights=small_weights, device="cpu")
    grown = add_from(told, tmp_path / "some.atlas", files, progress=False)
    assert np.array_equal(grown.fingerprints, whole.fingerprints)
    assert grown.cutouts.drop(columns="image").equals(whole.cutouts.drop(columns="image"))
    assert list(grown.images["path"]) == list(whole.images["path"])
    with pytest.raises(WeightsError, match="name it with --weights"):
        add_from(AddSettings(), tmp_path / "some.atlas", pictures(tmp_path / "more", 13))


@pytest.mark.slow
def test_the_atlas_s_own_mean_is_taken_off(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "images", 8)
    old = quick_build(files[:6], tmp_path / "some.atlas")
    asked = hd.fingerprint_image(old, files[7], weights=small_weights, device="cpu")
    told = AddSettings(weights=small_weights, device="cpu")
    grown = add_from(told, tmp_path / "some.atlas", files[6:], progress=False)
    assert np.allclose(grown.fingerprints[7], asked, rtol=2e-3, atol=2e-3)
    assert np.array_equal(grown.mean, old.mean)


@pytest.mark.slow
def test_weights_that_are_others_are_refused(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    other = {name: value + 1 for name, value in load_file(small_weights).items()}
    save_file({k: v.to(torch.float32) for k, v in other.items()}, tmp_path / "other.safetensors")
    files = pictures(tmp_path / "images", 4)
    quick_build(files[:3], tmp_path / "some.atlas")
    with pytest.raises(WeightsError, match="fingerprints of different weights"):
        add_from(
            AddSettings(weights=tmp_path / "other.safetensors"), tmp_path / "some.atlas", files[3]
        )


@pytest.mark.slow
def test_cutouts_at_positions_need_those_of_the_new_images(growing: Growing) -> None:
    catalog = growing.folder / "images" / "list.csv"
    table = pd.DataFrame({"path": [file.name for file in growing.files], "x": 30, "y": 20})
    table[:6].to_csv(catalog, index=False)
    at = hd.CatalogPositions(size=20)
    growing.vectors = growing.vectors[:6]
    np.savez(growing.folder / "vectors_0_6.npz", fingerprints=growing.vectors)
    growing.build(6, catalog=catalog, cutouts=at)
    np.savez(growing.folder / "vectors_6_8.npz", fingerprints=growing.vectors[:2])
    with pytest.raises(BuildError, match=r"at positions of list.csv.*--catalog"):
        growing.add(6, 8)
    with pytest.raises(CatalogError, match="no row means any"):
        growing.add(6, 8, catalog=catalog)
    table[6:8].to_csv(growing.folder / "images" / "more.csv", index=False)
    atlas = growing.add(6, 8, catalog=growing.folder / "images" / "more.csv")
    assert len(atlas) == 8
    assert atlas.cutouts["ixmin"].nunique() == 1


@pytest.mark.slow
def test_windows_go_on_within_a_sheet(growing: Growing) -> None:
    n = 12
    windows = hd.SlidingWindow(size=20, step=20)
    for first, last in ((0, 2), (2, 3)):
        rows = np.random.default_rng(first).normal(2, 1, ((last - first) * n, 6))
        path = growing.folder / f"vectors_{first}_{last}.npz"
        np.savez(path, fingerprints=rows.astype(np.float32))
    growing.build(2, cutouts=windows)
    atlas = growing.add(2, 3)
    assert len(atlas) == 3 * n
    assert_whole(atlas)
    boxes = atlas.cutouts[["ixmin", "iymin"]].to_numpy()
    assert np.array_equal(boxes[2 * n :], boxes[:n])


@pytest.mark.slow
def test_an_atlas_of_an_early_version_grows(growing: Growing) -> None:
    import json

    growing.build(12)
    lacking = ("image_files.parquet", "colors.npy", "trust.npy")
    for name in lacking:
        (growing.path / name).unlink()
    path = growing.path / "manifest.json"
    said = json.loads(path.read_text())
    for name in lacking:
        del said["files"][name]
    for name in ("neighbors", "center"):
        del said[name]
    path.write_text(json.dumps(said))
    assert open_atlas(growing.path).trust is None
    atlas = growing.add(12, 14, given=growing.files[10:14])
    assert len(atlas) == 14
    assert_whole(atlas)
    assert atlas.colors is None
    assert atlas.image_files is not None
    assert list(atlas.image_files["sha256"].isna()) == [True] * 12 + [False] * 2


@pytest.mark.slow
def test_an_atlas_that_is_served_is_read_anew(growing: Growing) -> None:
    old = growing.build(6)
    held = old.fingerprints, old.neighbors.rows
    growing.add(6, 9)
    # What is open stays readable; who opens anew finds the new one.
    assert len(held[0]) == len(held[1]) == 6
    assert len(open_atlas(growing.path)) == 9

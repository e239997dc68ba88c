"""A build that is given again does only what is new, or says why all must be done."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import QuickBuild
from helpers.builds import assert_whole, patches, pictures, thumbnail
from helpers.growing import Growing
from helpers.images import make_picture
from helpers.kills import Deadly, content

import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.build import build_from
from hubble_dash.builder.fingerprints.passes import Passes
from hubble_dash.builder.inputs import Blocks
from hubble_dash.builder.metric.learning import Learning
from hubble_dash.errors import AtlasError

pytestmark = pytest.mark.slow


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cutouts that went through a network, by batch."""
    found, batches = [], Passes._batches

    def counted(network, cutouts, usual_views):  # type: ignore[no-untyped-def]
        for drawn in batches(network, cutouts, usual_views):
            found.append(len(drawn.cutouts))
            yield drawn

    monkeypatch.setattr(Passes, "_batches", counted)
    return found


def rows_by_path(atlas: hd.Atlas) -> dict[str, int]:
    """Give the row of each file that is its own cutout."""
    paths = atlas.images["path"].iloc[atlas.cutouts["image"].to_numpy()]
    return {Path(path).name: row for row, path in enumerate(paths)}


def nearest_by_path(atlas: hd.Atlas) -> dict[str, list[tuple[str, float]]]:
    """Give the neighbours of each file, by name, nearest first."""
    rows = rows_by_path(atlas)
    name, nearest = list(rows), atlas.neighbors.rows
    similarities = atlas.neighbors.similarities
    return {
        name[i]: sorted(zip((name[j] for j in nearest[i]), similarities[i].tolist(), strict=True))
        for i in range(len(atlas))
    }


def assert_like(atlas: hd.Atlas, whole: hd.Atlas) -> None:
    """Check that an atlas has what one that was built of the same files has, in any order."""
    assert_whole(atlas)
    rows, same = rows_by_path(atlas), rows_by_path(whole)
    assert set(rows) == set(same)
    order = [same[name] for name in rows]
    assert np.array_equal(atlas.fingerprints, whole.fingerprints[order])
    assert np.array_equal(atlas.colors, whole.colors[order])
    for name, row in rows.items():
        off = thumbnail(atlas, row).astype(int) - thumbnail(whole, same[name])
        assert np.abs(off).mean() < 15  # pressed once more; of two pictures it is 80
        shown = (
            (one.path / "previews" / one.images["preview"].iloc[one.cutouts["image"].iloc[i]])
            for one, i in ((atlas, row), (whole, same[name]))
        )
        assert len({path.read_bytes() for path in shown}) == 1
    of_atlas, of_whole = nearest_by_path(atlas), nearest_by_path(whole)
    assert of_atlas.keys() == of_whole.keys()
    for name, nearest in of_atlas.items():
        assert [one for one, _ in nearest] == [one for one, _ in of_whole[name]]
        assert np.allclose([c for _, c in nearest], [c for _, c in of_whole[name]], atol=1e-5)
    assert atlas.image_files is not None
    assert whole.image_files is not None
    sums = (
        dict(zip(one.images["path"], one.image_files["sha256"], strict=True))
        for one in (atlas, whole)
    )
    assert next(sums) == next(sums)


def test_only_what_has_changed_is_done(
    quick_build: QuickBuild, tmp_path: Path, seen: list[int]
) -> None:
    folder, out = tmp_path / "images", tmp_path / "some.atlas"
    files = pictures(folder, 9)
    blocks = Blocks(SheetLayout(columns=2, rows=2), cutouts_a_shard=4, learning=Learning(10**9))
    told = {"quality": "plain", "blocks": blocks, "neighbors": 4}
    told |= {"map": hd.MapSettings(method="pca", perplexity=1)}
    quick_build(folder, out, **told)
    # The mean that is taken off stays that of the build.
    make_picture(files[5], patches(77))
    files[6].unlink()
    make_picture(folder / "a_new.png", patches(78))
    seen.clear()
    again = quick_build(folder, out, **told)
    assert sum(seen) == 2
    whole = quick_build(folder, tmp_path / "whole.atlas", **told)
    assert_like(again, whole)
    assert again.manifest["additions"][0]["n_images"] == 2
    assert [Path(path).name for path in again.images["path"][-2:]] == ["a_new.png", "p5.png"]
    files[0].unlink()
    seen.clear()
    again = quick_build(folder, out, **told)
    assert sum(seen) == 0
    assert_like(again, quick_build(folder, tmp_path / "whole2.atlas", **told))
    assert again.manifest["additions"][0]["n_images"] == 2
    before = content(out)
    quick_build(folder, out, **told)
    assert content(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "images", "some.atlas", "whole.atlas", "whole2.atlas",
    ]  # fmt: skip


def test_title_map_and_neighbours_are_given_as_it_is(
    quick_build: QuickBuild, tmp_path: Path, seen: list[int]
) -> None:
    files, out = pictures(tmp_path / "images", 12), tmp_path / "some.atlas"
    told = {"quality": "plain", "neighbors": 3, "map": hd.MapSettings(method="pca", perplexity=1)}
    first = quick_build(files, out, **told)
    assert first.manifest["n_neighbors"] == 9  # of which nine do not overlap
    positions = np.array(first.positions)
    seen.clear()
    titled = quick_build(files, out, **told, title="Patches")
    assert titled.title == "Patches"
    assert np.array_equal(titled.positions, positions)
    more = quick_build(files, out, **told | {"neighbors": 11})
    assert (more.title, more.manifest["settings"]["neighbors"]) == ("Patches", 11)
    whole = quick_build(files, tmp_path / "whole.atlas", **told | {"neighbors": 11})
    assert np.array_equal(more.neighbors.rows, whole.neighbors.rows)
    seen.clear()
    other = hd.MapSettings(method="tsne", n_iter=30, perplexity=2)
    moved = quick_build(files, out, **told | {"neighbors": 11, "map": other})
    assert moved.manifest["map"]["method"] == "tsne"
    assert not np.allclose(moved.positions, positions)
    fewer = quick_build(files, out, **told | {"map": other})
    assert fewer.manifest["n_neighbors"] == 9
    assert np.array_equal(fewer.neighbors.rows, whole.neighbors.rows[:, :9])
    assert_whole(fewer)
    assert sum(seen) == 0


def names_of(atlas: hd.Atlas) -> set[str]:
    (level,) = atlas.manifest["clusters"]
    return {one["name"] for one in level["clusters"]}


@pytest.mark.slow
def test_names_of_clusters_are_given_as_it_is(
    quick_build: QuickBuild, tmp_path: Path, seen: list[int]
) -> None:
    random, out = np.random.default_rng(0), tmp_path / "some.atlas"
    (tmp_path / "images").mkdir()
    files = []
    for i in range(60):
        pixels = patches(i) if i % 2 else random.integers(0, 40, (60, 80, 3), dtype=np.uint8)
        files.append(make_picture(tmp_path / "images" / f"p{i}.png", pixels))
    table = pd.DataFrame({"path": [file.name for file in files], "kind": ["noise", "patches"] * 30})
    table.to_csv(tmp_path / "images" / "list.csv", index=False)
    told = {"quality": "plain", "neighbors": 9, "catalog": tmp_path / "images" / "list.csv"}
    told["map"] = hd.MapSettings(method="tsne", n_iter=100)
    first = quick_build(files, out, **told)
    (level,) = first.manifest["clusters"]
    assert {one["name"] for one in level["clusters"]} == {"noise", "patches"}
    assert len(first.select("cluster == 'noise' and kind == 'patches'")) == 0
    seen.clear()
    again = quick_build(files, out, **told, cluster_names={"noise": "Static"})
    (level,) = again.manifest["clusters"]
    assert {one["name"] for one in level["clusters"]} == {"Static", "patches"}
    assert np.array_equal(again.clusters, first.clusters)
    assert again.check() == []
    before = content(out)
    quick_build(files, out, **told, cluster_names={"noise": "Static"})
    assert content(out) == before
    assert sum(seen) == 0
    with pytest.raises(hd.HubbleDashError, match=r"two clusters one name"):
        quick_build(files, out, **told, cluster_names={"noise": "A", "patches": "A"})
    # Where nothing is said of names, those that were given are kept: with another title, ...
    assert names_of(quick_build(files, out, **told, title="Other")) == {"Static", "patches"}
    # ... and with other images.
    files[0].unlink()
    pixels = random.integers(0, 40, (60, 80, 3), dtype=np.uint8)
    files[0] = make_picture(tmp_path / "images" / "q.png", pixels)
    grown = quick_build(files, out, **told)
    assert names_of(grown) == {"Static", "patches"}
    assert len(grown.select("cluster == 'Static' and kind == 'patches'")) == 0
    assert names_of(hd.add(out, new_map=True, progress=False)) == {"Static", "patches"}
    # A list without them takes them back.
    assert names_of(quick_build(files, out, **told, cluster_names={})) == {"noise", "patches"}


def test_a_file_that_was_mended_comes_in(quick_build: QuickBuild, tmp_path: Path) -> None:
    folder, out = tmp_path / "images", tmp_path / "some.atlas"
    pictures(folder, 6)
    (folder / "x.png").write_bytes(b"no picture")
    (folder / "y.png").write_bytes(b"no picture either")
    atlas = quick_build(folder, out, quality="plain")
    assert len(atlas.manifest["left_out"]["files"]) == 2
    make_picture(folder / "x.png", patches(99))
    again = quick_build(folder, out, quality="plain")
    assert len(again) == 7
    assert [Path(one["path"]).name for one in again.manifest["left_out"]["files"]] == ["y.png"]


def test_what_was_learned_stays(quick_build: QuickBuild, tmp_path: Path) -> None:
    files, out = pictures(tmp_path / "images", 40), tmp_path / "some.atlas"
    blocks = Blocks(learning=Learning(least=10, usual=30, most=30, n_axes=4))
    atlas = quick_build(files, out, blocks=blocks)
    assert atlas.metric is not None
    fingerprints = np.array(atlas.fingerprints)
    sample = {str(atlas.images["path"][row]) for row in atlas.metric.sample}
    files[3].unlink()
    make_picture(files[7], patches(99))
    again = quick_build(tmp_path / "images", out, blocks=blocks)
    assert_whole(again)
    assert again.metric is not None
    assert np.array_equal(again.metric.axes, atlas.metric.axes)
    paths = {str(again.images["path"][row]) for row in again.metric.sample}
    assert paths == sample - {str(files[3]), str(files[7])}
    assert again.manifest["metric"]["n_sample"] == len(paths)
    rows, were = rows_by_path(again), rows_by_path(atlas)
    assert np.array_equal(again.fingerprints[rows["p5.png"]], fingerprints[were["p5.png"]])
    assert not np.allclose(again.fingerprints[rows["p7.png"]], fingerprints[were["p7.png"]])
    for path in files[8:30]:
        path.unlink()
    with pytest.raises(AtlasError, match=r"learned from.*have changed or are gone.*--overwrite"):
        quick_build(tmp_path / "images", out, blocks=blocks)


def test_the_atlas_is_the_old_or_the_new_one(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "images", tmp_path / "some.atlas"
    files = pictures(folder, 8)
    told = {"quality": "plain", "neighbors": 3, "map": hd.MapSettings(method="pca", perplexity=1)}
    quick_build(folder, out, **told)
    before = content(out)
    make_picture(files[2], patches(50))
    files[4].unlink()
    deadly = Deadly(monkeypatch)
    for at in itertools.count(0, 9):
        if not deadly.run(lambda: quick_build(folder, out, **told), at):
            break
        assert content(out) == before or len(hd.open_atlas(out)) == 7
    assert deadly.n_lives > 2
    monkeypatch.undo()
    assert_like(
        quick_build(folder, out, **told), quick_build(folder, tmp_path / "whole.atlas", **told)
    )


def test_only_new_files_are_read(quick_build: QuickBuild, tmp_path: Path, seen: list[int]) -> None:
    folder, out = tmp_path / "images", tmp_path / "some.atlas"
    pictures(folder, 6)
    quick_build(folder, out, quality="plain")
    before = content(out)
    quick_build(folder, out, quality="plain")
    assert content(out) == before
    pictures(folder, 9)
    seen.clear()
    again = quick_build(folder, out, quality="plain")
    assert sum(seen) == 3
    assert_whole(again)
    whole = quick_build(folder, tmp_path / "whole.atlas", quality="plain")
    assert np.array_equal(again.fingerprints, whole.fingerprints)
    assert np.array_equal(again.neighbors.rows, whole.neighbors.rows)
    # A map as of a build, which is laid out of all.
    assert np.allclose(again.positions, whole.positions, atol=1e-4)
    assert "added" not in again.manifest["map"]


def test_it_says_why_all_must_be_built(
    quick_build: QuickBuild, small_weights: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    files, out = pictures(tmp_path / "images", 5), tmp_path / "some.atlas"
    quick_build(files[:4], out, quality="plain")
    other = tmp_path / "other.safetensors"
    save_file({name: 2 * value for name, value in load_file(small_weights).items()}, other)
    before = content(out)
    with pytest.raises(AtlasError, match='quality was "plain" and is "fast"'):
        quick_build(files[:4], out)
    with pytest.raises(AtlasError, match="the weights had SHA-256"):
        quick_build(files[:4], out, quality="plain", weights=other)
    with pytest.raises(AtlasError, match=r"cutouts was .*full.* and is .*window"):
        quick_build(files[:4], out, quality="plain", cutouts=hd.SlidingWindow(size=20))
    with pytest.raises(AtlasError, match=r"3 of its files are there and not among .*p1.png"):
        quick_build(files[:1], out, quality="plain")
    with pytest.raises(AtlasError, match=r"new or changed: 1 \(p4.png\).*byte for byte"):
        quick_build(files, out, quality="plain", deterministic=True)
    assert content(out) == before


def test_what_gave_nothing_gives_nothing_again(quick_build: QuickBuild, tmp_path: Path) -> None:
    files, out = pictures(tmp_path / "images", 4), tmp_path / "some.atlas"
    bad = tmp_path / "images" / "z.png"
    bad.write_bytes(b"no picture")
    make_picture(tmp_path / "images" / "y.png", np.zeros((60, 80), np.uint8))
    quick_build(tmp_path / "images", out, quality="plain")
    before = content(out)
    quick_build(tmp_path / "images", out, quality="plain", max_unreadable=0.2)
    assert content(out) == before
    assert len(files) == 4


def test_vectors_that_are_given_are_read_as_a_whole(tmp_path: Path) -> None:
    growing = Growing(tmp_path, 5)
    growing.build(5)
    with pytest.raises(AtlasError, match=r"exists; replace it with --overwrite.*given"):
        build_from(
            hd.BuildSettings(fingerprints=tmp_path / "vectors_0_5.npz"),
            growing.files,
            out=growing.path,
        )

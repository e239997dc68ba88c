"""Fingerprints that are centred by group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild, brute_force
from helpers.images import flux_image, make_fits
from helpers.precomputed import build_of, pictures, save, vectors
from helpers.tables import write_text
from numpy.typing import NDArray

import hubble_dash as hd
from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.cursor import SeenColumns
from hubble_dash.builder.fingerprints.groups import Groups
from hubble_dash.builder.inputs import Blocks
from hubble_dash.cli.main import main
from hubble_dash.methods.provenance import provenance


@pytest.fixture
def seen_twice(tmp_path: Path) -> tuple[list[Path], NDArray[np.float32], list[str]]:
    """What 12 cutouts look like, each half of them through an instrument that adds a constant."""
    instruments = ["ACS", "WFC3"] * 6
    files = [
        make_fits(tmp_path / f"f{i:02d}.fits", flux_image(seed=i), INSTRUME=instruments[i])
        for i in range(12)
    ]
    look = np.repeat(vectors(6, 9, seed=5), 2, axis=0) - 2
    own = look + np.where(np.array(instruments) == "ACS", 6.0, -4.0)[:, None]
    return files, own.astype(np.float32), instruments


@pytest.mark.parametrize("source", ["header", "catalogue"])
def test_centring_by_a_column_takes_the_instrument_away(
    seen_twice: tuple[list[Path], NDArray[np.float32], list[str]],
    tmp_path: Path,
    source: str,
) -> None:
    files, own, instruments = seen_twice
    settings: dict[str, Any] = {"fingerprints": save(tmp_path / "own.npy", own)}
    plain = build_of(files, tmp_path / "plain.atlas", **settings)
    if source == "catalogue":
        lines = [f"f{i:02d}.fits,camera {name}" for i, name in enumerate(instruments)]
        (tmp_path / "c.csv").write_text("\n".join(["file,image", *lines]))
        settings |= {"catalog": tmp_path / "c.csv"}
    by = {"header": "INSTRUME", "catalogue": "image"}[source]
    blocks = Blocks(rows_a_block=5)
    atlas = build_of(files, tmp_path / "x.atlas", center_by=by, blocks=blocks, **settings)
    expected = own.astype(float)
    for name in ("ACS", "WFC3"):
        rows = np.array(instruments) == name
        expected[rows] -= expected[rows].mean(axis=0)
    np.testing.assert_allclose(atlas.fingerprints, expected, atol=4e-3)
    _, similarities = brute_force(expected, 11)
    np.testing.assert_allclose(atlas.neighbors.similarities, similarities, atol=2e-3)
    # The nearest is the same thing seen by the other instrument, which plainly it never is.
    partner = np.arange(12) ^ 1
    assert (atlas.neighbors.rows[:, 0] == partner).all()
    assert not (plain.neighbors.rows[:, :5] == partner[:, None]).any()
    assert atlas.manifest["center"] == {"by": by, "n_groups": 2}
    assert dict(provenance(atlas))["Centred"] == f"the mean of each {by} taken off, 2 groups"
    assert plain.manifest["center"] is None
    assert not (atlas.path / "mean.npy").exists()


def test_centring_by_file_of_a_network_s_fingerprints(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "in", 3)
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=20, step=10), "quality": "fast"}
    atlas = quick_build(files, tmp_path / "x.atlas", center_by="file", **settings)
    for image in range(3):
        own = np.asarray(atlas.fingerprints, float)[atlas.cutouts["image"] == image]
        assert abs(own.mean(axis=0)).max() < 2e-3 * abs(own).max()
    with pytest.raises(ValueError, match=r"is centred by file, and of another image no group"):
        hd.fingerprint_image(atlas, files[0])


def test_groups_that_say_little_are_noted(tmp_path: Path) -> None:
    files = [make_fits(tmp_path / f"f{i}.fits", INSTRUME=name) for i, name in enumerate("AAB ")]
    own = save(tmp_path / "own.npy", vectors(4))
    atlas = build_of(files, tmp_path / "x.atlas", fingerprints=own, center_by="INSTRUME")
    notes = " ".join(atlas.manifest["notes"])
    assert "Of 3 groups by INSTRUME, 3 have fewer than 10 cutouts" in notes
    assert "1 cutouts have no INSTRUME" in notes
    mean = vectors(4).mean(axis=0)
    # Of a group of one, all the collection's mean is taken off.
    np.testing.assert_allclose(atlas.fingerprints[2], vectors(4)[2] - mean, atol=4e-3)
    np.testing.assert_allclose(atlas.fingerprints[0], -atlas.fingerprints[1], atol=4e-3)
    own = save(tmp_path / "two.npy", vectors(2))
    alone = build_of(files[:2], tmp_path / "y.atlas", fingerprints=own, center_by="INSTRUME")
    assert "All cutouts share one INSTRUME" in " ".join(alone.manifest["notes"])


@pytest.mark.parametrize("images_looked_at", [1, 2, 5])
def test_a_column_that_no_image_has(images_looked_at: int) -> None:
    groups = Groups("CAMERA", None, images_looked_at=images_looked_at)
    for _ in range(min(images_looked_at, 3) - 1):
        groups.look({"INSTRUME": "ACS", "EXPTIME": 3.0}, n_files=3)
    again = Groups("CAMERA", None, images_looked_at=images_looked_at)
    again.restore(groups.seen)
    for one in (groups, again):
        with pytest.raises(ValueError, match=r"there are: file, INSTRUME, EXPTIME \("):
            one.look({"INSTRUME": "ACS", "EXPTIME": 3.0}, n_files=3)


def test_a_column_that_one_image_has() -> None:
    groups = Groups("CAMERA", None, images_looked_at=2)
    groups.look({"CAMERA": "a"}, n_files=9)
    again = Groups("CAMERA", None, images_looked_at=2)
    again.restore(groups.seen)
    again.look({}, n_files=9)
    assert again.seen == SeenColumns(known=True, there=["file", "CAMERA"], n_seen=2)


def test_a_column_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(3):
        make_fits(tmp_path / f"f{i}.fits")
    (tmp_path / "c.csv").write_text("file,kind\nf0.fits,spiral\n")
    own = save(tmp_path / "own.npy", vectors(3))
    words = ["build", str(tmp_path / "f*.fits"), "--out", str(tmp_path / "x.atlas")]
    words += ["--fingerprints", str(own), "--catalog", str(tmp_path / "c.csv"), "--quiet"]
    assert main([*words, "--center-by", "CAMERA"]) == 2
    message = capsys.readouterr().err
    assert "center_by is 'CAMERA', and neither the catalogue nor the headers have" in message
    assert "there are: kind, file, " in message
    assert "INSTRUME" in message
    assert "--header-key" in message
    assert main([*words, "--center-by", "kind", "--map", "pca"]) == 0


def test_groups_by_identifiers_that_some_lack(tmp_path: Path) -> None:
    """Two that one float stands for are two groups."""
    lines = ["file,tile", f"a,{2**53}", f"b,{2**53 + 1}", "c,"]
    catalog = read_catalog(write_text(tmp_path / "c.csv", *lines))
    codes = Groups("tile", catalog).codes(
        tmp_path, np.zeros(5, np.int32), np.array([0, 1, 2, -1, 1])
    )
    assert codes.tolist() == [0, 1, -1, -1, 1]

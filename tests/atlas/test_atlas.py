"""The atlas: opening, damage, similar rows, places on the sky."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from helpers.atlases import brute_force

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.disk.owners import own_name
from hubble_dash.errors import AtlasError


@pytest.fixture
def copy(atlas: Atlas, tmp_path: Path) -> Path:
    return shutil.copytree(atlas.path, tmp_path / "copy.atlas")


def test_arrays_have_a_row_for_each_cutout(atlas: Atlas) -> None:
    n = len(atlas)
    assert len(atlas.cutouts) == n == 216
    assert len(atlas.images) == 2
    assert atlas.fingerprints.shape[0] == n
    assert atlas.fingerprints.dtype == np.float16
    assert atlas.neighbors.rows.dtype == np.int32
    assert atlas.neighbors.similarities.shape == atlas.neighbors.rows.shape
    assert atlas.positions.shape == (n, 2)


def test_large_arrays_are_memory_mapped(atlas: Atlas) -> None:
    assert isinstance(atlas.fingerprints, np.memmap)


def test_similar_to_a_row_equals_brute_force(atlas: Atlas) -> None:
    rows, similarities = brute_force(atlas.fingerprints, 9)
    for row in (0, 17, 215):
        found = atlas.similar(row, n=9)
        np.testing.assert_array_equal(found.rows, rows[row])
        np.testing.assert_allclose(found.similarities, similarities[row], atol=1e-6)


def test_similar_beyond_what_is_stored_searches_the_fingerprints(atlas: Atlas) -> None:
    rows, similarities = brute_force(atlas.fingerprints, 150)
    assert atlas.neighbors.rows.shape[1] < 150
    found = atlas.similar(5, n=150)
    np.testing.assert_allclose(found.similarities, similarities[5], atol=1e-5)
    assert set(found.rows[:100]) == set(rows[5, :100])
    assert 5 not in found.rows


def test_fewer_come_back_where_there_are_fewer(atlas: Atlas) -> None:
    query = np.asarray(atlas.fingerprints[0], np.float32)
    assert atlas.similar(query, n=999).rows.shape == (216,)


def test_similar_without_overlapping(atlas: Atlas) -> None:
    own = atlas.cutouts.iloc[30]
    found = atlas.similar(30, n=40, leave_out_overlapping=True)
    assert len(found.rows) == 40
    for row in found.rows:
        other = atlas.cutouts.iloc[row]
        apart = (
            other["image"] != own["image"]
            or other["ixmin"] >= own["ixmax"]
            or other["ixmax"] <= own["ixmin"]
            or other["iymin"] >= own["iymax"]
            or other["iymax"] <= own["iymin"]
        )
        assert apart
    all_rows, _ = brute_force(atlas.fingerprints, 215)
    expected = [row for row in all_rows[30] if row not in atlas.overlapping(30)][:40]
    assert sorted(found.rows) == sorted(expected)


@pytest.mark.parametrize("overlapping", [False, True])
def test_similar_among_some_rows_equals_brute_force(atlas: Atlas, overlapping: bool) -> None:
    ranked, _ = brute_force(atlas.fingerprints, 215)
    # Many, of which enough are stored neighbours, and few, of which none need be.
    few = np.arange(len(atlas), dtype=np.int32)[::-40]
    for among, row in ((atlas.select("class == 'spiral'"), 30), (few, 30), (np.array([3, 99]), 5)):
        found = atlas.similar(row, n=9, leave_out_overlapping=overlapping, among=among)
        left = set(among) - (set(atlas.overlapping(row)) if overlapping else set())
        assert found.rows.tolist() == [one for one in ranked[row] if one in left][:9]
    none = np.empty(0, np.int64)
    assert atlas.similar(5, among=none).rows.tolist() == []
    own = np.asarray(atlas.fingerprints[12], np.float32)
    assert atlas.similar(own, among=np.array([12, 80])).rows.tolist() == [12, 80]


def test_similar_refuses_what_are_no_rows(atlas: Atlas) -> None:
    with pytest.raises(IndexError, match="0 to 215"):
        atlas.similar(0, among=np.array([3, 216]))
    with pytest.raises(ValueError, match="as select finds them"):
        atlas.similar(0, among=np.ones(216, bool))


def test_similar_to_a_fingerprint_finds_its_own_cutout_first(atlas: Atlas) -> None:
    found = atlas.similar(np.asarray(atlas.fingerprints[12], np.float32) * 3, n=3)
    assert found.rows[0] == 12
    assert found.similarities[0] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("row", [-1, 216])
def test_similar_refuses_a_row_that_is_not_there(atlas: Atlas, row: int) -> None:
    with pytest.raises(IndexError, match=r"no row .*0 to 215"):
        atlas.similar(row)


def test_similar_refuses_unusable_queries(atlas: Atlas) -> None:
    with pytest.raises(ValueError, match="shape"):
        atlas.similar(np.ones(3, np.float32))
    with pytest.raises(ValueError, match="zero or not finite"):
        atlas.similar(np.zeros(atlas.fingerprints.shape[1], np.float32))
    with pytest.raises(ValueError, match="at least 1"):
        atlas.similar(0, n=0)


@pytest.mark.parametrize(
    ("ra_deg", "dec_deg"),
    [(139.9, 5.1), (40.0, -20.0), (400.0, -19.9), (0.0, 90.0), (123.0, -90.0), (220.3, 20.01)],
)
def test_nearest_to_agrees_with_astropy(atlas: Atlas, ra_deg: float, dec_deg: float) -> None:
    place = SkyCoord(ra_deg, dec_deg, unit="deg")
    known = SkyCoord(atlas.cutouts["ra_deg"], atlas.cutouts["dec_deg"], unit="deg")
    row, separation = atlas.nearest_to(ra_deg, dec_deg)
    apart = place.separation(known).arcsec
    assert apart[row] == pytest.approx(apart.min(), abs=1e-6)
    assert separation == pytest.approx(apart.min(), abs=1e-6)


@pytest.mark.slow
def test_opening_an_atlas_does_not_wait_for_astropy(atlas: Atlas) -> None:
    code = (
        "import sys, hubble_dash as hd\n"
        f"hd.open_atlas({str(atlas.path)!r}).similar(3)\n"
        "assert 'astropy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_was_taken_off_the_fingerprints(atlas: Atlas, copy: Path) -> None:
    np.testing.assert_array_equal(atlas.mean, np.zeros(atlas.fingerprints.shape[1]))
    mean = np.arange(atlas.fingerprints.shape[1], dtype=np.float32)
    np.save(copy / "mean.npy", mean)
    files = {**atlas.manifest["files"], "mean.npy": {"bytes": 0, "sha256": ""}}
    with_mean = Atlas(copy, {**atlas.manifest, "files": files})
    np.testing.assert_array_equal(with_mean.mean, mean)


def test_nearest_to_needs_positions(flipped_atlas: Atlas) -> None:
    with pytest.raises(AtlasError, match="no cutout has a position"):
        flipped_atlas.nearest_to(10, 10)


def test_one_cutout_has_no_neighbours(lonely_atlas: Atlas) -> None:
    assert lonely_atlas.neighbors.rows.shape == (1, 0)
    assert len(lonely_atlas.similar(0).rows) == 0


def test_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="hubble-dash build"):
        open_atlas(tmp_path / "none.atlas")


def test_an_atlas_is_opened_though_a_kill_came_between_two_renames(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where names cannot be exchanged; whoever asks for it first puts it back."""
    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.disk.owners._start_of", lambda _: 1)
        left = own_name(copy, "old")
    copy.rename(left)
    assert len(open_atlas(copy)) == 216
    assert not left.exists()
    with pytest.raises(AtlasError, match="there is no atlas folder"):
        open_atlas("a\0b.atlas")


def test_folder_without_manifest_is_no_atlas(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="not an atlas"):
        open_atlas(tmp_path)


def test_newer_format_is_refused(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["format_version"] = 99
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(AtlasError, match="version 99"):
        open_atlas(copy)


def test_truncated_file_is_refused(copy: Path) -> None:
    (copy / "fingerprints.npy").write_bytes(b"short")
    with pytest.raises(AtlasError, match=r"fingerprints.npy has 5 bytes"):
        open_atlas(copy)


def test_missing_file_is_refused(copy: Path) -> None:
    (copy / "positions.npy").unlink()
    with pytest.raises(AtlasError, match=r"positions.npy is missing"):
        open_atlas(copy)


def test_check_finds_changed_bytes(copy: Path) -> None:
    atlas = open_atlas(copy)
    assert atlas.check() == []
    data = bytearray((copy / "positions.npy").read_bytes())
    data[-1] ^= 1
    (copy / "positions.npy").write_bytes(data)
    assert atlas.check() == ["positions.npy differs from its checksum"]

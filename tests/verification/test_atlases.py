"""Verifying atlases: whole ones are sound, and each thing that is off is told."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import QuickBuild
from helpers.builds import patches
from helpers.images import make_picture

import hubble_dash as hd
from hubble_dash.verification.findings import MAX_SAID, Verification


def sealed_again(folder: Path) -> None:
    """Let sizes and checksums agree with the files once more."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    path.write_text(json.dumps(manifest), encoding="utf-8")


def change_array(name: str, change: Callable[[np.ndarray], None]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def apply(folder: Path) -> None:
        array = np.load(folder / name)
        change(array)
        np.save(folder / name, array)
        sealed_again(folder)

    return apply


def flip_byte(folder: Path) -> None:
    data = bytearray((folder / "positions.npy").read_bytes())
    data[-1] ^= 1
    (folder / "positions.npy").write_bytes(data)


def cut_short(folder: Path) -> None:
    (folder / "cutouts.parquet").write_bytes(b"PAR1")


def lose_an_entry(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["model"]["weights_sha256"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def leave_the_image(folder: Path) -> None:
    table = pd.read_parquet(folder / "cutouts.parquet")
    table.loc[3, "ixmax"] = 10_000
    table.to_parquet(folder / "cutouts.parquet")
    sealed_again(folder)


def spoil_a_sheet(folder: Path) -> None:
    (folder / "sheets/sheet_00000.webp").write_bytes(b"RIFF")
    sealed_again(folder)


def swap(array: np.ndarray) -> None:  # type: ignore[type-arg]
    array[5, :2] = array[5, 1::-1]


def lie_of_all(array: np.ndarray) -> None:  # type: ignore[type-arg]
    array[:] = np.sort(np.random.default_rng(0).random(array.shape))[:, ::-1]


def repeat(array: np.ndarray) -> None:  # type: ignore[type-arg]
    array[7, 1] = array[7, 0]


WRONG = [
    (flip_byte, "positions.npy differs from its checksum"),
    (cut_short, "cutouts.parquet differs from its checksum"),
    (lose_an_entry, "weights_sha256"),
    (leave_the_image, "ixmax of row 3 is 10000"),
    (spoil_a_sheet, "sheet_00000.webp"),
    (change_array("similarities.npy", swap), "row 5: its neighbours are not"),
    (change_array("neighbors.npy", repeat), "row 7: its neighbours are not"),
    (change_array("similarities.npy", lie_of_all), "its similarities are not those"),
]


@pytest.mark.parametrize(("spoil", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_is_off_is_told(
    atlas: hd.Atlas, tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "x.atlas"
    shutil.copytree(atlas.path, folder)
    assert hd.verify(folder).is_sound
    spoil(folder)
    found = hd.verify(folder)
    assert not found.is_sound
    assert any(told in line for line in found.wrong), found.wrong
    assert len(found.wrong) <= MAX_SAID + 1


def test_neighbours_that_are_not_the_nearest_are_told(atlas: hd.Atlas, tmp_path: Path) -> None:
    folder = tmp_path / "x.atlas"
    shutil.copytree(atlas.path, folder)
    rows, similarities = atlas.neighbors.rows, atlas.neighbors.similarities
    # The nearest is left out of every list, in which all else is true.
    np.save(folder / "neighbors.npy", rows[:, 1:])
    np.save(folder / "similarities.npy", similarities[:, 1:])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["n_neighbors"] -= 1
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    sealed_again(folder)
    assert any("others are more similar" in line for line in hd.verify(folder).wrong)


def checked(found: Verification, what: str) -> tuple[int, int]:
    [one] = [one for one in found.checked if one.what == what]
    return one.n, one.n_wrong


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, quick_build: QuickBuild) -> Path:
    folder = tmp_path_factory.mktemp("built")
    (folder / "in").mkdir()
    for number in range(3):
        make_picture(folder / "in" / f"p{number}.png", patches(number))
    windows = hd.SlidingWindow(size=40, step=20)
    quick_build(folder / "in", out=folder / "x.atlas", cutouts=windows)
    return folder


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of the atlas, whose images are still where they were."""
    shutil.copytree(built / "x.atlas", tmp_path / "x.atlas")
    return tmp_path / "x.atlas"


def test_cutouts_are_made_again_from_their_images(own: Path, small_weights: Path) -> None:
    found = hd.verify(own, sample=6, weights=small_weights)
    assert found.wrong == found.notes == []
    for what in ("thumbnails made again", "mean colours made again", "fingerprints made again"):
        assert checked(found, what) == (6, 0)


def test_another_thumbnail_and_fingerprint_are_told(own: Path, small_weights: Path) -> None:
    # All is sealed again, and agrees with itself: only the images tell.
    fingerprints = np.load(own / "fingerprints.npy")
    neighbors, similarities = (np.load(own / f"{n}.npy") for n in ("neighbors", "similarities"))
    n = len(fingerprints)
    back = np.arange(n)[::-1]
    np.save(own / "fingerprints.npy", fingerprints[back])
    np.save(own / "neighbors.npy", (n - 1 - neighbors[back]).astype(np.int32))
    np.save(own / "similarities.npy", similarities[back])
    np.save(own / "colors.npy", np.load(own / "colors.npy")[back])
    sealed_again(own)
    found = hd.verify(own, sample=n, weights=small_weights)
    assert any("a cosine of" in line for line in found.wrong)
    assert any("its mean colour differs" in line for line in found.wrong)
    assert checked(found, "neighbours searched again, rows") == (n, 0)


def test_a_moved_image_is_said_and_a_changed_one_is_off(built: Path, own: Path) -> None:
    image = built / "in" / "p1.png"
    kept = image.read_bytes()
    try:
        image.unlink()
        found = hd.verify(own, sample=100)
        assert found.is_sound
        assert any("1 of 3 source images" in note and "p1.png" in note for note in found.notes)
        make_picture(image, patches(9))
        found = hd.verify(own, sample=100)
        assert [line for line in found.wrong if "p1.png is not the file" in line]
    finally:
        image.write_bytes(kept)


def test_without_torch_all_else_is_verified(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    found = hd.verify(own)
    assert found.is_sound
    assert "torch is not installed: no cutout was made again" in found.notes


def test_what_is_nothing_of_the_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hd.HubbleDashError, match="there is no"):
        hd.verify(tmp_path / "none")
    with pytest.raises(ValueError, match="sample"):
        hd.verify(tmp_path, sample=-1)
    assert not hd.verify(tmp_path).is_sound

"""A build that is given again does only what is new, or says why all must be done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import QuickBuild
from helpers.builds import assert_whole, patches, pictures
from helpers.growing import Growing
from helpers.images import make_picture
from helpers.kills import content

import hubble_dash as hd
from hubble_dash.builder.build import build_from
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.errors import AtlasError

pytestmark = pytest.mark.slow


def test_only_new_files_are_read(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "images", tmp_path / "some.atlas"
    pictures(folder, 6)
    quick_build(folder, out, quality="plain")
    before = content(out)
    quick_build(folder, out, quality="plain")
    assert content(out) == before
    pictures(folder, 9)
    seen, batches = [], Network._batches

    def counted(network, cutouts):  # type: ignore[no-untyped-def]
        for some, pixels in batches(network, cutouts):
            seen.append(len(some))
            yield some, pixels

    monkeypatch.setattr(Network, "_batches", counted)
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
    with pytest.raises(AtlasError, match=r"1 of its files are no longer .*p3.png"):
        quick_build(files[:3], out, quality="plain")
    with pytest.raises(AtlasError, match=r"1 files are new .*byte for byte"):
        quick_build(files, out, quality="plain", deterministic=True)
    make_picture(files[1], patches(77))
    with pytest.raises(AtlasError, match=r"have changed .*p1.png.*--overwrite"):
        quick_build(files, out, quality="plain")
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

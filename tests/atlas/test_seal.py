"""A finished folder becomes an atlas."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from helpers.atlases import make_atlas, nebula

from hubble_dash.atlas import seal as module
from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.manifest import UnsealedManifest
from hubble_dash.atlas.seal import Checksums, check_replaceable, seal
from hubble_dash.errors import AtlasError


def test_the_manifest_has_every_file_but_itself(atlas: Atlas) -> None:
    said = json.loads((atlas.path / "manifest.json").read_text(encoding="utf-8"))
    assert list(said)[:2] == ["format", "format_version"]
    assert list(said)[-1] == "files"
    paths = [path for path in atlas.path.rglob("*") if path.is_file()]
    expected = {
        path.relative_to(atlas.path).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
        if path.name != "manifest.json"
    }
    assert said["files"] == expected
    assert list(said["files"]) == sorted(expected, key=lambda name: Path(name).parts)


def test_a_name_that_no_text_file_holds_gets_a_question_mark(atlas: Atlas, tmp_path: Path) -> None:
    part = copytree(atlas.path, tmp_path / "part")
    manifest: UnsealedManifest = {**atlas.manifest, "notes": ["b\udcffd.fits"]}
    seal(part, tmp_path / "x.atlas", manifest, files=atlas.manifest["files"])
    assert open_atlas(tmp_path / "x.atlas").manifest["notes"] == ["b?d.fits"]


def test_an_atlas_is_not_written_over_unless_told(tmp_path: Path) -> None:
    path = make_atlas(tmp_path / "a.atlas", pictures=[nebula(1)], limit=5).path
    with pytest.raises(AtlasError, match="--overwrite"):
        make_atlas(path, pictures=[nebula(1)], limit=7)
    assert len(open_atlas(path)) == 5
    with pytest.raises(AtlasError, match="--overwrite"):
        check_replaceable(path, replace=False)
    check_replaceable(path, replace=True)
    # So is one that is damaged, as long as it says that it is one.
    (path / "positions.npy").unlink()
    (path / ".DS_Store").touch()
    check_replaceable(path, replace=True)
    (path / "notes.txt").write_text("mine")
    with pytest.raises(AtlasError, match=r"has something else in it: notes.txt; move that away"):
        check_replaceable(path, replace=True)
    check_replaceable(tmp_path / "new.atlas", replace=False)


@pytest.mark.parametrize("content", [b"{}", b'{"format": "another"}', b"no JSON", b"[]", None])
def test_what_is_no_atlas_is_never_replaced(tmp_path: Path, content: bytes | None) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    if content is not None:
        (folder / "manifest.json").write_bytes(content)
    with pytest.raises(AtlasError, match="is not an atlas"):
        check_replaceable(folder, replace=True)


def test_files_that_were_begun_with_are_read_once(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, read = copytree(atlas.path, tmp_path / "part"), []
    real = module._entry
    monkeypatch.setattr(module, "_entry", lambda path: (read.append(path.name), real(path))[1])
    files = atlas.manifest["files"]
    with closing(Checksums(part)) as checksums:
        checksums.begin(["cutouts.parquet", "images.parquet"])
        assert checksums.of(["images.parquet"]) == {"images.parquet": files["images.parquet"]}
        sealed = seal(part, tmp_path / "x.atlas", atlas.manifest, files=files, checksums=checksums)
        with pytest.raises(AtlasError, match="was written and is gone"):
            checksums.of(["none.npy"])
    assert sealed.manifest["files"] == files
    assert sorted(read) == sorted([*(Path(name).name for name in files), "none.npy"])

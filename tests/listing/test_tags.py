"""Tags saved in a page become a column of the atlas; what is wrong is said, and changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.manifest import identity_of
from hubble_dash.cli.main import main
from hubble_dash.errors import AtlasError
from hubble_dash.listing.tag_column import with_tags
from hubble_dash.listing.tag_file import read_tags

TAGGED = {3: 1, 20: 2, 21: 2, 150: 5}
NOWHERE = {"tag": 1, "row": 0, "file": "a", "box": [0, 1, 0, 1]}


@pytest.fixture
def own(atlas: Atlas, tmp_path: Path) -> Atlas:
    """A copy, to be changed."""
    return open_atlas(shutil.copytree(atlas.path, tmp_path / "own.atlas"))


def entry(atlas: Atlas, row: int, tag: Any) -> dict[str, Any]:
    cutout = atlas.cutouts.iloc[row]
    box = [int(cutout[name]) for name in ("ixmin", "ixmax", "iymin", "iymax")]
    return {"tag": tag, "row": row, "file": str(atlas.images["name"][cutout["image"]]), "box": box}


def saved(path: Path, own: Atlas, **changes: Any) -> Path:
    said = {
        "format": "hubble-dash tags",
        "version": 1,
        "atlas": {"identity": identity_of(own.manifest)},
        "tags": [entry(own, row, tag) for row, tag in TAGGED.items()],
    }
    path.write_text(json.dumps(said | changes))
    return path


def test_a_column_that_queries_and_evaluations_know(
    own: Atlas, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path / "tags.json", own)
    before = own.manifest["files"]
    assert main(["tag", str(own.path), str(path)]) == 0
    assert "4 of 216 cutouts have a tag" in capsys.readouterr().out
    new = open_atlas(own.path)
    assert new.select("tag == 2").tolist() == [20, 21]
    assert new.select("tag is missing").size == 212
    assert new.cutouts["tag"].dtype == "Int8"
    assert not new.check()
    changed = {name for name, one in new.manifest["files"].items() if before[name] != one}
    assert changed == {"cutouts.parquet"}
    pd.testing.assert_frame_equal(new.cutouts.drop(columns="tag"), own.cutouts)
    assert main(["evaluate", str(own.path), "--label", "tag", "--leave-out", "none"]) == 0
    assert "tag" in capsys.readouterr().out
    assert [path.name for path in own.path.parent.iterdir() if ".atlas" in path.name] == [
        "own.atlas"
    ]


def test_tags_replace_tags_and_nothing_else(own: Atlas) -> None:
    first = np.zeros(len(own), np.int8)
    first[7] = 1
    again = with_tags(with_tags(own, first), np.roll(first, 1))
    assert again.select("tag == 1").tolist() == [8]
    with pytest.raises(AtlasError, match="cannot be the name"):
        with_tags(again, first, column="image")
    with pytest.raises(AtlasError, match="--column"):
        with_tags(again, first, column="magnitude")


def test_another_atlas_stays_as_it_is(own: Atlas, tmp_path: Path) -> None:
    path = saved(tmp_path / "tags.json", own)
    manifest = (own.path / "manifest.json").read_bytes()
    out = tmp_path / "tagged.atlas"
    assert main(["tag", str(own.path), str(path), "--out", str(out), "--column", "mine"]) == 0
    assert open_atlas(out).select("mine == 5").tolist() == [150]
    assert (own.path / "manifest.json").read_bytes() == manifest
    assert not out.joinpath("fingerprints.npy").samefile(own.path / "fingerprints.npy")
    assert main(["tag", str(own.path), str(path), "--out", str(out)]) == 1
    assert main(["tag", str(own.path), str(path), "--out", str(out), "--overwrite"]) == 0


def test_another_build_finds_cutouts_by_file_and_box(own: Atlas, tmp_path: Path) -> None:
    entries = [entry(own, row, tag) | {"row": 0} for row, tag in TAGGED.items()]
    entries.append(entry(own, 4, 3) | {"box": [1, 2, 3, 4]})
    path = saved(tmp_path / "tags.json", own, atlas={"identity": "another"}, tags=entries)
    found = read_tags(path, own)
    assert {row: int(found.of_row[row]) for row in np.flatnonzero(found.of_row)} == TAGGED
    assert (found.lost, found.by_row) == (1, False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "another"}, "tags.format is 'another'"),
        ({"version": 2}, "tags.version is 2; allowed: 1"),
        ({"tags": []}, "holds no tags"),
        ({"tags": [{"tag": 6, "row": 0, "file": "a", "box": [0, 1, 0, 1]}]}, "allowed: 1 to 5"),
        ({"tags": [{"tag": 1, "row": 0, "file": "a", "box": [0, 1]}]}, r"tags\.tags\[0\]\.box"),
        ({"tags": [NOWHERE | {"row": 999}]}, "rows are 0 to 215"),
        ({"tags": [NOWHERE], "atlas": {}}, "none of"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_tags(
    atlas: Atlas, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(AtlasError, match=said):
        read_tags(saved(tmp_path / "tags.json", atlas, **changes), atlas)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 10_000, b'{"tags": NaN}'])
def test_bytes_that_are_no_json(atlas: Atlas, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "tags.json"
    path.write_bytes(data)
    with pytest.raises(AtlasError, match=r"tags\.json is no file of tags"):
        read_tags(path, atlas)


def test_a_damaged_file_is_not_sealed_again(own: Atlas) -> None:
    path = own.path / "positions.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(AtlasError, match=r"positions\.npy is not the file that was sealed"):
        with_tags(own, np.ones(len(own), np.int8))
    assert "tag" not in open_atlas(own.path).cutouts

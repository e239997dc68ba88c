"""Files of a report's pieces, when a page is verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.verification.bundles import PieceFiles
from hubble_dash.viewer.data.encoding import checksum, column
from hubble_dash.viewer.exported.bundles import Bundles


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    """The index of five pieces in files of two."""
    bundles = Bundles(NewFolder(tmp_path / "data"), file_bytes=90)
    bundles.write("near", [{"texts": ["é" * number]} for number in range(5)])  # type: ignore[list-item]
    return {"files": bundles.index}


def test_pieces_are_found_in_files_of_several(tmp_path: Path, files: dict[str, Any]) -> None:
    found = PieceFiles(Folder(tmp_path), files)
    assert files["files"]["near"]["per_file"] == 2
    texts = [found.text(f"near/{number}") for number in range(5)]
    assert texts == [f'{{"texts":["{"é" * number}"]}}' for number in range(5)]
    paths = {f"near/{i}": tmp_path / f"data/near/{i}.js" for i in range(3)}
    assert found.sums == {name: checksum(path.read_bytes()) for name, path in paths.items()}
    assert not found.missing


def test_a_folder_of_an_early_version_has_a_file_a_piece(tmp_path: Path) -> None:
    Bundles(NewFolder(tmp_path / "data"), file_bytes=1).write("near", [{"texts": []}])  # type: ignore[list-item]
    assert PieceFiles(Folder(tmp_path), {}).text("near/0") == '{"texts":[]}'


def test_what_is_off_is_told(tmp_path: Path, files: dict[str, Any]) -> None:
    near = files["files"]["near"]
    moved = {"files": {"near": {**near, "starts": column([0, 44, 0, 47, 0], "int32")}}}
    found = PieceFiles(Folder(tmp_path), moved)
    for number in range(5):
        found.text(f"near/{number}")
    assert any(
        "near/0.js: pieces do not begin where the index says" in one for one in found.missing
    )
    with pytest.raises(AtlasError, match="impossible numbers of near in a file"):
        PieceFiles(Folder(tmp_path), {"files": {"near": {**near, "per_file": 0}}})
    path = tmp_path / "data/near/1.js"
    path.write_text("\n".join(reversed(path.read_text("utf-8").split("\n"))), "utf-8")
    found = PieceFiles(Folder(tmp_path), files)
    with pytest.raises(ValueError, match=r"near/1\.js has no piece near/2 where it should be"):
        found.text("near/2")
    path.unlink()
    found = PieceFiles(Folder(tmp_path), files)
    assert found.text("near/2") is None
    assert "near/1.js is missing" in found.missing[0]

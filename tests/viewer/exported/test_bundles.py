"""Files of several pieces."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from helpers.decoding import decode

from hubble_dash.disk.names import NewFolder
from hubble_dash.viewer.data.encoding import checksum
from hubble_dash.viewer.exported.bundles import FILE_BYTES, Bundles, file_bytes_of, in_order


def pieces(n: int) -> list[Any]:
    """Of ever more bytes than letters."""
    return [{"texts": ["é" * number, "<\n\u2028>"]} for number in range(n)]


@pytest.mark.parametrize(("n", "per_file"), [(0, 1), (1, 3), (3, 3), (7, 3), (9, 3)])
def test_pieces_lie_where_the_index_says(tmp_path: Path, n: int, per_file: int) -> None:
    first = len('hubbleDash.piece("near/0",{"texts":["","\\u003c\\n\\u2028>"]});')
    bundles = Bundles(NewFolder(tmp_path), file_bytes=per_file * first + 2)
    steps: list[int] = []
    bundles.write("near", pieces(n), lambda: steps.append(1))
    assert len(steps) == n
    files = {f"near/{i}": tmp_path / f"near/{i}.js" for i in range(-(-n // per_file))}
    assert set(tmp_path.rglob("*.js")) == {*files.values()}
    assert bundles.checksums == {name: checksum(file.read_bytes()) for name, file in files.items()}
    if n:
        assert bundles.index["near"]["per_file"] == per_file
        starts = [*decode(dict(bundles.index["near"]["starts"])).tolist(), 0]
    for number, piece in enumerate(pieces(n)):
        data = files[f"near/{number // per_file}"].read_bytes()
        is_last = number % per_file == per_file - 1 or number == n - 1
        line = data[starts[number] : len(data) if is_last else starts[number + 1] - 1].decode()
        called = f'hubbleDash.piece("near/{number}",'
        assert line.startswith(called)
        assert json.loads(line.removeprefix(called).removesuffix(");")) == piece


@pytest.mark.parametrize("kind", ["columns", "texts", "previews", "mapgrid"])
def test_what_is_asked_for_by_itself_has_a_file_of_its_own(tmp_path: Path, kind: str) -> None:
    bundles = Bundles(NewFolder(tmp_path))
    bundles.write(kind, pieces(3))
    assert sorted(bundles.checksums) == [f"{kind}/0", f"{kind}/1", f"{kind}/2"]
    assert bundles.index == {}


def test_pieces_as_large_as_a_file_have_one_each(tmp_path: Path) -> None:
    bundles = Bundles(NewFolder(tmp_path), file_bytes=10)
    bundles.write("records", pieces(3))
    assert len(bundles.checksums) == 3
    assert bundles.index == {}


def test_work_stays_in_order_and_does_not_run_ahead() -> None:
    begun: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        taken = in_order(pool, lambda number: begun.append(number) or number, 90)
        assert next(taken) == 0
        assert len(begun) <= 16
        assert [*taken] == [*range(1, 90)]
    assert sorted(begun) == [*range(90)]


def test_files_grow_with_the_number_of_cutouts() -> None:
    assert file_bytes_of(100) == file_bytes_of(750_000) == FILE_BYTES
    assert file_bytes_of(1_500_000) == 2 * FILE_BYTES
    assert file_bytes_of(4_000_000) == file_bytes_of(40_000_000) == 3 * FILE_BYTES

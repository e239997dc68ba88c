"""Tiles in files of a report, and what is said where images cannot be had."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.decoding import decode
from helpers.originals import Given
from numpy.typing import NDArray
from PIL import Image as Pillow

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import ExportError, ImageError
from hubble_dash.viewer.data.encoding import checksum
from hubble_dash.viewer.deep.pyramid import Band
from hubble_dash.viewer.deep.written import write_deep

SHAPES = [(600, 1100), (200, 300)]


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    return [nebula(seed, shape) for seed, shape in enumerate(SHAPES)]


@pytest.fixture(scope="module")
def deep_atlas(
    pictures: list[NDArray[np.uint8]], tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    folder = tmp_path_factory.mktemp("deep")
    return make_atlas(folder / "deep.atlas", pictures=pictures, size=200, step=200, shrunk=4)


def read(folder: Path) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for path in sorted(folder.rglob("*.js"), key=lambda path: int(path.stem)):
        for line in path.read_text().split("\n"):
            called = re.fullmatch(r'hubbleDash\.piece\("deep/(\d+)",(.*)\);', line)
            assert called
            found[int(called[1])] = json.loads(called[2])["url"]
    return found


def test_files_have_all_tiles_and_say_where_they_begin(
    deep_atlas: Atlas, pictures: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    deep = write_deep(deep_atlas, Given(pictures), NewFolder(tmp_path))
    # Of 1,100 pixels and of 550, of 300 and of 150; files of four.
    assert deep.firsts == {0: [0, 8], 1: [12, 16]}
    assert deep.index == {"n": 20, "side": 512, "overlap": 1}
    urls = read(tmp_path)
    assert list(urls) == [*range(20)]
    assert [number for number, url in urls.items() if not url] == [
        6,
        7,
        10,
        11,
        13,
        14,
        15,
        17,
        18,
        19,
    ]
    data = base64.b64decode(urls[4].partition(",")[2])
    tile = np.asarray(Pillow.open(io.BytesIO(data))).astype(int)
    assert np.abs(tile - pictures[0][511:600, 511:1025]).mean() < 3
    starts = decode(deep.files["deep"]["starts"])
    assert deep.files["deep"]["per_file"] == 4
    for number, start in enumerate(starts):
        file = (tmp_path / f"deep/{number // 4}.js").read_bytes()
        assert file[start:].startswith(f'hubbleDash.piece("deep/{number}",'.encode())
    assert deep.checksums == {
        f"deep/{path.stem}": checksum(path.read_bytes()) for path in tmp_path.rglob("*.js")
    }


def test_what_cannot_be_had_is_said(
    deep_atlas: Atlas,
    pictures: list[NDArray[np.uint8]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = {0: "the file is no longer there"}
    with caplog.at_level(logging.INFO):
        deep = write_deep(deep_atlas, Given(pictures, gone), NewFolder(tmp_path))
    assert deep.firsts == {1: [0, 4]}
    assert (
        "1 of 2 images cannot be had at full resolution, and stay as they are:"
        " /data/field_0.fits: the file is no longer there" in caplog.text
    )
    assert "1 of 2 images at full resolution: 0.1 megapixels in all," in caplog.text
    both = {**gone, 1: "the file is no longer there"}
    with pytest.raises(
        ExportError,
        match=r"none of the 2 images .*: /data/field_0\.fits: the file is no longer there; put",
    ):
        write_deep(deep_atlas, Given(pictures, both), NewFolder(tmp_path))


def test_previews_may_have_all_there_is(
    atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        deep = write_deep(atlas, Given([]), NewFolder(tmp_path))
    assert (deep.index, deep.firsts, deep.files) == (None, {}, {})
    assert "previews have all pixels of all images" in caplog.text


def test_damage_on_the_way_is_told(
    deep_atlas: Atlas, pictures: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    class Damaged(Given):
        def bands(self, image: int) -> Iterator[Band]:
            yield next(super().bands(image))
            raise ImageError("x.fits", "the data cannot be read")

    with pytest.raises(ImageError, match=r"x\.fits: the data cannot be read"):
        write_deep(deep_atlas, Damaged(pictures), NewFolder(tmp_path))

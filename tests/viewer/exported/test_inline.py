"""The data of a page that is one file: all inside, and shrunk until they fit."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from helpers.atlases import make_atlas
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.encoding import data_url, embed_json
from hubble_dash.viewer.data.orders import AtlasOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.inline import inline_index


def images_of(index: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = index["pieces"]["images/0"]["images"]
    return found


def bytes_of(url: str) -> bytes:
    head, data = url.split(",")
    assert head == "data:image/webp;base64"
    return base64.b64decode(data)


def test_everything_is_inside(atlas: Atlas) -> None:
    index = json.loads(json.dumps(inline_index(atlas), allow_nan=False))
    pieces = Pieces(atlas, AtlasOrder())
    kinds = pieces.kinds().items()
    assert index["pieces"].keys() == {f"{kind}/{i}" for kind, n in kinds for i in range(n)}
    for kind in ("map", "sky", "boxes", "records"):
        assert index["pieces"][f"{kind}/0"] == pieces.make(kind, 0)
    thumbnails = index["thumbnails"]
    assert (thumbnails["size"], thumbnails["columns"], thumbnails["rows"]) == (96, 16, 16)
    assert thumbnails["by"] == "row"
    paths = [atlas.sheet_path(sheet) for sheet in range(atlas.n_sheets)]
    assert [bytes_of(url) for url in thumbnails["urls"]] == [path.read_bytes() for path in paths]
    for image, name in zip(images_of(index), atlas.images["preview"], strict=True):
        assert bytes_of(image["url"]) == (atlas.path / "previews" / name).read_bytes()


def test_without_positions_there_is_no_sky(flipped_atlas: Atlas) -> None:
    index = inline_index(flipped_atlas)
    assert "sky" not in index
    assert "sky/0" not in index["pieces"]


def test_pictures_shrink_until_they_fit_and_go_where_they_cannot(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (250, 300, 3), dtype=np.uint8) for _ in range(8)]
    atlas = make_atlas(tmp_path / "noise.atlas", pictures=pictures, size=250, step=250)
    whole = len(json.dumps(inline_index(atlas)))
    assert whole > 500_000
    for share, has_pictures in ((0.4, True), (0.1, False)):
        index = inline_index(atlas, max_bytes=int(share * whole))
        assert len(json.dumps(index)) <= share * whole
        assert all(bool(image["url"]) == has_pictures for image in images_of(index))


def test_small_pictures_are_compressed_harder_before_they_go(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (110, 120, 3), dtype=np.uint8) for _ in range(8)]
    atlas = make_atlas(tmp_path / "small.atlas", pictures=pictures, size=110, step=110)
    whole = inline_index(atlas)
    sizes = [len(image["url"]) for image in images_of(whole)]
    index = inline_index(atlas, max_bytes=len(json.dumps(whole)) - sum(sizes) // 4)
    for image, size in zip(images_of(index), sizes, strict=True):
        with PillowImage.open(io.BytesIO(bytes_of(image["url"]))) as picture:
            assert picture.size == (120, 110)
        assert len(image["url"]) < size


def test_pictures_keep_all_that_fits(tmp_path: Path) -> None:
    """As they are; else all pixels, compressed harder; else as many pixels as fit."""
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 255, (250, 300, 3), dtype=np.uint8) for _ in range(4)]
    atlas = make_atlas(tmp_path / "noise.atlas", pictures=pictures, size=250, step=250)
    raw = sum(len(data_url(atlas.pictures.preview(image))) for image in range(len(atlas.images)))
    whole = len(embed_json(inline_index(atlas)))

    def sides(spared: float) -> set[int]:
        index = inline_index(atlas, max_bytes=int(whole + 2000 - spared * raw))
        urls = [image["url"] for image in images_of(index)]
        if spared == 0:
            assert bytes_of(urls[0]) == atlas.pictures.preview(0)
        elif spared > 0.5:
            assert sum(map(len, urls)) > 0.6 * (1 - spared) * raw
        found = set()
        for url in urls:
            with PillowImage.open(io.BytesIO(bytes_of(url))) as picture:
                found.add(max(picture.size))
        return found

    assert sides(0) == sides(0.2) == {300}
    (smaller,) = sides(0.6)
    assert 128 <= smaller < 300

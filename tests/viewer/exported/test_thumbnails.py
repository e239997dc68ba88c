"""Thumbnails on pictures of a few, in another order."""

from __future__ import annotations

import base64
import io
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.decoding import thumbnail
from PIL import Image as PillowImage
from tqdm import TMonitor

from hubble_dash.viewer.exported import thumbnails as module
from hubble_dash.viewer.exported.thumbnails import PER_PICTURE, encoded_thumbnails, thumbnails_index


def threads() -> set[threading.Thread]:
    """Those that run, but the one that tqdm keeps for its bars."""
    return {thread for thread in threading.enumerate() if not isinstance(thread, TMonitor)}


def shown(url: str) -> np.ndarray:
    data = base64.b64decode(url.removeprefix("data:image/jpeg;base64,"), validate=True)
    with PillowImage.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.slow
def test_all_thumbnails_in_any_order_and_no_thread_is_left(tmp_path: Path) -> None:
    """More thumbnails than an atlas's sheet holds, shuffled."""
    made = make_atlas(tmp_path / "x.atlas", pictures=[nebula(7, (320, 400))], size=40, step=20)
    assert made.n_sheets > 1
    order = np.random.default_rng(0).permutation(len(made)).astype(np.int32)
    before = threads()
    with encoded_thumbnails(made, tmp_path) as thumbnails:
        few = [shown(piece["url"]) for piece in thumbnails.pieces(order[:3])]
        pictures = [shown(piece["url"]) for piece in thumbnails.pieces(order)]
    assert threads() == before
    assert [*tmp_path.iterdir()] == [made.path]
    assert thumbnails_index(96) == {"size": 96, "columns": 1, "rows": PER_PICTURE, "by": "place"}
    np.testing.assert_array_equal(few[0][:-1], pictures[0][: 3 * 96 - 1])
    assert {one.shape for one in pictures[:-1]} == {(PER_PICTURE * 96, 96, 3)}
    column = np.concatenate(pictures)
    assert column.shape == (len(made) * 96, 96, 3)
    for place in range(0, len(made), 31):
        off = column[96 * place :][:96].astype(int) - thumbnail(made, order[place])
        assert np.abs(off).mean() < 4


@pytest.mark.parametrize(("size", "pitch"), [(96, 96), (50, 64), (16, 16), (7, 16)])
def test_a_picture_shows_what_each_thumbnail_alone_would(size: int, pitch: int) -> None:
    """Also where a thumbnail is no whole number of blocks, and markers have come round.

    But for the hue of its first and last row, where decoders look at the rows beside it.
    """
    random = np.random.default_rng(size)
    pixels = random.integers(0, 256, (11, size, size, 3), dtype=np.uint8)
    encoded = [module._encode(one) for one in pixels]
    head = module._Head.of(encoded[0])
    scans = [one[len(head) : -2] for one in encoded]
    joined = shown(module.data_url(module._joined(head, scans, module._pitch(size))))
    assert thumbnails_index(size).get("pitch", size) == pitch
    assert joined.shape == (11 * pitch, size, 3)
    for number, one in enumerate(encoded):
        alone = shown(module.data_url(one))
        found = joined[number * pitch :][:size]
        np.testing.assert_array_equal(found[1:-1], alone[1:-1])
        assert np.abs(found.astype(int) - alone).mean() < 5

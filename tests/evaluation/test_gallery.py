"""What a query finds of a gallery, and what it must not find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hubble_dash.evaluation.gallery import Gallery


def test_blocks_of_queries_give_the_same() -> None:
    vectors = np.random.default_rng(6).normal(size=(60, 5)).astype(np.float32)
    known = np.arange(60) % 5 > 0
    (whole,) = Gallery(vectors).search(np.arange(60), known)
    blocks = list(Gallery(vectors, block_values=7 * 60).search(np.arange(60), known))
    assert [len(rows) for rows, _, _ in blocks] == [7] * 8 + [4]
    for found, parts in zip(whole, zip(*blocks, strict=True), strict=True):
        np.testing.assert_allclose(np.concatenate(parts), found, rtol=0, atol=1e-6)


def test_a_random_part_of_many_is_asked() -> None:
    gallery = Gallery(np.ones((60, 2)), max_queries=20)
    rows = gallery.queries()
    assert len(rows) == 20
    assert (np.diff(rows) > 0).all()
    assert set(gallery.queries(np.arange(60) < 30).tolist()) <= set(range(30))
    assert gallery.queries(np.arange(60) < 5).tolist() == [0, 1, 2, 3, 4]


def test_what_a_query_does_not_find() -> None:
    boxes = pd.DataFrame(
        {
            **{"image": [0, 0, 0, 1], "iymin": 0, "iymax": 10},
            **{"ixmin": [0, 5, 10, 0], "ixmax": [10, 15, 20, 10]},
        }
    )  # fmt: skip
    vectors = np.random.default_rng(0).normal(size=(4, 3))
    allowed = {
        how: next(Gallery(vectors, boxes, leave_out=how).search(np.arange(4)))[2]
        .astype(int)
        .tolist()
        for how in ("none", "overlapping", "image")
    }
    assert allowed["none"] == (1 - np.eye(4, dtype=int)).tolist()
    assert allowed["overlapping"] == [[0, 0, 1, 1], [0, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 0]]
    assert allowed["image"] == [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 0]]
    with pytest.raises(ValueError, match="needs the boxes"):
        Gallery(vectors, leave_out="image")
    with pytest.raises(ValueError, match="zero or not finite"):
        Gallery(np.zeros((2, 3), np.float32))

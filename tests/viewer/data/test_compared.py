"""The mean of some cutouts compared with all, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.decoding import decode

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.compared import cosine_piece, like_answer
from hubble_dash.viewer.data.schema import MOST_AVERAGED, MOST_LIKE


def test_those_most_like_a_mean(atlas: Atlas) -> None:
    unit = atlas.fingerprints.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    rows = np.array([20, 5, 100, 5], np.int32)
    cosine = unit @ unit[[5, 20, 100]].sum(axis=0)
    cosine[rows] = -np.inf
    expected = np.argsort(-cosine)[:30]
    assert decode(like_answer(atlas, rows, 30)["rows"]).tolist() == expected.tolist()
    every = decode(like_answer(atlas, rows, MOST_LIKE)["rows"])
    assert sorted([*every, 5, 20, 100]) == list(range(len(atlas)))
    assert len(decode(like_answer(atlas, np.arange(len(atlas), dtype=np.int32), 9)["rows"])) == 0


@pytest.mark.parametrize("refine", [False, True])
def test_one_compared_with_all(atlas: Atlas, refine: bool) -> None:
    found = decode(cosine_piece(atlas, 17, refine=refine)["cosines"])
    expected = atlas.similar(17, len(atlas), refine=refine)
    np.testing.assert_allclose(found[expected.rows], expected.similarities, atol=2e-6)
    assert np.flatnonzero(np.isnan(found)).tolist() == [17]


@pytest.mark.parametrize(
    ("rows", "n", "said"),
    [
        ([], 9, "0 rows are given; 1 to 20,000 can be"),
        ([0] * (MOST_AVERAGED + 1), 9, "20,001 rows are given"),
        ([3, -1], 9, "there is no row -1; rows are 0 to 215"),
        ([3, 216], 9, "there is no row 216; rows are 0 to 215"),
        ([3], 0, "0 cutouts are wanted; 1 to 5,000 can be"),
        ([3], MOST_LIKE + 1, "5001 cutouts are wanted"),
    ],
)
def test_what_means_nothing(atlas: Atlas, rows: list[int], n: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        like_answer(atlas, np.array(rows, np.int32), n)

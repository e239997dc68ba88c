from __future__ import annotations

import numpy as np
import pytest

from hubble_dash.builder.neighbors.unit import blocks, unit_rows


def test_fingerprints_must_be_a_matrix() -> None:
    with pytest.raises(ValueError, match=r"\(n, d\)"):
        unit_rows(np.ones(4))


def test_blocks_cover_all_rows_once() -> None:
    assert list(blocks(10, 4)) == [slice(0, 4), slice(4, 8), slice(8, 10)]
    assert list(blocks(0, 4)) == []

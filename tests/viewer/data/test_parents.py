"""The parent images: pieces of their previews."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from helpers.atlases import make_atlas

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.data.parents import Parents


def test_previews_share_pieces_as_far_as_they_fit(tmp_path: Path) -> None:
    """Three noisy pictures and one that is plain, and so a small file."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (60, 60, 3), dtype=np.uint8) for _ in range(4)]
    pictures[2][:] = 7
    atlas = make_atlas(tmp_path / "x.atlas", pictures=pictures, size=60, step=60)
    sizes = [len(atlas.pictures.preview(i)) for i in range(4)]
    assert sizes[2] < 0.2 * min(sizes[0], sizes[1], sizes[3])

    def grouped(preview_bytes: int) -> list[list[str]]:
        parents = Parents(atlas, preview_bytes=preview_bytes)
        return [list(parents.previews(number)) for number in range(parents.n_previews)]

    assert grouped(sum(sizes)) == [["0", "1", "2", "3"]]
    assert grouped(sizes[1] + sizes[2]) == [["0"], ["1", "2"], ["3"]]
    # A larger one has a piece of its own.
    assert grouped(1) == [["0"], ["1"], ["2"], ["3"]]


def test_an_image_says_which_piece_has_its_preview_or_waits_for_its_picture(atlas: Atlas) -> None:
    parents = Parents(atlas, preview_bytes=1)
    told = parents.describe(slice(0, 2), with_preview=True)
    assert [entry["preview"] for entry in told] == [0, 1]
    assert [entry["preview"] for entry in parents.describe(slice(1, 2), with_preview=True)] == [1]
    waiting = parents.describe(slice(0, 2), with_preview=False)
    assert [entry["url"] for entry in waiting] == [None, None]

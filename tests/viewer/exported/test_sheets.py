"""Thumbnails on small sheets, in another order."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from helpers.atlases import make_atlas, nebula
from helpers.decoding import picture, thumbnail
from tqdm import TMonitor

from hubble_dash.disk.names import NewFolder
from hubble_dash.viewer.exported.sheets import write_sheets


def threads() -> set[threading.Thread]:
    """Those that run, but the one that tqdm keeps for its bars."""
    return {thread for thread in threading.enumerate() if not isinstance(thread, TMonitor)}


def test_many_sheets_in_any_order_and_no_thread_is_left(tmp_path: Path) -> None:
    """More thumbnails than an atlas's sheet holds, shuffled."""
    made = make_atlas(tmp_path / "x.atlas", pictures=[nebula(7, (320, 400))], size=40, step=20)
    assert made.n_sheets > 1
    order = np.random.default_rng(0).permutation(len(made)).astype(np.int32)
    before = threads()
    layout = write_sheets(made, order, NewFolder(tmp_path / "sheets"))
    assert threads() == before
    assert (layout.size, layout.per_sheet) == (96, 64)
    files = sorted((tmp_path / "sheets").iterdir(), key=lambda path: int(path.stem))
    assert [path.name for path in files] == [f"{i}.webp" for i in range(-(-len(made) // 64))]
    pixels = np.concatenate([picture(path) for path in files])
    for place in range(0, len(made), 31):
        down, across = divmod(place, 8)
        shown = pixels[96 * down :, 96 * across :][:96, :96].astype(int)
        assert np.abs(shown - thumbnail(made, order[place])).mean() < 4

"""What sessions share of an atlas, and that an older build of it is let go of."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.decoding import decode

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.density.sky_tiles import sky_pyramid, tile_number
from hubble_dash.viewer.served.builds import _build_of, inline_data, share, shared_by_key
from hubble_dash.viewer.served.server import Dashboard
from hubble_dash.viewer.served.shared import Shared

FEW = 10


def build(path: Path, created: str, **options: object) -> Atlas:
    """An atlas whose arrays and tables have been looked at, in place of an older one."""
    if path.exists():
        path.rename(path.with_name(f"{path.name} before {created}"))
    made = make_atlas(path, pictures=[nebula(1)], created=created, **options)
    _ = made.positions, made.cutouts
    return made


@pytest.mark.usefixtures("plain_page")
def test_sessions_share_the_atlas(atlas: Atlas) -> None:
    opened = [open_atlas(atlas.path) for _ in range(2)]
    assert opened[0] is not opened[1]
    shared = [share(one) for one in opened]
    assert shared[0] is shared[1]
    assert shared[0].density is shared[1].density
    pages = [Dashboard(one, most_inside=FEW) for one in opened]
    assert pages[0]._atlas is pages[1]._atlas is shared[0].atlas
    other = share(atlas, similar=5)
    assert other is not shared[0]
    assert other.index["base"] != shared[0].index["base"]
    assert share(atlas) is shared[0]


def test_an_atlas_built_anew_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "x.atlas"
    shared = share(build(path, "2031-01-01T00:00:00Z", limit=7))
    old, key = weakref.ref(shared.atlas), shared.key
    # Another number of similar cutouts, and the page with all data inside, hold it as well.
    share(shared.atlas, similar=5)
    inline_data(shared.atlas)
    anew = build(path, "2031-01-02T00:00:00Z", limit=8)
    assert share(anew).atlas is anew
    assert share(anew).key != key
    assert share(anew).index["n"] == 8
    # A session that is still open keeps what it shows.
    assert shared_by_key(key) is shared
    del shared
    gc.collect()
    assert old() is None
    with pytest.raises(LookupError):
        shared_by_key(key)


def test_a_small_atlas_built_anew_is_served_anew_and_the_old_one_is_let_go_of(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.atlas"
    atlas = build(path, "2031-01-01T00:00:00Z", limit=7)
    assert json.loads(inline_data(atlas).text)["n"] == 7
    old = weakref.ref(atlas)
    anew = build(path, "2031-01-02T00:00:00Z", limit=8)
    del atlas
    gc.collect()
    assert old() is None
    assert json.loads(inline_data(anew).text)["n"] == 8


def test_the_data_of_a_page_are_made_once(atlas: Atlas) -> None:
    made = inline_data(atlas, similar=4)
    assert inline_data(open_atlas(atlas.path), similar=4) is made
    assert json.loads(inline_data(atlas, similar=3).text)["similar"] == 3


def test_a_page_with_its_data_inside_is_told_where_cutouts_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "x.atlas"
    atlas = build(path, "2031-01-01T00:00:00Z", limit=7)
    base = json.loads(inline_data(atlas, similar=5).text)["cosines"]
    key = base.split("/")[1]
    shared = shared_by_key(key)
    assert shared is shared_by_key(key) is share(atlas, similar=5)
    assert shared.base == base
    assert "cosines/3" in shared.piece("cosines", 3)
    # The address of a build that is gone leads to nothing, and never to another one.
    stale = json.loads(inline_data(atlas, similar=4).text)["cosines"].split("/")[1]
    build(path, "2031-01-02T00:00:00Z", limit=8)
    with pytest.raises(LookupError, match="no atlas that is served"):
        shared_by_key(stale)


def test_a_fingerprint_of_zeros_is_an_error_that_names_its_row(tmp_path: Path) -> None:
    made = build(tmp_path / "x.atlas", "2031-01-01T00:00:00Z", limit=7)
    zeros = np.array(made.fingerprints)
    zeros[3] = 0
    made.fingerprints = zeros
    with pytest.raises(AtlasError, match=r"fingerprints\.npy: row 3"):
        Shared(made, similar=9, key="0").piece("cosines", 3)
    found = Shared(made, similar=9, key="0").piece("cosines", 2)
    cosines = decode(json.loads(found[found.index(",") + 1 : -2])["cosines"])
    assert np.flatnonzero(np.isnan(cosines)).tolist() == [2, 3]


def test_a_server_has_the_tiles_that_its_index_names(atlas: Atlas) -> None:
    assert "sky_tiles" not in Shared(atlas, similar=9, key="0").index
    served = Shared(atlas, similar=9, key="0", max_points=10)
    entry = served.index["sky_tiles"]
    assert decode(entry["present"]).tolist() == sorted(map(tile_number, served.sky_tiles))
    assert entry["levels"] == sky_pyramid(served.pieces.places).levels


def test_any_process_of_a_server_knows_what_another_has_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.atlas"
    held = share(build(path, "2031-01-01T00:00:00Z", limit=7))
    anew = build(path, "2031-01-02T00:00:00Z", limit=8)
    # The page with this key came of another process, and its data are asked for here.
    found = shared_by_key(_build_of(anew, 9).key)
    assert found is not held
    assert found.index["n"] == 8

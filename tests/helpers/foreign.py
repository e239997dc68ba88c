"""All that is done with an atlas from outside, and what may come of it."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

from helpers.mutations import SECRET
from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.cli.info import print_summary
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.data.encoding import data_url, embed_json
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.exported.inline import inline_index
from hubble_dash.viewer.page import make_page, page_data

__all__ = ["use_all_of"]

HIDDEN = data_url(SECRET)[-12:]


def use_all_of(path: Path, *, with_page: bool = False) -> str:
    """Open an atlas, say what it holds, look for similar cutouts, make all of its pages' data.

    Parameters
    ----------
    path : Path
        The atlas.
    with_page : bool
        Whether to make the figures and texts of the page too, which takes longer.

    Returns
    -------
    str
        What was wrong with it; empty if nothing was.
    """
    try:
        atlas = open_atlas(path)
        with redirect_stdout(io.StringIO()):
            print_summary(atlas)
        for row in (0, len(atlas) - 1):
            atlas.similar(row)
            atlas.similar(row, n=len(atlas), leave_out_overlapping=True)
        source = Pieces(atlas, HilbertOrder())
        made = [source.make(kind, i) for kind, n in source.kinds().items() for i in range(n)]
        index = inline_index(atlas)
        text = embed_json([made, index])
        text.encode("utf-8")
        assert SECRET.decode() not in text
        assert HIDDEN not in text
        json.loads(text)
        if with_page:
            make_page(atlas, page_data(index)).figures()
    except AtlasError as err:
        said = str(err)
        assert path.name in said
        assert "\n" not in said
        assert len(said) < 600
        assert said.isprintable()
        return said
    return ""

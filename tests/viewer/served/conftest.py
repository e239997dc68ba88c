"""A server of two atlases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.plots import empty_plots
from helpers.served import MOST_INSIDE, Served, index_of

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.served.server import dashboard


@pytest.fixture(scope="module")
def served(atlas: Atlas, flipped_atlas: Atlas) -> Iterator[Served]:
    server = Served(
        {
            "nebulae": lambda: dashboard(atlas, most_inside=MOST_INSIDE),
            "flipped": lambda: dashboard(flipped_atlas, most_inside=MOST_INSIDE, title="Other"),
        }
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def base(served: Served) -> str:
    """Where the data of the first atlas are."""
    with empty_plots():
        found: str = index_of(served, "nebulae")["base"]
    return found

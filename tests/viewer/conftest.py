"""What tests of the page share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.plots import empty_plots


@pytest.fixture
def plain_page() -> Iterator[None]:
    """Pages with empty plots, where the plots do not matter."""
    with empty_plots():
        yield

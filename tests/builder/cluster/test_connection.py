"""What is asked of a user who names a cluster."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from typing import Any

import pytest

import hubble_dash as hd
from hubble_dash.builder.cluster import connection
from hubble_dash.builder.cluster.connection import connected
from hubble_dash.errors import MissingExtraError


def test_nothing_is_asked_for() -> None:
    with connected(None) as cluster:
        assert cluster is None


@pytest.mark.parametrize("given", ["somewhere", "somewhere:8786"])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(ValueError, match=rf"cluster is '{given}'; .* such as tcp://HOST:8786"):
        hd.build("in", out="x.atlas", cluster=given)


def test_what_is_no_client() -> None:
    given: Any = 7
    with pytest.raises(TypeError, match=r"cluster is 7; it must be an address, 'local', or a dask"):
        hd.build("in", out="x.atlas", cluster=given)


def test_dask_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hubble-dash\[cluster\]'"):
        hd.build("in", out="x.atlas", cluster="tcp://127.0.0.1:9")


def test_workers_import_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(map(find_spec, connection.NEEDED))
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    asyncio.run(connection._import(["colorsys"]))
    assert "colorsys" in sys.modules

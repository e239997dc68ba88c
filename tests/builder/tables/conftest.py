"""Metadata of Parquet are looked at here, where a process of its own would take longer."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def metadata_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do at once what is tried apart."""
    monkeypatch.setattr(
        "hubble_dash.builder.tables.parquet.try_apart", lambda work, path: work(path)
    )

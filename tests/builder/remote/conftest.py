"""Servers whose faults pass quickly, and copies that go with each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubble_dash.builder.remote import failures, path
from hubble_dash.builder.remote.copies import Copies


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(failures, "WAITS", (0.001, 0.002))
    monkeypatch.setattr(path, "COPIES", Copies())
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

"""Builds that give the same bytes twice."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild
from helpers.images import blocks, make_picture
from helpers.kills import content

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas

THEN = 1_700_000_000
SETTINGS: dict[str, Any] = {
    "cutouts": hd.SlidingWindow(size=20, step=5), "map": hd.MapSettings(n_iter=20),
    "engine": "auto", "deterministic": True,
}  # fmt: skip


@pytest.fixture
def build(tmp_path: Path, quick_build: QuickBuild) -> Callable[..., Atlas]:
    """Builds each time into another folder, of more cutouts than are done without a trial."""
    pictures = [blocks(np.random.default_rng(seed)) for seed in range(2)]
    files = [make_picture(tmp_path / f"{i}.png", pixels) for i, pixels in enumerate(pictures)]
    for seconds, path in enumerate(files, THEN):
        os.utime(path, (seconds, seconds))
    numbers = itertools.count()

    def run(**settings: Any) -> Atlas:
        return quick_build(files, tmp_path / str(next(numbers)) / "x.atlas", **SETTINGS | settings)

    return run


def test_the_same_bytes_twice(build: Callable[..., Atlas], monkeypatch: pytest.MonkeyPatch) -> None:
    first = build()
    assert len(first) > 100
    # A machine on which all takes another time.
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)) ** 2)
    assert content(build().path) == content(first.path)
    assert first.manifest["created"] == "2023-11-14T22:13:21+00:00"
    model = first.manifest["model"]
    assert (model["engine"], model["precision"], model["tried"]) == ("eager", "fp32", [])


def test_what_is_insisted_on_is_taken(build: Callable[..., Atlas]) -> None:
    model = build(precision="bf16").manifest["model"]
    assert (model["engine"], model["precision"], model["tried"]) == ("eager", "bf16", [])


def test_the_time_may_be_given(
    build: Callable[..., Atlas], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"engine": "eager", "map": hd.MapSettings(method="pca")}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert build(**given).manifest["created"] == "1970-01-02T00:00:00+00:00"
    assert build(**given, deterministic=False).manifest["created"] > "2026"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH is 'yesterday'; set it to seconds"):
        build(**given)

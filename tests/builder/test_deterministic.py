"""Builds that give the same bytes twice."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import QuickBuild
from helpers.images import blocks, make_picture
from helpers.kills import content

import hubble_dash as hd
from hubble_dash.builder.backends.autotune import autotune
from hubble_dash.builder.fingerprints import passes
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.shards.plan import Plan

# More cutouts than are done without a trial.
SETTINGS: dict[str, Any] = {
    "cutouts": hd.SlidingWindow(size=20, step=4), "map": hd.MapSettings(n_iter=10),
    "engine": "auto", "deterministic": True,
}  # fmt: skip


@pytest.mark.slow
def test_the_same_bytes_twice(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_picture(tmp_path / "a.png", blocks(np.random.default_rng(0)))
    os.utime(file, (1_700_000_001, 1_700_000_001))
    first = quick_build(file, tmp_path / "1" / "x.atlas", **SETTINGS)
    assert len(first) > 100
    # A machine on which all takes another time.
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)) ** 2)
    second = quick_build(file, tmp_path / "2" / "x.atlas", **SETTINGS)
    assert content(second.path) == content(first.path)
    assert first.manifest["created"] == "2023-11-14T22:13:21+00:00"
    model = first.manifest["model"]
    assert (model["engine"], model["precision"], model["tried"]) == ("eager", "fp32", [])


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (("auto", "auto"), ("eager", "fp32")),
        (("auto", "bf16"), ("eager", "bf16")),
        (("openvino", "auto"), ("openvino", "fp32")),
        # Which only one engine has.
        (("auto", "int8"), ("auto", "int8")),
    ],
)
def test_what_is_insisted_on_is_taken(
    small_weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[Any, Any],
    taken: tuple[str, str],
) -> None:
    asked = []

    def quick(*args: Any, engine: str, precision: str, **named: Any) -> Any:
        asked.append((engine, precision))
        return autotune(*args, engine="eager", precision="fp32", **named)

    monkeypatch.setattr(passes, "autotune", quick)
    weights = find_weights("test_resnet", small_weights)
    for deterministic in (True, False):
        load_network(
            weights, device="cpu", engine=given[0], precision=given[1], deterministic=deterministic
        ).fingerprint([np.zeros((9, 9), np.uint8)])
    assert asked == [taken, given]


def test_the_time_is_that_of_the_newest_file_or_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / name for name in ("a", "b", "gone")]
    for path, seconds in zip(files, (7, 5), strict=False):
        path.touch()
        os.utime(path, (seconds, seconds))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    plan = Plan.of({}, files)
    assert plan.made().isoformat() == "1970-01-01T00:00:07+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert plan.made().isoformat() == "1970-01-02T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH is 'yesterday'; set it to seconds"):
        plan.made()

"""What scripts/bench measures with can itself be wrong, and is held here; nothing is timed."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks import contenders, selections, stages

from hubble_dash.atlas.atlas import Atlas

SCRIPTS = Path(stages.__file__).parent.parent


@pytest.mark.parametrize("name", ["browser", "scale"])
def test_its_options_parse(name: str) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    options = parser.parse_args(["-n", "10", "-n", "20"])
    assert options.sizes == [10, 20]
    assert module.SIZES == (10_000, 100_000, 1_000_000)


def test_wrong_pictures_are_counted(atlas: Atlas) -> None:
    thumbnails = selections.Thumbnails(atlas)
    rows = list(range(0, 200, 10))
    right = thumbnails(rows)
    assert selections.compare_pictures(rows, right + 3, thumbnails) == 0
    assert selections.compare_pictures(rows, right + 1, thumbnails, inner=True) == 0
    assert selections.compare_pictures(rows, np.roll(right, 1, axis=0), thumbnails) == len(rows)
    assert selections.compare_pictures(rows, np.zeros_like(right), thumbnails) == len(rows)


def test_a_stage_s_memory_is_its_own() -> None:
    ballast = np.ones(40_000_000)  # 320 MB here, which a process that it starts must not count
    code = "from benchmarks import stages; print(stages.peak_megabytes())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCRIPTS
    )
    assert 5 < float(done.stdout) < ballast.nbytes / 1e6
    assert stages.peak_megabytes() > ballast.nbytes / 1e6


def test_a_page_of_plain_bokeh_asks_for_nothing(atlas: Atlas, tmp_path: Path) -> None:
    page = contenders.bokeh_page(tmp_path / "b.html", atlas.positions[:], backend="webgl")
    text = page.read_text(encoding="utf-8")
    assert '"webgl"' in text
    assert "<script src=" not in text

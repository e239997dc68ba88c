"""What scripts/bench measures with can itself be wrong, and is held here; nothing is timed."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks import contenders, pages, selections, stages, watched

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


def test_a_part_of_the_browser_s_rows_can_be_measured() -> None:
    parser = argparse.ArgumentParser()
    importlib.import_module("benchmarks.browser").add_arguments(parser)
    options = parser.parse_args(["--sizes", "10", "20", "--only", "filter", "lasso"])
    assert (options.sizes, options.only) == ([10, 20], ["filter", "lasso"])
    rows = [row for group in pages.GROUPS.values() for row in group]
    assert sorted(rows) == sorted(pages.ROWS)


class _Page:
    """A page with a row that works, one that does not, and none of a third kind."""

    name = "ours"

    def __init__(self) -> None:
        def fail(_browser: object) -> pages.Found:
            raise RuntimeError("no wheel changed the map\nand more")

        self.groups = {
            "lasso": lambda _browser: {"lasso": pages.Measured([1.0, 2.0, 9.0], 30.0)},
            "wheel": fail,
        }


def test_a_row_that_fails_says_why_and_the_others_are_measured() -> None:
    found, failed = pages.measure([_Page()], None, ["wheel", "lasso", "image"])  # type: ignore[arg-type]
    assert failed == ["ours, wheel: no wheel changed the map"]
    lines = pages.table(found, ["wheel", "lasso", "image"]).splitlines()
    assert lines[0] == "| | ours: median, ms | ours: 95 % | ours: CPU |"
    assert lines[2:] == [f"| {pages.ROWS['lasso']} | 2 | 9 | 30 |"]


def test_answers_are_those_of_what_was_watched() -> None:
    steps = watched.Steps({"map": [watched.Answer(10, 40), watched.Answer(12, 30)]}, 5.0)
    assert pages.Measured.of(steps, "map", "first") == pages.Measured([10.0, 12.0], 5.0)
    assert pages.Measured.of(steps, "map").cells() == ("35", "40", "5")
    assert pages.Measured().cells() == ("–", "–", "–")


def test_wrong_pictures_are_counted(atlas: Atlas) -> None:
    thumbnails = selections.Thumbnails(atlas)
    rows = list(range(0, 200, 10))
    right = thumbnails(rows)
    assert selections.compare_pictures(rows, right + 3, thumbnails) == 0
    assert selections.compare_pictures(rows, right + 1, thumbnails, inner=True) == 0
    assert selections.compare_pictures(rows, np.roll(right, 1, axis=0), thumbnails) == len(rows)
    assert selections.compare_pictures(rows, np.zeros_like(right), thumbnails) == len(rows)


@pytest.mark.slow
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


def test_without_a_gpu_nothing_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module("benchmarks.gpu")
    if module.torch.cuda.is_available():
        pytest.skip("there is one")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    module.run(parser.parse_args([]))
    assert capsys.readouterr().out.startswith("There is no GPU")


@pytest.mark.slow
def test_all_parts_of_the_gpu_s_table_run_on_a_cpu(capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module("benchmarks.gpu")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    words = ["alone, bf16, eager", "hand", "windows", "ours"]
    module.run(parser.parse_args(["--device", "cpu", "--quick", "--only", *words]))
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 6
    for row in rows:
        said = row.split("|")[2].split()[0]
        assert float(said.replace(",", "")) > 0, row

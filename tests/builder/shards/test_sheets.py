"""Thumbnails on their sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.feeding.previews import fit_thumbnail
from hubble_dash.builder.shards.sheets import BYTES_A_THUMBNAIL, SheetWriter, usual_encoders

LAYOUT = SheetLayout(size=32, columns=4, rows=3)


def read(path: Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        assert picture.format == "WEBP"
        return np.asarray(picture.convert("RGB"))


def flat(number: int) -> np.ndarray:
    """A cutout that can be told from the others by its gray value."""
    return fit_thumbnail(np.full((50, 50), 8 * number, np.uint8), LAYOUT.size)


def write(folder: Path, n: int) -> int:
    writer = SheetWriter(folder, LAYOUT)
    for number in range(n):
        writer.add(flat(number))
    return writer.close()


def test_each_thumbnail_stands_in_its_slot(tmp_path: Path) -> None:
    n = 29
    assert write(tmp_path / "sheets", n) == 3
    sheets = [read(tmp_path / "sheets" / f"sheet_{i:05d}.webp") for i in range(3)]
    for row in range(n):
        sheet, slot = sheets[row // LAYOUT.per_sheet], row % LAYOUT.per_sheet
        top, left = slot // 4 * 32, slot % 4 * 32
        thumbnail = sheet[top + 2 : top + 30, left + 2 : left + 30].astype(float)
        assert thumbnail.mean() == pytest.approx(8 * row, abs=3)


@pytest.mark.parametrize(
    ("n", "heights"), [(0, []), (1, [32]), (5, [64]), (12, [96]), (13, [96, 32])]
)
def test_the_last_sheet_has_only_the_rows_it_needs(
    tmp_path: Path, n: int, heights: list[int]
) -> None:
    assert write(tmp_path, n) == len(heights)
    sheets = sorted(tmp_path.iterdir())
    assert [read(sheet).shape for sheet in sheets] == [(h, 128, 3) for h in heights]


def test_closing_twice_changes_nothing(tmp_path: Path) -> None:
    writer = SheetWriter(tmp_path, LAYOUT)
    writer.add(flat(9))
    assert writer.close() == 1
    before = (tmp_path / "sheet_00000.webp").read_bytes()
    assert writer.close() == 1
    assert (tmp_path / "sheet_00000.webp").read_bytes() == before


def test_adding_after_close_is_refused(tmp_path: Path) -> None:
    writer = SheetWriter(tmp_path, LAYOUT)
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.add(flat(1))


def test_a_failed_build_writes_no_last_sheet(tmp_path: Path) -> None:
    def build() -> None:
        with SheetWriter(tmp_path, LAYOUT) as writer:
            writer.add(flat(1))
            raise RuntimeError("network gone")

    with pytest.raises(RuntimeError, match="network gone"):
        build()
    assert list(tmp_path.iterdir()) == []


def test_noisy_sheets_keep_to_the_budget_and_smooth_ones_to_quality(tmp_path: Path) -> None:
    layout = SheetLayout(size=96, columns=4, rows=1)
    rng = np.random.default_rng(0)
    # Hubble's crowded fields have noise of this order after shrinking.
    crowded = rng.normal(90, 22, (4, 96, 96, 3)).clip(0, 255).astype(np.uint8)
    ramp = np.linspace(0, 255, 96, dtype=np.uint8)[None, :].repeat(96, axis=0)
    for name, cutouts in {"crowded": crowded, "smooth": [ramp] * 4}.items():
        with SheetWriter(tmp_path / name, layout) as writer:
            for cutout in cutouts:
                writer.add(fit_thumbnail(cutout, 96))
    size = (tmp_path / "crowded" / "sheet_00000.webp").stat().st_size
    assert size <= 4 * BYTES_A_THUMBNAIL
    smooth = read(tmp_path / "smooth" / "sheet_00000.webp")[:, :96, 0]
    assert np.abs(smooth.astype(float) - ramp).mean() < 2


def test_sheets_depend_on_their_own_thumbnails_alone(tmp_path: Path) -> None:
    """Which is what lets a build go on after any sheet."""
    layout = SheetLayout(size=96, columns=4, rows=8)
    rng = np.random.default_rng(0)
    noisy = rng.normal(90, 22, (32, 96, 96, 3)).clip(0, 255).astype(np.uint8)
    for name, n_done, cutouts in (
        ("both", 0, [*noisy, *[flat96(9)] * 32]),
        ("second", 32, [flat96(9)] * 32),
    ):
        with SheetWriter(tmp_path / name, layout, n_done=n_done, n_threads=2) as writer:
            for cutout in cutouts:
                writer.add(cutout)
    second = (tmp_path / "second" / "sheet_00001.webp").read_bytes()
    assert second == (tmp_path / "both" / "sheet_00001.webp").read_bytes()
    assert [path.name for path in (tmp_path / "second").iterdir()] == ["sheet_00001.webp"]
    size = (tmp_path / "both" / "sheet_00000.webp").stat().st_size
    assert 0.3 * 32 * BYTES_A_THUMBNAIL < size <= 32 * BYTES_A_THUMBNAIL


def flat96(number: int) -> np.ndarray:
    return np.full((96, 96, 3), 8 * number, np.uint8)


def test_a_sheet_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    writer = SheetWriter(tmp_path / "sheets", LAYOUT)
    (tmp_path / "sheets").rmdir()
    writer.add(flat(1))
    with pytest.raises(FileNotFoundError):
        writer.close()


def test_beside_a_gpu_all_cores_but_one_encode(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, on_cpu, beside_gpu in ((1, 2, 2), (2, 2, 2), (16, 8, 15), (64, 8, 63)):
        monkeypatch.setattr("os.cpu_count", lambda n=cores: n)
        assert (usual_encoders("cpu"), usual_encoders("cuda")) == (on_cpu, beside_gpu)

"""Whatever goes wrong while tiles are written: the report of before, whole, or nothing."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.kills import Deadly, Killed, content
from helpers.originals import Given
from numpy.typing import NDArray

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.disk.names import NewFolder
from hubble_dash.errors import ExportError, HubbleDashError, ImageError
from hubble_dash.viewer.deep.pyramid import Band
from hubble_dash.viewer.exported.folder import write_folder
from hubble_dash.viewer.published.publish import publish

pytestmark = pytest.mark.usefixtures("plain_page")


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    return nebula(3, (500, 1100))


@pytest.fixture(scope="module")
def deep_atlas(picture: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    path = tmp_path_factory.mktemp("kills") / "deep.atlas"
    return make_atlas(path, pictures=[picture], size=250, step=250, shrunk=4)


class Breaking(Given):
    """Can be read no further than to its middle."""

    def bands(self, image: int) -> Iterator[Band]:
        for number, band in enumerate(super().bands(image)):
            if number == 3:
                raise ImageError("/data/field_0.fits", "the data cannot be read")
            yield band


@pytest.mark.parametrize("is_site", [False, True])
def test_an_image_that_breaks_off(
    deep_atlas: Atlas, picture: NDArray[np.uint8], tmp_path: Path, is_site: bool
) -> None:
    final = tmp_path / "out"

    def write(originals: Given) -> None:
        if is_site:
            publish(final, [deep_atlas], originals=originals, progress=False)
        else:
            write_folder(deep_atlas, final, originals=originals)

    for n_before in (0, 1):
        before = content(final)
        with pytest.raises(HubbleDashError, match="cannot be read"):
            write(Breaking([picture]))
        assert content(final) == before
        assert [path.name for path in tmp_path.iterdir()] == ["out"] * n_before
        write(Given([picture]))


@pytest.mark.parametrize("after", [0, 1])
def test_a_disk_that_is_full(
    deep_atlas: Atlas,
    picture: NDArray[np.uint8],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    final = tmp_path / "out"
    write_folder(deep_atlas, final)
    before, real, n = content(final), NewFolder.write, 0

    def write(folder: NewFolder, name: str, data: bytes) -> None:
        nonlocal n
        n += name.startswith("deep/")
        if n > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(folder, name, data)

    monkeypatch.setattr(NewFolder, "write", write)
    with pytest.raises(ExportError, match="No space left"):
        write_folder(deep_atlas, final, originals=Given([picture]))
    assert n == after + 1
    assert content(final) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_kill_while_tiles_are_written(
    deep_atlas: Atlas, picture: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the dead one has left goes when the next one writes."""
    final = tmp_path / "out"
    write_folder(deep_atlas, final)
    before, deadly, real = content(final), Deadly(monkeypatch), NewFolder.write

    def die_at_tiles(folder: NewFolder, name: str, data: bytes) -> None:
        real(folder, name, data)
        if name.startswith("deep/"):
            deadly.at = 0  # no clean-up, either
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(NewFolder, "write", die_at_tiles)
        assert deadly.run(lambda: write_folder(deep_atlas, final, originals=Given([picture])))
    assert content(final) == before
    assert len([*tmp_path.iterdir()]) == 2
    assert not deadly.run(lambda: write_folder(deep_atlas, final, originals=Given([picture])))
    assert (final / "data/deep/0.js").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]

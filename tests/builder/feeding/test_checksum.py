from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hubble_dash.builder.feeding.checksum import MIN_BYTES_BESIDE, Checksum
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("n", [0, 7, MIN_BYTES_BESIDE + 7])
def test_checksums_are_those_of_hashlib(tmp_path: Path, n: int) -> None:
    data = bytes(range(256)) * (n // 256 + 1)
    (tmp_path / "x").write_bytes(data[:n])
    assert Checksum(tmp_path / "x").row("somebody") == {
        "bytes": n, "sha256": hashlib.sha256(data[:n]).hexdigest(), "credit": "somebody",
    }  # fmt: skip


def test_a_file_that_is_gone_is_an_unreadable_image(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        Checksum(tmp_path / "x")
    path = tmp_path / "y"
    path.write_bytes(b"0")
    path.chmod(0)
    path.unlink()
    path.mkdir()
    with pytest.raises(ImageError, match="cannot be read to its end"):
        Checksum(path).row("")

"""What a file holds, said in short."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hubble_dash.disk.files import is_marked, sha256_of


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"format": "a kind", "other": 1}', True),
        (b'{"format": "another"}', False),
        (b'["format"]', False),
        (b"{", False),
        (b"\xff\xfe", False),
        (None, False),
    ],
)
def test_a_marker_says_of_what_kind_a_folder_is(
    tmp_path: Path, content: bytes | None, expected: bool
) -> None:
    if content is not None:
        (tmp_path / "m.json").write_bytes(content)
    assert is_marked(tmp_path / "m.json", "a kind") is expected


def test_checksum(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"some bytes" * 100_000)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"some bytes" * 100_000).hexdigest()

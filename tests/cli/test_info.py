"""``hubble-dash info``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from helpers.commands import Capture, fails, status

from hubble_dash.atlas.atlas import Atlas


def test_info(field: Atlas, capsys: Capture) -> None:
    assert status("info", field.path) == 0
    text = capsys.readouterr().out
    assert "48 sliding windows (size 48, step 24" in text
    assert field.manifest["model"]["weights_sha256"] in text
    assert status("info", field.path, "--json", "--check") == 0
    assert json.loads(capsys.readouterr().out) == field.manifest
    assert status("info", field.path, "--check") == 0
    assert f"all {len(field.manifest['files'])} files agree" in capsys.readouterr().out


def test_info_finds_damage(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    copy = shutil.copytree(atlas.path, tmp_path / "copy.atlas")
    data = bytearray((copy / "positions.npy").read_bytes())
    data[-1] ^= 1
    (copy / "positions.npy").write_bytes(data)
    assert "positions.npy differs from its checksum" in fails(capsys, "info", copy, "--check")
    (copy / "manifest.json").write_bytes(b"\xff\xfe")
    assert "is damaged" in fails(capsys, "info", copy)

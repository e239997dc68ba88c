"""Atlases of others, of which one file is not what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers.atlases import make_atlas, nebula
from helpers.mutations import reseal

from fuzzing.judging import promised
from fuzzing.target import Read, Target

__all__ = ["TARGETS"]

MANIFEST = "manifest.json"


@cache
def _files() -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        made = make_atlas(Path(folder) / "a.atlas", pictures=[nebula(1, (72, 96))], k=5)
        found = sorted(path for path in made.path.rglob("*") if path.is_file())
        return {path.relative_to(made.path).as_posix(): path.read_bytes() for path in found}


def _seeds() -> dict[str, bytes]:
    return {
        name.replace("/", "_"): bytes([number]) + data
        for number, (name, data) in enumerate(_files().items())
    }


def _opening(folder: Path) -> Read:
    """Put bytes in the place of one of its files, which the first byte names, and use all of it."""
    from helpers.foreign import use_all_of

    from hubble_dash.errors import AtlasError
    from hubble_dash.verification.verify import verify

    files, path = _files(), folder / "a.atlas"
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)

    def read(data: bytes) -> None:
        name = list(files)[data[0] % len(files)] if data else MANIFEST
        (path / name).write_bytes(data[1:])
        if name != MANIFEST:
            reseal(path, name)
        try:
            use_all_of(path)
            with promised(AtlasError):
                verify(path, sample=2)
        finally:
            (path / name).write_bytes(files[name])
            (path / MANIFEST).write_bytes(files[MANIFEST])

    return read


TARGETS = (Target("atlas", _seeds, _opening),)

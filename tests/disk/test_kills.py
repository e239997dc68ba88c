"""Whatever the moment of a kill: old whole, new whole, or absent where there was none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from helpers.kills import Deadly, content, everywhere

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.manifest import UnsealedManifest
from hubble_dash.atlas.schema import MANIFEST_FILE
from hubble_dash.atlas.seal import check_replaceable, seal
from hubble_dash.builder.going_on import finish_part, open_part, sealed_build
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.disk.names import folder_beside, give_name, recover, write_file, write_inside
from hubble_dash.errors import AtlasError

Work = Callable[[], object]
PAGE = {"index.html": b"<html>", "data/a/0.js": b"a", "data/a/1.js": b"", "thumbnails/0.webp": b"w"}


def write_page(final: Path) -> None:
    write_file(b"<html> of this time", final)


def write_report(final: Path) -> None:
    with folder_beside(final) as new:
        for name, data in PAGE.items():
            new.write(name, data)
        new.finish()
        give_name(new.path, final)


def build(ready: Atlas, out: Path, *, replace: bool) -> None:
    """Go the way of a build, all stages of which are a copy."""
    recover(out)
    sealed = sealed_build(out)
    if sealed == "this one":
        finish_part(out)
        return
    check_replaceable(out, replace=replace)
    files = list(ready.manifest["files"])
    with open_part(out, Plan.of({}, []), replace=replace) as part:
        if not part.checkpoint.complete:
            for path in (part.shard(0), part.shard_images(0)):
                write_inside(b"", path, lasting=True)
            for name in files:
                (part.atlas / name).parent.mkdir(parents=True, exist_ok=True)
                write_inside((ready.path / name).read_bytes(), part.atlas / name)
            part.commit(Checkpoint(n=1, n_shards=1, per_shard=1, complete=True))
        part.write_report("neighbors", (1, 0), {"method": "exact"})
        manifest = cast("UnsealedManifest", {**ready.manifest, "title": "New"})
        seal(
            part.atlas, out, manifest, files=files, replace=replace,
            about_to=lambda: part.write_sealed("this one"),
        )  # fmt: skip


def check_all(deadly: Deadly, final: Path, old: Path | None, work: Work, *, last: int = 999) -> int:
    """Kill at all of the last calls; count the kills after which the new was there."""
    before = None if old is None else content(old)

    def prepare() -> None:
        shutil.rmtree(final.parent, ignore_errors=True)
        final.parent.mkdir()
        if old is not None:
            (shutil.copytree if old.is_dir() else shutil.copyfile)(old, final)

    prepare()
    assert not deadly.run(work)
    after, n_new = content(final), 0
    assert after != before
    for _ in everywhere(deadly, prepare, work, first=max(deadly.n - last, 0)):
        found = content(final)
        n_new += found == after
        if found is None and before is not None:
            # Between two renames: the next run puts it back.
            deadly.run(lambda: recover(final))
            found = content(final)
        assert found in (before, after)
        with contextlib.suppress(AtlasError) if found == after else contextlib.nullcontext():
            # Where it had only to end, the next one is told that the atlas exists.
            assert not deadly.run(work)
        assert content(final) == after
        assert [path.name for path in final.parent.iterdir()] == [final.name]
    return n_new


@pytest.fixture(params=[True, False], ids=["exchange", "two renames"])
def deadly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Deadly:
    for module in ("atlas.seal", "disk.calls"):
        monkeypatch.setattr(f"hubble_dash.{module}.N_THREADS", 1)
    return Deadly(monkeypatch, can_exchange=request.param)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    for name in PAGE:
        (tmp_path / "old" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / name).write_bytes(b"of last time")
    return tmp_path / "old"


def test_a_file(tmp_path: Path, deadly: Deadly, old: Path) -> None:
    final = tmp_path / "in" / "page.html"
    assert check_all(deadly, final, None, lambda: write_page(final))
    assert check_all(deadly, final, old / "index.html", lambda: write_page(final))


def test_a_folder(tmp_path: Path, deadly: Deadly, old: Path) -> None:
    final = tmp_path / "in" / "report"
    assert check_all(deadly, final, None, lambda: write_report(final))
    assert check_all(deadly, final, old, lambda: write_report(final))


@pytest.mark.slow
@pytest.mark.parametrize("replace", [False, True])
def test_a_build(tmp_path: Path, deadly: Deadly, lonely_atlas: Atlas, replace: bool) -> None:
    final, old = tmp_path / "in" / "x.atlas", lonely_atlas.path if replace else None
    # Before them it is shards that are written, and a kill there is as good as another.
    n_new = check_all(
        deadly, final, old, lambda: build(lonely_atlas, final, replace=replace), last=40
    )
    assert 5 < n_new < 35
    assert open_atlas(final).check() == []


def test_the_name_is_never_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: Path) -> None:
    """Where names can be exchanged, whoever opens the folder meanwhile finds one."""
    deadly, final = Deadly(monkeypatch), tmp_path / "in" / "report"

    def prepare() -> None:
        shutil.rmtree(final.parent, ignore_errors=True)
        shutil.copytree(old, final)

    for _ in everywhere(deadly, prepare, lambda: write_report(final)):
        assert final.is_dir()


def test_what_is_not_of_this_attempt_is_not_sealed(tmp_path: Path, lonely_atlas: Atlas) -> None:
    """Such as the manifest and the half-written files of a killed one."""
    part, out = tmp_path / "part", tmp_path / "x.atlas"
    shutil.copytree(lonely_atlas.path, part)
    (part / MANIFEST_FILE).write_text("{}")
    (part / "sheets" / ".sheet_00000.webp.tmp").write_bytes(b"half")
    (part / "previews" / "0007").mkdir()
    files = lonely_atlas.manifest["files"]
    atlas = seal(part, out, cast("UnsealedManifest", lonely_atlas.manifest), files=files)
    assert atlas.check() == []
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    assert found == {MANIFEST_FILE, *files}
    assert not (out / "previews" / "0007").exists()

"""The folder of a build under way."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hubble_dash.builder.going_on import open_part
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.errors import BuildError

FULL = Checkpoint(n=12, n_shards=1, per_shard=12)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    return Plan.of({"step": 20, "stretch": {"curve": "log"}}, [tmp_path / "a", tmp_path / "b"])


def commit(part: Part, checkpoint: Checkpoint) -> None:
    """Say that shards are whole, which are there."""
    for number in range(checkpoint.n_shards):
        part.shard(number).touch()
        part.shard_images(number).touch()
    part.commit(checkpoint)


def interrupt(out: Path, plan: Plan, checkpoint: Checkpoint) -> BaseException:
    """Build as far as that, and stop."""

    def build() -> None:
        with open_part(out, plan, replace=False) as part:
            commit(part, checkpoint)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        build()
    return caught.value


def test_a_folder_goes_with_its_build(tmp_path: Path, plan: Plan) -> None:
    out = tmp_path / "x.atlas"
    with open_part(out, plan, replace=False) as part:
        assert part.checkpoint == Checkpoint()
        assert part.folder == tmp_path / "x.atlas.part"
        commit(part, FULL)
    assert not part.folder.exists()


def test_a_full_shard_is_gone_on_with(tmp_path: Path, plan: Plan) -> None:
    out = tmp_path / "x.atlas"
    error = interrupt(out, plan, FULL)
    assert error.__notes__[0].startswith("12 cutouts are kept in ")
    with open_part(out, plan, replace=False) as part:
        assert part.checkpoint == FULL


def test_less_than_a_shard_is_dropped(tmp_path: Path, plan: Plan) -> None:
    out = tmp_path / "x.atlas"
    error = interrupt(out, plan, replace(FULL, per_shard=13))
    assert not hasattr(error, "__notes__")
    assert not out.with_name("x.atlas.part").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"step": 10}, "step was 20 and is 10"),
        ({"stretch": {"curve": "asinh"}}, 'stretch.curve was "log" and is "asinh"'),
        ({"model": "a"}, 'model was null and is "a"'),
    ],
)
def test_another_plan_is_refused_unless_asked(
    tmp_path: Path, plan: Plan, settings: dict[str, Any], said: str
) -> None:
    out = tmp_path / "x.atlas"
    interrupt(out, plan, FULL)
    other = replace(plan, settings={**plan.settings, **settings})
    with pytest.raises(BuildError) as caught, open_part(out, other, replace=False):
        pass
    assert f"it cannot go on: {said}. Run the command as it was" in str(caught.value)
    with open_part(out, other, replace=True) as part:
        assert part.checkpoint == Checkpoint()


def test_other_files_are_named(tmp_path: Path, plan: Plan) -> None:
    part = Part(tmp_path / "x.part")
    part.folder.mkdir()
    part.start(plan)
    commit(part, FULL)
    assert part.differences(plan) == []
    a, b, c = (tmp_path / name for name in "abc")
    files = {"order": [b, a], "new": [a, b, c], "gone": [a]}
    found = {name: part.differences(Plan.of(plan.settings, paths)) for name, paths in files.items()}
    assert found["order"] == ["the files are in another order"]
    assert found["new"] == [f"1 of the files is new ({c})"]
    assert found["gone"] == [f"1 of the files is no longer there ({b})"]
    os.utime(a, ns=(0, 1))
    changed = part.differences(Plan.of(plan.settings, [a, b]))
    assert changed == [f"1 of the files is changed ({a})"]


@pytest.mark.parametrize("text", ["{", "[]", '{"n": 12}', ""])
def test_a_damaged_checkpoint_begins_anew(tmp_path: Path, plan: Plan, text: str) -> None:
    out = tmp_path / "x.atlas"
    interrupt(out, plan, FULL)
    (out.with_name("x.atlas.part") / "state.json").write_text(text)
    with open_part(out, plan, replace=False) as part:
        assert part.checkpoint == Checkpoint()


def test_reports_are_of_a_shape(tmp_path: Path) -> None:
    part = Part(tmp_path)
    assert part.read_report("neighbors", (3, 2)) is None
    part.write_report("neighbors", (3, 2), {"method": "exact"})
    assert part.read_report("neighbors", (3, 2)) == {"method": "exact"}
    assert part.read_report("neighbors", (3, 3)) is None


def test_previews_have_their_folders(tmp_path: Path) -> None:
    part = Part(tmp_path)
    for name in ("0000/0000001.jpg", "0000/0000002.jpg", "0001/0001000.jpg"):
        part.write_preview(name, name.encode())
        assert (part.atlas / "previews" / name).read_bytes() == name.encode()

"""What scripts/fuzz takes for a finding, and that its targets take good inputs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from fuzzing import judging, running
from fuzzing.judging import judge, promised
from fuzzing.target import Target
from fuzzing.targets import TARGETS

from hubble_dash.builder.bounds.failures import failing
from hubble_dash.config import parse_step, step_from_dict
from hubble_dash.errors import ImageError

# Of each target; all of them take a second.
N_SEEDS = 4


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_good_inputs_are_no_findings(name: str, tmp_path: Path) -> None:
    seeds = TARGETS[name].seeds()
    read = TARGETS[name].prepare(tmp_path)
    for seed, data in islice(seeds.items(), N_SEEDS):
        assert judge(read, data) is None, seed
    assert judge(read, b"") is None


def refuse(_data: bytes) -> None:
    with promised(ImageError), failing(Path("a.fits")):
        parse_step("nothing")


def slip(_data: bytes) -> None:
    with promised(ImageError), failing(Path("a.fits")):
        step_from_dict({"name": "nothing"})


def stumble(_data: bytes) -> None:
    with promised(ImageError):
        parse_step("nothing")


def chatter(_data: bytes) -> None:
    with promised(ImageError):
        raise ImageError("a.fits", "x" * 10_000)


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (refuse, None),
        (slip, "SlipError KeyError steps.py:step_from_dict"),
        (stumble, "ValueError ValueError steps.py:parse_step"),
        (chatter, "SlipError ImageError test_fuzz.py:chatter"),
    ],
)
def test_what_is_a_finding(read: Callable[[bytes], None], kind: str | None) -> None:
    found = judge(read, b"")
    assert (None if found is None else found.kind) == kind
    assert found is None or "Traceback" in found.told


@pytest.mark.parametrize(
    ("bound", "kind"), [("MAX_SECONDS", "takes long"), ("MAX_BYTES", "takes much memory")]
)
def test_time_and_memory_are_bounded(
    monkeypatch: pytest.MonkeyPatch, bound: str, kind: str
) -> None:
    assert judge(len, b"") is None
    monkeypatch.setattr(judging, bound, -1)
    found = judge(len, b"")
    assert found is not None
    assert found.kind == kind


# Ends as libFuzzer does where an input kills the process, and then as it does in the end.
PROCESS = """
import sys; from pathlib import Path
folder, left, number = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
assert (folder / "seeds" / "good").read_bytes() == b"good"
(folder / "begun").touch()
if number == 7:
    (folder / "crash-1").write_bytes(b"bad")
    print("#12\\tNEW"); print("#40\\tpulse"); sys.exit(-11)
(folder / "found").mkdir()
(folder / "found" / "ab.txt").write_text("KeyError\\n\\nTraceback")
print("#3\\tNEW"); print("stat::number_of_executed_units: 1000")
"""


def test_a_process_that_ended_is_begun_again(tmp_path: Path) -> None:
    target = Target("x", lambda: {"good": b"good"}, lambda _folder: len)
    command = [sys.executable, "-c", PROCESS, str(tmp_path)]
    found = running.run_target(target, tmp_path, command, seconds=60, seed=7)
    assert found.n_inputs == 1040
    assert found.findings == {
        "KeyError": tmp_path / "found" / "ab",
        "ended the process: crash-1": tmp_path / "crash-1",
    }


def test_a_process_that_does_not_begin_is_no_finding(tmp_path: Path) -> None:
    target = Target("x", dict, lambda _folder: len)
    with pytest.raises(RuntimeError, match="log"):
        running.run_target(target, tmp_path, [sys.executable, "-c", "1 / 0"], seconds=60)

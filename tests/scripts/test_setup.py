"""Which PyTorch scripts/setup asks for, and where; scripts play pip, nvidia-smi and lspci."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU_TORCH = ["torch==2.13.0+cpu", "torchvision==0.28.0+cpu"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one PyTorch")
no_gpu_here = pytest.mark.skipif(
    Path("/proc/driver/nvidia/gpus").exists(), reason="this machine has an NVIDIA GPU"
)

PIP = """
printf '%s\\n' "$*" >> pip.log
case "$*" in
  *"index versions"*) {index} ;;
  *"show torch"*) echo "Version: {installed}" ;;
  *install*--index-url*) exit {cpu_install} ;;
esac
"""


class SetUp(NamedTuple):
    """What a run of scripts/setup said and asked of pip."""

    status: int
    said: str
    asked: list[str]

    @property
    def cpu_install(self) -> list[list[str]]:
        """The words of each installation from the index for CPUs."""
        return [a.split() for a in self.asked if " install " in a and CPU_INDEX in a]


def write_script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def set_up(
    folder: Path,
    *,
    choice: str | None = None,
    nvidia_smi: str = "exit 9",
    lspci: str = "echo '00:02.0 VGA compatible controller: Cirrus Logic GD 5446'",
    index: str = "echo 'Available versions: 0.28.0+cpu, 0.27.0+cpu'",
    installed: str = "",
    cpu_install: int = 0,
    timeout: str | None = None,
) -> SetUp:
    """Run scripts/setup in a folder in which everything but itself is played."""
    folder.joinpath("scripts").mkdir(exist_ok=True)
    for name in ("scripts/setup", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "constraints.txt").write_text("torch==2.13.0\ntorchvision==0.28.0\n")
    pip = PIP.format(index=index, installed=installed, cpu_install=cpu_install)
    write_script(folder / ".venv/bin/python", pip)
    write_script(folder / "bin/nvidia-smi", nvidia_smi)
    write_script(folder / "bin/lspci", lspci)
    if timeout:
        write_script(folder / "bin/timeout", timeout)
    environment = {k: v for k, v in os.environ.items() if k != "HUBBLE_DASH_TORCH"}
    environment["PATH"] = f"{folder / 'bin'}:{environment['PATH']}"
    if choice is not None:
        environment["HUBBLE_DASH_TORCH"] = choice
    done = subprocess.run(
        [folder / "scripts/setup", "dev"], env=environment, capture_output=True, text=True
    )
    log = folder / "pip.log"
    asked = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return SetUp(done.returncode, done.stdout + done.stderr, asked)


def assert_installs_the_rest(made: SetUp) -> None:
    assert made.status == 0
    last = made.asked[-1]
    assert "--constraint constraints.txt --editable .[dev]" in last
    assert "index-url" not in last


@no_gpu_here
def test_without_a_gpu_pytorch_for_cpus_comes_first(tmp_path: Path) -> None:
    made = set_up(tmp_path)
    (words,) = made.cpu_install
    assert words[-2:] == CPU_TORCH
    assert "--no-deps" in words
    assert_installs_the_rest(made)


@pytest.mark.parametrize(
    "found",
    [
        {"nvidia_smi": "echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'; echo 'GPU 1: NVIDIA H100'"},
        {"lspci": "echo '01:00.0 VGA compatible controller: NVIDIA Corporation GA102'"},
        {"lspci": "echo '3b:00.0 3D controller: NVIDIA Corporation GV100GL'"},
    ],
)
def test_with_a_gpu_only_the_usual_index_is_asked(tmp_path: Path, found: dict[str, str]) -> None:
    made = set_up(tmp_path, **found)
    assert not any(CPU_INDEX in words for words in made.asked)
    assert_installs_the_rest(made)


def test_a_choice_goes_before_what_is_found(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    wanted = set_up(tmp_path / "one", choice="cpu", nvidia_smi="echo 'GPU 0: NVIDIA H100'")
    assert wanted.cpu_install
    refused = set_up(tmp_path / "other", choice="cuda")
    assert not any(CPU_INDEX in words for words in refused.asked)
    assert_installs_the_rest(refused)


def test_an_unknown_choice_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    made = set_up(tmp_path, choice="rocm")
    assert made.status == 1
    assert "cpu or cuda" in made.said
    assert not made.asked


@pytest.mark.parametrize(
    "index",
    ["echo 'no network' >&2; exit 1", "echo 'Available versions: 0.27.0+cpu, 0.26.0+cpu'"],
    ids=["unreachable", "without the tested version"],
)
def test_where_the_index_for_cpus_does_not_serve_the_usual_one_does(
    tmp_path: Path, index: str
) -> None:
    made = set_up(tmp_path, choice="cpu", index=index)
    assert not made.cpu_install
    assert "may bring CUDA" in made.said
    assert_installs_the_rest(made)


def test_a_download_that_fails_is_not_the_end(tmp_path: Path) -> None:
    made = set_up(tmp_path, choice="cpu", cpu_install=1)
    assert made.cpu_install
    assert "may bring CUDA" in made.said
    assert_installs_the_rest(made)


def test_asking_takes_ten_seconds_at_most(tmp_path: Path) -> None:
    # `timeout` runs nothing, as if the command had hung until it was stopped.
    made = set_up(tmp_path, choice="cpu", timeout='echo "$*" >> timeout.log; exit 124')
    limit, _, command = (tmp_path / "timeout.log").read_text(encoding="utf-8").partition(" ")
    assert float(limit) <= 10
    assert CPU_INDEX in command
    assert not made.cpu_install
    assert_installs_the_rest(made)


def test_a_pytorch_that_is_there_is_left_alone(tmp_path: Path) -> None:
    made = set_up(tmp_path, choice="cpu", installed="2.13.0+cpu")
    assert not any(CPU_INDEX in words for words in made.asked)
    assert_installs_the_rest(made)

"""What `pip install hubble-dash` brings, on machines other than this one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("system", "machine", "python", "comes"),
    [
        ("linux", "x86_64", "3.11", True),
        ("linux", "aarch64", "3.14", True),
        ("darwin", "arm64", "3.13", True),
        ("darwin", "x86_64", "3.12", True),
        ("win32", "AMD64", "3.12", True),
        # There are no wheels, and an install that fails would be worse than a slower one.
        ("win32", "ARM64", "3.12", False),
        ("linux", "ppc64le", "3.12", False),
        ("linux", "x86_64", "3.15", False),
    ],
)
def test_openvino_comes_where_there_are_wheels(
    system: str, machine: str, python: str, comes: bool
) -> None:
    here = {"sys_platform": system, "platform_machine": machine, "python_version": python}
    wanted = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    names = [one.name for one in wanted if one.marker is None or one.marker.evaluate(here)]
    assert ("openvino" in names) is comes
    assert "torch" in names

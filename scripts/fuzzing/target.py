"""A reader of bytes from outside, as it is fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

__all__ = ["Read", "Target", "file_reader"]

Read: TypeAlias = Callable[[bytes], object]


class Target(NamedTuple):
    """A reader.

    Attributes
    ----------
    name : str
        What it is called on the command line.
    seeds : callable
        Makes good inputs, by names.
    prepare : callable
        Is given an empty folder, imports the reader, and gives a function of bytes that raises
        nothing but what is a finding.
    """

    name: str
    seeds: Callable[[], Mapping[str, bytes]]
    prepare: Callable[[Path], Read]


def file_reader(path: Path, read: Callable[[Path], object]) -> Read:
    """Make a function of bytes of one of a path.

    Parameters
    ----------
    path : Path
        Where the bytes are written to.
    read : callable
        Reads the file.
    """

    def read_bytes(data: bytes) -> None:
        path.write_bytes(data)
        read(path)

    return read_bytes

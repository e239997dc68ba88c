"""What a build is made of, and in what two builds differ."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

__all__ = ["Plan", "time_told"]


def time_told() -> datetime | None:
    """Give the time that ``SOURCE_DATE_EPOCH`` says, in UTC; None where it is not set.

    Raises
    ------
    ValueError
        If it is no number of seconds.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if said is None:
        return None
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise ValueError(
            f"SOURCE_DATE_EPOCH is {said!r}; set it to seconds since 1970, or not at all"
        ) from err


@dataclass(frozen=True)
class Plan:
    """What a build is made of; with the same plan another one may go on with it.

    Parameters
    ----------
    settings : mapping
        All that decides what the cutouts and their fingerprints are, as plain data.
    files : pyarrow.Table
        ``path``, ``size`` in bytes, ``mtime_ns``; -1 where a file is not there.
    defaults : mapping
        What settings are if nobody asks for anything: so were those that an older version, whose
        build goes on, did not know.
    """

    settings: Mapping[str, Any]
    files: pa.Table
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Any],
        files: Sequence[Path],
        defaults: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Look at the files.

        Parameters
        ----------
        settings, defaults : mapping
            As of the class.
        files : sequence of Path
            Those that are read.
        """
        sizes, times = np.full(len(files), -1, np.int64), np.full(len(files), -1, np.int64)
        for i, path in enumerate(files):
            with contextlib.suppress(OSError):
                found = path.stat()
                sizes[i], times[i] = found.st_size, found.st_mtime_ns
        # Names may hold bytes that are no UTF-8.
        paths = pa.array([os.fsencode(path) for path in files], pa.binary())
        table = pa.table({"path": paths, "size": sizes, "mtime_ns": times})
        return cls(settings, table, defaults or {})

    @property
    def sizes(self) -> list[int]:
        """Bytes of each file."""
        return [int(size) for size in self.files["size"].to_numpy()]

    def made(self) -> datetime:
        """Say when, by a clock that shows the same each time, in UTC.

        Returns
        -------
        datetime
            ``SOURCE_DATE_EPOCH``, seconds since 1970, where that is set; else when the newest of
            the files was changed.

        Raises
        ------
        ValueError
            If ``SOURCE_DATE_EPOCH`` is no number of seconds.
        """
        newest = max(self.files["mtime_ns"].to_pylist()) // 10**9
        return time_told() or datetime.fromtimestamp(newest, UTC)

    def differences(self, settings: Mapping[str, Any], files: pa.Table) -> list[str]:
        """Say in what this plan differs from what is written of another, a line each.

        Parameters
        ----------
        settings, files
            Of the other one.
        """
        return [
            *_other_values(settings, self.settings, self.defaults),
            *_other_files(files, self.files),
        ]

    def digest(self, further: Mapping[str, Any]) -> str:
        """Give a checksum that builds share which make the same atlas of the same files.

        Parameters
        ----------
        further : mapping
            Settings that decide it as well, as plain data, paths included.
        """
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.files.schema) as stream:
            stream.write_table(self.files)
        told = json.dumps([self.settings, further], sort_keys=True, default=str)
        return hashlib.sha256(told.encode(errors="replace") + sink.getvalue()).hexdigest()


def _other_values(
    old: Mapping[str, Any], new: Mapping[str, Any], defaults: Mapping[str, Any], prefix: str = ""
) -> list[str]:
    found = []
    for name in dict.fromkeys([*old, *new]):
        usual = defaults.get(name)
        before, now, path = old.get(name, usual), new.get(name), f"{prefix}{name}"
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            further = usual if isinstance(usual, Mapping) else {}
            found += _other_values(before, now, further, f"{path}.")
        elif before != now:
            found.append(f"{path} was {json.dumps(before)} and is {json.dumps(now)}")
    return found


def _other_files(old: pa.Table, new: pa.Table) -> list[str]:
    if old.equals(new):
        return []
    before, now = (
        {row[0]: row[1:] for row in zip(*t.to_pydict().values(), strict=True)} for t in (old, new)
    )
    changed = [path for path in now if path in before and before[path] != now[path]]
    found = [
        (changed, "changed"),
        ([path for path in now if path not in before], "new"),
        ([path for path in before if path not in now], "no longer there"),
    ]
    said = [
        f"{len(paths)} of the files {'is' if len(paths) == 1 else 'are'} {what}"
        f" ({os.fsdecode(paths[0])}{', ...' if paths[1:] else ''})"
        for paths, what in found
        if paths
    ]
    return said or ["the files are in another order"]

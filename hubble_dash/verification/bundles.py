"""The files of a report's pieces: several pieces one after another in each, or one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.verification.decoding import decoded
from hubble_dash.viewer.data.encoding import checksum

__all__ = ["MAX_FILE_BYTES", "PieceFiles"]

MAX_FILE_BYTES = 400_000_000
_PIECE = re.compile(r'hubbleDash\.piece\("([a-z-]+/\d+)",(.*)\);', re.DOTALL)


class PieceFiles:
    """Reads the pieces of a report.

    Parameters
    ----------
    folder : Folder
        The report.
    index : dict
        Of its page, as its schema says.

    Raises
    ------
    AtlasError
        If its numbers are impossible.

    Attributes
    ----------
    sums : dict of str to str
        SHA-256 of the files that were read, by ``kind/number``.
    missing : list of str
        What is said of files that cannot be read.
    """

    def __init__(self, folder: Folder, index: Mapping[str, Any]) -> None:
        self._folder, self._files = folder, index.get("files", {})
        for kind, file in self._files.items():
            if file["per_file"] < 1:
                raise AtlasError(f"the index has impossible numbers of {kind} in a file")
        self.sums: dict[str, str] = {}
        self.missing: list[str] = []
        self._name, self._lines = "", [""]

    def text(self, name: str) -> str | None:
        """Give a piece as JSON.

        Parameters
        ----------
        name : str
            ``kind/number``; pieces of a file are asked for one after another.

        Returns
        -------
        str or None
            None where its file cannot be read.

        Raises
        ------
        ValueError
            If it is not where it should be.
        """
        kind, _, number = name.partition("/")
        per_file = self._files[kind]["per_file"] if kind in self._files else 1
        file, place = divmod(int(number), per_file)
        self._open(f"{kind}/{file}", kind, file * per_file)
        if not self._lines:
            return None
        said = _PIECE.fullmatch(self._lines[place]) if place < len(self._lines) else None
        if said is None or said[1] != name:
            raise ValueError(f"data/{kind}/{file}.js has no piece {name} where it should be")
        return said[2]

    def _open(self, name: str, kind: str, first: int) -> None:
        """Read a file, unless it is the one that was read last."""
        if name == self._name:
            return
        self._name, self._lines = name, []
        try:
            data = self._folder.read(f"data/{name}.js", max_bytes=MAX_FILE_BYTES)
            self._lines = data.decode("utf-8").split("\n")
        except (AtlasError, UnicodeDecodeError) as err:
            self.missing.append(str(err))
            return
        self.sums[name] = checksum(data)
        if kind in self._files:
            self._compare_starts(name, decoded(self._files[kind]["starts"])[first:].tolist())

    def _compare_starts(self, name: str, said: list[int]) -> None:
        """Compare where pieces begin with what the index says."""
        sizes = [len(line.encode()) + 1 for line in self._lines]
        if said[: len(sizes)] != [*accumulate(sizes[:-1], initial=0)]:
            self.missing.append(f"data/{name}.js: pieces do not begin where the index says")

"""A file of a server, as a path: whoever opens it reads a copy of it here, or parts of it there."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from hubble_dash.builder.remote.address import Address, address_of, is_address
from hubble_dash.builder.remote.copies import COPIES
from hubble_dash.builder.remote.failures import RemoteError
from hubble_dash.builder.remote.ranges import RangeFile
from hubble_dash.builder.remote.servers import Facts, ask, download, read_range
from hubble_dash.errors import ImageError

__all__ = ["Remote", "path_of"]

if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())

# Of files whose servers say nothing by which a copy could be told from a later state.
_THIS_RUN = secrets.token_hex(8)


class Remote(_Path):
    """A path by which a file of a server goes where paths of files go.

    Text of it is the address without secrets. It is no file of this machine, so that `exists` says
    no; `stat` gives what its server says, and `open` reads a copy.

    Parameters
    ----------
    address : Address
        Of the file.
    facts : Facts, optional
        What is known of it; its server is asked otherwise, once, when it matters.
    copy : Path, optional
        A copy of it that is here.
    failure : str
        Why it cannot be had, where that is known.
    """

    def __new__(cls, address: Address, *_: Any, **__: Any) -> Remote:
        """Make one; paths are made before they begin."""
        return super().__new__(cls, address.shown)

    def __init__(
        self,
        address: Address,
        facts: Facts | None = None,
        copy: Path | None = None,
        failure: str = "",
    ) -> None:
        if sys.version_info >= (3, 12):
            super().__init__(address.shown)
        self.address, self._facts, self._copy, self.failure = address, facts, copy, failure
        self._asking = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        return Remote, (self.address, self._facts, self._copy, self.failure)

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:
        """Give a plain path of parts of this one."""
        return Path(*segments)

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.address.name

    def with_name(self, name: str) -> Remote:
        """Give a part of the file, such as ``a.fits[SCI,2]``, a path.

        Parameters
        ----------
        name : str
            That of the file, and what is behind it.
        """
        part = name.removeprefix(self.name)
        return Remote(self.address._replace(shown=f"{self.address.shown}{part}", name=name))

    def __str__(self) -> str:
        return self.address.shown

    def __fspath__(self) -> str:
        return self.address.shown

    def __repr__(self) -> str:
        return f"Remote({self.address.shown!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self.address.shown == other.address.shown

    def __hash__(self) -> int:
        return hash(self.address.shown)

    def exists(self, **_: Any) -> bool:
        """Say no: it is no file of this machine."""
        return False

    def is_file(self, **_: Any) -> bool:
        """Say no: it is no file of this machine."""
        return False

    def is_symlink(self) -> bool:
        """Say no."""
        return False

    def facts(self) -> Facts:
        """Give what its server says of it.

        Raises
        ------
        RemoteError
            If it says nothing.
        """
        with self._asking:
            if self._facts is None:
                if self.failure:
                    raise RemoteError(self.failure)
                self._facts = ask(self.address)
            return self._facts

    @property
    def known_size(self) -> int:
        """Its bytes, where its server has said how many; else 0."""
        return 0 if self._facts is None else max(0, self._facts.size)

    def stat(self, **_: Any) -> os.stat_result:
        """Give size and time of change as its server says them, the latter as of `Facts`.

        Raises
        ------
        RemoteError
            If it says nothing.
        """
        facts = self.facts()
        size = max(0, facts.size)
        if facts.size < 0 and (copy := self.copied()) is not None:
            size = copy.stat().st_size
        seconds = facts.changed_ns // 10**9
        told = (stat.S_IFREG | 0o444, 0, 0, 1, 0, 0, size, seconds, seconds, seconds)
        return os.stat_result(told, {"st_mtime_ns": facts.changed_ns})

    def open(self, mode: str = "r", *args: Any, **options: Any) -> IO[Any]:  # type: ignore[override]
        """Open a copy of the file, to read it.

        Raises
        ------
        ImageError
            If it cannot be had.
        """
        with self.copy_here() as copy:
            return copy.open(mode, *args, **options)

    @contextmanager
    def copy_here(self) -> Iterator[Path]:
        """Have all of the file on this machine.

        Yields
        ------
        Path
            A copy, which stays as long as this is used.

        Raises
        ------
        ImageError
            If it cannot be had.
        """
        if self._copy is not None and self._copy.exists():
            yield self._copy
            return
        with ExitStack() as used:
            try:
                if self.failure:
                    raise RemoteError(self.failure)
                copy = used.enter_context(COPIES.using(self._key(), self._download))
            except RemoteError as err:
                raise ImageError(self, err.reason) from err
            except OSError as err:
                why = err.strerror or type(err).__name__
                where = "set TMPDIR or HUBBLE_DASH_CACHE to a folder with room"
                raise ImageError(self, f"cannot be copied to this machine: {why}; {where}") from err
            yield copy

    def copied(self) -> Path | None:
        """Give a copy of all of the file, where there is one already."""
        if self._copy is not None and self._copy.exists():
            return self._copy
        try:
            return COPIES.find(self._key())
        except OSError:
            return None

    def with_copy(self, copy: Path) -> Remote:
        """Give the same file with a copy of it, for whoever reads it elsewhere.

        Parameters
        ----------
        copy : Path
            All of it.
        """
        return Remote(self.address, self._facts, copy)

    def failed(self, reason: str) -> Remote:
        """Give the same file, known as one that cannot be had.

        Parameters
        ----------
        reason : str
            Why.
        """
        return Remote(self.address, self._facts, None, reason)

    def in_ranges(self) -> RangeFile:
        """Open the file where it is; only what is read comes here.

        Raises
        ------
        ImageError
            If its server says nothing of it, or not how large it is.
        """
        try:
            size = self.facts().size
        except RemoteError as err:
            raise ImageError(self, err.reason) from err
        read: Callable[[int, int], bytes] = partial(read_range, self.address, size=size)
        return RangeFile(read, size, lambda: self.open("rb"))  # type: ignore[arg-type, return-value]

    def _download(self, to: Path) -> None:
        download(self.address, self.facts().size, to)

    def _key(self) -> str:
        facts = self.facts()
        told = [self.address.shown, str(facts.size), str(facts.changed_ns)]
        if not facts.changed_ns:
            told.append(_THIS_RUN)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:40]


def path_of(given: str | Path) -> Path:
    """Give the path of a file here, or of one of a server.

    Parameters
    ----------
    given : path-like
        A path, or an address.
    """
    if isinstance(given, Remote):
        return given
    return Remote(address_of(str(given))) if is_address(given) else Path(given)

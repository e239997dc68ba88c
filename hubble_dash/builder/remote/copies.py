"""Whole files of servers, kept on this machine as long as they are used, or for later builds."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from hubble_dash.disk.calls import remove
from hubble_dash.disk.owners import leftovers, own_name

__all__ = ["COPIES", "Copies"]

# How many bytes of files that nobody reads stay, since a build reads some of them twice.
MOST_BYTES = 4_000_000_000


class Copies:
    """A folder of copies: one that goes with this process, or that which the user names.

    Parameters
    ----------
    most : int
        Bytes of copies that nobody uses and that stay; those used last stay longest. In the user's
        own folder, ``HUBBLE_DASH_CACHE``, all stay.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._changing = threading.Lock()
        self._making: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._n_users: Counter[str] = Counter()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._own_folder: Path | None = None

    @contextmanager
    def using(self, key: str, make: Callable[[Path], None]) -> Iterator[Path]:
        """Have a copy, which stays as long as it is used.

        Parameters
        ----------
        key : str
            A name of its own for each file, and for each state of it.
        make : callable
            Writes it, where there is none.

        Yields
        ------
        Path
            The copy.
        """
        with self._changing:
            self._n_users[key] += 1
            making = self._making[key]
        try:
            folder = self.folder()
            path = folder / key
            with making:
                if not path.exists():
                    self._make(path, make)
                with self._changing:
                    self._sizes[key] = path.stat().st_size
                    self._sizes.move_to_end(key)
            yield path
        finally:
            with self._changing:
                self._n_users[key] -= 1
                if not self._n_users[key]:
                    del self._n_users[key], self._making[key]
                self._make_room()

    def find(self, key: str) -> Path | None:
        """Give a copy that is there.

        Parameters
        ----------
        key : str
            Its name.
        """
        path = self.folder() / key
        return path if path.exists() else None

    def folder(self) -> Path:
        """Give the folder of copies, which is made where there is none."""
        named = os.environ.get("HUBBLE_DASH_CACHE")
        if named:
            folder = Path(named).expanduser()
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        with self._changing:
            if self._own_folder is None or not self._own_folder.is_dir():
                final = Path(tempfile.gettempdir()) / "hubble-dash-copies"
                for left in leftovers(final):
                    remove(left.path)
                self._own_folder = own_name(final, "new")
                self._own_folder.mkdir(mode=0o700)
                atexit.register(partial(shutil.rmtree, self._own_folder, ignore_errors=True))
            return self._own_folder

    def _make(self, path: Path, make: Callable[[Path], None]) -> None:
        new = own_name(path, "new")
        try:
            make(new)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def _make_room(self) -> None:
        if os.environ.get("HUBBLE_DASH_CACHE") or self._own_folder is None:
            return
        total = sum(self._sizes.values())
        for key in [key for key in self._sizes if key not in self._n_users]:
            if total <= self._most:
                return
            total -= self._sizes.pop(key)
            (self._own_folder / key).unlink(missing_ok=True)


COPIES = Copies()

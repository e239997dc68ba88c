"""What a folder or a glob of a server stands for: its files, by index pages or lists of buckets."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote, urljoin

from hubble_dash.builder.remote.address import Address, address_of
from hubble_dash.builder.remote.failures import patiently
from hubble_dash.builder.remote.path import Remote
from hubble_dash.builder.remote.servers import facts_of, system_of

__all__ = ["has_magic", "list_folder", "list_glob"]

_MAGIC = re.compile(r"[*\[]")
_MAGIC_IN_BUCKETS = re.compile(r"[*?\[]")
# Index pages that are asked for one folder; whoever has more names their folders.
MAX_PAGES = 10_000


def has_magic(address: Address) -> bool:
    """Say whether an address is a glob; in one of the web, a question mark begins a query.

    Parameters
    ----------
    address : Address
        As it was given.
    """
    return _first_magic(address) is not None


def list_folder(address: Address, *, depth: int | None = None) -> Iterator[Remote]:
    """List the files of a folder and of those below it; what lies beside or above is left alone.

    Parameters
    ----------
    address : Address
        Of the folder.
    depth : int, optional
        How many folders deep; all if not given.

    Yields
    ------
    Remote
        A file, in no order.

    Raises
    ------
    RemoteError
        If it cannot be listed.
    MissingExtraError
        If what reads such addresses is not installed.
    """
    if address.scheme.startswith("http"):
        yield from _list_pages(address, depth)
        return
    system = system_of(address)
    found = patiently(lambda: system.find(address.real, maxdepth=depth, detail=True))
    for name, info in found.items():
        if info.get("type") == "file" and not name.endswith("/"):
            yield _remote(f"{address.scheme}://{name}", info)


def list_glob(address: Address) -> list[Remote]:
    """List the files that a glob means.

    Parameters
    ----------
    address : Address
        With ``*``, ``**`` or ``[...]`` in its path; in buckets also with ``?``.

    Raises
    ------
    RemoteError, MissingExtraError
        As of `list_folder`.
    """
    system_of(address)
    from fsspec.utils import glob_translate

    path, first = _path_of(address), _first_magic(address)
    assert first is not None
    root = path[: path.rindex("/", 0, first) + 1]
    depth = None if "**" in path else path.count("/") - root.count("/") + 1
    wanted = re.compile(glob_translate(_plain(path)))
    folder = address_of(root)
    return [
        file
        for file in list_folder(folder, depth=depth)
        if wanted.fullmatch(_plain(_path_of(file.address)))
    ]


def _list_pages(address: Address, depth: int | None) -> Iterator[Remote]:
    system, root = system_of(address), _path_of(address).rstrip("/") + "/"
    waiting, seen = deque([(root, 1)]), {root}
    n_pages = 0
    while waiting and n_pages < MAX_PAGES:
        page, level = waiting.popleft()
        n_pages += 1
        links = patiently(partial(system.ls, page, detail=False))
        for link in sorted(urljoin(page, html.unescape(link)) for link in links):
            # Links that sort a page, and those that lead out of the folder, are no files of it.
            if not link.startswith(root) or "?" in link or "#" in link or link in seen:
                continue
            seen.add(link)
            if not link.endswith("/"):
                yield Remote(address_of(link))
            elif depth is None or level < depth:
                waiting.append((link, level + 1))


def _remote(text: str, info: Mapping[str, Any]) -> Remote:
    return Remote(address_of(text), facts_of(info))


def _first_magic(address: Address) -> int | None:
    """Say where the glob in an address begins; names of servers and buckets are none."""
    path = _path_of(address)
    magic = _MAGIC if address.scheme.startswith("http") else _MAGIC_IN_BUCKETS
    host = path.index("//") + 2
    found = magic.search(path, path.find("/", host) if "/" in path[host:] else len(path))
    return None if found is None else found.start()


def _path_of(address: Address) -> str:
    """Give an address without its query."""
    real = address.real
    return real.partition("?")[0] if address.scheme.startswith("http") else real


def _plain(path: str) -> str:
    """Undo how the web writes blanks and accents."""
    return unquote(path) if path.startswith("http") else path

"""What servers are asked through fsspec: facts of a file, its bytes, and what is in a folder."""

from __future__ import annotations

import email.utils
import logging
import os
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from hubble_dash.builder.remote.address import Address
from hubble_dash.builder.remote.failures import CutShortError, NoRangesError, patiently
from hubble_dash.errors import MissingExtraError

__all__ = ["Facts", "ask", "download", "facts_of", "read_range", "system_of"]

# It logs addresses, with all that is secret in them.
logging.getLogger("fsspec").addHandler(logging.NullHandler())

# What brings each kind of address.
_PACKAGES = {"http": "aiohttp", "https": "aiohttp", "s3": "s3fs", "gs": "gcsfs"}
# Of a server that sends nothing; whole files may take as long as they come.
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 30.0, 60.0
# Where a user has credentials of his own, they are used, and buckets are asked without any else.
_CREDENTIALS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    "gs": ("GOOGLE_APPLICATION_CREDENTIALS",),
}
# Larger files come in pieces, of which each is tried again by itself.
PIECE = 16_000_000


class Facts(NamedTuple):
    """What a server says of a file.

    Attributes
    ----------
    size : int
        Bytes; -1 where it does not say.
    changed_ns : int
        When it was changed, in nanoseconds since 1970: seconds of ``Last-Modified``, and behind
        them a number made of its ETag, so that it differs where either does. 0 where it says
        neither.
    is_folder : bool
        Whether it is a folder, or a page that lists one.
    is_page : bool
        Whether it is a web page.
    """

    size: int
    changed_ns: int
    is_folder: bool = False
    is_page: bool = False


def system_of(address: Address) -> Any:
    """Give the file system of fsspec that an address is of; its connections are shared.

    Parameters
    ----------
    address : Address
        Of a file or folder.

    Raises
    ------
    MissingExtraError
        If the package that brings it is not installed.
    """
    scheme = address.scheme
    if scheme == "gs":
        # Of what only some buckets have, it would ask each by another protocol, for a minute each.
        os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    try:
        import fsspec

        options = _options(scheme, fsspec.config.conf.get(scheme, {}))
        return fsspec.filesystem(scheme, **options)
    except ImportError as err:
        raise MissingExtraError(_PACKAGES[scheme], "cloud") from err


def _options(scheme: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """Say how a system is made, where the user's configuration of fsspec does not."""
    if scheme in _CREDENTIALS:
        anonymous = {"anon": True} if scheme == "s3" else {"token": "anon"}
        has_own = any(map(os.environ.get, _CREDENTIALS[scheme])) or {
            "anon", "key", "profile", "token",
        } & own.keys()  # fmt: skip
        return {"use_listings_cache": False} | ({} if has_own else anonymous)
    import aiohttp

    usual = aiohttp.ClientTimeout(
        total=None, sock_connect=SECONDS_TO_CONNECT, sock_read=SECONDS_OF_SILENCE
    )
    # Proxies, and passwords of .netrc, are taken from where other programs take them.
    client = {"timeout": usual, "trust_env": True, **own.get("client_kwargs", {})}
    return {"client_kwargs": client}


def ask(address: Address) -> Facts:
    """Ask what a file is; of its bytes nothing is read.

    Parameters
    ----------
    address : Address
        Of the file.

    Raises
    ------
    RemoteError
        If its server does not say.
    MissingExtraError
        If what reads such addresses is not installed.
    """
    system = system_of(address)
    return facts_of(patiently(lambda: system.info(address.real)))


def facts_of(info: Mapping[str, Any]) -> Facts:
    """Take what is needed of what fsspec tells, in whose systems it has several names.

    Parameters
    ----------
    info : mapping
        Of its ``info`` or ``ls``.
    """
    size = info.get("size")
    tag = next((str(info[key]) for key in ("ETag", "etag", "md5Hash") if info.get(key)), "")
    keys = ("Last-Modified", "LastModified", "mtime", "updated")
    seconds = next((_seconds(info[key]) for key in keys if info.get(key)), 0)
    is_page = info.get("mimetype") in ("text/html", "application/xhtml+xml")
    return Facts(
        int(size) if isinstance(size, int | float) else -1,
        seconds * 10**9 + zlib.crc32(tag.encode()) % 10**9 * bool(tag),
        info.get("type") == "directory" or (is_page and str(info.get("url", "")).endswith("/")),
        is_page,
    )


def _seconds(said: object) -> int:
    try:
        if isinstance(said, str):
            is_mail = said[:1].isalpha()
            parsed = email.utils.parsedate_to_datetime if is_mail else datetime.fromisoformat
            said = parsed(said)
        if isinstance(said, datetime):
            said = (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
        return max(0, int(said))  # type: ignore[call-overload, no-any-return]
    except (ValueError, TypeError, OverflowError):
        return 0


def read_range(address: Address, start: int, stop: int, size: int) -> bytes:
    """Read some bytes of a file.

    Parameters
    ----------
    address : Address
        Of the file.
    start, stop : int
        Which.
    size : int
        Of all of it.

    Raises
    ------
    NoRangesError
        If its server sends nothing but the whole file.
    RemoteError
        If they cannot be had.
    """
    system = system_of(address)

    def read() -> bytes:
        if not address.scheme.startswith("http"):
            data: bytes = system.cat_file(address.real, start=start, end=stop)
        else:
            options = {"block_size": PIECE, "size": size, "cache_type": "none"}
            with system.open(address.real, "rb", **options) as file:
                file.seek(start)
                try:
                    data = file.read(stop - start)
                except ValueError as err:
                    raise NoRangesError("the server sends files only as a whole") from err
        if len(data) != stop - start:
            raise CutShortError
        return data

    return patiently(read)


def download(address: Address, size: int, to: Path) -> None:
    """Copy a file to this machine.

    Parameters
    ----------
    address : Address
        Of the file.
    size : int
        What its server says of its bytes; -1 where that says nothing.
    to : Path
        What is written.

    Raises
    ------
    RemoteError
        If it cannot be had whole.
    OSError
        If it cannot be written.
    """
    if size > PIECE:
        try:
            with to.open("wb") as file:
                for start in range(0, size, PIECE):
                    file.write(read_range(address, start, min(start + PIECE, size), size))
        except NoRangesError:
            pass
        else:
            return
    system = system_of(address)

    def get() -> None:
        system.get_file(address.real, str(to))
        if size >= 0 and to.stat().st_size != size:
            raise CutShortError

    patiently(get)

"""Addresses of files: which texts are any, what they are called, and what in them is a secret."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

__all__ = ["SCHEMES", "Address", "address_of", "is_address", "other_scheme"]

SCHEMES = ("https", "http", "s3", "gs")
# A path takes one of the two slashes for superfluous.
_ADDRESS = re.compile(r"(https?|s3|gs|gcs):/{1,2}(?=[^/\s])", re.IGNORECASE)
_OTHER = re.compile(r"[a-z][a-z0-9+.-]+(?=://)", re.IGNORECASE)
# Parts of a query by which a server knows who asks, or until when.
_SECRET = re.compile(
    r"x-(amz|goog|ms)-.*|awsaccesskeyid|googleaccessid|key-pair-id|signature|sig|policy|expires|jwt"
    r"|auth|authorization|session.*|credentials?|pwd|api[-_]?key|access[-_]?key|.*(token|secret|passw).*",
    re.IGNORECASE,
)
# Of a shared signature of Azure; alone they mean something else.
_BESIDE_SIG = {"se", "sp", "spr", "sr", "st", "sv", "skoid", "sktid", "skt", "ske", "sks", "skv"}
# Ends of names of programs on a server, which send files of other names.
_SCRIPT = re.compile(r"\.(php\d?|aspx?|cgi|jsp|do|pl|py|exe)$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,5}$", re.IGNORECASE)


class Address(NamedTuple):
    """Where a file lies.

    Attributes
    ----------
    real : str
        With all that the server asks for.
    shown : str
        Without names and passwords of users and without signatures; what is kept of it.
    name : str
        What the file is called.
    """

    real: str
    shown: str
    name: str

    @property
    def scheme(self) -> str:
        """One of `SCHEMES`."""
        return self.real.partition(":")[0]

    @property
    def has_secrets(self) -> bool:
        """Whether what is kept of it is less than what the server asks for."""
        return self.real != self.shown


def is_address(text: object) -> bool:
    """Say whether a text is an address of a kind that is read here.

    Parameters
    ----------
    text : str or path-like
        What a user gave, or a table has.
    """
    return _ADDRESS.match(str(text)) is not None


def other_scheme(text: str) -> str | None:
    """Give the scheme of an address of a kind that is not read here; None if it is no address.

    Parameters
    ----------
    text : str
        What a user gave.
    """
    found = _OTHER.match(text)
    return None if found is None or is_address(text) else found[0]


def address_of(text: str) -> Address:
    """Read an address.

    Parameters
    ----------
    text : str
        One of which `is_address` says yes.

    Returns
    -------
    Address
    """
    found = _ADDRESS.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no address; allowed: {', '.join(SCHEMES)}")
    scheme, rest = found[1].lower().replace("gcs", "gs"), text[found.end() :].strip()
    if not scheme.startswith("http"):
        # In a bucket, ? and # are letters as others are.
        shown = f"{scheme}://{_without_user(rest)}"
        return Address(shown, shown, _last(shown))
    real = f"{scheme}://{rest.partition('#')[0]}"
    parts = _split(real)
    kept = _without_secrets(parts.query)
    shown = f"{scheme}://{_without_user(parts.netloc)}{parts.path}{'?' * bool(kept)}{kept}"
    return Address(real, shown, _name_of(parts))


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        # No server is called so, which is told when the file is asked for.
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("?")[0].partition("/")
        return SplitResult(scheme, host, slash + path, rest.partition("?")[2], "")


def _without_user(rest: str) -> str:
    host, slash, path = rest.partition("/")
    return f"{host.rpartition('@')[2]}{slash}{path}"


def _without_secrets(query: str) -> str:
    """Leave out what tells who asks; the rest stays as it is written."""
    parts = query.split("&")
    names = [unquote(part.partition("=")[0]).lower() for part in parts]
    secret = {name for name in names if _SECRET.fullmatch(name)}
    if "sig" in secret:
        secret |= _BESIDE_SIG
    return "&".join(part for part, name in zip(parts, names, strict=True) if name not in secret)


def _name_of(parts: SplitResult) -> str:
    """Give the last part of the path; where that is a program, the file that it is asked for."""
    last = _last(unquote(parts.path))
    if _SUFFIX.search(last) and not _SCRIPT.search(last):
        return last
    for _, value in parse_qsl(parts.query):
        end = re.split(r"[/\\:]", value.rstrip("/"))[-1]
        if _SUFFIX.search(end):
            return end
    if parts.query:
        # Many addresses differ in nothing but what is asked for.
        asked = re.split(r"[/\\]", unquote(_without_secrets(parts.query)))[-1]
        return f"{last}?{asked}" if asked else last or parts.netloc
    return last or _without_user(parts.netloc)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]

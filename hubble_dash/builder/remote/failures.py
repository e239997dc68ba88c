"""What goes wrong on the way to a server: said in words, tried again where that may help."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeVar

from hubble_dash.errors import HubbleDashError

__all__ = ["CutShortError", "NoRangesError", "RemoteError", "connections", "patiently"]

T = TypeVar("T")

# Seconds before each further try, each stretched or shortened by chance, so that many that failed
# together do not come back together.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
# The longest that a server may ask for.
MAX_WAIT = 60.0
USUAL_CONNECTIONS = 16
_PASSING = {408, 425, 429, 500, 502, 503, 504, *range(520, 530)}
_MEANING = {
    401: "the server asks for a login (401)",
    403: "the server denies access (403)",
    404: "there is no such file on the server (404)",
    407: "a proxy asks for a login (407)",
    410: "the file is no longer on the server (410)",
}


class RemoteError(OSError):
    """Something cannot be had from a server.

    Parameters
    ----------
    reason : str
        Why, in words that a user can act on.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoRangesError(RemoteError):
    """A server sends files only as a whole."""


class CutShortError(Exception):
    """Less came than was promised; it may be all the next time."""


def connections() -> int:
    """Give how many requests may be under way: ``HUBBLE_DASH_CONNECTIONS``, or 16.

    Raises
    ------
    ValueError
        If the variable is no number of connections.
    """
    said = os.environ.get("HUBBLE_DASH_CONNECTIONS", str(USUAL_CONNECTIONS))
    if not said.isdecimal() or not 1 <= int(said) <= 1000:
        raise ValueError(f"HUBBLE_DASH_CONNECTIONS is {said!r}; allowed: 1 to 1000")
    return int(said)


class _Gate:
    """Lets so many requests through at once, as many as `connections` says."""

    def __init__(self) -> None:
        self._n, self._changed = 0, threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._n < connections())
            self._n += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._n -= 1
            self._changed.notify()


_GATE = _Gate()


def patiently(work: Callable[[], T], *, wait: Callable[[float], None] = time.sleep) -> T:
    """Ask a server, and ask again where what went wrong may pass.

    Parameters
    ----------
    work : callable
        Asks; one of so many that are under way at once.
    wait : callable
        Is given seconds.

    Returns
    -------
    object
        What `work` gives.

    Raises
    ------
    RemoteError
        If it cannot be had, with the reason of the last try.
    """
    for seconds in (*WAITS, None):
        try:
            with _GATE:
                return work()
        except (RemoteError, HubbleDashError):
            raise
        except Exception as err:
            reason, may_pass, asked = _told(err)
            if seconds is None and may_pass:
                reason += f"; tried {len(WAITS) + 1} times"
            if seconds is None or not may_pass:
                raise RemoteError(reason) from err
        wait(max(seconds * random.uniform(0.75, 1.25), min(asked, MAX_WAIT)))
    raise AssertionError


def _told(err: Exception) -> tuple[str, bool, float]:
    """Say what went wrong, whether it may pass, and after how many seconds the server says so.

    Words of libraries may have the address with its secrets, and are not repeated.
    """
    chain = list(_chain(err))
    for one in chain:
        if (status := _status_of(one)) is not None:
            return _meaning(status), status in _PASSING, _seconds_asked(one)
    for one in chain:
        if isinstance(one, ssl.SSLError | ssl.CertificateError):
            why = getattr(one, "verify_message", "") or getattr(one, "reason", None) or "TLS"
            return f"the connection is not safe: {why}", False, 0
        if isinstance(one, socket.gaierror):
            return "there is no server of that name", one.errno == socket.EAI_AGAIN, 0
    names = {name for one in chain for cls in type(one).__mro__ for name in (cls.__name__,)}
    if names & {"InvalidURL", "InvalidUrlClientError", "ParamValidationError"}:
        return "is no address that can be asked for", False, 0
    if "TooManyRedirects" in names:
        return "the server leads round in a circle", False, 0
    if names & {"NoCredentialsError", "PermissionError"}:
        return _MEANING[403], False, 0
    if any(isinstance(one, TimeoutError | asyncio.TimeoutError) for one in chain):
        return "the server does not answer in time", True, 0
    if isinstance(err, CutShortError) or names & {"ClientPayloadError", "IncompleteRead"}:
        return "what the server sends ends before its end", True, 0
    if names & {"ClientConnectorError", "EndpointConnectionError", "ConnectionRefusedError"}:
        return "there is no connection to the server", True, 0
    if names & {"ClientError", "ConnectionError", "HTTPClientError"}:
        return f"the connection broke ({type(err).__name__})", True, 0
    if "FileNotFoundError" in names:
        return _MEANING[404], False, 0
    return f"cannot be read from its server ({type(err).__name__})", False, 0


def _chain(err: BaseException | None) -> Iterator[BaseException]:
    while err is not None:
        yield err
        err = err.__cause__ or (None if err.__suppress_context__ else err.__context__)


def _status_of(err: BaseException) -> int | None:
    """Find the status of an answer of HTTP, wherever a library keeps it."""
    answer = getattr(err, "response", None)
    of_s3 = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    # gcsfs has it in `code`, which means something else elsewhere.
    of_gs = getattr(err, "code", None) if type(err).__name__ == "HttpError" else None
    for status in (getattr(err, "status", None), of_gs, of_s3.get("HTTPStatusCode")):
        number = int(str(status)) if str(status).isdecimal() else 0
        if 400 <= number < 600:
            return number
    return None


def _meaning(status: int) -> str:
    if status in _MEANING:
        return _MEANING[status]
    try:
        return f"the server answers {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"the server answers {status}"


def _seconds_asked(err: BaseException) -> float:
    headers = getattr(err, "headers", None) or {}
    said = str(headers.get("Retry-After", "0"))
    return float(said) if said.isdecimal() else 0.0

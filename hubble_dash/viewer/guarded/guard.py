"""Which requests a server answers at all: those for hosts it knows, with tokens that are its own.

A page of another host can have its own name point to this machine once it is open (DNS rebinding);
for the browser, what is served here is then its own. So a name that nobody told the server is
refused, before anything that Bokeh, Panel or this package serves is reached.
"""

from __future__ import annotations

import ipaddress
import logging
import time
import zlib
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from bokeh.server.tornado import BokehTornado
from bokeh.server.util import check_allowlist, match_host
from bokeh.settings import settings
from bokeh.util.token import check_token_signature, get_session_id, get_token_payload
from panel.io.resources import COMPONENT_PATH
from tornado.httputil import HTTPServerRequest, split_host_and_port
from tornado.routing import Matcher, Rule
from tornado.web import RequestHandler

__all__ = ["Hosts", "allowed_origins", "guard", "is_from_own_page", "without_port"]

logger = logging.getLogger(__name__)

LOCAL = ("localhost", "127.0.0.1", "::1")
# Addresses that stand for all that the machine has.
ANY = ("", "0.0.0.0", "::")
# Refused hosts that are told; an attacker shall not fill a disk with them.
MAX_TOLD = 20
MAX_TOKEN = 65_536
# What taking a token apart raises that nobody here made.
_NO_TOKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error)


class Refusal(NamedTuple):
    """What a request that is not answered gets instead.

    Attributes
    ----------
    status : int
        Of HTTP.
    said : str
        Plain text.
    """

    status: int
    said: str


class Hosts:
    """The hosts that a server knows.

    Parameters
    ----------
    allowed : iterable of str
        Hosts, with a port or without, such as Bokeh takes them; ``*`` stands for any part between
        dots, alone for any host. Ports do not count: what another name points to is at this port.
    address : str, optional
        The address that the server listens at.
    """

    def __init__(self, allowed: Iterable[str], address: str | None = None) -> None:
        self._names = {*LOCAL, *map(without_port, allowed)} - {""}
        # Who asks for an address that stands for all of them means the one that was reached.
        self._listens_to_all = address is None or address in ANY
        if not self._listens_to_all:
            self._names.add(without_port(str(address)))

    def knows(self, request: HTTPServerRequest) -> bool:
        """Say whether a request is for one of them.

        Parameters
        ----------
        request : tornado.httputil.HTTPServerRequest
            Its header ``Host`` names the host that the browser believes to speak to.
        """
        host = without_port(request.host.lower())
        if self.has(host):
            return True
        return self._listens_to_all and host == _reached(request)

    def has(self, host: str) -> bool:
        """Say whether a host, without a port, is one of them by its name.

        Parameters
        ----------
        host : str
            In small letters.
        """
        return host in self._names or any(match_host(host, name) for name in self._names)


def guard(server: BokehTornado, hosts: Hosts, concerns: Callable[[str], bool]) -> None:
    """Make a server refuse what is not meant for it, before any of its handlers is asked.

    Parameters
    ----------
    server : bokeh.server.tornado.BokehTornado
        The server; websockets are requests too.
    hosts : Hosts
        Those that it knows.
    concerns : callable
        Says of a path whether it is looked at; others are left alone.
    """
    unwanted = _Unwanted(server, hosts, concerns)
    server.default_router.rules.insert(0, Rule(unwanted, RefusalHandler))


class _Unwanted(Matcher):
    """Matches what is refused."""

    def __init__(self, server: BokehTornado, hosts: Hosts, concerns: Callable[[str], bool]) -> None:
        self._server, self._hosts, self._concerns = server, hosts, concerns
        self._told: set[str] = set()

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        refusal = self._refusal(request) if self._concerns(request.path) else None
        return None if refusal is None else {"target_kwargs": {"refusal": refusal}}

    def _refusal(self, request: HTTPServerRequest) -> Refusal | None:
        if not self._hosts.knows(request):
            return self._unknown_host(request.host)
        if _is_no_address(request):
            return Refusal(404, "There is no such address.")
        tokens = [found.decode("latin-1") for found in request.arguments.get("bokeh-token", ())]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            protocols = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
            tokens += [protocol.strip() for protocol in protocols[1:]] or [""]
        if not all(_is_token(token, self._server) for token in tokens):
            return Refusal(403, "This session is over, or was never here; reload the page.")
        return None

    def _unknown_host(self, host: str) -> Refusal:
        shown = ascii(host[:200])[1:-1]
        said = (
            f"This server does not answer for {shown}. If that is a name of this machine, start the"
            f" server with --allow-websocket-origin {shown}"
        )
        if host not in self._told and len(self._told) < MAX_TOLD:
            self._told.add(host)
            logger.warning("refused: %s", said)
        return Refusal(403, said)


class RefusalHandler(RequestHandler):
    """Answers every method with why there is no answer."""

    def initialize(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def prepare(self) -> None:
        """Answer before anything else is looked at."""
        self.set_status(self._refusal.status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self._refusal.said + "\n")

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed by a refusal."""


def _is_no_address(request: HTTPServerRequest) -> bool:
    """Say whether an address is none that the page has, and would break what it goes to."""
    # Panel would import any module that an address names; the page has no component of its own.
    if f"/{COMPONENT_PATH}" in request.path or "\0" in unquote(request.path):
        return True
    try:
        for url in request.arguments.get("bokeh-absolute-url", ()):
            urlsplit(url.decode())
    except ValueError:
        return True
    return False


def _is_token(token: str, server: BokehTornado) -> bool:
    """Say whether a token is one that Bokeh can take apart, not over yet, and signed if need be."""
    if len(token) > MAX_TOKEN:
        return False
    try:
        is_signed = check_token_signature(
            token, signed=server.sign_sessions, secret_key=server.secret_key
        )
        if not is_signed or not isinstance(get_session_id(token), str):
            return False
        payload = get_token_payload(token)
        parts = [payload.get(name, {}) for name in ("headers", "cookies", "arguments")]
        is_whole = all(isinstance(part, dict) for part in parts)
        return is_whole and float(payload["session_expiry"]) > time.time()
    except _NO_TOKEN:
        return False


def without_port(host: str) -> str:
    """Give a host's name in small letters, or its address without brackets.

    Parameters
    ----------
    host : str
        With a port or without.
    """
    if _is_address(host):
        return host
    name: str = split_host_and_port(host.lower())[0]
    return name.strip("[]")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _reached(request: HTTPServerRequest) -> str | None:
    """Give the address of this machine at which a request came in."""
    stream = getattr(request.connection, "stream", None)
    if stream is None or stream.socket is None:
        return None
    try:
        address = str(stream.socket.getsockname()[0])
    except (OSError, IndexError):
        return None
    return address.removeprefix("::ffff:").partition("%")[0]


def allowed_origins(server: BokehTornado) -> set[str]:
    """Give the hosts that may open a websocket, by option or by environment.

    Parameters
    ----------
    server : bokeh.server.tornado.BokehTornado
        The server.
    """
    told = settings.allowed_ws_origin()
    return set(told) if told else set(server.websocket_origins)


def is_from_own_page(request: HTTPServerRequest, allowed: Collection[str]) -> bool:
    """Say whether a request was sent by a page of this server, which other pages cannot claim.

    Parameters
    ----------
    request : tornado.httputil.HTTPServerRequest
        Its header ``Origin`` names the page that sent it, by scheme, host and port.
    allowed : collection of str
        Hosts under which browsers know the server, as of `allowed_origins`; it is behind another
        one where they do not reach it under its own.
    """
    try:
        origin = urlsplit(request.headers.get("Origin", "").lower())
        has_port = origin.port is not None
    except ValueError:
        return False
    if not origin.netloc or origin.netloc == request.host.lower():
        return bool(origin.netloc)
    names = [origin.netloc] if has_port else [f"{origin.netloc}:{port}" for port in (80, 443)]
    return any(check_allowlist(name, [*allowed]) for name in names)

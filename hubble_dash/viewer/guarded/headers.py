"""What every answer of a server tells browsers to refuse.

The policy allows what Bokeh, Panel and the page need, and nothing else:

- scripts of the server itself, and those that stand in the page as it was written, by their
  checksums: a text that a view put into the page by mistake would not run;
- ``unsafe-eval``, for Bokeh turns the code of its callbacks, by which the plots tell the page of
  clicks, and that of WebGL into functions;
- styles that stand in the page and on its elements, which Bokeh writes in the browser;
- pictures and fonts from within the page (``data:``, ``blob:``), since a small atlas carries them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator

from bokeh.server.tornado import BokehTornado
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

__all__ = ["add_headers", "inline_scripts"]

_TYPE = re.compile(rb"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_SOURCE = re.compile(rb"\bsrc\s*=", re.IGNORECASE)
_SITE = re.compile(r"[\w.:*-]+")
# Other types are data, which browsers do not run.
SCRIPT_TYPES = (b"text/javascript", b"application/javascript", b"module")


def add_headers(
    server: BokehTornado, sites: Iterable[str], concerns: Callable[[str], bool]
) -> None:
    """Make a server send them with every answer.

    Parameters
    ----------
    server : bokeh.server.tornado.BokehTornado
        The server.
    sites : iterable of str
        Hosts whose pages may show those of the server in a frame.
    concerns : callable
        Says of a path whether its answers have them; others are left alone.
    """
    frames = " ".join(["'self'", *sorted(filter(_SITE.fullmatch, map(_without_usual, sites)))])

    class Headers(OutputTransform):
        """Adds to the headers of one answer."""

        def __init__(self, request: HTTPServerRequest) -> None:
            self._host, self._concerns = request.host, concerns(request.path)

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            if not self._concerns:
                return status_code, headers, chunk
            is_page = finishing and headers.get("Content-Type", "").startswith("text/html")
            scripts = inline_scripts(chunk) if is_page else ()
            headers["Content-Security-Policy"] = _policy(self._host, scripts, frames)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            return status_code, headers, chunk

    server.add_transform(Headers)


def _without_usual(site: str) -> str:
    """Leave out the port that Bokeh adds where none is given; HTTPS has another."""
    return site.removesuffix(":80")


def _policy(host: str, scripts: Iterable[bytes], frames: str) -> str:
    sums = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts]
    hashes = "".join(f" 'sha256-{checksum}'" for checksum in dict.fromkeys(sums))
    # Not all browsers take a websocket of the same host for 'self'.
    sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'unsafe-eval'{hashes}",
            # The page's own thread, which it makes of its own text.
            "worker-src blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frames}",
        ]
    )


def inline_scripts(page: bytes) -> Iterator[bytes]:
    """Find the scripts that stand in a page.

    Parameters
    ----------
    page : bytes
        HTML as this server writes it, with tags in small letters.

    Yields
    ------
    bytes
        The text of each, between its tags.
    """
    end = 0
    while (start := page.find(b"<script", end)) >= 0:
        body = page.find(b">", start) + 1
        end = page.find(b"</script", body)
        if not body or end < 0:
            return
        tag = page[start:body]
        kind = _TYPE.search(tag)
        if not _SOURCE.search(tag) and (kind is None or kind[1].lower() in SCRIPT_TYPES):
            yield page[body:end]

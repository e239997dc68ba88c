"""Servers of files on this machine: of the web, and of a bucket, with faults that are asked for."""

from __future__ import annotations

import hashlib
import html
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

CHANGED = "Wed, 01 May 2024 10:00:00 GMT"


@dataclass
class Fault:
    """What is wrong with a file, in its first so many answers; in all where there is no number."""

    status: int = 200
    times: int = 10**9
    cut_short: bool = False
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FileServer:
    """Gives out files; those that are bytes by their paths, such as ``"/a/b.fits"``.

    What was sent is counted: `requests` by method and path, `sent` bytes by path.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    has_ranges: bool = True
    has_head: bool = True
    # Of one there are no pages that list folders.
    is_bucket: bool = False
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    most_under_way: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        return f"{self.address}{quote(path, safe='/?=&:*')}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: FileServer

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        state, parts = self.server_state, urlsplit(self.path)
        path = unquote(parts.path)
        name = path if path in state.files else f"{path}?{unquote(parts.query)}"
        with state.lock:
            state.requests[self.command, name if name in state.files else path] += 1
            state.asked.append(dict(self.headers))
            state.under_way += 1
            state.most_under_way = max(state.most_under_way, state.under_way)
        try:
            self._say(name if name in state.files else path, parts.query, with_body=with_body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with state.lock:
                state.under_way -= 1

    def _say(self, path: str, query: str, *, with_body: bool) -> None:
        state = self.server_state
        fault = state.faults.get(path, Fault())
        with state.lock:
            is_faulty = fault.times > 0 and (with_body or fault.status != 200)
            fault.times -= is_faulty
        fault = fault if is_faulty else Fault()
        time.sleep(fault.seconds)
        if fault.status != 200:
            self._send(fault.status, b"", fault.headers, with_body=with_body)
        elif not with_body and not state.has_head:
            self._send(405, b"", {}, with_body=False)
        elif "list-type" in parse_qs(query):
            body = self._bucket(path.strip("/"), parse_qs(query))
            self._send(200, body, {"Content-Type": "application/xml"}, with_body=with_body)
        elif path in state.files:
            self._file(path, fault, with_body=with_body)
        elif not state.is_bucket and any(
            name.startswith(path.rstrip("/") + "/") for name in state.files
        ):
            self._folder(path, with_body=with_body)
        else:
            self._send(404, b"<html>Not found</html>", {}, with_body=with_body)

    def _file(self, path: str, fault: Fault, *, with_body: bool) -> None:
        state = self.server_state
        data = state.files[path]
        headers = {
            "ETag": f'"{_tag(data)}"',
            "Last-Modified": CHANGED,
            "Content-Type": "text/html" if data.startswith(b"<html") else "binary/octet-stream",
        }
        status, asked = 200, re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and state.has_ranges:
            start, stop = int(asked[1]), min(int(asked[2] or 2**60) + 1, len(data))
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
            status, data = 206, data[start:stop]
        if state.has_ranges:
            headers["Accept-Ranges"] = "bytes"
        self._send(status, data, headers, with_body=with_body, path=path, fault=fault)

    def _folder(self, path: str, *, with_body: bool) -> None:
        if not path.endswith("/"):
            self._send(301, b"", {"Location": quote(path) + "/"}, with_body=with_body)
            return
        below = {
            name.removeprefix(path).partition("/")[0]
            + ("/" if "/" in name.removeprefix(path) else "")
            for name in self.server_state.files
            if name.startswith(path)
        }
        links = ["?C=N;O=D", "../", "/elsewhere/x.fits", *sorted(map(quote, below))]
        body = "".join(f'<a href="{html.escape(link)}">{link}</a>\n' for link in links)
        page = f"<html><h1>Index of {path}</h1>{body}</html>".encode()
        self._send(200, page, {"Content-Type": "text/html"}, with_body=with_body)

    def _bucket(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        """List a bucket as the API of S3 does, ListObjectsV2."""
        prefix, delimiter = (query.get(key, [""])[0] for key in ("prefix", "delimiter"))
        keys, folders = [], set()
        for name, data in sorted(self.server_state.files.items()):
            key = name.removeprefix(f"/{bucket}/")
            if key == name or not key.startswith(prefix):
                continue
            rest = key.removeprefix(prefix)
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                continue
            keys.append(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>{_tag(data)}</ETag>"
                "<LastModified>2024-05-01T10:00:00.000Z</LastModified>"
                "<StorageClass>STANDARD</StorageClass></Contents>"
            )
        common = [
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>"
            for one in sorted(folders)
        ]
        return (
            '<?xml version="1.0"?><ListBucketResult'
            f' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>'
            f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys) + len(common)}</KeyCount>"
            f"<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{''.join(keys + common)}"
            "</ListBucketResult>"
        ).encode()

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        *,
        with_body: bool,
        path: str = "",
        fault: Fault | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not with_body:
            return
        if fault is not None and fault.cut_short:
            body, self.close_connection = body[: len(body) // 2], True
        with self.server_state.lock:
            self.server_state.sent[path] += len(body)
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@cache
def _tag(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


@contextmanager
def serving(files: dict[str, bytes] | None = None, **options: object) -> Iterator[FileServer]:
    """Run a server of files as long as it is used."""
    state = FileServer(dict(files or {}), **options)  # type: ignore[arg-type]
    handler = type("Handler", (_Handler,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()

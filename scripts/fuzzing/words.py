"""Words: what browsers ask a server for, and what people write on the command line."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import re
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from helpers.atlases import make_atlas, nebula
from helpers.originals import Given

from fuzzing.target import Read, Target

__all__ = ["TARGETS"]

SECRET = "secret of a test"


def _requests() -> dict[str, bytes]:
    from bokeh.util.token import generate_jwt_token, generate_session_id

    token = generate_jwt_token(
        generate_session_id(SECRET, signed=True), secret_key=SECRET, signed=True, expiration=10**8
    )
    view = {"left": [0.0], "right": [1.0], "bottom": [0.0], "top": [1.0], "width": [64]}
    paths = {
        "page": "/a",
        "piece": "/a/hubble-dash/KEY/data/records/0.js",
        "thumbnail": "/a/hubble-dash/KEY/thumbnails/3.webp",
        "sky": "/a/hubble-dash/KEY/sky-tiles/0/0-0.png",
        "token": f"/a?bokeh-token={token}&bokeh-absolute-url=http%3A%2F%2Flocalhost%2Fa",
        "component": "/a/components/os/x.js",
    }
    made = {name: f"{path}\nHost: localhost:5006".encode() for name, path in paths.items()}
    socket = f"/a/ws\nHost: [::1]:5006\nUpgrade: websocket\nSec-WebSocket-Protocol: bokeh, {token}"
    made["socket"] = socket.encode()
    made["view"] = b"V" + json.dumps({**view, "height": [32], "color": ["count"]}).encode()
    return made


def _serving(folder: Path) -> Read:
    """Ask what a server asks of a request before it answers, and let it answer for its data."""
    from tornado.httputil import HTTPHeaders, HTTPServerRequest

    from hubble_dash.viewer.density.view import View
    from hubble_dash.viewer.guarded import guard
    from hubble_dash.viewer.served import builds, routes, shared

    pictures = [nebula(1, (72, 96))]
    atlas = make_atlas(folder / "a.atlas", pictures=pictures, k=5, shrunk=2)
    ours = builds.share(atlas, originals=Given(pictures))
    server: Any = SimpleNamespace(sign_sessions=True, secret_key=SECRET.encode())
    connection = SimpleNamespace(stream=None, context=None)
    unwanted = guard._Unwanted(server, guard.Hosts(["hub.example", "*.lab.example"]), bool)

    def ask(text: str) -> None:
        uri, *lines = text.replace("KEY", ours.key).split("\n")
        try:
            headers = HTTPHeaders.parse("\r\n".join(lines))
            request = HTTPServerRequest(
                "GET", uri, headers=headers, connection=cast(Any, connection)
            )
        except Exception:  # noqa: BLE001 - what is no request, Tornado lets nobody see
            return
        if unwanted.match(request) is None:
            answer(request.path)

    def answer(path: str) -> None:
        for pattern, handler in routes._PATTERNS:
            found = re.fullmatch(pattern, path)
            if found is None:
                continue
            with contextlib.suppress(LookupError):
                _made(handler, builds.shared_by_key(found[1]), found.groups()[1:])

    def _made(handler: type, one: shared.Shared, parts: Iterable[str]) -> object:
        words = [*parts]
        if handler is routes.PieceHandler:
            return one.piece(words[0], int(words[1]))
        if handler is routes.DeepHandler:
            return routes._tile(one.key, int(words[0]))
        if handler is routes.ThumbnailHandler:
            return one.thumbnails.webp(int(words[0]))
        return one.sky_tiles["/".join(words)]

    def read(data: bytes) -> None:
        if data[:1] != b"V":
            ask(data.decode("latin-1"))
            return
        try:
            columns = json.loads(data[1:])
        except (ValueError, RecursionError):
            return
        view = View.read(columns, 2) if isinstance(columns, dict) else None
        if view is not None:
            assert all(map(math.isfinite, view[:4]))

    return read


_COMMANDS = {
    "position": "P10:45:03.6 -59:41:04",
    "degrees": "P161.26 -59.87",
    "letters": "P10h45m03.6s -59d41m04s",
    "step": "Scrop:512x256",
    "percentiles": "Srescale-intensity:1,99",
    "build": "Bbuild\na.fits\n--out\nx.atlas\n--hdu\nSCI,2\n--cutouts\nwindow\n--size\n224",
    "sources": "Bbuild\na\n--out\nx\n--cutouts\nsources\n--threshold\n3\n--max-size\n50",
    "catalog": "Bbuild\na\n--out\nx\n--catalog\nc.csv\n--ra-column\nra\n--dec-column\ndec",
    "columns": "Bbuild\na\n--out\nx\n--fingerprints\nv.csv\n--leave-out-column\nlabel",
    "network": "Bbuild\na\n--out\nx\n--model\nm.onnx\n--input-size\n64\n--input-mean\n0.5,0.5,0.5",
    "similar": "Bsimilar\nx.atlas\n--position\n1 2\n--format\njson",
    "angles": "A10:45:03,6\n10h45m\n-00 00 01\n\u221259:52:04",
    "query": 'QFILTER == "F814W" and (EXPTIME > 1.5e3 or not `a b` in (1, 2)) and ra < 2004-07',
    "names": "Nhttps://a.b/c%20d.fits?x=1\nC:\\a\\B.FITS\nb.fits[SCI,2]\n~nobody/e\u0301.png",
}


def _commands() -> dict[str, bytes]:
    return {name: text.encode() for name, text in _COMMANDS.items()}


def _parsing(folder: Path) -> Read:
    """Parse what the first letter says: a position, a step, options, angles, names, a query."""
    import numpy as np
    import pandas as pd

    from hubble_dash.builder.catalogs.angles import AngleColumn, to_degrees
    from hubble_dash.builder.catalogs.names import ImageNames, named_in, plain_name
    from hubble_dash.cli.asking import _parse_position
    from hubble_dash.cli.build import settings_of
    from hubble_dash.cli.main import make_parser
    from hubble_dash.config import parse_step
    from hubble_dash.errors import CatalogError
    from hubble_dash.printable import as_json_text, printable
    from hubble_dash.query.errors import QueryError
    from hubble_dash.query.parser import parse

    parser = make_parser()

    def position(text: str) -> None:
        with contextlib.suppress(ValueError):
            ra, dec = _parse_position(text)
            assert 0 <= ra < 360
            assert abs(dec) <= 90

    def step(text: str) -> None:
        with contextlib.suppress(ValueError):
            parse_step(text)

    def options(text: str) -> None:
        told = io.StringIO()
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
            try:
                found = parser.parse_args(text.split("\n"))
            except SystemExit as end:
                if end.code not in (0, 2):
                    raise
                return
        if found.run.__module__.endswith(".build"):
            with contextlib.suppress(ValueError):
                settings_of(found)

    def angles(text: str) -> None:
        for is_ra, most in ((True, 360), (False, 90)):
            # A table has no halves of letters.
            cells = text.encode(errors="replace").decode().split("\n")
            column = AngleColumn("a", pd.Series(cells), None)
            with contextlib.suppress(CatalogError):
                degrees, _ = to_degrees(column, is_ra=is_ra)
                assert (np.isnan(degrees) | (abs(degrees) <= most)).all()

    def names(text: str) -> None:
        paths = [named_in(folder, name) for name in text.split("\n")]
        images = [folder / "c d.fits", folder / "b.fits", *paths[:1]]
        found = ImageNames(paths, images)
        for image in images:
            found.find(image, "SCI,2")
            plain_name(image)
        found.explain(images, folder)
        assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", printable(text))
        as_json_text(json.dumps(text))

    def query(text: str) -> None:
        with contextlib.suppress(QueryError):
            parse(text)

    kinds = {"Q": query, "P": position, "S": step, "B": options, "A": angles, "N": names}

    def read(data: bytes) -> None:
        # As the system hands arguments over.
        text = os.fsdecode(data)
        kinds.get(text[:1], position)(text[1:])

    return read


TARGETS = (
    Target("request", _requests, _serving),
    Target("words", _commands, _parsing),
)

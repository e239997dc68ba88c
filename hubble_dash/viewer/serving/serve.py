"""The command's server: it prepares an atlas, then answers until it is interrupted."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from panel.io.server import get_server
from tornado.process import task_id

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.viewer.deep.written import ImagesOf
from hubble_dash.viewer.exported.limits import MAX_CUTOUTS
from hubble_dash.viewer.page import make_page, read_options
from hubble_dash.viewer.served.builds import inline_data, key_of, share
from hubble_dash.viewer.served.current import Current
from hubble_dash.viewer.served.guests import GuestReader, make_offer
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import Dashboard
from hubble_dash.viewer.serving.processes import Lifeline, count_of_processes
from hubble_dash.viewer.serving.signing import sign_in

__all__ = ["serve"]

# What a browser may send: forms of those who sign in, and messages about its view of the map.
MAX_BODY, MAX_MESSAGE = 100_000, 16_000_000

# What Bokeh makes patterns of addresses of, as it stands.
_PREFIX = re.compile(r"(/?[\w~-][\w.~-]*(/[\w~-][\w.~-]*)*)?/?", re.ASCII)


def serve(
    atlas: Atlas,
    *,
    similar: int = 9,
    title: str | None = None,
    evaluation: str | Path | None = None,
    intro: str | Path | None = None,
    theme: str | Path | None = None,
    logo: str | Path | None = None,
    guests: GuestReader | None = None,
    originals: ImagesOf | None = None,
    port: int = 5006,
    address: str = "localhost",
    prefix: str = "",
    websocket_origin: Sequence[str] | None = None,
    num_procs: int = 1,
    show: bool = True,
    basic_auth: str | Path | None = None,
    oauth_provider: str | None = None,
    **options: Any,
) -> None:
    """Serve the dashboard of an atlas until the process is interrupted.

    An atlas that is built anew in the meantime is shown to those who come then.

    Parameters
    ----------
    atlas, similar, title, evaluation, intro, theme, logo, guests, originals
        As in `dashboard`.
    port : int
        Port to listen at; 0 takes a free one.
    address : str
        Address to listen at.
    prefix : str
        Path below which the page stands, such as ``"/atlases/carina"``, where a proxy passes paths
        on as they are. One that takes its own part off needs none.
    websocket_origin : sequence of str, optional
        Hosts under which browsers reach the page, where they differ from the address, and those
        whose pages show it in a frame. Others get no answer; ``"*"`` lets in all.
    num_procs : int
        How many processes answer, which share the atlas in memory; 0 is one for each core. They end
        with the one that has called this.
    show : bool
        Whether a browser is opened.
    basic_auth : str or path-like, optional
        A password, or a JSON file of passwords by the name of the user: who signs in with one sees
        the page.
    oauth_provider : str, optional
        Who is asked instead who a user is, such as ``"github"``; Panel takes the rest from its
        environment variables, such as ``PANEL_OAUTH_KEY`` and ``PANEL_OAUTH_SECRET``.
    **options
        Further options of `panel.io.server.get_server`.

    Raises
    ------
    ValueError
        If both `basic_auth` and `oauth_provider` are given, or `num_procs` or `prefix` cannot be.
    """
    processes = count_of_processes(num_procs)
    signing = sign_in(basic_auth, oauth_provider)
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(
            f"a prefix is a path of letters, digits and ._~- between slashes, such as /atlases/m31;"
            f" got {prefix!r}"
        )
    read = partial(
        read_options, similar=similar, title=title, evaluation=evaluation, intro=intro,
        theme=theme, logo=logo,
    )  # fmt: skip
    first = read(atlas)
    if len(atlas) > MAX_CUTOUTS:
        shared = share(atlas, similar=similar, originals=originals)
        shared.prepare(progress=True)
        data = shared.data
    else:
        data = inline_data(atlas, similar=similar, originals=originals)
    # What is wrong is told now, and what all pages share is made now, not when the first is asked.
    make_page(atlas, data, first).figures()
    # Before the processes part, so that each knows of it.
    make_offer(key_of(atlas, similar=similar, originals=originals), atlas, guests)
    # Bokeh looks for mistakes of programmers in each session, a quarter of what it costs.
    os.environ.setdefault("BOKEH_VALIDATE_DOC", "no")
    current = Current(atlas)
    lifeline = Lifeline() if processes > 1 else None
    server = get_server(  # where the processes part
        lambda: Dashboard(now := current.get(), read(now), guests=guests, originals=originals),
        port=port,
        address=address,
        prefix=prefix,
        num_procs=processes,
        websocket_origin=list(websocket_origin) if websocket_origin else None,
        show=show and processes == 1,
        title=title or atlas.title,
        verbose=True,
        http_server_kwargs={"max_body_size": MAX_BODY, "max_buffer_size": MAX_MESSAGE},
        websocket_max_message_size=MAX_MESSAGE,
        **{**signing, **options},
    )
    prepare_server(server._tornado, address=address)
    if lifeline is not None:
        lifeline.follow(server.io_loop)
        if show and task_id() == 0:
            server.io_loop.add_callback(server.show, "/")
    server.start()
    server.io_loop.start()

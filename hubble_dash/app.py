"""What ``panel serve`` opens: ``panel serve hubble_dash/app.py --args x.atlas``."""

from __future__ import annotations

import argparse
import sys

import panel as pn
from tornado.process import task_id

from hubble_dash.cli.page import (
    add_guest_arguments,
    add_image_arguments,
    add_page_arguments,
    guest_reader,
    originals_reader,
    page_options,
)
from hubble_dash.viewer.served.current import current_atlas
from hubble_dash.viewer.served.routes import is_asked_by_stranger, prepare_server_of
from hubble_dash.viewer.served.server import dashboard


def serve(argv: list[str]) -> None:
    """Put the dashboard of the atlas that the arguments name into the current session.

    Parameters
    ----------
    argv : list of str
        ``ATLAS``, and what `add_page_arguments` and those beside it add.
    """
    parser = argparse.ArgumentParser(prog="panel serve hubble_dash/app.py --args")
    parser.add_argument("atlas", help="folder of the atlas")
    add_page_arguments(parser)
    add_guest_arguments(parser)
    add_image_arguments(parser)
    options = parser.parse_args(argv)
    if task_id() is not None:
        # Only the process of this session would know of its data; a request goes to any of them.
        pn.pane.HTML(
            "<p>The data of this page are not known to all processes of <code>panel serve"
            " --num-procs</code>. Start it with <code>hubble-dash serve --num-procs N</code>.</p>"
        ).servable()
        return
    if pn.state.curdoc is not None:
        prepare_server_of(pn.state.curdoc)
        if is_asked_by_stranger(pn.state.curdoc):
            return
    atlas = current_atlas(options.atlas)
    dashboard(
        atlas, **page_options(options), guests=guest_reader(options),
        originals=originals_reader(options),
    ).servable()  # fmt: skip


# Under panel serve the module's name is bokeh_app_..., never __main__ and never its import name.
if __name__.startswith("bokeh_app"):
    serve(sys.argv[1:])

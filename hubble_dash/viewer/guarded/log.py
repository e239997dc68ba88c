"""What a server writes about what it was asked: a short line each, that no terminal obeys."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from types import TracebackType

import hubble_dash
from hubble_dash.printable import printable

__all__ = ["keep_log_short"]

# Of what a browser sent, so much is shown.
MAX_SHOWN = 300
# Those who take messages of browsers apart, and those who write down each request.
OF_MESSAGES = ("bokeh.server.views.ws", "bokeh.server.protocol_handler")
OF_REQUESTS = ("tornado.access", "tornado.general", "tornado.application")
_OURS = str(Path(hubble_dash.__file__).parent)


class _Harmless(logging.Filter):
    """Writes out on one line what somebody sent, and not all of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = printable(" ".join(record.getMessage().split()))
        record.msg = said if len(said) <= MAX_SHOWN else f"{said[:MAX_SHOWN]} ..."
        record.args = ()
        return True


class _Short(_Harmless):
    """Leaves out too where in Bokeh a message failed; where it failed here, that stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[2] and not _is_ours(record.exc_info[2]):
            record.exc_info = None
        return super().filter(record)


_HARMLESS, _SHORT = _Harmless(), _Short()


def keep_log_short() -> None:
    """Let nobody fill the log by sending what is no message; a second time nothing is done."""
    for names, kept_short in ((OF_MESSAGES, _SHORT), (OF_REQUESTS, _HARMLESS)):
        for name in names:
            logging.getLogger(name).addFilter(kept_short)


def _is_ours(trace: TracebackType) -> bool:
    return any(frame.filename.startswith(_OURS) for frame in traceback.extract_tb(trace))

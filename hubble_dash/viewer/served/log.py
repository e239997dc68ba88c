"""What a server writes about messages that make no sense: a line each."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from types import TracebackType

import hubble_dash

__all__ = ["keep_log_short"]

# Of what a browser sent, so much is shown.
MAX_SHOWN = 300
# Those who take messages of browsers apart.
LOGGERS = ("bokeh.server.views.ws", "bokeh.server.protocol_handler")
_OURS = str(Path(hubble_dash.__file__).parent)


class _Short(logging.Filter):
    """Leaves out where in Bokeh a message failed; where it failed here, that stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[2] and not _is_ours(record.exc_info[2]):
            record.exc_info = None
        said = " ".join(record.getMessage().split())
        record.msg = said if len(said) <= MAX_SHOWN else f"{said[:MAX_SHOWN]} ..."
        record.args = ()
        return True


_SHORT = _Short()


def keep_log_short() -> None:
    """Let nobody fill the log by sending what is no message; a second time nothing is done."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_SHORT)


def _is_ours(trace: TracebackType) -> bool:
    return any(frame.filename.startswith(_OURS) for frame in traceback.extract_tb(trace))

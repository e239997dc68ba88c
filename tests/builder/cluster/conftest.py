from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

# Whose messages Dask keeps to itself once it is imported; tests of the server read them.
LOGGERS = ("tornado", "tornado.application", "bokeh")


@pytest.fixture(autouse=True, scope="module")
def _logs_stay() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(one.level, one.propagate, one.handlers[:]) for one in loggers]
    yield
    for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate, logger.handlers[:] = propagate, handlers

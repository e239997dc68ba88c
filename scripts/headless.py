"""Chromium without a window and without calls home: for tests, benchmarks and pictures."""

from __future__ import annotations

import os
import shutil
import sys

from playwright.sync_api import Browser, Playwright

__all__ = ["find_chromium", "launch_chromium"]

QUIET = (
    *("--no-sandbox", "--no-first-run", "--disable-quic", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
NAMES = (os.environ.get("HUBBLE_DASH_BROWSER", ""), "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """Give the path of a Chromium; without one this is the end."""
    for name in filter(None, NAMES):
        path = shutil.which(name)
        if path:
            return path
    sys.exit("no Chromium: install it, or name it with HUBBLE_DASH_BROWSER; see scripts/test")


def launch_chromium(playwright: Playwright, *flags: str) -> Browser:
    """Start Chromium with flags beside those that keep it quiet."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, *flags])

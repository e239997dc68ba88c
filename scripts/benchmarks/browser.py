"""How fluid the page is at ten thousand, a hundred thousand and a million cutouts.

Simulated atlases are exported and opened from the disk in headless Chromium with the network cut,
drawn in software. Beside ours, in the same run: the same points in Embedding Atlas, which is
installed into a folder of its own and served. Times run from an input event to the painted frame
that answers it, as scripts/benchmarks/watched.py says. Tables in Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import embedding_atlas, environment
from benchmarks.answers import say_answers
from benchmarks.chromium import FORMS, describe_renderer, launch, size_of
from benchmarks.contended import say_contenders
from benchmarks.embedding_atlas import EmbeddingAtlas
from benchmarks.ours import Ours
from benchmarks.pages import GROUPS, Tool, measure, table
from playwright.sync_api import Browser, sync_playwright
from simulate_atlas import simulate_atlas

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas

SIZES = (10_000, 100_000, 1_000_000)
RIGHT, CONTENDERS = "right", "contenders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", "--sizes", type=int, action="extend", nargs="+", metavar="N",
        help="cutouts (10,000, 100,000 and 1,000,000)",
    )  # fmt: skip
    parser.add_argument(
        "--only", choices=[*GROUPS, RIGHT, CONTENDERS], nargs="+", metavar="ROWS",
        help=f"{', '.join(GROUPS)}; {RIGHT}: whether answers are; {CONTENDERS}: plain Bokeh and"
        f" jupyter-scatter, for minutes (all rows and {RIGHT})",
    )  # fmt: skip
    parser.add_argument("--atlas", type=Path, help="measure this one instead of simulated ones")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER",
        help="leave atlases, pages and Embedding Atlas here; what is here already is used again",
    )  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="measure no other tool")
    parser.add_argument("--rows", type=int, default=200, help="to select by code (%(default)s)")
    parser.add_argument("--form", choices=FORMS, default="no GL", help="of Chromium (%(default)s)")
    parser.add_argument("--jscatter", type=Path, metavar="ENVIRONMENT")


def run(options: argparse.Namespace) -> None:
    print(f"{environment.describe()}\n")
    begin = time.monotonic()
    wanted = options.only or [*GROUPS, RIGHT]
    with (
        _folder(options.keep) as folder,
        sync_playwright() as playwright,
        launch(playwright, options.form) as browser,
    ):
        print(f"Drawn in software, {options.form}: {describe_renderer(browser)}\n")
        command = None
        if not options.alone:
            command = embedding_atlas.install(folder / "embedding-atlas")
        for atlas in _atlases(options, folder):
            page = _exported(atlas, folder)
            n_bytes, n_files = size_of(page.parent if page.name == "index.html" else page)
            form = "one file" if n_files == 1 else f"a folder of {n_files:,} files"
            print(f"## {len(atlas):,} cutouts: {form}, {n_bytes / 1e6:,.0f} MB\n", flush=True)
            _say_rows(browser, atlas, page, wanted, command, folder)
            if RIGHT in wanted:
                say_answers(browser, atlas, page, options.rows)
            if CONTENDERS in wanted:
                say_contenders(browser, atlas, page, folder, options.jscatter)
    print(f"All of it took {(time.monotonic() - begin) / 60:.0f} minutes")


def _say_rows(
    browser: Browser,
    atlas: Atlas,
    page: Path,
    wanted: list[str],
    command: Path | None,
    folder: Path,
) -> None:
    only = [group for group in GROUPS if group in wanted]
    if not only:
        return
    with ExitStack() as stack:
        tools: list[Tool] = [Ours(atlas, page)]
        if command is not None:
            try:
                url = stack.enter_context(embedding_atlas.served(command, atlas, folder))
                tools.append(EmbeddingAtlas(url))
            except (OSError, RuntimeError) as error:
                print(f"- Embedding Atlas is left out: {error}\n")
        found, failed = measure(tools, browser, only)
    print(f"{table(found, only)}\n")
    for text in failed:
        print(f"- failed: {text}")
    print(flush=True)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
    else:
        with tempfile.TemporaryDirectory() as scratch:
            yield Path(scratch)


def _atlases(options: argparse.Namespace, folder: Path) -> Iterator[Atlas]:
    if options.atlas is not None:
        yield hd.open_atlas(options.atlas)
        return
    for n in options.sizes or SIZES:
        path = folder / f"simulated-{n}.atlas"
        yield hd.open_atlas(path) if path.exists() else simulate_atlas(path, n)


def _exported(atlas: Atlas, folder: Path) -> Path:
    """Export an atlas as the exporter thinks right."""
    name = atlas.path.name.removesuffix(".atlas")
    file, report = folder / f"{name}.html", folder / name
    if not file.exists() and not report.exists():
        begin = time.perf_counter()
        made = hd.export(atlas, file)
        seconds = time.perf_counter() - begin
        print(f"Exporting {len(atlas):,} cutouts to {made.name}: {seconds:.0f} s\n")
    return file if file.exists() else report / "index.html"

"""argv -> one call each. The only module that prints and exits."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from tqdm import tqdm

from hubble_dash.atlas.atlas import Atlas, Similar, open_atlas
from hubble_dash.atlas.schema import BOX, LABELS, SKY
from hubble_dash.cli import build as cli_build
from hubble_dash.cli import evaluate as cli_evaluate
from hubble_dash.config.choices import PageForm
from hubble_dash.errors import HubbleDashError

__all__ = ["main"]

EXAMPLES = """\
examples:
  hubble-dash build mosaic.fits --out mosaic.atlas --cutouts window --size 224 --step 112
  hubble-dash build previews/ --out previews.atlas --catalog observations.csv
  hubble-dash export mosaic.atlas mosaic.html
  hubble-dash export archive.atlas archive-report/
  hubble-dash serve mosaic.atlas
  hubble-dash similar mosaic.atlas --row 17
  hubble-dash demo

'hubble-dash COMMAND --help' explains each command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process if not given.

    Returns
    -------
    int
        0 if all went well, 1 if the world was at fault, 2 if the arguments were (argparse exits
        with it by itself).
    """
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        with _messages(logging.WARNING if options.quiet else logging.INFO):
            run: Callable[[argparse.Namespace], None] = options.run
            run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this, such as head, has seen enough; the rest goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, IndexError) as err:
        print(f"hubble-dash: {_told(err)}", file=sys.stderr)
        return 2
    except (HubbleDashError, OSError) as err:
        print(f"hubble-dash: {_told(err)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as err:
        kept = "; ".join(getattr(err, "__notes__", ["nothing was left half-written"]))
        print(f"hubble-dash: interrupted; {kept}", file=sys.stderr)
        return 130
    return 0


def _told(err: Exception) -> str:
    """Say what went wrong, and what of the work is kept."""
    return "; ".join([str(err), *getattr(err, "__notes__", [])])


class _Messages(logging.Handler):
    """Write to standard error, above the progress bars."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message."""
        tqdm.write(self.format(record), file=sys.stderr)


@contextmanager
def _messages(level: int) -> Iterator[None]:
    """Show what the modules log while a command runs."""
    logger, handler = logging.getLogger("hubble_dash"), _Messages()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hubble-dash",
        description="From a folder of telescope images to a linked dashboard of what looks alike.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = importlib.metadata.version("hubble-dash")
    parser.add_argument("--version", action="version", version=f"hubble-dash {version}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], None], text: str, example: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.add_argument("--quiet", action="store_true", help="no progress bars, only warnings")
        made.set_defaults(run=run)
        return made

    build = command("build", _build, "make an atlas of images", cli_build.EXAMPLE)
    cli_build.add_arguments(build)
    build.usage = "%(prog)s [INPUT ...] --out X.atlas [options]"

    export = command(
        "export", _export, "write an atlas as an HTML file or folder that works from a disk",
        "hubble-dash export carina.atlas carina.html\n  hubble-dash export big.atlas big-report/",
    )  # fmt: skip
    export.add_argument("atlas", help="folder of the atlas")
    export.add_argument("page", help="HTML file to write, or folder")
    export.add_argument(
        "--form", choices=get_args(PageForm), default="auto",
        help="one file, or a folder to open by its index.html; auto: a file for a name that ends in"
        " .html, if the atlas has 20,000 cutouts at most (%(default)s)",
    )  # fmt: skip
    _add_page_arguments(export)

    serve = command(
        "serve", _serve, "serve an atlas to browsers",
        "hubble-dash serve carina.atlas --port 5007 --no-browser",
    )  # fmt: skip
    serve.add_argument("atlas", help="folder of the atlas")
    _add_page_arguments(serve)
    serve.add_argument("--port", type=int, default=5006, help="port (%(default)s)")
    serve.add_argument("--address", default="localhost", help="address to listen at (%(default)s)")
    serve.add_argument(
        "--allow-websocket-origin", action="append", metavar="HOST:PORT",
        help="host under which browsers reach the page, if not the address; may be repeated",
    )  # fmt: skip
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")

    info = command("info", _info, "say what an atlas holds", "hubble-dash info carina.atlas")
    info.add_argument("atlas", help="folder of the atlas")
    info.add_argument("--check", action="store_true", help="compare all files with their checksums")
    info.add_argument("--json", action="store_true", help="the manifest as JSON")

    similar = command(
        "similar", _similar, "list the cutouts most similar to a row, an image or a position",
        'hubble-dash similar carina.atlas --position "10:45:03.6 -59:41:04" --format csv',
    )  # fmt: skip
    similar.add_argument("atlas", help="folder of the atlas")
    what = similar.add_mutually_exclusive_group(required=True)
    what.add_argument("--row", type=int, help="a cutout of the atlas, by its row")
    what.add_argument("--image", metavar="FILE", help="an image file, taken whole")
    what.add_argument(
        "--position", metavar='"RA DEC"',
        help="the cutout nearest to a place: degrees, or sexagesimal hours and degrees (ICRS)",
    )  # fmt: skip
    similar.add_argument("-n", type=int, default=9, help="how many (%(default)s)")
    similar.add_argument(
        "--leave-out-overlapping", action="store_true",
        help="pass over cutouts that overlap the one asked about",
    )  # fmt: skip
    similar.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="(%(default)s)"
    )
    similar.add_argument("--weights", metavar="FILE", help="with --image: the atlas's own weights")

    evaluate = command(
        "evaluate", _evaluate, "measure whether neighbours are alike", cli_evaluate.EXAMPLE
    )
    cli_evaluate.add_arguments(evaluate)

    demo = command(
        "demo", _demo, "build and export the galaxies of the Hubble eXtreme Deep Field",
        "hubble-dash demo --out demo",
    )  # fmt: skip
    demo.add_argument("--out", default="demo", help="folder to work in (%(default)s)")
    return parser


def _add_page_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--similar", type=int, default=9, metavar="N", help="similar cutouts shown (%(default)s)"
    )
    parser.add_argument("--title", help="title of the page, instead of the atlas's own")
    parser.add_argument(
        "--evaluation", metavar="X.json",
        help="what evaluate --save wrote about the atlas: shown in the page, under About",
    )  # fmt: skip


def _build(options: argparse.Namespace) -> None:
    atlas = cli_build.build_from(options)
    if options.quiet:
        return
    _print_summary(atlas)
    print(f"\nlook at it:  hubble-dash serve {atlas.path}")
    print(f"publish it:  hubble-dash export {atlas.path} {atlas.path.with_suffix('.html')}")


def _export(options: argparse.Namespace) -> None:
    from hubble_dash.viewer.exported.export import export

    path = export(
        open_atlas(options.atlas), options.page, similar=options.similar, title=options.title,
        evaluation=options.evaluation, form=options.form, progress=not options.quiet,
    )  # fmt: skip
    if options.quiet:
        return
    if path.is_dir():
        sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
        print(f"{path} ({sum(sizes) / 1e6:.1f} MB in {len(sizes):,} files)")
        print(f"open {path / 'index.html'} in a browser, or put the whole folder on any web host")
    else:
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB); open it in a browser")


def _serve(options: argparse.Namespace) -> None:
    from hubble_dash.viewer.served.server import serve

    serve(
        open_atlas(options.atlas),
        similar=options.similar,
        title=options.title,
        evaluation=options.evaluation,
        port=options.port,
        address=options.address,
        websocket_origin=options.allow_websocket_origin,
        show=not options.no_browser,
    )


def _info(options: argparse.Namespace) -> None:
    atlas = open_atlas(options.atlas)
    if options.check:
        wrong = atlas.check()
        if wrong:
            raise HubbleDashError(f"{atlas.path} is damaged: {'; '.join(wrong)}")
    if options.json:
        print(json.dumps(atlas.manifest, indent=2, ensure_ascii=False))
        return
    _print_summary(atlas)
    if options.check:
        print(f"all {len(atlas.manifest['files'])} files agree with their checksums")


def _print_summary(atlas: Atlas) -> None:
    from hubble_dash.atlas.provenance import provenance

    print(f"{atlas.path}: {atlas.title}")
    for name, text in provenance(atlas):
        print(f"  {name + ':':<18} {text}")
    for note in atlas.manifest["notes"]:
        print(f"  {'Note:':<18} {note}")
    size = sum(entry["bytes"] for entry in atlas.manifest["files"].values())
    print(f"  {'Size:':<18} {size / 1e6:.1f} MB")


def _similar(options: argparse.Namespace) -> None:
    if options.weights is not None and options.image is None:
        raise ValueError("--weights belongs to --image; without it, it would do nothing")
    if options.leave_out_overlapping and options.image is not None:
        raise ValueError("--leave-out-overlapping belongs to --row or --position, not to --image")
    atlas = open_atlas(options.atlas)
    row: int | None = options.row
    if options.position is not None:
        row, separation_arcsec = atlas.nearest_to(*_parse_position(options.position))
        if not options.quiet:
            text = f"row {row} is nearest, its centre {separation_arcsec:.2f} arcsec away"
            print(text, file=sys.stderr)
    if row is not None:
        found = atlas.similar(row, n=options.n, leave_out_overlapping=options.leave_out_overlapping)
    else:
        from hubble_dash.builder.query.image import fingerprint_image

        query = fingerprint_image(atlas, options.image, weights=options.weights)
        found = atlas.similar(query, n=options.n)
    _print_similar(atlas, found, options.format)


def _parse_position(text: str) -> tuple[float, float]:
    """Read ``"161.26 -59.87"`` or ``"10:45:03.6 -59:41:04"`` as ICRS degrees."""
    from astropy.coordinates import SkyCoord

    words = text.split()
    sexagesimal = len(words) > 2 or any(sign in text for sign in ":hmd")
    try:
        place = SkyCoord(text, unit=("hourangle" if sexagesimal else "deg", "deg"))
    except ValueError as err:
        raise ValueError(
            f"--position {text!r} is not a place on the sky ({err});"
            ' give "RA DEC" as degrees, or as hours and degrees such as "10:45:03.6 -59:41:04"'
        ) from None
    ra_deg, dec_deg = float(place.ra.deg), float(place.dec.deg)
    if not (math.isfinite(ra_deg) and math.isfinite(dec_deg)):
        raise ValueError(f"--position {text!r} is not a place on the sky")
    return ra_deg, dec_deg


def _print_similar(atlas: Atlas, found: Similar, form: str) -> None:
    table = atlas.cutouts.iloc[found.rows].reset_index(drop=True)
    names = atlas.images["name"].to_numpy()[table["image"]]
    first: dict[str, Any] = {
        "rank": range(1, len(table) + 1),
        "row": found.rows,
        "similarity": found.similarities.round(5),
        "file": names,
    }
    # A column of the user's catalogue may have one of these names.
    table = table.rename(columns={name: f"{name}_catalog" for name in first})
    for place, (name, values) in enumerate(first.items()):
        table.insert(place, name, values)
    if form == "csv":
        table.to_csv(sys.stdout, index=False)
    elif form == "json":
        print(table.to_json(orient="records", indent=2, force_ascii=False, date_format="iso"))
    else:
        boxes = [*BOX, *SKY[:2], LABELS[0]]
        shown = ["rank", "row", "similarity", "file", *(c for c in boxes if c in table)]
        wide = table[shown].dropna(axis="columns", how="all")
        print(wide.to_string(index=False, float_format=lambda value: f"{value:.5f}"))


def _evaluate(options: argparse.Namespace) -> None:
    found = cli_evaluate.evaluate_from(options)
    as_json = options.format == "json"
    print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else found)


def _demo(options: argparse.Namespace) -> None:
    from hubble_dash.cli.demo import make_demo

    page, atlas = make_demo(Path(options.out), progress=not options.quiet)
    if options.quiet:
        return
    print(f"The page:  {page.resolve()}  (open it in a browser)")
    print(f"Serve it:  hubble-dash serve {atlas}")

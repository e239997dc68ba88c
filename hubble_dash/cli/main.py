"""``hubble-dash COMMAND``: which commands there are, and what becomes of their errors."""

from __future__ import annotations

import argparse
import importlib.metadata
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm

from hubble_dash.allocator import begin_again, skip_last_collection
from hubble_dash.cli import asking, build, demo, evaluate, info, page
from hubble_dash.cli.commands import Commands
from hubble_dash.errors import HubbleDashError
from hubble_dash.printable import printable
from hubble_dash.query.errors import QueryError

__all__ = ["main", "make_parser"]

EXAMPLES = """\
examples:
  hubble-dash build mosaic.fits --out mosaic.atlas --cutouts window --size 224 --step 112
  hubble-dash build previews/ --out previews.atlas --catalog observations.csv
  hubble-dash add previews.atlas new-previews/
  hubble-dash export mosaic.atlas mosaic.html
  hubble-dash export archive.atlas archive-report/
  hubble-dash serve mosaic.atlas
  hubble-dash similar mosaic.atlas --row 17
  hubble-dash select archive.atlas 'FILTER == "F814W" and EXPTIME > 1000'
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
        with it by itself), 130 if the user interrupted it.
    """
    if argv is None:
        skip_last_collection()
    options = make_parser().parse_args(argv)
    if argv is None and getattr(options, "gives_back", False):
        begin_again()
    try:
        with _messages(logging.WARNING if options.quiet else logging.INFO):
            run: Callable[[argparse.Namespace], None] = options.run
            run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this, such as head, has seen enough; the rest goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except QueryError as err:
        # In lines, the last of which points at the place.
        print(f"hubble-dash: {printable(err, lines=True)}", file=sys.stderr)
        return 2
    except (ValueError, IndexError) as err:
        print(f"hubble-dash: {printable(_told(err))}", file=sys.stderr)
        return 2
    except (HubbleDashError, OSError) as err:
        print(f"hubble-dash: {printable(_told(err))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as err:
        kept = "; ".join(getattr(err, "__notes__", ["nothing was left half-written"]))
        print(f"hubble-dash: interrupted; {printable(kept)}", file=sys.stderr)
        return 130
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands; what it parses has a `run` that takes it."""
    parser = _Parser(
        prog="hubble-dash",
        description="From a folder of telescope images to a linked dashboard of what looks alike.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = importlib.metadata.version("hubble-dash")
    parser.add_argument("--version", action="version", version=f"hubble-dash {version}")
    commands = Commands(parser)
    build.add_commands(commands)
    page.add_commands(commands)
    info.add_commands(commands)
    asking.add_commands(commands)
    evaluate.add_command(commands)
    demo.add_command(commands)
    return parser


def _told(err: Exception) -> str:
    """Say what went wrong, and what of the work is kept."""
    return "; ".join([str(err), *getattr(err, "__notes__", [])])


class _Parser(argparse.ArgumentParser):
    """Repeats arguments, which may be names of files, as a terminal may show them."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and leave."""
        super().error(printable(message))


class _Messages(logging.Handler):
    """Write to standard error, above the progress bars."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message."""
        text = printable(record.getMessage())
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            text = f"{text}\n{printable(trace, lines=True)}"
        tqdm.write(text, file=sys.stderr)


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

"""What commands share: how one is added to the parser, and how text is kept in a file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path

from hubble_dash.disk.names import write_file
from hubble_dash.errors import HubbleDashError

__all__ = ["Commands", "save"]


class Commands:
    """The commands of a parser, in the order in which its help lists them.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of the whole.
    """

    def __init__(self, parser: ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        self, name: str, run: Callable[[Namespace], None], *, text: str, examples: str
    ) -> ArgumentParser:
        """Add a command.

        Parameters
        ----------
        name : str
            What the user types.
        run : callable
            Does what the parsed arguments ask for, and prints what came of it.
        text : str
            What it does, from a verb on, without a full stop.
        examples : str
            Lines that a user may type; from the second on indented by two spaces.

        Returns
        -------
        argparse.ArgumentParser
            The command's, which has ``--quiet`` so far.
        """
        parser = self._parsers.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"example:\n  {examples}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        parser.add_argument("--quiet", action="store_true", help="no progress bars, only warnings")
        parser.set_defaults(run=run)
        return parser


def save(text: str, path: Path) -> None:
    """Write a file that a user named; what had the name before stays until all of it is there.

    Parameters
    ----------
    text : str
        Its content.
    path : Path
        Its name.

    Raises
    ------
    HubbleDashError
        If it cannot be written.
    """
    try:
        write_file(text.encode(errors="replace"), path)
    except OSError as err:
        raise HubbleDashError(f"{path} cannot be written: {err.strerror or err}") from err

"""``hubble-dash info``: what an atlas holds."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from hubble_dash.cli.commands import Commands
from hubble_dash.errors import HubbleDashError
from hubble_dash.printable import as_json_text, printable

if TYPE_CHECKING:
    from hubble_dash.atlas.atlas import Atlas

__all__ = ["add_command", "print_summary"]


def add_command(commands: Commands) -> None:
    """Add ``info``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    parser = commands.add(
        "info", _run, text="say what an atlas holds", examples="hubble-dash info carina.atlas"
    )
    parser.add_argument("atlas", help="folder of the atlas")
    parser.add_argument(
        "--check", action="store_true", help="compare all files with their checksums"
    )
    parser.add_argument("--json", action="store_true", help="the manifest as JSON")
    parser.add_argument(
        "--methods", action="store_true",
        help="what a paper says: sentences, BibTeX, settings, versions, checksums",
    )  # fmt: skip


def _run(options: Namespace) -> None:
    from hubble_dash.atlas.atlas import open_atlas

    atlas = open_atlas(options.atlas)
    if options.check:
        wrong = atlas.check()
        if wrong:
            raise HubbleDashError(f"{atlas.path} is damaged: {'; '.join(wrong)}")
    if options.json:
        print(as_json_text(json.dumps(atlas.manifest, indent=2, ensure_ascii=False)))
        return
    if options.methods:
        _print_methods(atlas)
        return
    print_summary(atlas)
    if options.check:
        print(f"all {len(atlas.manifest['files'])} files agree with their checksums")


def _print_methods(atlas: Atlas) -> None:
    from hubble_dash.methods.methods import methods_of

    made = methods_of(atlas)
    print(f"{made.text}\n\n{made.bibtex}")
    for name, text in made.rows:
        print(f"{name + ':':<20} {text}")


def print_summary(atlas: Atlas) -> None:
    """Print where an atlas is, what it was made of and how, and its size.

    Parameters
    ----------
    atlas : Atlas
        Only its manifest and tables are read.
    """
    from hubble_dash.atlas.provenance import provenance

    print(printable(f"{atlas.path}: {atlas.title}"))
    for name, text in provenance(atlas):
        print(printable(f"  {name + ':':<18} {text}"))
    for note in atlas.manifest["notes"]:
        print(printable(f"  {'Note:':<18} {note}"))
    size = sum(entry["bytes"] for entry in atlas.manifest["files"].values())
    print(f"  {'Size:':<18} {size / 1e6:.1f} MB")

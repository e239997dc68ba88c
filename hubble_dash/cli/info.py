"""``hubble-dash info`` and ``verify``: what is there, and whether it is what it says it is."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from hubble_dash.cli.commands import Commands
from hubble_dash.errors import HubbleDashError
from hubble_dash.printable import as_json_text, printable

if TYPE_CHECKING:
    from hubble_dash.atlas.atlas import Atlas
    from hubble_dash.verification.findings import Verification

__all__ = ["add_commands", "print_summary"]


def add_commands(commands: Commands) -> None:
    """Add ``info`` and ``verify``.

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

    parser = commands.add(
        "verify", _verify,
        text="check every checksum of an atlas or a page, and make a sample again",
        examples="hubble-dash verify carina.atlas\n"
        "  hubble-dash verify carina.html\n"
        "  hubble-dash verify big-report/",
    )  # fmt: skip
    parser.add_argument("path", help="an atlas, an exported page, or a report folder")
    parser.add_argument(
        "--sample", type=int, default=16, metavar="N",
        help="cutouts of an atlas that are cut from their images again (%(default)s; 0: none)",
    )  # fmt: skip
    parser.add_argument("--weights", metavar="FILE", help="the atlas's own weights, if yours")
    parser.add_argument("--json", action="store_true", help="what came of it as JSON")


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
    print(printable(f"{made.text}\n\n{made.bibtex}", lines=True))
    for name, text in made.rows:
        print(printable(f"{name + ':':<20} {text}"))


def print_summary(atlas: Atlas) -> None:
    """Print where an atlas is, what it was made of and how, and its size.

    Parameters
    ----------
    atlas : Atlas
        Only its manifest and tables are read.
    """
    from hubble_dash.methods.notes import named_notes
    from hubble_dash.methods.provenance import provenance

    print(printable(f"{atlas.path}: {atlas.title}"))
    for name, text in provenance(atlas):
        print(printable(f"  {name + ':':<18} {text}"))
    for note in named_notes(atlas):
        print(printable(f"  {'Note:':<18} {note}"))
    size = sum(entry["bytes"] for entry in atlas.manifest["files"].values())
    print(f"  {'Size:':<18} {size / 1e6:.1f} MB")


def _verify(options: Namespace) -> None:
    from hubble_dash.verification.verify import verify

    found = verify(options.path, sample=options.sample, weights=options.weights)
    if options.json:
        print(as_json_text(json.dumps(found.to_json(), indent=2, ensure_ascii=False)))
    else:
        _print_found(found)
    if not found.is_sound:
        raise HubbleDashError(f"{found.path} is not sound")


def _print_found(found: Verification) -> None:
    print(printable(f"{found.path}: {found.kind}"))
    width = max((len(one.what) for one in found.checked), default=0)
    for one in found.checked:
        state = "ok" if not one.n_wrong else f"{one.n_wrong:,} off"
        print(f"  {one.what:<{width}}  {one.n:>9,}  {state:<8} {one.how}")
    for note in found.notes:
        print(printable(f"  Not looked at, or no fault: {note}"))
    for line in found.wrong:
        print(printable(f"  Off: {line}"))

"""``hubble-dash verify``: whether an atlas or a page is what it says."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from hubble_dash.cli.commands import Commands
from hubble_dash.errors import HubbleDashError

if TYPE_CHECKING:
    from hubble_dash.verification.findings import Verification

__all__ = ["add_command"]


def add_command(commands: Commands) -> None:
    """Add ``verify``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    parser = commands.add(
        "verify", _run,
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
    from hubble_dash.verification.verify import verify

    found = verify(options.path, sample=options.sample, weights=options.weights)
    if options.json:
        print(json.dumps(found.to_json(), indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not found.is_sound:
        raise HubbleDashError(f"{found.path} is not sound")


def _print(found: Verification) -> None:
    print(f"{found.path}: {found.kind}")
    width = max((len(one.what) for one in found.checked), default=0)
    for one in found.checked:
        state = "ok" if not one.n_wrong else f"{one.n_wrong:,} off"
        print(f"  {one.what:<{width}}  {one.n:>9,}  {state:<8} {one.how}")
    for note in found.notes:
        print(f"  Not looked at, or no fault: {note}")
    for line in found.wrong:
        print(f"  Off: {line}")

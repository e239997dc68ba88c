"""``hubble-dash evaluate``: how alike the neighbours of an atlas really are."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from hubble_dash.cli.commands import Commands, save
from hubble_dash.config.choices import Device, LeaveOut
from hubble_dash.printable import as_json_text, printable

if TYPE_CHECKING:
    from hubble_dash.evaluation.results import Evaluation

__all__ = ["add_command"]

EXAMPLES = """\
hubble-dash evaluate galaxies.atlas --label class --rotations --save galaxies.json
  hubble-dash evaluate previews.atlas --label class --center INSTRUME --format json
  hubble-dash evaluate previews.atlas --matrix people.csv --triplets people_triplets.csv"""


def add_command(commands: Commands) -> None:
    """Add ``evaluate``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    parser = commands.add(
        "evaluate", _run, text="measure whether neighbours are alike", examples=EXAMPLES
    )
    _add_options(parser)


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("atlas", help="folder of the atlas")
    parser.add_argument("--label", metavar="COLUMN", help="column that says what each cutout is")
    parser.add_argument(
        "--by", metavar="COLUMN", action="append", default=[],
        help="a column that should not decide, beside instrument, detector, filter and file;"
        " may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--nearest", type=int, default=9, metavar="N", help="neighbours looked at (%(default)s)"
    )
    parser.add_argument(
        "--vote", type=int, default=1, metavar="N",
        help="neighbours that vote for the confusion table (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--leave-out", choices=get_args(LeaveOut), default="overlapping",
        help="what a cutout does not find: those that overlap it, all of its image, or only itself"
        " (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--center", metavar="COLUMN",
        help="take the mean of each group off first, or 'all': that of the collection; the atlas"
        " stays as it is",
    )  # fmt: skip
    _add_people(parser)
    _add_turned(parser)
    parser.add_argument(
        "--max-queries", type=int, default=5000, metavar="N",
        help="of more cutouts, ask about a random part (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--random-state", type=int, default=0, help="seed (%(default)s)")
    parser.add_argument(
        "--save", metavar="X.json",
        help="also write it as JSON, which export and serve --evaluation show in the page",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help="(%(default)s)"
    )


def _add_people(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("judgements of people")
    group.add_argument(
        "--triplets", metavar="FILE",
        help="CSV with anchor, positive, negative: rows of the atlas, or names",
    )  # fmt: skip
    group.add_argument(
        "--matrix", metavar="FILE",
        help="similarities, large = alike: .npy for all cutouts in order, or CSV with names",
    )  # fmt: skip
    group.add_argument(
        "--names", metavar="COLUMN", help="column with these names (names of the image files)"
    )


def _add_turned(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("turned cutouts; needs the images and the network")
    group.add_argument(
        "--rotations", action="store_true",
        help="turn and mirror each cutout, and see whether it finds itself",
    )  # fmt: skip
    group.add_argument("--weights", metavar="FILE", help="the atlas's own weights")
    group.add_argument(
        "--device", choices=get_args(Device), default="auto",
        help="where the network runs (%(default)s)",
    )  # fmt: skip


def _run(options: Namespace) -> None:
    _refuse_what_does_nothing(options)
    found = _measured(options)
    as_json = json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
    if options.save is not None:
        save(f"{as_json}\n", Path(options.save))
    shown = as_json_text(as_json) if options.format == "json" else printable(found, lines=True)
    print(shown)


def _measured(options: Namespace) -> Evaluation:
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.evaluation.evaluate import evaluate

    atlas = open_atlas(options.atlas)
    found = evaluate(
        atlas,
        label=options.label,
        by=options.by,
        nearest=options.nearest,
        vote=options.vote,
        leave_out=options.leave_out,
        center=options.center,
        triplets=options.triplets,
        matrix=options.matrix,
        names=options.names,
        max_queries=options.max_queries,
        random_state=options.random_state,
    )
    if not options.rotations:
        if not (found.labels or found.purity or found.triplets or found.matrix):
            raise ValueError(
                f"{options.atlas} says nothing to measure by; give --label COLUMN, --rotations,"
                " --triplets FILE or --matrix FILE"
            )
        return found
    from hubble_dash.builder.query.rotations import measure_rotations

    scores = measure_rotations(
        atlas,
        weights=options.weights,
        device=options.device,
        max_queries=min(options.max_queries, 1000),
        random_state=options.random_state,
        progress=not options.quiet,
    )
    return found.with_rotations(scores)


def _refuse_what_does_nothing(options: Namespace) -> None:
    if options.weights is not None and not options.rotations:
        raise ValueError("--weights belongs to --rotations; without it, it would do nothing")
    if options.rotations and options.center is not None:
        raise ValueError("--rotations asks the atlas as it is; leave out --center")
    if options.names is not None and options.triplets is None and options.matrix is None:
        raise ValueError("--names belongs to --triplets or --matrix")
    if options.vote != 1 and options.label is None:
        raise ValueError("--vote belongs to --label; without it, it would do nothing")

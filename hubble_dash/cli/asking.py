"""``hubble-dash similar``, ``select`` and ``tag``: rows by what is alike, known or was tagged."""

from __future__ import annotations

import json
import math
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubble_dash.cli.commands import Commands, save
from hubble_dash.printable import as_json_text, printable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from hubble_dash.atlas.atlas import Atlas, Similar
    from hubble_dash.config.choices import AngleUnit

__all__ = ["add_commands"]

# What a name of a file says of its format.
_SUFFIXES = {
    ".csv": "csv", ".ecsv": "ecsv", ".vot": "vot", ".votable": "vot", ".xml": "vot", ".reg": "reg",
    ".list": "list", ".lst": "list", ".txt": "list",
}  # fmt: skip


def add_commands(commands: Commands) -> None:
    """Add ``similar``, ``select`` and ``tag``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    _add_similar(commands)
    _add_select(commands)
    _add_tag(commands)


def _add_similar(commands: Commands) -> None:
    parser = commands.add(
        "similar", _similar,
        text="list the cutouts most similar to a row, an image or a position",
        examples='hubble-dash similar carina.atlas --position "10:45:03.6 -59:41:04" --format csv',
    )  # fmt: skip
    parser.add_argument("atlas", help="folder of the atlas")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--row", type=int, help="a cutout of the atlas, by its row")
    what.add_argument("--image", metavar="FILE", help="an image file, taken whole")
    what.add_argument(
        "--position", metavar='"RA DEC"',
        help="the cutout nearest to a place: degrees, or sexagesimal hours and degrees (ICRS)",
    )  # fmt: skip
    parser.add_argument("-n", type=int, default=9, help="how many (%(default)s)")
    parser.add_argument(
        "--leave-out-overlapping", action="store_true",
        help="pass over cutouts that overlap the one asked about",
    )  # fmt: skip
    parser.add_argument(
        "--among", metavar="QUERY",
        help="find only cutouts of which a query is true, such as 'z > 1'; see docs/query.md",
    )  # fmt: skip
    parser.add_argument(
        "--refine", action="store_true",
        help="compare fingerprints smoothed by their nearest: finds more of a class, and blurs"
        " small groups",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("table", "csv", "json"), default="table", help="(%(default)s)"
    )
    parser.add_argument("--weights", metavar="FILE", help="with --image: the atlas's own weights")


def _add_select(commands: Commands) -> None:
    parser = commands.add(
        "select", _select,
        text="list the cutouts of which a query is true",
        examples="hubble-dash select archive.atlas 'FILTER == \"F814W\" and EXPTIME > 1000'\n"
        "  hubble-dash select archive.atlas 'within(53.16, -27.79, 2 arcmin)' --out near.vot\n"
        "  hubble-dash select archive.atlas 'z is missing' --count",
    )  # fmt: skip
    parser.add_argument("atlas", help="folder of the atlas")
    parser.add_argument(
        "query", help="such as 'type ~ \"spiral\" and 0.1 < z < 0.3'; see docs/query.md"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format", choices=("csv", "ecsv", "vot", "reg", "list"),
        help="tables, regions for DS9, names of files, each once (as --out is called, else csv)",
    )  # fmt: skip
    form.add_argument("--count", action="store_true", help="only say how many there are")
    parser.add_argument("--out", metavar="FILE", help="file to write (standard output)")


def _add_tag(commands: Commands) -> None:
    parser = commands.add(
        "tag", _tag,
        text="make tags that were saved in the page a column of the atlas",
        examples="hubble-dash tag archive.atlas archive_tags-40_2026-11-27.json\n"
        "  hubble-dash select archive.atlas 'tag == 2' --format list",
    )  # fmt: skip
    parser.add_argument("atlas", help="folder of the atlas; the new one takes its place when whole")
    parser.add_argument("tags", metavar="FILE", help="tags, as the page saves them")
    parser.add_argument("--column", metavar="NAME", default="tag", help="its name (%(default)s)")
    parser.add_argument("--out", metavar="ATLAS", help="leave the atlas, and write another")
    parser.add_argument(
        "--overwrite", action="store_true", help="with --out: replace an atlas of that name"
    )


def _tag(options: Namespace) -> None:
    if options.overwrite and options.out is None:
        raise ValueError("--overwrite belongs to --out; without it, it would do nothing")
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.listing.tag_column import with_tags
    from hubble_dash.listing.tag_file import read_tags

    atlas = open_atlas(options.atlas)
    tags = read_tags(Path(options.tags), atlas)
    out = None if options.out is None else Path(options.out)
    new = with_tags(
        atlas, tags.of_row, column=options.column, out=out, replace=options.overwrite
    )  # fmt: skip
    if options.quiet:
        return
    tagged = int((tags.of_row > 0).sum())
    print(f"{printable(new.path)}: {tagged:,} of {len(new):,} cutouts have a {options.column}")
    if not tags.by_row:
        print("the tags are of another build; cutouts were found by file and box", file=sys.stderr)
    if tags.lost:
        print(f"{tags.lost:,} tagged cutouts are not in this atlas", file=sys.stderr)


def _select(options: Namespace) -> None:
    if options.count and options.out is not None:
        raise ValueError("--count writes no file; leave out --out")
    form = options.format or _form_of(options.out)
    from hubble_dash.atlas.atlas import open_atlas

    atlas = open_atlas(options.atlas)
    rows = atlas.select(options.query)
    if options.count:
        print(len(rows))
        return
    text = _listed(atlas, rows, form, f"{atlas.path.name}: {options.query}")
    if options.out is not None:
        save(text, Path(options.out))
    else:
        _print_for_programs(text)
    if not options.quiet:
        print(f"{len(rows):,} of {len(atlas):,} cutouts", file=sys.stderr)


def _form_of(out: str | None) -> str:
    """Say in which format a file of that name is."""
    suffix = Path(out).suffix.lower() if out is not None else ".csv"
    if suffix not in _SUFFIXES:
        raise ValueError(f"{out} may be of any format; give --format csv, ecsv, vot, reg or list")
    return _SUFFIXES[suffix]


def _listed(atlas: Atlas, rows: NDArray[np.int64], form: str, said: str) -> str:
    from hubble_dash.listing.formats import as_csv, as_ecsv, as_votable
    from hubble_dash.listing.regions import as_regions
    from hubble_dash.listing.table import files_of, table_of

    if form == "list":
        return "".join(f"{name}\n" for name in files_of(atlas, rows))
    if form == "reg":
        return as_regions(atlas, rows, said=said)
    table = table_of(atlas, rows)
    if form == "csv":
        return as_csv(table)
    return as_ecsv(table, said=said) if form == "ecsv" else as_votable(table, said=said)


def _print_for_programs(text: str) -> None:
    """Print what a program reads, which stays as it is; a terminal gets it as it may show it."""
    print(printable(text, lines=True) if sys.stdout.isatty() else text, end="")


def _similar(options: Namespace) -> None:
    if options.weights is not None and options.image is None:
        raise ValueError("--weights belongs to --image; without it, it would do nothing")
    if options.leave_out_overlapping and options.image is not None:
        raise ValueError("--leave-out-overlapping belongs to --row or --position, not to --image")
    from hubble_dash.atlas.atlas import open_atlas

    atlas = open_atlas(options.atlas)
    found = _find(atlas, options)
    if options.refine and not options.quiet:
        print("similarities are those of smoothed fingerprints", file=sys.stderr)
    _print(atlas, found, options.format)


def _rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give rows column by column, since pandas makes one kind of a row."""
    for row in range(len(table)):
        yield {str(name): table[name].iloc[row] for name in table}


def _plain(value: Any) -> Any:
    """Give what JSON has, with all digits; what is missing, and no number, is null."""
    import numpy as np
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, (float, np.floating)):
        # The shortest text that gives the number back, of either precision.
        return float(str(value)) if np.isfinite(value) else None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _find(atlas: Atlas, options: Namespace) -> Similar:
    among = None if options.among is None else atlas.select(options.among)
    if options.image is not None:
        from hubble_dash.builder.query.image import fingerprint_image

        query = fingerprint_image(atlas, options.image, weights=options.weights)
        return atlas.similar(query, n=options.n, among=among, refine=options.refine)
    row: int = options.row
    if options.position is not None:
        row, separation_arcsec = atlas.nearest_to(*_parse_position(options.position))
        if not options.quiet:
            text = f"row {row} is nearest, its centre {separation_arcsec:.2f} arcsec away"
            print(text, file=sys.stderr)
    return atlas.similar(
        row, n=options.n, leave_out_overlapping=options.leave_out_overlapping, among=among,
        refine=options.refine,
    )  # fmt: skip


def _parse_position(text: str) -> tuple[float, float]:
    """Read ``"161.26 -59.87"`` or ``"10:45:03.6 -59:41:04"`` as ICRS degrees.

    What may stand in a catalogue may stand here, such as the minus of print.
    """
    from hubble_dash.errors import CatalogError

    # Letters that are none come from terminals of another encoding.
    told = text.encode("utf-8", "replace").decode()
    words = [word for each in told.split() if (word := each.rstrip(","))]
    unit: AngleUnit = "hourangle" if len(words) > 2 or set(":hmd") & set(text) else "deg"
    reason = "it has no two parts"
    for place in _where_dec_may_begin(words):
        try:
            ra = _degrees("RA", " ".join(words[:place]), unit)
            dec = _degrees("Dec", " ".join(words[place:]), "deg")
        except CatalogError as err:
            reason = str(err).partition(";")[0]
            continue
        if math.isfinite(ra) and math.isfinite(dec):
            return ra, dec
    raise ValueError(
        f"--position {text!r} is not a place on the sky ({reason});"
        ' give "RA DEC" as degrees, or as hours and degrees such as "10:45:03.6 -59:41:04"'
    )


def _where_dec_may_begin(words: list[str]) -> list[int]:
    """Give places among words: at a sign, else in the middle, behind the first, before the last."""
    signed = [place for place in range(1, len(words)) if words[place][0] in "+-\u2212\u2013"]
    if signed or len(words) < 2:
        return signed[:1]
    middle = [len(words) // 2] * (len(words) % 2 == 0)
    return [*dict.fromkeys([*middle, 1, len(words) - 1])]


def _degrees(name: str, text: str, unit: AngleUnit) -> float:
    import pandas as pd

    from hubble_dash.builder.catalogs.angles import AngleColumn, to_degrees

    degrees, _ = to_degrees(
        AngleColumn(name, pd.Series([text]), None), is_ra=name == "RA", stated=unit
    )
    return float(degrees[0])


def _print(atlas: Atlas, found: Similar, form: str) -> None:
    from hubble_dash.atlas.schema import BOX, LABELS, SKY
    from hubble_dash.listing.table import with_first

    table = atlas.cutouts.iloc[found.rows].reset_index(drop=True)
    names = atlas.images["name"].to_numpy()[table["image"]]
    first: dict[str, Any] = {
        "rank": range(1, len(table) + 1),
        "row": found.rows,
        "similarity": found.similarities.round(5),
        "file": names,
    }
    table = with_first(table, first)
    if form == "csv":
        _print_for_programs(table.to_csv(index=False))
    elif form == "json":
        records = [{name: _plain(value) for name, value in row.items()} for row in _rows(table)]
        text = json.dumps(records, indent=2, ensure_ascii=False, allow_nan=False)
        print(as_json_text(text))
    else:
        boxes = [*BOX, *SKY[:2], LABELS[0]]
        shown = [*first, *(name for name in boxes if name in table)]
        wide = table[shown].dropna(axis="columns", how="all")
        text = wide.to_string(index=False, float_format=lambda value: f"{value:.5f}")
        print(printable(text, lines=True))

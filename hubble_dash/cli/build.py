"""``hubble-dash build`` and ``add``: their options become settings, and these an atlas."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from hubble_dash.cli.build_options import add_options, flag
from hubble_dash.cli.commands import Commands
from hubble_dash.cli.info import print_summary
from hubble_dash.config import (
    GIVEN_INSTEAD,
    AddSettings,
    BuildSettings,
    CatalogColumns,
    CutoutSettings,
    MapSettings,
    ModelInput,
    Stretch,
    is_network_file,
)
from hubble_dash.config.choices import AngleUnit, Device
from hubble_dash.config.cutouts import CUTOUT_KINDS
from hubble_dash.printable import printable

if TYPE_CHECKING:
    from hubble_dash.atlas.atlas import Atlas

__all__ = ["add_commands", "settings_of"]

EXAMPLES = """\
hubble-dash build mosaic.fits --out mosaic.atlas --cutouts window --size 224 --step 112
  hubble-dash build 'archive/*_drz.fits' --hdu SCI --out drz.atlas --cutouts sources
  hubble-dash build previews/ --out previews.atlas --catalog observations.csv
  hubble-dash build field.fits --out stars.atlas --cutouts catalog --catalog stars.vot \\
      --size 3 --unit arcsec
  hubble-dash build previews/ --out own.atlas --fingerprints zoobot.parquet --positions umap.npy

processing steps, in the order given, on images and on cutouts:
  grayscale, crop:WIDTH[xHEIGHT], resize:WIDTH[xHEIGHT], rotate:DEGREES, flip-lr, flip-ud,
  rescale-intensity[:LOW,HIGH], equalize, equalize-adaptive[:CLIP]
  for example: --process-cutouts grayscale --process-cutouts rescale-intensity:1,99"""

EXAMPLES_OF_ADD = """\
hubble-dash add archive.atlas new-images/
  hubble-dash add archive.atlas new-images/ --catalog new-observations.csv
  hubble-dash select archive.atlas 'added > "2026-11-01"' --format list
  hubble-dash add archive.atlas --new-map"""

_SETTINGS_OF_KIND = {
    kind: [field.name for field in fields(one) if field.init] for kind, one in CUTOUT_KINDS.items()
}
_CUTOUT_OPTIONS = list(dict.fromkeys(chain.from_iterable(_SETTINGS_OF_KIND.values())))
_MAP_OPTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("perplexity", "early_exaggeration", "n_iter"), ("tsne",)),
    **dict.fromkeys(("n_neighbors", "min_dist"), ("umap",)),
    "random_state": ("tsne", "umap"),
}
# Options that do something only with certain values of another one.
_BELONGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **{
        name: ("cutouts", tuple(kind for kind, names in _SETTINGS_OF_KIND.items() if name in names))
        for name in _CUTOUT_OPTIONS
    },
    "percentile": ("limits", ("percentile",)),
    **{name: ("map", methods) for name, methods in _MAP_OPTIONS.items()},
}
_NETWORK_OPTIONS = [name for name in GIVEN_INSTEAD["fingerprints"] if name != "model_input"]
_INPUT_OPTIONS = ("input_size", "input_mean", "input_std")
_COLUMN_OPTIONS = [field.name for field in fields(CatalogColumns) if field.name != "ra_unit"]


def add_commands(commands: Commands) -> None:
    """Add ``build`` and ``add``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    parser = commands.add("build", _run, text="make an atlas of images", examples=EXAMPLES)
    parser.usage = "%(prog)s [INPUT ...] --out X.atlas [options]"
    add_options(parser)
    _add_add(commands)


def _run(options: Namespace) -> None:
    settings = settings_of(options)
    # Imported late: torch takes seconds, and wrong arguments are told at once.
    from hubble_dash.builder.cluster.connection import connected

    with connected(options.cluster) as cluster:
        # Workers import it at the same time.
        from hubble_dash.builder.build import build_from

        atlas = build_from(
            settings,
            options.input,
            out=options.out,
            overwrite=options.overwrite,
            progress=not options.quiet,
            cluster=cluster,
        )
    if options.quiet:
        return
    print_summary(atlas)
    path, page = printable(atlas.path), printable(atlas.path.with_suffix(".html"))
    print(f"\nlook at it:  hubble-dash serve {path}")
    print(f"publish it:  hubble-dash export {path} {page}")


def settings_of(options: Namespace) -> BuildSettings:
    """Give the settings that parsed options mean.

    Parameters
    ----------
    options : argparse.Namespace
        Of a parser with `hubble_dash.cli.build_options.add_options`.

    Returns
    -------
    BuildSettings

    Raises
    ------
    ValueError
        If options are out of range or contradict each other, or one would do nothing.
    """
    _refuse_what_does_nothing(options)
    columns = {name: getattr(options, f"{name}_column") for name in _COLUMN_OPTIONS}
    inputs = _given(options, _INPUT_OPTIONS)
    made: dict[str, Any] = {
        "cutouts": _cutouts(options),
        "stretch": Stretch(
            limits=options.limits,
            curve=options.curve,
            per=options.limits_per,
            **_given(options, ("percentile",)),
        ),
        "catalog_columns": CatalogColumns(**columns, ra_unit=options.ra_unit),
        "model_input": ModelInput(
            **{name.removeprefix("input_"): value for name, value in inputs.items()}
        ),
        "map": MapSettings(method=_map_method(options), **_given(options, _MAP_OPTIONS)),
    }
    # The other options are named as the settings are.
    names = [field.name for field in fields(BuildSettings) if field.name not in made]
    return BuildSettings(**made, **_given(options, names))


def _cutouts(options: Namespace) -> CutoutSettings:
    kind, given = options.cutouts, _given(options, _CUTOUT_OPTIONS)
    if kind == "window" and "size" in given:
        if not given["size"].is_integer():
            raise ValueError(f"--size is {given['size']:g}; windows have whole pixels")
        given["size"] = int(given["size"])
    return CUTOUT_KINDS[kind](**given)


def _given(options: Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Pick the options that were given; the settings know the defaults of the others."""
    values = {name: getattr(options, name) for name in names}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None
    }


def _map_method(options: Namespace) -> Any:
    """Give the layout; --map has no default, since any value of it contradicts --positions."""
    return options.map or MapSettings().method


def _refuse_what_does_nothing(options: Namespace) -> None:
    _refuse_without_catalog(options)
    if not is_network_file(options.model or ""):
        for name in _given(options, _INPUT_OPTIONS):
            raise ValueError(f"{flag(name)} belongs to --model x.onnx or x.pt2")
    instead = {"fingerprints": _NETWORK_OPTIONS, "positions": ("map", *_MAP_OPTIONS)}
    for given, names in instead.items():
        for name in _given(options, names):
            if getattr(options, given) is not None:
                raise ValueError(f"{flag(name)} would do nothing beside {flag(given)}")
    if options.fingerprints is None and options.positions is None:
        for name in _given(options, ("name_column", "leave_out_columns")):
            raise ValueError(f"{flag(name)} belongs to --fingerprints or --positions")
    for name, (other, values) in _BELONGS.items():
        chosen = _map_method(options) if other == "map" else getattr(options, other)
        if _given(options, (name,)) and chosen not in values:
            wanted = " or ".join(f"--{other} {value}" for value in values)
            raise ValueError(
                f"{flag(name)} belongs to {wanted}; with --{other} {chosen} it would do nothing"
            )


def _refuse_without_catalog(options: Namespace) -> None:
    if options.catalog is not None:
        return
    if not options.input:
        raise ValueError("no INPUT: name image files or folders, or a --catalog that names them")
    if options.cutouts == "catalog":
        raise ValueError("--cutouts catalog needs the positions; name their file: --catalog FILE")
    spoken_of = [*(f"{name}_column" for name in _COLUMN_OPTIONS), "ra_unit", "catalog_table"]
    for name in _given(options, spoken_of):
        raise ValueError(f"{flag(name)} speaks of a catalogue; name it: --catalog FILE")


def _add_add(commands: Commands) -> None:
    parser = commands.add(
        "add", _run_add,
        text="add images to an atlas; rows and places on the map of the others stay",
        examples=EXAMPLES_OF_ADD,
    )  # fmt: skip
    parser.usage = "%(prog)s ATLAS [INPUT ...] [options]"
    parser.add_argument("atlas", help="folder of the atlas; the new one takes its place when whole")
    parser.add_argument(
        "input", nargs="*", metavar="INPUT",
        help="image files, folders, globs, or @list.txt; those that are in it are passed over",
    )  # fmt: skip
    parser.add_argument(
        "--new-map", action="store_true", help="lay the map out anew, of old and new cutouts"
    )
    _add_files(parser)
    _add_running(parser)


def _add_files(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("catalogue and vectors of the new images")
    group.add_argument("--catalog", metavar="FILE", help="positions and metadata")
    for name in _COLUMN_OPTIONS:
        group.add_argument(
            f"--{name}-column", metavar="NAME",
            help=f"its column of {name} (as in the atlas's own catalogue)",
        )  # fmt: skip
    group.add_argument("--ra-unit", choices=get_args(AngleUnit), help="unit of its RA column")
    group.add_argument("--catalog-table", metavar="NAME", help="which of several tables")
    group.add_argument(
        "--fingerprints", metavar="FILE",
        help="vectors of the new cutouts, where those of the atlas were given",
    )  # fmt: skip
    group.add_argument("--name-column", metavar="NAME", help="their column that names images")
    group.add_argument(
        "--leave-out-column", action="append", dest="leave_out_columns", metavar="NAME",
        help="a column of theirs that is no feature; may be repeated",
    )  # fmt: skip


def _add_running(parser: ArgumentParser) -> None:
    group, usual = parser.add_argument_group("running"), AddSettings()
    group.add_argument(
        "--weights", metavar="FILE", help="the atlas's own weights, where they were a file of yours"
    )
    group.add_argument(
        "--device", choices=get_args(Device),
        help=f"where the network, neighbours and map are computed ({usual.device})",
    )  # fmt: skip
    group.add_argument(
        "--batch-size", type=int, help="pictures in one pass (32; on a GPU, what measures fastest)"
    )
    group.add_argument("--workers", type=int, metavar="N", help="processes that read files")
    group.add_argument(
        "--max-unreadable", type=float, metavar="SHARE",
        help="share of unreadable files, of the new ones, past which nothing is added"
        f" ({usual.max_unreadable})",
    )  # fmt: skip


def _run_add(options: Namespace) -> None:
    told = _told(options)
    if not (options.input or told.catalog or told.new_map):
        raise ValueError("no INPUT: name image files or folders, or a --catalog that names them")
    # Imported late: torch takes seconds, and wrong arguments are told at once.
    from hubble_dash.builder.growing.add import add_from

    atlas = add_from(told, Path(options.atlas), options.input, progress=not options.quiet)
    if not options.quiet:
        _tell(atlas)


def _told(options: Namespace) -> AddSettings:
    columns = {name: getattr(options, f"{name}_column") for name in _COLUMN_OPTIONS}
    spoken_of = [*(f"{name}_column" for name in _COLUMN_OPTIONS), "ra_unit", "catalog_table"]
    for names, other in (
        (spoken_of, "catalog"),
        (("name_column", "leave_out_columns"), "fingerprints"),
    ):
        for name in names:
            if getattr(options, name) is not None and getattr(options, other) is None:
                raise ValueError(f"{flag(name)} speaks of a file; name it: {flag(other)} FILE")
    names = [field.name for field in fields(AddSettings) if field.name != "catalog_columns"]
    return AddSettings(
        catalog_columns=CatalogColumns(**columns, ra_unit=options.ra_unit), **_given(options, names)
    )


def _tell(atlas: Atlas) -> None:
    """Say what is in the atlas now, and how far its map holds."""
    from hubble_dash.methods.provenance import provenance

    images, n = atlas.manifest["n_images"], len(atlas)
    print(printable(f"{atlas.path}: {n:,} cutouts of {images:,} images"))
    for name, text in provenance(atlas):
        if name in ("Added", "Placed later", "Neighbours"):
            print(printable(f"  {name + ':':<18} {text}"))
    for note in atlas.manifest["notes"]:
        if note.startswith(("The collection has grown", "The map was laid out")):
            print(printable(f"  {'Note:':<18} {note}"))

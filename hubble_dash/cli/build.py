"""The arguments of ``hubble-dash build``, and the settings that they mean."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config import (
    GIVEN_INSTEAD,
    BuildSettings,
    CatalogColumns,
    CutoutSettings,
    DetectedSources,
    MapSettings,
    ModelInput,
    ProcessingStep,
    Stretch,
    WholeImage,
    is_network_file,
    parse_step,
)
from hubble_dash.config.choices import (
    AngleUnit,
    Curve,
    Device,
    EngineChoice,
    Features,
    Limits,
    LimitsPer,
    MapMethod,
    PrecisionChoice,
    Quality,
    SizeUnit,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["EXAMPLE", "add_arguments", "build_from"]

# Options that do something only with certain values of another one.
_BELONGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "size": ("cutouts", ("window", "catalog")),
    **dict.fromkeys(("step", "cover_edges"), ("cutouts", ("window",))),
    "unit": ("cutouts", ("catalog",)),
    **dict.fromkeys(
        (
            "threshold",
            "min_pixels",
            "background_box",
            "padding",
            "min_size",
            "max_size",
            "deblend",
        ),
        ("cutouts", ("sources",)),
    ),
    "percentile": ("limits", ("percentile",)),
    **dict.fromkeys(("perplexity", "early_exaggeration", "n_iter"), ("map", ("tsne",))),
    **dict.fromkeys(("n_neighbors", "min_dist"), ("map", ("umap",))),
    "random_state": ("map", ("tsne", "umap")),
}
_MAP_OPTIONS = [name for name, (other, _) in _BELONGS.items() if other == "map"]
# Options that are named as the settings are.
_PLAIN_OPTIONS = (
    *("title", "catalog", "plane", "max_unreadable", "fingerprints", "positions", "center_by"),
    "neighbors",
)
_INPUT_OPTIONS = ("input_size", "input_mean", "input_std")
_NETWORK_OPTIONS = [name for name in GIVEN_INSTEAD["fingerprints"] if name != "model_input"]
_FLAGS = {"cover_edges": "--no-cover-edges", "deblend": "--no-deblend"}
_KINDS: Mapping[str, type[CutoutSettings]] = {one.kind: one for one in get_args(CutoutSettings)}
COLUMNS = ("path", "ra", "dec", "x", "y")

EXAMPLE = """\
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


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``build`` to its parser."""
    parser.add_argument(
        "input", nargs="*", metavar="INPUT",
        help="image files, folders, globs, or @list.txt; none where the catalogue names the files",
    )  # fmt: skip
    parser.add_argument("--out", required=True, metavar="X.atlas", help="folder of the atlas")
    parser.add_argument(
        "--overwrite", action="store_true",
        help="replace an atlas of that name, and drop what is kept there of an interrupted build"
        " with other settings or files",
    )  # fmt: skip
    parser.add_argument("--title", help="title of the page; the name of the atlas if not given")
    _add_cutouts(parser)
    _add_catalog(parser)
    _add_reading(parser)
    _add_network(parser)
    _add_map(parser)


def _add_cutouts(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("cutouts")
    group.add_argument(
        "--cutouts", choices=tuple(_KINDS), default=WholeImage.kind,
        help="whole images, sliding windows, detected sources, or positions of the catalogue"
        " (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--size", type=_number,
        help="window, catalog: side of windows (224 pixels), or of boxes at positions (64)",
    )  # fmt: skip
    group.add_argument(
        "--step", type=int, help="window: pixels from one to the next (half the size)"
    )
    group.add_argument(
        "--no-cover-edges", action="store_const", const=False, dest="cover_edges",
        help="window: none flush with the far edges",
    )  # fmt: skip
    group.add_argument(
        "--unit", choices=get_args(SizeUnit), help="catalog: unit of --size (pixels)"
    )
    sources = DetectedSources()
    for name, kind, text in (
        ("threshold", _number, "threshold in units of the background's noise"),
        ("min_pixels", int, "connected pixels that make one"),
        ("background_box", int, "side of the boxes that background and noise are taken from"),
        ("padding", _number, "margin as a share of the extent, on each side"),
        ("min_size", int, "least side of a box, in pixels"),
    ):
        group.add_argument(
            _flag(name), type=kind, help=f"sources: {text} ({getattr(sources, name)})"
        )
    group.add_argument(
        "--max-size", type=int, help="sources: leave out those with larger boxes (none)"
    )
    group.add_argument(
        "--no-deblend", action="store_const", const=False, dest="deblend",
        help="sources: do not separate those that overlap",
    )  # fmt: skip
    group.add_argument(
        "--min-valid", type=_number,
        help="leave out cutouts with a smaller share of valid pixels (0.5; full: 0.01)",
    )  # fmt: skip
    group.add_argument(
        "--process-images", type=_step, action="append", default=[], metavar="STEP",
        help="a processing step on whole images; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--process-cutouts", type=_step, action="append", default=[], metavar="STEP",
        help="a processing step on cutouts; may be repeated",
    )  # fmt: skip


def _flag(name: str) -> str:
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return number


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_number(word) for word in text.split(","))


def _step(text: str) -> ProcessingStep:
    try:
        return parse_step(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from None


def _add_catalog(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("catalogue (CSV, ECSV, VOTable, FITS table, Parquet)")
    group.add_argument("--catalog", metavar="FILE", help="positions and metadata")
    for name, text in zip(
        COLUMNS, ("paths of images", "right ascension", "declination", "x pixels", "y pixels"),
        strict=True,
    ):  # fmt: skip
        group.add_argument(f"--{name}-column", metavar="NAME", help=f"its column of {text}")
    group.add_argument("--ra-unit", choices=get_args(AngleUnit), help="unit of its RA column")


def _add_reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("reading and stretch")
    group.add_argument("--hdu", help="FITS: name or number of the HDU (the first image with data)")
    group.add_argument("--plane", type=int, help="plane of a cube, from 0 (the first)")
    group.add_argument(
        "--header-key", action="append", default=[], metavar="KEY",
        help="FITS key to keep as metadata beside the usual ones; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--max-unreadable", type=_number, default=0.5, metavar="SHARE",
        help="share of unreadable files past which the build stops (%(default)s)",
    )  # fmt: skip
    stretch = Stretch()
    group.add_argument(
        "--limits", choices=get_args(Limits), default=stretch.limits,
        help="black and white level of FITS and 16-bit data (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--percentile", type=_number,
        help=f"--limits percentile: central share kept, in per cent ({stretch.percentile})",
    )  # fmt: skip
    group.add_argument(
        "--curve", choices=get_args(Curve), default=stretch.curve,
        help="curve between them (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--limits-per", choices=get_args(LimitsPer), default=stretch.per,
        help="limits from the whole image, or from each cutout (%(default)s)",
    )  # fmt: skip


def _add_network(parser: ArgumentParser) -> None:
    group, usual = parser.add_argument_group("fingerprints"), BuildSettings()
    group.add_argument(
        "--fingerprints", metavar="FILE",
        help="your own vectors instead of a network's: .npy, .npz or Parquet, a row for each"
        " cutout, by name of the image or in order",
    )  # fmt: skip
    group.add_argument(
        "--center-by", metavar="COLUMN",
        help="take the mean of each group off: a column of the catalogue, a header key such as"
        " INSTRUME, or file",
    )  # fmt: skip
    group.add_argument(
        "--model",
        help="a timm model; auto is resnet50 where its weights can be had, else"
        f" EfficientNet-Lite0; or a network of your own: x.onnx (needs hubble-dash[openvino]), or"
        f" x.pt2 of torch.export, which is a program and is run ({usual.model})",
    )  # fmt: skip
    group.add_argument(
        "--input-size", type=int, metavar="PIXELS",
        help="x.onnx, x.pt2: side of the picture it sees, where the file leaves it open (224)",
    )  # fmt: skip
    for name, value in (("mean", usual.model_input.mean), ("std", usual.model_input.std)):
        group.add_argument(
            f"--input-{name}", type=_numbers, metavar="R,G,B",
            help=f"x.onnx, x.pt2: {name} of the colours that it was trained with, where black is 0"
            f" and white is 1; one number or three ({','.join(map(str, value))})",
        )  # fmt: skip
    group.add_argument("--weights", metavar="FILE", help="weights: .safetensors or .pth")
    group.add_argument(
        "--features", choices=get_args(Features),
        help=f"pooled features, or probabilities of the classes ({usual.features})",
    )  # fmt: skip
    group.add_argument(
        "--quality", choices=get_args(Quality),
        help="plain: as timm has it; fast, balanced, best: 1, 4 or 8 turned views of the disk in"
        " the cutout, at that many times the network's time, which find a galaxy however it lies"
        f" ({usual.quality})",
    )  # fmt: skip
    group.add_argument(
        "--device", choices=get_args(Device),
        help=f"where the network runs ({usual.device})",
    )  # fmt: skip
    group.add_argument("--batch-size", type=int, help=f"cutouts in one pass ({usual.batch_size})")
    group.add_argument(
        "--engine", choices=get_args(EngineChoice),
        help=f"what runs the network; auto measures which is fastest here ({usual.engine})",
    )  # fmt: skip
    group.add_argument(
        "--precision", choices=get_args(PrecisionChoice),
        help=f"how exactly; auto takes no form that changes the fingerprints ({usual.precision})",
    )  # fmt: skip
    group.add_argument(
        "--workers", type=int, metavar="N",
        help="processes that read and cut files ahead of the network; 0 for threads (processes"
        " where a GPU runs the network and files are many)",
    )  # fmt: skip
    group.add_argument(
        "--neighbors", type=int, default=100, help="neighbours kept, at least (%(default)s)"
    )


def _add_map(parser: ArgumentParser) -> None:
    group, settings = parser.add_argument_group("map"), MapSettings()
    group.add_argument(
        "--positions", metavar="FILE",
        help="your own map instead of a layout: two columns, in a file as for --fingerprints",
    )  # fmt: skip
    group.add_argument(
        "--map", choices=get_args(MapMethod),
        help=f"layout; umap needs the extra hubble-dash[umap] ({settings.method})",
    )  # fmt: skip
    for name, text in {
        "perplexity": "tsne: effective number of neighbours",
        "early_exaggeration": "tsne: factor on the attraction at first",
        "n_iter": "tsne: iterations",
        "n_neighbors": "umap: neighbours a point",
        "min_dist": "umap: how tightly points may lie",
        "random_state": "tsne, umap: seed",
    }.items():
        default = getattr(settings, name)
        kind = int if isinstance(default, int) else _number
        group.add_argument(_flag(name), type=kind, help=f"{text} ({default})")


def build_from(options: Namespace) -> Atlas:
    """Build the atlas that parsed arguments ask for.

    Parameters
    ----------
    options : argparse.Namespace
        Of a parser with `add_arguments`.

    Returns
    -------
    Atlas

    Raises
    ------
    ValueError
        If settings are out of range or contradict each other, or one would do nothing.
    HubbleDashError
        As `hubble_dash.build` raises it.
    """
    _refuse_what_does_nothing(options)
    settings = {
        "cutouts": _cutouts(options),
        "stretch": Stretch(
            limits=options.limits,
            curve=options.curve,
            per=options.limits_per,
            **_given(options, ("percentile",)),
        ),
        "process_images": tuple(options.process_images),
        "process_cutouts": tuple(options.process_cutouts),
        "catalog_columns": CatalogColumns(
            **{name: getattr(options, f"{name}_column") for name in COLUMNS},
            ra_unit=options.ra_unit,
        ),
        "hdu": int(options.hdu) if options.hdu and options.hdu.isdecimal() else options.hdu,
        "header_keys": tuple(options.header_key),
        "map": MapSettings(method=_map_of(options), **_given(options, _MAP_OPTIONS)),
        **{name: getattr(options, name) for name in _PLAIN_OPTIONS},
        **_given(options, _NETWORK_OPTIONS),
        "model_input": _model_input(options),
    }
    # Imported late: torch takes seconds, and wrong arguments are told at once.
    from hubble_dash.builder.build import build

    BuildSettings(**settings)
    return build(
        options.input,
        out=options.out,
        overwrite=options.overwrite,
        progress=not options.quiet,
        **settings,
    )


def _refuse_what_does_nothing(options: Namespace) -> None:
    if not options.input and options.catalog is None:
        raise ValueError("no INPUT: name image files or folders, or a --catalog that names them")
    if options.cutouts == "catalog" and options.catalog is None:
        raise ValueError("--cutouts catalog needs the positions; name their file: --catalog FILE")
    of_catalog = [f"{name}_column" for name in COLUMNS] + ["ra_unit"]
    for name in _given(options, of_catalog):
        if options.catalog is None:
            raise ValueError(f"{_flag(name)} speaks of a catalogue; name it: --catalog FILE")
    if not is_network_file(options.model or ""):
        for name in _given(options, _INPUT_OPTIONS):
            raise ValueError(f"{_flag(name)} belongs to --model x.onnx or x.pt2")
    instead = {"fingerprints": _NETWORK_OPTIONS, "positions": ("map", *_MAP_OPTIONS)}
    for given, names in instead.items():
        for name in _given(options, names):
            if getattr(options, given) is not None:
                raise ValueError(f"{_flag(name)} would do nothing beside {_flag(given)}")
    for name, (other, values) in _BELONGS.items():
        chosen = _map_of(options) if other == "map" else getattr(options, other)
        if _given(options, (name,)) and chosen not in values:
            wanted = " or ".join(f"--{other} {value}" for value in values)
            raise ValueError(
                f"{_flag(name)} belongs to {wanted}; with --{other} {chosen} it would do nothing"
            )


def _model_input(options: Namespace) -> ModelInput:
    given = _given(options, _INPUT_OPTIONS)
    return ModelInput(**{name.removeprefix("input_"): value for name, value in given.items()})


def _map_of(options: Namespace) -> Any:
    return options.map or MapSettings().method


def _given(options: Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Pick the options that were given; the settings know the defaults of the others."""
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _cutouts(options: Namespace) -> CutoutSettings:
    kind = options.cutouts
    names = [name for name, (other, kinds) in _BELONGS.items() if other == "cutouts"]
    given = _given(options, [*names, "min_valid"])
    if kind == "window" and "size" in given:
        if not given["size"].is_integer():
            raise ValueError(f"--size is {given['size']:g}; windows have whole pixels")
        given["size"] = int(given["size"])
    return _KINDS[kind](**given)

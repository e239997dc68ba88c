"""The options of ``hubble-dash build``."""

from __future__ import annotations

import argparse
import math
from argparse import ArgumentParser
from typing import get_args

from hubble_dash.config import (
    BuildSettings,
    DetectedSources,
    MapSettings,
    ModelInput,
    ProcessingStep,
    Stretch,
    WholeImage,
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
from hubble_dash.config.cutouts import CUTOUT_KINDS

__all__ = ["add_options", "flag"]

# Options that turn a setting off, or give one of several.
_OTHER = {
    "cover_edges": "--no-cover-edges",
    "deblend": "--no-deblend",
    "leave_out_columns": "--leave-out-column",
}


def flag(name: str) -> str:
    """Give an option as a user types it.

    Parameters
    ----------
    name : str
        That of its parsed value, such as ``"min_pixels"``.

    Returns
    -------
    str
        Such as ``"--min-pixels"``.
    """
    return _OTHER.get(name, f"--{name.replace('_', '-')}")


def add_options(parser: ArgumentParser) -> None:
    """Add the options of ``build``, each named as its setting where there is one.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of ``build``.
    """
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
        "--cutouts", choices=tuple(CUTOUT_KINDS), default=WholeImage.kind,
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
    _add_sources(group)
    group.add_argument(
        "--min-valid", type=_number,
        help="leave out cutouts with a smaller share of valid pixels (0.5; full: 0.01)",
    )  # fmt: skip
    group.add_argument(
        "--process-images", type=_step, action="append", metavar="STEP",
        help="a processing step on whole images; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--process-cutouts", type=_step, action="append", metavar="STEP",
        help="a processing step on cutouts; may be repeated",
    )  # fmt: skip


def _add_sources(group: argparse._ArgumentGroup) -> None:
    sources = DetectedSources()
    for name, kind, text in (
        ("threshold", _number, "threshold in units of the background's noise"),
        ("min_pixels", int, "connected pixels that make one"),
        ("background_box", int, "side of the boxes that background and noise are taken from"),
        ("padding", _number, "margin as a share of the extent, on each side"),
        ("min_size", int, "least side of a box, in pixels"),
    ):
        group.add_argument(
            flag(name), type=kind, help=f"sources: {text} ({getattr(sources, name)})"
        )
    group.add_argument(
        "--max-size", type=int, help="sources: leave out those with larger boxes (none)"
    )
    group.add_argument(
        "--no-deblend", action="store_const", const=False, dest="deblend",
        help="sources: do not separate those that overlap",
    )  # fmt: skip


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return number


def _hdu(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_number(word) for word in text.split(","))


def _step(text: str) -> ProcessingStep:
    try:
        return parse_step(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from None


def _add_catalog(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("catalogue (CSV and other texts, VOTable, FITS, Parquet)")
    group.add_argument("--catalog", metavar="FILE", help="positions and metadata")
    for name, text in zip(
        ("path", "ra", "dec", "x", "y"),
        ("paths of images", "right ascension", "declination", "x pixels", "y pixels"),
        strict=True,
    ):  # fmt: skip
        group.add_argument(f"--{name}-column", metavar="NAME", help=f"its column of {text}")
    group.add_argument("--ra-unit", choices=get_args(AngleUnit), help="unit of its RA column")
    group.add_argument(
        "--catalog-table", metavar="NAME",
        help="which of several tables in its file, by name or number (the first with positions or"
        " paths)",
    )  # fmt: skip


def _add_reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("reading and stretch")
    group.add_argument(
        "--hdu", type=_hdu,
        help="FITS: number, name (SCI: all of that name; SCI,2; N*) of the HDU, or first"
        " (the first image with data, and all of its kind)",
    )  # fmt: skip
    group.add_argument("--plane", type=int, help="plane of a cube, from 0 (the first)")
    group.add_argument(
        "--header-key", action="append", dest="header_keys", metavar="KEY",
        help="FITS key to keep as metadata beside the usual ones; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--max-unreadable", type=_number, metavar="SHARE",
        help="share of unreadable files past which the build stops"
 f" ({BuildSettings().max_unreadable})",
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
        help="your own vectors instead of a network's: .npy, .npz, Parquet or CSV, a row for each"
        " cutout, by name of the image or in order",
    )  # fmt: skip
    group.add_argument(
        "--name-column", metavar="NAME",
        help="fingerprints, positions: the column that names images (file, id_str, object_id, ...)",
    )  # fmt: skip
    group.add_argument(
        "--leave-out-column", action="append", dest="leave_out_columns", metavar="NAME",
        help="fingerprints, positions: a column that is no feature; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--center-by", metavar="COLUMN",
        help="take the mean of each group off: a column of the catalogue, a header key such as"
        " INSTRUME, or file",
    )  # fmt: skip
    group.add_argument(
        "--model",
        help="a timm model; auto is resnet50 where its weights can be had, else"
        f" EfficientNet-Lite0; or a network of your own: x.onnx, or"
        f" x.pt2 of torch.export, which is a program and is run ({usual.model})",
    )  # fmt: skip
    _add_model_input(group)
    group.add_argument("--weights", metavar="FILE", help="weights: .safetensors or .pth")
    group.add_argument(
        "--features", choices=get_args(Features),
        help=f"pooled features, or probabilities of the classes ({usual.features})",
    )  # fmt: skip
    group.add_argument(
        "--quality", choices=get_args(Quality),
        help="plain: as timm has it; fast, balanced, best: 1, 4 or 12 views of the disk in the"
        " cutout, at that many times the network's time, compared by what is learned from some of"
        f" the cutouts; they find a galaxy however it lies ({usual.quality})",
    )  # fmt: skip
    _add_running(group)


def _add_model_input(group: argparse._ArgumentGroup) -> None:
    usual = ModelInput()
    group.add_argument(
        "--input-size", type=int, metavar="PIXELS",
        help="x.onnx, x.pt2: side of the picture it sees, where the file leaves it open (224)",
    )  # fmt: skip
    for name, value in (("mean", usual.mean), ("std", usual.std)):
        group.add_argument(
            f"--input-{name}", type=_numbers, metavar="R,G,B",
            help=f"x.onnx, x.pt2: {name} of the colours that it was trained with, where black is 0"
            f" and white is 1; one number or three ({','.join(map(str, value))})",
        )  # fmt: skip


def _add_running(group: argparse._ArgumentGroup) -> None:
    usual = BuildSettings()
    group.add_argument(
        "--device", choices=get_args(Device),
        help=f"where the network, neighbours and map are computed ({usual.device})",
    )  # fmt: skip
    group.add_argument(
        "--batch-size", type=int, help="pictures in one pass (32; on a GPU, what measures fastest)"
    )
    group.add_argument(
        "--engine", choices=get_args(EngineChoice),
        help=f"what runs the network; auto measures which is fastest here ({usual.engine})",
    )  # fmt: skip
    group.add_argument(
        "--precision", choices=get_args(PrecisionChoice),
        help=f"how exactly; auto takes none that changes the fingerprints ({usual.precision})",
    )  # fmt: skip
    group.add_argument(
        "--deterministic", action="store_true",
        help="the same bytes from a second build on this machine: auto takes PyTorch in single"
        " precision, and the time is that of the newest file, or SOURCE_DATE_EPOCH",
    )  # fmt: skip
    group.add_argument(
        "--workers", type=int, metavar="N",
        help="processes that read and cut files ahead of the network; 0 for threads (processes"
        " where a GPU runs the network and files are many)",
    )  # fmt: skip
    group.add_argument(
        "--cluster", metavar="ADDRESS",
        help="have the workers of a Dask cluster read, cut and fingerprint: the address of its"
        " scheduler, such as tcp://host:8786, or local; needs the extra hubble-dash[cluster], and"
        " folders that all machines share",
    )  # fmt: skip
    group.add_argument(
        "--neighbors", type=int, help=f"neighbours kept, at least ({usual.neighbors})"
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
        group.add_argument(flag(name), type=kind, help=f"{text} ({default})")
    group.add_argument(
        "--cluster-names", metavar="FILE",
        help="names for clusters: CSV with the columns cluster (its present name) and name",
    )  # fmt: skip

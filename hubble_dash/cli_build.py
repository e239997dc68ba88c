"""The arguments of ``hubble-dash build``, and the settings that they mean."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hubble_dash.atlas import Atlas
from hubble_dash.config import (
    CatalogColumns,
    CatalogPositions,
    CutoutSettings,
    DetectedSources,
    MapSettings,
    ProcessingStep,
    SlidingWindow,
    Stretch,
    WholeImage,
    parse_step,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["EXAMPLE", "add_arguments", "build_from"]

EXAMPLE = """\
hubble-dash build mosaic.fits --out mosaic.atlas --cutouts window --size 224 --step 112
  hubble-dash build 'archive/*_drz.fits' --hdu SCI --out drz.atlas --cutouts sources
  hubble-dash build previews/ --out previews.atlas --catalog observations.csv
  hubble-dash build field.fits --out stars.atlas --cutouts catalog --catalog stars.vot \\
      --size 3 --unit arcsec

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
    parser.add_argument("--overwrite", action="store_true", help="replace an atlas of that name")
    parser.add_argument("--title", help="title of the page; the name of the atlas if not given")
    _add_cutouts(parser)
    _add_catalog(parser)
    _add_reading(parser)
    _add_network(parser)
    _add_map(parser)


def _add_cutouts(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("cutouts")
    group.add_argument(
        "--cutouts", choices=("full", "window", "sources", "catalog"), default="full",
        help="whole images, sliding windows, detected sources, or positions of the catalogue"
        " (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--size", type=float, help="side of windows (224 pixels), or of boxes at positions (64)"
    )
    group.add_argument("--step", type=int, help="pixels from window to window (half the size)")
    group.add_argument(
        "--no-cover-edges", action="store_true", help="no windows flush with the far edges"
    )
    group.add_argument(
        "--unit", choices=("pixels", "arcsec"), default="pixels",
        help="unit of --size at positions (%(default)s)",
    )  # fmt: skip
    sources = DetectedSources()
    group.add_argument(
        "--threshold", type=float, default=sources.threshold,
        help="sources: threshold in units of the background's noise (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--min-pixels", type=int, default=sources.min_pixels,
        help="sources: connected pixels that make one (%(default)s)",
    )  # fmt: skip
    group.add_argument("--no-deblend", action="store_true", help="sources: do not separate them")
    group.add_argument(
        "--padding", type=float, default=sources.padding,
        help="sources: margin as a share of the extent, on each side (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--min-size", type=int, default=sources.min_size,
        help="sources: least side of a box, in pixels (%(default)s)",
    )  # fmt: skip
    group.add_argument("--max-size", type=int, help="sources: leave out those with larger boxes")
    group.add_argument(
        "--min-valid", type=float, help="leave out cutouts with a smaller share of valid pixels"
    )
    group.add_argument(
        "--process-images", type=_step, action="append", default=[], metavar="STEP",
        help="a processing step on whole images; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--process-cutouts", type=_step, action="append", default=[], metavar="STEP",
        help="a processing step on cutouts; may be repeated",
    )  # fmt: skip


def _step(text: str) -> ProcessingStep:
    try:
        return parse_step(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from None


def _add_catalog(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("catalogue (CSV, ECSV, VOTable, FITS table, Parquet)")
    group.add_argument("--catalog", metavar="FILE", help="positions and metadata")
    for name in ("path", "ra", "dec", "x", "y"):
        group.add_argument(f"--{name}-column", metavar="NAME", help=f"its column of {name}")
    group.add_argument("--ra-unit", choices=("deg", "hourangle"), help="unit of its RA column")


def _add_reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("reading and stretch")
    group.add_argument("--hdu", help="FITS: name or number of the HDU (the first image with data)")
    group.add_argument("--plane", type=int, help="plane of a cube, from 0 (the first)")
    group.add_argument(
        "--header-key", action="append", default=[], metavar="KEY",
        help="FITS key to keep as metadata beside the usual ones; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--max-unreadable", type=float, default=0.5, metavar="SHARE",
        help="share of unreadable files past which the build stops (%(default)s)",
    )  # fmt: skip
    stretch = Stretch()
    group.add_argument(
        "--limits", choices=("zscale", "percentile", "minmax"), default=stretch.limits,
        help="black and white level of FITS and 16-bit data (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--percentile", type=float, default=stretch.percentile,
        help="with --limits percentile: central share kept, in per cent (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--curve", choices=("linear", "asinh", "sqrt", "log"), default=stretch.curve,
        help="curve between them (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--limits-per", choices=("image", "cutout"), default=stretch.per,
        help="limits from the whole image, or from each cutout (%(default)s)",
    )  # fmt: skip


def _add_network(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("fingerprints")
    group.add_argument(
        "--model", default="auto",
        help="a timm model; auto is resnet50 where its weights can be had, else"
        " EfficientNet-Lite0 (%(default)s)",
    )  # fmt: skip
    group.add_argument("--weights", metavar="FILE", help="weights: .safetensors or .pth")
    group.add_argument(
        "--features", choices=("pooled", "probabilities"), default="pooled",
        help="pooled features, or probabilities of the classes (%(default)s)",
    )  # fmt: skip
    group.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="(%(default)s)"
    )
    group.add_argument("--batch-size", type=int, default=32, help="(%(default)s)")
    group.add_argument(
        "--neighbors", type=int, default=100, help="neighbours kept, at least (%(default)s)"
    )


def _add_map(parser: ArgumentParser) -> None:
    group, settings = parser.add_argument_group("map"), MapSettings()
    group.add_argument(
        "--map", choices=("tsne", "umap", "pca"), default=settings.method,
        help="layout; umap needs the extra hubble-dash[umap] (%(default)s)",
    )  # fmt: skip
    for name, text in {
        "perplexity": "t-SNE: effective number of neighbours",
        "early_exaggeration": "t-SNE: factor on the attraction at first",
        "n_iter": "t-SNE: iterations",
        "n_neighbors": "UMAP: neighbours a point",
        "min_dist": "UMAP: how tightly points may lie",
        "random_state": "seed",
    }.items():
        default = getattr(settings, name)
        group.add_argument(
            f"--{name.replace('_', '-')}", type=type(default), default=default,
            help=f"{text} (%(default)s)",
        )  # fmt: skip


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
        If settings are out of range or contradict each other.
    HubbleDashError
        As `hubble_dash.build` raises it.
    """
    from hubble_dash.builder.pipeline import build

    return build(
        options.input,
        out=options.out,
        overwrite=options.overwrite,
        progress=not options.quiet,
        title=options.title,
        cutouts=_cutouts(options),
        stretch=Stretch(
            limits=options.limits,
            percentile=options.percentile,
            curve=options.curve,
            per=options.limits_per,
        ),
        process_images=tuple(options.process_images),
        process_cutouts=tuple(options.process_cutouts),
        catalog=options.catalog,
        catalog_columns=CatalogColumns(
            path=options.path_column,
            ra=options.ra_column,
            dec=options.dec_column,
            x=options.x_column,
            y=options.y_column,
            ra_unit=options.ra_unit,
        ),
        hdu=int(options.hdu) if options.hdu and options.hdu.isdecimal() else options.hdu,
        plane=options.plane,
        header_keys=tuple(options.header_key),
        max_unreadable=options.max_unreadable,
        model=options.model,
        weights=options.weights,
        features=options.features,
        device=options.device,
        batch_size=options.batch_size,
        neighbors=options.neighbors,
        map=MapSettings(
            method=options.map,
            perplexity=options.perplexity,
            early_exaggeration=options.early_exaggeration,
            n_iter=options.n_iter,
            n_neighbors=options.n_neighbors,
            min_dist=options.min_dist,
            random_state=options.random_state,
        ),
    )


def _cutouts(options: Namespace) -> CutoutSettings:
    common = {} if options.min_valid is None else {"min_valid": options.min_valid}
    match options.cutouts:
        case "full":
            return WholeImage(**common)
        case "window":
            if options.size is not None and not options.size.is_integer():
                raise ValueError(f"--size is {options.size:g}; windows have whole pixels")
            size = 224 if options.size is None else int(options.size)
            return SlidingWindow(
                size=size, step=options.step, cover_edges=not options.no_cover_edges, **common
            )
        case "sources":
            return DetectedSources(
                threshold=options.threshold,
                min_pixels=options.min_pixels,
                deblend=not options.no_deblend,
                padding=options.padding,
                min_size=options.min_size,
                max_size=options.max_size,
                **common,
            )
        case _:
            size = 64 if options.size is None else options.size
            return CatalogPositions(size=size, unit=options.unit, **common)

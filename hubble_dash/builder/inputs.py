"""What a build starts from: the catalogue, and the files of images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hubble_dash.builder.catalogs.catalog import Catalog, read_catalog
from hubble_dash.builder.reading.files import find_files
from hubble_dash.config import (
    BuildSettings,
    CatalogPositions,
    Crop,
    FlipLeftRight,
    FlipUpDown,
    Resize,
    Rotate,
)
from hubble_dash.errors import BuildError, CatalogError

__all__ = ["catalog_of", "files_of"]

# Steps after which a pixel is at another place.
MOVING = (Crop, FlipLeftRight, FlipUpDown, Resize, Rotate)


def catalog_of(settings: BuildSettings) -> Catalog | None:
    """Read the catalogue of a build, if it has one.

    Raises
    ------
    CatalogError
        If it cannot be used.
    ValueError
        If its pixels are not those that will be cut.
    """
    if settings.catalog is None:
        return None
    columns = settings.catalog_columns
    catalog = read_catalog(
        settings.catalog,
        path_column=columns.path,
        ra_column=columns.ra,
        dec_column=columns.dec,
        x_column=columns.x,
        y_column=columns.y,
        ra_unit=columns.ra_unit,
    )
    at_positions = isinstance(settings.cutouts, CatalogPositions)
    if catalog.paths is None and not at_positions:
        raise CatalogError(
            f"{catalog.path} does not say to which image a row belongs; name its column of paths"
            " with --path-column, or cut at its positions with --cutouts catalog"
        )
    moving = [step.name for step in settings.process_images if isinstance(step, MOVING)]
    if at_positions and catalog.x is not None and moving:
        raise ValueError(
            f"{catalog.path} gives pixels of the images as they are, and {moving[0]} moves them;"
            " give RA and Dec, or apply this step to the cutouts"
        )
    return catalog


def files_of(given: Sequence[str | Path], catalog: Catalog | None) -> list[Path]:
    """Find the images of a build: those given, else those that the catalogue names.

    Raises
    ------
    BuildError
        If there are none.
    ImageError
        If one that was given is not there.
    """
    if given:
        return find_files(given)
    if catalog is None or catalog.paths is None:
        raise BuildError("no images: name files or folders, or a catalogue with a path column")
    return list({path.resolve(): path for path in catalog.paths}.values())

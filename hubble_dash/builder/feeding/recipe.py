"""How the images of an atlas are read and shown: by its settings, and again by its manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hubble_dash.builder.cutouts.display import Display, shape_within
from hubble_dash.builder.cutouts.processing import process, process_image
from hubble_dash.builder.cutouts.resampling import shrink
from hubble_dash.builder.files.content import may_be_in_parts
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image, read_through
from hubble_dash.builder.reading.pixel_source import PART_KEY
from hubble_dash.config import (
    BuildSettings,
    CatalogPositions,
    ProcessingStep,
    Stretch,
    step_from_dict,
)
from hubble_dash.errors import AtlasError

__all__ = ["MAX_CUTOUT_SIDE", "Recipe"]

# Cutouts with longer sides are averaged down while they are read; the network sees far less.
MAX_CUTOUT_SIDE = 1024
# A decoder may shrink a picture as far as its sides are still divided by so much afterwards: its
# fingerprint is then as near to that of all pixels as by averages of blocks. With 2 it is not.
LEFT_TO_DIVIDE = 3


@dataclass(frozen=True)
class Recipe:
    """All that decides the pixels of a cutout, so that those of a query are those of the build.

    Parameters
    ----------
    stretch : Stretch
        How flux becomes display values.
    process_images, process_cutouts : sequence of steps
        Processing steps on whole images, and on cutouts.
    hdu : str or int, optional
        FITS: name or number of the HDU.
    plane : int, optional
        Plane of a cube, from 0.
    header_keys : sequence of str
        FITS keys kept as metadata beside the usual ones.
    several : bool
        FITS: whether all HDUs of the kind are images.
    in_parts : bool
        Whether few pixels of an image are looked at, so that of a large one of a server no more is
        read.
    """

    stretch: Stretch
    process_images: Sequence[ProcessingStep] = ()
    process_cutouts: Sequence[ProcessingStep] = ()
    hdu: str | int | None = None
    plane: int | None = None
    header_keys: Sequence[str] = ()
    several: bool = False
    in_parts: bool = False

    @classmethod
    def of(cls, settings: BuildSettings, *, several: bool = False) -> Recipe:
        """Take what a build is told.

        Parameters
        ----------
        settings : BuildSettings
            Of the build.
        several : bool
            Whether all HDUs of the kind are images.
        """
        return cls(
            settings.stretch,
            settings.process_images,
            settings.process_cutouts,
            settings.hdu,
            settings.plane,
            settings.header_keys,
            several,
            _looks_at_few(settings.cutouts.kind, settings.stretch, settings.process_images),
        )

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Recipe:
        """Take what an atlas was built with; of headers only the usual keys are read.

        Parameters
        ----------
        manifest : mapping
            Of the atlas.

        Raises
        ------
        AtlasError
            If it was built with settings that are not known here.
        """
        told = manifest["settings"]
        try:
            stretch = Stretch(**told["stretch"])
            on_images = [step_from_dict(step) for step in told["process_images"]]
            return cls(
                stretch,
                on_images,
                [step_from_dict(step) for step in told["process_cutouts"]],
                told.get("hdu"),
                told.get("plane"),
                in_parts=_looks_at_few(told.get("cutouts", {}).get("kind", ""), stretch, on_images),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise AtlasError(
                f"the settings of this atlas are not known here ({err}); the manifest.json may be"
                " damaged, or of a newer hubble-dash"
            ) from err

    @property
    def max_side(self) -> int | None:
        """Longest side of a cutout as read; None where steps must see each pixel."""
        return None if self.process_cutouts else MAX_CUTOUT_SIDE

    def reads_in_parts(self, path: Path) -> bool:
        """Say whether a file may be read part by part where it is, on its server.

        Parameters
        ----------
        path : Path
            The file.
        """
        return self.in_parts and may_be_in_parts(path)

    def open(
        self,
        path: str | Path,
        part: str | None = None,
        *,
        inspect: Callable[[Image], None] | None = None,
    ) -> Display:
        """Open an image as it is shown, its steps done; close its `image`.

        Parameters
        ----------
        path : path-like
            The file.
        part : str, optional
            Which image of a file with several.
        inspect : callable, optional
            Is given the image before any step; what it raises closes the file.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        image = self.open_image(path, part)
        try:
            if inspect is not None:
                inspect(image)
            display = process_image(Display(image, self.stretch), self.process_images)
        except BaseException:
            image.close()
            raise
        if display.image is not image:
            # Steps leave a copy in memory.
            image.close()
        return display

    def open_again(self, row: pd.Series) -> Display:
        """Open an image of an atlas as it was shown when it was cut; close its `image`.

        Parameters
        ----------
        row : pandas.Series
            Of the atlas's table of images.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        part = row.get(PART_KEY)
        return self.open(row["path"], part if isinstance(part, str) else None)

    def open_image(self, path: str | Path, part: str | None = None) -> Image:
        """Open an image as it is in its file; close it.

        Parameters
        ----------
        path, part
            As of `open`.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        return open_image(
            path,
            hdu=self.hdu,
            part=part,
            several=self.several,
            plane=self.plane,
            header_keys=self.header_keys,
            in_parts=self.in_parts,
        )

    def read_through(self, path: Path, part: str | None) -> None:
        """Read an image as it is in its file to its end, and forget it.

        Parameters
        ----------
        path, part
            As of `open`.

        Raises
        ------
        ImageError
            If the file cannot be read.
        """
        with self.open_image(path, part) as image:
            read_through(image)

    def read_whole(
        self, display: Display, *, divided: float, most: int | None = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Read an image that is one cutout.

        Parameters
        ----------
        display : Display
            The image as shown.
        divided : float
            By how much its sides are divided in all, before they are looked at.
        most : int, optional
            By how much they may be divided here.

        Returns
        -------
        pixels, valid
            As of `Display.read_whole`; for `finish`.

        Raises
        ------
        ImageError
            If the data cannot be decoded.
        """
        by_decoder = 1 if self.max_side is None else int(divided / LEFT_TO_DIVIDE)
        by_decoder = by_decoder if most is None else min(by_decoder, most)
        return display.read_whole(most=by_decoder, max_side=self.max_side)

    def finish(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Do the steps on a cutout as it was read.

        Parameters
        ----------
        pixels : (h, w) or (h, w, 3) uint8 array
            Of `Display.read` with `max_side`, or of `read_whole`.

        Returns
        -------
        (h', w') or (h', w', 3) uint8 array
            What the network and the thumbnail show.
        """
        small = shrink(pixels, shape_within(pixels.shape[:2], self.max_side))
        return process(small, self.process_cutouts) if self.process_cutouts else small


def _looks_at_few(kind: str, stretch: Stretch, process_images: Sequence[ProcessingStep]) -> bool:
    """Say whether of a large image few pixels suffice, beside those of its cutouts."""
    needs_all = stretch.limits == "minmax" and stretch.per == "image"
    return kind == CatalogPositions.kind and not process_images and not needs_all

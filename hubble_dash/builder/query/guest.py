"""Images that visitors bring, one after the other: each becomes a fingerprint and a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.query.askable import check_askable, check_installed
from hubble_dash.guest import Guest, Position

if TYPE_CHECKING:
    from hubble_dash.builder.cutouts.display import Display
    from hubble_dash.builder.feeding.recipe import Recipe
    from hubble_dash.builder.query.recall import Restored

__all__ = ["GuestReader"]

# Of an image that is one cutout; a server has others to serve.
MAX_PIXELS = 100_000_000


class GuestReader:
    """Makes of images from outside what an atlas would have of them.

    Nothing large is imported before the first image comes, and the network stays for the next.

    Parameters
    ----------
    atlas : Atlas
        Gives the network, the stretch and the processing steps.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.

    Raises
    ------
    WeightsError, ValueError
        As of `check_askable` and `check_installed`.
    """

    def __init__(self, atlas: Atlas, *, weights: str | Path | None = None) -> None:
        check_askable(atlas, weights)
        check_installed()
        self._atlas, self._weights = atlas, weights
        self._restored: Restored | None = None

    def __call__(self, path: Path) -> Guest:
        """Read an image that anybody may have sent; all of it is taken as one cutout.

        It is read to its end in a process of its own first, since a decoder that dies of it would
        take a server with it.

        Parameters
        ----------
        path : Path
            The file.

        Returns
        -------
        Guest

        Raises
        ------
        ImageError
            If it cannot be read, has more than `MAX_PIXELS`, or takes more memory or time than a
            file of its size may.
        WeightsError
            If the atlas's weights cannot be had.
        """
        from hubble_dash.builder.bounds.apart import try_apart
        from hubble_dash.builder.bounds.failures import failing

        restored = self._made_again()
        recipe = restored.recipe
        with failing(path):
            try_apart(_read_apart, path, recipe)
            display = recipe.open(path)
            with display.image:
                read = restored.read(display)
                shape, position = display.shape, _position_of(display)
        return Guest(restored.fingerprint([read])[0], recipe.finish(read), shape, position)

    def _made_again(self) -> Restored:
        if self._restored is None:
            # It takes seconds to import what runs networks.
            from hubble_dash.builder.query.recall import Restored

            self._restored = Restored(self._atlas, weights=self._weights)
        return self._restored


def _read_apart(path: Path, recipe: Recipe) -> None:
    """Read an image to its end, if it is no larger than visitors' may be."""
    from hubble_dash.builder.bounds.promise import check_budget
    from hubble_dash.builder.reading.opening import read_through

    with recipe.open_image(path) as image:
        ny, nx = image.shape
        check_budget(path, nx, ny, MAX_PIXELS)
        read_through(image)


def _position_of(display: Display) -> Position | None:
    if display.sky is None:
        return None
    ny, nx = display.shape
    x, y = np.array([(nx - 1) / 2]), np.array([(ny - 1) / 2])
    ra, dec = display.sky.at(x, y)
    scale = display.sky.scale_arcsec(x, y)
    if not np.isfinite([*ra, *dec]).all():
        return None
    return Position(
        float(ra[0]), float(dec[0]), float(scale[0]), display.sky.quality == "approximate"
    )

"""Where the pixels of an image lie on the sky.

Pixel coordinates are those of the array: ``x`` counts columns, ``y`` counts rows, and the centre of
the first pixel is 0.0. Sky positions are ICRS degrees.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from astropy.coordinates import BaseCoordinateFrame, ConvertError, SkyCoord
from astropy.wcs import WCS, NoConvergence
from numpy.typing import ArrayLike, NDArray

from hubble_dash.builder.quiet import quiet_astropy
from hubble_dash.builder.sky.frames import frame_of

__all__ = [
    "ARCSEC_PER_RADIAN",
    "PositionQuality",
    "Sky",
    "check_positions",
    "one_line",
    "wrapped",
]

PositionQuality = Literal["exact", "approximate"]

ARCSEC_PER_RADIAN = 3600 * 180 / np.pi


class Coordinates(NamedTuple):
    """Two float64 arrays of one shape: ``(ra_deg, dec_deg)`` or ``(x, y)``."""

    first: NDArray[np.float64]
    second: NDArray[np.float64]


class Sky:
    """Where the pixels of an image lie on the sky.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        Two pixel axes, two celestial world axes, in any frame that transforms to ICRS.
    matrix : (3, 3) float array, optional
        From homogeneous pixels ``(x, y, 1)`` of the image to 0-based pixels of `wcs`; the
        identity if not given.
    quality : {"exact", "approximate"}
        Whether the positions are as good as the file's own, or should be taken with care.

    Raises
    ------
    ValueError
        If `wcs` is not celestial, or its frame does not transform to ICRS.
    """

    def __init__(
        self, wcs: WCS, *, matrix: ArrayLike | None = None, quality: PositionQuality = "exact"
    ) -> None:
        if wcs.naxis != 2 or not wcs.has_celestial:
            raise ValueError("the two axes of the image are no celestial coordinates")
        self.quality: PositionQuality = quality
        self._wcs = wcs
        self._matrix = np.eye(3) if matrix is None else np.array(matrix, dtype=float)
        if self._matrix.shape != (3, 3):
            raise ValueError(f"matrix has shape {self._matrix.shape}; it must be (3, 3)")
        with quiet_astropy():
            self._frame: BaseCoordinateFrame = frame_of(wcs).frame
        self._is_icrs = self._frame.name == "icrs"
        if not self._is_icrs:
            self._transform(np.zeros(1), np.zeros(1), to_icrs=True)

    def at(self, x: ArrayLike, y: ArrayLike) -> Coordinates:
        """Find the sky positions of pixels.

        Parameters
        ----------
        x, y : array-like
            0-based pixel coordinates; broadcast against each other.

        Returns
        -------
        (ra_deg, dec_deg) : float64 arrays
            ICRS, ``0 <= ra_deg < 360``; NaN where the projection is not defined.
        """
        x, y = self._apply(self._matrix, x, y)
        with quiet_astropy():
            world = self._wcs.all_pix2world(np.column_stack([x.ravel(), y.ravel()]), 0)
            lon, lat = self._in_order(world).T
            lon, lat = self._transform(lon, lat, to_icrs=True)
        undefined = ~(np.isfinite(lon) & np.isfinite(lat))
        ra = np.where(undefined, np.nan, wrapped(lon))
        dec = np.where(undefined, np.nan, lat)
        return Coordinates(ra.reshape(x.shape), dec.reshape(x.shape))

    def pixel_of(self, ra_deg: ArrayLike, dec_deg: ArrayLike) -> Coordinates:
        """Find the pixels of sky positions.

        Parameters
        ----------
        ra_deg, dec_deg : array-like
            ICRS degrees; broadcast against each other.

        Returns
        -------
        (x, y) : float64 arrays
            0-based pixel coordinates, also outside of the image; NaN where the projection is not
            defined or its distortions cannot be inverted.
        """
        ra, dec = np.broadcast_arrays(np.asarray(ra_deg, float), np.asarray(dec_deg, float))
        with quiet_astropy():
            lon, lat = self._transform(ra.ravel(), dec.ravel(), to_icrs=False)
            pixels = self._from_world(lon, lat)
        x, y = self._apply(np.linalg.inv(self._matrix), pixels[:, 0], pixels[:, 1])
        undefined = ~(np.isfinite(x) & np.isfinite(y))
        x, y = np.where(undefined, np.nan, x), np.where(undefined, np.nan, y)
        return Coordinates(x.reshape(ra.shape), y.reshape(ra.shape))

    def scale_arcsec(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
        """Measure the pixel scale at pixels: the square root of the pixel's area on the sky.

        Parameters
        ----------
        x, y : array-like
            0-based pixel coordinates; broadcast against each other.

        Returns
        -------
        float64 array
            Arcseconds per pixel, the geometric mean over directions; NaN where undefined.
        """
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        along_x = self._unit_vector(x + 0.5, y) - self._unit_vector(x - 0.5, y)
        along_y = self._unit_vector(x, y + 0.5) - self._unit_vector(x, y - 0.5)
        area = np.linalg.norm(np.cross(along_x, along_y), axis=-1)
        return np.asarray(np.sqrt(area) * ARCSEC_PER_RADIAN)

    def through(self, matrix: ArrayLike) -> Sky:
        """Carry the positions to another pixel grid.

        Parameters
        ----------
        matrix : (3, 3) float array
            ``old_pixel = matrix @ (new_x, new_y, 1)``.

        Returns
        -------
        Sky
            Of the new grid.
        """
        return Sky(self._wcs, matrix=self._matrix @ np.asarray(matrix, float), quality=self.quality)

    def _from_world(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        known = np.isfinite(lon) & np.isfinite(lat)
        pixels = np.full((lon.size, 2), np.nan)
        world = self._in_order(np.column_stack([lon[known], lat[known]]))
        if not len(world):
            return pixels
        try:
            found = np.array(self._wcs.all_world2pix(world, 0))
        except NoConvergence as err:
            found = np.array(err.best_solution)
            for failed in (err.divergent, err.slow_conv):
                if failed is not None:
                    found[failed] = np.nan
        pixels[known] = found
        return pixels

    def _transform(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], *, to_icrs: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self._is_icrs:
            return lon, lat
        source, target = (self._frame, "icrs") if to_icrs else ("icrs", self._frame)
        try:
            moved = SkyCoord(lon, lat, unit="deg", frame=source).transform_to(target).spherical
        except ConvertError:
            raise ValueError(f"positions in {self._frame.name} do not transform to ICRS") from None
        return moved.lon.deg, moved.lat.deg

    def _in_order(self, world: NDArray[np.float64]) -> NDArray[np.float64]:
        """Swap columns where the latitude is the first axis, from or to (longitude, latitude)."""
        return world if self._wcs.wcs.lng < self._wcs.wcs.lat else world[:, ::-1]

    @staticmethod
    def _apply(matrix: NDArray[np.float64], x: ArrayLike, y: ArrayLike) -> Coordinates:
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        (xx, xy, x0), (yx, yy, y0), _ = matrix
        return Coordinates(xx * x + xy * y + x0, yx * x + yy * y + y0)

    def _unit_vector(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
        ra, dec = np.radians(self.at(x, y))
        return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def wrapped(longitude_deg: ArrayLike) -> NDArray[np.float64]:
    """Bring longitudes into the range that right ascensions have.

    Parameters
    ----------
    longitude_deg : array-like
        Degrees.

    Returns
    -------
    float64 array
        From 0 to less than 360; NaN where a longitude is not finite.
    """
    rest = np.mod(longitude_deg, 360.0)
    # That of a tiny negative number is rounded to 360 itself.
    return np.where(rest == 360.0, 0.0, rest)


def check_positions(sky: Sky, shape: tuple[int, int]) -> None:
    """Refuse a sky that is of no use; the corners of an all-sky map may well be empty.

    Parameters
    ----------
    sky : Sky
        The positions.
    shape : (int, int)
        Rows and columns of the image.

    Raises
    ------
    ValueError
        If no pixel has a position and an extent.
    """
    ny, nx = shape
    x, y = np.meshgrid(np.linspace(0, nx - 1, 5), np.linspace(0, ny - 1, 5))
    if not (sky.scale_arcsec(x, y) > 0).any():
        raise ValueError("it gives no position and scale anywhere in the image")


def one_line(error: BaseException) -> str:
    """Shorten wcslib's tables of complaints to the line that says something.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    str
        The last line that is not empty, else the name of the error's class.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.images import DEC_DEG, RA_DEG, make_fits, sky_header
from helpers.tables import write_text

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import CatalogError


def test_pixels(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "file,x,y", "a.fits,3.5,4", "a.fits,,7")
    catalog = read_catalog(path)
    np.testing.assert_array_equal(catalog.x, [3.5, np.nan])
    np.testing.assert_array_equal(catalog.y, [4, 7])


def test_sextractors_pixels_count_from_one(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "X_IMAGE,Y_IMAGE", "3.5,4"))
    assert (catalog.x[0], catalog.y[0]) == (2.5, 3)
    assert "counts pixels from 1" in catalog.notes[0]


def rows(tmp_path: Path, paths: list[str], image: str) -> list[int]:
    path = write_text(tmp_path / "cat.csv", "path,n", *(f"{p},1" for p in paths))
    return read_catalog(path).rows_of(tmp_path / image).tolist()


def test_rows_of_an_image(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.fits").touch()
    both = ["one/a.fits", "two/a.fits", "one/a.fits"]
    assert rows(tmp_path, both, "one/a.fits") == [0, 2]
    assert rows(tmp_path, both, "two/a.fits") == [1]
    # Another file of that name is not meant.
    assert rows(tmp_path, ["one/a.fits"], "two/a.fits") == []
    # Catalogues travel: the folders that agree decide.
    assert rows(tmp_path, ["/far/one/a.fits", "/far/two/a.fits"], "two/a.fits") == [1]
    assert rows(tmp_path, ["/far/a.fits", "b.fits"], "two/a.fits") == [0]
    assert rows(tmp_path, ["/far/a.fits", "/near/a.fits"], "two/a.fits") == []
    assert rows(tmp_path, ["b.fits"], "two/a.fits") == []


def test_rows_by_stem(tmp_path: Path) -> None:
    assert rows(tmp_path, ["b_1.25", "a_drz.fits.gz"], "a_drz.jpg") == [1]
    assert rows(tmp_path, ["b_1.25", "b_1.50"], "b_1.25.png") == [0]


def test_rows_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.fits").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert rows(tmp_path, ["link/a.fits"], "real/a.fits") == [0]


def test_all_rows_without_a_path_column(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "ra,dec", "161,2", "162,3"))
    assert catalog.rows_of("any.fits").tolist() == [0, 1]


def test_row_without_a_path(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "path,n", "a.fits,1", ",2")
    with pytest.raises(CatalogError, match="row 1 of column 'path' has no path"):
        read_catalog(path)


def test_rows_of_nothing_that_spreadsheets_leave(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "path;n", "a.fits;1", ";", "b.fits;2", ";", ";")
    catalog = read_catalog(path)
    assert catalog.metadata["n"].tolist() == [1, 2]
    assert catalog.rows_of(tmp_path / "b.fits").tolist() == [1]


def test_hours_are_caught(tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits", header=sky_header())
    hours = write_text(tmp_path / "h.csv", "ra,dec", f"{RA_DEG / 15},{DEC_DEG}", "3.5,20")
    degrees = write_text(tmp_path / "d.csv", "ra,dec", f"{RA_DEG},{DEC_DEG}", "3.5,20")
    elsewhere = write_text(tmp_path / "e.csv", "ra,dec", "3.5,20")
    with open_image(path) as image:
        with pytest.raises(CatalogError, match=r"1 of 2 rows lie in a.fits.*--ra-unit hourangle"):
            read_catalog(hours).check_hours(image)
        read_catalog(hours, ra_unit="hourangle").check_hours(image)
        read_catalog(hours, ra_unit="deg").check_hours(image)
        read_catalog(degrees).check_hours(image)
        read_catalog(elsewhere).check_hours(image)
        image.sky = None
        read_catalog(hours).check_hours(image)

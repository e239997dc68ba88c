"""Builds by a catalogue, and inputs that are no good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS
from helpers.atlases import QuickBuild
from helpers.builds import pictures
from helpers.images import flux_image, make_fits, sky_header
from helpers.precomputed import build_of, save, vectors

import hubble_dash as hd
from hubble_dash.errors import BuildError, CatalogError, ImageError

BOX = ["ixmin", "ixmax", "iymin", "iymax"]


def as_degrees(place: SkyCoord) -> list[str]:
    return ["ra,dec", *(f"{p.ra.deg:.9f},{p.dec.deg:.9f}" for p in place)]


def as_sexagesimal(place: SkyCoord) -> list[str]:
    lines = place.to_string("hmsdms", sep=":", precision=5)
    return ["RA,Dec", *(line.replace(" ", ",") for line in lines)]


@pytest.mark.parametrize("write", [as_degrees, as_sexagesimal, None])
def test_positions_of_a_catalogue(
    quick_build: QuickBuild, tmp_path: Path, write: Callable[[SkyCoord], list[str]] | None
) -> None:
    make_fits(tmp_path / "a.fits", flux_image((150, 180)))
    x, y = np.array([40.0, 90, 150, 5000]), np.array([30.0, 80, 120, 20])
    place = WCS(sky_header((150, 180))).pixel_to_world(x, y)
    lines = write(place) if write else ["x,y", *(f"{a},{b}" for a, b in zip(x, y, strict=True))]
    named = zip(lines, ["z,Name", "0.1,Ann", "0.2,Bob", "0.3,Cy", "0.4,far away"], strict=True)
    (tmp_path / "c.csv").write_text("\n".join(",".join(pair) for pair in named))
    cutouts = hd.CatalogPositions(size=1.5, unit="arcsec")  # 30 pixels
    atlas = quick_build(
        tmp_path / "a.fits", tmp_path / "x.atlas", cutouts=cutouts, catalog=tmp_path / "c.csv"
    )
    boxes = atlas.cutouts[BOX].to_numpy()
    assert abs(boxes[:, 1] - boxes[:, 0] - 30).max() <= 1
    assert abs((boxes[:, 0] + boxes[:, 1] - 1) / 2 - x[:3]).max() <= 1
    assert abs((boxes[:, 2] + boxes[:, 3] - 1) / 2 - y[:3]).max() <= 1
    assert atlas.cutouts["Name"].tolist() == ["Ann", "Bob", "Cy"]
    assert atlas.cutouts["z"].tolist() == [0.1, 0.2, 0.3]
    (reason,) = atlas.manifest["left_out"]["cutouts"]
    assert reason in ("position off the image", "no usable position")


def test_columns_that_clash_get_other_names(quick_build: QuickBuild, tmp_path: Path) -> None:
    make_fits(tmp_path / "a.fits")
    header = "x,y,score_1,image,image_catalog,label_1,two words"
    (tmp_path / "c.csv").write_text(f"{header}\n40,30,7,8,9,old,a\n20,20,17,18,19,older,b\n")
    cutouts = hd.CatalogPositions(size=16)
    atlas = quick_build(
        tmp_path / "a.fits", tmp_path / "x.atlas", cutouts=cutouts, catalog=tmp_path / "c.csv"
    )
    table = atlas.cutouts
    assert table["image"].tolist() == [0, 0]
    assert table["score_1_catalog"].tolist() == [7, 17]
    assert table["image_catalog"].tolist() == [9, 19]
    assert table["image_catalog_catalog"].tolist() == [8, 18]
    assert table["label_1_catalog"].tolist() == ["old", "older"]
    assert table["two words"].tolist() == ["a", "b"]


def test_a_catalogue_names_the_files(quick_build: QuickBuild, tmp_path: Path) -> None:
    pictures(tmp_path / "in", 3)
    rows = ["in/p2.png,10,-5,two", "in/p0.png,350,60,none", "in/gone.png,1,1,lost"]
    (tmp_path / "c.csv").write_text("\n".join(["file,ra_deg,dec_deg,name", *rows]))
    atlas = quick_build((), tmp_path / "x.atlas", catalog=tmp_path / "c.csv")
    assert atlas.images["name"].tolist() == ["p2.png", "p0.png"]
    assert atlas.cutouts["ra_deg"].tolist() == [10, 350]
    assert atlas.cutouts["dec_deg"].tolist() == [-5, 60]
    assert atlas.cutouts["name"].tolist() == ["two", "none"]
    assert atlas.images["position_quality"].tolist() == ["exact", "exact"]
    (lost,) = atlas.manifest["left_out"]["files"]
    assert lost["path"].endswith("gone.png")
    assert "no such file" in lost["reason"]


def test_windows_share_the_catalogues_position_of_their_image(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "in", 4)
    rows = ["p0.png,10,20,a", "p1.png,30,40,b", "p3.png,1,2,c", "p3.png,1,2,d"]
    (tmp_path / "c.csv").write_text("\n".join(["path,ra_deg,dec_deg,name", *rows]))
    atlas = quick_build(
        files, tmp_path / "x.atlas", catalog=tmp_path / "c.csv", cutouts=hd.SlidingWindow(size=40)
    )
    n = len(atlas) // 4
    assert atlas.images["position_quality"].tolist() == ["approximate"] * 2 + [""] * 2
    assert atlas.cutouts["ra_deg"].tolist()[: 2 * n] == [10.0] * n + [30.0] * n
    assert atlas.cutouts["ra_deg"].isna().sum() == 2 * n
    assert atlas.cutouts["name"].isna().sum() == 2 * n
    notes = "; ".join(atlas.manifest["notes"])
    assert "2 images: the catalogue's position of the image stands for all its cutouts" in notes
    assert "the catalogue has no row for it" in notes
    assert "the catalogue has 2 rows" in notes


def test_catalogues_that_could_do_nothing_are_refused(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "in", 1)
    (tmp_path / "c.csv").write_text("x,y,name\n3,4,a\n")
    settings = {"catalog": tmp_path / "c.csv"}
    with pytest.raises(CatalogError, match="--path-column"):
        quick_build(files, tmp_path / "x.atlas", **settings)
    with pytest.raises(BuildError, match="no images: name files"):
        quick_build((), tmp_path / "x.atlas", cutouts=hd.CatalogPositions(), **settings)
    with pytest.raises(ValueError, match="crop moves them"):
        quick_build(
            files, tmp_path / "x.atlas", cutouts=hd.CatalogPositions(),
            process_images=[hd.Grayscale(), hd.Crop(20)], **settings,
        )  # fmt: skip


def test_inputs_that_are_not_there(quick_build: QuickBuild, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file or folder"):
        quick_build(tmp_path / "none", tmp_path / "x.atlas")
    with pytest.raises(BuildError, match="no images: name files"):
        quick_build((), tmp_path / "x.atlas")


def test_a_catalogue_of_other_images_stops_the_build_before_it_reads_any(
    quick_build: QuickBuild, tmp_path: Path
) -> None:
    files = pictures(tmp_path / "in", 4)
    (tmp_path / "c.csv").write_text("file,z\n" + "".join(f"q{i}.png,1\n" for i in range(4)))
    for path in files:
        path.write_bytes(b"")
    with pytest.raises(CatalogError, match=r"rows name 'q0\.png', .* images are 'p0\.png'"):
        quick_build(files, tmp_path / "x.atlas", catalog=tmp_path / "c.csv")
    assert not list(tmp_path.glob("x.atlas*"))


def test_a_catalogue_of_windows_names_the_files_too(tmp_path: Path) -> None:
    pictures(tmp_path / "in", 2)
    (tmp_path / "c.csv").write_text("file;z\r\nin\\p1.png;1,5\r\nC:\\far\\in\\p0.png;2,5\r\n")
    own = {"fingerprints": save(tmp_path / "v.npy", vectors(2))}
    atlas = build_of(tmp_path / "in", tmp_path / "x.atlas", catalog=tmp_path / "c.csv", **own)
    assert dict(zip(atlas.images["name"], atlas.cutouts["z"], strict=True)) == {
        "p0.png": 2.5, "p1.png": 1.5,
    }  # fmt: skip
    (tmp_path / "d.csv").write_text("file,z\nin\\p1.png,1\n")
    own = {"fingerprints": save(tmp_path / "v.npy", vectors(1))}
    atlas = build_of((), tmp_path / "y.atlas", catalog=tmp_path / "d.csv", **own)
    assert atlas.images["name"].tolist() == ["p1.png"]


def test_of_two_images_that_a_row_may_mean_neither_gets_it(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 3)
    (tmp_path / "c.csv").write_text("file,z\nx/p0.png,1\ny/p0.png,2\np1.png,3\n")
    own = {"fingerprints": save(tmp_path / "v.npy", vectors(3))}
    atlas = build_of(files, tmp_path / "x.atlas", catalog=tmp_path / "c.csv", **own)
    assert atlas.cutouts["z"].tolist() == [pd.NA, 3, pd.NA]
    assert any("rows that may mean it or another" in note for note in atlas.manifest["notes"])


def test_a_table_of_the_catalogue_s_file_is_named(tmp_path: Path) -> None:
    make_fits(tmp_path / "a.fits")
    tables = [Table({"x": [20.0], "y": [30.0]}), Table({"x": [40.0], "y": [25.0]})]
    hdus = [fits.BinTableHDU(one, name=name) for one, name in zip(tables, "AB", strict=True)]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "c.fits")
    for name, x in ((None, 20), ("B", 40), (2, 40)):
        atlas = build_of(
            tmp_path / "a.fits", tmp_path / f"{name}.atlas", catalog=tmp_path / "c.fits",
            cutouts=hd.CatalogPositions(size=9), catalog_table=name,
            fingerprints=save(tmp_path / "v.npy", vectors(1)),
        )  # fmt: skip
        assert atlas.cutouts["ixmin"].tolist() == [x - 4]
        assert atlas.manifest["settings"]["catalog_table"] == name
        assert any("2 tables" in note for note in atlas.manifest["notes"]) == (name is None)


@pytest.mark.parametrize(
    "settings", [{"catalog_table": "B"}, {"name_column": "id"}, {"leave_out_columns": ["label"]}]
)
def test_what_speaks_of_a_file_that_is_not_given_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        hd.BuildSettings(**settings)

"""The whole builder: what comes out, of an image with a tilted sky above all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.visualization import AsinhStretch, PercentileInterval
from astropy.wcs import WCS
from helpers.atlases import QuickBuild, brute_force, nebula
from helpers.builds import assert_whole, pictures, thumbnail
from helpers.images import flux_image, make_fits, make_picture, sky_header
from PIL import Image

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.models.timm_import import timm

BOX = ["ixmin", "ixmax", "iymin", "iymax"]


def test_positions_are_those_of_astropy(mosaic: Atlas) -> None:
    header = fits.getheader(mosaic.path.parent / "mosaic.fits", "SCI")
    assert header["CTYPE1"] == "RA---TAN-SIP"
    boxes = mosaic.cutouts[BOX].to_numpy()
    x, y = (boxes[:, 0] + boxes[:, 1] - 1) / 2, (boxes[:, 2] + boxes[:, 3] - 1) / 2
    expected = WCS(header).pixel_to_world(x, y)
    ours = SkyCoord(mosaic.cutouts["ra_deg"], mosaic.cutouts["dec_deg"], unit="deg")
    assert ours.separation(expected).arcsec.max() < 0.01
    assert expected[0].separation(expected[-1]).arcsec > 5
    right, up = WCS(header).pixel_to_world(x + 1, y), WCS(header).pixel_to_world(x, y + 1)
    scale = np.sqrt(expected.separation(right).arcsec * expected.separation(up).arcsec)
    np.testing.assert_allclose(mosaic.cutouts["pixel_scale_arcsec"], scale, rtol=1e-3)
    assert mosaic.images["position_quality"].tolist() == ["exact"]


def test_boxes_are_the_windows(mosaic: Atlas) -> None:
    starts_y, starts_x = [0, 24, 48, 72, 96, 102], [0, 24, 48, 72, 96, 120, 144, 162]
    expected = [[x, x + 48, y, y + 48] for y in starts_y for x in starts_x]
    assert mosaic.cutouts[BOX].to_numpy().tolist() == expected


def test_neighbours_are_those_of_brute_force(mosaic: Atlas) -> None:
    n = len(mosaic)
    rows, similarities = brute_force(mosaic.fingerprints, n - 1)
    found = mosaic.neighbors
    assert found.rows.shape == (n, n - 1)
    np.testing.assert_allclose(found.similarities, similarities, atol=2e-6)
    # Rows may change places only where their similarities agree to the last digits.
    moved = found.rows != rows
    own = np.asarray(mosaic.fingerprints, float)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    theirs = np.take_along_axis(own @ own.T, found.rows.astype(int), axis=1)
    np.testing.assert_allclose(theirs[moved], similarities[moved], atol=2e-6)
    assert moved.mean() < 0.02


def test_labels_and_scores_are_filled(mosaic: Atlas) -> None:
    known = {t.split(",")[0] for t in timm.data.ImageNetInfo().label_descriptions()}
    table = mosaic.cutouts
    scores = table[[f"score_{i}" for i in range(1, 6)]].to_numpy()
    assert set(table["label_1"]) | set(table["label_5"]) <= known
    assert (np.diff(scores, axis=1) <= 0).all()
    assert (scores > 0).all()
    assert (scores.sum(axis=1) <= 1.0001).all()


def test_thumbnails_and_preview_show_what_astropy_shows(mosaic: Atlas) -> None:
    flux = fits.getdata(mosaic.path.parent / "mosaic.fits", "SCI")
    shown = ((AsinhStretch() + PercentileInterval(99.5))(flux) * 255).astype(np.uint8)
    cuts = []
    for x0, x1, y0, y1 in mosaic.cutouts[BOX].to_numpy():
        cut = Image.fromarray(np.ascontiguousarray(shown[y0:y1, x0:x1][::-1]))
        cuts.append(np.asarray(cut.resize((96, 96), Image.Resampling.BICUBIC), float))
    seen = [thumbnail(mosaic, row).mean(axis=2) for row in range(len(mosaic))]
    apart = [[abs(one - cut).mean() for cut in cuts] for one in seen]
    assert np.argmin(apart, axis=1).tolist() == list(range(len(mosaic)))
    path = mosaic.path / "previews" / mosaic.images["preview"][0]
    preview = np.asarray(Image.open(path).convert("L"), float)
    assert abs(preview - shown[::-1]).mean() < 8


def test_manifest_and_tables_say_where_it_comes_from(mosaic: Atlas) -> None:
    manifest = mosaic.manifest
    assert manifest["title"] == "mosaic"
    assert manifest["model"]["name"] == "tf_efficientnet_lite0"
    assert manifest["model"]["weights_source"] == "package"
    assert manifest["settings"]["inputs"] == ["mosaic.fits"]
    assert manifest["neighbors"] == {"method": "exact"}
    assert manifest["map"]["quality"].keys() >= {"sample"}
    assert manifest["settings"]["cutouts"]["step"] == 24
    assert (
        (manifest["n_cutouts"], manifest["n_features"]) == mosaic.fingerprints.shape == (48, 1392)
    )
    image = mosaic.images.iloc[0]
    assert (image["nx"], image["ny"], image["origin"]) == (210, 150, "lower")
    assert (image["INSTRUME"], image["FILTER1"], image["PROPOSID"]) == ("ACS", "F606W", 9490)
    assert np.isfinite(mosaic.positions).all()
    assert np.ptp(mosaic.positions, axis=0).min() > 0
    assert_whole(mosaic)
    assert {path.name for path in mosaic.path.parent.iterdir()} == {"mosaic.fits", "mosaic.atlas"}


def test_whole_images_of_mixed_formats(quick_build: QuickBuild, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    make_fits(folder / "a1.fits", EXPTIME="long")
    make_fits(folder / "a2.fits.gz")
    make_fits(folder / "a10.fits.fz", compress=True)
    tifffile.imwrite(folder / "b.tif", (flux_image() * 100).astype(np.uint16))
    make_picture(folder / "c.jpg", nebula(1))
    make_picture(folder / "d.png", np.dstack([nebula(2), np.full((240, 320), 255, np.uint8)]))
    make_picture(folder / "e.webp", nebula(3)[..., 0])
    atlas = quick_build(folder, tmp_path / "x.atlas")
    names = ["a1.fits", "a2.fits.gz", "a10.fits.fz", "b.tif", "c.jpg", "d.png", "e.webp"]
    assert atlas.images["name"].tolist() == names
    assert atlas.images["position_quality"].tolist() == ["exact"] * 3 + [""] * 4
    assert atlas.images["EXPTIME"].tolist()[:2] == ["long", "1200.0"]
    assert atlas.cutouts["ra_deg"].notna().tolist() == [True] * 3 + [False] * 4
    # The same flux by way of three formats; only the tile compression loses a little.
    assert atlas.similar(0, n=2).rows.tolist() in ([1, 2], [2, 1])
    assert_whole(atlas)


def test_detected_sources_lie_where_the_stars_are(quick_build: QuickBuild, tmp_path: Path) -> None:
    rng, stars = np.random.default_rng(2), [(30, 40), (110, 35), (70, 100), (140, 120)]
    y, x = np.indices((150, 180))
    flux = rng.normal(10, 1, y.shape)
    for cx, cy in stars:
        flux += 300 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 18)
    make_fits(tmp_path / "a.fits", flux.astype(np.float32))
    atlas = quick_build(tmp_path / "a.fits", tmp_path / "x.atlas", cutouts=hd.DetectedSources())
    boxes = atlas.cutouts[BOX].to_numpy()
    centers = (boxes[:, [0, 2]] + boxes[:, [1, 3]] - 1) / 2
    assert len(centers) == len(stars)
    for star in stars:
        assert np.hypot(*(centers - star).T).min() < 2
    header = fits.getheader(tmp_path / "a.fits", "SCI")
    expected = WCS(header).pixel_to_world(*centers.T)
    ours = SkyCoord(atlas.cutouts["ra_deg"], atlas.cutouts["dec_deg"], unit="deg")
    assert ours.separation(expected).arcsec.max() < 0.01


@pytest.mark.slow
def test_resnet50_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.pth"
    torch.manual_seed(1)
    torch.save(timm.create_model("resnet50").state_dict(), path)
    atlas = hd.build(
        pictures(tmp_path / "in", 3),
        out=tmp_path / "x.atlas",
        model="resnet50",
        weights=path,
        progress=False,
    )
    assert atlas.fingerprints.shape == (3, 2048 + 1024)
    model = atlas.manifest["model"]
    assert model["weights_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (model["name"], model["weights"], model["weights_source"]) == (
        "resnet50",
        "own.pth",
        "file",
    )
    assert atlas.cutouts["label_1"].notna().all()


def test_probabilities_as_fingerprints(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 3)
    atlas = quick_build(files, tmp_path / "x.atlas", features="probabilities")
    assert atlas.fingerprints.shape == (3, 1000)
    np.testing.assert_allclose(np.asarray(atlas.fingerprints, float).sum(axis=1), 1, atol=2e-2)
    best = np.asarray(atlas.fingerprints, float).max(axis=1)
    np.testing.assert_allclose(atlas.cutouts["score_1"], best, rtol=2e-3)


def test_processing_steps_are_applied_and_recorded(quick_build: QuickBuild, tmp_path: Path) -> None:
    picture = np.zeros((80, 100, 3), np.uint8)
    picture[:40, :, 0] = np.linspace(50, 250, 100)
    picture[40:] = 20
    make_picture(tmp_path / "a.png", picture)
    atlas = quick_build(
        tmp_path / "a.png",
        tmp_path / "x.atlas",
        process_images=[hd.FlipUpDown(), hd.Crop(60, 80)],
        process_cutouts=[hd.Rotate(90.0), hd.Grayscale()],
    )
    settings = atlas.manifest["settings"]
    assert settings["process_images"] == [
        {"name": "flip-ud"},
        {"name": "crop", "width": 60, "height": 80},
    ]
    assert [step["name"] for step in settings["process_cutouts"]] == ["rotate", "grayscale"]
    assert atlas.cutouts[BOX].to_numpy().tolist() == [[0, 60, 0, 80]]
    assert atlas.images[["nx", "ny"]].to_numpy().tolist() == [[60, 80]]
    path = atlas.path / "previews" / atlas.images["preview"][0]
    preview = np.asarray(Image.open(path)).astype(int)
    expected = picture[::-1][:, 20:80]
    assert preview.shape == (80, 60, 3)
    assert abs(preview - expected).mean() < 8
    shown = thumbnail(atlas, 0)[12:84].astype(int)
    turned = np.rot90(expected) @ np.array([0.2125, 0.7154, 0.0721])
    turned = np.asarray(Image.fromarray(turned.astype(np.uint8)).resize((96, 72)))
    assert abs(shown - turned[..., None]).mean() < 5
    assert np.ptp(shown, axis=2).max() < 12


def test_steps_on_a_fits_image_carry_its_sky(quick_build: QuickBuild, tmp_path: Path) -> None:
    make_fits(tmp_path / "a.fits")
    atlas = quick_build(
        tmp_path / "a.fits",
        tmp_path / "x.atlas",
        cutouts=hd.SlidingWindow(size=40, step=30),
        process_images=[hd.FlipLeftRight(), hd.Resize(160, 120), hd.Rotate(90.0)],
    )
    boxes = atlas.cutouts[BOX].to_numpy()
    x, y = (boxes[:, 0] + boxes[:, 1] - 1) / 2, (boxes[:, 2] + boxes[:, 3] - 1) / 2
    # By hand, y upwards: a quarter turn counter-clockwise, then half the size, then mirrored.
    x, y = y, 119 - x
    x, y = (x - 0.5) / 2, (y - 0.5) / 2
    expected = WCS(sky_header()).pixel_to_world(79 - x, y)
    ours = SkyCoord(atlas.cutouts["ra_deg"], atlas.cutouts["dec_deg"], unit="deg")
    assert ours.separation(expected).arcsec.max() < 0.01
    assert len(set(boxes[:, 0])) < len(set(boxes[:, 2]))

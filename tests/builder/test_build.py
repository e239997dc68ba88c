"""The whole builder: what comes out, what is left out, and what is left behind."""

from __future__ import annotations

import hashlib
import json
import logging
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import torch
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.visualization import AsinhStretch, PercentileInterval
from astropy.wcs import WCS
from helpers.atlases import QuickBuild, brute_force, nebula
from helpers.images import flux_image, make_fits, make_picture, sky_header
from numpy.typing import NDArray
from PIL import Image

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder import build as pipeline
from hubble_dash.builder import stream as streaming
from hubble_dash.builder.feeding import cutter as cutting
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.shards import fingerprint_file as raw
from hubble_dash.errors import AtlasError, BuildError, CatalogError, ImageError

BOX = ["ixmin", "ixmax", "iymin", "iymax"]


def thumbnail(atlas: Atlas, row: int) -> NDArray[np.uint8]:
    layout = atlas.sheet_layout
    sheet = np.asarray(Image.open(atlas.sheet_path(row // layout.per_sheet)))
    down, across = divmod(row % layout.per_sheet, layout.columns)
    corner = np.s_[down * layout.size :, across * layout.size :]
    return sheet[corner][: layout.size, : layout.size]


def patches(seed: int, shape: tuple[int, int] = (60, 80)) -> NDArray[np.uint8]:
    """Colours in squares of 10 pixels, which no thumbnail blurs away."""
    random = np.random.default_rng(seed)
    colors = random.integers(0, 256, (shape[0] // 10, shape[1] // 10, 3), dtype=np.uint8)
    return np.kron(colors, np.ones((10, 10, 1), np.uint8))


def pictures(folder: Path, n: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [make_picture(folder / f"p{i}.png", patches(i)) for i in range(n)]


def assert_whole(atlas: Atlas) -> None:
    """All arrays, tables and sheets are of one length, and every file is as the manifest says."""
    n = len(atlas)
    assert len(atlas.cutouts) == len(atlas.fingerprints) == len(atlas.positions) == n
    assert len(atlas.neighbors.rows) == len(atlas.neighbors.similarities) == n
    assert len(list((atlas.path / "sheets").iterdir())) == atlas.n_sheets
    previews = atlas.path / "previews"
    shown = {p.relative_to(previews).as_posix() for p in previews.rglob("*") if p.is_file()}
    assert shown == set(atlas.images["preview"])
    assert atlas.check() == []
    assert sorted(set(atlas.cutouts["image"])) == list(range(len(atlas.images)))


# --- a mosaic with a tilted sky, by the pretrained network --------------------------------------


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


# --- other cutouts --------------------------------------------------------------------------------


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


# --- the network ----------------------------------------------------------------------------------


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


# --- files that are no good -----------------------------------------------------------------------


def bad_files(folder: Path) -> dict[str, str]:
    """Damaged files, and what should be said of each."""
    whole = make_picture(folder / "0_cut.jpg", nebula(9)).read_bytes()
    (folder / "0_cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "2_empty.png").write_bytes(b"")
    (folder / "4_text.fits").write_text("no FITS at all\n" * 50)
    whole = make_fits(folder / "6_cut.fits", flux_image((200, 200))).read_bytes()
    (folder / "6_cut.fits").write_bytes(whole[:60_000])
    return {
        "0_cut.jpg": "damaged",
        "2_empty.png": "the file is empty",
        "4_text.fits": "no FITS",
        "6_cut.fits": "cut short",
    }


def test_bad_files_are_listed_and_the_rest_built(quick_build: QuickBuild, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    wanted = bad_files(folder)
    for i in (1, 3, 5, 7, 8):
        make_picture(folder / f"{i}_good.png", patches(i, (60, 60)) // 8 + np.uint8(25 * i))
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=40, step=20)}
    atlas = quick_build(folder, tmp_path / "x.atlas", **settings)
    entries = {Path(e["path"]).name: e["reason"] for e in atlas.manifest["left_out"]["files"]}
    assert set(entries) == set(wanted)
    for name, reason in wanted.items():
        assert reason in entries[name]
    assert atlas.images["name"].tolist() == [f"{i}_good.png" for i in (1, 3, 5, 7, 8)]
    assert atlas.cutouts["image"].tolist() == [i for i in range(5) for _ in range(4)]
    # Thumbnails are as bright as the cutouts of their rows.
    for row, image in enumerate(atlas.cutouts["image"]):
        path = folder / atlas.images["name"][image]
        x0, x1, y0, y1 = atlas.cutouts[BOX].iloc[row]
        cut = np.asarray(Image.open(path))[y0:y1, x0:x1]
        assert abs(thumbnail(atlas, row).mean() - cut.mean()) < 4
        own = np.load(atlas.path / "colors.npy")[row]
        np.testing.assert_allclose(own, cut.mean(axis=(0, 1)), atol=1.5)
    assert_whole(atlas)
    with pytest.raises(BuildError, match=r"of 9 files cannot be read .*0_cut.jpg: .*--max-unread"):
        quick_build(folder, tmp_path / "y.atlas", max_unreadable=0.3, **settings)
    assert not list(tmp_path.glob("y.atlas*"))


def test_all_files_bad(quick_build: QuickBuild, tmp_path: Path) -> None:
    bad_files(tmp_path)
    with pytest.raises(BuildError, match=r"no cutouts in 4 images .*the file is empty"):
        quick_build(tmp_path, tmp_path / "x.atlas", max_unreadable=1.0)


def test_blank_cutouts_are_counted(quick_build: QuickBuild, tmp_path: Path) -> None:
    pixels = np.zeros((60, 120, 3), np.uint8)
    pixels[:, :60] = patches(1, (60, 60))
    make_picture(tmp_path / "a.png", pixels)
    make_picture(tmp_path / "b.png", np.zeros((60, 60), np.uint8))
    flux = flux_image((60, 60))
    flux[:, 20:] = np.nan
    make_fits(tmp_path / "c.fits", flux)
    atlas = quick_build(tmp_path, tmp_path / "x.atlas", cutouts=hd.SlidingWindow(size=60, step=60))
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 2, "too few valid pixels": 1}
    assert atlas.images["name"].tolist() == ["a.png"]
    assert atlas.cutouts[BOX].to_numpy().tolist() == [[0, 60, 0, 60]]
    assert_whole(atlas)
    (tmp_path / "a.png").unlink()
    with pytest.raises(BuildError, match=r"blank \(1\); too few valid pixels \(1\)"):
        quick_build(tmp_path, tmp_path / "y.atlas", cutouts=hd.SlidingWindow(size=60, step=60))


def test_names_and_keys_that_no_table_can_hold(
    quick_build: QuickBuild, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Nor can a report of this test.
    caplog.set_level(logging.CRITICAL)
    odd = tmp_path / "in" / "caf\udce9.fits"
    odd.parent.mkdir()
    try:
        make_fits(tmp_path / "a.fits", HUGE=2**80).rename(odd)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    (tmp_path / "in" / "b\udcff.png").write_bytes(b"")
    atlas = quick_build(tmp_path / "in", tmp_path / "x.atlas", header_keys=["HUGE"])
    assert atlas.images["name"].tolist() == ["caf?.fits"]
    assert atlas.images["HUGE"].tolist() == [str(2**80)]
    assert atlas.manifest["left_out"]["files"][0]["path"].endswith("b?.png")


# --- failure, interruption, replacing -------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "stage"),
    [
        (cutting, "make_preview"),
        (cutting, "keep"),
        (pipeline, "search_neighbors"),
        (pipeline, "lay_out"),
        (pipeline, "seal"),
    ],
)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_of_a_build_that_fails(
    quick_build: QuickBuild,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    stage: str,
    error: type[BaseException],
) -> None:
    files = pictures(tmp_path / "in", 2)

    def fail(*_: object, **__: object) -> None:
        assert (tmp_path / "x.atlas.part").is_dir()
        raise error

    monkeypatch.setattr(module, stage, fail)
    with pytest.raises(error):
        quick_build(files, tmp_path / "x.atlas")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_old_atlas_is_replaced_only_when_asked_and_whole(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, out = pictures(tmp_path / "in", 4), tmp_path / "x.atlas"
    quick_build(files[:2], out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def unchanged() -> bool:
        now = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
        return now == before and {p.name for p in tmp_path.iterdir()} == {"in", "x.atlas"}

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "load_network", None)
        with pytest.raises(AtlasError, match="--overwrite"):
            quick_build(files, out)
    assert unchanged()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "lay_out", None)
        with pytest.raises(TypeError):
            quick_build(files, out, overwrite=True)
    assert unchanged()
    real = Path.rename
    with monkeypatch.context() as patch:

        def rename(self: Path, target: Path) -> Path:
            if self.parent.name.endswith(".part"):
                raise KeyboardInterrupt
            return real(self, target)

        patch.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            quick_build(files, out, overwrite=True)
    assert unchanged()
    assert len(quick_build(files, out, overwrite=True)) == 4
    assert len(open_atlas(out)) == 4
    assert {p.name for p in tmp_path.iterdir()} == {"in", "x.atlas"}


def test_what_is_no_atlas_is_never_replaced(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 1)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text(json.dumps({"name": "an app of another kind"}))
    (tmp_path / "file").write_text("dear diary")
    for name in ("web", "file", "in"):
        with pytest.raises(AtlasError, match="exists and is not an atlas"):
            quick_build(files, tmp_path / name, overwrite=True)
    assert (tmp_path / "web" / "manifest.json").is_file()


def test_inputs_that_are_not_there(quick_build: QuickBuild, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file or folder"):
        quick_build(tmp_path / "none", tmp_path / "x.atlas")
    with pytest.raises(BuildError, match="no images: name files"):
        quick_build((), tmp_path / "x.atlas")


# --- order, repetition, number --------------------------------------------------------------------


def test_the_order_of_input_is_the_order_of_output(quick_build: QuickBuild, tmp_path: Path) -> None:
    files, order = pictures(tmp_path / "in", 5), [3, 0, 4, 2, 1]
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=60, step=60, cover_edges=False)}
    one = quick_build(files, tmp_path / "one.atlas", **settings)
    two = quick_build([files[i] for i in order], tmp_path / "two.atlas", **settings)
    assert two.images["name"].tolist() == one.images["name"].iloc[order].tolist()
    np.testing.assert_allclose(
        two.fingerprints.astype(float), one.fingerprints[order].astype(float), atol=2e-3
    )
    for row in range(5):
        np.testing.assert_allclose(
            two.neighbors.similarities[row], one.neighbors.similarities[order[row]], atol=1e-4
        )
        assert abs(thumbnail(two, row).astype(int) - thumbnail(one, order[row])).mean() < 3


def test_the_same_input_gives_the_same_atlas(quick_build: QuickBuild, tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 12)
    settings: dict[str, Any] = {"map": hd.MapSettings(n_iter=10)}
    one = quick_build(files, tmp_path / "one.atlas", **settings)
    two = quick_build([*files, files[3]], tmp_path / "two.atlas", **settings)
    names = one.manifest["files"]
    assert {n: names[n]["sha256"] for n in names} == {
        n: entry["sha256"] for n, entry in two.manifest["files"].items()
    }


@pytest.mark.parametrize(
    ("n", "method"), [(1, "tsne"), (1, "umap"), (2, "umap"), (2, "tsne"), (9, "tsne"), (10, "tsne")]
)
def test_few_cutouts(quick_build: QuickBuild, tmp_path: Path, n: int, method: Any) -> None:
    files = pictures(tmp_path / "in", n)
    atlas = quick_build(files, tmp_path / "x.atlas", map=hd.MapSettings(method=method, n_iter=10))
    assert atlas.neighbors.rows.shape == (n, n - 1)
    assert np.isfinite(atlas.positions).all()
    assert len(atlas.similar(0).rows) == n - 1
    says = [note for note in atlas.manifest["notes"] if "little to compare" in note]
    assert len(says) == (n < 10)
    assert all(f"{n} cutout" in note for note in says)
    assert atlas.manifest["map"]["method"] == ("tsne" if n >= 9 else "pca")
    assert any("The map is that of PCA" in note for note in atlas.manifest["notes"]) == (n < 9)
    assert_whole(atlas)


def test_several_sheets_and_batches(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "SheetLayout", lambda: SheetLayout(columns=3, rows=2))
    files = pictures(tmp_path / "in", 14)
    whole = quick_build(files, tmp_path / "one.atlas")
    monkeypatch.setattr(raw, "ROWS_A_BLOCK", 3)
    batched = quick_build(files, tmp_path / "two.atlas", batch_size=3)
    assert batched.n_sheets == 3
    np.testing.assert_allclose(
        batched.fingerprints.astype(float), whole.fingerprints.astype(float), atol=2e-3
    )
    for row in (0, 5, 6, 13):
        expected = Image.open(files[row]).resize((96, 72), Image.Resampling.BICUBIC)
        assert abs(thumbnail(batched, row)[12:84].astype(int) - np.asarray(expected)).mean() < 20
    assert_whole(batched)


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


# --- memory ---------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_images(
    quick_build: QuickBuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = patches(1, (500, 500))
    monkeypatch.setattr("hubble_dash.builder.shards.manifest.VERSIONS", ())
    for i in range(40):
        make_picture(tmp_path / f"p{i}.png", np.roll(pixels, i * 9, axis=1), compress_level=1)
    files = sorted(tmp_path.glob("*.png"))
    run, peaks = streaming.Streaming.run, []

    def measured(self: Any, *given: Any, **settings: Any) -> None:
        tracemalloc.start()
        run(self, *given, **settings)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    monkeypatch.setattr(streaming.Streaming, "run", measured)
    quick_build(files[:20], tmp_path / "few.atlas", batch_size=2)
    quick_build(files, tmp_path / "many.atlas", batch_size=2)
    assert peaks[1] - peaks[0] < 3 * pixels.nbytes

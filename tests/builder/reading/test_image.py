from __future__ import annotations

import gzip
from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import pytest
import tifffile
from astropy.io import fits
from helpers.images import flux_image, make_fits, make_picture, sky_header

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.files import find_files
from hubble_dash.builder.reading.image import Image, open_image
from hubble_dash.builder.reading.pictures import _decode_jpeg
from hubble_dash.errors import ImageError


def read(path: Path, box: Box | None = None, **options: object) -> np.ndarray:
    with open_image(path, **options) as image:
        return image.read(box)


def color_picture(shape: tuple[int, int] = (30, 40)) -> np.ndarray:
    """Smooth, so that JPEG keeps it, and different in each channel and corner."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    return np.stack([4 * x, 6 * y, 100 + x + y], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("box", [Box(-1, 3, 0, 3), Box(0, 81, 0, 3), Box(0, 3, 5, 5)])
def test_box_must_lie_in_image(tmp_path: Path, box: Box) -> None:
    with (
        open_image(make_fits(tmp_path / "a.fits")) as image,
        pytest.raises(ValueError, match="does not lie in"),
    ):
        image.read(box)


# --- FITS ---


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz", "a.fits.bz2"])
def test_fits_box_equals_array(tmp_path: Path, name: str) -> None:
    flux = flux_image()
    path = make_fits(tmp_path / name, flux)
    with open_image(path) as image:
        assert (image.shape, image.n_channels) == ((60, 80), 1)
        assert (image.origin, image.is_flux, image.name) == ("lower", True, name)
        got = image.read(Box(10, 30, 5, 25))
        assert np.array_equal(got, flux[5:25, 10:30])
        assert got.dtype == np.float32
        assert got.dtype.isnative
        assert image.valid(Box(10, 30, 5, 25)) is None
        assert np.array_equal(image.read(step=7), flux[::7, ::7])


@pytest.mark.parametrize("tile_shape", [(1, 80), (16, 16)])
def test_compressed_fits(tmp_path: Path, tile_shape: tuple[int, int]) -> None:
    counts = flux_image().astype(np.int16)
    hdu = fits.CompImageHDU(counts, compression_type="RICE_1", tile_shape=tile_shape)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "a.fits.fz")
    with open_image(tmp_path / "a.fits.fz") as image:
        for box in (Box(0, 9, 3, 60), Box(3, 12, 10, 20), Box(70, 80, 0, 5)):
            assert np.array_equal(image.read(box), counts[box.slices])
        assert np.array_equal(image.read(step=7), counts[::7, ::7])


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.float64])
def test_fits_types(tmp_path: Path, dtype: type, compress: bool) -> None:
    values = (flux_image() * 100).astype(dtype)
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    # Without quantisation, floats are compressed losslessly.
    options = {"quantize_level": 0, "compression_type": "GZIP_2"} if compress else {}
    fits.HDUList([fits.PrimaryHDU(), kind(values, **options)]).writeto(tmp_path / "a.fits")
    got = read(tmp_path / "a.fits")
    assert np.array_equal(got, values)
    assert got.dtype == (np.float32 if np.dtype(dtype).itemsize < 4 else np.float64)


@pytest.mark.parametrize("compress", [False, True])
def test_fits_scaling_and_blank(tmp_path: Path, compress: bool) -> None:
    raw = np.arange(-300, 300, dtype=np.int16).reshape(20, 30)
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    hdu = kind(raw.copy())
    hdu.header["BLANK"] = 7
    if not compress:
        hdu.header["BSCALE"], hdu.header["BZERO"] = 0.5, 100.0
    path = tmp_path / "a.fits"
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    expected = raw.astype(float) if compress else raw * 0.5 + 100
    expected[raw == 7] = np.nan
    with open_image(path) as image:
        assert np.array_equal(image.read(), expected, equal_nan=True)
        box = Box(3, 20, 8, 17)
        assert np.array_equal(image.read(box), expected[box.slices], equal_nan=True)


def test_fits_hdu_is_chosen(tmp_path: Path) -> None:
    path = make_fits(tmp_path / "a.fits")
    assert read(path).shape == (60, 80)
    for hdu in ("SCI", "sci", "SCI,1", 3, "3"):
        assert read(path, hdu=hdu).shape == (60, 80)
    assert read(path, hdu="ERR").shape == (5, 4)
    with pytest.raises(ImageError, match=r"there is no HDU DQ; there are: 0 PRIMARY .* 3 SCI"):
        open_image(path, hdu="DQ")
    with pytest.raises(ImageError, match="HDU 1 is no image"):
        open_image(path, hdu=1)


def test_fits_without_image(tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.arange(3.0))])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "a.fits")
    with pytest.raises(ImageError, match="no HDU holds an image"):
        open_image(tmp_path / "a.fits")


def test_fits_cube(tmp_path: Path) -> None:
    cube = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    fits.writeto(tmp_path / "a.fits", cube)
    with open_image(tmp_path / "a.fits") as image:
        assert np.array_equal(image.read(), cube[0, 0])
        assert "6 planes" in image.notes[0]
    with open_image(tmp_path / "a.fits", plane=4) as image:
        assert np.array_equal(image.read(), cube[1, 1])
        assert image.notes == []
    with pytest.raises(ImageError, match="no plane 6; allowed: 0 to 5"):
        open_image(tmp_path / "a.fits", plane=6)


def test_plane_of_a_compressed_cube(tmp_path: Path) -> None:
    cube = np.arange(3 * 40 * 50, dtype=np.int32).reshape(3, 40, 50)
    hdu = fits.CompImageHDU(cube, compression_type="RICE_1")
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "a.fits.fz")
    box = Box(3, 30, 5, 25)
    assert np.array_equal(read(tmp_path / "a.fits.fz", box, plane=2), cube[2][box.slices])


def test_fits_metadata(tmp_path: Path) -> None:
    header = sky_header()
    header["OBJECT"] = " NGC 3372 "
    header["EXPTIME"] = 600.0
    path = make_fits(tmp_path / "a.fits", header=header, OBSERVER="Hubble", QUALITY="")
    with open_image(path, header_keys=["observer", "quality", "absent"]) as image:
        assert image.metadata == {
            "OBJECT": "NGC 3372",
            "TELESCOP": "HST",
            "INSTRUME": "ACS",
            "DETECTOR": "WFC",
            "FILTER1": "F606W",
            "FILTER2": "CLEAR2L",
            "EXPTIME": 600.0,
            "PROPOSID": 9490,
            "ROOTNAME": "j8za09050",
            "OBSERVER": "Hubble",
        }


def test_fits_is_not_copied_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.fits"
    header = fits.Header({"SIMPLE": True, "BITPIX": -32, "NAXIS": 2}.items())
    header["NAXIS1"], header["NAXIS2"] = 20_000, 20_000
    with path.open("wb") as file:
        file.write(header.tostring().encode())
        # A hole: 1.6 GB that take no room on disk.
        file.truncate(file.tell() + 4 * 20_000**2)
    with open_image(path, max_pixels=1000) as image:
        assert image.shape == (20_000, 20_000)
        assert image.read(Box(19_000, 19_100, 19_900, 20_000)).shape == (100, 100)


def test_handles_are_let_go(tmp_path: Path) -> None:
    paths = [make_fits(tmp_path / "a.fits"), make_fits(tmp_path / "b.fits", compress=True)]
    tifffile.imwrite(tmp_path / "c.tif", flux_image())
    paths += [tmp_path / "c.tif", make_picture(tmp_path / "d.png", color_picture())]
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("open files are counted in /proc")
    before = len(list(folder.iterdir()))
    for path in paths * 3:
        with open_image(path) as image:
            image.read()
    assert len(list(folder.iterdir())) == before


def test_closed_image_says_so(tmp_path: Path) -> None:
    image = open_image(make_fits(tmp_path / "a.fits"))
    image.close()
    image.close()
    with pytest.raises(ValueError, match="has been closed"):
        image.read()


@pytest.mark.parametrize(
    "options",
    [
        {}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 2, "quality": 40},
        {"keep_rgb": True, "subsampling": 0}, {"optimize": True, "restart_marker_rows": 1},
    ],
)  # fmt: skip
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("tail", [b"", b"\x00" * 10])
def test_jpegs_are_those_of_pillow(
    tmp_path: Path, options: dict[str, int], gray: bool, tail: bytes
) -> None:
    """Most are decoded without it; it decodes those that do not end as they should."""
    pixels = color_picture((75, 101))
    path = make_picture(tmp_path / "a.jpg", pixels[..., 0] if gray else pixels, **options)
    path.write_bytes(path.read_bytes() + tail)
    with PIL.Image.open(path) as picture, open_image(path) as image:
        assert (_decode_jpeg(path.read_bytes(), (75, 101)) is None) == bool(tail)
        np.testing.assert_array_equal(image.read(), np.asarray(picture))
        assert image.n_channels == (1 if gray else 3)


# --- damaged files ---


def bad_files(folder: Path) -> dict[str, Path]:
    good = make_fits(folder / "good.fits").read_bytes()
    packed = make_fits(folder / "good.fits.fz", compress=True).read_bytes()
    picture = make_picture(folder / "good.png", color_picture()).read_bytes()
    jpeg = make_picture(folder / "good.jpg", color_picture((300, 300))).read_bytes()
    webp = make_picture(folder / "good.webp", color_picture()).read_bytes()
    tifffile.imwrite(folder / "good.tif", flux_image())
    tifffile.imwrite(folder / "packed.tif", flux_image(), compression="zlib")
    tiff = (folder / "good.tif").read_bytes()
    packed_tiff = (folder / "packed.tif").read_bytes()
    contents = {
        "empty.fits": b"",
        "text.fits": b"this is no FITS file",
        "short.fits": good[:25_000],
        "header.fits": good[:1000],
        "short.fits.gz": gzip.compress(good)[:9000],
        "short.fits.fz": packed[: len(packed) // 2],
        "short.png": picture[: len(picture) // 2],
        "short.jpg": jpeg[: len(jpeg) // 2],
        "short.webp": webp[: len(webp) // 2],
        "short.tif": tiff[: len(tiff) // 2],
        "packed.tif": packed_tiff[: len(packed_tiff) // 2],
        "bytes.jpg": jpeg[:3] + b"\x00" * 200,
        "bytes.tif": tiff[:8] + b"\xff" * 200,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents} | {"none.fits": folder / "none.fits"}


def test_bad_files_have_a_reason(tmp_path: Path) -> None:
    for path in bad_files(tmp_path).values():
        with pytest.raises(ImageError) as caught:
            read(path)
        assert caught.value.path == path
        assert len(caught.value.reason) > 10


def test_truncated_jpeg_stays_an_error_for_others(tmp_path: Path) -> None:
    bad_files(tmp_path)
    limit = PIL.Image.MAX_IMAGE_PIXELS
    with pytest.raises(ImageError):
        read(tmp_path / "short.jpg")
    assert limit == PIL.Image.MAX_IMAGE_PIXELS
    with PIL.Image.open(tmp_path / "short.jpg") as picture, pytest.raises(OSError, match="trunc"):
        picture.load()


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.fits.gz"])
def test_budget_of_pixels(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("gz"):
        make_fits(path)
    elif name.endswith("tif"):
        tifffile.imwrite(path, color_picture(), compression="zlib", photometric="rgb")
    else:
        make_picture(path, color_picture())
    with pytest.raises(ImageError, match="allowed are 1000"):
        open_image(path, max_pixels=1000)


def test_budget_goes_before_pillows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_picture(tmp_path / "a.png", color_picture())
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 100)
    assert np.array_equal(read(path), color_picture())
    assert PIL.Image.MAX_IMAGE_PIXELS == 100


# --- JPEG, PNG, WebP ---


def test_png_and_lossless_webp(tmp_path: Path) -> None:
    pixels = color_picture()
    for path in (
        make_picture(tmp_path / "a.png", pixels),
        make_picture(tmp_path / "a.webp", pixels, lossless=True),
    ):
        with open_image(path) as image:
            assert (image.shape, image.n_channels) == ((30, 40), 3)
            assert (image.origin, image.is_flux) == ("upper", False)
            assert np.array_equal(image.read(), pixels)
            box = Box(4, 9, 20, 30)
            assert np.array_equal(image.read(box), pixels[box.slices])
            assert image.valid(box) is None


def test_gray_picture(tmp_path: Path) -> None:
    pixels = color_picture()[..., 0]
    assert np.array_equal(read(make_picture(tmp_path / "a.png", pixels)), pixels)
    bits = pixels > 60
    assert np.array_equal(read(make_picture(tmp_path / "b.png", bits)), bits * np.uint8(255))


def test_cmyk_jpeg(tmp_path: Path) -> None:
    # Full cyan ink is a color without red.
    PIL.Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / "a.jpg")
    pixels = read(tmp_path / "a.jpg")
    assert pixels.shape == (16, 16, 3)
    assert abs(pixels[8, 8].astype(int) - [0, 255, 255]).max() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    pixels = color_picture()
    turned_back = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: np.rot90(pixels, 1),
        7: pixels[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(pixels, -1),
    }[orientation]
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    png = make_picture(tmp_path / "a.png", np.ascontiguousarray(turned_back), exif=exif)
    tifffile.imwrite(
        tmp_path / "a.tif",
        turned_back,
        photometric="rgb",
        extratags=[(274, "H", 1, orientation, True)],
    )
    for path in (png, tmp_path / "a.tif"):
        with open_image(path) as image:
            assert image.shape == (30, 40)
            assert np.array_equal(image.read(), pixels)


def test_palette(tmp_path: Path) -> None:
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    picture = PIL.Image.fromarray(indices, "L").convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture.putdata(indices.ravel().tolist())
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.png", transparency=1)
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]])
    assert np.array_equal(read(tmp_path / "a.png"), colors[indices])
    with open_image(tmp_path / "b.png") as image:
        assert np.array_equal(image.valid(), indices != 1)


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_alpha(tmp_path: Path, suffix: str) -> None:
    rgba = np.dstack([color_picture(), np.full((30, 40), 255, np.uint8)])
    rgba[:10, :, 3] = 0
    rgba[10:12, :, 3] = 1
    path = tmp_path / f"a.{suffix}"
    if suffix == "tif":
        tifffile.imwrite(path, rgba, photometric="rgb", extrasamples=["unassalpha"])
    else:
        make_picture(path, rgba, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    with open_image(path) as image:
        assert image.n_channels == 3
        assert np.array_equal(image.read(), color_picture())
        assert np.array_equal(image.valid(), rgba[..., 3] > 0)
        assert image.valid(Box(0, 5, 8, 12), step=2).tolist() == [[False] * 3, [True] * 3]


@pytest.mark.parametrize("n_bands", [1, 2, 3, 4])
def test_deep_png(tmp_path: Path, n_bands: int) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (9, 7, n_bands), dtype=np.uint16)
    deep[0, 0, -1] = 0
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(deep.squeeze()))
    expected = deep[..., :3] if n_bands > 2 else deep[..., 0]
    with open_image(tmp_path / "a.png") as image:
        assert image.is_flux
        got = image.read()
        assert got.dtype == np.uint16
        assert np.array_equal(got, expected)
        assert (image.valid() is None) == (n_bands in (1, 3))


# --- TIFF ---


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int16, np.float32])
def test_tiff(tmp_path: Path, dtype: type, byteorder: str, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    gray = (flux_image() * 0.9).astype(dtype)
    tifffile.imwrite(path, gray, byteorder=byteorder, compression=compression)
    with open_image(path) as image:
        assert (image.shape, image.n_channels, image.origin) == ((60, 80), 1, "upper")
        assert image.is_flux == (dtype is not np.uint8)
        got = image.read(Box(5, 50, 3, 30))
        assert got.dtype == dtype
        assert np.array_equal(got, gray[3:30, 5:50])


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_color_tiff(tmp_path: Path, planar: str, compression: str | None) -> None:
    pixels = color_picture().astype(np.uint16) * 200
    stored = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar, compression=compression
    )
    with open_image(tmp_path / "a.tif") as image:
        assert (image.shape, image.n_channels, image.is_flux) == ((30, 40), 3, True)
        assert np.array_equal(image.read(), pixels)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_further_channel_that_is_no_alpha(tmp_path: Path, planar: str) -> None:
    pixels = np.dstack([color_picture(), np.zeros((30, 40), np.uint8)])
    stored = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar, extrasamples=[0]
    )
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), color_picture())
        assert image.valid() is None
        assert "no alpha" in image.notes[0]


def test_tiff_stack(tmp_path: Path) -> None:
    stack = np.arange(3 * 20 * 30, dtype=np.uint16).reshape(3, 20, 30)
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack")
    with open_image(tmp_path / "a.tif") as image:
        assert np.array_equal(image.read(), stack[0])
        assert "3 planes" in image.notes[0]
    assert np.array_equal(read(tmp_path / "a.tif", plane=2), stack[2])
    with pytest.raises(ImageError, match="no plane 3"):
        open_image(tmp_path / "a.tif", plane=3)


def test_tiff_by_pillow(tmp_path: Path) -> None:
    indices = np.arange(12, dtype=np.uint8).reshape(3, 4) % 2
    picture = PIL.Image.fromarray(indices, "L").convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putdata(indices.ravel().tolist())
    picture.save(tmp_path / "palette.tif")
    PIL.Image.fromarray(indices > 0).save(tmp_path / "bits.tif")
    PIL.Image.new("CMYK", (5, 4), (255, 0, 0, 0)).save(tmp_path / "cmyk.tif")
    colors = np.array([[255, 0, 0], [0, 255, 0]])
    assert np.array_equal(read(tmp_path / "palette.tif"), colors[indices])
    assert np.array_equal(read(tmp_path / "bits.tif"), indices * 255)
    assert read(tmp_path / "cmyk.tif")[2, 2].tolist() == [0, 255, 255]


def test_plane_of_a_palette_stack(tmp_path: Path) -> None:
    pages = [PIL.Image.new("P", (5, 4), index) for index in (0, 1)]
    for page in pages:
        page.putpalette([255, 0, 0, 0, 255, 0])
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert read(tmp_path / "a.tif", plane=0)[0, 0].tolist() == [255, 0, 0]
    assert read(tmp_path / "a.tif", plane=1)[0, 0].tolist() == [0, 255, 0]


def test_white_is_zero_tiff(tmp_path: Path) -> None:
    gray = color_picture()[..., 0]
    tifffile.imwrite(tmp_path / "a.tif", 255 - gray, photometric="miniswhite")
    assert np.array_equal(read(tmp_path / "a.tif"), gray)


def test_tiff_of_many_bands(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.zeros((9, 8, 6), np.uint16),
        photometric="minisblack",
        planarconfig="contig",
    )
    with pytest.raises(ImageError, match="has 6 channels"):
        open_image(tmp_path / "a.tif")


# --- arrays and lists of files ---


def test_image_from_array() -> None:
    pixels = color_picture()
    valid = pixels[..., 0] > 8
    image = Image.from_array(pixels, valid=valid, origin="lower", path="x/y.png")
    assert (image.name, image.n_channels, image.is_flux) == ("y.png", 3, False)
    assert np.array_equal(image.read(), pixels)
    assert np.array_equal(image.valid(), valid)
    assert Image.from_array(flux_image()).is_flux
    with pytest.raises(ValueError, match=r"allowed: \(ny, nx\)"):
        Image.from_array(np.zeros((3, 4, 2)))


def test_find_files(tmp_path: Path) -> None:
    for name in (
        "b10.fits",
        "b2.FITS",
        "notes.txt",
        ".hidden.png",
        "sub/a.fits.gz",
        ".git/x.png",
        "old.atlas/sheets/sheet_00000.webp",
        "odd.name",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    names = ["b2.FITS", "b10.fits", "sub/a.fits.gz"]

    def found(*inputs: str | Path) -> list[str]:
        return [str(path.relative_to(tmp_path)) for path in find_files(inputs)]

    assert found(tmp_path) == names
    assert found(tmp_path, tmp_path / "sub" / "a.fits.gz") == names
    assert found(tmp_path / "odd.name") == ["odd.name"]
    assert found(str(tmp_path / "b*")) == names[:2]
    assert found(str(tmp_path / "**" / "*.gz")) == names[2:]
    (tmp_path / "list.txt").write_text("# mine\n\nsub/a.fits.gz\nb*.fits\nmissing.fits\nsub\n")
    assert found(f"@{tmp_path / 'list.txt'}") == ["sub/a.fits.gz", "b10.fits", "missing.fits"]


def test_inputs_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.txt").touch()
    for given in ("none.fits", "*.fits", "empty", "@none.txt", "@empty.txt"):
        text = f"@{tmp_path / given[1:]}" if given.startswith("@") else str(tmp_path / given)
        with pytest.raises(ImageError):
            find_files([text])
    with pytest.raises(ValueError, match="no inputs"):
        find_files([])


def test_content_goes_before_name(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", color_picture())
    assert np.array_equal(read(path.rename(tmp_path / "a.fits")), color_picture())

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers.images import color_picture, flux_image, make_fits, make_picture
from helpers.reading import read

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.reading.image import Image
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import ImageError


@pytest.mark.parametrize("box", [Box(-1, 3, 0, 3), Box(0, 81, 0, 3), Box(0, 3, 5, 5)])
def test_box_must_lie_in_image(tmp_path: Path, box: Box) -> None:
    with (
        open_image(make_fits(tmp_path / "a.fits")) as image,
        pytest.raises(ValueError, match="does not lie in"),
    ):
        image.read(box)


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


def test_content_goes_before_name(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", color_picture())
    assert np.array_equal(read(path.rename(tmp_path / "a.fits")), color_picture())

"""Which HDUs are images that belong together, and which are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from astropy.io import fits

from hubble_dash.builder.reading.opening import count_images, open_image
from hubble_dash.errors import ImageError


class Spec(NamedTuple):
    """An HDU to be made: its pixels are all `value`, its reference pixel tells places apart."""

    name: str
    version: int = 1
    place: float | None = None
    dtype: str = "f4"
    shape: tuple[int, ...] = (6, 8)
    detector: str = ""


def write(path: Path, specs: list[Spec], *, compress: bool = False) -> Path:
    hdus = fits.HDUList([fits.PrimaryHDU()])
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    for value, spec in enumerate(specs, 1):
        hdu = kind(np.full(spec.shape, value, spec.dtype))
        if spec.name:
            hdu.header["EXTNAME"] = spec.name
        if spec.version != 1:
            hdu.header["EXTVER"] = spec.version
        if spec.detector:
            hdu.header["DETSEC"] = spec.detector
        if spec.place is not None:
            hdu.header["CTYPE1"], hdu.header["CTYPE2"] = "RA---TAN", "DEC--TAN"
            hdu.header["CRVAL1"] = hdu.header["CRVAL2"] = 10.0
            hdu.header["CRPIX1"], hdu.header["CRPIX2"] = spec.place, 1.0
            hdu.header["CDELT1"], hdu.header["CDELT2"] = -1e-4, 1e-4
        hdus.append(hdu)
    hdus.writeto(path)
    return path


def images_of(path: Path, **choice: Any) -> dict[str, float]:
    """The name of each image, and the value of its pixels."""
    with open_image(path, several=True, **choice) as image:
        further = image.further
        found = {image.name: float(image.read().mean())}
    for part in further:
        with open_image(path, part=part) as image:
            assert image.further == ()
            assert image.metadata["HDU"] == part
            found[image.name] = float(image.read().mean())
    assert count_images(path, choice.get("hdu")) == len(found)
    return found


def exposure(n: int = 2) -> list[Spec]:
    """An exposure of Hubble's: an image, its errors and its flags for each chip."""
    chips = []
    for i in range(1, n + 1):
        chips += [Spec("SCI", i, 10.0 * i), Spec("ERR", i, 10.0 * i)]
        chips += [Spec("DQ", i, 10.0 * i, "i2"), Spec("D2IMARR", i), Spec("WCSDVARR", i)]
    return chips


MOSAIC = [Spec(f"{side}{i}", 1, 100.0 * i + (side == "S")) for side in "NS" for i in (1, 2, 12)]
EUCLID = [
    Spec(f"{i}-1.{letter}.{kind}", 1, 10.0 * i + ord(letter))
    for i in (1, 2) for letter in "EF" for kind in ("SCI", "RMS")
]  # fmt: skip


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(
    ("specs", "labels"),
    [
        (exposure(), ["SCI,1", "SCI,2"]),
        (exposure(4), ["SCI,1", "SCI,2", "SCI,3", "SCI,4"]),
        (MOSAIC, ["N1", "N2", "N12", "S1", "S2", "S12"]),
        ([Spec("CCD1"), Spec("CCD2"), Spec("MASK1", dtype="i4"), Spec("ccd3")],
         ["CCD1", "CCD2", "CCD3"]),
        ([Spec("DET1.CHIP1"), Spec("DET1.CHIP2")], ["DET1.CHIP1", "DET1.CHIP2"]),
        ([Spec("CHIP/1"), Spec("CHIP/2")], ["1", "2"]),
        ([Spec("IFU.1.DATA"), Spec("IFU.1.NOISE"), Spec("IFU.2.DATA")],
         ["IFU.1.DATA", "IFU.2.DATA"]),
        (EUCLID, [spec.name for spec in EUCLID if "SCI" in spec.name]),
        # Raw, before there is a place on the sky.
        ([Spec("S29"), Spec("S30"), Spec("N4"), Spec("N12"), Spec("FN1", shape=(3, 4))],
         ["S29", "S30", "N4", "N12"]),
        ([Spec("AMP1", detector="[1:8,1:6]"), Spec("BMP2", detector="[9:16,1:6]"),
          Spec("ERR2", detector="[9:16,1:6]")], ["AMP1", "BMP2"]),
        # Nothing but their places tells these from maps of errors.
        ([Spec("", 1, 1.0), Spec("", 1, 1.0), Spec("", 1, 9.0), Spec("", 1, 9.0)], ["1", "3"]),
        # A mosaic's raw chips of one name and no version.
        ([Spec("IM", 1, 1.0), Spec("IM", 1, 2.0)], ["1", "2"]),
    ],
)  # fmt: skip
def test_images_of_one_kind(
    tmp_path: Path, specs: list[Spec], labels: list[str], compress: bool
) -> None:
    path = write(tmp_path / "a_flt.fits", specs, compress=compress)
    found = images_of(path)
    assert list(found) == [f"a_flt.fits[{label}]" for label in labels]
    with fits.open(path) as hdus:
        for label, value in zip(labels, found.values(), strict=True):
            name, _, version = label.partition(",")
            key = int(label) if label.isdecimal() else (name, int(version or 1))
            assert hdus[key].data.mean() == value


@pytest.mark.parametrize(
    "others",
    [
        [Spec("ERR", 1, 5.0), Spec("WHT", 1, 5.0), Spec("CTX", 1, 5.0, "i4")],
        [Spec("", 1, 5.0), Spec("")],
        [Spec("THUMBNAIL", 1, 7.0, shape=(3, 4)), Spec("MODEL", 1, 7.0)],
        # Another band of a camera is none of its chips, nor is a cube.
        [Spec("SCI", 2, 7.0, shape=(2, 6, 8))],
        [],
    ],
)
def test_others_are_not_taken(tmp_path: Path, others: list[Spec]) -> None:
    path = write(tmp_path / "a.fits", [Spec("SCI", 1, 5.0), *others])
    assert images_of(path) == {"a.fits": 1.0}
    with open_image(path, several=True) as image:
        assert image.part is None
        assert "HDU" not in image.metadata
        assert image.address == path


def test_a_weight_map_beside_an_image_without_a_name(tmp_path: Path) -> None:
    # fpack calls both COMPRESSED_IMAGE.
    path = write(tmp_path / "a.fits.fz", [Spec("", 1, 5.0), Spec("", 1, 5.0)], compress=True)
    with fits.open(path, disable_image_compression=True) as hdus:
        assert {hdu.name for hdu in hdus[1:]} <= {"", "COMPRESSED_IMAGE"}
    assert images_of(path) == {"a.fits.fz": 1.0}


@pytest.mark.parametrize(
    ("hdu", "values"),
    [
        ("first", [1]), (1, [1]), ("6", [6]), ("SCI,2", [6]), ("err,2", [7]),
        ("SCI", [1, 6]), ("sci", [1, 6]), ("ERR", [2, 7]), ("D*", [3, 4, 8, 9]), (None, [1, 6]),
    ],
)  # fmt: skip
def test_hdus_are_chosen(tmp_path: Path, hdu: str | int | None, values: list[float]) -> None:
    path = write(tmp_path / "a.fits", exposure())
    found = images_of(path, hdu=hdu)
    assert list(found.values()) == values
    if len(values) == 1:
        assert list(found) == ["a.fits"]
    # Without `several` it is the first, and has the file's name.
    with open_image(path, hdu=hdu) as image:
        assert image.name == "a.fits"
        assert image.read().mean() == values[0]


def test_what_is_there_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", exposure())
    there = r"there are: 0 PRIMARY \(empty\), 1 SCI \(8 x 6\), 2 ERR"
    with pytest.raises(ImageError, match=f"there is no HDU SCI,3; {there}"):
        open_image(path, hdu="SCI,3", several=True)


def test_each_image_has_its_own_sky(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", exposure())
    with open_image(path, part="SCI,1") as first, open_image(path, part="SCI,2") as second:
        assert first.address == tmp_path / "a.fits[SCI,1]"
        x, _ = second.sky.pixel_of(*first.sky.at(0, 0))
    assert x == pytest.approx(10.0, abs=1e-6)


def cube_of(blank: list[int], n: int = 5) -> np.ndarray:
    cube = np.arange(n, dtype=np.float32)[:, None, None] + np.zeros((n, 6, 8), np.float32)
    cube[blank] = np.nan
    return cube


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(
    ("blank", "shown", "note"),
    [
        ([], 0, "a cube of 5 planes, of which the first is shown; --plane names another"),
        ([0, 1], 2, "plane 2 is shown, as those before are blank; --plane names another"),
        ([0, 1, 2, 3, 4], 0, "none seems to have a value; --plane names another"),
    ],
)
def test_the_first_plane_with_a_value(
    tmp_path: Path, blank: list[int], shown: int, note: str, compress: bool
) -> None:
    cube = cube_of(blank)
    options = {"quantize_level": 0, "compression_type": "GZIP_2"} if compress else {}
    kind = fits.CompImageHDU if compress else fits.ImageHDU
    fits.HDUList([fits.PrimaryHDU(), kind(cube, **options)]).writeto(tmp_path / "c.fits")
    with open_image(tmp_path / "c.fits") as image:
        assert np.array_equal(image.read(), cube[shown], equal_nan=True)
        assert note in image.notes[0]
    with open_image(tmp_path / "c.fits", plane=0) as image:
        assert np.array_equal(image.read(), cube[0], equal_nan=True)


def test_planes_of_blank_integers(tmp_path: Path) -> None:
    cube = np.full((200, 6, 8), -9, np.int16)
    cube[196] = 4
    hdu = fits.PrimaryHDU(cube)
    hdu.header["BLANK"] = -9
    hdu.writeto(tmp_path / "c.fits")
    # Of many planes every fourth is looked at.
    with open_image(tmp_path / "c.fits") as image:
        assert "plane 196 is shown" in image.notes[0]
        assert (image.read() == 4).all()

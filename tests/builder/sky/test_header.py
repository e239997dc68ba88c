"""Headers as they are found: each gives the right position, or says why it should be doubted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.coordinates import (
    FK4,
    FK5,
    ICRS,
    BarycentricMeanEcliptic,
    BaseCoordinateFrame,
    Galactic,
    SkyCoord,
    Supergalactic,
)
from astropy.io import fits
from astropy.wcs import WCS
from helpers.images import sky_header

from hubble_dash.builder.sky.header import sky_from_header

SIDE = 64
MIDDLE = (SIDE + 1) / 2
LON, LAT = 150.0, 2.0


def tan_header(**changes: Any) -> fits.Header:
    """Pixels of 0.36 arcsec about (150, 2); None takes a key out."""
    header = fits.Header({"NAXIS": 2, "NAXIS1": SIDE, "NAXIS2": SIDE}.items())
    header.update(CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CRVAL1=LON, CRVAL2=LAT)
    header.update(CRPIX1=MIDDLE, CRPIX2=MIDDLE, CDELT1=-1e-4, CDELT2=1e-4)
    header.update({key: value for key, value in changes.items() if value is not None})
    for key in (key for key, value in changes.items() if value is None):
        del header[key]
    return header


def with_text(header: fits.Header, **values: str) -> fits.Header:
    """Put text in the place of values, as astropy itself would not write it."""
    cards = [str(card) for card in header.cards]
    cards = [
        f"{card[:10]}{values[card[:8].strip()]:<70}" if card[:8].strip() in values else card
        for card in cards
    ]
    return fits.Header.fromstring("".join(cards))


def off_arcsec(header: fits.Header, expected: SkyCoord, x: float, y: float) -> float:
    sky, notes = sky_from_header(header)
    assert sky is not None, notes
    return float(SkyCoord(*sky.at(x, y), unit="deg").separation(expected).arcsec)


def off_in_the_middle(header: fits.Header, frame: BaseCoordinateFrame) -> float:
    expected = SkyCoord(LON, LAT, unit="deg", frame=frame).icrs
    return off_arcsec(header, expected, MIDDLE - 1, MIDDLE - 1)


@pytest.mark.parametrize(
    ("axes", "keys", "frame"),
    [
        ("ELON ELAT", {}, BarycentricMeanEcliptic()),
        ("ELON ELAT", {"EQUINOX": 2000.0}, BarycentricMeanEcliptic()),
        ("ELON ELAT", {"RADESYS": "ICRS"}, BarycentricMeanEcliptic()),
        (
            "ELON ELAT",
            {"RADESYS": "FK5", "EQUINOX": 2015.5},
            BarycentricMeanEcliptic(equinox="J2015.5"),
        ),
        ("SLON SLAT", {"RADESYS": "FK5", "EQUINOX": 2000.0}, Supergalactic()),
        ("GLON GLAT", {"RADESYS": "FK5", "EQUINOX": 2000.0}, Galactic()),
        ("RA-- DEC-", {"RADESYS": "fk5 "}, FK5()),
        ("RA-- DEC-", {"RADESYS": "J2000"}, FK5()),
        ("RA-- DEC-", {"EQUINOX": "J2000.0"}, FK5()),
        ("RA-- DEC-", {"EQUINOX": "B1950"}, FK4()),
        ("RA-- DEC-", {"EPOCH": "1950.0"}, FK4()),
        ("ra-- dec-", {}, ICRS()),
        ("RA-- DEC-", {"RADESYS": "ICRF3"}, ICRS()),
        ("RA-- DEC-", {"RADECSYS": "FK4", "DATE-OBS": "1986-01-01"}, FK4(obstime="J1986")),
        ("RA-- DEC-", {"EQUINOX": 1950.0, "MJD-OBS": 46431.0}, FK4(obstime="J1986")),
    ],
)
def test_frames_are_those_that_the_axes_name(
    axes: str, keys: dict[str, Any], frame: BaseCoordinateFrame
) -> None:
    lon, lat = (f"{name}-TAN" for name in axes.split())
    header = tan_header(CTYPE1=lon, CTYPE2=lat, **keys)
    assert off_in_the_middle(header, frame) < 1e-6
    sky, notes = sky_from_header(header)
    assert (sky.quality, notes) == ("exact", [])


def test_an_ecliptic_of_1950_is_near() -> None:
    header = tan_header(CTYPE1="ELON-CAR", CTYPE2="ELAT-CAR", EQUINOX=1950.0)
    assert off_in_the_middle(header, BarycentricMeanEcliptic(equinox="B1950")) < 1
    sky, notes = sky_from_header(header)
    assert sky.quality == "approximate"
    assert "FK4" in notes[0]


def test_an_ecliptic_is_turned_by_its_obliquity() -> None:
    header = tan_header(CTYPE1="ELON-TAN", CTYPE2="ELAT-TAN", CRVAL1=90.0, CRVAL2=0.0)
    sky, _ = sky_from_header(header)
    # The summer solstice of J2000.
    ra, dec = sky.at(MIDDLE - 1, MIDDLE - 1)
    assert (ra, dec) == pytest.approx((90.0, 23.4392794), abs=2e-5)


@pytest.mark.parametrize(
    "axes",
    [
        *("HLON HLAT", "TLON TLAT", "HPLN HPLT", "HGLN HGLT", "CRLN CRLT", "SOLN SOLT"),
        *("MALN MALT", "MOLN MOLT", "JULN JULT", "XLON XLAT", "QQLN QQLT"),
    ],
)
def test_other_frames_are_refused_by_name(axes: str) -> None:
    lon, lat = (f"{name}-TAN" for name in axes.split())
    for keys in ({}, {"EQUINOX": 2000.0}, {"RADESYS": "ICRS"}):
        sky, (note,) = sky_from_header(tan_header(CTYPE1=lon, CTYPE2=lat, **keys))
        assert sky is None
        assert f"'{lon}' is " in note
        assert "ELON/ELAT" in note


def test_latitude_first_with_cdelt() -> None:
    header = tan_header(CTYPE1="DEC--TAN", CTYPE2="RA---TAN", CRVAL1=LAT, CRVAL2=LON, CROTA1=30.0)
    assert off_in_the_middle(header, ICRS()) < 1e-6
    assert sky_from_header(header)[1] == []


def test_celestial_axes_of_another_description() -> None:
    header = tan_header(CTYPE1="HPLN-TAN", CTYPE2="HPLT-TAN", CRVAL1=0.1, CRVAL2=-0.2)
    for key, value in tan_header().items():
        if key[-1] in "12" and key[:5] != "NAXIS":
            header[f"{key}A"] = value
    assert off_in_the_middle(header, ICRS()) < 1e-6
    sky, notes = sky_from_header(header)
    assert (sky.quality, notes) == ("exact", ["sky positions are those of the WCS A"])


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({}, {"CRVAL1": "  1.500000000000D+02", "CDELT1": " -1.000D-04 / deg"}),
        ({}, {"CRVAL1": ".15d3", "CRPIX1": "3.25D1"}),
        ({"CROTA2": 90.0}, {"CROTA2": "9.D+01"}),
        ({"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV", "PV1_1": 1.0, "PV2_1": 1.0, "PV1_2": 0.1,
          "CDELT1": None, "CDELT2": None, "CD1_1": -1e-4, "CD2_2": 1e-4}, {"PV1_2": "1.0D-01"}),
        ({"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "A_ORDER": 2, "B_ORDER": 2,
          "A_2_0": 1e-4, "B_0_2": 1e-4}, {"A_2_0": "1.0D-04"}),
    ],
)  # fmt: skip
def test_exponents_of_fortran(keys: dict[str, Any], text: dict[str, str]) -> None:
    plain = tan_header(**keys)
    odd = with_text(plain, **text)
    expected = SkyCoord.from_pixel(10, 50, WCS(plain))
    assert off_arcsec(odd, expected, 10, 50) < 1e-6
    sky, notes = sky_from_header(odd)
    assert (sky.quality, notes) == ("exact", [])


@pytest.mark.parametrize("first", [0, 1])
def test_numbers_that_the_library_read_otherwise_are_refused(first: int) -> None:
    header = tan_header()
    header.append(("CRVAL1", 10.0), end=bool(first))
    sky, (note,) = sky_from_header(header)
    assert sky is None
    assert "CRVAL1" in note
    assert "the library read" in note


def test_a_scale_that_the_library_read_otherwise_is_refused() -> None:
    # CD beside PC is forbidden; one of them is dropped without a word.
    sky, (note,) = sky_from_header(tan_header(CD1_1=2e-4, CD2_2=2e-4, PC1_1=1.0))
    assert sky is None
    assert "scale" in note


@pytest.mark.parametrize(
    "keys",
    [
        {"CUNIT1": "arcsec", "CUNIT2": "arcsec", "CRVAL1": 540000.0, "CRVAL2": 7200.0,
         "CDELT1": -0.36, "CDELT2": 0.36},
        {"CUNIT1": "rad", "CUNIT2": "rad", "CRVAL1": np.radians(150), "CRVAL2": np.radians(2),
         "CDELT1": -1e-6, "CDELT2": 1e-6},
        {"CUNIT1": "DEGREES", "CUNIT2": "Degree"},
        {"CDELT1": 1.0, "CDELT2": 1.0, "CROTA2": 0.0, "CD1_1": -1e-4, "CD2_2": 1e-4},
        {"PC001001": 0.0, "PC001002": -1.0, "PC002001": 1.0, "PC002002": 0.0},
        {"PC01_01": 0.0, "PC01_02": -1.0, "PC02_01": 1.0, "PC02_02": 0.0},
        {"CTYPE3": "FREQ", "CRVAL3": 1.4e9, "CDELT3": 1e6, "CRPIX3": 1.0, "WCSAXES": 3},
        {"CTYPE1": "RA---NCP", "CTYPE2": "DEC--NCP"},
        {"CUNIT1": "arcsecond", "CRVAL1": LON * 3600, "CDELT1": -0.36, "CUNIT2": "Deg."},
        {"LONPOLE": 180.0, "LATPOLE": 2.0},
        {"LONPOLE": 180.0, "LATPOLE": 90.0},
        {"PV1_1": 0.0, "PV1_2": 90.0, "PV1_3": 180.0, "PV1_4": 90.0},
        {"RADESYS": "ICRS", "EPOCH": 2015.5, "EQUINOX": 2000.0},
        {"RADESYS": "ICRS", "EPOCH": 2015.5},
        {"CRVAL1": -210.0},
        {"CRVAL1": 150, "CRVAL2": 2},
    ],
)  # fmt: skip
def test_lawful_headers_stay_exact(keys: dict[str, Any]) -> None:
    header = tan_header(**keys)
    sky, notes = sky_from_header(header)
    assert notes == []
    assert sky.quality == "exact"
    assert off_in_the_middle(header, ICRS()) < 1e-6


SIP = {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 1e-3, "B_0_2": 2e-3}
TPV = {"CTYPE1": "RA---TPV", "CTYPE2": "DEC--TPV"}
NAMES_SIP = {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP"}


def test_sip_that_the_axes_do_not_name_is_left_out() -> None:
    expected = SkyCoord.from_pixel(0, 60, WCS(tan_header()))
    assert off_arcsec(tan_header(**SIP), expected, 0, 60) < 1e-6
    sky, (note,) = sky_from_header(tan_header(**SIP))
    assert sky.quality == "approximate"
    assert "SIP coefficients were left out" in note
    assert off_arcsec(tan_header(**SIP, **NAMES_SIP), expected, 0, 60) > 0.3


@pytest.mark.parametrize(
    "pv",
    [
        {
            "PV1_0": 1e-4,
            "PV1_1": 1.01,
            "PV1_2": 2e-3,
            "PV2_0": -2e-4,
            "PV2_1": 0.99,
            "PV2_2": -1e-3,
        },
        # As it is written where a camera has no distortions.
        {"PV1_0": 0.0, "PV1_1": 1.0, "PV1_2": 0.0, "PV2_0": 0.0, "PV2_1": 1.0, "PV2_2": 0.0},
        {"PV1_1": 1.01, "PV1_2": 2e-3},
        {"PV2_4": 0.5},
    ],
)
@pytest.mark.parametrize("code", ["TAN", "TPV"])
@pytest.mark.parametrize("scale", ["CDELT", "CD"])
def test_scamp_of_a_low_degree(pv: dict[str, float], code: str, scale: str) -> None:
    header = tan_header(CTYPE1=f"RA---{code}", CTYPE2=f"DEC--{code}", **pv)
    if scale == "CD":
        header.update(CD1_1=header.pop("CDELT1"), CD2_2=header.pop("CDELT2"))
    xi, eta = -1e-4 * (5 - MIDDLE + 1), 1e-4 * (60 - MIDDLE + 1)

    def bent(axis: int, along: float, across: float) -> float:
        terms = {0: 1.0, 1: along, 2: across, 4: along**2}
        said = {"1": 1.0} | {key[-1]: v for key, v in pv.items() if key[2] == str(axis)}
        return sum(value * terms[int(m)] for m, value in said.items())

    plane = WCS(tan_header(CRPIX1=1.0, CRPIX2=1.0, CDELT1=1.0, CDELT2=1.0))
    place = plane.pixel_to_world(bent(1, xi, eta), bent(2, eta, xi))
    assert off_arcsec(header, place, 5, 60) < 1e-6
    assert sky_from_header(header)[1] == []


def test_the_pole_by_the_name_of_a_draft() -> None:
    expected = SkyCoord.from_pixel(5, 60, WCS(tan_header(LONPOLE=150.0)))
    assert off_arcsec(tan_header(LONGPOLE=150.0), expected, 5, 60) < 1e-6


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("RADESYS", ("ICRS", "FK4")), ("EQUINOX", (2000.0, 1950.0)),
        ("CUNIT1", ("deg", "arcsec")), ("CTYPE1", ("RA---TAN", "GLON-TAN")),
        ("EPOCH", (2000.0, 1950.0)),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_not_known(key: str, values: tuple[Any, Any]) -> None:
    header = tan_header(**{key: values[0]})
    header.append((key, values[0]), end=True)
    assert sky_from_header(header)[0] is not None
    header.append((key, values[1]), end=True)
    sky, (note,) = sky_from_header(header)
    assert sky is None
    assert f"{key} stands there twice: {values[0]!r} and {values[1]!r}" in note


@pytest.mark.parametrize("words", ["10 00 00", "10:00:12.5", "10h00m00s"])
@pytest.mark.parametrize("key", ["OBJCTRA", "RA", "TELRA"])
def test_hours_are_known_by_words(key: str, words: str) -> None:
    sky, (note,) = sky_from_header(tan_header(**{"CRVAL1": 10.0, key: words}))
    assert sky is None
    assert f"CRVAL1 is 10, hours it seems, since {key} is {words!r}" in note
    for header in (tan_header(**{key: words}), tan_header(CRVAL1=10.0, **{key: 10.0})):
        assert sky_from_header(header)[1] == []
    far = tan_header(**{"CRVAL1": 10.0, key: "20 00 00"})
    assert sky_from_header(far)[1] == []


def test_sip_of_a_plane_of_a_cube() -> None:
    third = {"CTYPE3": "FREQ", "CRVAL3": 1.4e9, "CDELT3": 1e6, "CRPIX3": 1.0}
    expected = SkyCoord.from_pixel(0, 60, WCS(tan_header(**SIP, **NAMES_SIP)))
    assert off_arcsec(tan_header(**SIP, **NAMES_SIP, **third), expected, 0, 60) < 1e-6


@pytest.mark.parametrize(
    ("keys", "doubt"),
    [
        (NAMES_SIP, "names SIP, whose coefficients are missing"),
        (NAMES_SIP | SIP | {"A_3_0": 1e-6}, "could not all be used"),
        (NAMES_SIP | {"A_ORDER": 1, "B_ORDER": 1, "A_1_0": 0.1}, "could not all be used"),
        (NAMES_SIP | SIP | {"PV1_5": 0.1, "PV2_5": 0.1}, "those of SIP were used"),
        ({"CTYPE1": "RA---TAN-SIP"} | SIP, "only one of the axes"),
        ({"CTYPE1": "RA---TAN-XYZ", "CTYPE2": "DEC--TAN-XYZ"}, "'XYZ'"),
        ({"CTYPE1": "RA---TNX", "CTYPE2": "DEC--TNX"}, "WAT keys"),
        ({"CTYPE1": "RA", "CTYPE2": "DEC"}, "names no projection"),
        ({"CTYPE1": "RA--CAR", "CTYPE2": "DEC-CAR"}, "'RA--CAR' is taken as 'RA---CAR'"),
        (TPV, "CTYPE names TPV, and there is no PV"),
        ({"CRPIX1": None}, "CRPIX1 is missing"),
        ({"CROTA1": 30.0}, "CROTA1 is 30"),
        ({"RADESYS": "ICRS", "EQUINOX": 1950.0}, "EQUINOX is 1950"),
        ({"EQUINOX": "now"}, "EQUINOX is 'now'"),
        ({"EQUINOX": 0.0}, "EQUINOX is 0.0, no year"),
        ({"EPOCH": 0.0}, "EPOCH is 0.0, no year"),
        ({"EPOCH": 1976.2452}, "EPOCH 1976.25 is taken as the equinox"),
        ({"CPDIS1": "LOOKUP", "DP1": "EXTVER: 1"}, "tables of distortions"),
    ],
)
def test_doubts_are_told(keys: dict[str, Any], doubt: str) -> None:
    sky, (note,) = sky_from_header(tan_header(**keys), fits.HDUList())
    assert sky.quality == "approximate"
    assert note.startswith("sky positions are approximate: ")
    assert doubt in note


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"CTYPE1": None, "CTYPE2": None}, "CTYPE is missing"),
        ({"CTYPE1": "PIXEL", "CTYPE2": "PIXEL"}, "CTYPE is 'PIXEL', 'PIXEL'"),
        ({"CTYPE1": None, "CTYPE2": None, "CRVAL1": None, "CRVAL2": None,
          "OBJCTRA": "10 00 00"}, "OBJCTRA says only where the telescope looked"),
        ({"CRVAL1": 0.0, "CRVAL2": 0.0, "CRPIX1": 0.0, "CRPIX2": 0.0, "CDELT1": 1.0,
          "CDELT2": 1.0}, "placeholder"),
        ({"CRVAL2": 120.0}, "cannot be used"),
        ({"CRVAL2": 120.0, "CTYPE1": "RA", "CTYPE2": "DEC"}, "beyond a pole"),
        ({"CDELT2": None}, "no pixel scale"),
        ({"RADESYS": "GAPPT"}, "RADESYS is 'GAPPT'; read are ICRS"),
        (TPV | {"PV1_1": 0.0, "PV2_1": 0.0}, "no position and scale"),
        (TPV | {"CUNIT1": "arcsec", "CUNIT2": "arcsec"}, "(TPV) are in degrees, and CUNIT is arc"),
        ({"CUNIT1": "h", "CUNIT2": "h"}, "cannot be used"),
        ({"CTYPE1": "RA---TAB", "CTYPE2": "DEC--TAB"}, "'RA---TAB' looks positions up in a table"),
    ],
)  # fmt: skip
def test_where_there_are_no_positions_a_note_says_why(keys: dict[str, Any], reason: str) -> None:
    sky, (note,) = sky_from_header(tan_header(**keys))
    assert sky is None
    assert reason in note


def plate(x: list[float], y: list[float]) -> fits.Header:
    """The plate solution of a cutout of the Digitized Sky Survey."""
    header = fits.Header({"NAXIS": 2, "NAXIS1": SIDE, "NAXIS2": SIDE}.items())
    for i, (along_x, along_y) in enumerate(zip(x, y, strict=True), 1):
        header[f"AMDX{i}"], header[f"AMDY{i}"] = along_x, along_y
    header.update(PLTRAH=10, PLTRAM=3, PLTRAS=30.0, PLTDECSN="-", PLTDECD=12, PLTDECM=20)
    header.update(PLTDECS=15.0, PLTSCALE=67.2, XPIXELSZ=25.28, YPIXELSZ=25.28)
    header.update(CNPIX1=4000, CNPIX2=9000, PPO3=177500.0, PPO6=177500.0)
    return header


def test_plate_solutions() -> None:
    amdx = [67.2, 0.05, -30.0, 1e-4, 2e-4, -1e-4, 0.0, 3e-6, 1e-6, 2e-6, 1e-6, 0.0, 0.0]
    amdy = [67.2, -0.04, 12.0, -1e-4, 1e-4, 2e-4, 0.0, 2e-6, 1e-6, 3e-6, 2e-6, 0.0, 0.0]
    # The STScI formulae of the plates, in mm from their middle.
    x = (177500 - 25.28 * (10 + 1 + 4000 - 0.5)) / 1000
    y = (25.28 * (50 + 1 + 9000 - 0.5) - 177500) / 1000

    def polynomial(c: list[float], u: float, v: float) -> float:
        terms = [u, v, 1, u * u, u * v, v * v, u * u + v * v, u**3, u * u * v, u * v * v, v**3]
        return float(np.radians(np.dot(c[:11], terms) / 3600))

    xi, eta = polynomial(amdx, x, y), polynomial(amdy, y, x)
    ra0, dec0 = np.radians([15 * (10 + 3 / 60 + 30 / 3600), -(12 + 20 / 60 + 15 / 3600)])
    ra = ra0 + np.arctan2(xi / np.cos(dec0), 1 - eta * np.tan(dec0))
    dec = np.arctan((eta + np.tan(dec0)) * np.cos(ra - ra0) / (1 - eta * np.tan(dec0)))
    expected = SkyCoord(ra, dec, unit="rad")
    header = plate(amdx, amdy)
    assert off_arcsec(header, expected, 10, 50) < 1e-4
    assert sky_from_header(header)[1] == []
    header.update(tan_header())
    assert off_arcsec(header, expected, 10, 50) < 1e-4
    assert "arcsec apart" in sky_from_header(header)[1][0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AMDY1": None}, "AMDY1 is missing"),
        ({"PPO3": "y 67.2"}, "PPO3 is 'y 67.2'"),
        ({"CNPIX1": None}, "CNPIX1 is missing"),
        ({"NAXIS": 3}, "NAXIS is 3"),
    ],
)
def test_a_plate_solution_is_whole_or_none(changes: dict[str, Any], said: str) -> None:
    header = plate([67.2, 0.0, 1.0], [67.2, 0.0, 1.0])
    for key, value in changes.items():
        header.remove(key) if value is None else header.set(key, value)
    doubt = f"its plate solution (AMDX1) is left out: {said}"
    assert sky_from_header(header) == (None, [f"no sky positions: {doubt}"])
    beside = tan_header(**{key: header[key] for key in header if key not in ("NAXIS", "SIMPLE")})
    if "NAXIS" not in changes:
        sky, notes = sky_from_header(beside)
        assert sky is not None
        assert sky.quality == "approximate"
        assert notes == [f"sky positions are approximate: {doubt}"]


@pytest.mark.parametrize("rest", [{"AMDX1": 67.2}, {"CNPIX1": 1, "CNPIX2": 2}, {"PPO3": 1.0}])
def test_what_is_left_of_a_plate_solution_ends_no_process(rest: dict[str, Any]) -> None:
    """Each of these has wcslib write beyond its memory, or lose the WCS beside it."""
    sky, _ = sky_from_header(tan_header(**rest))
    assert sky is not None
    assert sky_from_header(fits.Header({"NAXIS": 0, **rest}.items()))[0] is None


@pytest.mark.parametrize("key", ["NAXIS", "WCSAXES", "WCSAXESB"])
@pytest.mark.parametrize("value", [100_000, -1, 1.5, "x"])
def test_axes_that_nobody_has(key: str, value: object) -> None:
    header = sky_header(sip=False)
    header[key] = value
    sky, notes = sky_from_header(header)
    assert sky is None
    assert notes == [
        f"no sky positions, since the WCS cannot be used: {key} is {value!r}; allowed are 99 axes"
    ]


@pytest.mark.parametrize("error", [MemoryError("NAXES was not set"), RuntimeError("NULL error")])
def test_errors_of_wcslib_cost_the_positions_alone(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("hubble_dash.builder.sky.header.WCS", fail)
    sky, notes = sky_from_header(sky_header(sip=False))
    assert sky is None
    assert notes == [f"no sky positions, since the WCS cannot be used: {error}"]

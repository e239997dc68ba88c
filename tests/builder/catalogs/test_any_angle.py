"""Angles of any value, in all spellings that are read."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubble_dash.builder.catalogs.angles import AngleColumn, to_degrees
from hubble_dash.cli.asking import _parse_position

# Of hours or degrees, minutes and seconds; the sign goes before.
SPELLINGS = (
    "{sign}{whole:02d}:{minutes:02d}:{seconds}",
    "{sign}{whole:d} {minutes:d} {seconds}",
    "{sign}{whole:d}{unit}{minutes:d}m{seconds}s",
    "{sign}{whole:02d}{unit} {minutes:02d}m {seconds}s",
)
SIGNS = {"": 1, "+": 1, "-": -1, "\u2212": -1, "\u2013": -1}


@st.composite
def sexagesimals(draw: st.DrawFn, *, unit: str, most: int) -> tuple[str, Fraction]:
    """A text, and what it says, exactly, in hours or degrees."""
    sign = draw(st.sampled_from([*SIGNS] if unit == "d" else [""]))
    whole, minutes = draw(st.integers(0, most - 1)), draw(st.integers(0, 59))
    digits = draw(st.integers(0, 6))
    seconds = draw(st.integers(0, 60 * 10**digits - 1))
    value = Fraction(whole) + Fraction(minutes, 60) + Fraction(seconds, 3600 * 10**digits)
    text = f"{seconds // 10**digits:02d}"
    text += f".{seconds % 10**digits:0{digits}d}" if digits else ""
    if draw(st.booleans()):
        text = text.replace(".", ",")
    spelling = draw(st.sampled_from(SPELLINGS))
    said = spelling.format(sign=sign, whole=whole, unit=unit, minutes=minutes, seconds=text)
    return said, SIGNS[sign] * value


def read(*texts: object, is_ra: bool) -> list[float]:
    degrees, _ = to_degrees(AngleColumn("a", pd.Series(texts), None), is_ra=is_ra)
    return degrees.tolist()


@given(sexagesimals(unit="h", most=24), sexagesimals(unit="d", most=90))
def test_sexagesimal_texts_of_a_catalogue(
    ra: tuple[str, Fraction], dec: tuple[str, Fraction]
) -> None:
    (ra_deg,), (dec_deg,) = read(ra[0], is_ra=True), read(dec[0], is_ra=False)
    assert abs(ra_deg - float(15 * ra[1])) < 1e-11 * 360
    assert abs(dec_deg - float(dec[1])) < 1e-11 * 90


@given(sexagesimals(unit="h", most=24), sexagesimals(unit="d", most=90))
def test_sexagesimal_texts_of_the_command_line(
    ra: tuple[str, Fraction], dec: tuple[str, Fraction]
) -> None:
    ra_deg, dec_deg = _parse_position(f"{ra[0]} {dec[0]}")
    assert abs(ra_deg - float(15 * ra[1])) < 1e-11 * 360
    assert abs(dec_deg - float(dec[1])) < 1e-11 * 90


@given(st.floats(-180, 360), st.floats(-90, 90))
@example(-1e-20, 90.0)
@example(360.0, -90.0)
@example(-180.0, -0.0)
def test_right_ascensions_lie_below_360(ra: float, dec: float) -> None:
    (ra_deg,), (dec_deg,) = read(ra, is_ra=True), read(dec, is_ra=False)
    assert 0 <= ra_deg < 360
    assert abs((ra_deg - ra + 180) % 360 - 180) < 1e-12 * 360
    assert dec_deg == dec
    assert _parse_position(f"{ra!r} {dec!r}") == (ra_deg, dec_deg)


def as_the_page_writes(ra_deg: float, dec_deg: float, digits: int) -> list[str]:
    """A position as it is to be copied from a page (``templates/browser/text/format.js``)."""

    def parts(value: float, digits: int) -> tuple[int, int, str]:
        total = round(abs(value) * 3600 * 10**digits)
        minutes, seconds = divmod(total, 60 * 10**digits)
        text = f"{seconds / 10**digits:0{digits + 3 if digits else 2}.{digits}f}"
        return minutes // 60, minutes % 60, text

    hours, m, s = parts(ra_deg / 15, digits + 1)
    degrees, arcmin, arcsec = parts(dec_deg, digits)
    sign = "\u2212" if dec_deg < 0 else "+"
    return [
        f"{hours % 24:02d}h{m:02d}m{s}s {sign}{degrees:02d}°{arcmin:02d}′{arcsec}″",
        f"{ra_deg:.5f} {sign}{abs(dec_deg):.5f}",
    ]


@given(st.floats(0, 359.9999), st.floats(-89.9999, 89.9999), st.integers(0, 3))
def test_what_is_copied_from_a_page_is_read(ra: float, dec: float, digits: int) -> None:
    sexagesimal, plain = as_the_page_writes(ra, dec, digits)
    ra_deg, dec_deg = _parse_position(sexagesimal)
    assert abs((ra_deg - ra + 180) % 360 - 180) <= 15 * 0.501 / 3600 / 10 ** (digits + 1)
    assert abs(dec_deg - dec) <= 0.501 / 3600 / 10**digits
    np.testing.assert_allclose(_parse_position(plain), (ra, dec), atol=5.01e-6)


def test_a_comma_may_stand_alone() -> None:
    assert _parse_position("10 , 5") == (10, 5)


@pytest.mark.parametrize("text", [",", "1, ,", "10h4\udc92 5"])
def test_what_is_no_position_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not a place on the sky"):
        _parse_position(text)

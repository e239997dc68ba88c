from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time
from helpers.tables import write_text
from pyarrow import parquet as pq

from hubble_dash.builder.catalogs.catalog import read_catalog
from hubble_dash.builder.tables.read import read_table
from hubble_dash.errors import CatalogError

RA = [161.2638, 10.5, 359.75]
DEC = [-59.8678, 0.25, 89.0]
PATHS = ["a.fits", "sub/b.fits", "c d.jpg"]


def table(*, units: bool = True) -> Table:
    made = Table({"filename": PATHS, "RA": RA, "Dec": DEC, "mag": [20.5, 21.0, 19.0]})
    made["n"] = MaskedColumn([1, 2, 3], mask=[False, True, False])
    if units:
        made["RA"].unit = made["Dec"].unit = u.deg
    return made


def as_csv(path: Path) -> None:
    table().write(path, format="ascii.csv")


def as_fits(path: Path) -> None:
    hdu = fits.table_to_hdu(table())
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.ones((2, 2))), hdu]).writeto(path)


FORMATS: dict[str, Callable[[Path], object]] = {
    "a.csv": as_csv,
    "a.ecsv": lambda path: table().write(path),
    "a.xml": lambda path: table().write(path, format="votable"),
    "a.vot": lambda path: table().write(path, format="votable", tabledata_format="binary2"),
    "a.fits": as_fits,
    "a.parquet": lambda path: table().write(path),
    "b.parquet": lambda path: table().to_pandas().to_parquet(path),
}


@pytest.mark.parametrize("name", FORMATS)
def test_formats(tmp_path: Path, name: str) -> None:
    FORMATS[name](tmp_path / name)
    catalog = read_catalog(tmp_path / name)
    assert len(catalog) == 3
    assert catalog.paths == [tmp_path / path for path in PATHS]
    assert catalog.ra_deg.dtype == catalog.dec_deg.dtype == np.float64
    assert catalog.ra_deg.dtype.isnative
    assert catalog.ra_deg.tolist() == RA
    assert catalog.dec_deg.tolist() == DEC
    assert catalog.x is catalog.y is None
    assert list(catalog.metadata.columns) == ["mag", "n"]
    assert catalog.metadata["mag"].tolist() == [20.5, 21.0, 19.0]
    assert catalog.metadata["n"].isna().tolist() == [False, True, False]
    assert catalog.notes == []


@pytest.mark.parametrize(
    "lines",
    [
        ["path;ra;dec", "a.fits;161.5;-3", "b.fits;162.5;4"],
        ["path\tra\tdec", "a.fits\t161.5\t-3", "b.fits\t162.5\t4"],
        ["# made by hand", "", "path, ra, dec", "a.fits, 161.5, -3", "b.fits, 162.5, 4"],
        ["# path,ra,dec", "a.fits,161.5,-3", "b.fits,162.5,4"],
        ['"path","ra","dec"', '"a.fits","161.5","-3"', '"b.fits","162.5","4"'],
    ],
)
def test_kinds_of_csv(tmp_path: Path, lines: list[str]) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.txt", *lines, encoding="utf-8-sig"))
    assert catalog.paths == [tmp_path / "a.fits", tmp_path / "b.fits"]
    assert catalog.ra_deg.tolist() == [161.5, 162.5]
    assert catalog.dec_deg.tolist() == [-3, 4]


def test_csv_without_names(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "a.fits,161.5,-3", "b.fits,162.5,4")
    with pytest.raises(CatalogError, match="must name the columns"):
        read_catalog(path)


def test_names_of_files_are_no_numbers(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.csv", "file,n", "000123,1"))
    assert catalog.paths == [tmp_path / "000123"]


def test_sky_coordinates_of_ecsv(tmp_path: Path) -> None:
    coordinates = SkyCoord(RA, DEC, unit="deg").galactic
    QTable({"place": coordinates, "z": [1, 2, 3]}).write(tmp_path / "a.ecsv")
    catalog = read_catalog(tmp_path / "a.ecsv")
    assert catalog.ra_deg == pytest.approx(RA, abs=1e-9)
    assert catalog.dec_deg == pytest.approx(DEC, abs=1e-9)
    assert list(catalog.metadata.columns) == ["z"]


def test_columns_of_several_values_are_noted(tmp_path: Path) -> None:
    made = Table({"file": ["a.fits"], "flux": [[1.0, 2.0, 3.0]]})
    made.write(tmp_path / "a.fits")
    catalog = read_catalog(tmp_path / "a.fits")
    assert list(catalog.metadata.columns) == []
    assert "'flux' is left out" in catalog.notes[0]


def test_bad_files(tmp_path: Path) -> None:
    fits.writeto(tmp_path / "image.fits", np.ones((3, 3)))
    as_fits(tmp_path / "whole.fits")
    (tmp_path / "cut.fits").write_bytes((tmp_path / "whole.fits").read_bytes()[:6000])
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and nothing else")
    (tmp_path / "bytes.csv").write_bytes(b"\x00\xff\xfe\x80,\n\x81")
    (tmp_path / "empty.csv").touch()
    write_text(tmp_path / "cut.xml", "<VOTABLE><RESOURCE>")
    write_text(tmp_path / "page.xml", "<html></html>")
    write_text(tmp_path / "header.csv", "path,ra,dec")
    write_text(tmp_path / "remark.csv", "# nothing")
    write_text(tmp_path / "cut.ecsv", "# %ECSV 1.0", "# ---", "# datatype:", "a b")
    names = ["image.fits", "cut.fits", "cut.parquet", "bytes.csv", "empty.csv", "cut.xml"]
    names += ["page.xml", "header.csv", "remark.csv", "cut.ecsv", "none.csv"]
    for name in names:
        with pytest.raises(CatalogError, match=name):
            read_catalog(tmp_path / name)


def test_parquet_of_pandas_keeps_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": ["a.fits"], "day": pd.to_datetime(["2026-01-02"]), "ok": [True]})
    frame.to_parquet(tmp_path / "a.parquet")
    metadata = read_catalog(tmp_path / "a.parquet").metadata
    assert metadata["day"][0] == pd.Timestamp("2026-01-02")
    assert bool(metadata["ok"][0])


IDS = [6917528997577384321, 0, -(2**53) - 1]


def with_ids() -> Table:
    made = Table({"file": PATHS, "id": MaskedColumn(IDS, mask=[False, True, False])})
    made["big"] = np.array([2**64 - 1, 1, 2], np.uint64)
    made["few"] = MaskedColumn(np.array([2**64 - 1, 1, 2], np.uint64), mask=[False, True, False])
    made["digits"] = ["000123", "7", "08"]
    made["mag"] = np.array([12.3, 20.1, np.nan], np.float32)
    return made


@pytest.mark.parametrize("name", ["a.fits", "a.vot", "a.ecsv", "a.parquet", "b.parquet", "a.csv"])
def test_identifiers_stay_whole_though_some_are_missing(tmp_path: Path, name: str) -> None:
    made, path = with_ids(), tmp_path / name
    if name == "a.vot":
        # It knows no unsigned integers of 64 bits.
        made.remove_columns(["big", "few"])
    if name == "b.parquet":
        # As tools write it that are not pandas: integers with nulls, and nothing of pandas's.
        plain = made.to_pandas().convert_dtypes()
        pq.write_table(pa.Table.from_pandas(plain).replace_schema_metadata(None), path)
    else:
        made.write(path, format="votable" if name == "a.vot" else None)
    found = read_table(path).data
    assert found["id"].tolist() == [IDS[0], pd.NA, IDS[2]]
    assert found["digits"].tolist() == ["000123", "7", "08"]
    np.testing.assert_array_equal(found["mag"].astype(np.float32), made["mag"])
    if "big" in made.colnames:
        assert found["big"].tolist() == [2**64 - 1, 1, 2]
        assert found["few"].tolist() == [2**64 - 1, pd.NA, 2]


def several_of_fits(path: Path) -> None:
    meta = fits.BinTableHDU(Table({"KEY": ["a"], "VALUE": ["b"]}), name="META")
    hdus = [fits.PrimaryHDU(), meta, fits.BinTableHDU(table(), name="SOURCES")]
    fits.HDUList(hdus).writeto(path)


def several_of_votable(path: Path) -> None:
    both, other = from_table(Table({"KEY": ["a"], "VALUE": ["b"]})), from_table(table())
    both.resources[0].tables[0].ID, other.resources[0].tables[0].ID = "META", "SOURCES"
    both.resources[0].tables.append(other.resources[0].tables[0])
    both.to_xml(str(path))


def several_of_vizier(path: Path) -> None:
    rows = [f"{ra}\t{dec}" for ra, dec in zip(RA, DEC, strict=True)]
    write_text(
        path, "#RESOURCE", "#Table\tMETA:", "KEY\tVALUE", "\t", "---\t-----", "a\tb", "",
        "#RESOURCE", "#Table\tSOURCES:", "_RAJ2000\t_DEJ2000", "deg\tdeg", "---\t---", *rows,
    )  # fmt: skip


@pytest.mark.parametrize("write", [several_of_fits, several_of_votable, several_of_vizier])
def test_of_several_tables_the_first_with_positions_is_taken(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "a")
    catalog = read_catalog(tmp_path / "a")
    assert catalog.ra_deg.tolist() == RA
    assert "META" in catalog.notes[0]
    assert "SOURCES was taken" in catalog.notes[0]
    first = 1 if write is several_of_fits else 0
    for name in ("META", "meta", first, str(first)):
        assert list(read_catalog(tmp_path / "a", table=name).metadata) == ["KEY", "VALUE"]
    assert read_catalog(tmp_path / "a", table=first + 1).notes == []
    with pytest.raises(CatalogError, match=f"no table 'X'; there are: {first} META, .* SOURCES"):
        read_catalog(tmp_path / "a", table="X")
    # A column that is named tells the table too.
    assert list(read_catalog(tmp_path / "a", path_column="KEY").metadata) == ["VALUE"]


def test_columns_of_fits_that_astropy_does_not_take(tmp_path: Path) -> None:
    """Two of one name, and a truth that is not known: neither T nor F."""
    columns = [
        fits.Column("ra", "D", array=RA), fits.Column("RB", "D", array=DEC),
        fits.Column("ok", "L", array=[True, False, False]),
    ]  # fmt: skip
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    raw = bytearray((tmp_path / "a.fits").read_bytes().replace(b"'RB      '", b"'ra      '"))
    raw[raw.rindex(b"F")] = 0
    (tmp_path / "a.fits").write_bytes(raw)
    found = read_table(tmp_path / "a.fits").data
    assert found["ra"].tolist() == RA
    assert found["ra_2"].tolist() == DEC
    assert found["ok"].tolist() == [True, False, pd.NA]


def test_times_keep_their_digits(tmp_path: Path) -> None:
    made = Table({"file": ["a.fits", "b.fits"]})
    made["mjd"] = Time([59123.456789012, 60000.5], format="mjd")
    made["date"] = Time(["2026-03-15T01:02:03.123456", "2026-03-15"])
    made.write(tmp_path / "a.ecsv")
    found = read_table(tmp_path / "a.ecsv").data
    assert found["mjd"].tolist() == [59123.456789012, 60000.5]
    assert found["date"].tolist() == ["2026-03-15T01:02:03.123", "2026-03-15T00:00:00"]


MRT = """\
Title: Stars
================================================================================
Byte-by-byte Description of file: stars.txt
--------------------------------------------------------------------------------
   Bytes Format Units  Label  Explanations
--------------------------------------------------------------------------------
   1-  4 A4     ---    ID     Name
   6-  7 I2     h      RAh    Hour of Right Ascension (J2000)
   9- 10 I2     min    RAm    Minute of Right Ascension (J2000)
  12- 16 F5.2   s      RAs    Second of Right Ascension (J2000)
      18 A1     ---    DE-    Sign of the Declination (J2000)
  19- 20 I2     deg    DEd    Degree of Declination (J2000)
  22- 23 I2     arcmin DEm    Arcminute of Declination (J2000)
  25- 28 F4.1   arcsec DEs    Arcsecond of Declination (J2000)
  30- 34 F5.2   mag    Vmag   ?=99.99 Magnitude
--------------------------------------------------------------------------------
0012 05 35 17.30 -00 23 28.0 12.50
0013 05 35 18.30 +05 23 28.0 99.99
"""


def test_positions_in_parts_of_a_table_of_a_journal(tmp_path: Path) -> None:
    catalog = read_catalog(write_text(tmp_path / "a.txt", MRT))
    true = SkyCoord(
        ["05 35 17.30 -00 23 28.0", "05 35 18.30 +05 23 28.0"], unit=("hourangle", "deg")
    )
    np.testing.assert_allclose(catalog.ra_deg, true.ra.deg, atol=1e-12)
    np.testing.assert_allclose(catalog.dec_deg, true.dec.deg, atol=1e-12)
    assert catalog.metadata["ID"].tolist() == ["0012", "0013"]
    assert catalog.metadata["Vmag"].isna().tolist() == [False, True]
    old = write_text(tmp_path / "old.txt", MRT.replace("J2000", "B1950"))
    assert read_catalog(old).ra_deg is None


def test_sextractor_and_ipac(tmp_path: Path) -> None:
    lines = ["#   1 NUMBER  Running number", "#   2 ALPHA_J2000  Right ascension  [deg]"]
    lines += [
        "#   3 DELTA_J2000  Declination  [deg]",
        "#   4 FLUX_APER  Fluxes  [count]",
        "#   6 FLAGS",
    ]
    rows = [
        f"{i} {ra} {dec} 1.5e3 2.5D+03 0" for i, (ra, dec) in enumerate(zip(RA, DEC, strict=True))
    ]
    found = read_table(write_text(tmp_path / "a.cat", *lines, *rows))
    assert found.data["ALPHA_J2000"].tolist() == RA
    assert found.data["FLUX_APER_1"].tolist() == [2500.0] * 3
    assert found.units == {
        "ALPHA_J2000": "deg",
        "DELTA_J2000": "deg",
        "FLUX_APER": "ct",
        "FLUX_APER_1": "ct",
    }
    with_ids()["file", "id", "digits"].write(tmp_path / "a.tbl", format="ascii.ipac")
    found = read_table(tmp_path / "a.tbl")
    assert found.data["id"].tolist() == [IDS[0], pd.NA, IDS[2]]
    assert found.data["digits"].tolist() == ["000123", "7", "08"]


def test_parquet_of_any_tool(tmp_path: Path) -> None:
    """An index is a column like others, bytes are texts, and lists are left out."""
    frame = pd.DataFrame({"n": [1, 2], "v": [[1.0], [2.0]]}, index=pd.Index(["a.png", "b.png"]))
    frame.assign(b=[b"x", b"y"]).to_parquet(tmp_path / "a.parquet")
    found = read_table(tmp_path / "a.parquet")
    assert found.data["__index_level_0__"].tolist() == ["a.png", "b.png"]
    assert found.data["b"].tolist() == ["x", "y"]
    assert "'v' is left out" in found.notes[0]
    frame.rename_axis("file").to_parquet(tmp_path / "b.parquet")
    assert [path.name for path in read_catalog(tmp_path / "b.parquet").paths] == ["a.png", "b.png"]


def test_lists_of_any_length_are_left_out(tmp_path: Path) -> None:
    lists = np.array([np.ones(2), np.ones(3)], dtype=object)
    columns = [fits.Column("n", "J", array=[1, 2]), fits.Column("v", "PE()", array=lists)]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    found = read_table(tmp_path / "a.fits")
    assert list(found.data) == ["n"]
    assert "'v' is left out" in found.notes[0]


def test_an_archive_s_error_is_told(tmp_path: Path) -> None:
    info = '<INFO name="QUERY_STATUS" value="{}">{}</INFO>{}'
    votable = f'<VOTABLE version="1.3"><RESOURCE>{info}</RESOURCE></VOTABLE>'
    write_text(tmp_path / "a.vot", votable.format("ERROR", "no such table: gaia", ""))
    with pytest.raises(CatalogError, match="an archive's error: no such table: gaia"):
        read_table(tmp_path / "a.vot")
    data = "<DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA>"
    rows = f'<TABLE><FIELD name="n" datatype="int"/>{data}</TABLE>'
    write_text(tmp_path / "b.vot", votable.format("OVERFLOW", "", rows))
    assert "cut this catalogue off" in read_table(tmp_path / "b.vot").notes[0]


HEAD = {
    "tabular": r"""\begin{tabular}{lrr}
Name & RA & Dec \\""",
    "one line": r"""\begin{deluxetable}{lrr}
\tablehead{\colhead{Name} & \colhead{RA} & \colhead{Dec}}
\startdata""",
    "two lines": r"""\begin{deluxetable}{lrr}
\tablehead{\colhead{Name} & \colhead{RA} & \colhead{Dec} \\
\colhead{} & \colhead{(deg)} & \colhead{}}
\startdata""",
}


@pytest.mark.parametrize("kind", HEAD)
def test_latex(tmp_path: Path, kind: str) -> None:
    rows = [r"007 & 150.05 & $-1.95$ \\", r"008 & 149.93 & \nodata \\"]
    end = r"\end{tabular}" if kind == "tabular" else "\\enddata\n\\end{deluxetable}"
    found = read_table(write_text(tmp_path / "a.tex", HEAD[kind], *rows, end)).data
    assert found["Name"].tolist() == ["007", "008"]
    assert found["RA"].tolist() == [150.05, 149.93]
    np.testing.assert_array_equal(found["Dec"], [-1.95, np.nan])


def test_units_in_a_table_of_latex(tmp_path: Path) -> None:
    table = Table({"n": [1, 2], "ra": [150.05, 149.93] * u.deg, "dec": [2.5, -1.95] * u.deg})
    table.write(tmp_path / "a.tex", format="ascii.latex")
    found = read_table(tmp_path / "a.tex")
    assert found.data.to_dict("list") == {name: table[name].tolist() for name in table.colnames}
    assert found.units == {"ra": "deg", "dec": "deg"}


def test_what_gaia_s_archive_writes_where_there_is_nothing(tmp_path: Path) -> None:
    kinds = {
        "source_id": "int64",
        "n": "int64",
        "parallax": "float64",
        "flag": "bool",
        "s": "string",
    }
    head = ["# %ECSV 1.0", "# ---", "# delimiter: ','", "# datatype:"]
    head += [f"# - {{name: {name}, datatype: {kind}}}" for name, kind in kinds.items()]
    rows = ["6917528997577384321,null,null,null,null", "4295806720000000001,7,2.5,True,x"]
    path = write_text(tmp_path / "a.ecsv", *head, ",".join(kinds), *rows)
    found = read_table(path).data
    assert found["source_id"].tolist() == [6917528997577384321, 4295806720000000001]
    assert found["n"].tolist() == [pd.NA, 7]
    assert found.iloc[0].isna().tolist() == [False, True, True, True, True]
    assert found.iloc[1].tolist() == [4295806720000000001, 7, 2.5, True, "x"]

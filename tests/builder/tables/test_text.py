"""Tables that are text, as people and their tools write them."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.tables import write_text

from hubble_dash.builder.tables.astropy_tables import TableFile
from hubble_dash.builder.tables.read import read_table
from hubble_dash.builder.tables.text import sections, unique_names
from hubble_dash.errors import CatalogError

IDS, RA, DEC = ["007", "008"], [150.05, 149.93], [2.05, -1.95]


def read(path: Path, *lines: str, **options: str) -> TableFile:
    return read_table(write_text(path, *lines, **options))


# Each is the same two rows.
WRITTEN = {
    "blanks": ["id ra dec", "007 150.05 2.05", "  008  149.93   -1.95"],
    "remark names columns": ["# id ra dec", "007 150.05 2.05", "008 149.93 -1.95"],
    "remarks between rows": [
        "id ra dec", "007 150.05 2.05", "# a b", "# a b c", "008 149.93 -1.95",
    ],
    "remarks in CSV": ["id,ra,dec", "007,150.05,2.05", "# a second night", "008,149.93,-1.95", "#"],
    "VizieR": [
        "#RESOURCE=yCat", "#Column\tid\t(A3)", "id\tra\tdec", "\tdeg\tdeg", "---\t------\t-----",
        "007\t150.05\t+2.05", "008\t149.93\t -1.95", "", "#END#",
    ],
    "DS9, Aladin": ["id\tra\tdec", "---\t---\t---", "007\t150.05\t2.05", "008\t149.93\t-1.95"],
    "Skycat": [
        "QueryResult", "", "id\tra\tdec", "--\t--\t--", "007\t150.05\t2.05", "008\t149.93\t-1.95",
    ],
    "RDB": ["id\tra\tdec", "3S\t8N\t8N", "007\t150.05\t2.05", "008\t149.93\t-1.95"],
    "TOPCAT": [
        "+-----+--------+-------+", "| id  | ra     | dec   |", "+-----+--------+-------+",
        "| 007 | 150.05 | 2.05  |", "| 008 | 149.93 | -1.95 |", "+-----+--------+-------+",
    ],
    "Markdown": [
        "| id | ra | dec |", "|:--|---|--:|", "| 007 | 150.05 | 2.05 |", "|008|149.93|-1.95|",
    ],
    "psql": [
        " id | ra | dec", "----+----+-----", " 007 | 150.05 | 2.05", " 008 | 149.93 | -1.95",
        "(2 rows)",
    ],
    "MySQL": [
        "+-----+--------+-------+", "| id  | ra     | dec   |", "+-----+--------+-------+",
        "| 007 | 150.05 |  2.05 |", "| 008 | 149.93 | -1.95 |", "+-----+--------+-------+",
        "2 rows in set (0.00 sec)",
    ],
    "Excel of Germany": ["sep=;", "id;ra;dec", "007;150,05;2,05", "008;149,93;-1,95"],
    "empty values at the end": ["id,ra,dec", "007,150.05,2.05,", "008,149.93,-1.95,,"],
    "quotes after blanks": ['id, ra, dec', '"007", 150.05, 2.05', '"008", 149.93, -1.95'],
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITTEN)
def test_dialects(tmp_path: Path, kind: str) -> None:
    found = read(tmp_path / "a.txt", *WRITTEN[kind])
    assert found.data.to_dict("list") == {"id": IDS, "ra": RA, "dec": DEC}
    assert found.units == ({"ra": "deg", "dec": "deg"} if kind == "VizieR" else {})
    assert found.notes == []


TEXT = "id;ra;dec;Größe\r\n007;150,05;2,05;ü–\r\n008;149,93;-1,95;\r\n"


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", ""), ("utf-16-be", ""),
        ("utf-32", ""), ("cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, noted: str) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    found = read_table(tmp_path / "a.csv")
    assert found.data["ra"].tolist() == RA
    assert found.data["Größe"].fillna("").tolist() == ["ü–", ""]
    assert len(found.notes) == bool(noted)
    assert noted in "".join(found.notes)


def test_latin_1_and_the_ends_of_lines_of_old_macs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,ra,dec,x\r007,1.5,2,\x81ü\r".encode("latin-1"))
    found = read_table(tmp_path / "a.csv")
    assert found.data["x"].tolist() == ["\x81ü"]
    assert "ISO 8859-1" in found.notes[0]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a.csv").write_bytes(pack(TEXT.encode()))
    assert read_table(tmp_path / "a.csv").data["dec"].tolist() == DEC


def test_values_in_quotes_may_have_separators_blanks_and_lines(tmp_path: Path) -> None:
    lines = ["id,note,n", '1,"two\nlines, and ""more""",2', '2,"# no remark",3']
    assert read(tmp_path / "a.csv", *lines).data["note"].tolist() == [
        'two\nlines, and "more"', "# no remark",
    ]  # fmt: skip
    lines = ["# id name n", '1 "NGC 1" ""', "2 'M 31' 4", "3 Barnard's 5"]
    found = read(tmp_path / "a.txt", *lines).data
    assert found["name"].tolist() == ["NGC 1", "M 31", "Barnard's"]
    assert found["n"].fillna(0).tolist() == [0, 4, 5]


def test_columns_below_dashes_may_have_gaps(tmp_path: Path) -> None:
    lines = ["id  name      n", "--- ------- ---", "1   NGC 1     4", "2             5", "3   M 31"]
    found = read(tmp_path / "a.txt", *lines).data
    assert found["name"].fillna("").tolist() == ["NGC 1", "", "M 31"]
    assert found["n"].fillna(0).tolist() == [4, 5, 0]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["id,ra,dec,name", "1,150,2,Smith, J."], "line 2 has 5 values, and 4 columns are named"),
        (["# made", "", "id ra dec", "1 2 3", "2 3"], "line 5 has 2 values, and 3 columns"),
        (["007 150.05 2.05", "008 149.93 -1.95"], "the first line must name the columns"),
        ([",".join(["0.125"] * 500)] * 2, r"it is '(0\.125 ){10}\.\.\.'; put a line of names"),
        (["id,ra,dec"], "has no rows"),
        (["sep=;"], "has no rows"),
    ],
)
def test_rows_that_do_not_fit_are_no_guess(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        read(tmp_path / "a.csv", *lines)


def test_a_short_row_of_a_csv_lacks_its_last_values(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,ra,name", "1,150", "2,149,x").data
    assert found["name"].fillna("").tolist() == ["", "x"]


def test_names_of_columns(tmp_path: Path) -> None:
    data = read(tmp_path / "a.csv", ",ra,ra, ra ,ra_2,", "0,1,2,3,4,5").data
    assert data.iloc[0].to_dict() == {
        "column 1": 0, "ra": 1, "ra_3": 2, "ra_4": 3, "ra_2": 4, "column 6": 5,
    }  # fmt: skip
    assert list(read(tmp_path / "b.csv", "name,0,1,2", "a,1.5,2,3").data) == ["name", "0", "1", "2"]
    assert list(read(tmp_path / "c.csv", "File Name,RA J", "a b c.png,1").data) == [
        "File Name",
        "RA J",
    ]
    assert unique_names([0, None, "a", "a"]) == ["0", "None", "a", "a_2"]


def test_tables_of_one_vizier_file_are_taken_apart() -> None:
    one = "#RESOURCE=1\n#Table\tI_1:\n#Column x\nName\tMag\n\tmag\n----\t----\nA\t1\n\n"
    two = "#RESOURCE=2\n#Table\tII_2:\nRAJ2000\tDEJ2000\n\t\n-----\t-----\n10\t-59\n"
    assert sections((one + two).encode()) == [("I_1", one.encode()), ("II_2", two.encode())]
    assert sections(one.encode()) == [("", one.encode())]


def test_large_csv_is_read_by_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row it would take ten times as long."""
    monkeypatch.setattr("hubble_dash.builder.tables.text._read_row_by_row", None)
    lines = ["file,id,mag", *(f"g{i}.png,{2**62 + i},{i / 7!r}" for i in range(2000))]
    data = read(tmp_path / "a.csv", *lines).data
    assert data["id"].tolist() == [2**62 + i for i in range(2000)]
    assert data["mag"].tolist() == [i / 7 for i in range(2000)]


@pytest.mark.parametrize(
    "lines",
    [
        ["id,name", '1,"abc', "2,def", "3,x"],
        ["id,name,z", '1,"abc,5', "2,def,6"],
        ["id\tname", '1\t"abc', '2\t"def', "3\tx"],
    ],
)
def test_a_quote_that_does_not_end_swallows_no_rows(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(CatalogError, match="a double quote opens a text that another one must end"):
        read(tmp_path / "a.csv", *lines)


def test_quotes_inside_of_texts(tmp_path: Path) -> None:
    found = read(tmp_path / "a.tsv", "id\tname", '1\t5" disk', '2\t"6"" disk"').data
    assert found["name"].tolist() == ['5" disk', '6" disk']


def test_a_line_of_units(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "name,ra,dec,z", ",deg,deg,", "a,150.5,2.5,1", "b,151,3,2")
    assert found.data["ra"].tolist() == [150.5, 151]
    assert found.units == {"ra": "deg", "dec": "deg"}


def test_names_in_a_remark_above_numbers_that_count(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.txt", "# id ra dec", "1 2 3", encoding="utf-8-sig")
    assert read_table(path).data.to_dict("list") == {"id": [1], "ra": [2], "dec": [3]}


@pytest.mark.parametrize("mark", ["#", "%", "//", "!"])
def test_remarks_of_other_programs(tmp_path: Path, mark: str) -> None:
    found = read(tmp_path / "a.txt", f"{mark} made, by; hand", f"{mark} id ra", "1 2", "3 4").data
    assert found.to_dict("list") == {"id": [1, 3], "ra": [2, 4]}
    assert list(read(tmp_path / "b.csv", f"{mark} by hand", "id,ra", "1,2").data) == ["id", "ra"]


def test_rows_of_nothing_count_alike_on_both_ways(tmp_path: Path) -> None:
    """Rows are counted where vectors go by them; lines of nothing are none."""
    lines = ["ra,dec", "1,2", ",", "", "3,4"]
    assert len(read(tmp_path / "a.csv", *lines).data) == 3
    assert len(read(tmp_path / "b.csv", *lines, "# a remark").data) == 3


def test_long_texts(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,outline", f"1,{'5 ' * 100_000}x").data
    assert len(found["outline"][0]) == 200_001


def test_a_carriage_return_within_a_line_ends_none(tmp_path: Path) -> None:
    text = b"id,ra,dec,note\n007,150.05,2.05,a\rb\n008,149.93,-1.95,c\r\r\n"
    (tmp_path / "a.csv").write_bytes(text)
    found = read_table(tmp_path / "a.csv")
    assert found.data["id"].tolist() == IDS
    assert found.data["note"].tolist() == ["a b", "c"]
    (tmp_path / "b.csv").write_bytes(b"id,ra,dec\r007,150.05,2.05\r008,149.93,-1.95\n")
    assert read_table(tmp_path / "b.csv").data["id"].tolist() == IDS

"""What columns of texts become: nothing that was written is lost."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from hubble_dash.builder.tables.kinds import as_minus, cut_identifiers, nullable, series_of, typed


def column(*cells: str, **options: object) -> pd.Series:
    data, _ = typed(pa.table({"c": list(cells)}), **options)  # type: ignore[arg-type]
    return data["c"]


@pytest.mark.parametrize(
    ("cells", "kind", "wanted"),
    [
        (["6917528997577384321", "2"], "int64", [6917528997577384321, 2]),
        (["6917528997577384321", ""], "Int64", [6917528997577384321, None]),
        (["9007199254740993", "NaN"], "Int64", [2**53 + 1, None]),
        (["0042", "1e5", "7"], "str", ["0042", "1e5", "7"]),
        (["1e5", "00.5", "-0.1"], "float64", [1e5, 0.5, -0.1]),
        (["-9223372036854775808", "+7"], "int64", [-(2**63), 7]),
        (["18446744073709551615", "null", "3"], "UInt64", [2**64 - 1, None, 3]),
        (["18446744073709551616", "1"], "str", ["18446744073709551616", "1"]),
        (["18446744073709551615", "-1"], "str", ["18446744073709551615", "-1"]),
        (["1237649770260463687.0", "5."], "int64", [1237649770260463687, 5]),
        (["1237649770260463687", "12.5"], "str", ["1237649770260463687", "12.5"]),
        (["000123", "7"], "str", ["000123", "7"]),
        (["-00", "3"], "str", ["-00", "3"]),
        (["0", "-0", "10"], "int64", [0, 0, 10]),
        (["59123.456789012", "60000"], "float64", [59123.456789012, 60000.0]),
        (["1.5D+02", "-1e-30", ".5", "7."], "float64", [150.0, -1e-30, 0.5, 7.0]),
        (["inf", "-Infinity", "1"], "float64", [np.inf, -np.inf, 1.0]),
        (["\u22121.95", "2", "\u20133.5"], "float64", [-1.95, 2.0, -3.5]),
        (["9,5", "8,25", "-7"], "float64", [9.5, 8.25, -7.0]),
        (["1.234,5", "12.345.678,25"], "float64", [1234.5, 12345678.25]),
        (["True", "", "FALSE"], "boolean", [True, None, False]),
        (["true", "false"], "bool", [True, False]),
        (["T", "F"], "str", ["T", "F"]),
        ([" a ", "NaN", "b"], "str", ["a", None, "b"]),
        (["--", "1.5", "INDEF", "..."], "float64", [None, 1.5, None, None]),
        (["--", "a"], "str", ["--", "a"]),
        (["15.03.2026", "16.03.2026"], "str", ["15.03.2026", "16.03.2026"]),
        (["2026-03-15", ""], "str", ["2026-03-15", None]),
        (["10:45:03.6", "1"], "str", ["10:45:03.6", "1"]),
        (["0x1F", "1"], "str", ["0x1F", "1"]),
        (["1_000", "1"], "str", ["1_000", "1"]),
        (["", "NaN"], "float64", [None, None]),
        (['="000123"', '="7"'], "str", ["000123", "7"]),
    ],
)
def test_kinds(cells: list[str], kind: str, wanted: list[object]) -> None:
    found = column(*cells)
    assert str(found.dtype) == kind
    assert [None if pd.isna(value) else value for value in found] == wanted


def test_every_number_comes_back_whole() -> None:
    """Against Python's own integers and decimals."""
    random = np.random.default_rng(0)
    whole = [str(int(value)) for value in random.integers(-(2**63), 2**63, 500)]
    assert column(*whole, "").dropna().map(str).tolist() == whole
    floats = [repr(value) for value in random.normal(5e4, 1e4, 500).tolist()]
    assert [Decimal(repr(value)) for value in column(*floats)] == [*map(Decimal, floats)]


def test_a_column_named_as_text_stays_text() -> None:
    assert column("12e4", "7", as_text=["c"]).tolist() == ["12e4", "7"]


def both(separator: str, **columns: list[str]) -> tuple[pd.DataFrame, list[str]]:
    return typed(pa.table(columns), separator=separator)


def test_a_comma_that_may_be_one_of_thousands_is_no_guess() -> None:
    data, notes = both(",", flux=["1,234", "12,345"], ra=["1.5", "2.5"])
    assert data["flux"].tolist() == ["1,234", "12,345"]
    assert len(notes) == 1
    assert "'flux' is kept as text" in notes[0]
    assert "1,234" in notes[0]
    assert both("\t", flux=["1,234", "12,345"])[0]["flux"].tolist() == ["1,234", "12,345"]


def test_what_else_the_table_says_tells_decimal_commas() -> None:
    assert both(";", ra=["161,263", "10,684"])[0]["ra"].tolist() == [161.263, 10.684]
    data, notes = both("\t", ra=["161,263", "10,684"], mag=["9,5", "8,25"])
    assert data["ra"].tolist() == [161.263, 10.684]
    assert notes == []
    data, notes = both(";", n=["161,263"], ra=["161.5"])
    assert data["n"].tolist() == ["161,263"]
    assert len(notes) == 1
    # No thousands begin with a zero.
    assert both(",", z=["0,123", "0,456"])[0]["z"].tolist() == [0.123, 0.456]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int64(), pa.uint64(), pa.bool_()])
def test_missing_values_make_no_floats_of_arrow_columns(kind: pa.DataType) -> None:
    values = [True, None] if kind == pa.bool_() else [2**7 - 1, None]
    found = series_of(pa.chunked_array([pa.array(values, kind)]))
    assert found[0] == values[0]
    assert found[1] is pd.NA
    whole = series_of(pa.chunked_array([pa.array(values[:1], kind)]))
    assert isinstance(whole.dtype, np.dtype)


def test_rows_that_are_not_there_change_no_kind() -> None:
    table = pd.DataFrame({"id": np.array([2**63 - 1], np.int64), "u": np.array([2**64 - 1], "u8")})
    table = table.assign(ok=[True], mag=[1.5], name=["a"])
    found = nullable(table).reindex([0, -1])
    assert found["id"].tolist() == [2**63 - 1, pd.NA]
    assert found["u"].tolist() == [2**64 - 1, pd.NA]
    assert found["ok"].tolist() == [True, pd.NA]
    assert found["mag"].dtype == np.float64
    assert found["name"].isna().tolist() == [False, True]


def test_identifiers_that_were_floats_are_told() -> None:
    data, _ = typed(
        pa.table({"objid": ["1.23765E+18", ""], "lum_id": ["1.5", "1e43"], "L": ["1e43", "1e44"]})
    )
    (note,) = cut_identifiers(data)
    assert "'objid' holds floats such as 1.23765e+18" in note


def test_minus_signs_of_print() -> None:
    assert [*map(as_minus, ["\u221259:52", " \u2013 3", "a\u2212b", "5\u22123"])] == [
        "-59:52", "- 3", "a\u2212b", "5\u22123",
    ]  # fmt: skip

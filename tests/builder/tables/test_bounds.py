"""Tables and vectors that would take all memory or time are refused, by a line that says why."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.io import fits
from helpers import table_bombs
from helpers.tables import write_text
from pyarrow import parquet

from hubble_dash.builder.bounds import promise
from hubble_dash.builder.bounds.apart import try_apart
from hubble_dash.builder.catalogs.vectors import read_vectors
from hubble_dash.builder.tables import astropy_tables
from hubble_dash.builder.tables.read import read_table
from hubble_dash.builder.tables.text import unique_names
from hubble_dash.errors import BuildError, CatalogError


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file become 50,000 bytes."""
    monkeypatch.setattr(promise, "FREE_BYTES", 50_000)
    monkeypatch.setattr(promise, "MAX_RATIO", 1)


@pytest.mark.usefixtures("little")
def test_what_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    text = "ra,dec\n" + "1,2\n" * 20_000
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(CatalogError, match=r"a\.csv\.gz: it unpacks to more than 0 MB; unpack it"):
        read_table(tmp_path / "a.csv.gz")


@pytest.mark.usefixtures("little")
def test_very_many_rows_in_few_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": np.zeros(3_000)}).to_parquet(path)
    assert len(read_table(path).data) == 3_000
    pd.DataFrame({"a": np.zeros(30_000)}).to_parquet(path)
    why = r"a\.parquet(: it)? promises 0 MB in [\d,]+ bytes; allowed are 0 MB"
    with pytest.raises(CatalogError, match=why):
        read_table(path)
    with pytest.raises(BuildError, match=why):
        read_vectors(path)


def test_letters_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"path": ["abcdefgh"]}).to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abc\xffefgh"))
    with pytest.raises(CatalogError, match=r"a\.parquet: cannot be read: .*UTF8"):
        read_table(path)


@pytest.mark.usefixtures("little")
def test_an_archive_of_zeros_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", np.zeros((100, 20)))
    assert read_vectors(tmp_path / "a.npz").values.shape == (100, 20)
    np.savez_compressed(tmp_path / "b.npz", np.zeros((1000, 20)))
    with pytest.raises(BuildError, match=r"b\.npz promises 0 MB in [\d,]+ bytes; save it as \.npy"):
        read_vectors(tmp_path / "b.npz")


@pytest.mark.parametrize("name", ["8TB.npy", "8TB.npz"])
def test_headers_of_numpy_that_promise_terabytes(tmp_path: Path, name: str) -> None:
    make = table_bombs.VECTOR_BOMBS[name]
    if name == "8TB.npz":
        make(tmp_path / name)  # type: ignore[call-arg]
    else:
        (tmp_path / name).write_bytes(make())  # type: ignore[call-arg, arg-type]
    with pytest.raises(BuildError, match=f"{name} cannot be read: "):
        read_vectors(tmp_path / name)


@pytest.mark.parametrize("name", ["tfields_1e9.fits", "laughs.vot"])
def test_tables_that_promise_all_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(table_bombs.CATALOG_BOMBS[name]())  # type: ignore[call-arg, arg-type]
    start = time.monotonic()
    with pytest.raises(CatalogError, match=f"{name}: "):
        read_table(tmp_path / name)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("quote", ['"', "'"])
def test_no_room_is_made_for_the_rows_that_a_votable_promises(tmp_path: Path, quote: str) -> None:
    data: bytes = table_bombs.CATALOG_BOMBS["nrows_1e9.vot"]()  # type: ignore[call-arg, assignment]
    (tmp_path / "a.vot").write_bytes(
        data.replace(b'"1000000000"', f"{quote}{10**15}{quote}".encode())
    )
    start = time.monotonic()
    assert read_table(tmp_path / "a.vot").data["path"].tolist() == ["a"]
    assert time.monotonic() - start < 2


def test_far_too_many_columns_are_refused_before_they_are_taken_apart(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "path" + "," * 200_000, "a.png")
    why = "a line has 200,00[45] letters and 200,000 separators; allowed are 100,000"
    with pytest.raises(CatalogError, match=why):
        read_table(path)


def test_many_columns_of_one_name_are_soon_told_apart() -> None:
    names = unique_names(["a"] * 20_000 + ["a_3"])
    assert names[:4] == ["a", "a_2", "a_4", "a_5"]
    assert names[-1] == "a_3"
    assert len(set(names)) == 20_001


def test_whatever_a_reader_raises_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fits"
    fits.PrimaryHDU().writeto(path)

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(astropy_tables.fits, "open", fail)
    with pytest.raises(CatalogError, match=r"a\.fits: cannot be read: it takes more memory than"):
        read_table(path)


@pytest.mark.slow
def test_metadata_over_which_pyarrow_ends_the_process_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.tables.parquet.try_apart", try_apart)
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"n": ["a.png"], "x": [1.5]}), path)
    data = path.read_bytes()
    # A column n of which a value may be missing becomes one of no kind that there is.
    at = data.rindex(b"\x25\x02\x18\x01n") + 1
    assert len(read_table(path).data) == 1
    path.write_bytes(data[:at] + b"\x32" + data[at + 1 :])
    with pytest.raises(CatalogError, match=r"a\.parquet: it has metadata that cannot be read"):
        read_table(path)
    with pytest.raises(BuildError, match=r"a\.parquet has metadata that cannot be read"):
        read_vectors(path)


def test_a_number_of_columns_that_is_none_is_told(tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "J", array=[1])])
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "a.fits")
    data = (tmp_path / "a.fits").read_bytes()
    at = data.index(b"TFIELDS")
    (tmp_path / "a.fits").write_bytes(data[: at + 10] + b"'1       '".ljust(20) + data[at + 30 :])
    with pytest.raises(CatalogError, match="TFIELDS is '1'; it should be a whole number"):
        read_table(tmp_path / "a.fits")

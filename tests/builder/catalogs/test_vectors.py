"""How files of vectors are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.precomputed import as_columns, as_index, as_lists, as_npz, save, vectors
from numpy.typing import NDArray

from hubble_dash.builder.catalogs.vectors import VectorColumns, read_vectors
from hubble_dash.errors import BuildError


@pytest.mark.parametrize("names", [None, ["b.png", "a.png", "c.png"]], ids=["order", "names"])
@pytest.mark.parametrize("write", [as_lists, as_columns, as_index, as_npz])
def test_files_are_told_apart_by_content(
    tmp_path: Path, write: Callable[..., None], names: list[str] | None
) -> None:
    values = vectors(3, 12)
    write(tmp_path / "v.data", values, names)
    found = read_vectors(tmp_path / "v.data")
    np.testing.assert_array_equal(found.values, values)
    assert found.names == names


def test_npy_is_mapped(tmp_path: Path) -> None:
    found = read_vectors(save(tmp_path / "v.npy", vectors(5).astype(">f8")))
    assert isinstance(found.values, np.memmap)


NAMES = ["b.png", "a.png", "c.png"]


def frame(values: NDArray[np.float32], **others: object) -> pd.DataFrame:
    table = pd.DataFrame(values, columns=[f"feat_{i}" for i in range(values.shape[1])])
    return table.assign(**others)


def as_csv(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False)


def as_parquet(path: Path, table: pd.DataFrame) -> None:
    table.to_parquet(path)


@pytest.mark.parametrize("write", [as_csv, as_parquet])
@pytest.mark.parametrize(
    "column",
    [
        *("id_str", "object_id", "objid", "iauname", "name", "path", "file_name", "ID"),
        *("TARGETID", "sdss_id", "dr7objid", "designation", "asset_id", "subject_id"),
    ],
)
def test_columns_that_name_images(
    tmp_path: Path, write: Callable[[Path, pd.DataFrame], None], column: str
) -> None:
    values = vectors(3, 12)
    write(tmp_path / "v", frame(values, **{column: NAMES}))
    found = read_vectors(tmp_path / "v")
    np.testing.assert_array_equal(found.values.astype(np.float32), values)
    assert found.names == NAMES
    assert found.notes == []


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_identifiers_that_are_numbers_name_images(
    tmp_path: Path, write: Callable[[Path, pd.DataFrame], None]
) -> None:
    write(tmp_path / "v", frame(vectors(2), object_id=[2**53 + 1, 7]))
    assert read_vectors(tmp_path / "v").names == ["9007199254740993", "7"]
    write(tmp_path / "v", frame(vectors(2), file=["000123", "7"]))
    assert read_vectors(tmp_path / "v").names == ["000123", "7"]


def test_features_that_happen_to_be_whole_are_features(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("id_str,f_0,f_1,f_2\na,0,1.5,3\nb,0,2.5,4\n")
    found = read_vectors(tmp_path / "v.csv")
    assert found.values.tolist() == [[0, 1.5, 3], [0, 2.5, 4]]
    (tmp_path / "w.csv").write_text("name,0,1,2\na,0,1.5,3\nb,0,2.5,4\n")
    assert read_vectors(tmp_path / "w.csv").values.tolist() == [[0, 1.5, 3], [0, 2.5, 4]]


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_labels_are_no_features(
    tmp_path: Path, write: Callable[[Path, pd.DataFrame], None]
) -> None:
    values = vectors(3)
    write(tmp_path / "v", frame(values, file=NAMES, label=[1, 1, 0], split=["a", "b", "a"]))
    found = read_vectors(tmp_path / "v")
    np.testing.assert_array_equal(found.values.astype(np.float32), values)
    assert found.notes == ["Columns of the vectors' file that are no features: label, split."]


def test_columns_by_which_a_hats_catalogue_is_cut_are_no_features(tmp_path: Path) -> None:
    values = vectors(3)
    parts = {"_healpix_29": [2**61, 5, 7], "Norder": [1] * 3, "Dir": [0] * 3, "Npix": [4, 5, 6]}
    table = pd.DataFrame({**parts, "object_id": NAMES, "embedding": list(values)})
    table.to_parquet(tmp_path / "v")
    found = read_vectors(tmp_path / "v")
    np.testing.assert_array_equal(found.values, values)
    assert found.names == NAMES
    assert "_healpix_29, Norder, Dir, Npix" in found.notes[0]


def test_what_the_user_says_of_columns(tmp_path: Path) -> None:
    values = vectors(3)
    table = frame(values, ra=[1.0, 2, 3], dec=[4.0, 5, 6], tile=NAMES, quality=[1, 2, 3])
    table.to_parquet(tmp_path / "v")
    with pytest.raises(BuildError, match="--leave-out-column ra --leave-out-column dec"):
        read_vectors(tmp_path / "v")
    left_out = ["ra", "dec"]
    with pytest.raises(BuildError, match="or say --name-column; leave out the others"):
        read_vectors(tmp_path / "v", VectorColumns(None, left_out))
    with pytest.raises(BuildError, match="leave out the others with --leave-out-column"):
        read_vectors(tmp_path / "v", VectorColumns("tile", left_out))
    found = read_vectors(tmp_path / "v", VectorColumns("tile", [*left_out, "quality"]))
    np.testing.assert_array_equal(found.values, values)
    assert found.names == NAMES
    by_number = read_vectors(tmp_path / "v", VectorColumns("quality", [*left_out, "tile"]))
    assert by_number.names == ["1", "2", "3"]
    for columns in (VectorColumns("nothing"), VectorColumns(None, ["nothing"])):
        with pytest.raises(BuildError, match="no column 'nothing'; there are: feat_0,"):
            read_vectors(tmp_path / "v", columns)
    save(tmp_path / "v.npy", values)
    with pytest.raises(BuildError, match="has no columns with names"):
        read_vectors(tmp_path / "v.npy", VectorColumns("tile"))


def test_lists_beside_what_is_left_out(tmp_path: Path) -> None:
    values = vectors(3)
    table = pd.DataFrame({"embedding": list(values), "object_id": ["1", "2", "3"], "z": [0.1] * 3})
    table.to_parquet(tmp_path / "v")
    found = read_vectors(tmp_path / "v", VectorColumns(None, ["z"]))
    np.testing.assert_array_equal(found.values, values)
    assert found.names == ["1", "2", "3"]


def test_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "v.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    with pytest.raises(
        BuildError, match=r"an HDF5 file; .*vectors can be \.npy, \.npz, Parquet or CSV"
    ):
        read_vectors(tmp_path / "v.h5")


@pytest.mark.parametrize("named", [True, False])
def test_an_index_that_pandas_kept(tmp_path: Path, named: bool) -> None:
    """In CSV it has no name: texts are those of images, numbers say nothing."""
    values = vectors(3)
    pd.DataFrame(values, index=NAMES if named else None).to_csv(tmp_path / "v.csv")
    found = read_vectors(tmp_path / "v.csv")
    np.testing.assert_array_equal(found.values.astype(np.float32), values)
    assert found.names == (NAMES if named else None)

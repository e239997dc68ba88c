"""Files that are no tables are named as what they are."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hubble_dash.builder.tables.formats import unpacked
from hubble_dash.builder.tables.read import read_table
from hubble_dash.errors import CatalogError


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, "x")
    return packed.getvalue()


def tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as file:
        file.addfile(tarfile.TarInfo("a.csv"))
    return packed.getvalue()


def array() -> bytes:
    saved = io.BytesIO()
    np.save(saved, np.ones(3))
    return saved.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b"<!DOCTYPE html><html><title>Log &amp; in</title>",
            r"a web page \(Log & in\), not a table",
        ),
        (b"<html><title>\x1b[31mred", r"a web page, not"),
        (b"<html><title>\x1b[31mred</title>", r"a web page \(\[31mred\), not"),
        (b"\n \n<HTML lang='de'><body>", "a web page, not a table"),
        (b"\xef\xbb\xbf<!-- hi --><html>", "a web page"),
        (b"<?xml version='1.0'?><kml/>", "XML, but no VOTable"),
        (zipped("[Content_Types].xml"), "a spreadsheet; save it as CSV"),
        (zipped("a.csv"), "a ZIP archive; unpack it"),
        (gzip.compress(tarred(), mtime=0), "a tar archive; unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "an HDF5 file; write it as Parquet"),
        (array(), "a NumPy array"),
        (json.dumps([{"ra": 1}]).encode(), "is JSON"),
        (json.dumps({"ra": 1}).encode("utf-16"), "is JSON"),
        (b"# Region file format: DS9 version 4.1\nfk5\ncircle(1,2,3)", "a file of DS9 regions"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1f\x9d\x90", "packed by compress"),
        (b"id,ra\n\x00\x01\x02", "bytes that no text has"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(CatalogError, match=rf"a\.csv: it .*{told}"):
        read_table(tmp_path / "a.csv")


def test_packed_files_have_a_bound(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(2000))
    (tmp_path / "a.csv").write_bytes(packed)
    with pytest.raises(CatalogError, match="more than"):
        unpacked(tmp_path / "a.csv", packed, max_bytes=1999)
    assert unpacked(tmp_path / "a.csv", packed, max_bytes=2000) == bytes(2000)

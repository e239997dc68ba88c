"""Catalogues, tables and vectors of other people's tools."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits
from astropy.table import Table

from fuzzing.judging import promised
from fuzzing.target import Read, Target, file_reader

__all__ = ["TARGETS"]

_TEXTS: Mapping[str, str] = {
    "csv": "path,ra,dec,id\na.fits,161.26,-59.86,1234567890123456789\nb.fits,10.5,2e1,7\n",
    "quoted": 'file;ra;dec;"a ""b"""\n"x;y.png";10,5;-20,25;"1\n2"\n',
    "hours": "name|ra|dec\nM31|00:42:44.3|+41 16 09\nM33|01h33m50s|\u221230d39m\n",
    "blanks": "# x y mag\n1.5 2.5 20.1\n3 4 nan\n",
    "sextractor": "#   1 NUMBER  Number\n#   2 X_IMAGE  [pixel]\n#   3 Y_IMAGE  [pixel]\n1 2.5 3\n",
    "ipac": (
        "\\fixlen = T\n| ra     | dec    | name |\n| double | double | char |\n| deg    | deg    |"
        "      |\n| null   | null   | null |\n  10.5     -20.25   a     \n"
    ),
    "mrt": (
        "Title: A\nAuthors: B\nTable: C\n" + "=" * 80 + "\nByte-by-byte Description of file: a\n"
        + "-" * 80 + "\n   Bytes Format Units Label Explanations\n" + "-" * 80
        + "\n   1-  2 I2     h     RAh   Hour\n   4-  5 I2     min   RAm   Minute\n"
        "   7- 10 F4.1   s     RAs   Second\n      12 A1     ---   DE-   Sign\n"
        "  13- 14 I2     deg   DEd   Degree\n  16- 17 I2     arcmin DEm  Minute\n"
        "  19- 20 I2     arcsec DEs  Second\n" + "-" * 80 + "\n10 45 03.6 -59 52 04\n"
    ),
    "vizier": (
        "#RESOURCE=a\n#Table\tI_1_a:\n#Name: I/1/a\n_RAJ2000\t_DEJ2000\tB\ndeg\tdeg\tmag\n"
        "--------\t--------\t---\n010.6847\t+41.2687\t3.4\n\n#Table\tI_1_b:\nx\ty\n \t \n-\t-\n"
        "1\t2\n"
    ),
    "latex": (
        "\\begin{deluxetable}{lcc}\n\\tablehead{\\colhead{Name} & \\colhead{RA} & \\colhead{Dec}"
        "\\\\\n& \\colhead{(deg)} & \\colhead{(deg)}}\n\\startdata\n"
        "A & $10.5$ & $-3$ \\\\\n\\enddata\n"
        "\\end{deluxetable}\n"
    ),
    "rst": "====== ====\nname   ra\n====== ====\na      10.5\n====== ====\n",
    "sep": 'sep=;\n"path";"ra";"dec"\n="000123";1;2\n',
    "page": "<!DOCTYPE html><html><title>Log in</title></html>\n",
    "regions": "# Region file format: DS9 version 4.1\nfk5\ncircle(1,2,3)\n",
    "psql": " ra  | dec \n-----+-----\n 1.5 | 2.5\n(1 row)\n",
}  # fmt: skip


def _table() -> Table:
    made = Table(
        {
            "path": ["a.fits", "b.fits"],
            "ra": [161.26, np.nan],
            "dec": [-59.86, 2.0],
            "id": np.ma.array([2**62 + 1, 7], mask=[False, True]),
            "ok": [True, False],
        }
    )
    made["ra"].unit = made["dec"].unit = "deg"
    return made


def _tables() -> dict[str, bytes]:
    made = {name: text.encode() for name, text in _TEXTS.items()}
    made["utf-16"] = _TEXTS["csv"].encode("utf-16")
    made["cp1252"] = _TEXTS["csv"].replace("a.fits", "caf\xe9.fits").encode("cp1252")
    made["packed"] = gzip.compress(made["csv"], mtime=0)
    for form in ("fits", "votable", "ascii.ecsv"):
        file, text = io.BytesIO(), io.StringIO()
        _table().write(text if form == "ascii.ecsv" else file, format=form)
        made[form] = file.getvalue() or text.getvalue().encode()
    several = [fits.BinTableHDU(_table(), name=name) for name in ("A", "B")]
    first, file = fits.PrimaryHDU(), io.BytesIO()
    fits.HDUList([first, *several, fits.TableHDU.from_columns(several[0].columns[1:3])]).writeto(
        file
    )
    made["several"] = file.getvalue()
    made["parquet"] = _parquet(_table().to_pandas())
    return made


def _parquet(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


def _catalogs(folder: Path) -> Read:
    from hubble_dash.atlas.schema import class_codes, is_long, text_codes
    from hubble_dash.builder.catalogs.catalog import read_catalog
    from hubble_dash.builder.shards.tables import _writable
    from hubble_dash.errors import CatalogError

    def read(path: Path) -> None:
        with promised(CatalogError):
            catalog = read_catalog(path)
            assert len(catalog) > 0
            for angle, least, most in ((catalog.ra_deg, 0, 360), (catalog.dec_deg, -90, 90)):
                assert angle is None or (np.isnan(angle) | (angle >= least) & (angle <= most)).all()
            catalog.rows_of(folder / "a.fits")
            catalog.of_images([folder / "a.fits", folder / "b.fits"])
            # Its columns go into an atlas, and from there to pages.
            table = _writable(catalog.metadata)
            back = pd.read_parquet(io.BytesIO(_parquet(table)))
            for name in back:
                text_codes(back[name])
                class_codes(back[name])
                is_long(back[name])

    return file_reader(folder / "catalog", read)


def _vectors() -> dict[str, bytes]:
    values = np.arange(24, dtype=np.float32).reshape(6, 4) / 7
    names = np.array([f"{i}.png" for i in range(6)])
    table = pd.DataFrame(values, columns=[f"f_{i}" for i in range(4)]).assign(name=names)
    lists = pd.DataFrame({"name": names, "features": list(values)})
    made = {
        "parquet": _parquet(table),
        "lists": _parquet(lists),
        "csv": table.to_csv(index=False).encode(),
    }
    for name, array in (("npy", values), ("doubles", values.astype(">f8"))):
        file = io.BytesIO()
        np.save(file, array)
        made[name] = file.getvalue()
    for name, arrays in (("npz", {"values": values, "names": names}), ("alone", {"v": values})):
        file = io.BytesIO()
        (np.savez if name == "npz" else np.savez_compressed)(file, **arrays)
        made[name] = file.getvalue()
    return made


def _reading_vectors(folder: Path) -> Read:
    from hubble_dash.builder.catalogs.vectors import read_vectors
    from hubble_dash.errors import BuildError

    def read(path: Path) -> None:
        with promised(BuildError):
            found = read_vectors(path)
            assert found.values.ndim == 2
            assert found.values.dtype.kind == "f"
            np.asarray(found.values[:3], np.float32).sum()
            assert found.names is None or len(found.names) == len(found.values)

    return file_reader(folder / "vectors", read)


TARGETS = (
    Target("catalog", _tables, _catalogs),
    Target("vectors", _vectors, _reading_vectors),
)

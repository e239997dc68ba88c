"""Atlases that were tampered with, one thing each, by a seed; sizes and checksums agree again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from PIL import Image as PillowImage
from pyarrow import parquet

from hubble_dash.atlas.schema import ARRAY_TYPES

__all__ = ["SECRET", "mutate", "reseal"]

# What a file outside of the atlas holds; it must never be in what comes of one.
SECRET = b"what-nobody-may-take-along"

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**31, 2**63, 10**30, -1.5, 1e308, "", "x", "../../secret.txt", "/etc",
    "a\0b", "<script>alert(1)</script>", "\x1b[31m", "\ud800", "9" * 5000, [], [[]], {}, {"a": 1},
    [None] * 3, "1970-01-01",
)  # fmt: skip
NAMES = ("../secret.txt", "/etc/passwd", "sheets/../../secret.txt", "a\0b", "", ".", "a//b", "\\x")


def mutate(source: Path, target: Path, seed: int) -> str:
    """Copy an atlas and change one thing of it.

    Parameters
    ----------
    source : Path
        A whole atlas; beside `target` a file ``secret.txt`` is written.
    target : Path
        The copy.
    seed : int
        Decides what is changed.

    Returns
    -------
    str
        What was.
    """
    random = np.random.default_rng(seed)
    shutil.copytree(source, target)
    (target.parent / "secret.txt").write_bytes(SECRET)
    # Of four, one each of the manifest, the tables, the arrays and the pictures.
    return (_manifest, _table, _array, _picture)[seed % 4](target, random)


def _pick(random: np.random.Generator, values: Any) -> Any:
    return values[int(random.integers(len(values)))]


def _manifest(atlas: Path, random: np.random.Generator) -> str:
    path = atlas / "manifest.json"
    if random.random() < 0.2:
        text = path.read_bytes()
        name, changed = _pick(random, tuple(_texts(text).items()))
        path.write_bytes(changed)
        return f"manifest.json {name}"
    said = json.loads(path.read_text(encoding="utf-8"))
    places = [place for place in _places(said) if place[0] != "files" or random.random() < 0.02]
    *above, last = _pick(random, places)
    inner = said
    for key in above:
        inner = inner[key]
    how = _pick(random, ("removed", "replaced", "replaced", "renamed"))
    told = f"manifest.json {'.'.join(map(str, [*above, last]))} {how}"
    old = inner[last]
    if how == "replaced":
        inner[last] = value = _pick(random, VALUES)
        told += f" by {ascii(value)[:40]}"
    elif isinstance(inner, list):
        inner.remove(old)
    else:
        del inner[last]
        if how == "renamed":
            inner[_pick(random, NAMES)] = old
    path.write_text(json.dumps(said), encoding="utf-8")
    return told


def _texts(text: bytes) -> dict[str, bytes]:
    return {
        "cut": text[: len(text) // 2],
        "empty": b"",
        "null": b"null",
        "list": b"[1, 2]",
        "nested": b"[" * 200_000,
        "nested entry": text[:-3] + b', "more": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        "not a number": text.replace(b'"n_cutouts": ', b'"more": NaN, "n_cutouts": ', 1),
        "no text": b"\xff\xfe" + text,
        "mark": b"\xef\xbb\xbf" + text,
        "large number": text.replace(b'"n_images": ', b'"n_images": 1' + b"0" * 5000, 1),
    }


def _places(value: Any) -> list[tuple[Any, ...]]:
    """Give the keys that lead to each value inside another."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, inner in pairs:
        found.append((key,))
        if isinstance(inner, (dict, list)):
            found += [(key, *rest) for rest in _places(inner)]
    return found


def _table(atlas: Path, random: np.random.Generator) -> str:
    name = _pick(random, ("images.parquet", "cutouts.parquet"))
    path = atlas / name
    table = pd.read_parquet(path)
    column = _pick(random, list(table))
    n = len(table)
    if random.random() < 0.1:
        text = path.read_bytes()
        path.write_bytes(_pick(random, (text[: len(text) // 2], b"PAR1", b"", text[::-1])))
        return reseal(atlas, name, "is no table")
    what, values = _pick(random, tuple(_columns(table, column, n).items()))
    if values is None:
        changed = pa.Table.from_pandas(_whole(table, what, column), preserve_index=False)
    else:
        target = column if random.random() < 0.6 else "further"
        whole = pa.Table.from_pandas(table, preserve_index=False)
        array = values if isinstance(values, pa.Array) else pa.array(values)
        what = f"{target} = {what}"
        place = whole.schema.get_field_index(target)
        whole = whole.remove_column(place) if place >= 0 else whole
        changed = whole.add_column(max(place, 0), target, array)
    parquet.write_table(changed, path)
    return reseal(atlas, name, f"{column}: {what}")


def _whole(table: pd.DataFrame, what: str, column: str) -> pd.DataFrame:
    """Change a table as a whole."""
    return {
        "removed": lambda: table.drop(columns=column),
        "no rows": lambda: table.iloc[:0],
        "a row less": lambda: table.iloc[:-1],
        "a row more": lambda: pd.concat([table, table.iloc[:1]]),
        "renamed": lambda: table.rename(columns={column: "<b>" + column}),
    }[what]()


def _columns(table: pd.DataFrame, column: str, n: int) -> dict[str, Any]:
    """Give columns of n values that may take the place of one, or None for changes of the whole."""
    whole = dict.fromkeys(("removed", "no rows", "a row less", "a row more", "renamed"))
    last = list(table[column])
    shapes = {
        "numbers as text": list(map(str, last)),
        "missing at the end": [*last[:-1], None],
        "another at the end": pa.array([*map(str, last[:-1]), "../../../proc/self/environ"]),
        "lists": [[i] for i in range(n)],
        "lists of text": [[str(i)] for i in range(n)],
        "objects": [{"a": i} for i in range(n)],
        "bytes": [b"\xff\xfe"] * n,
        "times": pa.array([0] * n, pa.timestamp("ns", "Europe/Berlin")),
        "spans": pa.array([0] * n, pa.duration("s")),
        "dates far away": pa.array([2**31 - 1] * n, pa.date32()),
        "decimals": [Decimal("1.5")] * n,
        "truths": [True] * n,
        "nothing": pa.nulls(n),
        "codes": pa.array(["a"] * n).dictionary_encode(),
        "no UTF-8": pa.Array.from_buffers(
            pa.string(), n, pa.array([b"\xff\xfe"] * n, pa.binary()).buffers()
        ),
        "long texts": ["x" * 100_000] * n,
    }
    numbers = {
        f"{value}": pa.array([value] * n, kind)
        for value, kind in (
            (-1, pa.int32()), (2**31 - 1, pa.int32()), (2**63 - 1, pa.int64()), (n, pa.int32()),
            (np.nan, pa.float64()), (np.inf, pa.float64()), (1e300, pa.float64()),
            (0.5, pa.float32()), (2**64 - 1, pa.uint64()), (0, pa.int8()),
        )
    }  # fmt: skip
    return {**whole, **shapes, **numbers}


def _array(atlas: Path, random: np.random.Generator) -> str:
    names = [name for name in ARRAY_TYPES if (atlas / name).exists()]
    name = _pick(random, names)
    path = atlas / name
    data, array = path.read_bytes(), np.load(path)
    what, changed = _pick(random, tuple(_arrays(data, array).items()))
    path.write_bytes(changed() if callable(changed) else changed)
    return reseal(atlas, name, what)


def _arrays(data: bytes, array: np.ndarray[Any, Any]) -> dict[str, bytes | Callable[[], bytes]]:
    def ending_in(value: Any) -> bytes:
        changed = array.copy()
        changed.flat[-1] = value
        return _npy(changed)

    header, body = data[:128], data[128:]
    most = 2 ** (8 * array.dtype.itemsize - 1) - 1
    kinds = {"f": (np.nan, np.inf, -np.inf, 1e30, -2), "i": (-1, most), "u": (255,)}
    with np.errstate(over="ignore"):
        values = {
            f"ends in {value}": ending_in(value)
            for value in map(array.dtype.type, kinds[array.dtype.kind])
        }
    return {
        **values,
        "shorter": data[:-4],
        "longer": data + b"1234",
        "empty": b"",
        "header alone": header,
        "no header": body,
        "a row less": lambda: _npy(array[:-1]),
        "another axis": lambda: _npy(array[None]),
        "turned": lambda: _npy(np.asfortranarray(array)),
        "swapped bytes": lambda: _npy(array.astype(array.dtype.newbyteorder(">"))),
        "another type": lambda: _npy(array.astype(np.float64)),
        "objects": lambda: _npy(np.array([{"a": 1}] * len(array), dtype=object)),
        "texts": lambda: _npy(array.astype("U8")),
        "fields": lambda: _npy(np.zeros(len(array), [("a", "f4"), ("b", "i4", 3)])),
        "an absurd shape": data.replace(b"'shape': (", b"'shape': (9999999999999, ")[:128] + body,
        "negative shape": data.replace(b"'shape': (", b"'shape': (-", 1)[:128] + body,
        "code in the header": data[:10] + b"{'descr':__import__('os').getpid()}".ljust(118) + body,
        "version 9": data[:6] + b"\x09" + data[7:],
        "an archive": _npz(array),
    }  # fmt: skip


def _npy(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _npz(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, array)
    return buffer.getvalue()


def _picture(atlas: Path, random: np.random.Generator) -> str:
    places = sorted(p for folder in ("sheets", "previews") for p in (atlas / folder).rglob("*.*"))
    path = _pick(random, places)
    name = path.relative_to(atlas).as_posix()
    data = path.read_bytes()
    changed = _pictures(data)
    what = _pick(random, [*changed, "a link", "a link to a folder", "a pipe", "a folder"])
    if what in changed:
        path.write_bytes(changed[what]())
        return reseal(atlas, name, what)
    path.unlink()
    if what == "a pipe":
        os.mkfifo(path)
    elif what == "a folder":
        path.mkdir()
    elif what == "a link":
        path.symlink_to(atlas.parent / "secret.txt")
    else:
        shutil.move(path.parent, atlas.parent / f"moved-{atlas.name}")
        path.parent.symlink_to(atlas.parent / f"moved-{atlas.name}")
        shutil.copy(atlas.parent / "secret.txt", path)
    return reseal(atlas, name, what, size=len(SECRET))


def _pictures(data: bytes) -> dict[str, Callable[[], bytes]]:
    with PillowImage.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")

    def saved(kind: str, shown: PillowImage.Image = picture, **options: Any) -> bytes:
        buffer = io.BytesIO()
        shown.save(buffer, kind, **options)
        return buffer.getvalue()

    small = picture.resize((7, 5))
    return {
        "cut": lambda: data[: len(data) // 2],
        "cut, and filled": lambda: data[: len(data) // 2].ljust(len(data), b"\0"),
        "empty": lambda: b"",
        "a secret": lambda: SECRET,
        "a secret behind a picture": lambda: data + SECRET,
        "a secret in a frame": lambda: data[:12] + SECRET * 9,
        "PNG": lambda: saved("PNG"),
        "GIF": lambda: saved("GIF"),
        "JPEG": lambda: saved("JPEG"),
        "lossless": lambda: saved("WEBP", lossless=True, method=0),
        "small": lambda: saved("WEBP", small),
        "small JPEG": lambda: saved("JPEG", small),
        "moving": lambda: saved("WEBP", save_all=True, append_images=[picture.rotate(180)]),
        "promises more": lambda: data[:26] + b"\xff\x3f\xff\x3f" + data[30:],
        "SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    }


def reseal(atlas: Path, name: str, what: str = "", *, size: int | None = None) -> str:
    """Bring the manifest's entry of a file up to date, so that what is in it is looked at.

    Parameters
    ----------
    atlas : Path
        The atlas.
    name : str
        The file's, in it.
    what : str
        What was done to it.
    size : int, optional
        What to say of its size instead of the truth.

    Returns
    -------
    str
        The name and what was done.
    """
    path = atlas / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    data = b"" if size is not None else (atlas / name).read_bytes()
    said["files"][name] = {
        "bytes": len(data) if size is None else size,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    path.write_text(json.dumps(said), encoding="utf-8")
    return f"{name} {what}"

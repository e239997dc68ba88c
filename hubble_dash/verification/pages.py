"""Exported pages, report folders, sites: their checksums, and whether all their pieces decode."""

from __future__ import annotations

import base64
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PIL import Image as PillowImage

from hubble_dash.errors import AtlasError
from hubble_dash.foreign.folder import Folder
from hubble_dash.foreign.plain import check_plain, read_plain
from hubble_dash.verification.bundles import MAX_FILE_BYTES, PieceFiles
from hubble_dash.verification.findings import Checked, Verification, listed
from hubble_dash.verification.pieces import PieceChecks
from hubble_dash.viewer.data.encoding import checksum, embed_json
from hubble_dash.viewer.data.schema import PageIndex
from hubble_dash.viewer.exported.folder import FORMAT, MARKER
from hubble_dash.viewer.published.site import SITE_FORMAT, SITE_MARKER

__all__ = ["verify_page", "verify_report", "verify_site"]

MAX_PAGE_BYTES = 2_000_000_000
_DATA = re.compile(r'<script type="application/json" id="hd-data">(.*?)</script>', re.DOTALL)
_SUM = re.compile(r'<meta name="hd-data-sha256" content="([0-9a-f]{64})">')
_PICTURE = re.compile(r"data:image/(?:webp|jpeg);base64,")


def verify_page(path: Path) -> Verification:
    """Verify a page that is one file.

    Parameters
    ----------
    path : Path
        The HTML file.

    Raises
    ------
    AtlasError
        If it is no page that hubble-dash has written.
    """
    found = Verification(path, "page")
    with path.open("rb") as file:
        index = _index(file.read(MAX_PAGE_BYTES), path, found)
    if index is None:
        return found
    pieces = index.get("pieces")
    if not isinstance(pieces, dict):
        raise AtlasError(f"{path} carries no pieces; name the folder that it belongs to")
    texts = {name: embed_json(piece) for name, piece in pieces.items()}
    _check_sums({name: checksum(text) for name, text in texts.items()}, index, found)
    checks = PieceChecks(index)
    checks.look_at(pieces)
    checks.tell(found)
    if not found.is_sound:
        return found
    urls = [("thumbnails", url) for url in index["thumbnails"].get("urls", [])]
    images = (pieces[name]["images"] for name in pieces if name.startswith("images/"))
    urls += [(one["name"], one["url"]) for some in images for one in some if one.get("url")]
    wrong: list[str] = []
    for name, url in urls:
        with listed(wrong):
            _decode_url(name, url)
    found.add("pictures", len(urls), wrong, "that they decode")
    return found


def verify_report(path: Path) -> Verification:
    """Verify a report folder.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    AtlasError
        If it is no folder that hubble-dash has written.
    """
    found, folder = Verification(path, "report"), Folder(path)
    marker = _marker(folder, MARKER, FORMAT)
    files = marker.get("files")
    if isinstance(files, dict):
        _check_files(folder, files, found)
    else:
        found.notes.append("the report is of an early version: it has no checksums of its files")
    index = _index(folder.read("index.html", max_bytes=MAX_FILE_BYTES), path, found)
    if index is None:
        return found
    _check_report_pieces(folder, index, found)
    _check_pictures(folder, found)
    return found


def verify_site(path: Path) -> Verification:
    """Verify all reports of a site, and that no file of it is missing.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    AtlasError
        If it is no site that hubble-dash has written.
    """
    found, folder = Verification(path, "site"), Folder(path)
    marker = _marker(folder, SITE_MARKER, SITE_FORMAT)
    try:
        check_plain(marker.get("reports"), list[str], "reports")
        check_plain(marker.get("files"), list[str], "files")
    except ValueError as err:
        raise AtlasError(f"{path / SITE_MARKER} is damaged: {err}") from err
    missing = [f"{name} is missing" for name in marker["files"] if not (path / name).is_file()]
    found.add("files", len(marker["files"]), missing, "that they are there")
    for name in marker["reports"]:
        report = path / Path(name).name
        try:
            is_folder = (report / MARKER).exists()
            one = verify_report(report) if is_folder else verify_page(report / "index.html")
        except (AtlasError, OSError) as err:
            found.add(f"{name}: report", 1, [f"{name}: {err}"], "that it is one")
            continue
        found.checked += [Checked(f"{name}: {each.what}", *each[1:]) for each in one.checked]
        found.wrong += [f"{name}: {line}" for line in one.wrong]
        found.notes += [f"{name}: {line}" for line in one.notes]
    return found


def _marker(folder: Folder, name: str, kind: str) -> dict[str, Any]:
    """Read what tells a folder that hubble-dash has written from others."""
    try:
        marker: dict[str, Any] = read_plain(folder.read(name, max_bytes=MAX_FILE_BYTES))
        check_plain(marker.get("format"), str, "format")
    except (ValueError, AttributeError) as err:
        raise AtlasError(f"{folder.path / name} is damaged: {err}") from err
    if marker["format"] != kind:
        raise AtlasError(f"{folder.path} is no {kind.removeprefix('hubble-dash ')} of hubble-dash")
    return marker


def _index(data: bytes, path: Path, found: Verification) -> dict[str, Any] | None:
    """Read the index of a page, and check what the page says of it."""
    text = data.decode("utf-8", "replace")
    there = _DATA.search(text)
    if there is None:
        raise AtlasError(f"{path} has no data of a hubble-dash page in it")
    wrong: list[str] = []
    said = _SUM.search(text)
    if said is None:
        found.notes.append("the page is of an early version: it has no checksum of its data")
    elif checksum(there[1]) != said[1]:
        wrong.append(f"{path}: the data of the page differ from their checksum")
    index: Any = None
    with listed(wrong):
        index = read_plain(there[1].encode())
        if "columns" not in index:
            found.notes.append("the page is of an early version: it has no columns")
            index |= {"blocks": {"per_piece": 1}, "columns": []}
        kept = {name: value for name, value in index.items() if name != "pieces"}
        check_plain(kept, PageIndex, "index")
    found.add("index of the page", 1, wrong, "its SHA-256 and schema")
    return None if index is None or wrong else index


def _check_sums(sums: dict[str, str], index: dict[str, Any], found: Verification) -> None:
    """Compare pieces with the checksums that the index has of them."""
    said = index.get("checksums")
    if said is None:
        found.notes.append("the page is of an early version: it has no checksums of its pieces")
        return
    wrong = [f"piece {name} is missing" for name in said if name not in sums]
    wrong += [
        f"piece {name} differs from its checksum"
        for name, one in sums.items()
        if said.get(name) != one
    ]
    found.add("pieces", len(said), wrong, "their SHA-256")


def _check_files(folder: Folder, files: dict[str, Any], found: Verification) -> None:
    """Compare all files of a report with the checksums in its marker."""

    def look(name: str) -> list[str]:
        wrong: list[str] = []
        entry = files[name]
        with listed(wrong):
            if not isinstance(entry, dict) or folder.sha256(name) != entry.get("sha256"):
                wrong.append(f"{name} differs from its checksum")
        return wrong

    with ThreadPoolExecutor() as pool:
        wrong = [line for lines in pool.map(look, files) for line in lines]
    found.add("files", len(files), wrong, "their SHA-256")


def _check_report_pieces(folder: Folder, index: dict[str, Any], found: Verification) -> None:
    checks, files = PieceChecks(index), PieceFiles(folder, index)
    for name in checks.names():
        with listed(checks.wrong):
            text = files.text(name)
            if text is None:
                continue
            piece = read_plain(text.encode())
            checks.look_at({name: piece})
            if name.startswith("previews/") and not checks.wrong:
                for image, url in piece["urls"].items():
                    _decode_url(f"the preview of image {image}", url)
            elif name.startswith("deep/") and piece["url"]:
                _decode_url(f"the piece {name}", piece["url"])
            elif name.startswith(("thumbnails/", "facesheets/")):
                checks.check_sheet(name, _decode_url(f"the piece {name}", piece["url"]))
    _check_sums(files.sums, index, found)
    checks.wrong += files.missing
    checks.tell(found)


def _check_pictures(folder: Folder, found: Verification) -> None:
    """Decode all pictures that are files of a report; those of early versions have thumbnails."""
    names = sorted(
        path.relative_to(folder.path).as_posix()
        for part in ("thumbnails", "tiles", "sky-tiles")
        for path in (folder.path / part).rglob("*.*")
    )

    def look(name: str) -> list[str]:
        wrong: list[str] = []
        with listed(wrong):
            _decode(name, folder.read(name, max_bytes=MAX_FILE_BYTES))
        return wrong

    with ThreadPoolExecutor() as pool:
        wrong = [line for lines in pool.map(look, names) for line in lines]
    found.add("pictures", len(names), wrong, "that they decode")


def _decode_url(name: str, url: str) -> tuple[int, int]:
    start = _PICTURE.match(url)
    if start is None:
        raise ValueError(f"{name}: the picture is no WebP or JPEG in the page")
    return _decode(name, base64.b64decode(url[start.end() :], validate=True))


def _decode(name: str, data: bytes) -> tuple[int, int]:
    """Decode a picture; give its pixels across and down."""
    try:
        with PillowImage.open(io.BytesIO(data), formats=("WEBP", "JPEG", "PNG")) as picture:
            picture.load()
            return picture.size
    except (OSError, SyntaxError, PillowImage.DecompressionBombError) as err:
        raise ValueError(f"{name} does not decode: {err}") from err

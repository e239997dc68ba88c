"""A finished folder becomes an atlas: its manifest is written last, then it gets its name."""

from __future__ import annotations

import json
from pathlib import Path

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.files import is_marked, sha256_of, swap_folder
from hubble_dash.atlas.manifest import FileEntry, Manifest, UnsealedManifest
from hubble_dash.atlas.schema import FORMAT, FORMAT_VERSION, MANIFEST_FILE
from hubble_dash.errors import AtlasError

__all__ = ["check_replaceable", "seal"]


def seal(folder: Path, final: Path, manifest: UnsealedManifest, *, replace: bool = False) -> Atlas:
    """Write the manifest with a checksum of each file, and move the folder to its final name.

    Parameters
    ----------
    folder : Path
        A finished atlas without its manifest, beside `final`.
    final : Path
        The name it gets.
    manifest : UnsealedManifest
        All but the format and the files.
    replace : bool
        Whether an atlas of that name may be replaced.

    Returns
    -------
    Atlas
        The atlas under its final name.

    Raises
    ------
    AtlasError
        If `final` exists and may not be replaced, or is not an atlas.
    """
    files: dict[str, FileEntry] = {
        p.relative_to(folder).as_posix(): {"bytes": p.stat().st_size, "sha256": sha256_of(p)}
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
    whole: Manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **manifest,
        "files": files,
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    # Names of files may hold bytes that are no UTF-8; they become question marks.
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8", errors="replace")
    check_replaceable(final, replace=replace)
    swap_folder(folder, final)
    return open_atlas(final)


def check_replaceable(final: Path, *, replace: bool) -> None:
    """Refuse to write over anything but an atlas, and over an atlas unless told to.

    Raises
    ------
    AtlasError
        If `final` is there and must not be written over.
    """
    if not final.exists():
        return
    # A damaged atlas is one too.
    if not is_marked(final / MANIFEST_FILE, FORMAT):
        raise AtlasError(f"{final} exists and is not an atlas; choose another name with --out")
    if not replace:
        raise AtlasError(f"{final} exists; replace it with --overwrite, or choose another name")

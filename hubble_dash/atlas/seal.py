"""A finished folder becomes an atlas: its manifest is written last, then it gets its name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path, PurePosixPath

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.atlas.manifest import FileEntry, Manifest, UnsealedManifest
from hubble_dash.atlas.schema import (
    ARRAY_TYPES,
    CUTOUTS_FILE,
    FORMAT,
    FORMAT_VERSION,
    IMAGE_FILES_FILE,
    IMAGES_FILE,
    MANIFEST_FILE,
    OLD_IMAGE_FILES_FILE,
    PREVIEWS_FOLDER,
    SHEETS_FOLDER,
)
from hubble_dash.disk.calls import remove, sync, sync_all
from hubble_dash.disk.files import is_marked, sha256_of
from hubble_dash.disk.names import give_name, write_inside
from hubble_dash.errors import AtlasError

__all__ = ["Checksums", "check_replaceable", "seal"]

# Of reading files for their checksums and waiting for the disk.
N_THREADS = 8
OF_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini")


class Checksums:
    """Sizes and checksums of files, once the disk has them, while others are still to be written.

    Parameters
    ----------
    folder : Path
        Where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(N_THREADS, "seal")
        self._entries: dict[str, Future[FileEntry]] = {}

    def close(self) -> None:
        """Begin with no more, and wait for those under way."""
        self._threads.shutdown(cancel_futures=True)

    def begin(self, names: Iterable[str]) -> None:
        """Begin with files that are whole, and return.

        Parameters
        ----------
        names : iterable of str
            Paths in the folder, with ``/``.
        """
        for name in names:
            if name not in self._entries:
                self._entries[name] = self._threads.submit(_entry, self._folder / name)

    def of(self, names: Iterable[str]) -> dict[str, FileEntry]:
        """Wait for files.

        Parameters
        ----------
        names : iterable of str
            As of `begin`.

        Raises
        ------
        AtlasError
            If there is no such file.
        OSError
            If it cannot be read, or the disk did not take it.
        """
        names = [*names]
        self.begin(names)
        return {name: self._entries[name].result() for name in names}


def seal(
    folder: Path,
    final: Path,
    manifest: UnsealedManifest,
    *,
    files: Iterable[str],
    checksums: Checksums | None = None,
    replace: bool = False,
    about_to: Callable[[], None] | None = None,
) -> Atlas:
    """Write the manifest with a checksum of each file, and move the folder to its final name.

    Parameters
    ----------
    folder : Path
        A finished atlas without its manifest, on the same disk as `final`.
    final : Path
        The name it gets.
    manifest : UnsealedManifest
        All but the format and the files.
    files : iterable of str
        What was written, by path in the folder, with ``/`` on every system. What else is there is
        not of this atlas, such as the manifest of an attempt before, and is removed.
    checksums : Checksums, optional
        Of `folder`, where some were begun with before; it stays open.
    replace : bool
        Whether an atlas of that name may be replaced.
    about_to : callable, optional
        Is called when all is whole and on the disk, just before the folder gets its name.

    Returns
    -------
    Atlas
        The atlas under its final name.

    Raises
    ------
    AtlasError
        If `final` exists and may not be replaced, or is not an atlas; or if what was written is no
        whole atlas. What has the name then keeps it.
    OSError
        If it cannot be written.
    """
    names = sorted(files, key=lambda name: PurePosixPath(name).parts)
    _remove_others(folder, {*names})
    with closing(Checksums(folder)) if checksums is None else nullcontext(checksums) as found:
        whole: Manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION if "metric" in manifest else 1,
            **manifest,
            "files": found.of(names),
        }
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    # Names of files may hold bytes that are no UTF-8; they become question marks.
    data = f"{text}\n".encode(errors="replace")
    write_inside(data, folder / MANIFEST_FILE, lasting=True)
    sync_all([folder, *(path for path in folder.rglob("*") if path.is_dir())])
    _check_whole(folder)
    check_replaceable(final, replace=replace)
    if about_to is not None:
        about_to()
    give_name(folder, final)
    return open_atlas(final)


def check_replaceable(final: Path, *, replace: bool) -> None:
    """Refuse to write over anything but an atlas, and over an atlas unless told to.

    Parameters
    ----------
    final : Path
        The name that is to be written under.
    replace : bool
        Whether an atlas may be replaced.

    Raises
    ------
    AtlasError
        If `final` is there and must not be written over.
    """
    if not os.path.lexists(final):
        return
    # A damaged atlas is one too.
    if not is_marked(final / MANIFEST_FILE, FORMAT):
        raise AtlasError(f"{final} exists and is not an atlas; choose another name with --out")
    if not replace:
        raise AtlasError(f"{final} exists; replace it with --overwrite, or choose another name")
    others = _others_in(final)
    if others:
        raise AtlasError(
            f"{final} would be replaced, but has something else in it: {', '.join(others[:3])};"
            " move that away, or choose another name with --out"
        )
    if os.path.ismount(final):
        raise AtlasError(f"{final} is a disk of its own; choose a name in it: {final / final.name}")


def _others_in(atlas: Path) -> list[str]:
    """List what somebody else put into an atlas, but for what file managers put anywhere."""
    known = {MANIFEST_FILE, IMAGES_FILE, IMAGE_FILES_FILE, OLD_IMAGE_FILES_FILE, CUTOUTS_FILE}
    known |= {SHEETS_FOLDER, PREVIEWS_FOLDER}
    known |= {*ARRAY_TYPES, *OF_FILE_MANAGERS}
    return sorted({path.name for path in atlas.iterdir()} - known)


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what is not of this atlas, and folders that hold nothing of it."""
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    for path in [*folder.rglob("*")]:
        name = path.relative_to(folder).as_posix()
        if name not in folders if path.is_dir() and not path.is_symlink() else name not in names:
            remove(path)


def _entry(path: Path) -> FileEntry:
    """Say how large a file is and what its checksum, once the disk has it."""
    if path.is_symlink() or not path.is_file():
        raise AtlasError(f"{path} was written and is gone; build again")
    sync(path)
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _check_whole(folder: Path) -> None:
    """Open the atlas as readers will, arrays included, before it takes another's place."""
    atlas = open_atlas(folder)
    # Whoever asks for one has its length compared.
    _ = atlas.fingerprints, atlas.neighbors, atlas.positions

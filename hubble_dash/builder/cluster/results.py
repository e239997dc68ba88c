"""What a task came to, as plain files in a folder: a worker writes them, the client reads them."""

from __future__ import annotations

import io
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubble_dash.atlas.boxes import Box
from hubble_dash.builder.cluster.tasks import Task
from hubble_dash.builder.cutouts.find import Cutouts
from hubble_dash.builder.cutouts.sky_positions import SkyPositions
from hubble_dash.builder.feeding.cutter import NO_PICTURES, Cut, CutImage, Described
from hubble_dash.builder.feeding.previews import Preview
from hubble_dash.builder.fingerprints.fingerprinter import Batch, Cutout, Ready
from hubble_dash.builder.remote.path import path_of
from hubble_dash.disk.calls import remove
from hubble_dash.disk.names import write_inside
from hubble_dash.disk.space import watched
from hubble_dash.errors import BuildError, ImageError

__all__ = ["Piece", "Writing", "has_result", "read_result", "remove_result"]

PIECES, ARRAYS = "pieces.json", "cutouts.npz"
# One behind the other: a file for each would be most of what the folder's server has to do.
PREVIEWS = "previews.bin"
# How long a folder that another machine has written may take to be seen here.
SECONDS_UNTIL_SEEN = 60.0


class Writing:
    """The result of a task while it is made.

    Parameters
    ----------
    results : Path
        Folder of all results, which is there.
    task : Task
        The task.
    """

    def __init__(self, results: Path, task: Task) -> None:
        self._final = _folder(results, task)
        self._folder = results / f".{task.number:06d}.{secrets.token_hex(4)}"
        self._folder.mkdir()
        self._previews = (self._folder / PREVIEWS).open("wb")
        self._pieces: list[dict[str, Any]] = []
        self._of_images: list[NDArray[np.float64]] = []
        self._left_out: list[str] = []

    def begin(self, number: int, part_number: int, image: CutImage | ImageError | None) -> None:
        """Say of which image the next cuts are.

        Parameters
        ----------
        number, part_number : int
            Of its file, and of it among the file's.
        image : CutImage or ImageError or None
            All that is said of it; None where another task says that.
        """
        piece: dict[str, Any] = {"number": number, "part_number": part_number, "n": 0}
        if isinstance(image, ImageError):
            piece["error"] = [str(image.path), image.reason, *image.further]
        elif image is not None:
            piece["image"] = self._told(image)
        self._pieces.append(piece)

    def add(self, cut: Cut) -> None:
        """Take the next cut of the image, without what it looks like.

        Parameters
        ----------
        cut : Cut
            Left out or not.
        """
        self._pieces[-1]["n"] += 1
        self._left_out.append(cut.left_out)

    def finish(self, cutouts: Sequence[Cutout], batches: Sequence[Batch]) -> None:
        """Write it, whole or not at all; another worker may have been first.

        Parameters
        ----------
        cutouts : sequence of Cutout
            The cuts that are not left out: thumbnails, and rows that are mean colours and -1.
        batches : sequence of Batch
            Their fingerprints; none where there is no network.
        """
        arrays = {
            "images": np.concatenate([np.empty((0, 8)), *self._of_images]),
            "colors": np.array([cutout.row[:3] for cutout in cutouts], np.uint8).reshape(-1, 3),
            "thumbnails": np.array([cutout.thumbnail for cutout in cutouts], np.uint8),
        }
        if batches:
            for name in Ready._fields:
                of_batch = name if name != "fingerprint" else "fingerprints"
                arrays[name] = np.concatenate([getattr(batch, of_batch) for batch in batches])
        with watched(self._folder), self._previews as file:
            file.flush()
            os.fsync(file.fileno())
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        write_inside(buffer.getvalue(), self._folder / ARRAYS, lasting=True)
        told = json.dumps({"pieces": self._pieces, "left_out": self._left_out})
        write_inside(told.encode(), self._folder / PIECES, lasting=True)
        try:
            self._folder.rename(self._final)
        except OSError:
            self.drop()
            if not has_result(self._final.parent, self._final.name):
                raise

    def drop(self) -> None:
        """Remove what there is of it."""
        with suppress(OSError):
            self._previews.close()
        remove(self._folder)

    def _told(self, image: CutImage) -> dict[str, Any]:
        found, described = image.found, image.described
        assert described is not None
        sky, preview = described.positions, described.preview
        of_boxes = [np.array(found.boxes, float).reshape(-1, 4), found.catalog_rows]
        of_sky = [sky.ra_deg, sky.dec_deg, sky.scale_arcsec]
        self._of_images.append(np.column_stack([*of_boxes, *of_sky]))
        with watched(self._folder, len(preview.data)):
            self._previews.write(preview.data)
        return {
            "n_boxes": len(found),
            "left_out": found.left_out,
            "metadata": image.metadata,
            "part": image.part,
            "further": image.further,
            "row": described.row,
            "file": described.file,
            "notes": described.notes,
            "sky": [sky.quality, sky.notes],
            "preview": [len(preview.data), preview.width, preview.height, preview.placeholder],
        }


@dataclass(frozen=True)
class Piece:
    """An image, or some of its cuts, or why it cannot be read.

    Parameters
    ----------
    number, part_number : int
        Of the file, and of the image among the file's.
    first : int
        Box of the first cut.
    cuts : list of Cut
        Without what the network saw.
    error : ImageError or None
        Why it cannot be read.
    """

    number: int
    part_number: int
    first: int
    cuts: Sequence[Cut]
    error: ImageError | None
    _told: Mapping[str, Any] | None
    _boxes: NDArray[np.float64]
    _preview: bytes

    @property
    def stop(self) -> int:
        """Box after the last cut."""
        return self.first + len(self.cuts)

    def image(self, path: Path) -> CutImage | None:
        """Give all that is said of the image; None where another task says it.

        Parameters
        ----------
        path : Path
            Its file.
        """
        if self._told is None:
            return None
        told, columns = self._told, self._boxes.T
        boxes = [Box(*row) for row in self._boxes[:, :4].astype(int).tolist()]
        found = Cutouts(boxes, columns[4].astype(np.int64), told["left_out"])
        quality, notes = told["sky"]
        return CutImage(
            self.number,
            path,
            told["metadata"],
            found,
            Described(
                told["row"],
                told["file"],
                told["notes"],
                SkyPositions(columns[5], columns[6], columns[7], quality, notes),
                Preview(self._preview, *told["preview"][1:]),
            ),
            part=told["part"],
            part_number=self.part_number,
            further=tuple(told["further"]),
        )


def has_result(results: Path, task: Task | str) -> bool:
    """Say whether a task is done.

    Parameters
    ----------
    results : Path
        Folder of all results.
    task : Task or str
        The task, or the name of its folder.
    """
    folder = results / task if isinstance(task, str) else _folder(results, task)
    return (folder / PIECES).is_file()


def read_result(results: Path, task: Task) -> Iterator[Piece]:
    """Read what a worker has written.

    Parameters
    ----------
    results : Path
        Folder of all results.
    task : Task
        Done.

    Yields
    ------
    Piece
        In order.

    Raises
    ------
    BuildError
        If it is not seen here.
    """
    folder = _folder(results, task)
    told = _seen(folder / PIECES)
    with np.load(io.BytesIO((folder / ARRAYS).read_bytes())) as opened:
        arrays = dict(opened)
    cuts = _cuts(told["left_out"], arrays)
    at = at_image = 0
    with (folder / PREVIEWS).open("rb") as previews:
        for piece in told["pieces"]:
            image, error = piece.get("image"), piece.get("error")
            n_boxes = 0 if image is None else image["n_boxes"]
            starts_within = image is None and error is None
            yield Piece(
                piece["number"],
                piece["part_number"],
                task.first.box if starts_within else 0,
                cuts[at : at + piece["n"]],
                None if error is None else ImageError(path_of(error[0]), error[1], error[2:]),
                image,
                arrays["images"][at_image : at_image + n_boxes],
                b"" if image is None else previews.read(image["preview"][0]),
            )
            at, at_image = at + piece["n"], at_image + n_boxes


def remove_result(results: Path, task: Task) -> None:
    """Remove what is no longer needed.

    Parameters
    ----------
    results : Path
        Folder of all results.
    task : Task
        Its cutouts are in whole shards.
    """
    remove(_folder(results, task))


def _folder(results: Path, task: Task) -> Path:
    return results / f"{task.number:06d}"


def _seen(path: Path) -> dict[str, Any]:
    end = time.monotonic() + SECONDS_UNTIL_SEEN
    while True:
        try:
            told: dict[str, Any] = json.loads(path.read_bytes())
            return told
        except FileNotFoundError as err:
            if time.monotonic() > end:
                raise BuildError(
                    f"{path} was written by a worker, and is not seen here; is {path.parent.parent}"
                    " on a file system that all machines share?"
                ) from err
            time.sleep(0.1)


def _cuts(left_out: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> list[Cut]:
    cuts, kept = [], 0
    colors = arrays["colors"].tolist()
    has_fingerprints = "fingerprint" in arrays
    for why in left_out:
        if why:
            cuts.append(Cut(NO_PICTURES, None, (0, 0, 0), why))
            continue
        ready = Ready(*(arrays[name][kept] for name in Ready._fields)) if has_fingerprints else None
        red, green, blue = colors[kept]
        thumbnail = arrays["thumbnails"][kept]
        cuts.append(Cut(NO_PICTURES, thumbnail, (red, green, blue), "", ready=ready))
        kept += 1
    return cuts

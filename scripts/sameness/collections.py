"""What is built with each commit: five collections, and two that are killed on their way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sameness.inputs import FIELD
from sameness.trees import Tree, TreeError

__all__ = ["COLLECTIONS", "INTERRUPTED", "Collection", "choose"]

CPU = ("--engine", "eager", "--precision", "fp32", "--device", "cpu")
LITE = ("--model", "tf_efficientnet_lite0", *CPU)
TILES = ("tiles", "--cutouts", "window", "--size", "16", "--step", "8", "--neighbors", "10",
         "--map", "pca")  # fmt: skip


@dataclass(frozen=True)
class Collection:
    """A collection and what is exported of it.

    Parameters
    ----------
    name : str
        Its name, and that of its atlas.
    build : sequence of str
        Arguments of ``hubble-dash build``; empty for the simulated atlas.
    forms : sequence of {"file", "folder"}
        What is exported.
    evaluate : sequence of str
        Arguments of ``hubble-dash evaluate``, whose result is shown in the exports; may be empty.
    """

    name: str
    build: Sequence[str]
    forms: Sequence[str] = ("file",)
    evaluate: Sequence[str] = ()

    @property
    def atlas(self) -> str:
        """The name of the atlas's folder."""
        return f"{self.name}.atlas"

    def build_line(self, tree: Tree, out: Path) -> list[str]:
        """Give the line that builds the atlas with a commit."""
        return tree.command("build", *self.build, "--out", out)

    def export(self, tree: Tree, atlas: Path, folder: Path, inputs: Path) -> None:
        """Write all exports of an atlas, and its evaluation, with a commit."""
        shown: list[str | Path] = []
        if self.evaluate:
            shown = ["--evaluation", folder / "evaluation.json"]
            tree.hubble_dash("evaluate", atlas, *self.evaluate, "--save", shown[1], cwd=inputs)
        for form in self.forms:
            page = folder / ("page.html" if form == "file" else "report")
            tree.hubble_dash("export", atlas, page, "--form", form, "--quiet", *shown, cwd=inputs)


COLLECTIONS = (
    Collection(
        "demo",
        (FIELD, "--cutouts", "sources", "--catalog", "deep-field.csv",
         "--title", "Hubble eXtreme Deep Field", *CPU),
    ),
    Collection(
        "windows",
        ("mosaic.fits", "--cutouts", "window", "--size", "96", "--step", "48",
         "--quality", "fast", "--header-key", "EXPTIME", "--process-cutouts", "flip-ud", *LITE),
        forms=("file", "folder"),
        evaluate=("--rotations", "--max-queries", "40", "--device", "cpu"),
    ),
    Collection(
        "vectors",
        ("stamps", "--fingerprints", "stamps.parquet", "--positions", "stamps-map.parquet"),
    ),
    Collection(
        "centered",
        ("--catalog", "cameras.csv", "--center-by", "camera",
         "--process-images", "crop:110", *LITE),
        forms=("file", "folder"),
        evaluate=("--label", "class", "--by", "camera"),
    ),
    Collection("simulated", (), forms=("folder",)),
)  # fmt: skip

# With many small cutouts, so that there are several shards; quick networks, or none.
INTERRUPTED = (
    Collection(
        "tiles",
        (*TILES, "--model", "small.pt2", "--input-size", "32", "--center-by", "INSTRUME", *CPU),
        forms=(),
    ),
    Collection(
        "tile-vectors",
        (*TILES[:-2], "--fingerprints", "tiles.npy", "--positions", "tiles-map.npy"),
        forms=(),
    ),
)


def choose(collections: Iterable[Collection], names: str | None) -> list[Collection]:
    """Pick collections by their names, with a comma between; all if there are none."""
    known = {one.name: one for one in collections}
    wanted = list(known) if names is None else names.split(",")
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise TreeError(f"there is no collection {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in wanted]

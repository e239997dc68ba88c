#!/usr/bin/env python3
"""Makes an atlas of any size out of real thumbnails and simulated fingerprints.

For measuring the browser, the server and the export. Nothing but the thumbnails was ever observed,
and the atlas says so in its title, its notes and where a model would stand.

    scripts/simulate_atlas.py million.atlas -n 1000000
    scripts/simulate_atlas.py million.atlas -n 1000000 --from real.atlas
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hubble_dash.atlas.atlas import Atlas
    from hubble_dash.atlas.manifest import UnsealedManifest

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent / ".venv" / "bin" / "python"
SAYS = "simulated by scripts/simulate_atlas.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, help="the atlas to make")
    parser.add_argument("-n", type=int, default=10_000, help="cutouts (%(default)s)")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="ATLAS",
        help="take its thumbnails; else windows of scikit-image's Hubble eXtreme Deep Field",
    )  # fmt: skip
    parser.add_argument("--neighbors", type=int, default=12, help="kept a cutout (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--overwrite", action="store_true")


def main() -> None:
    # The packages are in the project's own environment.
    if PYTHON.exists() and Path(sys.prefix).resolve() != PYTHON.parent.parent.resolve():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    parser = argparse.ArgumentParser(
        prog="scripts/simulate_atlas.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_arguments(parser)
    options = parser.parse_args()
    from hubble_dash.errors import HubbleDashError

    try:
        made = simulate_atlas(
            options.out, options.n, source=options.source, neighbors=options.neighbors,
            seed=options.seed, overwrite=options.overwrite,
        )  # fmt: skip
    except (HubbleDashError, ValueError) as err:
        sys.exit(f"scripts/simulate_atlas.py: {err}")
    print(f"{made.path}: {len(made):,} simulated cutouts")


def simulate_atlas(
    out: str | Path,
    n: int,
    *,
    source: str | Path | None = None,
    neighbors: int = 12,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> Atlas:
    """Make a simulated atlas.

    Parameters
    ----------
    out : path-like
        Its folder.
    n : int
        Cutouts, at least 1.
    source : path-like, optional
        An atlas whose thumbnails are taken.
    neighbors : int
        Kept a cutout; fewer where there are fewer others.
    seed : int
        The same seed gives the same atlas.
    overwrite : bool
        Whether an atlas of that name is replaced.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    Atlas
        Opened from its folder.
    """
    import numpy as np
    from simulation.pictures import Thumbnails, base_thumbnails
    from simulation.structure import neighbors_within, simulate_structure
    from simulation.tables import image_table, write_cutouts

    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.atlas.schema import (
        COLORS_FILE,
        CUTOUTS_FILE,
        FINGERPRINTS_FILE,
        IMAGES_FILE,
        NEIGHBORS_FILE,
        POSITIONS_FILE,
        PREVIEWS_FOLDER,
        SHEETS_FOLDER,
        SIMILARITIES_FILE,
    )
    from hubble_dash.atlas.seal import check_replaceable, seal
    from hubble_dash.disk.names import folder_beside

    if n < 1 or neighbors < 1 or seed < 0:
        raise ValueError(f"-n {n}, --neighbors {neighbors} and --seed {seed}: 1, 1, 0 at least")
    out, k = Path(out), min(neighbors, n - 1)
    check_replaceable(out, replace=overwrite)
    bases = base_thumbnails(None if source is None else open_atlas(source))
    thumbnails = Thumbnails(bases, n, seed=seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(out) as new:
        part = new.path
        thumbnails.write_sheets(part / SHEETS_FOLDER, progress=progress)
        np.save(part / COLORS_FILE, thumbnails.colors())
        images = image_table(thumbnails.write_previews(part / PREVIEWS_FOLDER), n, seed=seed)
        images.drop(columns=["centre_ra", "centre_dec"]).to_parquet(part / IMAGES_FILE)
        structure = simulate_structure(thumbnails.look(), k=k, seed=seed)
        np.save(part / FINGERPRINTS_FILE, structure.fingerprints)
        np.save(part / POSITIONS_FILE, structure.positions)
        cutouts = part / CUTOUTS_FILE
        write_cutouts(cutouts, images, structure.cluster, seed=seed, progress=progress)
        found = neighbors_within(structure, k=k, progress=progress)
        np.save(part / NEIGHBORS_FILE, found.rows)
        np.save(part / SIMILARITIES_FILE, found.similarities)
        manifest = _manifest(part, n, len(images), k, seed)
        manifest["simulated"]["thumbnails_from"] = str(source or "skimage.data.hubble_deep_field")
        files = [path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file()]
        sealed = cast("UnsealedManifest", manifest)
        return seal(part, out, sealed, files=files, replace=overwrite)


def _manifest(folder: Path, n: int, n_images: int, k: int, seed: int) -> dict[str, Any]:
    """Say what was made, and that it is simulated, wherever people may look."""
    from simulation.pictures import CYCLE, LAYOUT
    from simulation.structure import N_FEATURES

    from hubble_dash.atlas.schema import FINGERPRINTS_FILE, POSITIONS_FILE
    from hubble_dash.disk.files import sha256_of

    made = datetime.now(UTC).isoformat(timespec="seconds")
    note = (
        "SIMULATED, for measuring: fingerprints, similarities, map, places on the sky, labels,"
        f" class and magnitude are made up. Only the thumbnails are real; {CYCLE:,} of them, in a"
        " cycle."
    )
    return {
        "title": f"Simulated: {n:,} cutouts",
        "created": made,
        "hubble_dash": importlib.metadata.version("hubble-dash"),
        "n_images": n_images,
        "n_cutouts": n,
        "n_features": N_FEATURES,
        "n_neighbors": k,
        "simulated": {"seed": seed, "thumbnails_cycle": CYCLE},
        "model": {
            **dict.fromkeys(("requested", "name", "weights"), SAYS),
            "weights_source": "given",
            "weights_sha256": sha256_of(folder / FINGERPRINTS_FILE),
            "reason": f"Fingerprints {SAYS}; no network was run.",
            "features": "given",
            "matched": "order",
        },
        "settings": {
            "inputs": [SAYS],
            "cutouts": {"kind": "window", "size": LAYOUT.size, "step": LAYOUT.size},
            "stretch": {},
            "process_images": [],
            "process_cutouts": [],
            "catalog": None,
            "neighbors": k,
        },
        "center": None,
        "map": {
            "method": "given", "file": SAYS, "sha256": sha256_of(folder / POSITIONS_FILE),
            "matched": "order",
        },
        "thumbnails": LAYOUT.to_entry(),
        "left_out": {"files": [], "cutouts": {}},
        "notes": [note],
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("numpy", "faiss-cpu")},
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()

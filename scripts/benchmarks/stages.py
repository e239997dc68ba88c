"""One stage of a build in a process of its own, so that its memory can be measured.

Run by scripts/bench scale: python -m benchmarks.stages STAGE FOLDER N. It prints JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["STAGES"]

Result = dict[str, Any]
# What a build keeps for perplexity 30, which is the default.
NEIGHBORS = 90
MEGABYTE = 1e6


def cut(folder: Path, _n: int) -> Result:
    """Images -> cutouts, fingerprints, thumbnails: a build whose end is as quick as can be."""
    import hubble_dash as hd

    inputs = [line for line in (folder / "images.txt").read_text().splitlines() if line]
    window = hd.SlidingWindow(**json.loads((folder / "window.json").read_text()))
    begin = time.perf_counter()
    atlas = hd.build(
        inputs, out=folder / "cut.atlas", cutouts=window, neighbors=9, overwrite=True,
        model="tf_efficientnet_lite0", map=hd.MapSettings(method="pca", perplexity=2),
    )  # fmt: skip
    return {"seconds": time.perf_counter() - begin, "rows": len(atlas)}


def neighbors(folder: Path, n: int) -> Result:
    """Fingerprints -> the nearest of each."""
    from numpy.lib.format import open_memmap

    from hubble_dash.atlas.atlas import Neighbors
    from hubble_dash.builder.neighbors.search import search_neighbors

    vectors, k = np.load(folder / "vectors.npy", mmap_mode="r"), min(NEIGHBORS, n - 1)
    begin = time.perf_counter()
    out = Neighbors(
        open_memmap(folder / "rows.npy", mode="w+", dtype=np.int32, shape=(n, k)),
        open_memmap(folder / "similarities.npy", mode="w+", dtype=np.float32, shape=(n, k)),
    )
    report = search_neighbors(vectors, k=k, out=out).report
    return {"seconds": time.perf_counter() - begin, "rows": n, "note": _noted(report)}


def layout(folder: Path, n: int) -> Result:
    """Fingerprints and neighbours -> the map."""
    import hubble_dash as hd
    from hubble_dash.atlas.atlas import Neighbors
    from hubble_dash.builder.projection.layout import lay_out

    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    found = Neighbors(
        np.load(folder / "rows.npy", mmap_mode="r"),
        np.load(folder / "similarities.npy", mmap_mode="r"),
    )
    begin = time.perf_counter()
    report = lay_out(vectors, found, hd.MapSettings()).report
    return {"seconds": time.perf_counter() - begin, "rows": n, "note": _noted(report)}


def export(folder: Path, n: int) -> Result:
    """Atlas -> the page: one file, or a folder where there are many."""
    import hubble_dash as hd

    atlas = hd.open_atlas(folder / "simulated.atlas")
    begin = time.perf_counter()
    made = hd.export(atlas, folder / "page.html", progress=False)
    seconds = time.perf_counter() - begin
    files = [made] if made.is_file() else [p for p in made.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files) / MEGABYTE
    return {"seconds": seconds, "rows": n, "note": f"{size:,.0f} MB in {len(files):,} files"}


def opening(folder: Path, n: int) -> Result:
    """Open an atlas, and ask it for one cutout and what is most like it."""
    import hubble_dash as hd

    begin = time.perf_counter()
    atlas = hd.open_atlas(folder / "simulated.atlas")
    rows = atlas.similar(n // 2).rows
    nearest = atlas.cutouts.iloc[rows[0]]
    note = f"nearest to row {n // 2}: row {rows[0]}, {nearest['class']}"
    return {"seconds": time.perf_counter() - begin, "rows": n, "note": note}


STAGES: dict[str, Callable[[Path, int], Result]] = {
    "cut": cut, "neighbors": neighbors, "layout": layout, "export": export, "opening": opening,
}  # fmt: skip


def peak_megabytes() -> float:
    """Give the most memory that this process has held, in MB; mapped files that it read count."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss, which on Linux begins with what the parent process had.
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / MEGABYTE
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most * (1 if sys.platform == "darwin" else 1024)) / MEGABYTE


def _noted(report: dict[str, Any]) -> str:
    """Say in a line what a stage reports of itself."""
    flat = {
        inner: part
        for name, value in report.items()
        for inner, part in (value.items() if isinstance(value, dict) else [(name, value)])
    }
    return ", ".join(
        f"{name.replace('_', ' ')} {round(value, 4) if isinstance(value, float) else value}"
        for name, value in flat.items()
    )


def main() -> None:
    stage, folder, n = sys.argv[1:]
    result = STAGES[stage](Path(folder), int(n))
    used = resource.getrusage(resource.RUSAGE_SELF)
    processors_s = used.ru_utime + used.ru_stime
    print(json.dumps({**result, "peak_mb": peak_megabytes(), "processors_s": processors_s}))


if __name__ == "__main__":
    main()

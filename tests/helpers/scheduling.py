"""Which process runs which files."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

__all__ = ["SharedStarts"]

# Files that begin with the same thing, which takes seconds and then is there for all of them.
_STARTS = {
    # HoloViews draws the figures, Numba compiles what Datashader does.
    "a page": ("viewer/", "verification/", "cli/test_page.py"),
    # `mosaic`
    "a pretrained network": (
        "atlas/test_schema.py",
        "builder/query/test_image.py",
        "builder/test_build.py",
        "methods/",
    ),
}


class SharedStarts(LoadFileScheduling):  # type: ignore[misc]
    """Hand out files as ``--dist loadfile`` does, but those of one start together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        for start, places in _STARTS.items():
            if file.removeprefix("tests/").startswith(places):
                return start
        return file

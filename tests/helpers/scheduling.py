"""Which process runs which files."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

__all__ = ["AGAIN", "SharedStarts"]

# The outcome of a test whose process ended, and that is run once more.
AGAIN = "run again"

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
    """Hand out files as ``--dist loadfile`` does, but those of one start together.

    The first test whose process ended is run again, and is no failure: the process of a whole suite
    may end by something that this test has not done. A second one is a failure.
    """

    n_ended = 0

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        for start, places in _STARTS.items():
            if file.removeprefix("tests/").startswith(places):
                return start
        return file

    def schedule(self) -> None:
        super().schedule()
        # A process runs the last test it was given when there is another, or it is told that there
        # is none: one that comes for another that ended would wait with its only file.
        for node in self.nodes:
            self._reschedule(node)

    def _reschedule(self, node: Any) -> None:
        # One that has not yet said which tests it knows is asked again when it has.
        if node in self.registered_collections:
            super()._reschedule(node)

    def remove_node(self, node: Any) -> str | None:
        """Give the files of a process that ended to others, but those that it was done with.

        To be given a file with nothing left to run, as xdist does, is to wait for ever.
        """
        files = self.assigned_work[node]
        for file in [file for file, done in files.items() if all(done.values())]:
            del files[file]
        crashed: str | None = super().remove_node(node)
        self.n_ended += crashed is not None
        file = "" if crashed is None else self._split_scope(crashed)
        if self.n_ended > 1 and file in self.workqueue:
            self.workqueue[file][crashed] = True
            if all(self.workqueue[file].values()):
                del self.workqueue[file]
        return crashed

    def judge(self, report: Any) -> None:
        """Say what it means that a process ended, in the report on its test."""
        if self.n_ended == 1:
            report.outcome = AGAIN

"""What commits have made, each made once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sameness.collections import Collection
from sameness.inputs import make_inputs
from sameness.trees import Tree, TreeError

__all__ = ["Store", "kill_build"]

# Raised when the inputs, or what is built of them, change: what was kept is of no use then.
RECIPE = 1
# Seconds between two looks at a build, and until one must have had its first shard.
STEP_S, PATIENCE_S = 0.005, 900


class Store:
    """What commits have made, each made when it is first asked for.

    Parameters
    ----------
    kept : Path
        For the inputs, and for what commits make.
    unkept : Path
        For what a working tree makes.
    n : int
        Cutouts of the simulated atlas.
    """

    def __init__(self, kept: Path, unkept: Path, *, n: int) -> None:
        self._kept, self._unkept, self.n = kept.resolve() / f"recipe-{RECIPE}", unkept, n
        self.inputs = self._kept / "inputs"
        if not self.inputs.exists():
            part = _beside(self.inputs)
            make_inputs(part)
            _keep(part, self.inputs)

    def made(self, tree: Tree, collection: Collection) -> Path:
        """Give the folder with a collection's atlas and exports, made with a commit."""
        is_simulated = not collection.build

        def make(part: Path) -> None:
            atlas = part / collection.atlas
            line = collection.build_line(tree, atlas)
            if is_simulated:
                script = tree.folder / "scripts" / "simulate_atlas.py"
                line = [sys.executable, str(script), str(atlas), "-n", str(self.n)]
            tree.run(line, cwd=self.inputs)
            collection.export(tree, atlas, part, self.inputs)

        name = f"{collection.name}-{self.n}" if is_simulated else collection.name
        return self._once(tree, name, make)

    def killed(self, tree: Tree, collection: Collection) -> Path:
        """Give the folder with what is left of a build that was killed after its first shard."""

        def make(part: Path) -> None:
            kill_build(tree, collection, part, self.inputs)

        return self._once(tree, f"{collection.name}-killed", make)

    def _once(self, tree: Tree, name: str, make: Callable[[Path], None]) -> Path:
        """Make something of a commit, unless it is there."""
        folder = self._kept / tree.name if tree.is_kept else self._unkept
        final = folder / name
        if not final.exists():
            print(f"making {name} with {tree.name}", file=sys.stderr)
            part = _beside(final)
            part.mkdir()
            try:
                make(part)
                _keep(part, final)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return final


def _beside(final: Path) -> Path:
    """Give a name for what is under way, of which no other process makes use."""
    final.parent.mkdir(parents=True, exist_ok=True)
    return final.with_name(f"{final.name}.part-{os.getpid()}")


def _keep(part: Path, final: Path) -> None:
    """Give what is finished its name, unless another process was faster."""
    try:
        part.rename(final)
    except OSError:
        if not final.exists():
            raise
        shutil.rmtree(part, ignore_errors=True)


def kill_build(tree: Tree, collection: Collection, folder: Path, inputs: Path) -> None:
    """Build a collection, and kill it as soon as its first shard is whole.

    Parameters
    ----------
    tree : Tree
        The commit.
    collection : Collection
        Of several shards.
    folder : Path
        Gets the atlas's ``.part`` folder.
    inputs : Path
        Where it is built.

    Raises
    ------
    TreeError
        If the build ends before it is killed.
    """
    out = folder / collection.atlas
    state = out.with_name(f"{out.name}.part") / "state.json"
    with subprocess.Popen(
        collection.build_line(tree, out), cwd=inputs, env=tree.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            for _ in range(round(PATIENCE_S / STEP_S)):
                if state.exists() or process.poll() is not None:
                    break
                time.sleep(STEP_S)
        finally:
            is_under_way = process.poll() is None
            if is_under_way:
                os.killpg(process.pid, signal.SIGKILL)
    if not (is_under_way and state.exists()):
        raise TreeError(
            f"the build of {collection.name} was not to be killed after its first shard"
        )

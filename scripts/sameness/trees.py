"""A commit -> a folder from which its hubble_dash is imported, and its commands are run."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Tree", "TreeError", "unpack"]

SITE = Path(__file__).resolve().parent / "site"
# What could make two builds differ by chance.
STEADY = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2"),
    **dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"), "1"),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "BOKEH_SIMPLE_IDS": "yes",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}


class TreeError(Exception):
    """A commit that cannot be unpacked, or a command of one that failed."""


@dataclass(frozen=True)
class Tree:
    """The code of a commit, ready to run.

    Parameters
    ----------
    folder : Path
        Holds ``hubble_dash``, with ``templates`` inside it, and ``scripts``.
    name : str
        The commit's hash, or what else people know it by.
    is_kept : bool
        Whether what it makes may be kept under that name.
    """

    folder: Path
    name: str
    is_kept: bool

    def environment(self) -> dict[str, str]:
        """Give the variables with which Python finds this code alone."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "HUBBLE_DASH"))}
        path = os.pathsep.join(map(str, (SITE, self.folder)))
        return kept | STEADY | {"PYTHONPATH": path, "HUBBLE_DASH_TREE": str(self.folder)}

    def command(self, *arguments: str | Path) -> list[str]:
        """Give the line that runs ``hubble-dash`` of this commit."""
        return [sys.executable, "-m", "hubble_dash.cli", *map(str, arguments)]

    def run(self, line: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a line to its end.

        Raises
        ------
        TreeError
            If it fails, with what it said.
        """
        done = subprocess.run(
            line, cwd=cwd, env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
            raise TreeError(f"{self.name}: {' '.join(line[1:])}\n{said}")
        return done

    def hubble_dash(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run ``hubble-dash`` of this commit."""
        return self.run(self.command(*arguments), cwd=cwd)

    def check(self) -> None:
        """Make sure that no other hubble_dash is imported.

        Raises
        ------
        TreeError
            If one is.
        """
        code = (
            "import json, hubble_dash, hubble_dash.templates as t\n"
            "print(json.dumps([hubble_dash.__file__, *t.__path__]))"
        )
        found = json.loads(self.run([sys.executable, "-c", code], cwd=self.folder.parent).stdout)
        package = self.folder / "hubble_dash"
        wanted = [str(package / "__init__.py"), str(package / "templates")]
        if found != wanted:
            raise TreeError(f"imported {found}, not {wanted}")


def unpack(repository: Path, revision: str | None, folder: Path, *, is_kept: bool = True) -> Tree:
    """Unpack a commit, or the working tree.

    Parameters
    ----------
    repository : Path
        A checkout.
    revision : str or None
        What git knows the commit by; None for the working tree.
    folder : Path
        To be made.
    is_kept : bool
        Whether what the commit makes may be kept; never of a working tree with changes.

    Raises
    ------
    TreeError
        If there is no such commit.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True)
    is_clean = not _git(repository, "status", "--porcelain").strip()
    if revision is not None or is_clean:
        named = f"{revision or 'HEAD'}^{{commit}}"
        name = _git(repository, "rev-parse", "--verify", named).decode().strip()[:12]
        with tarfile.open(fileobj=io.BytesIO(_git(repository, "archive", name))) as archive:
            archive.extractall(folder, filter="data")
    else:
        name, is_kept = "the working tree", False
        _copy_working_tree(repository, folder)
    # An installed package has its templates inside.
    if not (folder / "hubble_dash" / "templates").exists():
        shutil.copytree(folder / "templates", folder / "hubble_dash" / "templates")
    tree = Tree(folder, name, is_kept)
    tree.check()
    return tree


def _copy_working_tree(repository: Path, folder: Path) -> None:
    """Copy all files that git knows, or would take."""
    listed = _git(repository, "ls-files", "-z", "-co", "--exclude-standard").decode()
    for name in filter(None, listed.split("\0")):
        if (repository / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(repository / name, folder / name)


def _git(repository: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise TreeError(f"git {' '.join(arguments)}: {said}")
    return done.stdout

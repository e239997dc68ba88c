"""What workers are told of a build, and what the first of them tells of its network."""

from __future__ import annotations

import importlib.metadata
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hubble_dash.atlas.manifest import EngineEntry, ModelEntry
from hubble_dash.builder.inputs import Blocks, Inputs, Source
from hubble_dash.builder.remote.path import Remote
from hubble_dash.builder.shards.part import Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.builder.views.preparation import Preparation
from hubble_dash.config import BuildSettings, is_network_file
from hubble_dash.disk.names import write_inside
from hubble_dash.errors import BuildError

__all__ = ["Begun", "Job", "job_of"]

TOKEN, SHARE = "token", "share"


@dataclass(frozen=True)
class Job:
    """A build, as its workers know it; all else they read where it lies.

    Parameters
    ----------
    settings : BuildSettings
        What is cut, with whole paths.
    base : Path
        Where paths of files begin.
    folder : Path
        Of the build under way.
    results : Path
        Where results of tasks go.
    source : dict or None
        `Source.told` of the network, which a worker's own must agree with; None without one.
    learns : bool
        Whether a metric may be learned.
    several : bool
        As of `Inputs`.
    blocks : Blocks
        How much is done at once.
    seen : sequence of Path
        Files that a worker must see.
    run : str
        Of the client, which is another each time that the build goes on.
    version : str
        Of hubble-dash.
    engine : EngineEntry
        In which backend the network runs; empty until a worker has chosen.
    n_expected : int
        Cutouts of a worker, about, for which the backend is chosen.
    """

    settings: BuildSettings
    base: Path
    folder: Path
    results: Path
    source: Mapping[str, str] | None
    learns: bool
    several: bool
    blocks: Blocks
    seen: Sequence[Path] = ()
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    version: str = field(default_factory=lambda: importlib.metadata.version("hubble-dash"))
    engine: EngineEntry = field(default_factory=EngineEntry)
    n_expected: int = 0

    def leave_token(self) -> None:
        """Write what tells workers that they see the folder."""
        self.results.mkdir(parents=True, exist_ok=True)
        write_inside(self.run.encode(), self.results / TOKEN)

    def kept_share(self, wanted: int) -> int:
        """Say how many files or cutouts a task has, for as long as results of tasks are kept.

        Parameters
        ----------
        wanted : int
            How many, if the build has not begun; it may go on with other workers.
        """
        path = self.results / SHARE
        if not path.exists():
            write_inside(str(wanted).encode(), path, lasting=True)
        return int(path.read_text())

    def problem_here(self) -> str:
        """Say why this machine cannot work on it; empty if it can."""
        version = importlib.metadata.version("hubble-dash")
        if version != self.version:
            return f"has hubble-dash {version}, and the client has {self.version}"
        try:
            if (self.results / TOKEN).read_text() != self.run:
                return f"sees another {self.folder} than the client"
            mark = self.results / f".{secrets.token_hex(8)}"
            mark.touch()
            mark.unlink()
        except OSError as err:
            return f"cannot write in {self.folder} ({err.strerror or err})"
        for path in self.seen:
            if not path.exists():
                return f"does not see {path}"
        return ""


@dataclass(frozen=True)
class Begun:
    """What the client must know of the network that its workers run.

    Parameters
    ----------
    n_features, label_names, prepare, packages
        As of `hubble_dash.builder.fingerprints.fingerprinter.Fingerprinter`.
    model : ModelEntry
        Of its `describe`.
    engine : EngineEntry
        Of its `describe_engine`.
    """

    n_features: int
    label_names: list[str] | None
    prepare: Preparation | None
    packages: tuple[str, ...]
    model: ModelEntry
    engine: EngineEntry


def job_of(
    settings: BuildSettings, inputs: Inputs, plan: Plan, source: Source, part: Part, blocks: Blocks
) -> Job:
    """Say what workers are told.

    Parameters
    ----------
    settings : BuildSettings
        As the user gave them.
    inputs, plan, source, part, blocks
        Of the build.

    Raises
    ------
    BuildError
        If addresses have secrets, which are written nowhere.
    """
    if any(isinstance(file, Remote) and file.address.has_secrets for file in inputs.files):
        raise BuildError(
            "addresses with names, passwords or signatures are not told to workers; give them the"
            " secrets as their servers' clients read them (see docs/cluster.md), or build on one"
            " machine, without --cluster"
        )
    further: dict[str, Any] = {
        name: Path(path).absolute()
        for name in ("catalog", "weights")
        if (path := getattr(settings, name)) is not None
    }
    if is_network_file(settings.model):
        further["model"] = str(Path(settings.model).absolute())
    near = [file for file in inputs.files if not isinstance(file, Remote)]
    of_network = inputs.fingerprints is None
    return Job(
        replace(settings, **further),
        Path.cwd(),
        part.folder.absolute(),
        part.folder.absolute() / "cluster" / plan.digest({"tasks": 2})[:16],
        source.told if of_network else None,
        source.learns,
        inputs.several,
        blocks,
        [*(file.absolute() for file in near[:1] + near[-1:]), *map(Path, further.values())],
        engine=part.checkpoint.engine,
    )

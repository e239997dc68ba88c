"""A build begins, goes on with one that was interrupted, or finds that one only had to end."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from hubble_dash.builder.shards.checkpoint import Sealed
from hubble_dash.builder.shards.part import SEALED, Part
from hubble_dash.builder.shards.plan import Plan
from hubble_dash.disk.lock import locked
from hubble_dash.disk.space import NoSpaceError, watched
from hubble_dash.errors import BuildError

__all__ = ["can_go_on", "finish_part", "open_part", "sealed_build"]

logger = logging.getLogger(__name__)

N_DIFFERENCES_SAID = 5
OTHERWISE = "drop that work with --overwrite, or choose another name with --out"


def sealed_build(out: Path) -> str | None:
    """Tell whether an atlas is that of a build which was killed when it had only to clean up.

    Parameters
    ----------
    out : Path
        The atlas.

    Returns
    -------
    str or None
        The build's `Plan.digest`; None if there is no such build.
    """
    sealed = Sealed.read(_folder_of(out) / SEALED)
    return sealed.build if sealed is not None and sealed.is_here(out) else None


def finish_part(out: Path) -> None:
    """Remove what is left of such a build.

    Parameters
    ----------
    out : Path
        The atlas.

    Raises
    ------
    BuildError
        If another process builds the same atlas.
    """
    folder = _folder_of(out)
    with locked(folder / "lock", busy=_busy(out)):
        Part(folder).vanish(out)


def can_go_on(out: Path, plan: Plan) -> bool:
    """Say whether there is a build that was interrupted, and that this plan goes on with.

    Parameters
    ----------
    out : Path
        The atlas.
    plan : Plan
        Of the build.
    """
    part = Part(_folder_of(out))
    return not part.differences(plan) and part.checkpoint.is_worth_keeping


@contextlib.contextmanager
def open_part(
    out: Path, plan: Plan, *, replace: bool, otherwise: str = OTHERWISE
) -> Iterator[Part]:
    """Open the folder of a build, or go on with one that was interrupted.

    When the build ends, the folder goes; when it fails, it stays if it has a full shard, and the
    error says so.

    Parameters
    ----------
    out : Path
        The atlas.
    plan : Plan
        Of the build.
    replace : bool
        Whether a folder of a build with another plan is dropped.
    otherwise : str
        What is to be done where there is one, and it is not dropped.

    Yields
    ------
    Part
        Its `checkpoint` says what is done already.

    Raises
    ------
    BuildError
        If another process builds the same atlas, there is a folder with another plan, or the disk
        is full.
    """
    folder = _folder_of(out)
    with locked(folder / "lock", busy=_busy(out)):
        part = Part(folder)
        different = part.differences(plan)
        if different and part.checkpoint.is_worth_keeping and not replace:
            raise BuildError(_refusal(part, out, different, otherwise))
        try:
            with _told_of_space(part, out):
                if different or not part.checkpoint.is_worth_keeping:
                    part.start(plan)
                else:
                    part.go_on()
                    text = "going on after %s cutouts of a build that was interrupted"
                    n = f"{part.checkpoint.n:,}"
                    logger.info(f"%s: {text}; to begin anew, remove %s", out, n, folder)
                yield part
        except BaseException as err:
            if part.checkpoint.is_worth_keeping:
                n = f"{part.checkpoint.n:,}"
                err.add_note(
                    f"{n} cutouts are kept in {folder}; run the same command again to go on"
                )
            else:
                part.clear()
            raise
        part.vanish(out)


@contextlib.contextmanager
def _told_of_space(part: Part, out: Path) -> Iterator[None]:
    try:
        with watched(part.atlas):
            yield
    except NoSpaceError as err:
        old = f"; {out} is as it was" if out.exists() else ""
        new = "" if part.checkpoint.is_worth_keeping else "; of the new one nothing is kept"
        told = "; ".join([f"the build stopped: {err}", *getattr(err, "__notes__", [])])
        raise BuildError(f"{told}{old}{new}") from err


def _folder_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.part")


def _busy(out: Path) -> str:
    return f"another process builds {out} at this moment; choose another name with --out"


def _refusal(part: Part, out: Path, different: Sequence[str], otherwise: str) -> str:
    named = "; ".join(different[:N_DIFFERENCES_SAID])
    if len(different) > N_DIFFERENCES_SAID:
        named += "; ..."
    return (
        f"{part.folder} has {part.checkpoint.n:,} cutouts of a build of {out} that was interrupted,"
        f" and it cannot go on: {named}. Run the command as it was, or {otherwise}"
    )

"""A network -> maps from between its blocks, which timm's stages do not give."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import torch

from hubble_dash.builder.models.pooling import DiskPooled

__all__ = ["Taps", "find_taps"]


class _Tap:
    """Keeps what a module gave last, until it is taken."""

    def __init__(self, module: torch.nn.Module) -> None:
        self._found: torch.Tensor | None = None
        module.register_forward_hook(self)

    def __call__(self, _module: torch.nn.Module, _given: object, found: torch.Tensor) -> None:
        self._found = found

    def take(self) -> torch.Tensor:
        """Give it, and keep it no longer."""
        found, self._found = self._found, None
        assert found is not None
        return found


class Taps:
    """Where maps are taken from a network, before and behind the last one of a sixteenth's side.

    A copy of the network (`copy.deepcopy`) has taps of its own. They hold the maps of one picture
    at a time, so one thread runs the network.

    Parameters
    ----------
    before, behind : torch.nn.Module, optional
        Modules that give the maps.
    """

    def __init__(
        self, before: torch.nn.Module | None = None, behind: torch.nn.Module | None = None
    ) -> None:
        self._before = [] if before is None else [_Tap(before)]
        self._behind = [] if behind is None else [_Tap(behind)]

    def taken(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Take the maps of the pictures that the network has just seen, before and behind."""
        return [tap.take() for tap in self._before], [tap.take() for tap in self._behind]


def find_taps(pooled: DiskPooled, blank: torch.Tensor) -> Taps:
    """Find blocks in the middle of the earlier stage and shortly before the network's end.

    Textures show at other sizes there. The earlier stage is where maps have the size of
    ``pooled``'s earlier one; its last block is that one.

    Parameters
    ----------
    pooled : DiskPooled
        The network.
    blank : (1, 3, side, side) float tensor
        A picture, to see which maps there are.

    Returns
    -------
    Taps
        None where the network is not made of blocks, or a stage has only one.
    """
    given: list[tuple[torch.nn.Module, tuple[int, ...]]] = []

    def note(module: torch.nn.Module, _given: object, found: Any) -> None:
        if isinstance(found, torch.Tensor) and found.ndim == 4:
            given.append((module, tuple(found.shape[2:])))

    hooks = [block.register_forward_hook(note) for block in _blocks(pooled.model)]
    depths = pooled.forward_features(blank)
    for hook in hooks:
        hook.remove()
    early, late = (
        [module for module, size in given if size == tuple(one.shape[2:])]
        for one in (depths.earlier, depths.last)
    )
    there = depths.earlier.shape[2:] != depths.last.shape[2:]
    return Taps(
        early[(len(early) - 1) // 2] if len(early) > 1 else None,
        late[-2] if there and len(late) > 1 else None,
    )


def _blocks(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """Find the blocks of a network: modules in a row with others, the innermost such rows."""
    for module in model.children():
        if holds_more := [*_blocks(module)]:
            yield from holds_more
        elif _is_row(model) and _holds_convolutions(module):
            yield module


def _is_row(module: torch.nn.Module) -> bool:
    """Say whether modules inside come one after another: in timm by their names, b1, b2."""
    names = {name.rstrip("0123456789") for name, _ in module.named_children()}
    return len(names) == 1


def _holds_convolutions(module: torch.nn.Module) -> bool:
    inside = itertools.islice(module.modules(), 1, None)
    return any(isinstance(one, torch.nn.Conv2d) for one in inside)

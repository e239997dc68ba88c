"""All targets, by name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzzing import atlases, images, tables, words
from fuzzing.target import Target

__all__ = ["TARGETS"]

TARGETS: Mapping[str, Target] = {
    target.name: target for module in (images, tables, atlases, words) for target in module.TARGETS
}

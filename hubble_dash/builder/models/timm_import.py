"""timm, imported so that it gets along with a torchvision that does not fit its torch."""

from __future__ import annotations

import importlib
import re

import torch

__all__ = ["import_torchvision", "timm"]

# Kept for as long as the process lives: an operator goes when its library object goes.
_DECLARED: dict[str, torch.library.Library] = {}


def import_torchvision() -> None:
    """Import torchvision, also where its compiled operators do not fit the installed torch.

    PyPI's torchvision for Linux is a CUDA build. Beside a CPU-only torch its operators do not load,
    and the import dies with "operator torchvision::nms does not exist" (pytorch #122494, #157648;
    vision #9077). timm needs the import but none of the operators, so declaring those that the
    error names lets it pass. A torchvision that fits its torch is imported as it is.

    Raises
    ------
    RuntimeError
        If torchvision cannot be imported for another reason.
    """
    while True:
        try:
            importlib.import_module("torchvision")
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if missing is None or missing[1] in _DECLARED:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            library.define(f"{missing[1]}() -> ()")  # type: ignore[no-untyped-call]
            _DECLARED[missing[1]] = library
        else:
            return


import_torchvision()
import timm  # noqa: E402  (only now can it be imported)
import timm.data  # noqa: E402

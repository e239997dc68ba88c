"""timm and faiss, imported so that the compiled libraries beneath them get along.

Two traps that real installations fall into, each sprung here and nowhere else.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from types import ModuleType

import torch

__all__ = ["import_faiss", "import_torchvision", "timm"]

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


def import_faiss() -> ModuleType:
    """Import faiss beside torch's OpenMP.

    On macOS torch and faiss each bring an OpenMP runtime. The second one to start aborts the
    process unless it is told otherwise, and faiss's parallel search then crashes, so that faiss
    runs on one thread there (faiss-wheels #73, pytorch #149201). Its matrix products go through
    Apple's Accelerate, which has threads of its own. Elsewhere nothing is changed.

    Returns
    -------
    module
        `faiss`.
    """
    on_mac = sys.platform == "darwin"
    if on_mac:
        os.environ.setdefault("KMP_DUPLICATE_LIB_OK", "TRUE")
    faiss = importlib.import_module("faiss")
    if on_mac:
        faiss.omp_set_num_threads(1)
    return faiss


import_torchvision()
import timm  # noqa: E402  (only now can it be imported)
import timm.data  # noqa: E402

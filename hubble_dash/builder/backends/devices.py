"""Which device computes: what is asked for, as far as it is there."""

from __future__ import annotations

import torch

__all__ = ["device_of_tensors", "find_device"]


def find_device(device: str) -> str:
    """Find where a network runs.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda", "mps"}
        What is asked for; ``"auto"`` takes a GPU where there is one.

    Returns
    -------
    str
        One that is there.

    Raises
    ------
    ValueError
        If the device is not known, or not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    available = [name for name, is_there in there.items() if is_there]
    if device == "auto":
        return available[0]
    if device not in available:
        known = "not there" if device in there else "not known"
        raise ValueError(
            f"device {device!r} is {known}; here there are: auto, {', '.join(available)}"
        )
    return device


def device_of_tensors(device: str) -> str:
    """Find where neighbours and the map are computed.

    Apple's GPUs have neither double precision nor all of the operations: there the processor
    computes.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network is to run.

    Returns
    -------
    {"cpu", "cuda"}
    """
    found = find_device(device)
    return found if found == "cuda" else "cpu"

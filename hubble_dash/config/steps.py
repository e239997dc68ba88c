"""Steps on pixels, as the command line names them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from hubble_dash.config.bounds import above, at_least, within

__all__ = [
    "Crop",
    "EqualizeAdaptive",
    "EqualizeHistogram",
    "FlipLeftRight",
    "FlipUpDown",
    "Grayscale",
    "ProcessingStep",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "parse_step",
    "step_from_dict",
]


@dataclass(frozen=True)
class Grayscale:
    """Colour to luminance."""

    name: Literal["grayscale"] = field(default="grayscale", init=False)


@dataclass(frozen=True)
class Crop:
    """The central `width` x `height` pixels (all of a side that is shorter).

    Parameters
    ----------
    width, height : int
        Pixels; `height` equals `width` if not given.
    """

    width: int
    height: int | None = None
    name: Literal["crop"] = field(default="crop", init=False)

    def __post_init__(self) -> None:
        _settle_sides(self)


@dataclass(frozen=True)
class Resize:
    """Resample to `width` x `height` pixels, whatever the aspect.

    Parameters
    ----------
    width, height : int
        Pixels; `height` equals `width` if not given.
    """

    width: int
    height: int | None = None
    name: Literal["resize"] = field(default="resize", init=False)

    def __post_init__(self) -> None:
        _settle_sides(self)


def _settle_sides(step: Crop | Resize) -> None:
    """Make a square where only one side is given, and check both."""
    if step.height is None:
        object.__setattr__(step, "height", step.width)
    assert step.height is not None
    at_least("width", step.width, 1, unit=" pixel")
    at_least("height", step.height, 1, unit=" pixel")


@dataclass(frozen=True)
class Rotate:
    """Turn counter-clockwise, as shown, about the centre; the size stays.

    Parameters
    ----------
    angle_deg : float
        Degrees. Multiples of 90 are exact and swap width and height where needed; other angles
        interpolate, and the corners that come from outside are blank.
    """

    angle_deg: float
    name: Literal["rotate"] = field(default="rotate", init=False)

    def __post_init__(self) -> None:
        within("angle_deg", self.angle_deg, -360.0, 360.0)


@dataclass(frozen=True)
class FlipLeftRight:
    """Mirror left and right."""

    name: Literal["flip-lr"] = field(default="flip-lr", init=False)


@dataclass(frozen=True)
class FlipUpDown:
    """Mirror up and down."""

    name: Literal["flip-ud"] = field(default="flip-ud", init=False)


@dataclass(frozen=True)
class RescaleIntensity:
    """Stretch linearly between two percentiles.

    Parameters
    ----------
    low, high : float
        Percentiles that become black and white.
    """

    low: float = 2.0
    high: float = 98.0
    name: Literal["rescale-intensity"] = field(default="rescale-intensity", init=False)

    def __post_init__(self) -> None:
        within("low", self.low, 0.0, 100.0)
        within("high", self.high, 0.0, 100.0)
        above("high", self.high, self.low)


@dataclass(frozen=True)
class EqualizeHistogram:
    """Equalise the histogram."""

    name: Literal["equalize"] = field(default="equalize", init=False)


@dataclass(frozen=True)
class EqualizeAdaptive:
    """Contrast-limited adaptive histogram equalisation (CLAHE).

    Parameters
    ----------
    clip_limit : float
        Between 0 and 1; higher gives more contrast.
    """

    clip_limit: float = 0.01
    name: Literal["equalize-adaptive"] = field(default="equalize-adaptive", init=False)

    def __post_init__(self) -> None:
        within("clip_limit", self.clip_limit, 0.0, 1.0)


ProcessingStep: TypeAlias = (
    Grayscale
    | Crop
    | Resize
    | Rotate
    | FlipLeftRight
    | FlipUpDown
    | RescaleIntensity
    | EqualizeHistogram
    | EqualizeAdaptive
)

_STEPS: Mapping[str, type[ProcessingStep]] = {step.name: step for step in get_args(ProcessingStep)}


def parse_step(text: str) -> ProcessingStep:
    """Read a processing step as the command line names it.

    Parameters
    ----------
    text : str
        A name, then its numbers: ``"grayscale"``, ``"crop:512"``, ``"crop:512x256"``,
        ``"rotate:30"``, ``"rescale-intensity:1,99"``, ``"equalize-adaptive:0.02"``.

    Returns
    -------
    ProcessingStep

    Raises
    ------
    ValueError
        If the name is not known, or its numbers do not fit.
    """
    name, _, rest = text.strip().partition(":")
    if name not in _STEPS:
        raise ValueError(f"no processing step {name!r}; there are: {', '.join(_STEPS)}")
    step = _STEPS[name]
    whole = step in (Crop, Resize)
    try:
        words = [w for w in rest.replace("x", ",").split(",") if w.strip()]
        numbers = [int(w) if whole else float(w) for w in words]
        return step(*numbers)  # type: ignore[arg-type]
    except TypeError:
        wanted = [f.name for f in dataclasses.fields(step) if f.init]
        raise ValueError(
            f"step {text!r} has {len(words)} numbers; {name} takes {', '.join(wanted) or 'none'}"
        ) from None
    except ValueError as err:
        raise ValueError(f"step {text!r}: {err}") from None


def step_from_dict(fields: Mapping[str, Any]) -> ProcessingStep:
    """Make a processing step again from what a manifest says of it.

    Parameters
    ----------
    fields : mapping
        Of `dataclasses.asdict`: its name, and its numbers by name.

    Returns
    -------
    ProcessingStep
    """
    numbers = {name: value for name, value in fields.items() if name != "name"}
    return _STEPS[fields["name"]](**numbers)

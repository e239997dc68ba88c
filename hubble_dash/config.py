"""Settings: frozen, validated once, and written into the atlas as plain data."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

__all__ = [
    "NETWORK_FILES",
    "BuildSettings",
    "CatalogColumns",
    "CatalogPositions",
    "Crop",
    "CutoutSettings",
    "DetectedSources",
    "EqualizeAdaptive",
    "EqualizeHistogram",
    "FlipLeftRight",
    "FlipUpDown",
    "Grayscale",
    "MapSettings",
    "ModelInput",
    "ProcessingStep",
    "RescaleIntensity",
    "Resize",
    "Rotate",
    "SlidingWindow",
    "Stretch",
    "WholeImage",
    "is_network_file",
    "parse_step",
    "step_from_dict",
]


def _choice(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def _at_least(name: str, value: float, least: float, *, unit: str = "") -> None:
    if not value >= least:
        raise ValueError(f"{name} is {value!r}; it must be at least {least:g}{unit}")


def _above(name: str, value: float, bound: float) -> None:
    if not value > bound:
        raise ValueError(f"{name} is {value!r}; it must be greater than {bound:g}")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; it must lie in [{low:g}, {high:g}]")


# --- cutouts -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WholeImage:
    """Each image is one cutout.

    Parameters
    ----------
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    min_valid: float = 0.01
    kind: Literal["full"] = field(default="full", init=False)

    def __post_init__(self) -> None:
        _within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class SlidingWindow:
    """Square windows on a regular grid.

    Parameters
    ----------
    size : int
        Side of the window, in pixels.
    step : int, optional
        Pixels from one window to the next; half the size if not given.
    cover_edges : bool
        Add a last row and column flush with the far edges, so that every pixel lies in a window.
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    size: int = 224
    step: int | None = None
    cover_edges: bool = True
    min_valid: float = 0.5
    kind: Literal["window"] = field(default="window", init=False)

    def __post_init__(self) -> None:
        _at_least("size", self.size, 2, unit=" pixels")
        if self.step is None:
            object.__setattr__(self, "step", max(1, self.size // 2))
        assert self.step is not None
        _at_least("step", self.step, 1, unit=" pixel")
        _within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class DetectedSources:
    """A square box around each source that photutils detects.

    Parameters
    ----------
    threshold : float
        Detection threshold above the background, in units of the background's noise.
    min_pixels : int
        Connected pixels above the threshold that make a source.
    deblend : bool
        Separate overlapping sources (multi-threshold and watershed).
    background_box : int
        Side of the boxes in which background and noise are estimated, in pixels.
    padding : float
        Margin around a source's extent, as a share of that extent, on each side.
    min_size : int
        Least side of a box, in pixels.
    max_size : int, optional
        Sources whose box would be larger are left out (saturated stars, merged halos).
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    threshold: float = 3.0
    min_pixels: int = 25
    deblend: bool = True
    background_box: int = 64
    padding: float = 0.3
    min_size: int = 24
    max_size: int | None = None
    min_valid: float = 0.5
    kind: Literal["sources"] = field(default="sources", init=False)

    def __post_init__(self) -> None:
        _above("threshold", self.threshold, 0.0)
        _at_least("min_pixels", self.min_pixels, 1)
        _at_least("background_box", self.background_box, 8, unit=" pixels")
        _within("padding", self.padding, 0.0, 10.0)
        _at_least("min_size", self.min_size, 2, unit=" pixels")
        if self.max_size is not None:
            _at_least("max_size", self.max_size, self.min_size, unit=" pixels (min_size)")
        _within("min_valid", self.min_valid, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class CatalogPositions:
    """A square box around each position of a catalogue (RA and Dec, or x and y).

    Parameters
    ----------
    size : float
        Side of the box, in `unit`.
    unit : {"pixels", "arcsec"}
        Unit of `size`.
    min_valid : float
        Share of pixels that must be finite and not blank, else the cutout is left out.
    """

    size: float = 64
    unit: Literal["pixels", "arcsec"] = "pixels"
    min_valid: float = 0.5
    kind: Literal["catalog"] = field(default="catalog", init=False)

    def __post_init__(self) -> None:
        _above("size", self.size, 0.0)
        _choice("unit", self.unit, ("pixels", "arcsec"))
        _within("min_valid", self.min_valid, 0.0, 1.0)


CutoutSettings: TypeAlias = WholeImage | SlidingWindow | DetectedSources | CatalogPositions


# --- stretch -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """How flux becomes 8-bit display values (FITS, 16- and 32-bit data; 8-bit pictures stay).

    Parameters
    ----------
    limits : {"zscale", "percentile", "minmax"}
        How black and white level are found.
    percentile : float
        The central share of the values kept between the limits, in per cent (`percentile` only).
    curve : {"linear", "asinh", "sqrt", "log"}
        The curve between them, as in `astropy.visualization`.
    per : {"image", "cutout"}
        Whether the limits come from the whole image, or from each cutout by itself.
    """

    limits: Literal["zscale", "percentile", "minmax"] = "percentile"
    percentile: float = 99.5
    curve: Literal["linear", "asinh", "sqrt", "log"] = "asinh"
    per: Literal["image", "cutout"] = "image"

    def __post_init__(self) -> None:
        _choice("limits", self.limits, ("zscale", "percentile", "minmax"))
        _choice("curve", self.curve, ("linear", "asinh", "sqrt", "log"))
        _choice("per", self.per, ("image", "cutout"))
        _above("percentile", self.percentile, 0.0)
        _within("percentile", self.percentile, 0.0, 100.0)


# --- processing steps --------------------------------------------------------------------------


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
        if self.height is None:
            object.__setattr__(self, "height", self.width)
        assert self.height is not None
        _at_least("width", self.width, 1, unit=" pixel")
        _at_least("height", self.height, 1, unit=" pixel")


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
        if self.height is None:
            object.__setattr__(self, "height", self.width)
        assert self.height is not None
        _at_least("width", self.width, 1, unit=" pixel")
        _at_least("height", self.height, 1, unit=" pixel")


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
        _within("angle_deg", self.angle_deg, -360.0, 360.0)


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
        _within("low", self.low, 0.0, 100.0)
        _within("high", self.high, 0.0, 100.0)
        _above("high", self.high, self.low)


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
        _within("clip_limit", self.clip_limit, 0.0, 1.0)


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

_STEPS: Mapping[str, type[ProcessingStep]] = {
    "grayscale": Grayscale,
    "crop": Crop,
    "resize": Resize,
    "rotate": Rotate,
    "flip-lr": FlipLeftRight,
    "flip-ud": FlipUpDown,
    "rescale-intensity": RescaleIntensity,
    "equalize": EqualizeHistogram,
    "equalize-adaptive": EqualizeAdaptive,
}


def parse_step(text: str) -> ProcessingStep:
    """Read a processing step as the command line names it.

    Parameters
    ----------
    text : str
        A name, then its numbers: ``"grayscale"``, ``"crop:512"``, ``"crop:512x256"``,
        ``"rotate:30"``, ``"rescale-intensity:1,99"``, ``"equalize-adaptive:0.02"``.

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
    """Make a processing step again from what a manifest says of it."""
    numbers = {name: value for name, value in fields.items() if name != "name"}
    return _STEPS[fields["name"]](**numbers)


# --- map ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MapSettings:
    """How fingerprints are laid out on the plane.

    Parameters
    ----------
    method : {"tsne", "umap", "pca"}
        The layout. UMAP needs the extra ``hubble-dash[umap]``.
    perplexity : float
        t-SNE: effective number of neighbours; lowered where there are too few cutouts.
    early_exaggeration : float
        t-SNE: factor on the attraction in the first phase.
    n_iter : int
        t-SNE: iterations after the early phase.
    n_neighbors : int
        UMAP: neighbours a point; lowered where there are too few cutouts.
    min_dist : float
        UMAP: how tightly points may lie.
    random_state : int
        Seed: the same fingerprints give the same map.
    """

    method: Literal["tsne", "umap", "pca"] = "tsne"
    perplexity: float = 30.0
    early_exaggeration: float = 12.0
    n_iter: int = 500
    n_neighbors: int = 15
    min_dist: float = 0.1
    random_state: int = 0

    def __post_init__(self) -> None:
        _choice("method", self.method, ("tsne", "umap", "pca"))
        _at_least("perplexity", self.perplexity, 1.0)
        _at_least("early_exaggeration", self.early_exaggeration, 1.0)
        _at_least("n_iter", self.n_iter, 1)
        _at_least("n_neighbors", self.n_neighbors, 2)
        _within("min_dist", self.min_dist, 0.0, 1.0)
        _at_least("random_state", self.random_state, 0)


# --- the network -------------------------------------------------------------------------------

# Suffixes of files that hold a whole network, not only its weights.
NETWORK_FILES = (".onnx", ".pt2")


def is_network_file(model: str) -> bool:
    """Say whether a model is named by a file of its own rather than by timm's name."""
    return model.lower().endswith(NETWORK_FILES)


@dataclass(frozen=True, kw_only=True)
class ModelInput:
    """What a network file of the user's expects to be given; the files do not say all of it.

    A display value v of 0 to 255 reaches the network as (v / 255 - mean) / std. The default is what
    networks trained on ImageNet expect; a mean of 0 and a std of 1 give 0 to 1, 0.5 and 0.5 give -1
    to 1.

    Parameters
    ----------
    size : int, optional
        Side of the picture in pixels, where the file leaves it open; 224 if not given.
    mean, std : sequence of float
        For red, green and blue, or one number for all three.
    """

    size: int | None = None
    mean: Sequence[float] = (0.485, 0.456, 0.406)
    std: Sequence[float] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.size is not None:
            _at_least("size", self.size, 1)
        for name in ("mean", "std"):
            values = tuple(float(value) for value in getattr(self, name))
            if len(values) not in (1, 3) or not all(map(math.isfinite, values)):
                raise ValueError(f"{name} is {values}; it must be one or three finite numbers")
            object.__setattr__(self, name, values if len(values) == 3 else values * 3)
        if min(self.std) <= 0:
            raise ValueError(f"std is {self.std}; it must be positive")


# --- the whole build ---------------------------------------------------------------------------

# What a user may give, and the settings of that which is then not done.
GIVEN_INSTEAD: Mapping[str, Sequence[str]] = {
    "fingerprints": (
        *("model", "model_input", "weights", "features", "quality", "device", "batch_size"),
        *("engine", "precision"),
    ),
    "positions": ("map",),
}


@dataclass(frozen=True, kw_only=True)
class CatalogColumns:
    """Which columns of a catalogue mean what; those not named are found by their usual names.

    Parameters
    ----------
    path, ra, dec, x, y : str, optional
        Names of columns.
    ra_unit : {"deg", "hourangle"}, optional
        Unit of the right ascensions, where the file does not say it, or says it wrongly.
    """

    path: str | None = None
    ra: str | None = None
    dec: str | None = None
    x: str | None = None
    y: str | None = None
    ra_unit: Literal["deg", "hourangle"] | None = None

    def __post_init__(self) -> None:
        if self.ra_unit is not None:
            _choice("ra_unit", self.ra_unit, ("deg", "hourangle"))


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """All that decides what an atlas holds.

    Parameters
    ----------
    cutouts : WholeImage, SlidingWindow, DetectedSources or CatalogPositions
        What is cut from each image.
    stretch : Stretch
        How flux becomes display values.
    process_images, process_cutouts : sequence of steps
        Processing steps, in order, on whole images and on cutouts.
    fingerprints : path-like, optional
        The user's own vectors, (m, d) floats in ``.npy``, ``.npz`` or Parquet: no network is run,
        and `model`, `model_input`, `weights`, `features`, `quality`, `device`, `batch_size`,
        `engine` and `precision` must stay as they are. Rows belong to cutouts by name or in order,
        as `hubble_dash.builder.given` explains.
    positions : path-like, optional
        The user's own map, (m, 2) floats likewise: none is laid out, and `map` must stay as it is.
    center_by : str, optional
        Take the mean of each group off the fingerprints, so that what an instrument, say, gives to
        all of its images is no reason to be alike: a column of the catalogue, a header key of the
        images, or ``"file"``.
    model : str
        A timm model, or ``"auto"``: resnet50 where its weights can be had, else EfficientNet-Lite0.
        Or a file that holds a whole network: ``"x.onnx"``, or ``"x.pt2"`` of `torch.export.save`.
        The latter is a program: take it only from those you would take a program from.
    model_input : ModelInput
        What such a file expects to be given.
    weights : path-like, optional
        The user's own weights.
    features : {"pooled", "probabilities"}
        Pooled features before the classifier, or the probabilities of the classes.
    quality : {"plain", "fast", "balanced", "best"}
        Plain: one view, pooled as timm has it. The others look at the disk inside the cutout, pool
        it at two depths, take the collection's mean off, and join 1, 4 or 8 turned views. Of
        probabilities, fast is plain.
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network runs.
    batch_size : int
        Cutouts in one pass of the network.
    engine : {"auto", "eager", "compile", "openvino"}
        What runs the network; ``"auto"`` measures which is fastest here and means the same.
    precision : {"auto", "fp32", "bf16", "fp16", "int8"}
        How exactly it counts; ``"auto"`` as for `engine`.
    workers : int, optional
        Processes that read and cut files ahead of the network; 0 for threads. If not given,
        processes where a GPU runs the network and files are many.
    neighbors : int
        Neighbours kept for each cutout, at least; fewer where there are fewer cutouts.
    map : MapSettings
        The layout of the map.
    catalog : path-like, optional
        A catalogue with positions and metadata of images or of cutouts.
    catalog_columns : CatalogColumns
        Its columns.
    hdu : str or int, optional
        FITS: name or number of the HDU; the first image with data if not given.
    plane : int, optional
        Plane of a cube, from 0.
    header_keys : sequence of str
        FITS keys kept as metadata beside the usual ones.
    max_unreadable : float
        Share of unreadable files past which the build stops.
    title : str, optional
        What the page is called; the name of the atlas if not given.
    """

    cutouts: CutoutSettings = field(default_factory=WholeImage)
    stretch: Stretch = field(default_factory=Stretch)
    process_images: Sequence[ProcessingStep] = ()
    process_cutouts: Sequence[ProcessingStep] = ()
    fingerprints: str | Path | None = None
    positions: str | Path | None = None
    center_by: str | None = None
    model: str = "auto"
    model_input: ModelInput = field(default_factory=ModelInput)
    weights: str | Path | None = None
    features: Literal["pooled", "probabilities"] = "pooled"
    quality: Literal["plain", "fast", "balanced", "best"] = "fast"
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    batch_size: int = 32
    engine: Literal["auto", "eager", "compile", "openvino"] = "auto"
    precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = "auto"
    workers: int | None = None
    neighbors: int = 100
    map: MapSettings = field(default_factory=MapSettings)
    catalog: str | Path | None = None
    catalog_columns: CatalogColumns = field(default_factory=CatalogColumns)
    hdu: str | int | None = None
    plane: int | None = None
    header_keys: Sequence[str] = ()
    max_unreadable: float = 0.5
    title: str | None = None

    def __post_init__(self) -> None:
        _choice("features", self.features, ("pooled", "probabilities"))
        _choice("quality", self.quality, ("plain", "fast", "balanced", "best"))
        _choice("device", self.device, ("auto", "cpu", "cuda", "mps"))
        _at_least("batch_size", self.batch_size, 1)
        _choice("engine", self.engine, ("auto", "eager", "compile", "openvino"))
        _choice("precision", self.precision, ("auto", "fp32", "bf16", "fp16", "int8"))
        if self.workers is not None:
            _at_least("workers", self.workers, 0)
        _at_least("neighbors", self.neighbors, 1)
        _within("max_unreadable", self.max_unreadable, 0.0, 1.0)
        if isinstance(self.cutouts, CatalogPositions) and self.catalog is None:
            raise ValueError("cutouts at catalogue positions need a catalogue; name one: catalog=")
        for given, names in GIVEN_INSTEAD.items():
            self._refuse_beside(given, names)
        self._check_network_file()

    def _check_network_file(self) -> None:
        """Refuse what does nothing with a network file, or without one."""
        if not is_network_file(self.model):
            if self.model_input != ModelInput():
                raise ValueError(
                    f"model_input says what a network file ({' or '.join(NETWORK_FILES)}) expects;"
                    f" what {self.model!r} expects is known"
                )
        elif self.weights is not None:
            raise ValueError(f"{self.model} holds its own weights; leave out weights")
        elif self.features != "pooled":
            raise ValueError(
                f"{self.model} gives one vector, which is the fingerprint; leave out features"
            )

    def _refuse_beside(self, given: str, names: Sequence[str]) -> None:
        """Refuse settings of what is not done, since the user gives its result."""
        if getattr(self, given) is None:
            return
        usual = BuildSettings()
        for name in names:
            if getattr(self, name) != getattr(usual, name):
                raise ValueError(f"{name} would do nothing beside {given} of your own; choose one")

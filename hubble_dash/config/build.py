"""All that decides what an atlas holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hubble_dash.config.bounds import at_least, choice, within
from hubble_dash.config.choices import (
    AngleUnit,
    Device,
    EngineChoice,
    Features,
    PrecisionChoice,
    Quality,
)
from hubble_dash.config.cutouts import CatalogPositions, CutoutSettings, WholeImage
from hubble_dash.config.map import MapSettings
from hubble_dash.config.network import NETWORK_FILES, ModelInput, is_network_file
from hubble_dash.config.steps import ProcessingStep
from hubble_dash.config.stretch import Stretch

__all__ = ["GIVEN_INSTEAD", "BuildSettings", "CatalogColumns"]

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
    ra_unit: AngleUnit | None = None

    def __post_init__(self) -> None:
        if self.ra_unit is not None:
            choice("ra_unit", self.ra_unit, AngleUnit)


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
        as `hubble_dash.builder.catalogs.precomputed` explains.
    positions : path-like, optional
        The user's own map, (m, 2) floats likewise: none is laid out, and `map` must stay as it is.
    name_column : str, optional
        The column of these files that names the image of each row; usual names are recognised.
    leave_out_columns : sequence of str
        Columns of these files that are neither names nor features.
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
        Plain: one view, pooled as timm has it. The others look at the disk inside the cutout, in 1,
        4 or 12 views, and compare by a metric that is learned from some of the cutouts. Of fewer
        than 100, and where the model has no maps, they pool the disk at two depths, take the
        collection's mean off, and join 1, 4 or 8 turned views. Of probabilities, fast is plain.
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network runs, and, but for ``"mps"``, neighbours and the map are computed.
    batch_size : int, optional
        Pictures in one pass of the network. If not given, 32; on a GPU, what measures fastest.
    engine : {"auto", "eager", "compile", "openvino"}
        What runs the network; ``"auto"`` measures which is fastest here and means the same.
    precision : {"auto", "fp32", "bf16", "fp16", "int8"}
        How exactly it counts; ``"auto"`` as for `engine`.
    deterministic : bool
        Whether a second build of the same files gives the same bytes on the same machine: then
        ``"auto"`` takes PyTorch in single precision, without a trial, and the atlas says it was
        made when the newest of its files was, or at ``SOURCE_DATE_EPOCH``.
    workers : int, optional
        Processes that read and cut files ahead of the network; 0 for threads. If not given,
        processes where a GPU runs the network and files are many.
    neighbors : int
        Neighbours kept for each cutout, at least; fewer where there are fewer cutouts.
    map : MapSettings
        The layout of the map.
    cluster_names : path-like or mapping, optional
        What clusters shall be called, by the names that they have by themselves: a mapping, or a
        CSV file with the columns ``cluster`` and ``name``.
    catalog : path-like, optional
        A catalogue with positions and metadata of images or of cutouts.
    catalog_columns : CatalogColumns
        Its columns.
    catalog_table : str or int, optional
        Which table of its file, by name or number (of FITS the HDU's, else from 0); the first with
        positions or paths if not given.
    hdu : str or int, optional
        FITS: which HDU, by number, name and version (``"SCI,2"``), or name, which stands for all
        that have it, as ``"N*"`` stands for all that begin with N. ``"first"`` is the first image
        with data; if not given, it and all of its kind, such as the other chips of a camera.
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
    name_column: str | None = None
    leave_out_columns: Sequence[str] = ()
    center_by: str | None = None
    model: str = "auto"
    model_input: ModelInput = field(default_factory=ModelInput)
    weights: str | Path | None = None
    features: Features = "pooled"
    quality: Quality = "fast"
    device: Device = "auto"
    batch_size: int | None = None
    engine: EngineChoice = "auto"
    precision: PrecisionChoice = "auto"
    deterministic: bool = False
    workers: int | None = None
    neighbors: int = 100
    map: MapSettings = field(default_factory=MapSettings)
    cluster_names: str | Path | Mapping[str, str] | None = None
    catalog: str | Path | None = None
    catalog_columns: CatalogColumns = field(default_factory=CatalogColumns)
    catalog_table: str | int | None = None
    hdu: str | int | None = None
    plane: int | None = None
    header_keys: Sequence[str] = ()
    max_unreadable: float = 0.5
    title: str | None = None

    def __post_init__(self) -> None:
        choice("features", self.features, Features)
        choice("quality", self.quality, Quality)
        choice("device", self.device, Device)
        if self.batch_size is not None:
            at_least("batch_size", self.batch_size, 1)
        choice("engine", self.engine, EngineChoice)
        choice("precision", self.precision, PrecisionChoice)
        if self.workers is not None:
            at_least("workers", self.workers, 0)
        at_least("neighbors", self.neighbors, 1)
        within("max_unreadable", self.max_unreadable, 0.0, 1.0)
        if isinstance(self.cutouts, CatalogPositions) and self.catalog is None:
            raise ValueError("cutouts at catalogue positions need a catalogue; name one: catalog=")
        for given, names in GIVEN_INSTEAD.items():
            self._refuse_beside(given, names)
        self._check_files()
        self._check_network_file()

    def _check_files(self) -> None:
        """Refuse what speaks of a file that is not given."""
        if self.catalog_table is not None and self.catalog is None:
            raise ValueError("catalog_table speaks of a catalogue; name it: catalog=")
        for name in ("name_column", "leave_out_columns"):
            if getattr(self, name) and self.fingerprints is None and self.positions is None:
                raise ValueError(f"{name} speaks of fingerprints or positions of your own")

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

"""Entries of an atlas's manifest, which is JSON on disk and a plain dict in memory.

``docs/atlas-format.md`` tells users the same. An entry that changes its meaning raises
`hubble_dash.atlas.schema.FORMAT_VERSION`. A manifest from outside is held against these types when
its atlas is opened, and against what stands in ``Annotated``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

from hubble_dash.atlas.schema import FINGERPRINTS_FILE
from hubble_dash.config.choices import Features, Quality
from hubble_dash.foreign.folder import is_inside
from hubble_dash.foreign.plain import Between, Matches, OneOf, Satisfies

__all__ = [
    "MAX_CLUSTERS",
    "AdditionEntry",
    "BatchesEntry",
    "CenterEntry",
    "ClusterEntry",
    "ClusterLevelEntry",
    "EngineEntry",
    "FileEntry",
    "LeftOutEntry",
    "Manifest",
    "MapEntry",
    "MetricEntry",
    "ModelEntry",
    "NeighborsEntry",
    "SettingsEntry",
    "ThumbnailsEntry",
    "TrialEntry",
    "UnreadableEntry",
    "UnsealedManifest",
    "channel_counts",
    "identity_of",
]

# Rows are numbered by 32 bits.
Count: TypeAlias = Annotated[int, Between(1, 2**31 - 1)]
# A list of them for each cutout.
NeighborCount: TypeAlias = Annotated[int, Between(0, 100_000)]
FeatureCount: TypeAlias = Annotated[int, Between(1, 1_000_000)]
ChannelCount: TypeAlias = Annotated[int, Between(1, 4096)]
ChannelCounts: TypeAlias = Annotated[
    list[ChannelCount], Satisfies(lambda counts: 0 < len(counts) < 100, "1 to 99 maps")
]
# A WebP has 16,383 pixels a side at most; sheets have 1,536.
ThumbnailSize: TypeAlias = Annotated[int, Between(1, 4096)]
SheetSide: TypeAlias = Annotated[int, Between(1, 1024)]
# Numbered by 16 bits.
MAX_CLUSTERS = 2**15 - 1
Sha256: TypeAlias = Annotated[str, Matches("[0-9a-f]{64}", "64 hexadecimal digits")]
FileName: TypeAlias = Annotated[str, Satisfies(is_inside, "names of files inside the atlas")]
WeightsSource: TypeAlias = Annotated[str, OneOf("file", "cache", "hub", "package", "given")]
Matched: TypeAlias = Annotated[str, OneOf("name", "catalog", "order")]
ClusterLevel: TypeAlias = Annotated[str, OneOf("coarse cluster", "cluster", "fine cluster")]
MapName: TypeAlias = Annotated[str, OneOf("tsne", "umap", "pca", "given")]


class FileEntry(TypedDict):
    """A file of the atlas: how many ``bytes``, and its checksum ``sha256``, hexadecimal."""

    bytes: Annotated[int, Between(0, 2**62)]
    sha256: Sha256


class BatchesEntry(TypedDict, total=False):
    """How whole batches were timed; older atlases know none of it.

    Attributes
    ----------
    batch_size : int or None
        Pictures at a time, where several sizes were tried.
    spread : float or None
        Between the quartiles of the times of whole batches, as a share of their median; None where
        it ran once.
    """

    batch_size: int | None
    spread: float | None


class TrialEntry(BatchesEntry):
    """What was measured of one way to run the network.

    Attributes
    ----------
    engine, precision : str
        The way.
    images_per_s : float or None
        Pictures a second; None where it did not run.
    cosine : float or None
        The least similarity with the fingerprints of single precision; None likewise.
    note : str
        Why it was not taken, where that was not its speed.
    """

    engine: str
    precision: str
    images_per_s: float | None
    cosine: float | None
    note: str


class EngineEntry(TypedDict, total=False):
    """Where and how the network ran; empty where none did.

    Attributes
    ----------
    device : str
        ``"cpu"``, ``"cuda"`` or ``"mps"``.
    input : dict
        Of a network file of the user's: what it was told to expect, as of
        `hubble_dash.ModelInput`.
    engine, precision : str
        What ran it, and how exactly.
    batch_size : int
        Pictures in one pass.
    tried : list of TrialEntry
        What was measured; empty where nothing was to choose.
    """

    device: str
    input: dict[str, Any]
    engine: str
    precision: str
    batch_size: int
    tried: list[TrialEntry]


class ModelEntry(EngineEntry):
    """What made the fingerprints: a network, or a file of the user's.

    Attributes
    ----------
    requested, name : str
        The model that was asked for, and the one that was taken; the name of the user's file.
    weights, weights_sha256 : str
        Name and checksum of the file of weights, or of fingerprints.
    weights_source : str
        ``"file"``, ``"cache"``, ``"hub"`` or ``"package"``; ``"given"`` for fingerprints.
    reason : str
        One sentence: which weights, and why these.
    features : str
        ``"pooled"``, ``"probabilities"`` or ``"given"``.
    quality : str
        Of a network; atlases of early versions lack it.
    matched : str
        Of fingerprints that were given: how rows found their cutouts, ``"name"``, ``"catalog"`` or
        ``"order"``.
    """

    requested: str
    name: str
    weights: str
    weights_source: WeightsSource
    weights_sha256: str
    reason: str
    features: Features | Literal["given"]
    quality: NotRequired[Quality]
    matched: NotRequired[Matched]


class SettingsEntry(TypedDict):
    """What was asked for.

    Attributes
    ----------
    inputs : list of str
        Names of files and folders, without the folders they are in.
    cutouts, stretch : dict
        Parameters of the settings of those names; ``kind`` says which cutouts.
    process_images, process_cutouts : list of dict
        ``name`` and parameters of each step.
    catalog : str or None
        Name of the catalogue's file.
    catalog_sha256 : str or None
        Its checksum; atlases of early versions lack it.
    catalog_columns : dict
        Parameters of `hubble_dash.CatalogColumns`; atlases of early versions lack it.
    catalog_table : str, int or None
        Which of several tables of the catalogue's file; missing in older atlases, as are the next.
    name_column : str or None
        Of vectors or a map that were given: what names the image of each row.
    leave_out_columns : list of str
        Of these: what is no feature.
    header_keys : list of str
        Kept as metadata beside the usual ones; atlases of early versions lack it.
    hdu : str, int or None
        Of FITS; simulated atlases lack it.
    plane : int or None
        Of a cube; likewise.
    neighbors : int
        Of each cutout, at least.
    """

    inputs: list[str]
    cutouts: dict[str, Any]
    stretch: dict[str, Any]
    process_images: list[dict[str, Any]]
    process_cutouts: list[dict[str, Any]]
    catalog: str | None
    catalog_sha256: NotRequired[Sha256 | None]
    catalog_columns: NotRequired[dict[str, Any]]
    catalog_table: NotRequired[str | int | None]
    name_column: NotRequired[str | None]
    leave_out_columns: NotRequired[list[str]]
    header_keys: NotRequired[list[str]]
    hdu: NotRequired[str | int | None]
    plane: NotRequired[int | None]
    neighbors: int


class CenterEntry(TypedDict):
    """By which column of groups fingerprints were centred, and how many groups there were."""

    by: str
    n_groups: Count


class MetricEntry(TypedDict):
    """What "alike" means in this collection, as it was learned from some of its cutouts.

    The network's features, ``n_last`` generalised means and the covariances of ``n_channels``
    channels of each of some maps, are brought onto ``n_channel_axes`` axes of the latter
    (`CHANNELS_FILE`) and into one form, from which `METRIC_MEAN_FILE` is taken off, and
    `AXES_FILE` makes the fingerprint.

    Attributes
    ----------
    n_last, n_means, n_channel_axes : int
        Lengths of the parts.
    n_channels : list of int
        Channels of each map; a number in early versions, which took one. See `channel_counts`.
    n_sample : int
        Cutouts that it was learned from; `SAMPLE_FILE` has their rows.
    views, changed : int
        Views of each, and how many of them were changed in brightness, size, sharpness, noise.
    seed : int
        By which the cutouts were chosen, and views changed.
    """

    n_last: FeatureCount
    n_channels: ChannelCount | ChannelCounts
    n_means: FeatureCount
    n_channel_axes: ChannelCount
    n_sample: Annotated[int, Between(2, 1_000_000)]
    views: Annotated[int, Between(1, 1000)]
    changed: Annotated[int, Between(1, 1000)]
    seed: int


def channel_counts(entry: MetricEntry) -> tuple[int, ...]:
    """Say how many channels each map has whose covariances are compared.

    Parameters
    ----------
    entry : MetricEntry
        Of a manifest.
    """
    n = entry["n_channels"]
    return (n,) if isinstance(n, int) else tuple(n)


class NeighborsEntry(TypedDict, total=False):
    """How neighbours were found.

    Attributes
    ----------
    method : str
        ``"exact"`` or ``"inverted file"``; the rest is of the latter, but for `reason`.
    dimensions, cells, cells_searched, candidates : int
        Its parameters.
    recall_at_9, recall_at_k : float
        Share of the nearest that it finds; the first has the number in its name that was looked at.
    sample : int
        Rows on which that was measured.
    reason : str
        Why the search was exact where an index was tried.
    """

    method: str
    dimensions: int
    cells: int
    cells_searched: int
    candidates: int
    recall_at_9: float
    recall_at_k: float
    sample: int
    reason: str


class MapEntry(TypedDict):
    """How the map was laid out, or by whom it was given.

    Attributes
    ----------
    method : str
        ``"tsne"``, ``"umap"``, ``"pca"`` or ``"given"``.
    perplexity, early_exaggeration, n_iter, random_state, n_neighbors, min_dist
        Parameters of `hubble_dash.MapSettings`, as they were taken; None in early versions where
        they were chosen by the number of cutouts.
    quality : dict of str to float
        How far it keeps neighbourhoods; names say of how many.
    added : dict of str to float
        Of cutouts that were placed on it later: how many ``cutouts``, and what it keeps of their
        neighbourhoods and of those of the others.
    file, sha256, matched : str
        Of a map that was given: the file, its checksum, and how its rows found their cutouts.
    """

    method: MapName
    perplexity: NotRequired[float | None]
    early_exaggeration: NotRequired[float | None]
    n_iter: NotRequired[int | None]
    random_state: NotRequired[int | None]
    n_neighbors: NotRequired[int | None]
    min_dist: NotRequired[float | None]
    quality: NotRequired[dict[str, float]]
    added: NotRequired[dict[str, float]]
    file: NotRequired[str]
    sha256: NotRequired[str]
    matched: NotRequired[Matched]


class ClusterEntry(TypedDict):
    """A cluster.

    Attributes
    ----------
    name : str
        What it is called.
    size : int
        How many cutouts it has.
    medoid : int
        The row of the one that is most like the mean of all of them.
    spread : float
        How far they are from that mean: 1 less the cosine, on average.
    own_name : str
        What it is called by itself; missing where nobody has given it another name.
    is_part : bool
        Whether it is a part of a continuum rather than a cluster; missing where it is not.
    """

    name: Annotated[str, Satisfies(lambda name: bool(name.strip()), "a text that is not empty")]
    size: Count
    medoid: Annotated[int, Between(0, 2**31 - 1)]
    spread: Annotated[float, Between(0, 2)]
    own_name: NotRequired[str]
    is_part: NotRequired[bool]


class ClusterLevelEntry(TypedDict):
    """Clusters of one granularity; `CLUSTERS_FILE` has a column of their numbers for each level.

    Attributes
    ----------
    name : str
        Of the level, and of its column: ``"coarse cluster"``, ``"cluster"``, ``"fine cluster"``.
    clusters : list of ClusterEntry
        By number, from 0.
    """

    name: ClusterLevel
    clusters: Annotated[
        list[ClusterEntry], Satisfies(lambda some: 0 < len(some) <= MAX_CLUSTERS, "1 to 32,767")
    ]


class AdditionEntry(TypedDict):
    """Images that came into an atlas after it was built.

    Attributes
    ----------
    date : str
        When, ISO 8601, UTC.
    column : str
        Of the table of images, that says when each came.
    inputs : list of str
        Names of files and folders, without the folders they are in.
    n_images, n_cutouts : int
        How many.
    catalog, catalog_sha256 : str or None
        Name and checksum of their catalogue's file.
    hubble_dash : str
        The version that added them.
    versions : dict of str to str
        As of the atlas.
    """

    date: str
    column: str
    inputs: list[str]
    n_images: Count
    n_cutouts: Count
    catalog: str | None
    catalog_sha256: Sha256 | None
    hubble_dash: str
    versions: dict[str, str]


class ThumbnailsEntry(TypedDict):
    """Pixels a side of a thumbnail, and thumbnails across and down a sheet; see `SheetLayout`."""

    size: ThumbnailSize
    columns: SheetSide
    rows: SheetSide


class UnreadableEntry(TypedDict):
    """A file that was left out: its ``path``, and the ``reason``."""

    path: str
    reason: str


class LeftOutEntry(TypedDict):
    """What is not in the atlas: unreadable files, and how many cutouts by the reason."""

    files: list[UnreadableEntry]
    cutouts: dict[str, int]


class UnsealedManifest(TypedDict):
    """What an atlas says of itself, before its files are counted.

    Attributes
    ----------
    title : str
        What people see.
    created : str
        When, ISO 8601, UTC.
    hubble_dash : str
        The version that made it.
    n_images, n_cutouts, n_features, n_neighbors : int
        Rows of the tables, length of a fingerprint, neighbours of each cutout.
    simulated : dict
        Only of an atlas that was made up for measuring: how.
    model : ModelEntry
        What made the fingerprints.
    settings : SettingsEntry
        What was asked for.
    metric : MetricEntry
        What was learned of the cutouts; missing where nothing was.
    center : CenterEntry or None
        None where one mean or none was taken off; atlases of early versions lack it.
    neighbors : NeighborsEntry
        How they were found; atlases of early versions lack it.
    map : MapEntry
        How it was laid out.
    clusters : list of ClusterLevelEntry
        Where cutouts lie together on it, coarse to fine; missing where there is nothing of it.
    additions : list of AdditionEntry
        What came into the atlas since it was built; missing where nothing did.
    thumbnails : ThumbnailsEntry
        Where they stand.
    left_out : LeftOutEntry
        What is not in it.
    notes : list of str
        Sentences for the user.
    versions : dict of str to str
        Of Python and of the packages that decide the numbers.
    """

    title: str
    created: str
    hubble_dash: str
    n_images: Count
    n_cutouts: Count
    n_features: FeatureCount
    n_neighbors: NeighborCount
    simulated: NotRequired[dict[str, Any]]
    model: ModelEntry
    settings: SettingsEntry
    metric: NotRequired[MetricEntry]
    center: NotRequired[CenterEntry | None]
    neighbors: NotRequired[NeighborsEntry]
    map: MapEntry
    clusters: NotRequired[list[ClusterLevelEntry]]
    additions: NotRequired[list[AdditionEntry]]
    thumbnails: ThumbnailsEntry
    left_out: LeftOutEntry
    notes: list[str]
    versions: dict[str, str]


class Manifest(UnsealedManifest):
    """What an atlas says of itself: ``manifest.json``, a plain dict.

    Attributes
    ----------
    format : str
        `FORMAT`.
    format_version : int
        At most `FORMAT_VERSION`; 1 where there is no `MetricEntry`.
    files : dict of str to FileEntry
        All files but this one, by their path in the folder.
    """

    format: str
    format_version: int
    files: dict[FileName, FileEntry]


def identity_of(manifest: Manifest) -> str:
    """Say by what an atlas is known again: the checksum of its fingerprints, and so of its rows.

    Parameters
    ----------
    manifest : Manifest
        What it says of itself.

    Returns
    -------
    str
        64 hexadecimal digits; the same for an atlas with a column more, or built once more alike.
    """
    return manifest["files"][FINGERPRINTS_FILE]["sha256"]

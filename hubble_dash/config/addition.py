"""What is told of images that are added to an atlas; all else stands in the atlas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hubble_dash.config.bounds import at_least, choice, within
from hubble_dash.config.build import CatalogColumns
from hubble_dash.config.choices import Device

__all__ = ["AddSettings"]


@dataclass(frozen=True, kw_only=True)
class AddSettings:
    """What is told of images that are added to an atlas; all else stands in the atlas.

    Parameters
    ----------
    catalog : path-like, optional
        A catalogue with positions and metadata of the new images or cutouts. Its columns stand
        beside those of the atlas; what one side lacks is missing there.
    catalog_columns : CatalogColumns
        Its columns; those of the atlas's own catalogue if none is named.
    catalog_table : str or int, optional
        Which table of its file; if not given, as of the atlas's own catalogue.
    fingerprints : path-like, optional
        Vectors of the new cutouts, where those of the atlas were given as well.
    name_column : str, optional
        The column of these that names images.
    leave_out_columns : sequence of str
        Columns of these that are no features.
    weights : path-like, optional
        The file of weights, where the atlas was built from a file of the user's.
    device : {"auto", "cpu", "cuda", "mps"}
        Where the network runs.
    batch_size : int, optional
        As of `BuildSettings`.
    workers : int, optional
        As of `BuildSettings`.
    max_unreadable : float
        Share of unreadable files, of the new ones, past which nothing is added.
    new_map : bool
        Whether the map is laid out anew, of old and new cutouts.
    """

    catalog: str | Path | None = None
    catalog_columns: CatalogColumns = field(default_factory=CatalogColumns)
    catalog_table: str | int | None = None
    fingerprints: str | Path | None = None
    name_column: str | None = None
    leave_out_columns: Sequence[str] = ()
    weights: str | Path | None = None
    device: Device = "auto"
    batch_size: int | None = None
    workers: int | None = None
    max_unreadable: float = 0.5
    new_map: bool = False

    def __post_init__(self) -> None:
        choice("device", self.device, Device)
        if self.batch_size is not None:
            at_least("batch_size", self.batch_size, 1)
        if self.workers is not None:
            at_least("workers", self.workers, 0)
        within("max_unreadable", self.max_unreadable, 0.0, 1.0)
        if self.catalog is None and (
            self.catalog_table is not None or self.catalog_columns != CatalogColumns()
        ):
            raise ValueError("catalog_columns and catalog_table speak of a catalogue: catalog=")
        if self.fingerprints is None and (self.name_column or self.leave_out_columns):
            raise ValueError("name_column and leave_out_columns speak of fingerprints of your own")

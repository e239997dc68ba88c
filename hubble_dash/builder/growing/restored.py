"""What an atlas was built with -> settings with which further images are cut."""

from __future__ import annotations

from typing import Any

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config import (
    AddSettings,
    BuildSettings,
    CatalogColumns,
    MapSettings,
    ModelInput,
    Stretch,
    step_from_dict,
)
from hubble_dash.config.cutouts import CUTOUT_KINDS
from hubble_dash.errors import AtlasError, BuildError

__all__ = ["map_settings_of", "settings_of"]

_OF_MAP = ("early_exaggeration", "n_iter", "random_state", "n_neighbors", "min_dist")


def settings_of(atlas: Atlas, told: AddSettings) -> BuildSettings:
    """Give the settings that an atlas was built with, and what is told of its new images.

    Parameters
    ----------
    atlas : Atlas
        Its manifest says all else.
    told : AddSettings
        Files and their columns, and where the network runs.

    Returns
    -------
    BuildSettings

    Raises
    ------
    BuildError
        If something must be told and is not: a catalogue, or vectors; or the atlas was centred by
        groups, whose means it does not have.
    AtlasError
        If its settings are not known here.
    ValueError
        If vectors are given, and those of the atlas were not.
    """
    manifest = atlas.manifest
    _refuse_what_cannot_be(atlas, told)
    own, model = manifest["settings"], manifest["model"]
    made: dict[str, Any] = {}
    try:
        if told.catalog is not None:
            columns = CatalogColumns(**own.get("catalog_columns", {}))
            is_told = told.catalog_columns != CatalogColumns()
            made["catalog_columns"] = told.catalog_columns if is_told else columns
            table = own.get("catalog_table") if told.catalog_table is None else told.catalog_table
            made["catalog_table"] = table
        if model["weights_source"] == "given":
            made |= {
                "fingerprints": told.fingerprints,
                "name_column": told.name_column or own.get("name_column"),
                "leave_out_columns": told.leave_out_columns or own.get("leave_out_columns", ()),
            }
        else:
            made |= {"model": model["name"], "features": model["features"]}
            made |= {"quality": model.get("quality", "plain"), "batch_size": told.batch_size}
            made |= {"model_input": ModelInput(**model["input"])} if "input" in model else {}
        cutouts = dict(own["cutouts"])
        return BuildSettings(
            cutouts=CUTOUT_KINDS[cutouts.pop("kind")](**cutouts),
            stretch=Stretch(**own["stretch"]),
            process_images=[step_from_dict(step) for step in own["process_images"]],
            process_cutouts=[step_from_dict(step) for step in own["process_cutouts"]],
            header_keys=own.get("header_keys", ()),
            hdu=own.get("hdu"),
            plane=own.get("plane"),
            neighbors=own["neighbors"],
            map=map_settings_of(atlas),
            catalog=told.catalog,
            workers=told.workers,
            max_unreadable=told.max_unreadable,
            **made,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise AtlasError(
            f"the settings of {atlas.path} are not known here ({err}); its manifest.json may be"
            " damaged, or of another version of hubble-dash"
        ) from err


def map_settings_of(atlas: Atlas) -> MapSettings:
    """Give the settings of an atlas's map; a perplexity as high as so few cutouts allow is none.

    Parameters
    ----------
    atlas : Atlas
        Its manifest says them. A map that was given has the usual ones.

    Raises
    ------
    ValueError
        If they are not known here.
    """
    said, n, usual = atlas.manifest["map"], len(atlas), MapSettings()
    perplexity = said.get("perplexity") or usual.perplexity
    laid_out = n - int(said.get("added", {}).get("cutouts", 0))
    if 3 * perplexity >= laid_out - 2:
        perplexity = max(perplexity, usual.perplexity)
    made: dict[str, Any] = {k: v for k, v in said.items() if k in _OF_MAP and v is not None}
    method: Any = usual.method if said["method"] == "given" else said["method"]
    return MapSettings(method=method, perplexity=perplexity, **made)


def _refuse_what_cannot_be(atlas: Atlas, told: AddSettings) -> None:
    manifest, path = atlas.manifest, atlas.path
    own, model = manifest["settings"], manifest["model"]
    if (center := manifest.get("center")) is not None:
        raise BuildError(
            f"{path} is centred by {center['by']}, and of another image the mean to take off is"
            " not known; build it again, with old and new images: hubble-dash build ... --overwrite"
        )
    is_given = model["weights_source"] == "given"
    if is_given and told.fingerprints is None:
        raise BuildError(
            f"the fingerprints of {path} were given in {model['name']}, so that no network here"
            " makes more of the kind; give those of the new images: --fingerprints FILE"
        )
    if not is_given and told.fingerprints is not None:
        raise ValueError(
            f"the fingerprints of {path} are those of {model['name']}, and vectors that are given"
            " cannot be compared with them; leave out --fingerprints"
        )
    if told.weights is not None and is_given:
        raise ValueError(f"the fingerprints of {path} were given; leave out --weights")
    kind = own["cutouts"].get("kind")
    if kind == "catalog" and told.catalog is None:
        raise BuildError(
            f"{path} has cutouts at positions of {own['catalog'] or 'a catalogue'}; give that of"
            " the new images: --catalog FILE"
        )

"""Where a page's content comes from, in words: the rows of its provenance panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.config import is_network_file

__all__ = ["provenance"]

MOST_NAMED = 6
MOST_CLUSTERS_NAMED = 24

_KINDS = {
    "full": "whole images",
    "window": "sliding windows",
    "sources": "detected sources",
    "catalog": "positions of a catalogue",
}

# What each layout takes of the settings of the map.
_MAP_SETTINGS = {
    "tsne": ("perplexity", "early_exaggeration", "n_iter", "random_state"),
    "umap": ("n_neighbors", "min_dist", "random_state"),
    "pca": (),
}
_MATCHED = {
    "name": "rows by name of the image",
    "catalog": "rows as in the catalogue",
    "order": "rows in the order of the cutouts",
}


def provenance(atlas: Atlas) -> list[tuple[str, str]]:
    """Say what an atlas was made of, how and with what.

    Parameters
    ----------
    atlas : Atlas
        The atlas.

    Returns
    -------
    list of (str, str)
        Name and text, in the order in which people ask.
    """
    manifest = atlas.manifest
    settings, model = manifest["settings"], manifest["model"]
    cutouts = dict(settings["cutouts"])
    inputs = settings["inputs"] or [f"the paths in {settings['catalog']}"]
    kind = _words(_KINDS, cutouts.pop("kind", "cutouts"))
    rows = [
        ("Images", f"{manifest['n_images']:,} from {_few(inputs)}"),
        ("Cutouts", f"{manifest['n_cutouts']:,} {kind} ({_options(cutouts)})"),
        ("Left out", _left_out(manifest["left_out"])),
        ("Stretch", _options(settings["stretch"])),
        ("Steps on images", _steps(settings["process_images"])),
        ("Steps on cutouts", _steps(settings["process_cutouts"])),
        ("Catalogue", settings["catalog"] or ""),
        *_model(model, manifest["n_features"], manifest.get("metric")),
        ("Centred", _center(manifest.get("center"))),
        ("Similarity", "cosine of the fingerprints"),
        ("Neighbours", _neighbors(manifest.get("neighbors"))),
        ("Map", _map(manifest["map"])),
        ("Map keeps", _kept(manifest["map"].get("quality"))),
        ("Clusters", _clusters(manifest.get("clusters", []))),
        ("Placed later", _placed(manifest["map"].get("added"))),
        ("Added", _added(manifest.get("additions", []))),
        ("Made", f"{manifest['created']} with hubble-dash {manifest['hubble_dash']}"),
        ("Versions", ", ".join(f"{k} {v}" for k, v in manifest["versions"].items())),
    ]  # fmt: skip
    return [(name, text) for name, text in rows if text]


def _few(names: Sequence[str]) -> str:
    """Name some of many; a shell writes a pattern out as all files that fit."""
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1:,} more"


def _model(
    model: Mapping[str, Any], n_features: int, metric: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    file = f"{model['weights']}, SHA-256 {model['weights_sha256']}"
    if model["weights_source"] == "given":
        how = _words(_MATCHED, model.get("matched", "order"))
        return [
            ("Fingerprints", f"as given, {n_features} long, {how}; no network was run"),
            ("Vectors", file),
        ]
    return [
        ("Model", model["name"] + ("" if is_network_file(model["name"]) else " (timm)")),
        ("Fingerprints", _fingerprints(model, n_features, metric)),
        ("Weights", model["reason"]),
        ("File of weights", file),
    ]


def _center(center: Mapping[str, Any] | None) -> str:
    if center is None:
        return ""
    return f"the mean of each {center['by']} taken off, {center['n_groups']} groups"


def _fingerprints(
    model: Mapping[str, Any], n_features: int, metric: Mapping[str, Any] | None
) -> str:
    parts = [f"{model['features']} features", f"{n_features} long"]
    if "quality" in model:
        parts.append(f"quality {model['quality']}")
    if metric is not None:
        parts.append(f"a metric learned from {metric['n_sample']:,} of the cutouts")
    if "engine" in model:
        parts.append(f"by {model['engine']} in {model.get('precision', 'fp32')}")
    return ", ".join(parts)


def _options(options: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value:g}" if isinstance(value, float)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in options.items()
        if value is not None
    )  # fmt: skip


def _map(settings: Mapping[str, Any]) -> str:
    if settings["method"] == "given":
        how = _words(_MATCHED, settings.get("matched", "order"))
        file, sha256 = (settings.get(name, "not recorded") for name in ("file", "sha256"))
        return f"positions as given in {file}, SHA-256 {sha256}, {how}"
    names = ("method", *_MAP_SETTINGS[settings["method"]])
    return _options({name: settings.get(name) for name in names})


def _neighbors(report: Mapping[str, Any] | None) -> str:
    if report is None or report.get("method", "exact") == "exact":
        return "exact"
    names = [
        name
        for name, share in report.items()
        if name.startswith("recall_at_") and name != "recall_at_k" and isinstance(share, float)
    ]
    recall = ", ".join(f"recall@{name.rpartition('_')[2]} {report[name]:.3f}" for name in names)
    return f"{report['method']}, {recall} (measured on {report.get('sample', 0):,} rows)"


def _kept(quality: Mapping[str, Any] | None) -> str:
    if not quality:
        return ""
    texts = {
        "neighbors_kept_at_": "{:.0%} of the {} nearest neighbours",
        "trustworthiness_at_": "trustworthiness {:.3f} at {}",
    }
    parts = [
        text.format(value, name.rpartition("_")[2])
        for start, text in texts.items()
        for name, value in quality.items()
        if name.startswith(start)
    ]
    return f"{', '.join(parts)} (measured on {quality.get('sample', 0):,.0f} cutouts)"


def _clusters(levels: Sequence[Mapping[str, Any]]) -> str:
    """Count the clusters of each level, and name the largest of the one that all atlases have."""
    told = []
    for level in levels:
        clusters = level["clusters"]
        text = f"{len(clusters)} {level['name']}s"
        if n_parts := sum(one.get("is_part", False) for one in clusters):
            text += f" (parts of a continuum: {n_parts})"
        if level["name"] == "cluster":
            named = [f"{one['name']} ({one['size']:,})" for one in clusters[:MOST_CLUSTERS_NAMED]]
            more = len(clusters) - len(named)
            text += f": {'; '.join(named)}{f'; and {more} more' if more else ''}"
        told.append(text)
    return ". ".join(told)


def _placed(added: Mapping[str, Any] | None) -> str:
    """Say what the map keeps of cutouts that were placed on it, beside those it was laid out of."""
    if not added or not added["cutouts"]:
        return ""
    kept = {name: value for name, value in added.items() if name.startswith("neighbors_kept_at_")}
    old = next((value for name, value in kept.items() if name.endswith("_of_old")), None)
    new = next((value for name, value in kept.items() if not name.endswith("_of_old")), None)
    shares = (
        "" if None in (old, new) else f": {new:.0%} of the nearest kept, of the others {old:.0%}"
    )
    return f"{added['cutouts']:,} cutouts beside their neighbours, the others fixed{shares}"


def _added(additions: Sequence[Mapping[str, Any]]) -> str:
    """Say when what came."""
    said = [
        f"{one['date'][:10]} {one['n_cutouts']:,} cutouts of {one['n_images']:,} images"
        f" ({_few(one['inputs'])})"
        for one in additions[-MOST_NAMED:]
    ]
    n_before = len(additions) - len(said)
    return "; ".join([f"{n_before} times before"] * bool(n_before) + said)


def _words(table: Mapping[str, str], name: object) -> str:
    """Put a word of a manifest as people say it; one that is not known stays as it is."""
    return table.get(str(name), str(name))


def _steps(steps: list[dict[str, Any]]) -> str:
    texts = []
    for step in steps:
        options = {key: value for key, value in step.items() if key != "name"}
        name = step.get("name", "a step")
        texts.append(f"{name} ({_options(options)})" if options else str(name))
    return ", then ".join(texts)


def _left_out(left_out: Mapping[str, Any]) -> str:
    parts = [f"{Path(entry['path']).name}: {entry['reason']}" for entry in left_out["files"]]
    parts += [f"{count:,} cutouts: {reason}" for reason, count in left_out["cutouts"].items()]
    return "; ".join(parts)

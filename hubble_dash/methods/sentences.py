"""How an atlas was made, in sentences that cite each work where it was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.schema import MEAN_FILE
from hubble_dash.config import is_network_file
from hubble_dash.methods.networks import network_works
from hubble_dash.methods.works import WORKS

__all__ = ["Sentences"]

_ENGINES = {"openvino": "OpenVINO"}
_MAPS = {
    "tsne": ("t-SNE", ("tsne", "fitsne")),
    "umap": ("UMAP", ("umap",)),
    "pca": ("PCA", ("pca",)),
}
_PAGE = {"datashader": "Datashader", "holoviews": "HoloViews", "bokeh": "Bokeh", "panel": "Panel"}
_ASTROPY = ("astropy2013", "astropy2018", "astropy2022")


class Sentences:
    """What a paper says of an atlas.

    Parameters
    ----------
    atlas : Atlas
        The atlas.
    page : sequence of str
        Packages that its page is made with.

    Attributes
    ----------
    texts : list of str
        The sentences.
    cited : list of str
        Keys of `WORKS`, in the order in which they are cited.
    """

    def __init__(self, atlas: Atlas, page: Sequence[str] = ()) -> None:
        self._manifest: Any = atlas.manifest
        self._atlas = atlas
        self.cited: list[str] = []
        made = [self._cutouts(), self._fingerprints(), self._neighbors(), self._map()]
        self.texts = [*made, *([self._page(page)] if page else [])]

    def _cite(self, *keys: str, version: str = "") -> str:
        """Cite works in brackets, after a version if there is one."""
        self.cited += [key for key in keys if key not in self.cited]
        parts = [version, *(WORKS[key].short for key in keys)]
        return f" ({'; '.join(filter(None, parts))})"

    def _version(self, package: str) -> str:
        return str(self._manifest["versions"].get(package, ""))

    def _cutouts(self) -> str:
        told = self._manifest
        settings = told["settings"]
        options = settings["cutouts"]
        kind = str(options.get("kind", ""))
        images = f"{told['n_images']:,} image{'s' if told['n_images'] != 1 else ''}"
        n = f"{told['n_cutouts']:,}"
        numpy = self._cite("numpy", version=self._version("numpy"))
        what = {
            "full": f"We took {n} whole images",
            "window": f"We cut {n} windows of {options.get('size')} pixels a side, a new one every"
            f" {options.get('step') or options.get('size')} pixels, from {images}",
            "sources": f"We cut {n} boxes around the sources that photutils"
            f"{self._photutils(kind)} finds above {_number(options.get('threshold'))} times the"
            f" noise in {images}",
            "catalog": f"We cut {n} boxes at the positions of a catalogue from {images}",
        }.get(kind, f"We took {n} cutouts of {images}")
        made = f"hubble-dash {told['hubble_dash']}, built on NumPy{numpy}"
        return f"{what}{self._steps()} with {made}.{self._stretch(settings['stretch'])}"

    def _stretch(self, stretch: Mapping[str, Any]) -> str:
        if not self._reads_fits():
            return ""
        astropy = self._cite(*_ASTROPY, version=self._version("astropy"))
        limits, curve = (stretch.get(name, "unknown") for name in ("limits", "curve"))
        return (
            f" FITS files were read with Astropy{astropy} and shown with {limits} limits and a"
            f" {curve} curve."
        )

    def _photutils(self, kind: str) -> str:
        if kind != "sources":
            return ""
        return self._cite("photutils", version=self._version("photutils"))

    def _reads_fits(self) -> bool:
        # Row 0 of FITS alone is shown at the bottom.
        return bool((self._atlas.images["origin"] == "lower").any())

    def _steps(self) -> str:
        settings = self._manifest["settings"]
        steps = settings["process_images"] + settings["process_cutouts"]
        names = [str(step.get("name", "a step")) for step in steps]
        if not names:
            return ""
        cite = self._cite("skimage") if "equalize-adaptive" in names else ""
        return f", processed by {', '.join(names)}{cite},"

    def _fingerprints(self) -> str:
        told, model = self._manifest, self._manifest["model"]
        if model["weights_source"] == "given":
            return f"Their fingerprints, {told['n_features']:,} numbers each, were given to it."
        built, trained = network_works(model["name"], model["weights"])
        network = f"{model['name']}{self._cite(*built, *trained) if built or trained else ''}"
        if self._version("timm") and not is_network_file(model["name"]):
            network += f" of timm{self._cite('timm', version=self._version('timm'))}"
        engine = _ENGINES.get(model.get("engine", ""))
        if engine is None:
            engine = f"PyTorch{self._cite('pytorch', version=self._version('torch'))}"
        precision = f" in {model['precision']}" if model.get("precision") else ""
        quality = f", quality {model['quality']}" if model.get("quality") else ""
        return (
            f"A fingerprint of {told['n_features']:,} numbers was computed for each by {network},"
            f" run by {engine}{precision} ({model['features']} features{quality}{self._metric()})."
        )

    def _metric(self) -> str:
        metric = self._manifest.get("metric")
        if metric is None:
            return ""
        return (
            f"; generalised means{self._cite('gem')} and covariances of channels"
            f"{self._cite('bilinear')}, by a metric{self._cite('wccn')} learned from"
            f" {metric['n_sample']:,} of the cutouts in {metric['views']} views each"
        )

    def _neighbors(self) -> str:
        report, center = self._manifest.get("neighbors"), self._manifest.get("center")
        centered = ""
        if center is not None:
            centered = f", from which the mean of each {center['by']} was taken off"
        elif MEAN_FILE in self._manifest["files"]:
            centered = ", from which the mean of all was taken off"
        if report is None or report.get("method", "exact") == "exact":
            how = "the most similar cutouts were found exactly"
        else:
            faiss = self._cite("faiss", version=self._version("faiss-cpu"))
            how = f"the most similar cutouts were found by an inverted file of FAISS{faiss}"
            if "recall_at_9" in report:
                how += f", of which the recall of the nine nearest is {report['recall_at_9']:.3f}"
        return f"Similarity is the cosine between fingerprints{centered}; {how}."

    def _map(self) -> str:
        layout = self._manifest["map"]
        if layout["method"] == "given":
            return f"The positions on the map were given to it.{self._clusters()}"
        name, works = _MAPS[layout["method"]]
        settings = ""
        if layout["method"] == "tsne":
            # Atlases of the first builds were laid out with it.
            version = self._version("openTSNE")
            settings = f" with openTSNE{self._cite('opentsne', version=version)}" if version else ""
            perplexity = layout.get("perplexity")
            settings += f", perplexity {perplexity:g}" if perplexity else ""
        elif layout["method"] == "umap":
            settings = f", {layout.get('n_neighbors')} neighbours, minimal distance"
            settings += f" {layout.get('min_dist')}"
        return f"The map is laid out by {name}{self._cite(*works)}{settings}.{self._clusters()}"

    def _clusters(self) -> str:
        if "clusters" not in self._manifest:
            return ""
        sklearn = self._cite("sklearn", version=self._version("scikit-learn"))
        said = (
            f" Clusters were found on it by HDBSCAN{self._cite('hdbscan')} as in"
            f" scikit-learn{sklearn}"
        )
        levels = self._manifest["clusters"]
        if any(one.get("is_part") for level in levels for one in level["clusters"]):
            said += f"; what is a continuum was divided by k-means{self._cite('kmeans')}"
        return f"{said}."

    def _page(self, page: Sequence[str]) -> str:
        named = [f"{_PAGE[name]}{self._cite(name)}" for name in page]
        joined = ", ".join(named[:-1]) + (" and " if named[:-1] else "") + named[-1]
        return f"The interactive page was made with {joined}."


def _number(value: object) -> str:
    """Write a number of a manifest, whatever stands there."""
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)

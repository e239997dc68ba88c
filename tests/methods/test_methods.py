"""What is said of an atlas names what was used, and nothing else."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pandas as pd
import pytest

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.methods.methods import methods_of
from hubble_dash.methods.table import MAX_FILES


def like(atlas: Atlas, files: pd.DataFrame | None = None, **changed: Any) -> Atlas:
    made = Atlas(atlas.path, {**atlas.manifest, **changed})
    made.__dict__["image_files"] = files
    return made


def cited(bibtex: str) -> set[str]:
    return {key.removeprefix("hd:") for key in re.findall(r"^@\w+\{([^,]+),", bibtex, re.MULTILINE)}


def test_what_made_a_real_atlas(mosaic: hd.Atlas) -> None:
    made = methods_of(mosaic, page=["holoviews", "bokeh"])
    for wanted in (
        "48 windows of 48 pixels",
        "every 24 pixels",
        "(Tan & Le 2019",
        "t-SNE (van der",
    ):
        assert wanted in made.text
    used = {"numpy", "astropy2013", "astropy2018", "astropy2022", "efficientnet", "imagenet"}
    used |= {"timm", "pytorch", "tsne", "fitsne", "holoviews", "bokeh", "hubble-dash"}
    assert cited(made.bibtex) == used
    # Each work stands in the text by its short form.
    assert made.text.count("(") >= 8
    said = dict(made.rows)
    file = (mosaic.path.parent / "mosaic.fits").read_bytes()
    assert hashlib.sha256(file).hexdigest() in said["File"]
    assert "from HST" not in made.text
    assert "Image credit: HST ACS, proposal 9490." in made.text


@pytest.mark.parametrize(
    ("changed", "yes", "no"),
    [
        ({"map": {"method": "umap", "n_neighbors": 15, "min_dist": 0.1}}, {"umap"}, {"tsne"}),
        ({"map": {"method": "pca"}}, {"pca"}, {"opentsne", "umap"}),
        (
            {"map": {"method": "tsne"}, "versions": {"openTSNE": "1.0.4"}},
            {"tsne", "opentsne"},
            set(),
        ),
        ({"map": {"method": "given"}}, set(), {"pca", "tsne"}),
        ({"neighbors": {"method": "inverted file", "recall_at_9": 0.993}}, {"faiss"}, set()),
        ({"neighbors": {"method": "exact"}}, set(), {"faiss", "hdbscan", "sklearn"}),
        ({"clusters": [{"name": "cluster", "clusters": []}]}, {"hdbscan", "sklearn"}, {"kmeans"}),
        (
            {
                "clusters": [
                    {"name": "cluster", "clusters": [{"name": "a", "size": 9, "is_part": True}]}
                ]
            },
            {"hdbscan", "kmeans", "sklearn"},
            set(),
        ),
    ],
)
def test_only_what_was_used_is_cited(
    atlas: Atlas, changed: dict[str, Any], yes: set[str], no: set[str]
) -> None:
    keys = cited(methods_of(like(atlas, **changed)).bibtex)
    assert yes <= keys
    assert not no & keys


def test_given_fingerprints_cite_no_network(atlas: Atlas) -> None:
    model = {**atlas.manifest["model"], "weights_source": "given"}
    assert not {"timm", "pytorch"} & cited(methods_of(like(atlas, model=model)).bibtex)


def test_a_network_of_one_s_own_is_none_of_timm(atlas: Atlas) -> None:
    model = {**atlas.manifest["model"], "name": "mine.pt2", "weights": "mine.pt2"}
    mine = like(atlas, model=model)
    assert "timm" not in cited(methods_of(mine).bibtex)
    assert dict(methods_of(mine).rows)["Model"] == "mine.pt2"


def test_detected_sources_cite_photutils(atlas: Atlas) -> None:
    settings = {**atlas.manifest["settings"], "cutouts": {"kind": "sources", "threshold": 3.0}}
    made = methods_of(like(atlas, settings=settings))
    assert "photutils" in cited(made.bibtex)
    assert "above 3 times the noise" in made.text


def test_of_many_files_one_checksum_stands_for_all(atlas: Atlas) -> None:
    n = MAX_FILES + 1
    sums = [hashlib.sha256(bytes([i])).hexdigest() for i in range(n)]
    table = pd.DataFrame({"bytes": [10**6] * n, "sha256": sums, "credit": ["A."] * n})
    many = like(atlas, table)
    many.__dict__["images"] = pd.DataFrame(
        {"path": [f"/x/{i}" for i in range(n)], "name": "a", "origin": "upper"}
    )
    whole = hashlib.sha256(("\n".join(sums) + "\n").encode()).hexdigest()
    assert dict(methods_of(many).rows)["Files"] == (
        f"{n} files, {n}.0 MB; SHA-256 of the list of their SHA-256: {whole}"
    )
    assert methods_of(many).text.endswith("Image credit: A.")


def test_credits_are_told_once_those_of_most_images_first(atlas: Atlas) -> None:
    credits = ["B", "A", "A", "", None, *"CDEF"]
    table = pd.DataFrame({"bytes": 1, "sha256": None, "credit": credits})
    text = methods_of(like(atlas, table)).text
    expected = "Image credit: A; B; C; D; and 2 more, which the atlas's image_files.parquet lists."
    assert expected in text

"""What an atlas says of how it was made."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import hubble_dash as hd
from hubble_dash.atlas.manifest import UnsealedManifest
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.cursor import Counts, Cursor
from hubble_dash.builder.shards.checkpoint import Checkpoint
from hubble_dash.builder.shards.manifest import Outcome, make_manifest


class Described:
    """A fingerprinter that only says what it is."""

    n_features = 7
    label_names = None
    prepare = None
    device = "cpu"
    takes_shown = False
    packages = ("torch",)

    def stream(self, cutouts: Any) -> Any:
        raise NotImplementedError

    def describe(self) -> Any:
        return {"requested": "auto", "name": "resnet50"}

    def describe_engine(self) -> Any:
        raise NotImplementedError


def manifest_of(n: int = 20, method: str = "tsne", **settings: Any) -> UnsealedManifest:
    counts = Counts(
        n_images=3,
        unreadable=[(Path("in/b.png"), "the file is empty")],
        left_out=Counter(blank=6),
        notes=Counter({"no sky": 2, "turned": 1}),
    )
    return make_manifest(
        hd.BuildSettings(**settings),
        Described(),
        Checkpoint(cursor=Cursor(counts=counts), engine={"device": "cpu", "engine": "eager"}),
        Outcome(n, 9, {"method": "exact"}, {"method": method}, notes=["turned", "two groups"]),
        layout=SheetLayout(size=32),
        inputs=["in"],
        catalog_sha256=None,
        name="carina",
    )


def test_what_was_counted_stands_in_it() -> None:
    manifest = manifest_of()
    assert (manifest["n_images"], manifest["n_cutouts"], manifest["n_features"]) == (3, 20, 7)
    assert manifest["left_out"] == {
        "files": [{"path": "in/b.png", "reason": "the file is empty"}],
        "cutouts": {"blank": 6},
    }
    assert manifest["notes"] == ["2 images: no sky", "2 images: turned", "two groups"]
    assert manifest["thumbnails"]["size"] == 32


def test_the_model_says_in_which_backend_it_ran() -> None:
    manifest = manifest_of()
    assert list(manifest["model"]) == ["requested", "name", "device", "engine"]
    assert list(manifest["versions"])[:3] == ["python", "torch", "faiss-cpu"]


def test_titles() -> None:
    assert manifest_of()["title"] == "carina"
    assert manifest_of(title="Carina")["title"] == "Carina"


def test_little_to_compare_is_noted() -> None:
    assert not any("little to compare" in note for note in manifest_of(10)["notes"])
    assert "With 9 cutouts there is little to compare" in manifest_of(9)["notes"][-1]
    assert "With 1 cutout there is" in manifest_of(1)["notes"][-1]


def test_another_map_than_asked_for_is_noted() -> None:
    assert "The map is that of PCA: tsne needs" in manifest_of(method="pca")["notes"][-1]
    asked = manifest_of(method="pca", map=hd.MapSettings(method="pca"))
    assert not any(
        "PCA" in note for note in [*asked["notes"], *manifest_of(method="given")["notes"]]
    )

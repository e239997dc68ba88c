"""The works themselves, against what their makers ship, and their BibTeX."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import astropy
import pytest

from hubble_dash.methods.networks import network_works
from hubble_dash.methods.works import WORKS, bibtex


@pytest.mark.parametrize("key", WORKS)
def test_an_entry_is_whole(key: str) -> None:
    fields = dict(WORKS[key].fields)
    assert {"author", "title"} <= fields.keys()
    assert fields.keys() & {"doi", "url", "eprint"}
    assert re.fullmatch(r"10\.\d{4,5}/\S+", fields.get("doi", "10.1234/none"))
    if "year" in fields:
        assert fields["year"] in WORKS[key].short
    entry = WORKS[key].entry(key)
    assert entry.count("{") == entry.count("}")
    # LaTeX without UTF-8 reads it too.
    assert entry.isascii()


def description(package: str) -> str:
    """What a package says of itself, which newer metadata keep in another place."""
    metadata = importlib.metadata.metadata(package)
    return f"{metadata.get_payload()}{metadata['Description']}"


@pytest.mark.parametrize(
    ("package", "key"),
    [
        *(("timm", "timm"), ("openTSNE", "opentsne"), ("openTSNE", "fitsne")),
        *(("photutils", "photutils"), ("numpy", "numpy"), ("scikit-image", "skimage")),
    ],
)
def test_identifiers_are_those_that_a_package_asks_to_be_cited_by(package: str, key: str) -> None:
    # Of some only the address of the page, which ends as the identifier does.
    assert dict(WORKS[key].fields)["doi"].partition("/")[2] in description(package)


@pytest.mark.parametrize(
    ("module", "keys"),
    [
        ("resnet", ["rsb"]), ("efficientnet", ["efficientnet", "efficientnetv2"]),
        ("vision_transformer", ["vit", "dinov2", "clip"]), ("deit", ["deit"]), ("eva", ["dinov3"]),
    ],
)  # fmt: skip
def test_preprints_of_networks_are_those_that_timm_names(module: str, keys: list[str]) -> None:
    source = importlib.metadata.distribution("timm").locate_file(f"timm/models/{module}.py")
    said = Path(str(source)).read_text(encoding="utf-8")
    for key in keys:
        assert dict(WORKS[key].fields)["eprint"] in said


def test_faiss_and_astropy_are_cited_as_they_ask() -> None:
    assert dict(WORKS["faiss"].fields)["eprint"] in description("faiss-cpu")
    said = Path(astropy.__file__).with_name("CITATION").read_text(encoding="utf-8")
    for key in ("astropy2013", "astropy2018", "astropy2022"):
        assert dict(WORKS[key].fields)["doi"] in said


@pytest.mark.parametrize(
    ("name", "built", "trained"),
    [
        ("resnet50.a1_in1k", ["resnet"], ["rsb", "imagenet"]),
        ("tf_efficientnet_lite0", ["efficientnet"], ["imagenet"]),
        ("tf_efficientnetv2_s.in21k", ["efficientnetv2"], []),
        ("vit_small_patch14_dinov2.lvd142m", ["dinov2"], []),
        ("vit_base_patch16_clip_224.openai", ["clip"], []),
        ("resnext50_32x4d.a1_in1k", ["resnext"], ["rsb", "imagenet"]),
        ("convnextv2_tiny.fcmae", [], []),
        ("mine.onnx", [], []),
    ],
)
def test_papers_of_networks(name: str, built: list[str], trained: list[str]) -> None:
    assert network_works(name, "model.safetensors") == (built, trained)


def test_bibtex_has_each_work_once_and_our_own() -> None:
    text = bibtex(["tsne", "pca", "tsne"], version="1.2.3")
    assert re.findall(r"^@\w+\{([^,]+),", text, re.MULTILINE) == [
        "hubble-dash",
        "hd:tsne",
        "hd:pca",
    ]
    assert "version = {1.2.3}" in text

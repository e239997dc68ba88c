"""Notes name the files that they are about, and pages tell no errors of the builder's machine."""

from __future__ import annotations

import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.methods.notes import named_notes, without_errors

CROP = "no sky positions: the tags are for 9 x 9 pixels, the file has 3 x 9, so it is a crop"
DOUBT = "the tags do not say how the image is turned; they may hold all the same"


def noted(atlas: Atlas, notes: list[str], images: list[tuple[str, str, str]]) -> list[str]:
    copy = Atlas(atlas.path, {**atlas.manifest, "notes": notes})
    copy.images = pd.DataFrame(images, columns=["name", "notes", "position_quality"])
    return named_notes(copy)


@pytest.mark.parametrize(
    ("notes", "images", "said"),
    [
        ([DOUBT], [("a.jpg", DOUBT, "approximate")], [f"a.jpg: {DOUBT}"]),
        ([f"2 images: {DOUBT}"], [("a.jpg", DOUBT, ""), ("b.jpg", f"x; {DOUBT}", "")],
         [f"a.jpg and 1 more image: {DOUBT}"]),
        ([f"3 images: {DOUBT}"], [(f"{i}.jpg", DOUBT, "") for i in range(3)],
         [f"0.jpg and 2 more images: {DOUBT}"]),
        # no position of the file's own, and none of the catalogue
        ([CROP], [("a.jpg", CROP, "")], [f"a.jpg: {CROP}"]),
        # the catalogue gave one
        ([CROP, "other"], [("a.jpg", CROP, "exact")], ["other"]),
        # for some of them
        ([f"2 images: {CROP}"], [("a.jpg", CROP, "exact"), ("b.jpg", CROP, "")],
         [f"b.jpg: {CROP}"]),
        # of no image in particular
        (["With 5 cutouts there is little to compare."], [("a.jpg", "", "")],
         ["With 5 cutouts there is little to compare."]),
    ],
)  # fmt: skip
def test_notes_name_their_files(
    atlas: Atlas, notes: list[str], images: list[tuple[str, str, str]], said: list[str]
) -> None:
    assert noted(atlas, notes, images) == said


def test_what_went_wrong_at_the_builder_s_is_not_told() -> None:
    reason = (
        "EfficientNet-Lite0 with the weights of the installed package, because no local cache has"
        " those of resnet50, and the hub did not give them (ConnectError: [Errno -2])."
    )
    rows = [("Weights", reason), ("Map", "tsne, because no umap")]
    assert without_errors(rows) == [
        ("Weights", "EfficientNet-Lite0 with the weights of the installed package."),
        ("Map", "tsne, because no umap"),
    ]

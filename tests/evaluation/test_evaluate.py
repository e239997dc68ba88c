"""An atlas is evaluated: what is measured, warned of, refused, and needed."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cosine import center
from hubble_dash.evaluation.evaluate import evaluate
from hubble_dash.evaluation.gallery import Gallery
from hubble_dash.evaluation.results import RotationScores
from hubble_dash.evaluation.retrieval import purity


def test_centring_takes_off_what_a_group_shares() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(40, 6)).astype(np.float32) + 50
    groups = np.arange(40) % 2
    vectors[groups == 1] += 5
    assert np.allclose(center(vectors).mean(axis=0), 0, atol=1e-5)
    apart = center(vectors, groups)
    for group in (0, 1):
        rows = groups == group
        assert np.allclose(apart[rows], vectors[rows] - vectors[rows].mean(axis=0), atol=1e-5)
    column = pd.Series(groups, name="instrument")
    strengths = [
        found.strength
        for moved in (center(vectors), apart)
        if (found := purity(Gallery(moved), column)) is not None
    ]
    assert strengths[0] > 0.9
    assert abs(strengths[1]) < 0.2
    # Alone in its group, and equal to the mean: still of some direction.
    assert np.allclose(center(vectors, np.arange(40)), center(vectors))
    assert (np.linalg.norm(center(np.ones((3, 4), np.float32)), axis=1) > 0).all()
    with pytest.raises(ValueError, match="39 groups"):
        center(vectors, groups[:39])


def test_an_atlas_is_evaluated(atlas: Atlas) -> None:
    found = evaluate(atlas, label="class", by=["label_1"])
    assert found.labels is not None
    assert found.labels.confusion.sum() == found.labels.n_queries
    assert {one.column for one in found.purity} == {"label_1", "file"}  # INSTRUME is one value
    text, plain = str(found), json.loads(json.dumps(found.to_dict(), allow_nan=False))
    for word in ("precision@9", "mAP", "spiral", "mean of classes", "file"):
        assert word in text
    assert plain["labels"]["precision"] == found.labels.precision
    assert plain["labels"]["classes"][0]["name"] == "elliptical"
    assert plain["rotations"] is None
    turned = found.with_rotations(RotationScores(10, 0.9, 1.0, 3))
    assert "3 near an edge" in str(turned)
    assert turned.to_dict()["rotations"]["recall_1"] == 0.9


def test_a_strong_instrument_is_warned_of(atlas: Atlas) -> None:
    found = evaluate(atlas)
    file = next(one for one in found.purity if one.column == "file")
    assert bool(found.warnings) == (file.strength >= 0.3)
    centred = evaluate(atlas, center="file")
    assert next(one for one in centred.purity if one.column == "file").strength < file.strength
    assert "of each file taken off" in str(centred)


def test_wrong_arguments_are_told(atlas: Atlas) -> None:
    with pytest.raises(ValueError, match=r"no column 'klass'.*class"):
        evaluate(atlas, label="klass")
    with pytest.raises(ValueError, match="at least 1"):
        evaluate(atlas, nearest=0)
    with pytest.raises(ValueError, match="leave_out"):
        evaluate(atlas, leave_out="some")  # type: ignore[arg-type]


@pytest.mark.slow
def test_it_needs_neither_the_builder_s_packages_nor_the_page_s(atlas: Atlas) -> None:
    absent = "torch torchvision timm faiss openTSNE photutils skimage panel holoviews bokeh"
    code = (
        f"import sys\nfor name in {absent.split()}: sys.modules[name] = None\n"
        "import hubble_dash as hd\nfrom hubble_dash.evaluation.evaluate import evaluate\n"
        f"print(evaluate(hd.open_atlas({str(atlas.path)!r}), label='class'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "precision@9" in done.stdout

"""The figure of an evaluation: what it says, and that nothing in it is taken for markup."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.atlases import make_atlas

import hubble_dash as hd
from hubble_dash import app
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.main import main
from hubble_dash.errors import ExportError
from hubble_dash.evaluation.judgements import MatrixScores, TripletScores
from hubble_dash.evaluation.results import Evaluation, RotationScores
from hubble_dash.evaluation.retrieval import ClassScores, LabelScores, Purity
from hubble_dash.viewer.page import PageData, PageOptions, make_page
from hubble_dash.viewer.plots.evaluation_view import evaluation_html, read_evaluation
from hubble_dash.viewer.served.server import Dashboard, dashboard

EVIL = "<script>alert('&')</script>"


def scores(names: list[str], column: str = "class") -> LabelScores:
    n = len(names)
    precision = np.linspace(0.9, 0.3, n)
    return LabelScores(
        column=column, nearest=9, n_queries=10 * n, n_passed_over=0,
        precision=0.6, accuracy=0.7, average_precision=0.5,
        class_precision=0.61, class_accuracy=0.71, class_average_precision=0.51, chance=0.25,
        classes=tuple(
            ClassScores(name, 10, float(p), 0.8, float("nan"))
            for name, p in zip(names, precision, strict=True)
        ),
        vote=1, confusion=np.full((n, n), 2) + np.diag(np.full(n, 5)), vote_classes=tuple(names),
    )  # fmt: skip


def drawn(**parts: Any) -> str:
    whole = Evaluation("title", "resnet50", 40, 9, "overlapping", **parts)
    return evaluation_html(json.loads(json.dumps(whole.to_dict())))


def parse(html: str) -> ET.Element:
    """As XML, which forgives nothing."""
    return ET.fromstring(html)


def texts(html: str) -> list[str]:
    return ["".join(one.itertext()) for one in parse(html).iter("text")]


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its texts without the space around."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


def test_the_whole_figure_is_as_it_was() -> None:
    names = ["spiral", "elliptical", "a very long name of a class"]
    counts = np.triu(np.full((3, 3), 2)) + np.diag(np.full(3, 25))
    html = drawn(
        centered_by="TEL<1>",
        labels=replace(scores(names), confusion=counts),
        rotations=RotationScores(500, 0.98, 0.99, 3),
        triplets=TripletScores(100, 0.81, 0.04),
        matrix=MatrixScores(20, 190, 0.62, 0.5, 0.6, 9, 0.4, 0.2),
        purity=(Purity("INSTRUME", 3, 0.9, 0.4), Purity("file", 9, 0.2, 0.1)),
    )
    snapshot = Path(__file__).parent / "snapshots" / "evaluation.html"
    expected = Elements(snapshot.read_text(encoding="utf-8")).found
    assert len(expected) > 200
    assert Elements(html).found == expected


def test_every_class_has_a_bar_as_long_as_its_precision() -> None:
    html = drawn(labels=scores(["spiral", "elliptical", "star"]))
    figure = next(parse(html).iter("figure"))
    track = next(one for one in figure.iter("rect") if one.get("class") == "hd-eval-track")
    bars = [one for one in figure.iter("rect") if one.get("class") == "hd-eval-fill"]
    shares = [float(one.get("width", 0)) / float(track.get("width", 1)) for one in bars]
    assert shares == pytest.approx([0.6, 0.9, 0.6, 0.3], abs=1e-3)  # all, then class by class
    assert texts(html)[:4] == ["all 30 cutouts", "0.60", "spiral", "0.90"]
    marks = [float(one.get("x1", 0)) for one in figure.iter("line")]
    start, room = float(track.get("x", 0)), float(track.get("width", 1))
    assert marks == pytest.approx([start + 0.25 * room] * 4, abs=0.1)


def test_the_table_of_confusions_has_all_counts() -> None:
    html = drawn(labels=scores(["a", "b", "c"]))
    grid = list(parse(html).iter("figure"))[1]
    counts = [text for text in ("".join(t.itertext()) for t in grid.iter("text")) if text.isdigit()]
    assert counts == ["7", "2", "2", "2", "7", "2", "2", "2", "7"]
    assert "7 of 11: a, taken for a" in html


def test_many_classes_are_cut_down_and_have_no_table() -> None:
    html = drawn(labels=scores([f"class {i}" for i in range(40)]))
    assert len(list(parse(html).iter("figure"))) == 1
    assert "16 between them are left out" in html
    assert "class 0" in html
    assert "class 39" in html
    assert "class 20" not in html


def test_rotations_people_and_instruments_are_shown() -> None:
    html = drawn(
        rotations=RotationScores(500, 0.98, 0.99, 3),
        triplets=TripletScores(100, 0.81, 0.04),
        matrix=MatrixScores(20, 190, 0.62, 0.5, 0.6, 9, 0.4, 0.2),
        purity=(Purity("INSTRUME", 3, 0.9, 0.4), Purity("file", 9, 0.2, 0.1)),
    )
    found = texts(html)
    for text in ("turned: first", "0.98", "triplets", "0.81", "0.62", "INSTRUME", "0.90"):
        assert text in found
    assert "INSTRUME" in "".join(
        "".join(one.itertext()) for one in parse(html).iter("p") if one.get("class")
    )


def test_nothing_is_taken_for_markup() -> None:
    html = drawn(labels=scores([EVIL, "b"], column=EVIL), purity=(Purity(EVIL, 2, 0.9, 0.1),))
    assert "<script" not in html
    assert not list(parse(html).iter("script"))
    assert EVIL in "".join(parse(html).itertext())


@pytest.mark.usefixtures("plain_page")
def test_panel_serve_takes_it(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    monkeypatch.setattr(Dashboard, "servable", lambda self: shown.append(self))
    saved = tmp_path / "found.json"
    main(["evaluate", str(atlas.path), "--by", "image", "--save", str(saved)])
    app.serve([str(atlas.path), "--evaluation", str(saved)])
    assert [one._options.evaluation for one in shown] == [read_evaluation(saved, atlas)]


@pytest.mark.usefixtures("plain_page")
def test_saved_read_and_shown(atlas: Atlas, tmp_path: Path) -> None:
    saved = tmp_path / "found.json"
    assert main(["evaluate", str(atlas.path), "--by", "image", "--save", str(saved)]) == 0
    found = read_evaluation(saved, atlas)
    assert found["n_cutouts"] == len(atlas)
    data = PageData("{}", 9, has_sky=False, sha256="0" * 64)
    page = make_page(atlas, data, PageOptions(evaluation=found))
    assert page.variables["evaluation"] == evaluation_html(found)
    assert ".hd-eval" in page.variables["style"]
    assert ".hd-eval" not in make_page(atlas, data).variables["style"]


@pytest.mark.usefixtures("plain_page")
def test_an_exported_page_has_the_figure(tmp_path: Path) -> None:
    atlas = make_atlas(tmp_path / "small.atlas", size=120, step=120)
    saved = tmp_path / "found.json"
    main(["evaluate", str(atlas.path), "--by", "image", "--save", str(saved)])
    expected = evaluation_html(read_evaluation(saved, atlas))
    file = hd.export(atlas, tmp_path / "a.html", evaluation=saved)
    folder = hd.export(atlas, tmp_path / "a", evaluation=saved, progress=False)
    for page in (file, folder / "index.html"):
        assert expected in page.read_text(encoding="utf-8")
    served = dashboard(atlas, evaluation=saved)
    assert served._page.variables["evaluation"] == expected
    assert dashboard(atlas)._page.variables["evaluation"] == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "cannot be read as an evaluation"),
        ("[]", "is no evaluation"),
        ('{"n_cutouts": 3, "nearest": 9, "leave_out": "none", "model": "x"}', "is about 3 cutouts"),
    ],
)
def test_other_files_are_refused(atlas: Atlas, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExportError, match=message):
        read_evaluation(path, atlas)


LABELS = {
    "column": "class", "nearest": 9, "vote": 1, "n_queries": 3, "chance": 0.5, "precision": 0.5,
    "class_precision": None, "accuracy": 1, "average_precision": 0.5, "classes": [],
    "vote_classes": ["a", "b"], "confusion": [[1, 0], [0, 1]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": 5}, "evaluation.model is 5; allowed: text"),
        ({"labels": {}}, "evaluation.labels.column is missing"),
        ({"labels": {**LABELS, "confusion": [[1]]}}, "not as large as its vote_classes"),
        (
            {"labels": {**LABELS, "classes": [{}]}},
            r"classes\[0\].name is missing",
        ),
        ({"labels": {**LABELS, "precision": "<b>"}}, "evaluation.labels.precision is '<b>'"),
        ({"purity": {"a": 1}}, "evaluation.purity is an object of 1; allowed: a list"),
        ({"rotations": {"n": 3}}, "evaluation.rotations.recall_1 is missing"),
        ({"warnings": ["\ud800"]}, "half a character"),
    ],
)
def test_an_evaluation_from_outside_is_told_or_drawn(
    atlas: Atlas, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = tmp_path / "evaluation.json"
    model = atlas.manifest["model"]["name"]
    whole = {"n_cutouts": len(atlas), "nearest": 9, "leave_out": "none", "model": model}
    path.write_text(json.dumps({**whole, "labels": LABELS}), encoding="utf-8")
    assert "hd-eval" in evaluation_html(read_evaluation(path, atlas))
    path.write_text(json.dumps({**whole, **change}), encoding="utf-8")
    with pytest.raises(ExportError, match=said):
        read_evaluation(path, atlas)

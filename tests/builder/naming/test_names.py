"""Names of clusters: from what is special about each, or by hand."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hubble_dash.atlas.manifest import ClusterLevelEntry
from hubble_dash.atlas.schema import ImageRow
from hubble_dash.builder.naming.given import differ, read_names, renamed
from hubble_dash.builder.naming.names import names_of
from hubble_dash.builder.naming.terms import Terms, count_terms
from hubble_dash.errors import CatalogError

N = 300
# No column of values that exclude each other.
NONE = np.full(4, -1)
CODES = np.repeat([0, 1, 2, -1], [120, 80, 60, 40]).astype(np.int16)


def counted(folder: Path, *, labels: bool = False, **columns: Any) -> Terms:
    """Terms of a table of cutouts, half of them of each of two images."""
    own = {"image": (np.arange(N) % 2).astype(np.int32), "label_1": "croquet ball"}
    box = dict.fromkeys(["ixmin", "iymin"], 40) | dict.fromkeys(["ixmax", "iymax"], 60)
    pd.DataFrame({**own, **box, **columns}).to_parquet(folder / "cutouts.parquet")
    images = dict.fromkeys(ImageRow.__annotations__, "") | {"name": ["a.fits", "b.fits"]}
    images |= {"nx": 100, "ny": 100}
    images |= {"origin": "lower", "FILTER": ["F814W", "F435W"], "INSTRUME": "ACS"}
    pd.DataFrame(images).to_parquet(folder / "images.parquet")
    return count_terms(folder, [CODES], labels=labels)


def named(terms: Terms) -> list[str]:
    sizes = np.bincount(CODES[CODES >= 0])
    return names_of(["cluster"] * 3, terms, terms.counts[0], sizes, N)


def test_terms_are_counted_as_pandas_counts_them(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    kind = pd.Series(random.choice(["spiral", "star", None, " "], N))
    z = pd.Series(random.normal(size=N)).where(random.random(N) < 0.9)
    flag, number = random.random(N) < 0.3, random.integers(1, 4, N)
    terms = counted(
        tmp_path, kind=kind, z=z, merging=flag, number=number, ra=z, identifier=range(N)
    )
    expected = {
        "spiral": kind == "spiral", "star": kind == "star", "merging": flag,
        "high z": z >= z.quantile(2 / 3), "low z": z <= z.quantile(1 / 3),
        **{f"number {i}": number == i for i in (1, 2, 3)},
        "F814W": np.arange(N) % 2 == 0, "F435W": np.arange(N) % 2 == 1,
        "ACS": np.ones(N, bool), "a": np.arange(N) % 2 == 0, "b": np.arange(N) % 2 == 1,
    }  # fmt: skip
    assert set(terms.texts[: len(expected)]) == set(expected)
    assert (terms.ranks > 0).tolist() == [text not in expected for text in terms.texts]
    terms = zip(terms.texts, terms.totals, terms.counts[0].T, strict=True)
    for text, total, counts in terms:
        if text not in expected:
            continue
        has = np.asarray(expected[text])
        assert total == has.sum(), text
        assert counts.tolist() == np.bincount(CODES[has & (CODES >= 0)], minlength=3).tolist(), text


def test_of_many_texts_words_are_terms(tmp_path: Path) -> None:
    texts = [f"NGC {i} is {'an edge-on' if i < 120 else 'a Ring'} galaxy" for i in range(N)]
    terms = counted(tmp_path, notes=texts)
    found = dict(zip(terms.texts, terms.totals.tolist(), strict=True))
    assert {"ngc": N, "edge": 120, "ring": 180, "galaxy": N}.items() <= found.items()
    assert not {"is", "an", "an edge-on"} & set(found)


def test_labels_are_terms_only_where_they_tell_something(tmp_path: Path) -> None:
    assert "croquet ball" not in counted(tmp_path).texts
    assert "croquet ball" in counted(tmp_path, labels=True).texts


def test_a_name_is_what_is_special(tmp_path: Path) -> None:
    kind = np.where(CODES == 0, "spiral", np.where(CODES == 1, "star", ""))
    z = np.where(CODES == 2, 5.0, np.linspace(0, 1, N))
    names = named(counted(tmp_path, kind=kind, z=z, survey="CANDELS"))
    assert names == ["spiral", "star", "high z"]


def test_names_have_as_many_terms_as_tell_them_apart() -> None:
    texts = ["galaxy", "face-on", "edge-on", "common"]
    counts = np.array([[80, 45, 0, 80], [80, 0, 45, 80], [0, 0, 0, 60]])
    sizes = np.array([80, 80, 60])
    terms = Terms(texts, [counts], np.array([160, 45, 45, 1000]), np.zeros(4, int), NONE)
    names = names_of(["cluster", "cluster", "part"], terms, counts, sizes, 1000)
    assert names == ["galaxy, face-on", "galaxy, edge-on", "part 3"]
    # Alone, one of them is called by its first term.
    names = names_of(["cluster"] * 2, terms, counts[[0, 2]], sizes[[0, 2]], 1000)
    assert names == ["galaxy", "cluster 2"]


def test_what_was_said_goes_before_what_was_measured() -> None:
    counts = np.array([[60, 80], [0, 0]])
    terms = Terms(["spiral", "blue"], [counts], np.array([90, 80]), np.array([0, 1]), NONE)
    assert names_of(["cluster"] * 2, terms, counts, np.array([80, 80]), 1000)[0] == "spiral"
    terms = terms._replace(ranks=np.array([1, 1]))
    assert names_of(["cluster"] * 2, terms, counts, np.array([80, 80]), 1000)[0] == "blue"


def test_two_kinds_in_one_cluster_are_both_named(tmp_path: Path) -> None:
    inside = np.arange(N)
    other = np.where(inside % 2, "spiral", "lens")
    kind = np.where(CODES == 0, np.where(inside % 5 < 2, "star", "elliptical"), other)
    assert named(counted(tmp_path, kind=kind))[0] == "star or elliptical"
    # One in eight is not the other.
    kind = np.where(CODES == 0, np.where(inside % 8, "star", "elliptical"), other)
    assert named(counted(tmp_path, kind=kind))[0] == "star"


def test_where_nothing_is_special_they_are_numbered(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    terms = counted(tmp_path, kind=random.choice(["a", "b", "c"], N), z=random.normal(size=N))
    assert named(terms) == ["cluster 1", "cluster 2", "cluster 3"]
    alone = counted(tmp_path)
    assert named(alone) == ["cluster 1", "cluster 2", "cluster 3"]


def test_two_that_have_the_same_are_told_apart() -> None:
    counts = np.array([[50], [40], [0]])
    terms = Terms(["spiral"], [counts], np.array([90]), np.zeros(1, int), NONE)
    names = names_of(["cluster"] * 3, terms, counts, np.array([50, 40, 60]), 300)
    assert names == ["spiral", "spiral 2", "cluster 3"]


LEVELS: list[ClusterLevelEntry] = [
    {
        "name": "cluster",
        "clusters": [
            {"name": name, "size": 9, "medoid": 0, "spread": 0.1} for name in ("a", "cluster 2")
        ],
    }
]


def test_names_are_given_by_hand(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "names.csv"
    path.write_text("cluster, name\ncluster 2, Rings\n\nnone, Arcs\n")
    names = read_names(path)
    assert names == {"cluster 2": "Rings", "none": "Arcs"} == read_names(names)
    with caplog.at_level(logging.WARNING):
        (level,) = renamed(LEVELS, names)
    assert [one["name"] for one in level["clusters"]] == ["a", "Rings"]
    assert [one.get("own_name") for one in level["clusters"]] == [None, "cluster 2"]
    assert (
        "no cluster is called 'none', to be called 'Arcs'; there are: a; cluster 2" in caplog.text
    )
    assert LEVELS[0]["clusters"][1]["name"] == "cluster 2"
    assert differ(LEVELS, {"cluster 2": "Rings"})
    assert not differ([level], {"cluster 2": "Rings"})
    assert differ([], names)
    assert not differ(LEVELS, {})
    # Names that were given are taken back by a file without them, not by none.
    assert differ([level], {})
    assert not differ([level], read_names(None))
    # One that another keeps is not taken; two may change theirs.
    (level,) = renamed(LEVELS, {"cluster 2": "a"})
    assert [one["name"] for one in level["clusters"]] == ["a", "cluster 2"]
    (level,) = renamed(LEVELS, {"cluster 2": "a", "a": "cluster 2"})
    assert [one["name"] for one in level["clusters"]] == ["cluster 2", "a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with nothing; give a CSV file with the columns cluster"),
        ("name,cluster\na,b\n", "begins with"),
        ("cluster,name\na\n", "give a CSV file"),
        ("cluster,name\na,\n", "give a CSV file"),
        ("cluster,name\na,b\na,c\n", "names 'a' twice"),
        ("cluster,name\na,b\nc,b\n", "two clusters one name"),
    ],
)
def test_a_file_that_does_not_name_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(text)
    with pytest.raises(CatalogError, match=said):
        read_names(path)
    with pytest.raises(CatalogError, match="cannot be read"):
        read_names(tmp_path / "none.csv")

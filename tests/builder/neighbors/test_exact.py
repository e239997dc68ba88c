from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from helpers.vectors import brute_force, clustered_along_few_axes

from hubble_dash.builder.neighbors.approximate import import_faiss
from hubble_dash.builder.neighbors.exact import nearest_of_all, nearest_of_some
from hubble_dash.builder.neighbors.place import Place
from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows


def test_blocks_give_what_the_whole_gives() -> None:
    fingerprints = clustered_along_few_axes(700)
    ((rows, whole),) = nearest_of_all(fingerprints, 21)
    assert rows == slice(0, 700)
    parts = list(
        nearest_of_all(
            fingerprints, 21, max_copied_numbers=0, queries_per_reading=300, searched_rows=128
        )
    )
    assert [rows for rows, _ in parts] == [slice(0, 300), slice(300, 600), slice(600, 700)]
    similarities = np.concatenate([similarities for _, (similarities, _) in parts])
    found = np.concatenate([found for _, (_, found) in parts])
    np.testing.assert_allclose(similarities, whole[0], atol=2e-6)
    assert (found == whole[1]).mean() > 0.999
    assert (found[:, 0] == np.arange(700)).all()
    assert (found[:, 1:] == brute_force(fingerprints, 20)).mean() > 0.999


def test_equal_to_faiss_but_for_ties() -> None:
    fingerprints = clustered_along_few_axes(900).astype(np.float16)
    unit = unit_rows(fingerprints)
    index = import_faiss().IndexFlatIP(unit.shape[1])
    index.add(unit)
    similarities, rows = index.search(unit, 31)
    ((_, found),) = nearest_of_all(fingerprints, 31)
    np.testing.assert_allclose(found[0], similarities, atol=2e-6)
    assert (found[1] == rows).mean() > 0.999


def test_of_rows_that_are_equally_similar_the_first_are_taken() -> None:
    fingerprints = np.eye(40)[np.arange(400) % 40] + 0.5
    found = find_neighbors(fingerprints, k=5)
    for row, nearest in enumerate(found.rows):
        same = np.arange(row % 40, 400, 40)
        assert nearest.tolist() == same[same != row][:5].tolist()


@pytest.mark.parametrize("copied", [None, 0])
def test_a_device_with_too_little_memory_leaves_it_to_the_processor(
    copied: int | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The device "meta" has no memory at all."""
    search, tried = Place.search, []

    def searched(place: Place, queries: Any, against: Any, k: int) -> Any:
        tried.append(place.device.type)
        if place.device.type == "meta":
            raise torch.OutOfMemoryError
        return search(place, queries, against, k)

    fingerprints = clustered_along_few_axes(300)
    ((_, expected),) = nearest_of_all(fingerprints, 9)
    monkeypatch.setattr(Place, "search", searched)
    ((_, found),) = nearest_of_all(fingerprints, 9, device="meta", max_copied_numbers=copied)
    assert tried == ["meta", "meta", "meta", "cpu"]
    assert "too little memory" in caplog.text
    assert (found[1] == expected[1]).all()
    some = nearest_of_some(unit_rows(fingerprints), fingerprints, 9, device="meta")
    assert (some[1] == expected[1]).all()


def test_the_processor_says_when_it_has_too_little_memory() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        Place("cpu").shrink(torch.OutOfMemoryError())

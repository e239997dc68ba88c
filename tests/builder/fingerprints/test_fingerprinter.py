"""What a network and the user's vectors have in common."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.precomputed import save, vectors

import hubble_dash as hd
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows, PrecomputedVectors
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Cutout, Fingerprinter
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.precomputed import PrecomputedFingerprints
from hubble_dash.builder.models.weights import find_weights

N = 11


@pytest.fixture(params=["network", "vectors"])
def fingerprinter(
    request: pytest.FixtureRequest, small_weights: Path, tmp_path: Path
) -> Fingerprinter:
    if request.param == "network":
        weights = find_weights("test_resnet", small_weights)
        return load_network(weights, device="cpu", engine="eager", batch_size=4, quality="balanced")
    found = PrecomputedVectors(save(tmp_path / "v.npy", vectors(N)), "fingerprints")
    rows = PrecomputedRows(found, hd.SlidingWindow(), [], None)
    return PrecomputedFingerprints(rows, cutouts_a_batch=4)


def cutouts(fingerprinter: Fingerprinter) -> Iterator[Cutout]:
    random = np.random.default_rng(0)
    for i in range(N):
        pixels = random.integers(0, 256, (40, 40, 3), np.uint8)
        pictures = NO_PIXELS if fingerprinter.prepare is None else fingerprinter.prepare(pixels)
        yield Cutout(pictures, N, row=(i,), precomputed_rows=(i,))


def test_cutouts_come_back_in_order_with_their_fingerprints(fingerprinter: Fingerprinter) -> None:
    found = list(fingerprinter.stream(cutouts(fingerprinter)))
    assert [cutout.row for some, _ in found for cutout in some] == [(i,) for i in range(N)]
    for some, batch in found:
        assert batch.fingerprints.shape == (len(some), fingerprinter.n_features)
        assert batch.fingerprints.dtype == batch.scores.dtype == np.float32
        assert batch.labels.shape == batch.scores.shape == (len(some), 5)
    joined = np.concatenate([batch.fingerprints for _, batch in found])
    assert len(np.unique(joined, axis=0)) == N
    # Pictures are large: who has seen them lets go of them.
    assert all(cutout.pictures.size == 0 for some, _ in found for cutout in some)


def test_nothing_comes_of_nothing(fingerprinter: Fingerprinter) -> None:
    assert list(fingerprinter.stream([])) == []


def test_an_error_of_the_reader_passes(fingerprinter: Fingerprinter) -> None:
    def broken() -> Iterator[Cutout]:
        yield from cutouts(fingerprinter)
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        list(fingerprinter.stream(broken()))


def test_the_manifest_has_what_it_needs(fingerprinter: Fingerprinter) -> None:
    list(fingerprinter.stream(cutouts(fingerprinter)))
    told, engine = fingerprinter.describe(), fingerprinter.describe_engine()
    assert {"requested", "name", "weights", "weights_source", "weights_sha256"} < set(told)
    assert set(told).isdisjoint(engine)
    if fingerprinter.prepare is None:
        assert (engine, fingerprinter.packages) == ({}, ())
    else:
        assert (engine["device"], engine["engine"]) == ("cpu", "eager")
        assert fingerprinter.packages == ("torch", "timm")

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest
from helpers.vectors import Floats, clustered
from sklearn.manifold import trustworthiness

from hubble_dash.builder.neighbors.search import find_neighbors
from hubble_dash.builder.neighbors.unit import unit_rows
from hubble_dash.builder.projection.layout import lay_out
from hubble_dash.config import MapSettings
from hubble_dash.errors import MissingExtraError


def positions_of(fingerprints: Floats) -> Floats:
    neighbors = find_neighbors(fingerprints, k=min(20, len(fingerprints) - 1))
    return lay_out(fingerprints, neighbors, MapSettings(method="umap")).positions


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Tensorflow not installed:ImportWarning")
def test_umap_keeps_neighbourhoods(monkeypatch: pytest.MonkeyPatch) -> None:
    from umap import umap_

    # Compiling these takes nine seconds; so few points are as soon done by the same code as Python.
    for slow in ("smooth_knn_dist", "compute_membership_strengths"):
        monkeypatch.setattr(umap_, slow, getattr(umap_, slow).py_func)
    for n in (8, 200):
        positions = positions_of(clustered(n))
        assert positions.shape == (n, 2)
        assert np.isfinite(positions).all()
    assert trustworthiness(unit_rows(clustered(200)), positions, n_neighbors=10) > 0.85


def test_umap_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_umap(name: str, *rest: Any, **named: Any) -> Any:
        if name == "umap":
            raise ModuleNotFoundError("No module named 'umap'")
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_umap)
    with pytest.raises(MissingExtraError, match=r"pip install 'hubble-dash\[umap\]'"):
        positions_of(clustered(20))

"""Whether images can be asked about is known before anything large is imported."""

from __future__ import annotations

from typing import Any

import pytest

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder.query import askable
from hubble_dash.errors import WeightsError


def told(atlas: Atlas, **entries: Any) -> Atlas:
    return Atlas(atlas.path, {**atlas.manifest, **entries})


def test_what_no_network_here_made_is_refused(atlas: Atlas) -> None:
    model = atlas.manifest["model"]
    given = told(atlas, model={**model, "name": "x.npy", "weights_source": "given"})
    with pytest.raises(WeightsError, match=r"were given in x\.npy"):
        hd.GuestReader(given)
    of_file = told(atlas, model={**model, "weights": "w.pt", "weights_source": "file"})
    with pytest.raises(WeightsError, match=r"built with the file w\.pt; name it with --weights"):
        hd.GuestReader(of_file)
    hd.GuestReader(of_file, weights="w.pt")
    with pytest.raises(ValueError, match="centred by FILTER, and of another image no group"):
        hd.GuestReader(told(atlas, center={"by": "FILTER"}))


def test_what_is_missing_is_said_with_what_to_type(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(askable, "find_spec", lambda name: None if name != "timm" else object())
    with pytest.raises(WeightsError, match=r"here; type: pip install torch torchvision$"):
        hd.GuestReader(atlas, weights="w.pt")

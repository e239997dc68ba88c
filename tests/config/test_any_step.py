"""Processing steps of any numbers, as the command line, settings and manifests have them."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hubble_dash as hd
from hubble_dash.config import ProcessingStep, parse_step, step_from_dict

sides = st.integers(1, 10**6)
percentiles = st.tuples(st.floats(0, 100), st.floats(0, 100)).filter(lambda pair: pair[0] < pair[1])
STEPS: st.SearchStrategy[tuple[str, ProcessingStep]] = st.one_of(
    sides.map(lambda side: (f"crop:{side}", hd.Crop(side))),
    st.tuples(sides, sides).map(lambda two: (f"crop:{two[0]}x{two[1]}", hd.Crop(*two))),
    st.tuples(sides, sides).map(lambda two: (f"resize:{two[0]}x{two[1]}", hd.Resize(*two))),
    st.floats(-360, 360).map(lambda angle: (f"rotate:{angle!r}", hd.Rotate(angle))),
    st.floats(0, 1).map(lambda clip: (f"equalize-adaptive:{clip!r}", hd.EqualizeAdaptive(clip))),
    percentiles.map(
        lambda two: (f"rescale-intensity:{two[0]!r},{two[1]!r}", hd.RescaleIntensity(*two))
    ),
)


@given(STEPS)
def test_steps_are_what_was_said(said: tuple[str, ProcessingStep]) -> None:
    text, step = said
    assert parse_step(text) == step
    assert step_from_dict(json.loads(json.dumps(asdict(step)))) == step


@given(st.text("crop:xesiz0123456789.,-+eπ \0", max_size=12))
def test_other_texts_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="step"):
        parse_step(text)

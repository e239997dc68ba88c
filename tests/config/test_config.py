"""Settings: what they refuse, and processing steps as text and as plain data."""

from __future__ import annotations

from dataclasses import asdict

import pytest

import hubble_dash as hd
from hubble_dash.config import parse_step, step_from_dict

WRONG = [
    (lambda: hd.SlidingWindow(size=1), "size is 1; it must be at least 2 pixels"),
    (lambda: hd.SlidingWindow(step=0), "step is 0"),
    (lambda: hd.SlidingWindow(min_valid=1.5), "min_valid is 1.5"),
    (lambda: hd.DetectedSources(threshold=0), "threshold is 0"),
    (lambda: hd.DetectedSources(max_size=4), "max_size is 4"),
    (lambda: hd.CatalogPositions(unit="miles"), "allowed: pixels, arcsec"),
    (lambda: hd.Stretch(curve="cubic"), "allowed: linear, asinh, sqrt, log"),
    (lambda: hd.Stretch(percentile=0), "percentile is 0"),
    (lambda: hd.RescaleIntensity(50, 20), "high is 20"),
    (lambda: hd.Crop(0), "width is 0"),
    (lambda: hd.MapSettings(method="lle"), "allowed: tsne, umap, pca"),
    (lambda: hd.MapSettings(perplexity=0.5), "perplexity is 0.5"),
    (lambda: hd.BuildSettings(cutouts=hd.CatalogPositions()), "need a catalogue"),
    (lambda: hd.BuildSettings(device="tpu"), "allowed: auto, cpu, cuda, mps"),
]


@pytest.mark.parametrize(("make", "text"), WRONG, ids=[text for _, text in WRONG])
def test_wrong_settings_are_refused_with_what_is_allowed(make: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()  # type: ignore[operator]


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold is nan"):
        hd.DetectedSources(threshold=float("nan"))


def test_the_step_of_a_window_is_half_its_size() -> None:
    assert hd.SlidingWindow(size=100).step == 50


STEPS = {
    "grayscale": hd.Grayscale(),
    "crop:512": hd.Crop(512, 512),
    "crop:512x256": hd.Crop(512, 256),
    "resize:64": hd.Resize(64, 64),
    "rotate:-30.5": hd.Rotate(-30.5),
    "flip-lr": hd.FlipLeftRight(),
    "flip-ud": hd.FlipUpDown(),
    "rescale-intensity": hd.RescaleIntensity(2, 98),
    "rescale-intensity:1,99": hd.RescaleIntensity(1, 99),
    "equalize": hd.EqualizeHistogram(),
    "equalize-adaptive:0.02": hd.EqualizeAdaptive(0.02),
}


@pytest.mark.parametrize(("text", "step"), STEPS.items())
def test_steps_are_read_from_text_and_from_plain_data(text: str, step: object) -> None:
    assert parse_step(text) == step
    assert step_from_dict(asdict(step)) == step  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sharpen", "no processing step 'sharpen'; there are: grayscale"),
        ("crop", "crop takes width, height"),
        ("crop:12.5", "crop:12.5"),
        ("rotate:1,2", "2 numbers; rotate takes angle_deg"),
        ("equalize-adaptive:2", "clip_limit is 2"),
    ],
)
def test_wrong_steps_are_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_step(text)

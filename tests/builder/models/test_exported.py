"""Networks in files of the user's own give what the same network gives in PyTorch, by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.atlases import QuickBuild, nebula
from helpers.images import make_picture
from helpers.network_files import SIDE, Small, by_hand, cutouts, vectors, write_onnx, write_pt2

import hubble_dash as hd
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.covariance import MAX_CHANNELS, Covariances, parts_of
from hubble_dash.builder.models.exported import open_network_file
from hubble_dash.builder.models.pooling import disk_weights, over_disk
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.query.image import fingerprint_image
from hubble_dash.config import ModelInput
from hubble_dash.errors import WeightsError

# torch.export's own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning"),
]
Maker = Callable[..., Path]


both = pytest.mark.parametrize(
    ("write", "suffix"), [(write_pt2, ".pt2"), (write_onnx, ".onnx")], ids=["pt2", "onnx"]
)


@both
@pytest.mark.parametrize("batch", [None, 1, 3])
@pytest.mark.parametrize(
    "model", [Small(), Small(channels=1), Small(last=True)], ids=["colour", "gray", "last"]
)
def test_vectors_are_those_of_the_network_by_hand(
    tmp_path: Path, write: Maker, suffix: str, model: Small, batch: int | None
) -> None:
    path = write(tmp_path / f"small{suffix}", model, batch=batch)
    pictures = cutouts(7)
    np.testing.assert_allclose(vectors(path, pictures), by_hand(model, pictures), atol=2e-5)


@both
@pytest.mark.parametrize(("batch", "n"), [(None, 6), (3, MAX_CHANNELS + 12)])
def test_of_maps_a_metric_can_be_learned(
    tmp_path: Path, write: Maker, suffix: str, batch: int | None, n: int
) -> None:
    model = Small(maps=True, n=n)
    path = write(tmp_path / f"small{suffix}", model, batch=batch)
    found = open_network_file(path, ModelInput(), disk=True, learns=True)
    pictures = cutouts(3)
    maps = torch.from_numpy(by_hand(model, pictures))
    with torch.inference_mode():
        expected = torch.cat([Covariances([n])(maps, [maps]), over_disk(maps)], dim=1)
        features, _ = found.encoder(torch.from_numpy(np.stack(pictures)))
    assert found.parts == parts_of(n, [n], n)
    np.testing.assert_allclose(features, expected, atol=2e-5)
    # Of vectors there is nothing more.
    other = write(tmp_path / f"vectors{suffix}", Small(), batch=batch)
    assert open_network_file(other, ModelInput(), disk=True, learns=True).parts is None


@both
@pytest.mark.parametrize("quality", ["plain", "fast"])
def test_maps_are_pooled_over_the_square_or_the_disk(
    tmp_path: Path, write: Maker, suffix: str, quality: Any
) -> None:
    model = Small(maps=True)
    path = write(tmp_path / f"small{suffix}", model)
    flat = np.full((SIDE, SIDE, 3), 90, np.uint8)
    flat[8:20, 12:24] = 200  # within the disk, which the views leave as it is
    maps = by_hand(model, [flat])
    weights = np.full(maps.shape[2:], 1 / maps[0, 0].size)
    if quality == "fast":
        weights = disk_weights(*maps.shape[2:]).numpy()
    expected = (maps * weights).sum(axis=(2, 3))
    np.testing.assert_allclose(vectors(path, [flat], quality=quality), expected, atol=2e-5)


@both
def test_the_user_says_what_the_file_does_not(tmp_path: Path, write: Maker, suffix: str) -> None:
    path, pictures = write(tmp_path / f"small{suffix}", Small()), cutouts(2)
    model_input = ModelInput(mean=[0.5], std=[0.5])
    found = vectors(path, pictures, model_input=model_input)
    np.testing.assert_allclose(found, by_hand(Small(), pictures, 0.5, 0.5), atol=2e-5)
    with pytest.raises(ValueError, match="not of side 64"):
        vectors(path, pictures, model_input=ModelInput(size=64))


@both
def test_a_query_by_image_finds_its_cutout(
    quick_build: QuickBuild, tmp_path: Path, write: Maker, suffix: str
) -> None:
    files = [
        make_picture(tmp_path / f"{i}.png", nebula(i)[40 : 140 - 10 * i, 60:200]) for i in range(4)
    ]
    path = write(tmp_path / f"mine{suffix}", Small())
    model_input = ModelInput(mean=(0,), std=(1,))
    atlas = quick_build(
        files, tmp_path / "x.atlas", model=str(path), weights=None, model_input=model_input,
        quality="balanced", engine="auto",
    )  # fmt: skip
    model = atlas.manifest["model"]
    assert (model["name"], model["requested"]) == (path.name, path.name)
    assert model["input"] == {"size": None, "mean": [0, 0, 0], "std": [1, 1, 1]}
    assert "label_1" not in atlas.cutouts or atlas.cutouts["label_1"].isna().all()
    found = atlas.similar(fingerprint_image(atlas, files[2], weights=path, device="cpu"), n=2)
    assert found.rows[0] == 2
    assert found.similarities[0] > 0.9999
    with pytest.raises(WeightsError, match=f"mine{suffix}; name it with --weights"):
        fingerprint_image(atlas, files[2])
    other = write(tmp_path / f"other{suffix}", Small(channels=1))
    with pytest.raises(WeightsError, match="cannot be compared"):
        fingerprint_image(atlas, files[2], weights=other)


def test_a_program_is_announced_as_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_pt2(tmp_path / "small.pt2", Small())
    with caplog.at_level(logging.INFO, "hubble_dash"):
        vectors(path, cutouts(1))
    assert "small.pt2 is a program" in caplog.text


class Odd(torch.nn.Module):
    """Takes vectors, gives tokens or several arrays, or divides by zero."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def forward(self, x: torch.Tensor) -> Any:
        flat = x.flatten(1)
        return {
            "takes vectors": flat,
            "gives tokens": flat[:, None],
            "gives two": (flat, flat),
            "gives infinity": flat / flat.new_zeros(1),
        }[self.what]


@pytest.mark.parametrize(
    ("what", "shape", "message"),
    [
        ("takes vectors", (2, 10), r"takes an array of shape \(2, 10\); it must take pictures"),
        ("gives tokens", (2, 3, 8, 8), r"gives an array of shape \(2, 1, 192\)"),
        ("gives two", (2, 3, 8, 8), "gives more for 2 pictures"),
        ("gives infinity", (2, 3, 8, 8), "not finite"),
    ],
)
def test_a_program_that_is_no_such_network(
    tmp_path: Path, what: str, shape: tuple[int, ...], message: str
) -> None:
    path = tmp_path / "odd.pt2"
    torch.export.save(torch.export.export(Odd(what), (torch.zeros(shape),)), path)
    with pytest.raises(WeightsError, match=message):
        vectors(path, cutouts(2))


@pytest.mark.parametrize("suffix", [".onnx", ".pt2"])
@pytest.mark.filterwarnings("ignore")
def test_files_that_are_none(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        find_weights(str(tmp_path / f"none{suffix}"))
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(b"no network")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_network(find_weights(str(path)), device="cpu")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_input": ModelInput(size=96)}, "what 'auto' expects is known"),
        ({"model": "x.onnx", "weights": "y.pth"}, "leave out weights"),
        ({"model": "x.pt2", "features": "probabilities"}, "leave out features"),
    ],
)
def test_settings_that_do_nothing_are_refused(settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hd.BuildSettings(**settings)


@pytest.mark.parametrize("values", [{"mean": (1, 2)}, {"std": (0,)}, {"size": 0}])
def test_wrong_inputs(values: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        ModelInput(**values)

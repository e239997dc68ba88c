from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.fingerprints.network import Network
from hubble_dash.builder.metric.features import FeatureParts
from hubble_dash.builder.metric.learning import Metric
from hubble_dash.builder.models.checkpoints import load_model
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import Weights, find_weights
from hubble_dash.errors import WeightsError

Pixels = NDArray[np.uint8]


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def packaged(monkeypatch: pytest.MonkeyPatch) -> Weights:
    monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
    return find_weights("tf_efficientnet_lite0")


@pytest.fixture(scope="module")
def lite() -> Network:
    with pytest.MonkeyPatch.context() as monkeypatch:
        weights = packaged(monkeypatch)
    return load_network(weights, device="cpu", batch_size=4)


def small_network(
    folder: Path, *, n_classes: int = 1000, features: str = "pooled", model: str = "test_resnet"
) -> Network:
    path = folder / "small.safetensors"
    torch.manual_seed(0)
    save_file(timm.create_model(model, num_classes=n_classes).state_dict(), path)
    return load_network(find_weights(model, path), features=features, device="cpu")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("picture", "names"),
    [
        (skimage.data.chelsea, {"tabby", "tiger cat", "Egyptian cat"}),
        (skimage.data.coffee, {"espresso"}),
        (skimage.data.rocket, {"missile", "projectile"}),
    ],
)
def test_known_pictures_get_the_right_label(
    lite: Network, picture: object, names: set[str]
) -> None:
    assert callable(picture)
    batch = lite.fingerprint([picture()])
    assert lite.label_names is not None
    assert lite.label_names[batch.labels[0, 0]] in names
    assert (np.diff(batch.scores[0]) <= 0).all()
    assert 0 < batch.scores[0].sum() <= 1


def test_shapes_and_names(lite: Network) -> None:
    batch = lite.fingerprint([noise(40, 60), noise(64, 64, 3)])
    assert batch.fingerprints.shape == (2, 1280)
    assert batch.fingerprints.dtype == batch.scores.dtype == np.float32
    assert batch.labels.shape == batch.scores.shape == (2, 5)
    assert batch.labels.dtype == np.int32
    assert (lite.n_features, lite.input_size, lite.device) == (1280, 224, "cpu")
    assert lite.model == "tf_efficientnet_lite0"
    assert lite.label_names is not None
    assert lite.label_names[:2] == ["tench", "goldfish"]
    assert len(lite.label_names) == 1000


def test_equal_to_timm_by_hand(lite: Network) -> None:
    """The network and its preprocessing against timm's own, in NCHW, one picture at a time."""
    model = load_model(lite.model, lite.weights.path)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    pictures = [skimage.data.coffee(), skimage.data.camera(), skimage.data.rocket()[:90]]
    batch = lite.fingerprint(pictures)
    for i, pixels in enumerate(pictures):
        tensor = transform(Image.fromarray(pixels).convert("RGB"))[None]
        with torch.inference_mode():
            features = model.forward_head(model.forward_features(tensor), pre_logits=True)  # type: ignore[operator]
            scores = model(tensor).softmax(1)[0]
        expected = features.numpy()[0]
        ours = batch.fingerprints[i]
        cosine = ours @ expected / np.linalg.norm(ours) / np.linalg.norm(expected)
        assert cosine > 0.9999
        assert batch.labels[i, 0] == int(scores.argmax())
        assert batch.scores[i, 0] == pytest.approx(float(scores.max()), abs=0.01)


def test_rows_do_not_depend_on_the_batch(lite: Network) -> None:
    cutouts = [noise(30 + i, 50, 3) for i in range(6)]
    together = lite.fingerprint(cutouts).fingerprints
    for i in (0, 3, 5):
        alone = lite.fingerprint([cutouts[i]]).fingerprints[0]
        np.testing.assert_allclose(together[i], alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (3, 500), (500, 3, 3), (1, 3000), (2, 2)])
def test_cutouts_of_any_shape(lite: Network, shape: tuple[int, ...]) -> None:
    assert np.isfinite(lite.fingerprint([noise(*shape)]).fingerprints).all()


def test_gray_equals_three_equal_channels(lite: Network) -> None:
    gray = noise(80, 70)
    batch = lite.fingerprint([gray, np.repeat(gray[:, :, np.newaxis], 3, axis=2)])
    np.testing.assert_allclose(batch.fingerprints[0], batch.fingerprints[1], rtol=1e-3, atol=1e-4)


def test_slices_and_read_only_arrays(lite: Network) -> None:
    mosaic = noise(90, 90, 3)
    mosaic.flags.writeable = False
    window = mosaic[10:60:2, 5:75]
    batch = lite.fingerprint([window, window.copy()])
    np.testing.assert_allclose(batch.fingerprints[0], batch.fingerprints[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "cutout", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_wrong_cutouts(lite: Network, cutout: Pixels) -> None:
    with pytest.raises(ValueError, match="a cutout is a"):
        lite.fingerprint([noise(4, 4), cutout])
    with pytest.raises(ValueError, match="no cutouts"):
        lite.fingerprint([])


@pytest.fixture(scope="module")
def resnet50() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    tensors: dict[str, torch.Tensor] = timm.create_model("resnet50").state_dict()
    return tensors


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_resnet50_of_a_file(resnet50: dict[str, torch.Tensor], tmp_path: Path, suffix: str) -> None:
    path, tensors = tmp_path / f"mine{suffix}", resnet50
    if suffix == ".pth":
        torch.save({"state_dict": tensors}, path)
    else:
        save_file(tensors, path)
    network = load_network(find_weights("resnet50", path), device="cpu")
    batch = network.fingerprint([noise(224, 224, 3), noise(50, 40)])
    assert batch.fingerprints.shape == (2, 2048)
    assert np.isfinite(batch.fingerprints).all()
    assert network.weights.source == "file"
    assert network.label_names is not None


def test_probabilities_as_fingerprints(tmp_path: Path) -> None:
    network = small_network(tmp_path, features="probabilities")
    batch = network.fingerprint([noise(30, 30), noise(60, 30, 3)])
    assert network.n_features == 1000
    np.testing.assert_allclose(batch.fingerprints.sum(axis=1), 1, atol=1e-5)
    assert (batch.fingerprints.argmax(axis=1) == batch.labels[:, 0]).all()


def test_probabilities_need_a_classifier(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no classifier"):
        small_network(tmp_path, n_classes=0, features="probabilities")


@pytest.mark.parametrize("n_classes", [0, 3, 12])
def test_classes_that_are_not_imagenets_have_no_names(tmp_path: Path, n_classes: int) -> None:
    network = small_network(tmp_path, n_classes=n_classes)
    batch = network.fingerprint([noise(30, 30)])
    assert network.label_names is None
    assert (batch.labels == -1).all()
    assert (batch.scores == 0).all()


@pytest.mark.parametrize(
    "model", ["test_vit", "test_convnext", "test_efficientnet", "test_byobnet", "test_mambaout"]
)
def test_other_families(tmp_path: Path, model: str) -> None:
    network = small_network(tmp_path, model=model)
    assert network.fingerprint([noise(30, 30)]).fingerprints.shape == (1, network.n_features)


def test_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = packaged(monkeypatch)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"'cuda' is not there; here there are: auto, .*cpu"):
        load_network(weights, device="cuda")
    with pytest.raises(ValueError, match="'tpu' is not known"):
        load_network(weights, device="tpu")
    with pytest.raises(ValueError, match="pooled, probabilities"):
        load_network(weights, features="logits")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="batch_size is 0"):
        load_network(weights, batch_size=0)


def test_probabilities_are_those_of_the_whole_crop_unless_it_is_turned(tmp_path: Path) -> None:
    plain = small_network(tmp_path, features="probabilities")
    cutouts = [noise(50, 60, 3)]
    found = {
        quality: load_network(
            plain.weights, features="probabilities", quality=quality, device="cpu"
        ).fingerprint(cutouts).fingerprints
        for quality in ("plain", "fast", "balanced")
    }  # fmt: skip
    np.testing.assert_array_equal(found["plain"], found["fast"])
    assert np.abs(found["plain"] - found["balanced"]).max() > 1e-6


def test_a_network_that_is_not_square_says_what_to_do(
    lite: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = timm.data.resolve_model_data_config(load_model(lite.model, lite.weights.path))
    wide = dict(config, input_size=(3, 96, 128))
    monkeypatch.setattr(timm.data, "resolve_model_data_config", lambda _: wide)
    with pytest.raises(ValueError, match=r"sees 128 x 96 pixels; .* take --quality plain"):
        load_network(lite.weights, quality="fast", device="cpu")
    assert load_network(lite.weights, quality="plain", device="cpu").input_size == 96


@pytest.mark.parametrize("n_maps", [1, 3])
def test_a_network_gives_the_maps_that_a_metric_was_learned_of(tmp_path: Path, n_maps: int) -> None:
    path = tmp_path / "small.safetensors"
    save_file(timm.create_model("regnetx_002", num_classes=0).state_dict(), path)
    parts = FeatureParts(368, (128, 128, 128)[:n_maps], 368 + 152)
    n_form = 368 + n_maps * 3
    axes, mean = np.ones((n_form, 5), np.float32), np.zeros(n_form, np.float32)
    metric = Metric(parts, np.eye(128 * n_maps, 2, dtype=np.float32), mean, axes)
    network = load_network(
        find_weights("regnetx_002", path), device="cpu", quality="fast", metric=metric
    )
    found = network.fingerprint([noise(40, 40)]).fingerprints
    assert found.shape == (1, 5)
    assert np.isfinite(found).all()

"""Networks in files of the user's own give what the same network gives in PyTorch, by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from helpers.atlases import QuickBuild, nebula
from helpers.images import make_picture
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import hubble_dash as hd
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.pooling import disk_weights
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.builder.query.image import fingerprint_image
from hubble_dash.cli.main import main
from hubble_dash.config import ModelInput
from hubble_dash.errors import MissingExtraError, WeightsError

# torch.export's own.
pytestmark = pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning")

SIDE = 32
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
Maker = Callable[..., Path]


class Small(torch.nn.Module):
    """A network of one layer, which gives maps or their mean."""

    def __init__(self, channels: int = 3, maps: bool = False, last: bool = False) -> None:
        super().__init__()
        torch.manual_seed(channels)
        self.layer = torch.nn.Conv2d(channels, 6, 5, stride=3)
        self.maps, self.last = maps, last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.permute(0, 3, 1, 2) if self.last else x
        maps = torch.relu(self.layer(x))
        return maps if self.maps else maps.mean((2, 3))


def write_pt2(path: Path, model: Small, *, batch: int | None = None, side: int = SIDE) -> Path:
    channels = model.layer.in_channels
    shape = (side, side, channels) if model.last else (channels, side, side)
    free = {0: torch.export.Dim("batch")} if batch is None else {}
    program = torch.export.export(
        model.eval(), (torch.zeros(batch or 2, *shape),), dynamic_shapes=(free,)
    )
    torch.export.save(program, path)
    return path


def write_onnx(path: Path, model: Small, *, batch: int | None = None, side: int = SIDE) -> Path:
    """The same network, node by node."""
    channels = model.layer.in_channels
    shape: list[Any] = [batch or "batch", channels, side, side]
    nodes, entry = [], "pictures"
    if model.last:
        shape = [batch or "batch", side, side, channels]
        nodes.append(helper.make_node("Transpose", ["pictures"], ["first"], perm=[0, 3, 1, 2]))
        entry = "first"
    nodes.append(helper.make_node("Conv", [entry, "w", "b"], ["conv"], strides=[3, 3]))
    nodes.append(helper.make_node("Relu", ["conv"], ["maps"]))
    nodes.append(helper.make_node("ReduceMean", ["maps"], ["vectors"], axes=[2, 3], keepdims=0))
    out = "maps" if model.maps else "vectors"
    graph = helper.make_graph(
        nodes if out == "vectors" else nodes[:-1],
        "small",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(model.layer.weight.detach().numpy(), "w"),
            numpy_helper.from_array(model.layer.bias.detach().numpy(), "b"),  # type: ignore[union-attr]
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return path


both = pytest.mark.parametrize(
    ("write", "suffix"), [(write_pt2, ".pt2"), (write_onnx, ".onnx")], ids=["pt2", "onnx"]
)


def cutouts(n: int) -> list[NDArray[np.uint8]]:
    random = np.random.default_rng(3)
    return [random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8) for _ in range(n)]


def by_hand(
    model: Small, pictures: list[NDArray[np.uint8]], mean: Any = MEAN, std: Any = STD
) -> NDArray[np.float32]:
    x = torch.tensor((np.stack(pictures) / 255 - mean) / std, dtype=torch.float32)
    x = x.mean(3, keepdim=True) if model.layer.in_channels == 1 else x
    with torch.inference_mode():
        found: torch.Tensor = model(x if model.last else x.permute(0, 3, 1, 2))
    return found.numpy()


def vectors(path: Path, pictures: list[NDArray[np.uint8]], **options: Any) -> NDArray[np.float32]:
    network = load_network(find_weights(str(path)), device="cpu", batch_size=4, **options)
    batch = network.fingerprint(pictures)
    assert network.label_names is None
    assert (batch.labels == -1).all()
    assert network.n_features == batch.fingerprints.shape[1]
    return batch.fingerprints


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
    given = ModelInput(mean=[0.5], std=[0.5])
    found = vectors(path, pictures, model_input=given)
    np.testing.assert_allclose(found, by_hand(Small(), pictures, 0.5, 0.5), atol=2e-5)
    with pytest.raises(ValueError, match="not of side 64"):
        vectors(path, pictures, model_input=ModelInput(size=64))


@pytest.mark.parametrize(("size", "side"), [(None, 224), (48, 48)])
def test_an_open_size_is_224_or_the_user_s(tmp_path: Path, size: int | None, side: int) -> None:
    path = write_onnx(tmp_path / "small.onnx", Small(), side="side")  # type: ignore[arg-type]
    network = load_network(find_weights(str(path)), device="cpu", model_input=ModelInput(size=size))
    assert network.input_size == side
    assert network.fingerprint(cutouts(1)).fingerprints.shape == (1, 6)


def test_eight_bit_input_is_not_normalised(tmp_path: Path) -> None:
    path = tmp_path / "bytes.onnx"
    shape = ["batch", SIDE, SIDE, 3]
    nodes = [
        helper.make_node("Cast", ["pictures"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["vectors"], axes=[1, 2], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes, "bytes",
        [helper.make_tensor_value_info("pictures", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, None)],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    pictures = cutouts(3)
    expected = np.stack(pictures).mean(axis=(1, 2))
    np.testing.assert_allclose(vectors(path, pictures), expected, rtol=1e-5)


@both
def test_a_query_by_image_finds_its_cutout(
    quick_build: QuickBuild, tmp_path: Path, write: Maker, suffix: str
) -> None:
    files = [
        make_picture(tmp_path / f"{i}.png", nebula(i)[40 : 140 - 10 * i, 60:200]) for i in range(4)
    ]
    path = write(tmp_path / f"mine{suffix}", Small())
    given = ModelInput(mean=(0,), std=(1,))
    atlas = quick_build(
        files, tmp_path / "x.atlas", model=str(path), weights=None, model_input=given,
        quality="balanced",
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


def test_numbers_beside_an_onnx_file_count_in_its_checksum(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "small.onnx", Small())
    alone = find_weights(str(path)).sha256
    onnx.save_model(
        onnx.load(path), path, save_as_external_data=True, location="small.onnx.data",
        size_threshold=0,
    )  # fmt: skip
    both_files = find_weights(str(path)).sha256
    np.testing.assert_allclose(vectors(path, cutouts(2)), by_hand(Small(), cutouts(2)), atol=2e-5)
    beside = tmp_path / "small.onnx.data"
    beside.write_bytes(bytes(len(beside.read_bytes())))
    assert len({alone, both_files, find_weights(str(path)).sha256}) == 3


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


@pytest.mark.parametrize(
    ("shape", "op", "message"),
    [
        (["b", 10], "Relu", r"shape \(any, 10\); it must take pictures"),
        ([2, 5, 8, 8], "Relu", r"shape \(2, 5, 8, 8\); it must take pictures"),
        (["b", 3, 8, 8], "Size", r"gives an array of shape \(\)"),
    ],
)
def test_an_onnx_file_that_is_no_such_network(
    tmp_path: Path, shape: list[Any], op: str, message: str
) -> None:
    graph = helper.make_graph(
        [helper.make_node(op, ["x"], ["y"])], "odd",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.INT64 if op == "Size" else 1, None)],
    )  # fmt: skip
    path = tmp_path / "odd.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
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


def test_onnx_without_openvino_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_onnx(tmp_path / "small.onnx", Small())
    monkeypatch.setattr("hubble_dash.builder.models.onnx.missing", lambda _: "not there")
    with pytest.raises(MissingExtraError, match=r"pip install 'hubble-dash\[openvino\]'"):
        load_network(find_weights(str(path)), device="cpu")


def test_another_engine_is_refused(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "small.onnx", Small())
    with pytest.raises(ValueError, match="take --engine openvino"):
        vectors(path, cutouts(1), engine="eager", precision="fp32")


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


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = make_picture(tmp_path / "a.png", nebula(1)[:90, :90])
    command = ["build", str(picture), "--out", str(tmp_path / "x.atlas"), "--cutouts", "window"]
    command += ["--size", "40", "--map", "pca", "--quiet"]
    assert main([*command, "--input-size", "32"]) == 2
    assert "--input-size belongs to --model x.onnx or x.pt2" in capsys.readouterr().err
    path = write_onnx(tmp_path / "small.onnx", Small())
    own = ["--model", str(path), "--input-mean", "0.5", "--input-std", "0.5,0.5,0.5"]
    assert main([*command, *own]) == 0
    model = hd.open_atlas(tmp_path / "x.atlas").manifest["model"]
    assert model["input"]["mean"] == [0.5, 0.5, 0.5]
    assert model["engine"] == "openvino"

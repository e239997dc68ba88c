"""What one file may do: neither end a build, nor take all memory or time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from helpers import bombs, trials

from hubble_dash.builder.bounds import apart, promise
from hubble_dash.builder.bounds.failures import failing
from hubble_dash.builder.bounds.memory import Memory
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.errors import CatalogError, ImageError


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no  such\nthing"), "is damaged: no such thing"),
        (TypeError("tuple"), "is damaged: TypeError: tuple"),
        (ZeroDivisionError(), "is damaged: ZeroDivisionError"),
        (MemoryError(), "is damaged: it takes more memory than there is"),
        (RecursionError("deep"), "is damaged: it is nested too deeply (RecursionError)"),
        (UserWarning("made an error"), "is damaged: UserWarning: made an error"),
        (FileNotFoundError(2, "gone", "a.png"), "is damaged: [Errno 2] gone: 'a.png'"),
    ],
)
def test_whatever_is_raised_names_the_file(
    error: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ImageError) as caught, failing(Path("a.png"), "is damaged"):
        raise error
    assert (caught.value.path, caught.value.reason) == (Path("a.png"), reason)
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("error", [ImageError("b.png", "is bad"), CatalogError("x"), SystemExit()])
def test_other_errors_pass(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, failing(Path("a.png")):
        raise error
    assert caught.value is error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "seconds", "reason"),
    [
        (trials.fill_memory, 30, "cannot be read: it takes more memory than there is"),
        (trials.be_wrong, 30, "cannot be read: KeyError: 'tag'"),
        (trials.be_idle, 1, "takes more than 1 s to read"),
        (trials.be_busy, 1, "takes more than 1 s to read"),
        (trials.die, 30, "ended the process that read it: it is damaged, or too large"),
    ],
)
def test_a_file_is_tried_in_a_process_that_can_be_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Path], None],
    seconds: int,
    reason: str,
) -> None:
    (tmp_path / "a").touch()
    monkeypatch.setattr(apart, "allowed_seconds", lambda _: seconds)
    with pytest.raises(ImageError) as caught:
        apart.try_apart(work, tmp_path / "a")
    assert (caught.value.path, caught.value.reason) == (tmp_path / "a", reason)
    assert apart._Trials.process is None


@pytest.mark.slow
@pytest.mark.parametrize("work", [trials.be_well, trials.leave_no_core])
def test_a_file_that_does_well_apart_raises_nothing(
    tmp_path: Path, work: Callable[[Path], None]
) -> None:
    (tmp_path / "a").touch()
    apart.try_apart(work, tmp_path / "a")


@pytest.mark.parametrize("name", ["a.png", "a.jxl"])
def test_suspicious_pictures_are_tried_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pixels = np.zeros((300, 300), np.uint8)
    encode = imagecodecs.png_encode if name == "a.png" else imagecodecs.jpegxl_encode
    (tmp_path / name).write_bytes(encode(pixels))
    tried = []

    def try_apart(work: Any, path: Path, *arguments: Any) -> None:
        tried.append(path)
        if len(tried) == 1:
            work(path, *arguments)

    for module in ("opening", "jpeg_xl"):
        monkeypatch.setattr(f"hubble_dash.builder.reading.{module}.try_apart", try_apart)
    with open_image(tmp_path / name) as image:
        assert tried == []
    monkeypatch.setattr(promise, "SMALL_BYTES", 1000)
    monkeypatch.setattr("hubble_dash.builder.reading.opening._PIXELS_A_BAND", 1000)
    with open_image(tmp_path / name) as image:
        assert set(tried) == {tmp_path / name}
        np.testing.assert_array_equal(image.read(), pixels)


def test_what_promises_too_much_is_refused_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bombs._png(20_000, 2, b"", pixels=b"cut off"))
    with pytest.raises(ImageError, match=r"promises 1,200 MB of pixels in \d\d bytes"):
        open_image(tmp_path / "a.png")


def test_threads_share_the_memory() -> None:
    memory, peak, now = Memory(100_000_000), [0], [0]
    lock, n_bytes = threading.Lock(), 40_000_000
    two_meet = threading.Barrier(2, timeout=30)

    def decode() -> None:
        with memory.decoding(n_bytes):
            with lock:
                now[0] += n_bytes
                peak[0] = max(peak[0], now[0])
            two_meet.wait()
        with lock:
            now[0] -= n_bytes
        memory.free(n_bytes)

    threads = [threading.Thread(target=decode) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert peak == [80_000_000]
    assert memory._taken == 0


def test_somebody_always_goes_on() -> None:
    """The second picture keeps its memory until the first is closed, which wants as much."""
    memory = Memory(100_000_000)
    with memory.decoding(90_000_000):
        pass
    with memory.decoding(90_000_000):
        pass
    assert memory._taken == 180_000_000


def test_what_fails_gives_its_memory_back() -> None:
    memory = Memory(100_000_000)
    with pytest.raises(ValueError, match="x"), memory.decoding(90_000_000):
        raise ValueError("x")
    assert (memory._taken, memory._n_decoding) == (0, 0)
    with memory.decoding(10):
        assert memory._n_decoding == 0

"""Arrays that go from process to process by memory that both see."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hubble_dash.builder.shared import SharedBlocks

MEGABYTE = 1_000_000
# Packs an array of so many bytes into a block as told, then waits.
FAR_SIDE = """
import pickle, sys
import numpy as np
blocks, block, n = pickle.load(sys.stdin.buffer)
array = np.arange(n, dtype=np.uint8).reshape(2, -1)
pickle.dump(blocks.pack({"a": array, "b": np.empty((0, 3)), "c": "x"}, block), sys.stdout.buffer)
sys.stdout.flush()
sys.stdin.read()
"""


def far_side(blocks: SharedBlocks, block: int, n: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", FAR_SIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    pickle.dump((blocks, block, n), process.stdin)
    process.stdin.flush()
    return process


def shared_by(pid: int) -> int:
    """Count the bytes of shared memory that a process holds."""
    (line,) = (
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "RssShmem" in line
    )
    return 1024 * int(line.split()[1])


def test_arrays_come_from_another_process_and_nothing_is_left_when_it_is_killed() -> None:
    blocks = SharedBlocks(3, 2 * MEGABYTE)
    with far_side(blocks, 1, MEGABYTE) as process:
        assert process.stdout is not None
        packed = pickle.load(process.stdout)
        assert (len(packed.data) < 1000, len(packed.spans)) == (True, 2)
        # It has no name that could be left.
        assert str(Path(f"/proc/self/fd/{blocks._file}").readlink()).startswith("/memfd:")
        os.kill(process.pid, signal.SIGKILL)
    found = blocks.unpack(packed)
    expected = np.arange(MEGABYTE, dtype=np.uint8).reshape(2, -1)
    np.testing.assert_array_equal(found["a"], expected)
    assert (found["b"].shape, found["c"]) == ((0, 3), "x")
    # It is the consumer's own: the block may be written to again.
    blocks.pack(np.zeros(MEGABYTE, np.uint8), 1)
    np.testing.assert_array_equal(found["a"], expected)
    before = shared_by(os.getpid())
    blocks.close()
    blocks.close()
    assert shared_by(os.getpid()) <= before - MEGABYTE


def test_what_does_not_fit_or_is_not_contiguous_goes_along() -> None:
    blocks = SharedBlocks(2, 1000)
    arrays = [np.arange(900, dtype=np.uint8), np.arange(200), np.broadcast_to(np.arange(3), (4, 3))]
    packed = blocks.pack(arrays, 1)
    assert packed.spans == [(0, 900)]
    for found, array in zip(blocks.unpack(packed), arrays, strict=True):
        np.testing.assert_array_equal(found, array)
    blocks.close()


@pytest.mark.parametrize("lacking", ["the call", "the right"])
def test_all_goes_along_where_there_is_no_such_memory(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "the call":
        monkeypatch.delattr(os, "memfd_create")
    else:
        monkeypatch.setattr(os, "memfd_create", lambda _: os.open("/dev/null", os.O_RDONLY))
    blocks = SharedBlocks(2, 1000)
    assert not blocks.is_shared
    far: SharedBlocks = pickle.loads(pickle.dumps(blocks))
    packed = far.pack([np.arange(5)], 0)
    assert packed.spans == []
    np.testing.assert_array_equal(blocks.unpack(packed)[0], np.arange(5))
    blocks.close()


def test_memory_of_another_build_is_not_taken_for_it() -> None:
    """The number of a file is used again."""
    for value in (1, 2):
        blocks = SharedBlocks(1, 1000)
        far: SharedBlocks = pickle.loads(pickle.dumps(blocks))
        packed = far.pack(np.full(10, value), 0)
        assert blocks.unpack(packed).tolist() == [value] * 10
        blocks.close()

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from helpers.images import make_fits, make_picture
from helpers.servers import Fault, FileServer, serving

from hubble_dash.builder.files.search import find_files
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.remote import failures, servers
from hubble_dash.builder.remote.fetching import Fetched
from hubble_dash.builder.remote.path import Remote, path_of
from hubble_dash.errors import ImageError

FLUX = np.arange(60 * 80, dtype=np.float32).reshape(60, 80)
MAST = "/Download/file?uri=mast:HST/product/abc_drz.fits"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    fits = make_fits(tmp_path / "a.fits", FLUX).read_bytes()
    png = make_picture(tmp_path / "b.png", np.zeros((20, 30, 3), np.uint8)).read_bytes()
    files = {
        "/d/a.fits": fits,
        "/d/b é.png": png,
        "/d/sub/a10.fits.gz": gzip.compress(fits),
        "/d/sub/a9.fits": fits,
        "/d/notes.txt": b"x",
        "/login.fits": b"<html>log in</html>",
        MAST: fits,
    }
    with serving(files) as made:
        yield made


@pytest.mark.parametrize("path", ["/d/a.fits", MAST, "/d/sub/a10.fits.gz"])
def test_a_file_is_read_whole_as_one_of_this_machine(server: FileServer, path: str) -> None:
    with open_image(server.url(path)) as image:
        assert np.array_equal(image.read(), FLUX)
        assert image.name == path.rpartition("/")[2].rpartition("=")[2]
    assert server.sent[path] == len(server.files[path])
    assert server.requests["GET", path] == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(404), "no such file on the server"),
        (Fault(403), "denies access"),
        (Fault(401), "asks for a login"),
        (Fault(500), "answers 500 .*tried 3 times"),
        (Fault(cut_short=True), "ends before its end; tried 3 times"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(server: FileServer, fault: Fault, said: str) -> None:
    server.faults["/d/a.fits"] = fault
    with pytest.raises(ImageError, match=said) as caught:
        open_image(server.url("/d/a.fits").replace("://", "://me:word@"))
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault(503, 2), Fault(429, 1), Fault(times=2, cut_short=True)])
def test_what_passes_is_waited_for(server: FileServer, fault: Fault) -> None:
    server.faults["/d/a.fits"] = fault
    with open_image(server.url("/d/a.fits")) as image:
        assert np.array_equal(image.read(), FLUX)


def test_waits_grow_and_a_server_may_ask_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "WAITS", (1.0, 2.0, 4.0))

    class BusyError(Exception):
        status = 503
        headers = {"Retry-After": "7"}  # noqa: RUF012

    def fail(error: Exception) -> None:
        raise error

    waited: list[float] = []
    for error in (ConnectionResetError(), BusyError()):
        with pytest.raises(failures.RemoteError, match="tried 4 times"):
            failures.patiently(partial(fail, error), wait=waited.append)
    assert all(0.75 * s <= w <= 1.25 * s for s, w in zip((1, 2, 4), waited[:3], strict=True))
    assert waited[3:] == [7.0, 7.0, 7.0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1/x.fits", "no connection to the server; tried 3 times"),
        ("https://no-such-host.invalid/x.fits", "no server of that name"),
    ],
)
def test_servers_that_are_not_there(address: str, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        open_image(address)


def test_a_connection_that_is_not_safe(server: FileServer) -> None:
    with pytest.raises(ImageError, match="is not safe"):
        open_image(server.url("/d/a.fits").replace("http:", "https:"))


def test_a_web_page_in_the_place_of_an_image_is_named(server: FileServer) -> None:
    with pytest.raises(ImageError, match="sent a web page"):
        open_image(server.url("/login.fits"))


def test_a_server_that_knows_neither_head_nor_ranges(server: FileServer) -> None:
    server.has_head = server.has_ranges = False
    with open_image(server.url("/d/a.fits")) as image:
        assert np.array_equal(image.read(), FLUX)


def test_a_large_file_comes_in_pieces(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PIECE", 10_000)
    size = len(server.files["/d/a.fits"])
    path = path_of(server.url("/d/a.fits"))
    assert path.stat().st_size == size
    server.faults["/d/a.fits"] = Fault(503, 1)
    with open_image(path) as image:
        assert np.array_equal(image.read(), FLUX)
    assert server.sent["/d/a.fits"] == size
    server.has_ranges = False
    assert path_of(server.url("/d/a.fits") + "?again").read_bytes() == server.files["/d/a.fits"]


def test_redirections_are_followed(server: FileServer) -> None:
    server.files["/old.fits"] = b""
    server.faults["/old.fits"] = Fault(302, headers={"Location": "/d/a.fits"})
    with open_image(server.url("/old.fits")) as image:
        assert image.name == "old.fits"
        assert image.shape == FLUX.shape


def test_folders_globs_and_lists(server: FileServer, tmp_path: Path) -> None:
    def found(*inputs: str) -> list[str]:
        return [path.name for path in find_files(inputs).files]

    everything = ["a.fits", "b é.png", "a9.fits", "a10.fits.gz"]
    assert found(server.url("/d/")) == found(server.url("/d")) == everything
    assert found(server.url("/d/*.fits")) == ["a.fits"]
    assert found(server.url("/d/**/a*.fits*")) == ["a.fits", "a9.fits", "a10.fits.gz"]
    assert find_files([server.url("/d/")]).notes == ["Passed over: 1 other file (.txt)"]
    lines = [server.url("/d/sub/"), server.url(MAST), server.url("/none.fits"), "here.fits"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    listed = ["a9.fits", "a10.fits.gz", "abc_drz.fits", "none.fits", "here.fits"]
    assert found(f"@{tmp_path / 'list.txt'}") == listed
    # Two addresses of one file differ in who asks.
    assert len(found(server.url("/d/a.fits"), server.url("/d/a.fits?token=t"))) == 1
    for none in ("/nowhere/", "/d/*.tif"):
        with pytest.raises(ImageError, match=r"no such file on the server|no image found"):
            find_files([server.url(none)])
    with pytest.raises(ImageError, match=r"ftp:// is not read, allowed are https://"):
        find_files(["ftp://host/x.fits"])


def test_size_and_time_are_those_of_the_server(server: FileServer) -> None:
    before = path_of(server.url("/d/a.fits")).stat()
    assert before.st_size == len(server.files["/d/a.fits"])
    assert before.st_mtime == 1714557600  # 2024-05-01T10:00:00
    server.files["/d/a.fits"] = server.files["/d/a.fits"][:-1] + b"x"
    after = path_of(server.url("/d/a.fits")).stat()
    assert (after.st_size, after.st_mtime) == (before.st_size, before.st_mtime)
    assert after.st_mtime_ns != before.st_mtime_ns


def fetched(server: FileServer, n: int) -> Fetched[Path]:
    paths = [path_of(server.url(f"/{i}.fits")) for i in range(n)]
    return Fetched(paths, path=lambda path: path, replaced=lambda _, path: path)


def test_files_come_ahead_in_order_and_connections_are_bounded(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBLE_DASH_CONNECTIONS", "3")
    for i in range(12):
        server.files[f"/{i}.fits"] = b"%d" % i
        server.faults[f"/{i}.fits"] = Fault(seconds=0.01)
    del server.files["/5.fits"]
    ahead = fetched(server, 12)
    given = []
    for i, path in enumerate(ahead):
        assert isinstance(path, Remote)
        given.append(path.failure or path.read_bytes())
        if i == 0:
            time.sleep(0.1)
            assert sum(server.requests["GET", f"/{n}.fits"] for n in range(12)) >= 5
        ahead.release()
    ahead.close()
    assert given[5] == "there is no such file on the server (404)"
    assert given[:5] + given[6:] == [b"%d" % i for i in range(12) if i != 5]
    assert server.most_under_way == 3


def test_copies_go_when_nobody_uses_them(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubble_dash.builder.remote import path as module
    from hubble_dash.builder.remote.copies import Copies

    copies = Copies(most=0)
    monkeypatch.setattr(module, "COPIES", copies)
    with open_image(server.url("/d/b é.png")) as image:
        assert len([*copies.folder().iterdir()]) == 1
        assert image.read().shape == (20, 30, 3)
    assert not [*copies.folder().iterdir()]


def test_a_cache_of_the_user_s_is_used_again_until_the_file_changes(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUBBLE_DASH_CACHE", str(tmp_path / "cache"))

    def n_read() -> int:
        path_of(server.url("/d/a.fits")).read_bytes()
        return server.requests["GET", "/d/a.fits"]

    assert [n_read(), n_read()] == [1, 1]
    server.files["/d/a.fits"] += b"more"
    assert n_read() == 2
    assert len(os.listdir(tmp_path / "cache")) == 2  # noqa: PTH208


def test_one_file_is_fetched_once_by_several_threads(server: FileServer) -> None:
    server.faults["/d/a.fits"] = Fault(seconds=0.05)
    path = path_of(server.url("/d/a.fits"))
    threads = [threading.Thread(target=path.read_bytes) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.requests["GET", "/d/a.fits"] == 1

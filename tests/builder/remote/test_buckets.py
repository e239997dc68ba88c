"""Buckets of S3, asked through s3fs, which takes a second to import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pytest
from helpers.images import make_fits
from helpers.servers import Fault, FileServer, serving

from hubble_dash.builder.files.search import find_files
from hubble_dash.builder.reading.opening import open_image
from hubble_dash.builder.remote.path import path_of
from hubble_dash.errors import ImageError, MissingExtraError

FLUX = np.arange(60 * 80, dtype=np.float32).reshape(60, 80)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    data = make_fits(tmp_path_factory.mktemp("files") / "a.fits", FLUX).read_bytes()
    names = ("a b?#.fits", "sub/c2.fits", "sub/c10.fits", "sub/readme.txt")
    files = {f"/public/hst/{name}": data for name in names}
    with serving(files, is_bucket=True) as made, pytest.MonkeyPatch.context() as patch:
        # As FSSPEC_S3_ENDPOINT_URL does, where it is set before a program begins.
        patch.setitem(fsspec.config.conf, "s3", {"endpoint_url": made.address})
        for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        yield made


@pytest.mark.slow
def test_buckets_are_listed_and_read_anonymously(bucket: FileServer) -> None:
    def found(text: str) -> list[str]:
        return [str(path).removeprefix("s3://public/hst/") for path in find_files([text]).files]

    assert found("s3://public/hst/") == ["a b?#.fits", "sub/c2.fits", "sub/c10.fits"]
    assert found("s3://public/hst") == found("s3://public/hst/")
    assert found("s3://public/hst/*.fits") == ["a b?#.fits"]
    assert found("s3://public/**/c?.fits") == ["sub/c2.fits"]
    (path,) = find_files(["s3://public/**/c10.fits"]).files
    bucket.requests.clear()
    # What the list said of it is not asked again.
    assert path.stat().st_size == len(bucket.files["/public/hst/sub/c10.fits"])
    assert path.stat().st_mtime == 1714557600
    assert not bucket.requests
    with open_image(path) as image:
        assert np.array_equal(image.read(), FLUX)
    assert list(bucket.requests) == [("GET", "/public/hst/sub/c10.fits")]
    assert all("Authorization" not in headers for headers in bucket.asked)
    with open_image("s3://public/hst/a b?#.fits") as image:
        assert image.name == "a b?#.fits"
        assert path_of("s3://public/hst/a b?#.fits").stat().st_size == path.stat().st_size


@pytest.mark.slow
def test_what_is_wrong_in_a_bucket_is_said(bucket: FileServer) -> None:
    with pytest.raises(ImageError, match="no such file on the server"):
        open_image("s3://public/none.fits")
    with pytest.raises(ImageError, match="no image found"):
        find_files(["s3://public/none/"])
    bucket.faults["/public/hst/sub/c2.fits"] = Fault(403)
    with pytest.raises(ImageError, match="denies access"):
        open_image("s3://public/hst/sub/c2.fits")


@pytest.mark.parametrize(
    ("address", "package"),
    [("https://h/x.fits", "aiohttp"), ("s3://b/x.fits", "s3fs"), ("gs://b/x.fits", "gcsfs")],
)
def test_what_is_missing_is_named(
    address: str, package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ImportError

    monkeypatch.setattr(fsspec, "filesystem", missing)
    (tmp_path / "list.txt").write_text(address)
    with pytest.raises(MissingExtraError, match=rf"{package}.*pip install 'hubble-dash\[cloud\]'"):
        open_image(find_files([f"@{tmp_path / 'list.txt'}"]).files[0])

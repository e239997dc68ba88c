from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from hubble_dash.builder.remote.address import address_of, is_address, other_scheme
from hubble_dash.builder.remote.listing import has_magic
from hubble_dash.builder.remote.path import Remote, path_of

MAST = "https://mast.stsci.edu/api/v0.1/Download/file?uri=mast:HST/product/abc_drz.fits"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://host/a/x.fits", "x.fits"),
        ("https://zenodo.org/records/1/files/x.fits.gz?download=1", "x.fits.gz"),
        ("https://host/a%20b%C3%A9.png", "a bé.png"),
        ("https://host/a bé.png", "a bé.png"),
        (MAST, "abc_drz.fits"),
        ("https://host/get.php?id=1&file=/data/x.jpg", "x.jpg"),
        ("https://host/galaxy?id=7", "galaxy?id=7"),
        ("https://host/get.php?id=7", "get.php?id=7"),
        ("https://host", "host"),
        ("s3://bucket/hst/a b?#.fits", "a b?#.fits"),
        ("gcs://bucket/x.fits", "x.fits"),
    ],
)
def test_a_file_has_the_name_that_people_call_it_by(text: str, name: str) -> None:
    assert address_of(text).name == name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://me:word@host/x.fits", "https://host/x.fits"),
        ("https://host/x.fits?a=1&X-Amz-Signature=s&x-amz-date=d", "https://host/x.fits?a=1"),
        ("https://host/x.fits?Expires=1&Signature=s&Key-Pair-Id=k", "https://host/x.fits"),
        ("https://host/x.fits?sv=1&sr=b&se=2&sig=s&b=2", "https://host/x.fits?b=2"),
        ("https://host/x.fits?access_token=t#part", "https://host/x.fits"),
        ("s3://key:secret@bucket/x.fits", "s3://bucket/x.fits"),
        # No server is called so.
        ("https://me:word@[/x.fits?token=t&b=2", "https://[/x.fits?b=2"),
        ("https://a\u2100b/x.fits", "https://a\u2100b/x.fits"),
        # These are no secrets.
        ("https://host/x.fits?author=a&se=2&id=3", "https://host/x.fits?author=a&se=2&id=3"),
        (MAST, MAST),
    ],
)
def test_no_secret_is_shown(text: str, kept: str) -> None:
    path = path_of(text)
    assert isinstance(path, Remote)
    for shown in (str(path), path.__fspath__(), repr(path), path.name, str(path.with_name("a[1]"))):
        assert not any(word in shown for word in ("word", "secret", "=s", "=t", "key"))
    assert str(path) == kept
    assert path.address.has_secrets == (path.address.real != kept)


def test_what_is_an_address() -> None:
    assert is_address("HTTPS://host/x")
    assert is_address(Path("https://host/x"))
    assert path_of(Path("https://host/a/x.fits")) == path_of("https://host/a/x.fits")
    assert not is_address("https")
    assert not is_address("C:/a.fits")
    assert not is_address("a/s3:")
    assert other_scheme("ftp://host/x") == "ftp"
    assert other_scheme("s3://b/x") is None
    assert other_scheme("a.fits") is None
    assert path_of("a.fits") == Path("a.fits")


def test_a_remote_path_goes_to_other_processes() -> None:
    path = path_of("https://me:word@host/x.fits")
    assert isinstance(path, Remote)
    again = pickle.loads(pickle.dumps(path))
    assert again == path
    assert again.address.real == "https://me:word@host/x.fits"
    assert len({path, again}) == 1
    assert path != Path(str(path))
    assert str(path.with_name("x.fits[SCI,2]")) == "https://host/x.fits[SCI,2]"


@pytest.mark.parametrize(
    ("text", "is_glob"),
    [
        ("https://[::1]/*.fits", True),
        ("https://host/a*b?x=1", True),
        ("s3://bucket/a?c", True),
        # Names of servers and buckets, and queries, are no globs.
        ("https://[::1]/x.fits", False),
        ("https://[/x.fits", False),
        ("https://host/a?x=[", False),
        ("s3://b*", False),
    ],
)
def test_globs_are_those_of_paths(text: str, is_glob: bool) -> None:
    assert has_magic(address_of(text)) is is_glob

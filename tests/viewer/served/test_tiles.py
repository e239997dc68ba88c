"""Tiles of parent images over HTTP, of pages that carry their data and of those that ask."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.atlases import make_atlas, nebula
from helpers.originals import Given
from helpers.plots import empty_plots
from helpers.served import MOST_INSIDE, Served, index_of
from numpy.typing import NDArray
from PIL import Image as PillowImage

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import AtlasError
from hubble_dash.viewer.deep.written import FullImages
from hubble_dash.viewer.served.builds import inline_data, key_of, share
from hubble_dash.viewer.served.routes import prepare_server
from hubble_dash.viewer.served.server import dashboard
from hubble_dash.viewer.serving.signing import sign_in

GONE = "the file is no longer there"


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    return [nebula(seed, (600, 900)) for seed in range(2)]


@pytest.fixture(scope="module")
def given(pictures: list[NDArray[np.uint8]]) -> Given:
    return Given(pictures, {1: GONE})


@pytest.fixture(scope="module")
def deep_atlas(
    pictures: list[NDArray[np.uint8]], tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    path = tmp_path_factory.mktemp("tiles") / "deep.atlas"
    return make_atlas(path, pictures=pictures, size=150, step=150, shrunk=4)


@pytest.fixture(scope="module")
def tiled(deep_atlas: Atlas, given: Given) -> Iterator[Served]:
    server = Served(
        {
            "inside": lambda: dashboard(deep_atlas, originals=given),
            "large": lambda: dashboard(deep_atlas, originals=given, most_inside=MOST_INSIDE),
            "plain": lambda: dashboard(deep_atlas),
        }
    )
    yield server
    server.stop()


@pytest.mark.parametrize("name", ["inside", "large"])
def test_a_page_is_told_of_tiles_and_gets_them(
    tiled: Served, pictures: list[NDArray[np.uint8]], name: str
) -> None:
    with empty_plots():
        index = index_of(tiled, name)
    deep = index["deep"]
    # Of each image 2 x 2 at full size, 1 of half of it.
    assert (deep["n"], deep["side"], deep["overlap"]) == (10, 512, 1)
    if name == "inside":
        images = index["pieces"]["images/0"]["images"]
    else:
        body = tiled.get(f"{index['base']}data/images/0.js")[2].decode()
        images = json.loads(body[body.index(",") + 1 : -2])["images"]
    assert [image["levels"] for image in images] == [[0, 4], [5, 9]]
    status, headers, body = tiled.get(deep["url"].replace("{piece}", "3"))
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in headers["cache-control"]
    tile = np.asarray(PillowImage.open(io.BytesIO(body))).astype(int)
    assert np.abs(tile - pictures[0][511:, 511:]).mean() < 3


def test_an_image_that_is_gone_is_told_in_words_and_may_come_back(
    tiled: Served, given: Given, caplog: pytest.LogCaptureFixture
) -> None:
    with empty_plots():
        url = index_of(tiled, "inside")["deep"]["url"]
    with caplog.at_level(logging.WARNING):
        status, headers, body = tiled.get(url.replace("{piece}", "5"))
    assert (status, body.decode()) == (410, f"{GONE}\n")
    assert headers["content-type"].startswith("text/plain")
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers
    assert not any(record.exc_info for record in caplog.records)
    del given.missing[1]
    assert tiled.get(url.replace("{piece}", "5"))[0] == 200
    given.missing[1] = GONE


@pytest.mark.parametrize("path", ["deep/10.jpg", "deep/-1.jpg", "deep/0.png", "deep/0"])
def test_nothing_else_is_there(tiled: Served, path: str) -> None:
    with empty_plots():
        base = index_of(tiled, "inside")["cosines"]
    assert tiled.get(base + path)[0] == 404


def test_a_page_without_originals_has_none(tiled: Served) -> None:
    with empty_plots():
        index = index_of(tiled, "plain")
    assert "deep" not in index
    assert tiled.get(f"{index['cosines']}deep/0.jpg")[0] == 404


def test_who_has_signed_in_sees_them_and_nobody_else(deep_atlas: Atlas, given: Given) -> None:
    share(deep_atlas, originals=given)
    key = key_of(deep_atlas, originals=given)
    options = {**sign_in("secret", None), "websocket_origin": ["archive.example"]}
    guarded = Served({"page": lambda: None}, prepare=prepare_server, **options)
    try:
        status, headers, _ = guarded.get(f"hubble-dash/{key}/deep/0.jpg")
        assert status == 302
        assert headers["location"].startswith("/behind/a/proxy/login")
        stranger = {"Host": "evil.example"}
        assert guarded.get(f"hubble-dash/{key}/deep/0.jpg", **stranger)[0] == 403
    finally:
        guarded.stop()


def test_an_atlas_whose_settings_are_not_known_is_served_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    atlas = make_atlas(tmp_path / "x.atlas", pictures=[nebula(1)], shrunk=2, limit=9)

    def unknown(_: Atlas) -> FullImages:
        raise AtlasError("the settings of this atlas are not known here")

    with caplog.at_level(logging.WARNING):
        assert "deep" not in json.loads(inline_data(atlas, originals=unknown).text)
    assert "not seen with all their pixels: the settings" in caplog.text


def test_a_page_with_tiles_has_other_addresses(deep_atlas: Atlas, given: Given) -> None:
    assert key_of(deep_atlas) != key_of(deep_atlas, originals=given)
    shared = share(deep_atlas, originals=given)
    assert share(deep_atlas) is not shared
    # Whatever gives the images, as a script may make anew for each session.
    assert share(deep_atlas, originals=lambda atlas: given(atlas)) is shared

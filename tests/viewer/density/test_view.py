"""The density of the map against NumPy's histograms, and what a browser may ask for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hubble_dash.viewer.colors.columns import MISSING, OTHER, ColorColumn
from hubble_dash.viewer.colors.palette import PALETTE
from hubble_dash.viewer.colors.points import own_colors
from hubble_dash.viewer.density.tile_images import MIN_ALPHA
from hubble_dash.viewer.density.view import PER_BLOCK, Density, View
from hubble_dash.viewer.planes.hilbert import hilbert_order

N = 5 * PER_BLOCK + 77
VIEWS = {
    "all": (-4.0, 4.0, -5.0, 5.0),
    "part": (0.2, 0.9, -1.5, -0.3),
    "corner": (1.0, 30.0, 1.0, 30.0),
}


def make_pieces(rng: np.random.Generator) -> Any:
    positions = rng.normal(size=(N, 2)).astype(np.float32)
    positions.flags.writeable = False
    number = rng.integers(0, 255, N).astype(np.uint8)
    number[rng.random(N) < 0.3] = MISSING
    category = rng.choice(np.array([0, 1, OTHER, MISSING], np.uint8), N)
    return SimpleNamespace(
        atlas=SimpleNamespace(positions=positions),
        places=SimpleNamespace(row_at=hilbert_order(*positions.T)),
        mean_colors=rng.integers(0, 256, (N, 3)).astype(np.uint8),
        colors=[
            ColorColumn({"name": "z", "kind": "number"}, number),
            ColorColumn({"name": "class", "kind": "category"}, category),
        ],
    )


@pytest.fixture(scope="module")
def pieces() -> Any:
    return make_pieces(np.random.default_rng(7))


@pytest.fixture(scope="module")
def density(pieces: Any) -> Density:
    return Density(pieces)


def histogram(pieces: Any, view: View, weights: Any = None) -> Any:
    """Row 0 at the bottom, in double precision."""
    x, y = pieces.atlas.positions.astype(float).T
    bins = [
        np.linspace(view.bottom, view.top, view.height + 1),
        np.linspace(view.left, view.right, view.width + 1),
    ]
    return np.histogram2d(y, x, bins=bins, weights=weights)[0]


def view_of(name: str, color: int | str) -> View:
    return View(*VIEWS[name], 61, 47, color)


def filled(layers: dict[str, Any], name: str) -> Any:
    return np.where(layers["count"] > 0, layers[name], 0)


@pytest.mark.parametrize("name", VIEWS)
def test_counts_are_those_of_a_histogram(density: Density, pieces: Any, name: str) -> None:
    view = view_of(name, "count")
    expected = histogram(pieces, view)
    assert expected.sum() > 100
    np.testing.assert_array_equal(density.aggregate(view)["count"], expected)


@pytest.mark.parametrize("name", ["all", "part"])
def test_sums_of_colours_and_numbers(density: Density, pieces: Any, name: str) -> None:
    own = density.aggregate(view_of(name, "own"))
    rgb = own_colors(pieces.mean_colors)
    for channel, values in zip("rgb", rgb.T, strict=True):
        expected = histogram(pieces, view_of(name, "own"), values)
        np.testing.assert_allclose(filled(own, channel), expected)
    codes = pieces.colors[0].codes
    number = density.aggregate(view_of(name, 0))
    known = histogram(pieces, view_of(name, 0), codes != MISSING)
    total = histogram(pieces, view_of(name, 0), np.where(codes == MISSING, 0, codes / 254))
    np.testing.assert_array_equal(filled(number, "known"), known)
    np.testing.assert_allclose(filled(number, "value"), total, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(number["count"], histogram(pieces, view_of(name, 0)))


def test_a_view_without_points_is_empty(density: Density) -> None:
    picture = density.picture(View(50.0, 51.0, 50.0, 51.0, 20, 10, "own"))
    assert picture.shape == (10, 20, 4)
    assert not picture.any()


def rgb_of(color: str) -> list[int]:
    return list(bytes.fromhex(color[1:]))


def test_a_lone_point_is_a_dot_of_its_colour_where_it_lies() -> None:
    pieces = make_pieces(np.random.default_rng(1))
    pieces.atlas.positions = np.array([[0.25, 0.75]], np.float32)
    pieces.places.row_at = np.zeros(1, np.int32)
    pieces.colors = [ColorColumn({"kind": "category"}, np.array([1], np.uint8))]
    picture = Density(pieces).picture(View(0.0, 1.0, 0.0, 1.0, 40, 20, 0))
    rows, columns = np.nonzero(picture[..., 3])
    # row 0 is at the bottom
    assert (columns.mean(), rows.mean()) == (10, 15)
    assert 5 <= len(rows) <= 25
    assert picture[15, 10].tolist() == [*rgb_of(PALETTE["categories"][1]), 255]


def test_colours_of_a_crowd(density: Density, pieces: Any) -> None:
    """Where all are in view no dots are needed: a pixel has the mean colour of its points."""
    view = View(-1.0, 1.0, -1.0, 1.0, 30, 30, 1)
    picture = density.picture(view)
    count = histogram(pieces, view)
    assert (picture[..., 3] >= MIN_ALPHA)[count > 0].all()
    assert picture[..., 3][count == count.max()].min() == 255
    colors = np.tile(rgb_of(PALETTE["none"]), (256, 1))
    colors[:10] = [rgb_of(color) for color in PALETTE["categories"]]
    painted = colors[pieces.colors[1].codes]
    for channel in range(3):
        total = histogram(pieces, view, painted[:, channel])
        mean = total[count > 0] / count[count > 0]
        np.testing.assert_allclose(picture[..., channel][count > 0], mean, atol=0.51)


def test_unknown_numbers_are_grey(pieces: Any) -> None:
    unknown = SimpleNamespace(**vars(pieces))
    codes = np.full(N, MISSING, np.uint8)
    unknown.colors = [ColorColumn({"kind": "number"}, codes)]
    picture = Density(unknown).picture(View(-1.0, 1.0, -1.0, 1.0, 10, 10, 0))
    assert (picture[..., :3] == rgb_of(PALETTE["none"])).all()


GOOD = {
    "left": [-1], "right": [2.5], "bottom": [0], "top": [1], "width": [300], "height": [200],
    "color": ["own"],
}  # fmt: skip


def test_a_view_is_read() -> None:
    assert View.read(GOOD, 2) == View(-1.0, 2.5, 0.0, 1.0, 300, 200, "own")
    assert View.read({**GOOD, "color": [1]}, 2) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"color": [2]}, {"color": [-1]}, {"color": ["z"]}, {"color": [True]}, {"color": [[1]]},
        {"color": [None]}, {"color": []}, {"width": [0]}, {"height": [1_000_000]},
        {"width": ["wide"]}, {"left": [3]}, {"top": [float("nan")]}, {"right": [float("inf")]},
        {"bottom": None}, {"width": [float("inf")]},
    ],
    ids=str,
)  # fmt: skip
def test_nonsense_from_a_browser_is_no_view(change: dict[str, Any]) -> None:
    assert View.read({**GOOD, **change}, 2) is None


def test_a_view_needs_all_its_columns() -> None:
    assert View.read({}, 2) is None

"""The user's own vectors and map in a build: no row goes to another cutout."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.atlases import brute_force
from helpers.images import flux_image, make_fits, make_picture
from helpers.precomputed import as_columns, as_lists, build_of, pictures, save, vectors

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.builder import build as pipeline
from hubble_dash.builder.catalogs.precomputed import PrecomputedRows, PrecomputedVectors
from hubble_dash.builder.fingerprints.fingerprinter import NO_PIXELS, Cutout, Fingerprinter
from hubble_dash.builder.fingerprints.precomputed import PrecomputedFingerprints
from hubble_dash.builder.inputs import Blocks
from hubble_dash.cli.main import main
from hubble_dash.errors import BuildError, WeightsError
from hubble_dash.methods.provenance import provenance
from hubble_dash.viewer.data.orders import HilbertOrder
from hubble_dash.viewer.data.pieces import Pieces
from hubble_dash.viewer.data.schema import ThumbnailsIndex
from hubble_dash.viewer.page import TEMPLATE, make_page, page_data

PCA = hd.MapSettings(method="pca")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither weights are looked for nor a network is made."""
    monkeypatch.setattr("hubble_dash.builder.models.weights.find_weights", None)
    monkeypatch.setattr("hubble_dash.builder.fingerprints.loading.load_network", None)


def test_vectors_are_looked_up_in_any_order(tmp_path: Path) -> None:
    own = vectors(9)
    found = PrecomputedVectors(save(tmp_path / "v.npy", own), "fingerprints")
    rows = PrecomputedRows(found, hd.SlidingWindow(), [], None)
    fingerprinter: Fingerprinter = PrecomputedFingerprints(rows, cutouts_a_batch=3)
    order = [4, 1, 8, 0, 3, 2, 7]
    given = [Cutout(NO_PIXELS, 9, precomputed_rows=(row, 99)) for row in order]
    batches = list(fingerprinter.stream(iter(given)))
    assert [cutout for some, _ in batches for cutout in some] == given
    assert [len(some) for some, _ in batches] == [3, 3, 1]
    joined = np.concatenate([batch.fingerprints for _, batch in batches])
    np.testing.assert_array_equal(joined, own[order])
    assert joined.dtype == np.float32
    for some, batch in batches:
        assert (batch.labels == -1).all()
        assert batch.labels.shape == batch.scores.shape == (len(some), 5)


@pytest.mark.usefixtures("no_network")
def test_vectors_and_map_of_whole_images_in_order(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 12, blank=(0, 5))
    files[3].write_bytes(b"broken")
    own, places = vectors(12).astype(np.float64), vectors(12, 2, seed=2) * 1e3
    save(tmp_path / "own.npy", own)
    atlas = build_of(
        files,
        tmp_path / "x.atlas",
        fingerprints=tmp_path / "own.npy",
        positions=save(tmp_path / "map.npy", places),
    )
    kept = [i for i in range(12) if i not in (0, 3, 5)]
    assert atlas.images["name"].tolist() == [f"p{i}.png" for i in kept]
    np.testing.assert_allclose(atlas.fingerprints, own[kept], rtol=1e-3)
    np.testing.assert_array_equal(atlas.positions, places[kept])
    rows, similarities = brute_force(np.asarray(atlas.fingerprints), len(kept) - 1)
    np.testing.assert_allclose(atlas.neighbors.similarities, similarities, atol=2e-6)
    assert (atlas.neighbors.rows == rows).mean() > 0.95
    assert "label_1" not in atlas.cutouts
    model = atlas.manifest["model"]
    checksum = hashlib.sha256((tmp_path / "own.npy").read_bytes()).hexdigest()
    assert (model["name"], model["weights_source"]) == ("own.npy", "given")
    assert model["weights_sha256"] == checksum
    assert atlas.manifest["map"] == {
        "method": "given",
        "file": "map.npy",
        "sha256": hashlib.sha256((tmp_path / "map.npy").read_bytes()).hexdigest(),
        "matched": "order",
    }
    assert "timm" not in atlas.manifest["versions"]
    assert atlas.check() == []
    # p10 comes after p9, and not after p1.
    assert any("not alphabetical" in note for note in atlas.manifest["notes"]) == (
        sorted(files) != files
    )


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("n", [3, 5])
def test_another_number_of_rows_is_refused(tmp_path: Path, n: int) -> None:
    files = pictures(tmp_path / "in", 4, blank=(1,))
    own = save(tmp_path / "own.npy", vectors(n))
    text = rf"own.npy has {n} rows, and there are 4 "
    with pytest.raises(BuildError, match=text + "images"):
        build_of(files, tmp_path / "x.atlas", fingerprints=own)
    windows = hd.SlidingWindow(size=20, step=20)
    with pytest.raises(BuildError, match=rf"own.npy has {n} rows, and there are 24 cutouts"):
        build_of(files, tmp_path / "x.atlas", fingerprints=own, cutouts=windows)
    assert not list(tmp_path.glob("x.atlas*"))


@pytest.mark.usefixtures("no_network")
def test_names_find_their_images_in_any_order(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 5, blank=(2,))
    own, order = vectors(6), [4, 2, 0, 5, 1, 3]
    names = np.array([f"elsewhere/p{i}" for i in order])
    names[2] = "in/p0.png"
    np.savez(tmp_path / "own.npz", vectors=own[order], names=names)
    atlas = build_of(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.npz")
    np.testing.assert_allclose(atlas.fingerprints, own[[0, 1, 3, 4]], rtol=1e-3)
    assert "1 rows of own.npz are of no image here." in atlas.manifest["notes"]
    with pytest.raises(BuildError, match=r"own.npz has 0 rows for .*q.png, and there are 1"):
        build_of(
            [*files, make_picture(tmp_path / "q.png", flux_image().astype(np.uint8))],
            tmp_path / "y.atlas",
            fingerprints=tmp_path / "own.npz",
        )


@pytest.mark.usefixtures("no_network")
def test_a_name_that_may_mean_two_images_is_of_neither(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 2)
    pd.DataFrame({"file": ["p0.png", "p0.png", "p1.png"], "f": [1.0, 2, 3]}).to_parquet(
        tmp_path / "own.parquet"
    )
    with pytest.raises(BuildError, match=r"has 2 rows for .*p0.png, and there are 1 cutouts"):
        build_of(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")


@pytest.mark.slow
@pytest.mark.usefixtures("no_network")
def test_a_row_is_of_one_image_alone(tmp_path: Path) -> None:
    files = [*pictures(tmp_path / "a", 2), *pictures(tmp_path / "b", 1)]
    as_columns(tmp_path / "own.parquet", vectors(2), ["p0.png", "p1.png"])
    with pytest.raises(BuildError, match=r"row 0 of .* fits several cutouts; name each image by"):
        build_of(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")
    as_columns(tmp_path / "own.parquet", vectors(3), ["b/p0.png", "a/p0.png", "p1.png"])
    atlas = build_of(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")
    np.testing.assert_allclose(atlas.fingerprints, vectors(3)[[1, 2, 0]], rtol=1e-3)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("named", [False, True])
def test_windows_drop_the_rows_of_those_left_out(tmp_path: Path, named: bool) -> None:
    files = pictures(tmp_path / "in", 3)
    half = np.zeros((40, 60), np.uint8)
    half[:, 20:40] = np.arange(20)
    make_picture(files[1], half)
    windows = hd.SlidingWindow(size=20, step=20, cover_edges=False)
    # 2 x 2 windows of the first and the last, 2 x 3 of the second, four of which are blank.
    own = vectors(14)
    kept = [0, 1, 2, 3, 5, 8, 10, 11, 12, 13]
    if named:
        # The rows of another image stand before those of the first.
        order = [*range(10, 14), *range(10)]
        names = ["p2.png"] * 4 + ["p0.png"] * 4 + ["p1.png"] * 6
        as_columns(tmp_path / "own", own[order], names)
    else:
        save(tmp_path / "own", own)
    atlas = build_of(
        files, tmp_path / "x.atlas", fingerprints=tmp_path / "own", cutouts=windows,
        blocks=Blocks(vectors_a_batch=4),
    )  # fmt: skip
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 4}
    np.testing.assert_allclose(atlas.fingerprints, own[kept], rtol=1e-3)
    matched = dict(provenance(atlas))["Fingerprints"]
    assert matched.startswith("as given, 7 long, rows by name" if named else "as given, 7 long, ")


@pytest.mark.slow
@pytest.mark.usefixtures("no_network")
def test_rows_of_a_catalogue(tmp_path: Path) -> None:
    make_fits(tmp_path / "a.fits", flux_image((100, 120)))
    (tmp_path / "c.csv").write_text("x,y\n60,50\n5000,9\n30,40\n80,70\n")
    own = vectors(4)
    settings: dict[str, Any] = {"cutouts": hd.CatalogPositions(size=16)}
    settings |= {"catalog": tmp_path / "c.csv"}
    atlas = build_of(
        tmp_path / "a.fits",
        tmp_path / "x.atlas",
        fingerprints=save(tmp_path / "own.npy", own),
        **settings,
    )
    np.testing.assert_allclose(atlas.fingerprints, own[[0, 2, 3]], rtol=1e-3)
    with pytest.raises(BuildError, match=r"own.npy has 3 rows, and there are 4 rows in .*c.csv"):
        build_of(
            tmp_path / "a.fits",
            tmp_path / "y.atlas",
            fingerprints=save(tmp_path / "own.npy", own[:3]),
            **settings,
        )
    make_fits(tmp_path / "b.fits", flux_image((100, 120), seed=2))
    with pytest.raises(
        BuildError, match=r"row 0 of .*own.npy fits several cutouts; name the catalogue"
    ):
        build_of(
            [tmp_path / "a.fits", tmp_path / "b.fits"],
            tmp_path / "y.atlas",
            fingerprints=save(tmp_path / "own.npy", own),
            **settings,
        )
    as_columns(tmp_path / "own.parquet", own, ["a.fits", "a.fits", "b.fits", "a.fits"])
    with pytest.raises(BuildError, match=r"the rows cut from .*a.fits have another name there"):
        build_of(
            tmp_path / "a.fits",
            tmp_path / "y.atlas",
            fingerprints=tmp_path / "own.parquet",
            **settings,
        )


def test_a_map_beside_a_network(
    quick_build: Callable[..., Atlas], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "lay_out", None)
    files = pictures(tmp_path / "in", 12, blank=(4,))
    places = vectors(12, 2)
    atlas = quick_build(
        files, tmp_path / "x.atlas", positions=save(tmp_path / "map.npy", places),
        map=hd.MapSettings(),
    )  # fmt: skip
    np.testing.assert_array_equal(atlas.positions, np.delete(places, 4, axis=0))
    assert atlas.manifest["model"]["name"] == "test_resnet"


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("scale", [1e-30, 1e-7, 1.0, 1e5, 1e30, 1e200])
def test_cosines_do_not_mind_how_large_vectors_are(tmp_path: Path, scale: float) -> None:
    files = pictures(tmp_path / "in", 6)
    own = vectors(6).astype(np.float64) - 1
    own[2] *= 1e-6
    atlas = build_of(
        files, tmp_path / "x.atlas", fingerprints=save(tmp_path / "own.npy", own * scale)
    )
    assert np.isfinite(atlas.fingerprints).all()
    _, similarities = brute_force(own, 5)
    np.testing.assert_allclose(atlas.neighbors.similarities, similarities, atol=1e-3)


@pytest.fixture
def own_atlas(tmp_path: Path, no_network: None) -> Atlas:  # noqa: ARG001 - wanted for what it does
    files = pictures(tmp_path / "in", 3)
    return build_of(
        files,
        tmp_path / "x.atlas",
        fingerprints=save(tmp_path / "zoobot.npy", vectors(3)),
        positions=save(tmp_path / "umap.npy", vectors(3, 2)),
    )


def test_page_and_provenance_say_what_it_is(own_atlas: Atlas) -> None:
    said = dict(provenance(own_atlas))
    checksum = own_atlas.manifest["model"]["weights_sha256"]
    assert said["Fingerprints"] == (
        "as given, 7 long, rows in the order of the cutouts; no network was run"
    )
    assert said["Vectors"] == f"zoobot.npy, SHA-256 {checksum}"
    assert said["Map"].startswith("positions as given in umap.npy, SHA-256 ")
    assert "Model" not in said
    assert not any("timm" in text for text in said.values())
    thumbnails: ThumbnailsIndex = {
        "size": 96, "columns": 1, "rows": 1, "by": "row", "url": "{piece}",
    }  # fmt: skip
    data = page_data(Pieces(own_atlas, HilbertOrder()).index(thumbnails))
    variables = make_page(own_atlas, data).variables
    assert (variables["model"], variables["weights"]) == ("zoobot.npy", "fingerprints as given")
    assert variables["map_method"] == "given"
    assert '{% if map_method == "given" %}positions as given' in TEMPLATE


def test_no_other_image_can_be_compared(own_atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"were given in zoobot.npy, so that no network"):
        hd.fingerprint_image(own_atlas, tmp_path / "in" / "p0.png")
    query = vectors(3)[1]
    assert own_atlas.similar(query, n=1).rows.tolist() == [1]


def test_settings_that_would_do_nothing() -> None:
    own: dict[str, Any] = {"fingerprints": "own.npy"}
    with pytest.raises(ValueError, match="quality would do nothing beside fingerprints"):
        hd.BuildSettings(quality="best", **own)
    with pytest.raises(ValueError, match="map would do nothing beside positions"):
        hd.BuildSettings(positions="map.npy", map=PCA)
    assert hd.BuildSettings(map=PCA, model="auto", **own).fingerprints == "own.npy"


REFUSED = [
    *(
        (["--fingerprints", "own.npy"], [option, value])
        for option, value in {
            "--model": "auto", "--weights": "w.pth", "--quality": "plain", "--engine": "auto",
            "--precision": "auto", "--features": "pooled", "--device": "auto", "--batch-size": "32",
        }.items()
    ),
    *(
        (["--positions", "map.npy"], [option, value])
        for option, value in {
            "--map": "tsne", "--perplexity": "30", "--n-neighbors": "9", "--random-state": "0",
        }.items()
    ),
]  # fmt: skip


@pytest.mark.parametrize(("own", "beside"), REFUSED, ids=[beside[0] for _, beside in REFUSED])
def test_the_command_names_both_options(
    own: list[str], beside: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["build", str(tmp_path), "--out", str(tmp_path / "x.atlas"), *own, *beside]
    assert main(words) == 2
    message = capsys.readouterr().err
    assert message == f"hubble-dash: {beside[0]} would do nothing beside {own[0]}\n"


@pytest.mark.usefixtures("no_network")
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures(tmp_path / "in", 4)
    as_lists(tmp_path / "own.parquet", vectors(4), [f"p{i}.png" for i in (3, 1, 0, 2)])
    out = tmp_path / "x.atlas"
    words = ["build", str(tmp_path / "in"), "--out", str(out), "--map", "pca"]
    assert main([*words, "--fingerprints", str(tmp_path / "own.parquet")]) == 0
    printed = capsys.readouterr().out
    assert "as given, 7 long, rows by name of the image; no network was run" in printed
    np.testing.assert_allclose(hd.open_atlas(out).fingerprints, vectors(4)[[2, 1, 3, 0]], rtol=1e-3)
    assert json.loads((out / "manifest.json").read_text())["model"]["features"] == "given"
    assert main(["similar", str(out), "--image", str(tmp_path / "in" / "p0.png")]) == 1
    assert "were given in own.parquet" in capsys.readouterr().err
    assert main([*words, "--overwrite", "--fingerprints", str(tmp_path / "none.npy")]) == 1
    assert "there is no such file" in capsys.readouterr().err

"""The user's own vectors and map: how files are read, and that no row goes to another cutout."""

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
from numpy.typing import NDArray

import hubble_dash as hd
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.atlas.provenance import provenance
from hubble_dash.builder import build as pipeline
from hubble_dash.builder.catalogs.vectors import read_vectors
from hubble_dash.builder.fingerprints import precomputed as given_module
from hubble_dash.builder.fingerprints.precomputed import Given
from hubble_dash.cli.main import main
from hubble_dash.errors import BuildError, WeightsError
from hubble_dash.viewer.page import TEMPLATE, make_page

PCA = hd.MapSettings(method="pca")


def vectors(n: int, d: int = 7, *, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(2, 1, (n, d)).astype(np.float32)


def pictures(folder: Path, n: int, *, blank: tuple[int, ...] = ()) -> list[Path]:
    """Pictures p0.png, p1.png, ...; some of them blank, which are left out."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(0)
    return [
        make_picture(
            folder / f"p{i}.png",
            np.full((40, 50), 9 * (i not in blank), np.uint8)
            * random.integers(1, 25, (40, 50), np.uint8),
        )
        for i in range(n)
    ]


def save(path: Path, values: NDArray[Any]) -> Path:
    """Write a matrix under that very name; NumPy adds an ending where there is none."""
    with path.open("wb") as file:
        np.save(file, values)
    return path


def save_several(path: Path, **arrays: Any) -> Path:
    with path.open("wb") as file:
        np.savez(file, **arrays)
    return path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither weights are looked for nor a network is made."""
    monkeypatch.setattr(pipeline, "find_weights", None)
    monkeypatch.setattr(pipeline, "load_network", None)


def build(inputs: Any, out: Path, **settings: Any) -> Atlas:
    usual: dict[str, Any] = {"progress": False}
    usual |= {} if "positions" in settings else {"map": PCA}
    return hd.build(inputs, out=out, **(usual | settings))


# --- files ----------------------------------------------------------------------------------------


def as_lists(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    table = pd.DataFrame({"vector": list(values)})
    (table if names is None else table.assign(filename=names)).to_parquet(path)


def as_columns(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    table = pd.DataFrame(values, columns=[f"feature_{i}" for i in range(values.shape[1])])
    (table if names is None else table.assign(path=pd.Categorical(names))).to_parquet(path)


def as_index(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    columns = [f"feature_{i}" for i in range(values.shape[1])]
    pd.DataFrame(values, columns=columns, index=names).to_parquet(path)


def as_npz(path: Path, values: NDArray[Any], names: list[str] | None) -> None:
    save_several(path, embedding=values, **({} if names is None else {"ids": names}))


@pytest.mark.parametrize("names", [None, ["b.png", "a.png", "c.png"]], ids=["order", "names"])
@pytest.mark.parametrize("write", [as_lists, as_columns, as_index, as_npz])
def test_files_are_told_apart_by_content(
    tmp_path: Path, write: Callable[..., None], names: list[str] | None
) -> None:
    values = vectors(3, 12)
    write(tmp_path / "v.data", values, names)
    found = read_vectors(tmp_path / "v.data")
    np.testing.assert_array_equal(found.values, values)
    assert found.names == names


def test_npy_is_mapped(tmp_path: Path) -> None:
    found = read_vectors(save(tmp_path / "v.npy", vectors(5).astype(">f8")))
    assert isinstance(found.values, np.memmap)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (np.arange(6).reshape(2, 3), r"holds int64 of shape \(2, 3\); it must hold floats"),
        (np.ones(6), r"shape \(6,\)"),
        (np.ones((0, 6)), r"shape \(0, 6\)"),
        (np.array([{}]), "cannot be read: .*Python objects"),
        (np.array([[1.0, 2], [np.nan, 1], [np.inf, 0], [0, 0]]), r"3 rows are .*\(rows 1, 2, 3\)"),
        (pd.DataFrame({"f": [1.0], "g": [2]}), "columns f, g; it must have"),
        (pd.DataFrame({"f": [1.0], "note": ["x"]}), "columns f, note"),
        (pd.DataFrame({"f": [1.0], "v": [[1.0, 2]]}), "columns f, v"),
        (pd.DataFrame({"RA": [1.0], "Dec": [2.0], "f": [1.0]}), "'RA' and 'Dec' are places"),
        (pd.DataFrame({"v": [[1.0, 2], [1.0]]}), "not all of one length"),
        (pd.DataFrame({"v": [[1.0, 2], None]}), "not all of one length"),
        (pd.DataFrame({"f": [1.0, None]}), r"1 rows are zero or not finite \(rows 1\)"),
        (pd.DataFrame({"f": [1.0, 2], "name": ["a", None]}), "rows without a name"),
        ({"a": np.ones((2, 2)), "b": np.ones((2, 2))}, "arrays a, b; it must hold one matrix"),
        ({"a": np.ones((2, 2)), "b": np.array(["x"])}, "1 names for 2 rows"),
        (b"", "neither .npy nor .npz nor Parquet"),
        (b"PAR1 but no more", "cannot be read"),
        (b"\x93NUMPY", "cannot be read"),
        (b"PK\x03\x04 no", "cannot be read"),
        (None, "there is no such file"),
    ],
)
def test_files_that_are_of_no_use(tmp_path: Path, content: Any, text: str) -> None:
    path = tmp_path / "v"
    match content:
        case np.ndarray():
            save(path, content)
        case pd.DataFrame():
            content.to_parquet(path)
        case dict():
            save_several(path, **content)
        case bytes():
            path.write_bytes(content)
    with pytest.raises(BuildError, match=text):
        Given(path, "fingerprints")


def test_a_map_has_two_columns_and_may_touch_the_origin(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="has 7 columns; positions have x and y"):
        Given(save(tmp_path / "v.npy", vectors(3)), "positions")
    assert len(Given(save(tmp_path / "p.npy", np.zeros((3, 2))), "positions")) == 3


# --- whole images ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
def test_vectors_and_map_of_whole_images_in_order(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 12, blank=(0, 5))
    files[3].write_bytes(b"broken")
    own, places = vectors(12).astype(np.float64), vectors(12, 2, seed=2) * 1e3
    save(tmp_path / "own.npy", own)
    atlas = build(
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
    assert "torch" not in atlas.manifest["versions"]
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
        build(files, tmp_path / "x.atlas", fingerprints=own)
    windows = hd.SlidingWindow(size=20, step=20)
    with pytest.raises(BuildError, match=rf"own.npy has {n} rows, and there are 24 cutouts"):
        build(files, tmp_path / "x.atlas", fingerprints=own, cutouts=windows)
    assert not list(tmp_path.glob("x.atlas*"))


@pytest.mark.usefixtures("no_network")
def test_names_find_their_images_in_any_order(tmp_path: Path) -> None:
    files = pictures(tmp_path / "in", 5, blank=(2,))
    own, order = vectors(6), [4, 2, 0, 5, 1, 3]
    names = np.array([f"elsewhere/p{i}" for i in order])
    names[2] = "in/p0.png"
    np.savez(tmp_path / "own.npz", vectors=own[order], names=names)
    atlas = build(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.npz")
    np.testing.assert_allclose(atlas.fingerprints, own[[0, 1, 3, 4]], rtol=1e-3)
    assert "1 rows of own.npz are of no image here." in atlas.manifest["notes"]
    with pytest.raises(BuildError, match=r"own.npz has 0 rows for .*q.png, and there are 1"):
        build(
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
        build(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")


@pytest.mark.usefixtures("no_network")
def test_a_row_is_of_one_image_alone(tmp_path: Path) -> None:
    files = [*pictures(tmp_path / "a", 2), *pictures(tmp_path / "b", 1)]
    as_columns(tmp_path / "own.parquet", vectors(2), ["p0.png", "p1.png"])
    with pytest.raises(BuildError, match=r"row 0 of .* fits several cutouts; name each image by"):
        build(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")
    as_columns(tmp_path / "own.parquet", vectors(3), ["b/p0.png", "a/p0.png", "p1.png"])
    atlas = build(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own.parquet")
    np.testing.assert_allclose(atlas.fingerprints, vectors(3)[[1, 2, 0]], rtol=1e-3)


# --- windows and catalogues -----------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("named", [False, True])
def test_windows_drop_the_rows_of_those_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    monkeypatch.setattr(given_module, "ROWS_A_BLOCK", 4)
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
    atlas = build(files, tmp_path / "x.atlas", fingerprints=tmp_path / "own", cutouts=windows)
    assert atlas.manifest["left_out"]["cutouts"] == {"blank": 4}
    np.testing.assert_allclose(atlas.fingerprints, own[kept], rtol=1e-3)
    matched = dict(provenance(atlas))["Fingerprints"]
    assert matched.startswith("as given, 7 long, rows by name" if named else "as given, 7 long, ")


@pytest.mark.usefixtures("no_network")
def test_rows_of_a_catalogue(tmp_path: Path) -> None:
    make_fits(tmp_path / "a.fits", flux_image((100, 120)))
    (tmp_path / "c.csv").write_text("x,y\n60,50\n5000,9\n30,40\n80,70\n")
    own = vectors(4)
    settings: dict[str, Any] = {"cutouts": hd.CatalogPositions(size=16)}
    settings |= {"catalog": tmp_path / "c.csv"}
    atlas = build(
        tmp_path / "a.fits",
        tmp_path / "x.atlas",
        fingerprints=save(tmp_path / "own.npy", own),
        **settings,
    )
    np.testing.assert_allclose(atlas.fingerprints, own[[0, 2, 3]], rtol=1e-3)
    with pytest.raises(BuildError, match=r"own.npy has 3 rows, and there are 4 rows in .*c.csv"):
        build(
            tmp_path / "a.fits",
            tmp_path / "y.atlas",
            fingerprints=save(tmp_path / "own.npy", own[:3]),
            **settings,
        )
    make_fits(tmp_path / "b.fits", flux_image((100, 120), seed=2))
    with pytest.raises(
        BuildError, match=r"row 0 of .*own.npy fits several cutouts; name the catalogue"
    ):
        build(
            [tmp_path / "a.fits", tmp_path / "b.fits"],
            tmp_path / "y.atlas",
            fingerprints=save(tmp_path / "own.npy", own),
            **settings,
        )
    as_columns(tmp_path / "own.parquet", own, ["a.fits", "a.fits", "b.fits", "a.fits"])
    with pytest.raises(BuildError, match=r"the rows cut from .*a.fits have another name there"):
        build(
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


# --- half precision -------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("scale", [1e-30, 1e-7, 1.0, 1e5, 1e30, 1e200])
def test_cosines_do_not_mind_how_large_vectors_are(tmp_path: Path, scale: float) -> None:
    files = pictures(tmp_path / "in", 6)
    own = vectors(6).astype(np.float64) - 1
    own[2] *= 1e-6
    atlas = build(files, tmp_path / "x.atlas", fingerprints=save(tmp_path / "own.npy", own * scale))
    assert np.isfinite(atlas.fingerprints).all()
    _, similarities = brute_force(own, 5)
    np.testing.assert_allclose(atlas.neighbors.similarities, similarities, atol=1e-3)


# --- what is said, and what is refused ------------------------------------------------------------


@pytest.fixture
def own_atlas(tmp_path: Path, no_network: None) -> Atlas:  # noqa: ARG001 - wanted for what it does
    files = pictures(tmp_path / "in", 3)
    return build(
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
    variables = make_page(own_atlas).variables
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


# --- centring by group ----------------------------------------------------------------------------


@pytest.fixture
def seen_twice(tmp_path: Path) -> tuple[list[Path], NDArray[np.float32], list[str]]:
    """What 24 cutouts look like, each half of them through an instrument that adds a constant."""
    instruments = ["ACS", "WFC3"] * 12
    files = [
        make_fits(tmp_path / f"f{i:02d}.fits", flux_image(seed=i), INSTRUME=instruments[i])
        for i in range(24)
    ]
    look = np.repeat(vectors(12, 9, seed=5), 2, axis=0) - 2
    own = look + np.where(np.array(instruments) == "ACS", 6.0, -4.0)[:, None]
    return files, own.astype(np.float32), instruments


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("source", ["header", "catalogue"])
def test_centring_by_a_column_takes_the_instrument_away(
    seen_twice: tuple[list[Path], NDArray[np.float32], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    monkeypatch.setattr("hubble_dash.builder.shards.fingerprint_file.ROWS_A_BLOCK", 5)
    files, own, instruments = seen_twice
    settings: dict[str, Any] = {"fingerprints": save(tmp_path / "own.npy", own)}
    plain = build(files, tmp_path / "plain.atlas", **settings)
    if source == "catalogue":
        lines = [f"f{i:02d}.fits,camera {name}" for i, name in enumerate(instruments)]
        (tmp_path / "c.csv").write_text("\n".join(["file,image", *lines]))
        settings |= {"catalog": tmp_path / "c.csv"}
    by = {"header": "INSTRUME", "catalogue": "image"}[source]
    atlas = build(files, tmp_path / "x.atlas", center_by=by, **settings)
    expected = own.astype(float)
    for name in ("ACS", "WFC3"):
        rows = np.array(instruments) == name
        expected[rows] -= expected[rows].mean(axis=0)
    np.testing.assert_allclose(atlas.fingerprints, expected, atol=4e-3)
    _, similarities = brute_force(expected, 23)
    np.testing.assert_allclose(atlas.neighbors.similarities, similarities, atol=2e-3)
    # The nearest is the same thing seen by the other instrument, which plainly it never is.
    partner = np.arange(24) ^ 1
    assert (atlas.neighbors.rows[:, 0] == partner).all()
    assert not (plain.neighbors.rows[:, :11] == partner[:, None]).any()
    assert atlas.manifest["center"] == {"by": by, "n_groups": 2}
    assert dict(provenance(atlas))["Centred"] == f"the mean of each {by} taken off, 2 groups"
    assert plain.manifest["center"] is None
    assert not (atlas.path / "mean.npy").exists()


def test_centring_by_file_of_a_network_s_fingerprints(
    quick_build: Callable[..., Atlas], tmp_path: Path
) -> None:
    files = pictures(tmp_path / "in", 3)
    settings: dict[str, Any] = {"cutouts": hd.SlidingWindow(size=20, step=10), "quality": "fast"}
    atlas = quick_build(files, tmp_path / "x.atlas", center_by="file", **settings)
    for image in range(3):
        own = np.asarray(atlas.fingerprints, float)[atlas.cutouts["image"] == image]
        assert abs(own.mean(axis=0)).max() < 2e-3 * abs(own).max()
    with pytest.raises(ValueError, match=r"is centred by file, and of another image no group"):
        hd.fingerprint_image(atlas, files[0])


@pytest.mark.usefixtures("no_network")
def test_groups_that_say_little_are_noted(tmp_path: Path) -> None:
    files = [make_fits(tmp_path / f"f{i}.fits", INSTRUME=name) for i, name in enumerate("AAB ")]
    own = save(tmp_path / "own.npy", vectors(4))
    atlas = build(files, tmp_path / "x.atlas", fingerprints=own, center_by="INSTRUME")
    notes = " ".join(atlas.manifest["notes"])
    assert "Of 3 groups by INSTRUME, 3 have fewer than 10 cutouts" in notes
    assert "1 cutouts have no INSTRUME" in notes
    mean = vectors(4).mean(axis=0)
    # Of a group of one, all the collection's mean is taken off.
    np.testing.assert_allclose(atlas.fingerprints[2], vectors(4)[2] - mean, atol=4e-3)
    np.testing.assert_allclose(atlas.fingerprints[0], -atlas.fingerprints[1], atol=4e-3)
    alone = build(files[:2], tmp_path / "y.atlas", center_by="INSTRUME", fingerprints=own_of(own))
    assert "All cutouts share one INSTRUME" in " ".join(alone.manifest["notes"])


def own_of(path: Path) -> Path:
    return save(path.with_name("two.npy"), np.load(path)[:2])


@pytest.mark.usefixtures("no_network")
def test_a_column_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.fingerprints.groups.LOOKED_AT", 2)
    for i in range(3):
        make_fits(tmp_path / f"f{i}.fits")
    (tmp_path / "c.csv").write_text("file,kind\nf0.fits,spiral\n")
    own = save(tmp_path / "own.npy", vectors(3))
    words = ["build", str(tmp_path / "f*.fits"), "--out", str(tmp_path / "x.atlas")]
    words += ["--fingerprints", str(own), "--catalog", str(tmp_path / "c.csv"), "--quiet"]
    assert main([*words, "--center-by", "CAMERA"]) == 2
    message = capsys.readouterr().err
    assert "center_by is 'CAMERA', and neither the catalogue nor the headers have" in message
    assert "there are: kind, file, " in message
    assert "INSTRUME" in message
    assert "--header-key" in message
    assert main([*words, "--center-by", "kind", "--map", "pca"]) == 0

"""Whole builds of images of servers, beside builds of the same files here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.images import make_fits
from helpers.precomputed import build_of, pictures, save, vectors
from helpers.servers import Fault, FileServer, serving

import hubble_dash as hd
from hubble_dash.atlas.sheets import SheetLayout
from hubble_dash.builder.inputs import Blocks
from hubble_dash.errors import BuildError, HubbleDashError

N = 6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    files = pictures(tmp_path / "here", N)
    with serving({f"/far/{file.name}": file.read_bytes() for file in files}) as made:
        yield made


def test_an_atlas_of_addresses_is_that_of_the_files(server: FileServer, tmp_path: Path) -> None:
    given = save(tmp_path / "v.npy", vectors(N))
    here = build_of(tmp_path / "here", tmp_path / "here.atlas", fingerprints=given)
    far = build_of(server.url("/far/"), tmp_path / "far.atlas", fingerprints=given)
    assert far.images["path"].tolist() == [server.url(f"/far/p{i}.png") for i in range(N)]
    assert far.images["name"].tolist() == here.images["name"].tolist()
    assert far.manifest["settings"]["inputs"] == ["far"]
    assert far.image_files is not None
    assert far.image_files.equals(here.image_files)
    assert far.cutouts.equals(here.cutouts)
    for name in ("fingerprints", "positions", "colors"):
        assert np.array_equal(getattr(far, name), getattr(here, name))
    sheet, other = (atlas.sheet_path(0).read_bytes() for atlas in (far, here))
    assert sheet == other
    # Of each picture one request for its size, and one for the rest.
    assert server.requests.total() == 2 * N + 1


def test_a_bad_address_is_listed_and_the_rest_goes_on(server: FileServer, tmp_path: Path) -> None:
    server.files["/far/p1.png"] = b"<html>log in</html>"
    server.faults["/far/p3.png"] = Fault(503)
    given = save(tmp_path / "v.npy", vectors(N))
    lines = [server.url(f"/far/p{i}.png?token=secret") for i in range(N)]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    atlas = build_of(f"@{tmp_path / 'list.txt'}", tmp_path / "a.atlas", fingerprints=given)
    assert len(atlas) == N - 2
    files = atlas.manifest["left_out"]["files"]
    left_out = {Path(one["path"]).name: one["reason"] for one in files}
    assert left_out["p1.png"].startswith("the server sent a web page")
    assert left_out["p3.png"].startswith("the server answers 503 (Service Unavailable)")
    assert any("signatures in addresses are not kept" in note for note in atlas.manifest["notes"])
    for file in (tmp_path / "a.atlas").rglob("*"):
        assert file.is_dir() or b"secret" not in file.read_bytes()
    with pytest.raises(BuildError, match="of 6 files cannot be read"):
        build_of(
            f"@{tmp_path / 'list.txt'}",
            tmp_path / "b.atlas",
            fingerprints=given,
            max_unreadable=0.1,
        )


def test_a_catalogue_names_the_images_by_addresses(server: FileServer, tmp_path: Path) -> None:
    table = pd.DataFrame({"url": [server.url(f"/far/p{i}.png") for i in range(N)], "z": range(N)})
    table.to_csv(tmp_path / "c.csv", index=False)
    atlas = build_of(
        [], tmp_path / "a.atlas", fingerprints=save(tmp_path / "v.npy", vectors(N)),
        catalog=tmp_path / "c.csv", catalog_columns=hd.CatalogColumns(path="url"),
    )  # fmt: skip
    assert atlas.cutouts["z"].tolist() == [*range(N)]
    # The same table beside files that are here.
    here = build_of(
        tmp_path / "here", tmp_path / "b.atlas", fingerprints=tmp_path / "v.npy",
        catalog=tmp_path / "c.csv", catalog_columns=hd.CatalogColumns(path="url"),
    )  # fmt: skip
    assert here.cutouts["z"].tolist() == [*range(N)]


def test_an_interrupted_build_goes_on_unless_a_file_has_changed(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"file": [f"p{i}.png" for i in range(N)]}
    given = tmp_path / "v.csv"
    pd.DataFrame(names).join(pd.DataFrame(vectors(N))).to_csv(given, index=False)
    addresses = [server.url(f"/far/p{i}.png") for i in range(N)]
    blocks = Blocks(SheetLayout(columns=2, rows=1), cutouts_a_shard=2)

    def build() -> hd.Atlas:
        return build_of(addresses, tmp_path / "a.atlas", fingerprints=given, blocks=blocks)

    with monkeypatch.context() as patch:
        patch.setattr("hubble_dash.builder.build.lay_out", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build()
    server.requests.clear()
    before = server.files["/far/p2.png"]
    server.files["/far/p2.png"] = before + b"\0"
    with pytest.raises(BuildError, match=r"1 of the files is changed .*p2\.png"):
        build()
    server.files["/far/p2.png"] = before
    assert len(build()) == N
    assert not any(method == "GET" for method, _ in server.requests)


@pytest.mark.slow
def test_cutouts_of_a_large_image_are_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.files.content.MIN_BYTES_IN_PARTS", 100_000)
    monkeypatch.setattr("hubble_dash.builder.remote.ranges.BLOCK", 2048)
    monkeypatch.setattr("hubble_dash.builder.cutouts.display.FAR_SIDE", 64)
    flux = np.random.default_rng(3).normal(size=(1000, 1000)).astype(np.float32)
    file = make_fits(tmp_path / "a.fits", flux)
    pd.DataFrame({"x": [200, 700], "y": [300, 800]}).to_csv(tmp_path / "c.csv", index=False)
    told = {
        "fingerprints": save(tmp_path / "v.npy", vectors(2)), "catalog": tmp_path / "c.csv",
        "cutouts": hd.CatalogPositions(size=50), "stretch": hd.Stretch(per="cutout"),
    }  # fmt: skip
    here = build_of(file, tmp_path / "here.atlas", **told)
    with serving({"/a.fits": file.read_bytes()}) as server:
        far = build_of(server.url("/a.fits"), tmp_path / "far.atlas", **told)
        assert server.sent["/a.fits"] < 0.25 * file.stat().st_size
    assert far.cutouts.equals(here.cutouts)
    assert np.array_equal(far.colors, here.colors)
    assert far.image_files is not None
    assert far.image_files["bytes"].tolist() == [file.stat().st_size]
    assert far.image_files["sha256"].isna().all()
    assert far.check() == []


def test_an_atlas_is_not_written_to_a_server(tmp_path: Path) -> None:
    pictures(tmp_path / "here", 2)
    for out in ("s3://bucket/a.atlas", "https://host/a.atlas"):
        with pytest.raises(HubbleDashError, match=r"is an address; atlases, .* lie on this"):
            hd.build(tmp_path / "here", out=out)

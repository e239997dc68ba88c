"""The command line: every command, what it prints where, and its exit status."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.coordinates import SkyCoord
from helpers.atlases import brute_force, nebula
from helpers.images import flux_image, make_fits, make_picture

from hubble_dash.atlas.atlas import Atlas, open_atlas
from hubble_dash.cli import build as cli_build
from hubble_dash.cli import main as cli
from hubble_dash.cli.main import main

COMMANDS = ["build", "export", "serve", "info", "similar", "evaluate", "demo"]
Capture = pytest.CaptureFixture[str]


def status(*argv: object) -> int:
    """Run a command; argparse leaves by itself."""
    try:
        return main([str(word) for word in argv])
    except SystemExit as leaving:
        return int(leaving.code or 0)


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    parser = cli._parser()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    yield from commands.choices.items()


# --- help -----------------------------------------------------------------------------------------


def test_all_commands_are_tested() -> None:
    assert [name for name, _ in parsers()] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_all_and_shows_an_example(command: str, capsys: Capture) -> None:
    parser = dict(parsers())[command]
    assert all(action.help for action in parser._actions)
    assert status(command, "--help") == 0
    text = capsys.readouterr().out
    assert f"example:\n  hubble-dash {command} " in text
    for action in parser._actions:
        assert all(option in text for option in action.option_strings)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_understood(command: str) -> None:
    parser = cli._parser()
    example = dict(parsers())[command].epilog or ""
    lines = re.findall(r"hubble-dash (.*)", example.replace("\\\n", " "))
    assert lines
    for line in lines:
        words = re.findall(r'"[^"]*"|\'[^\']*\'|\S+', line)
        options = parser.parse_args([word.strip("\"'") for word in words])
        if command == "build":
            cli_build._refuse_what_does_nothing(options)


def test_help_and_version_of_the_whole(capsys: Capture) -> None:
    assert status("--help") == 0
    assert all(f"\n    {name} " in capsys.readouterr().out or name for name in COMMANDS)
    assert status("--version") == 0
    assert re.fullmatch(r"hubble-dash \d+\.\d+\.\d+\n", capsys.readouterr().out)
    assert status() == 2


def test_defaults_in_the_help_are_those_of_the_settings(capsys: Capture) -> None:
    status("build", "--help")
    text = " ".join(capsys.readouterr().out.split())
    for wanted in ("noise (3.0)", "that make one (25)", "number of neighbours (30.0)", "(99.5)"):
        assert wanted in text


# --- build ----------------------------------------------------------------------------------------


@pytest.fixture
def build_words(small_weights: Path) -> list[object]:
    return ["--model", "test_resnet", "--weights", small_weights, "--device", "cpu"]


def test_build_with_many_options(
    tmp_path: Path, build_words: list[object], capsys: Capture
) -> None:
    make_fits(tmp_path / "a.fits", flux_image((90, 120)))
    (tmp_path / "c.csv").write_text("where;alpha_h;delta;type\na.fits;10.75;-59.87;nebula\n")
    out = tmp_path / "x.atlas"
    words: list[object] = [
        *("--title", "A <tilted> field", "--cutouts", "window", "--size", 40, "--step", 20),
        *("--no-cover-edges", "--min-valid", 0.9, "--hdu", "SCI", "--plane", 0),
        *("--process-images", "rescale-intensity:1,99", "--process-images", "flip-lr"),
        *("--process-cutouts", "grayscale", "--process-cutouts", "resize:32x48"),
        *("--catalog", tmp_path / "c.csv", "--path-column", "where", "--ra-column", "alpha_h"),
        *("--dec-column", "delta", "--ra-unit", "hourangle", "--header-key", "RADESYS"),
        *("--limits", "percentile", "--percentile", 98, "--curve", "sqrt"),
        *("--limits-per", "image", "--features", "pooled", "--batch-size", 4, "--neighbors", 5),
        *("--map", "tsne", "--perplexity", 4, "--early-exaggeration", 8, "--n-iter", 10),
        *("--random-state", 3, "--max-unreadable", 0.2),
    ]
    assert status("build", tmp_path / "a.fits", "--out", out, *words, *build_words) == 0
    printed = capsys.readouterr()
    assert f"hubble-dash serve {out}" in printed.out
    assert "15 sliding windows (size 40, step 20" in printed.out
    assert "cutouts" in printed.err
    atlas = open_atlas(out)
    settings = atlas.manifest["settings"]
    assert atlas.title == "A <tilted> field"
    assert settings["cutouts"] == {
        "size": 40, "step": 20, "cover_edges": False, "min_valid": 0.9, "kind": "window"
    }  # fmt: skip
    assert settings["stretch"] == {
        "limits": "percentile", "percentile": 98.0, "curve": "sqrt", "per": "image"
    }  # fmt: skip
    assert [step["name"] for step in settings["process_images"]] == ["rescale-intensity", "flip-lr"]
    assert settings["process_cutouts"][1] == {"name": "resize", "width": 32, "height": 48}
    assert (settings["hdu"], settings["plane"], settings["neighbors"]) == ("SCI", 0, 5)
    assert settings["catalog_columns"]["ra"] == "alpha_h"
    assert settings["header_keys"] == ["RADESYS"]
    assert atlas.manifest["map"]["random_state"] == 3
    assert atlas.manifest["map"]["n_iter"] == 10
    assert atlas.cutouts["type"].tolist() == ["nebula"] * 15
    assert atlas.images["RADESYS"].tolist() == ["ICRS"]
    assert atlas.neighbors.rows.shape[1] == min(14, max(5, 12, 8 + 9))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--cutouts", "sources", "--threshold", "4", "--no-deblend", "--background-box", "32",
          "--min-size", "16", "--max-size", "64", "--padding", "0.5", "--min-pixels", "9"],
         {"threshold": 4.0, "deblend": False, "background_box": 32, "max_size": 64, "padding": 0.5,
          "min_size": 16, "min_pixels": 9}),
        (["--cutouts", "full", "--min-valid", "0.2", "--map", "pca"], {"min_valid": 0.2}),
    ],
)  # fmt: skip
def test_quiet_build_is_quiet(
    tmp_path: Path,
    build_words: list[object],
    capsys: Capture,
    words: list[str],
    expected: dict[str, object],
) -> None:
    make_fits(tmp_path / "a.fits", flux_image((90, 120)))
    (tmp_path / "b.fits").write_text("")
    words = ["--quiet", *words, *(["--n-iter", "5"] if "pca" not in words else [])]
    assert status("build", tmp_path, "--out", tmp_path / "x.atlas", *words, *build_words) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines[0] == f"left out: {tmp_path / 'b.fits'}: the file is empty"
    assert all("the map is that of PCA" in line for line in lines[1:])
    found = open_atlas(tmp_path / "x.atlas").manifest["settings"]["cutouts"]
    assert expected.items() <= found.items()


WRONG = [
    (["--step", "9"], "--step belongs to --cutouts window; with --cutouts full"),
    (["--size", "9"], "--size belongs to --cutouts window or --cutouts catalog"),
    (["--no-cover-edges", "--cutouts", "sources"], "--no-cover-edges belongs to --cutouts window"),
    (["--cutouts", "window", "--unit", "arcsec"], "--unit belongs to --cutouts catalog"),
    (["--cutouts", "window", "--no-deblend"], "--no-deblend belongs to --cutouts sources"),
    (["--threshold", "3"], "--threshold belongs to --cutouts sources"),
    (["--limits", "minmax", "--percentile", "9"], "--percentile belongs to --limits percentile"),
    (["--map", "pca", "--perplexity", "9"], "--perplexity belongs to --map tsne"),
    (["--n-neighbors", "9"], "--n-neighbors belongs to --map umap"),
    (["--map", "pca", "--random-state", "9"], "--random-state belongs to --map tsne or --map umap"),
    (["--ra-column", "a"], "--ra-column speaks of a catalogue"),
    (["--cutouts", "catalog"], "--cutouts catalog needs the positions"),
    (["--cutouts", "window", "--size", "9.5"], "windows have whole pixels"),
    (["--cutouts", "window", "--size", "1"], "size is 1; it must be at least 2 pixels"),
    (["--batch-size", "0"], "batch_size is 0"),
    (["--min-valid", "2"], "min_valid is 2.0; it must lie in [0, 1]"),
    (["--perplexity", "inf"], "'inf' is not a finite number"),
    (["--cutouts", "many"], "invalid choice: 'many'"),
    (["--process-images", "sharpen"], "no processing step 'sharpen'; there are: grayscale"),
    (["--process-cutouts", "rotate:nan"], "angle_deg is nan"),
    (["--step", "x"], "invalid int value: 'x'"),
]


@pytest.mark.parametrize(("words", "message"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_arguments(words: list[str], message: str, tmp_path: Path, capsys: Capture) -> None:
    assert status("build", tmp_path, "--out", tmp_path / "x.atlas", *words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    *usage, last = printed.err.splitlines()
    assert message in last
    assert len(usage) <= 1
    assert list(tmp_path.iterdir()) == []


def test_no_input(tmp_path: Path, capsys: Capture) -> None:
    assert status("build", "--out", tmp_path / "x.atlas") == 2
    assert "no INPUT" in capsys.readouterr().err
    assert status("build", tmp_path) == 2
    assert "--out" in capsys.readouterr().err


def fails(capsys: Capture, *argv: object) -> str:
    """Run a command that the world fails; give its one line on standard error."""
    assert status(*argv) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("hubble-dash: ")
    return line


def test_what_the_world_fails(tmp_path: Path, atlas: Atlas, capsys: Capture) -> None:
    out, none = tmp_path / "x.atlas", tmp_path / "none.fits"
    make_picture(tmp_path / "a.png", nebula(1))
    build = ["build", tmp_path / "a.png", "--out"]
    assert "no such file or folder" in fails(capsys, "build", none, "--out", out)
    assert "exists; replace it with --overwrite" in fails(capsys, *build, atlas.path)
    assert "no such file" in fails(capsys, *build, out, "--weights", tmp_path / "w.pth")
    assert "timm has no model" in fails(
        capsys, *build, out, "--model", "resnet51", "--weights", none
    )
    assert "no such catalogue" in fails(capsys, *build, out, "--catalog", none)
    for command in ("info", "serve", "similar", "export"):
        words = {"similar": ["--row", 1], "export": [tmp_path / "x.html"]}.get(command, [])
        assert "there is no atlas folder" in fails(capsys, command, none, *words)
    assert "is not an atlas" in fails(capsys, "info", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_interrupted(atlas: Atlas, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "open_atlas", interrupt)
    assert status("info", atlas.path) == 130
    assert capsys.readouterr().err.startswith("hubble-dash: interrupted")


# --- export, serve --------------------------------------------------------------------------------


def test_export(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.html"
    assert status("export", atlas.path, page, "--similar", 4, "--title", "Clouds & dust") == 0
    assert capsys.readouterr().out.startswith(f"{page} (")
    assert "<title>Clouds &amp; dust</title>" in page.read_text(encoding="utf-8")
    page.unlink()
    assert status("export", atlas.path, page, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert page.is_file()
    assert "cannot be written" in fails(capsys, "export", atlas.path, tmp_path / "no" / "page.html")
    assert "is a folder" in fails(capsys, "export", atlas.path, tmp_path, "--quiet")
    assert status("export", atlas.path, page, "--similar", 0) == 2
    assert "similar" in capsys.readouterr().err


def test_export_as_a_folder(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    report = tmp_path / "report"
    assert status("export", atlas.path, f"{report}/", "--title", "Clouds & dust") == 0
    printed = capsys.readouterr()
    files = [path for path in report.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    assert printed.out.startswith(f"{report} ({size:.1f} MB in {len(files)} files)\n")
    assert f"open {report / 'index.html'} in a browser" in printed.out
    assert "one file would do" in printed.err
    assert "thumbnails: 100%" in printed.err
    assert "<title>Clouds &amp; dust</title>" in (report / "index.html").read_text(encoding="utf-8")
    words = ["export", atlas.path, tmp_path / "other.html", "--form", "folder", "--quiet"]
    assert status(*words) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "writing the folder" in printed.err
    assert (tmp_path / "other" / "index.html").is_file()


def test_serve(atlas: Atlas) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", atlas.path, "--port", port, "--address", "127.0.0.1", "--no-browser"]
    with subprocess.Popen(
        [sys.executable, "-m", "hubble_dash.cli", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server:
        try:
            until, text = time.monotonic() + 60, ""
            while not text and time.monotonic() < until and server.poll() is None:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                        assert answer.status == 200
                        text = answer.read().decode()
                except urllib.error.URLError:
                    time.sleep(0.2)
            assert atlas.title in text
        finally:
            server.terminate()
            server.communicate(timeout=20)


# --- info, similar --------------------------------------------------------------------------------


def test_info(mosaic: Atlas, capsys: Capture) -> None:
    assert status("info", mosaic.path) == 0
    text = capsys.readouterr().out
    assert "48 sliding windows (size 48, step 24" in text
    assert mosaic.manifest["model"]["weights_sha256"] in text
    assert status("info", mosaic.path, "--json", "--check") == 0
    assert json.loads(capsys.readouterr().out) == mosaic.manifest
    assert status("info", mosaic.path, "--check") == 0
    assert f"all {len(mosaic.manifest['files'])} files agree" in capsys.readouterr().out


def test_info_finds_damage(atlas: Atlas, tmp_path: Path, capsys: Capture) -> None:
    copy = shutil.copytree(atlas.path, tmp_path / "copy.atlas")
    data = bytearray((copy / "positions.npy").read_bytes())
    data[-1] ^= 1
    (copy / "positions.npy").write_bytes(data)
    assert "positions.npy differs from its checksum" in fails(capsys, "info", copy, "--check")
    (copy / "manifest.json").write_bytes(b"\xff\xfe")
    assert "is damaged" in fails(capsys, "info", copy)


def test_similar_to_a_row(atlas: Atlas, capsys: Capture) -> None:
    rows, similarities = brute_force(atlas.fingerprints, 5)
    words = ["similar", atlas.path, "--row", 17, "-n", 5]
    assert status(*words, "--format", "csv") == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert table["row"].tolist() == rows[17].tolist()
    np.testing.assert_allclose(table["similarity"], similarities[17], atol=1e-5)
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    expected = atlas.cutouts.iloc[rows[17]]
    assert table["ixmin"].tolist() == expected["ixmin"].tolist()
    assert table["class"].tolist() == expected["class"].tolist()
    names = atlas.images["name"].iloc[expected["image"]]
    assert table["file"].tolist() == names.tolist()
    assert status(*words, "--format", "json") == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["row"] for record in records] == rows[17].tolist()
    assert status(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["rank", "row", "similarity", "file"]
    assert [int(line.split()[1]) for line in lines[1:]] == rows[17].tolist()
    assert status(*words, "--leave-out-overlapping", "--format", "json") == 0
    apart = [record["row"] for record in json.loads(capsys.readouterr().out)]
    assert len(apart) == 5
    assert not set(apart) & set(atlas.overlapping(17).tolist())


@pytest.mark.parametrize("form", ["degrees", "sexagesimal", "letters"])
def test_similar_to_a_position(mosaic: Atlas, capsys: Capture, form: str) -> None:
    known = SkyCoord(mosaic.cutouts["ra_deg"], mosaic.cutouts["dec_deg"], unit="deg")
    text = {
        "degrees": f"{known[20].ra.deg:.7f} {known[20].dec.deg:.7f}",
        "sexagesimal": known[20].to_string("hmsdms", sep=":", precision=4),
        "letters": known[20].to_string("hmsdms", precision=4),
    }[form]
    assert status("similar", mosaic.path, "--position", text, "--format", "json", "-n", 3) == 0
    printed = capsys.readouterr()
    assert re.match(r"row 20 is nearest, its centre 0\.0\d arcsec away", printed.err)
    rows = [record["row"] for record in json.loads(printed.out)]
    assert rows == mosaic.similar(20, n=3).rows.tolist()


@pytest.mark.parametrize(
    "text", ["", "161", "a b", "161 -95", "nan nan", "1 2 3 4 5 6 7", "10:61 5"]
)
def test_positions_that_are_none(atlas: Atlas, capsys: Capture, text: str) -> None:
    assert status("similar", atlas.path, f"--position={text}") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not a place on the sky" in line


def test_similar_to_an_image(
    mosaic: Atlas, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
    path = mosaic.path.parent / "mosaic.fits"
    assert status("similar", mosaic.path, "--image", path, "--format", "json", "-n", 48) == 0
    records = json.loads(capsys.readouterr().out)
    assert sorted(record["row"] for record in records) == list(range(48))
    assert "no such file" in fails(capsys, "similar", mosaic.path, "--image", tmp_path / "none")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--row", "999"], "there is no row 999; rows are 0 to 215"),
        (["--row", "1", "-n", "0"], "n is 0; ask for at least 1"),
        (["--row", "1", "--weights", "w.pth"], "--weights belongs to --image"),
        (["--image", "a.png", "--leave-out-overlapping"], "belongs to --row or --position"),
        (["--row", "1", "--image", "a.png"], "not allowed with argument"),
        ([], "one of the arguments --row --image --position is required"),
    ],
)
def test_wrong_questions(atlas: Atlas, capsys: Capture, words: list[str], message: str) -> None:
    assert status("similar", atlas.path, *words) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_columns_of_the_catalogue_named_as_ours(
    atlas: Atlas, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = atlas.cutouts.assign(row="theirs", rank=7, when=pd.Timestamp("2026-01-02"))
    monkeypatch.setattr(Atlas, "cutouts", named)
    assert status("similar", atlas.path, "--row", 3, "-n", 2, "--format", "json") == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["rank"], first["rank_catalog"], first["row_catalog"]) == (1, 7, "theirs")
    assert first["when"].startswith("2026-01-02")


def test_a_reader_that_leaves_early_is_no_error(atlas: Atlas) -> None:
    words = [sys.executable, "-m", "hubble_dash.cli", "similar", str(atlas.path), "--row", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 1


# --- evaluate -------------------------------------------------------------------------------------


def test_evaluate(atlas: Atlas, capsys: Capture) -> None:
    words = ["evaluate", atlas.path, "--label", "class", "--leave-out", "none"]
    assert status(*words, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    kinds = atlas.cutouts["class"].to_numpy()
    rows, _ = brute_force(atlas.fingerprints, 9)
    expected = (kinds[rows] == kinds[:, None]).mean()
    assert found["labels"]["precision"] == pytest.approx(expected, abs=1e-3)
    assert found["n_cutouts"] == len(atlas)
    assert status(*words) == 0
    table = capsys.readouterr().out
    assert "precision@9" in table
    assert f"{expected:.3f}" in table


def test_evaluate_refuses_what_it_cannot_measure(
    atlas: Atlas, flipped_atlas: Atlas, capsys: Capture
) -> None:
    assert status("evaluate", atlas.path, "--label", "colour") == 2
    assert "no column 'colour'; it has: image" in capsys.readouterr().err
    assert status("evaluate", flipped_atlas.path) == 2
    assert "says nothing to measure by; give --label" in capsys.readouterr().err
    assert status("evaluate", atlas.path, "--weights", "x.pth") == 2
    assert "--weights belongs to --rotations" in capsys.readouterr().err


def test_better_quality_finds_turned_cutouts(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubble_dash.builder.models.weights.hub_constants.HF_HUB_OFFLINE", True)
    make_picture(tmp_path / "sky.png", nebula(5))
    recall = {}
    for quality in ("plain", "balanced"):
        out = tmp_path / f"{quality}.atlas"
        words = ["--cutouts", "window", "--size", 60, "--step", 75, "--quality", quality]
        model = ["--model", "tf_efficientnet_lite0", "--map", "pca", "--quiet"]
        assert status("build", tmp_path / "sky.png", "--out", out, *words, *model) == 0
        manifest = open_atlas(out).manifest
        assert manifest["model"]["quality"] == quality
        assert ("mean.npy" in manifest["files"]) == (quality == "balanced")
        assert status("evaluate", out, "--rotations", "--format", "json", "--quiet") == 0
        recall[quality] = json.loads(capsys.readouterr().out)["rotations"]
    assert recall["balanced"]["recall_1"] > recall["plain"]["recall_1"] + 0.3

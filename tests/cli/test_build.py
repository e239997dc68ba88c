"""``hubble-dash build``: what its options become, and which are refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import Capture, parser_of, status
from helpers.images import flux_image, make_fits

from hubble_dash.atlas.atlas import open_atlas
from hubble_dash.cli.build import settings_of
from hubble_dash.cli.main import make_parser
from hubble_dash.config import BuildSettings

CATALOG = ["--catalog", "c.csv"]
WINDOW, SOURCES = ["--cutouts", "window"], ["--cutouts", "sources"]
# For each option another value than the usual, after what it needs beside it.
OTHER: dict[str, tuple[list[str], list[str]]] = {
    "--title": ([], ["x"]),
    "--cutouts": ([], ["sources"]),
    "--size": (WINDOW, ["9"]),
    "--step": (WINDOW, ["9"]),
    "--no-cover-edges": (WINDOW, []),
    "--unit": ([*CATALOG, "--cutouts", "catalog"], ["arcsec"]),
    **{f"--{name}": (SOURCES, ["9"]) for name in ("threshold", "min-pixels", "background-box")},
    **{f"--{name}": (SOURCES, ["9"]) for name in ("padding", "min-size")},
    "--max-size": (SOURCES, ["99"]),
    "--no-deblend": (SOURCES, []),
    "--min-valid": ([], ["0.9"]),
    "--process-images": ([], ["flip-lr"]),
    "--process-cutouts": ([], ["flip-lr"]),
    "--catalog": ([], ["c.csv"]),
    **{f"--{name}-column": (CATALOG, ["n"]) for name in ("path", "ra", "dec", "x", "y")},
    "--ra-unit": (CATALOG, ["deg"]),
    "--catalog-table": (CATALOG, ["SOURCES"]),
    "--hdu": ([], ["SCI"]),
    "--plane": ([], ["2"]),
    "--header-key": ([], ["FILTER"]),
    "--max-unreadable": ([], ["0.9"]),
    "--limits": ([], ["minmax"]),
    "--percentile": ([], ["9"]),
    "--curve": ([], ["log"]),
    "--limits-per": ([], ["cutout"]),
    "--fingerprints": ([], ["f.npy"]),
    "--name-column": (["--fingerprints", "f.csv"], ["id_str"]),
    "--leave-out-column": (["--positions", "p.csv"], ["label"]),
    "--center-by": ([], ["file"]),
    "--model": ([], ["resnet18"]),
    **{f"--input-{name}": (["--model", "x.onnx"], ["9"]) for name in ("size", "mean", "std")},
    "--weights": ([], ["w.pth"]),
    "--features": ([], ["probabilities"]),
    "--quality": ([], ["best"]),
    "--device": ([], ["cpu"]),
    "--batch-size": ([], ["9"]),
    "--engine": ([], ["eager"]),
    "--precision": ([], ["fp16"]),
    "--deterministic": ([], []),
    "--workers": ([], ["3"]),
    "--neighbors": ([], ["9"]),
    "--positions": ([], ["p.npy"]),
    "--map": ([], ["pca"]),
    **{f"--{name}": ([], ["9"]) for name in ("perplexity", "early-exaggeration", "n-iter")},
    "--n-neighbors": (["--map", "umap"], ["9"]),
    "--min-dist": (["--map", "umap"], ["0.9"]),
    "--random-state": ([], ["9"]),
    "--cluster-names": ([], ["names.csv"]),
}


def settings(*words: str) -> BuildSettings:
    return settings_of(make_parser().parse_args(["build", "a.fits", "--out", "x.atlas", *words]))


def test_no_option_means_the_usual_settings() -> None:
    assert settings() == BuildSettings()


def test_all_options_have_another_value() -> None:
    options = set(parser_of()["build"]._option_string_actions)
    assert set(OTHER) == options - {"-h", "--help", "--quiet", "--out", "--overwrite", "--cluster"}


@pytest.mark.parametrize("option", OTHER)
def test_every_option_reaches_the_settings(option: str) -> None:
    beside, value = OTHER[option]
    assert settings(*beside, option, *value) != settings(*beside)


def test_defaults_in_the_help_are_those_of_the_settings(capsys: Capture) -> None:
    status("build", "--help")
    text = " ".join(capsys.readouterr().out.split())
    for wanted in ("noise (3.0)", "that make one (25)", "number of neighbours (30.0)", "(99.5)"):
        assert wanted in text


def test_build_with_many_options(tmp_path: Path, network: list[object], capsys: Capture) -> None:
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
    assert status("build", tmp_path / "a.fits", "--out", out, *words, *network) == 0
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
    network: list[object],
    capsys: Capture,
    words: list[str],
    expected: dict[str, object],
) -> None:
    make_fits(tmp_path / "a.fits", flux_image((90, 120)))
    (tmp_path / "b.fits").write_text("")
    words = ["--quiet", *words, *(["--n-iter", "5"] if "pca" not in words else [])]
    assert status("build", tmp_path, "--out", tmp_path / "x.atlas", *words, *network) == 0
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


@pytest.mark.slow
def test_wrong_arguments_are_told_before_torch_is_imported() -> None:
    code = (
        "import json, sys\n"
        "from hubble_dash.cli.main import main\n"
        "late = ('torch', 'pandas')\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    try:\n"
        "        status = main(['build', 'a.fits', '--out', 'x.atlas', *words])\n"
        "    except SystemExit as leaving:\n"
        "        status = leaving.code\n"
        "    found = [name for name in late if name in sys.modules]\n"
        "    assert (status, found) == (2, []), (words, status, found)\n"
    )
    words = json.dumps([words for words, _ in WRONG])
    done = subprocess.run([sys.executable, "-c", code, words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_settings_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    check = BuildSettings.__post_init__

    def counted(self: BuildSettings) -> None:
        check(self)
        made.append(self.batch_size)

    monkeypatch.setattr(BuildSettings, "__post_init__", counted)
    words = ["build", tmp_path / "none.fits", "--out", tmp_path / "x.atlas", "--batch-size", 7]
    assert status(*words) == 1
    assert made.count(7) == 1

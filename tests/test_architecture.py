"""The plan of the house: which modules may import which."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hubble_dash
from hubble_dash.atlas import Atlas

PACKAGE = Path(hubble_dash.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# From the bottom up; a module imports only from lines above its own.
BUILDER = [
    {"quiet"},
    {
        "ahead",
        "blanks",
        "jpeg",
        "lock",
        "native",
        "files",
        "resampling",
        "sky",
        "views",
        "pooling",
    },
    {"sources", "avm", "tables", "checkpoints", "network_input"},
    {"angles"},
    {"fits", "tiff", "pictures"},
    {"images"},
    {"stretch", "columns"},
    {"catalog", "vectors"},
    {"detection"},
    {"cutouts"},
    {"brightness"},
    {"processing", "positions", "overlaps"},
    {"weights"},
    {"forms"},
    {"openvino"},
    {"engines"},
    {"calibration", "onnx_files"},
    {"network_files"},
    {"preparation"},
    {"fingerprints", "groups", "inputs"},
    {"loading"},
    {"given"},
    {"unit"},
    {"exact", "principal"},
    {"approximate"},
    {"neighbors"},
    {"thinned", "map_quality", "repulsion"},
    {"tsne"},
    {"projection"},
    {"thumbnails"},
    {"image_rows"},
    {"cutting", "part", "manifest"},
    {"workers"},
    {"feeding"},
    {"raw"},
    {"records"},
    {"assembly"},
    {"restored", "streaming"},
    {"pipeline"},
    {"query", "rotations"},
]
DASHBOARD = [
    {"marks", "encoding", "hilbert", "tile_images", "sheet_pixels"},
    {"map_view", "sky_view", "image_view", "facts", "shading", "crops"},
    {"colors", "tints", "layout", "parents", "pyramid"},
    {"point_colors", "pieces", "sheets"},
    {"sky_tiles", "density"},
    {"payload", "evaluation_view", "shared"},
    {"page", "routes", "live"},
    {"standalone"},
    {"folder"},
    {"export"},
    {"server"},
]
CONFIG = [
    {"bounds"},
    {"cutouts", "stretch", "steps", "map", "network"},
    {"build"},
]
BOTTOM = [
    *("errors", "config", "atlas", "provenance"),
    *("centering", "retrieval", "judgements", "evaluate"),
]


def imports(path: Path) -> set[str]:
    """Modules of this package that a file imports, as they would be written."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.update(name for name in names if name.split(".")[0] == "hubble_dash")
    return found


def name_of(path: Path) -> str:
    return ".".join(("hubble_dash", *path.relative_to(PACKAGE).with_suffix("").parts))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_wings_do_not_import_each_other(path: Path) -> None:
    wing = name_of(path).split(".")[1]
    other = {"builder": "dashboard", "dashboard": "builder"}.get(wing)
    assert not any(name.startswith(f"hubble_dash.{other}") for name in imports(path))


@pytest.mark.parametrize(
    ("wing", "order"), [("builder", BUILDER), ("dashboard", DASHBOARD), ("config", CONFIG)]
)
def test_imports_run_one_way_inside_a_wing(wing: str, order: list[set[str]]) -> None:
    level = {name: number for number, names in enumerate(order) for name in names}
    files = [path for path in MODULES if path.parent.name == wing and path.stem != "__init__"]
    assert {path.stem for path in files} == set(level), "a module has no place in the plan"
    for path in files:
        for name in imports(path):
            if name.startswith(f"hubble_dash.{wing}."):
                imported = name.rsplit(".", 1)[1]
                same_group = level[imported] == level[path.stem]
                assert level[imported] < level[path.stem] or same_group, f"{path.stem} <- {name}"


@pytest.mark.parametrize("number", range(len(BOTTOM)))
def test_the_bottom_imports_only_what_lies_below(number: int) -> None:
    allowed, name = {f"hubble_dash.{name}" for name in BOTTOM[:number]}, BOTTOM[number]
    for path in MODULES:
        if name_of(path).split(".")[1] == name:
            inside = {one for one in imports(path) if one.startswith(f"hubble_dash.{name}.")}
            assert imports(path) - inside <= allowed


def run_without(modules: str, code: str) -> None:
    """Run code in a process in which some modules cannot be imported."""
    block = f"import sys\nfor name in {modules.split()}: sys.modules[name] = None\n"
    done = subprocess.run([sys.executable, "-c", block + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_atlas_opens_and_exports_without_the_builder_s_packages(
    atlas: hubble_dash.Atlas, tmp_path: Path
) -> None:
    code = (
        "import hubble_dash as hd\n"
        f"atlas = hd.open_atlas({str(atlas.path)!r})\n"
        f"hd.export(atlas, {str(tmp_path / 'page.html')!r})\n"
        "assert len(atlas.similar(3).rows) == 9\n"
    )
    run_without("torch torchvision timm faiss openTSNE photutils skimage pyavm", code)


def test_the_builder_needs_none_of_the_dashboard_s_packages() -> None:
    run_without("panel holoviews bokeh jinja2", "import hubble_dash as hd; hd.build")


def test_dashboard_is_a_function_still_when_its_package_was_imported(atlas: Atlas) -> None:
    from hubble_dash.dashboard.server import Dashboard

    assert isinstance(hubble_dash.dashboard(atlas), Dashboard)

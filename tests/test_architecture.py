"""The plan of the house: which rooms there are, and which may import which."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import hubble_dash

PACKAGE = Path(hubble_dash.__file__).parent
REPOSITORY = Path(__file__).parents[1]
# From the ground up; what stands on a line imports only what stands on lines above it. A file that
# stands in a wing itself, in no room, is named with its wing.
FLOORS = [
    [
        *("errors", "config", "allocator", "amid", "cosine", "guest", "isolation", "printable"),
        *("builder.ahead", "builder.bars", "builder.quiet", "builder.shared", "viewer.linker"),
    ],
    ["disk", "foreign", "query", "smoothed", "viewer.guarded"],
    ["atlas", "builder.bounds", "builder.codecs", "builder.remote", "builder.sky"],
    [
        "builder.cursor",
        "builder.files",
        "builder.backends",
        "builder.hdus",
        "builder.metric",
        "builder.forces",
    ],
    ["builder.reading", "builder.tables", "viewer.columns", "viewer.planes"],
    ["evaluation", "listing", "methods", "builder.catalogs", "viewer.colors"],
    ["builder.cutouts", "viewer.data"],
    [
        "builder.models",
        "viewer.deep",
        "viewer.density",
        "viewer.notebook",
        "viewer.plots",
        "viewer.telling",
    ],
    ["builder.views"],
    [
        "builder.fingerprints",
        "builder.naming",
        "builder.neighbors",
        "viewer.linked",
        "viewer.page",
    ],
    ["builder.feeding", "builder.inputs", "builder.projection", "viewer.exported"],
    ["builder.shards", "builder.query", "builder.sampling", "viewer.published", "viewer.served"],
    [
        "builder.clusters",
        "builder.going_on",
        "builder.learning",
        "builder.planning",
        "builder.stream",
        "viewer.serving",
        "verification",
    ],
    ["builder.cluster", "builder.growing"],
    ["builder.updating"],
    ["builder.build"],
    ["cli"],
    ["app", "__main__"],
]
FLOOR = {place: number for number, places in enumerate(FLOORS) for place in places}
ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)
BROWSER_ROOMS = sorted(
    path for path in (REPOSITORY / "templates/browser").iterdir() if path.is_dir()
)
# Settings are public: users' imports name the package, which gives on what its modules have.
PUBLIC = {"config"}
WINGS = ("builder", "viewer")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def place_of(module: str) -> str:
    """The room of a module; the module itself where it stands in a wing or at the top."""
    room, _, _ = module.rpartition(".")
    is_package = MODULES[module].name == "__init__.py"
    return module if is_package or room in ("", *WINGS) else room


def imports(path: Path) -> set[str]:
    """Modules of this package that a file imports anywhere, without the package's own name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.update(name.removeprefix("hubble_dash.") for name in names)
    return {
        name
        for name in found
        if MODULES.get(name, PACKAGE).name not in ("__init__.py", PACKAGE.name)
    }


@cache
def graph() -> dict[str, set[str]]:
    return {name: imports(path) for name, path in MODULES.items()}


def test_every_module_has_its_floor() -> None:
    places = {place_of(name) for name, path in MODULES.items() if path.name != "__init__.py"}
    assert places == set(FLOOR)


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("", *WINGS)])
def test_imports_run_downwards(module: str) -> None:
    for imported in graph()[module]:
        own, other = place_of(module), place_of(imported)
        assert own == other or FLOOR[other] < FLOOR[own], f"{module} <- {imported}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.split(".")[0] in WINGS])
def test_wings_do_not_import_each_other(module: str) -> None:
    (other,) = {*WINGS} - {module.split(".")[0]}
    assert not any(name.split(".")[0] == other for name in graph()[module])


def test_no_module_is_imported_in_a_circle() -> None:
    assert list(TopologicalSorter(graph()).static_order())  # raises where there is one


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE)))
def test_a_room_says_what_comes_in_and_what_goes_out(room: Path) -> None:
    tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    said = ast.get_docstring(tree)
    assert said is not None
    first, *rest = said.split("\n\n")
    assert first.endswith(".")
    assert rest[0].startswith("In come")
    assert " out " in rest[0]
    assert len(tree.body) == 1 or room.name in PUBLIC, (
        "a room's __init__ has a docstring and nothing else"
    )


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE)))
def test_a_room_has_few_files(room: Path) -> None:
    if room.name not in WINGS:
        assert 3 <= len([path for path in room.glob("*.py") if path.stem[0] != "_"]) <= 9


@pytest.mark.parametrize("room", BROWSER_ROOMS, ids=lambda room: str(room.name))
def test_a_room_of_the_browser_side_has_few_files_and_is_documented(room: Path) -> None:
    assert 3 <= len([*room.glob("*.js")]) <= 9
    for text in ("docs/browser.md", "docs/architecture.md"):
        assert re.search(rf"`{room.name}/?`", (REPOSITORY / text).read_text(encoding="utf-8")), text


def documented(heading: str) -> list[list[str]]:
    """Names in each row of the table below a heading of the architecture, dotted."""
    text = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?:\d+ \| )?(`.+?) \|", table, flags=re.MULTILINE)
    return [[name.replace("/", ".") for name in re.findall(r"`([\w/]+)`", row)] for row in rows]


def test_the_documented_floors_are_these() -> None:
    assert documented("Who may import whom") == FLOORS


def test_every_room_is_documented() -> None:
    rooms = {".".join(room.relative_to(PACKAGE).parts) for room in ROOMS} - {*WINGS}
    assert {name for row in documented("Rooms") for name in row} == rooms
    drawing = (REPOSITORY / "docs/rooms.svg").read_text(encoding="utf-8")
    names = re.findall(r'class="name[ a-z]*"[^>]*>([^<]+)<', drawing)
    drawn = set(re.findall(r"\w+", " ".join(names)))
    assert {room.rpartition(".")[2] for room in rooms} <= drawn


def test_all_rooms_are_installed() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = {".".join(("hubble_dash", *room.relative_to(PACKAGE).parts)) for room in ROOMS}
    installed = set(project["tool"]["setuptools"]["packages"])
    assert {name for name in installed if "templates" not in name} == rooms | {"hubble_dash"}


def run_without(modules: str, code: str) -> None:
    """Run code in a process in which some modules cannot be imported."""
    block = f"import sys\nfor name in {modules.split()}: sys.modules[name] = None\n"
    done = subprocess.run([sys.executable, "-c", block + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_builder_needs_none_of_the_viewer_s_packages() -> None:
    code = (
        "import hubble_dash.builder.feeding.feeder\n"
        "assert 'torch' not in sys.modules, 'each process that reads would wait for it'\n"
        "import hubble_dash as hd; hd.build\n"
        "assert 'timm' not in sys.modules, 'a build of vectors that are given would wait for it'\n"
    )
    run_without("panel holoviews bokeh jinja2", code)

"""What the README and docs/ say must be true: commands, options, names, files, links, columns."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import is_typeddict

import pytest
from helpers.atlases import QuickBuild
from helpers.images import flux_image, make_fits

import hubble_dash as hd
from hubble_dash.atlas import manifest, schema
from hubble_dash.atlas.atlas import Atlas
from hubble_dash.cli.main import make_parser
from hubble_dash.config import MapSettings, SlidingWindow

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md")]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
TEXT = "\n".join(TEXTS.values())
FORMAT = TEXTS[ROOT / "docs/atlas-format.md"]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def subparsers() -> dict[str, argparse.ArgumentParser]:
    for action in make_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


def options_of_scripts() -> set[str]:
    """Long options that a script or a benchmark adds, read from their sources."""
    sources = [path for path in ROOT.glob("scripts/**/*") if path.suffix in ("", ".py")]
    texts = [path.read_text(encoding="utf-8") for path in sources if path.is_file()]
    return set(re.findall(r"\"(--[a-z][a-z-]+)\"", "\n".join(texts)))


@pytest.mark.parametrize("command", subparsers())
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"hubble-dash {command}" in TEXTS[README]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_option_exists(page: Path) -> None:
    known = {option for p in subparsers().values() for option in p._option_string_actions}
    # Of panel, pip, git, pytest, dask and Slurm, not ours.
    foreign = {"--args", "--warm", "--follow", "--strict", "--nworkers", "--nthreads", "--gres"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXTS[page]))
    assert named <= known | options_of_scripts() | foreign


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bhd\.(\w+)", TEXT))))
def test_every_python_name_exists(name: str) -> None:
    assert name in hd.__all__


def test_python_examples_compile() -> None:
    examples = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(examples) > 1
    for example in examples:
        compile(example, "example", "exec")


def test_the_examples_of_commands_parse() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL))
    lines = re.findall(r"^hubble-dash (.+?)(?:\s+#.*)?$", blocks, flags=re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        words = [word.strip("\"'") for word in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", line)]
        make_parser().parse_args(words)


@pytest.mark.parametrize("benchmark", sorted(set(re.findall(r"scripts/bench ([a-z]+)", TEXT))))
def test_every_benchmark_exists(benchmark: str) -> None:
    assert (ROOT / "scripts/benchmarks" / f"{benchmark}.py").is_file()


def anchors(text: str) -> set[str]:
    """Names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", TEXTS[page]):
        target, _, anchor = "".join(link).partition("#")
        if target.startswith("https://"):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.is_file(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8"))


PICTURES = sorted(path for path in ROOT.glob("docs/**/*.*") if path.suffix != ".md")


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_every_picture_is_shown_with_words_and_soon_there(picture: Path) -> None:
    name = picture.relative_to(ROOT / "docs").as_posix()
    shown = re.findall(rf"!\[[^\]]+\]\((?:docs/)?{name}\)", TEXT)
    assert shown or re.search(rf"<img src=\"docs/{name}\" alt=\"[^\"]+\"", TEXT)
    # The tour moves.
    assert picture.stat().st_size < (3_000_000 if picture.name == "tour.webp" else 200_000)


@pytest.mark.parametrize("script", sorted(set(re.findall(r"scripts/([\w./]*\w)", TEXT))))
def test_every_script_is_there(script: str) -> None:
    assert (ROOT / "scripts" / script).exists()


HOMES = "hubble_dash|atlas|builder|cli|config|evaluation|viewer|templates|tests|scripts|docs"


@pytest.mark.parametrize("path", sorted(set(re.findall(rf"`((?:{HOMES})/[\w./]*)`", TEXT))))
def test_every_path_is_there(path: str) -> None:
    places = [home / (path + end) for home in (ROOT, ROOT / "hubble_dash") for end in ("", ".py")]
    assert any(place.exists() for place in places)


def test_the_readme_is_short() -> None:
    assert len(TEXTS[README].splitlines()) <= 155


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_lines_fit_a_screen(page: Path) -> None:
    # Rows of tables cannot be broken.
    assert [line for line in TEXTS[page].splitlines() if len(line) > 120 and line[0] != "|"] == []


@pytest.fixture(scope="module")
def made(quick_build: QuickBuild, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """An atlas that has all that the format speaks of."""
    folder = tmp_path_factory.mktemp("documented")
    make_fits(folder / "field.fits", flux_image((150, 210)))
    return quick_build(
        folder / "field.fits",
        out=folder / "field.atlas",
        cutouts=SlidingWindow(size=48, step=24),
        map=MapSettings(n_iter=25),
        quality="fast",
    )


def documented(heading: str) -> list[str]:
    """Names in the first column of the tables below a heading of the format."""
    section = FORMAT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([\w.]+)`", row)]


# Columns that only some atlases have.
SOMETIMES = {"placeholder", "corner_xi_1", "corner_eta_1", "corner_eta_4"}


@pytest.mark.parametrize("name", ["cutouts", "images"])
def test_the_documented_columns_are_those_of_an_atlas(name: str, made: Atlas) -> None:
    columns = list(getattr(made, name).columns)
    names = [column for column in documented(f"`{name}.parquet`") if column not in SOMETIMES]
    # Between the first label and the last, and after all of them, the rest follows.
    assert [column for column in columns if column in names] == names
    rest = set(columns) - set(names)
    if name == "cutouts":
        assert all(re.fullmatch(r"(label|score)_[234]", column) for column in rest)
    else:
        assert all(column.isupper() for column in rest)


def test_the_documented_types_are_those_of_the_schema() -> None:
    for name, kind in schema.CUTOUT_COLUMNS.items():
        (row,) = [
            line for line in FORMAT.splitlines() if re.match(rf"\| .*`{name}`.*\| \w+ \|", line)
        ]
        assert row.split(" | ")[1] == kind.name
    for name, kind in schema.ARRAY_TYPES.items():
        (row,) = [
            line for line in FORMAT.splitlines() if line.startswith("| ") and f"`{name}`" in line
        ]
        assert kind.name in row


def test_the_documented_entries_are_those_of_the_manifest() -> None:
    known = {*manifest.Manifest.__annotations__} | {*manifest.ModelEntry.__annotations__}
    assert set(documented("`manifest.json`")) == known
    # Those of the map's settings are parameters of hd.MapSettings.
    parameters = set(hd.MapSettings.__dataclass_fields__)
    said = set(re.findall(r"`(\w+)`", FORMAT))
    entries = [entry for entry in map(vars(manifest).get, manifest.__all__) if is_typeddict(entry)]
    assert manifest.Manifest in entries
    for entry in entries:
        assert {*entry.__annotations__} - parameters <= said


def test_every_file_of_an_atlas_is_documented(made: Atlas) -> None:
    table = FORMAT.split("\n## Files\n")[1].split("\n## ")[0]
    names = set(re.findall(r"`([\w./]+\.\w+)`", table))
    folders = {name.partition("/")[0] for name in names if "/" in name}
    for name in made.manifest["files"]:
        assert name in names or name.partition("/")[0] in folders, name

"""``hubble-dash demo``: the galaxies of the Hubble eXtreme Deep Field, out of scikit-image."""

from __future__ import annotations

import importlib.util
from argparse import Namespace
from pathlib import Path

from hubble_dash.cli.commands import Commands
from hubble_dash.config import DetectedSources
from hubble_dash.disk.names import write_file
from hubble_dash.errors import BuildError
from hubble_dash.printable import printable

__all__ = ["add_command", "make_demo"]

PICTURE = "hubble_deep_field.jpg"
TITLE = "Hubble eXtreme Deep Field"
# The picture is a crop whose tags do not say of which part. Its cutouts get this, the middle of the
# field, as an approximate position, right to about 1.5 arcmin.
CATALOG = f"path,ra_deg,dec_deg,credit\n{PICTURE},53.16,-27.79,NASA/ESA/STScI\n"


def add_command(commands: Commands) -> None:
    """Add ``demo``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    parser = commands.add(
        "demo", _run,
        text="build and export the galaxies of the Hubble eXtreme Deep Field",
        examples="hubble-dash demo --out demo",
    )  # fmt: skip
    parser.add_argument("--out", default="demo", help="folder to work in (%(default)s)")


def _run(options: Namespace) -> None:
    page, atlas = make_demo(Path(options.out), progress=not options.quiet)
    if options.quiet:
        return
    print(f"The page:  {printable(page.resolve())}  (open it in a browser)")
    print(f"Serve it:  hubble-dash serve {printable(atlas)}")


def make_demo(folder: Path, *, progress: bool = True) -> tuple[Path, Path]:
    """Build the demo's atlas and page; what is there already is used again.

    Parameters
    ----------
    folder : Path
        Where to work; made if it is not there.
    progress : bool
        Whether bars are shown.

    Returns
    -------
    page, atlas : Path
        The HTML file and the atlas's folder.
    """
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.builder.build import build
    from hubble_dash.builder.going_on import sealed_build
    from hubble_dash.viewer.exported.export import export

    path, page = folder / "deep-field.atlas", folder / "report.html"
    if not path.exists() or sealed_build(path) is not None:
        folder.mkdir(parents=True, exist_ok=True)
        catalog = folder / "deep-field.csv"
        _put(_picture().read_bytes(), folder / PICTURE)
        _put(CATALOG.encode(), catalog)
        build(
            folder / PICTURE, out=path, cutouts=DetectedSources(), catalog=catalog, title=TITLE,
            progress=progress,
        )  # fmt: skip
    return export(open_atlas(path), page), path


def _put(data: bytes, path: Path) -> None:
    """Write a file, unless it is there: a build goes on only with files that nobody touched."""
    try:
        if not path.exists() or path.read_bytes() != data:
            write_file(data, path)
    except OSError as err:
        raise BuildError(f"{path} cannot be written: {err.strerror or err}") from err


def _picture() -> Path:
    package = importlib.util.find_spec("skimage")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "data" / PICTURE

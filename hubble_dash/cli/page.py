"""``hubble-dash export`` and ``hubble-dash serve``: one page, by two doors."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any, get_args

from hubble_dash.cli.commands import Commands
from hubble_dash.config.choices import AtlasCheck, PageForm
from hubble_dash.printable import printable

__all__ = ["add_commands", "add_page_arguments", "page_options"]


def add_commands(commands: Commands) -> None:
    """Add ``export`` and ``serve``.

    Parameters
    ----------
    commands : Commands
        Those of the whole parser.
    """
    export = commands.add(
        "export", _export,
        text="write an atlas as an HTML file or folder that works from a disk",
        examples="hubble-dash export carina.atlas carina.html\n"
        "  hubble-dash export carina.atlas carina.html --intro story.md --theme dark\n"
        "  hubble-dash export big.atlas big-report/",
    )  # fmt: skip
    export.add_argument("atlas", help="folder of the atlas")
    export.add_argument("page", help="HTML file to write, or folder")
    export.add_argument(
        "--form", choices=get_args(PageForm), default="auto",
        help="one file, or a folder to open by its index.html; auto: a file for a name that ends in"
        " .html, if the atlas has 20,000 cutouts at most (%(default)s)",
    )  # fmt: skip
    export.add_argument(
        "--check", choices=get_args(AtlasCheck), default="full",
        help="whether every checksum of the atlas is compared first, or sizes and values alone"
        " (%(default)s)",
    )  # fmt: skip
    add_page_arguments(export)

    serve = commands.add(
        "serve", _serve,
        text="serve an atlas to browsers",
        examples="hubble-dash serve carina.atlas --port 5007 --no-browser",
    )  # fmt: skip
    serve.add_argument("atlas", help="folder of the atlas")
    add_page_arguments(serve)
    serve.add_argument("--port", type=int, default=5006, help="port (%(default)s)")
    serve.add_argument("--address", default="localhost", help="address to listen at (%(default)s)")
    serve.add_argument(
        "--allow-websocket-origin", action="append", metavar="HOST:PORT",
        help="host under which browsers reach the page, if not the address, or whose pages frame"
        " it; others get no answer; '*' is any; may be repeated",
    )  # fmt: skip
    serve.add_argument(
        "--basic-auth", metavar="FILE",
        help="who signs in sees the page: a JSON file of passwords by user name, or one password",
    )  # fmt: skip
    serve.add_argument(
        "--oauth-provider", metavar="NAME",
        help="who says who a user is, such as github; its keys are PANEL_OAUTH_KEY and _SECRET",
    )  # fmt: skip
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.set_defaults(gives_back=True)  # its process lasts, and its visitors come and go


def add_page_arguments(parser: ArgumentParser) -> None:
    """Add what the page itself is told: how many are shown, its title, what stands beside the data.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of ``export``, of ``serve``, or of what ``panel serve`` opens.
    """
    parser.add_argument(
        "--similar", type=int, default=9, metavar="N", help="similar cutouts shown (%(default)s)"
    )
    parser.add_argument("--title", help="title of the page, instead of the atlas's own")
    parser.add_argument(
        "--evaluation", metavar="X.json",
        help="what evaluate --save wrote about the atlas: shown in the page, under About",
    )  # fmt: skip
    parser.add_argument(
        "--intro", metavar="X.md",
        help="text in Markdown that stands beside the data; links such as #row=17 set the page",
    )  # fmt: skip
    parser.add_argument(
        "--theme", metavar="THEME",
        help="dark or light, in which the page begins, or a CSS file X.css; the visitor's if not"
        " given",
    )  # fmt: skip
    parser.add_argument(
        "--logo", metavar="FILE", help="picture for the head of the page, such as logo.svg"
    )


def page_options(options: Namespace) -> dict[str, Any]:
    """Give what the page itself is told, as `export`, `serve` and `dashboard` take it.

    Parameters
    ----------
    options : argparse.Namespace
        Of a parser that `add_page_arguments` was given.
    """
    names = ("similar", "title", "evaluation", "intro", "theme", "logo")
    return {name: getattr(options, name) for name in names}


def _export(options: Namespace) -> None:
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.viewer.exported.export import export

    path = export(
        open_atlas(options.atlas),
        options.page,
        form=options.form,
        check=options.check,
        progress=not options.quiet,
        **page_options(options),
    )
    if options.quiet:
        return
    if path.is_dir():
        sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
        print(f"{printable(path)} ({sum(sizes) / 1e6:.1f} MB in {len(sizes):,} files)")
        index = printable(path / "index.html")
        print(f"open {index} in a browser, or put the whole folder on any web host")
    else:
        print(f"{printable(path)} ({path.stat().st_size / 1e6:.1f} MB); open it in a browser")


def _serve(options: Namespace) -> None:
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.viewer.served.server import serve

    serve(
        open_atlas(options.atlas),
        **page_options(options),
        port=options.port,
        address=options.address,
        websocket_origin=options.allow_websocket_origin,
        show=not options.no_browser,
        basic_auth=options.basic_auth,
        oauth_provider=options.oauth_provider,
    )

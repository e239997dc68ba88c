"""``hubble-dash export`` and ``serve``: one page, by two doors; ``publish``: a site of several."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from hubble_dash.cli.commands import Commands
from hubble_dash.config.choices import AtlasCheck, PageForm
from hubble_dash.printable import printable

if TYPE_CHECKING:
    from hubble_dash.viewer.deep.written import ImagesOf
    from hubble_dash.viewer.served.guests import GuestReader

__all__ = [
    "add_commands",
    "add_guest_arguments",
    "add_image_arguments",
    "add_page_arguments",
    "guest_reader",
    "originals_reader",
    "page_options",
]


def add_commands(commands: Commands) -> None:
    """Add ``export``, ``serve`` and ``publish``.

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
        "  hubble-dash export big.atlas big-report/\n"
        "  hubble-dash export mosaic.atlas mosaic/ --full-resolution",
    )  # fmt: skip
    export.add_argument("atlas", help="folder of the atlas")
    export.add_argument("page", help="HTML file to write, or folder")
    export.add_argument(
        "--form", choices=get_args(PageForm), default="auto",
        help="one file, or a folder to open by its index.html; auto: a file for a name that ends in"
        " .html, if the atlas has 20,000 cutouts at most (%(default)s)",
    )  # fmt: skip
    _add_full_resolution(export, "a folder gets")
    _add_check(export, "every checksum of the atlas")
    add_page_arguments(export)

    serve = commands.add(
        "serve", _serve,
        text="serve an atlas to browsers",
        examples="hubble-dash serve carina.atlas --port 5007 --no-browser",
    )  # fmt: skip
    serve.add_argument("atlas", help="folder of the atlas")
    add_page_arguments(serve)
    add_guest_arguments(serve)
    add_image_arguments(serve)
    serve.add_argument("--port", type=int, default=5006, help="port (%(default)s)")
    serve.add_argument("--address", default="localhost", help="address to listen at (%(default)s)")
    serve.add_argument(
        "--prefix", default="", metavar="/PATH",
        help="path below which the page stands, where a proxy passes paths on as they are",
    )  # fmt: skip
    serve.add_argument(
        "--num-procs", type=int, default=1, metavar="N",
        help="processes that answer, for many visitors; 0: one a core (%(default)s)",
    )  # fmt: skip
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
    _add_publish(commands)


def _add_publish(commands: Commands) -> None:
    publish = commands.add(
        "publish", _publish,
        text="write a site of several atlases, for any host of plain files",
        examples="hubble-dash publish docs/ carina.atlas deep-field.atlas --title 'Our atlases'\n"
        "  hubble-dash publish site/ *.atlas --intros texts/ --url https://me.github.io/atlases",
    )  # fmt: skip
    publish.add_argument("site", help="folder to write; one of an earlier publish is replaced")
    publish.add_argument("atlases", nargs="+", metavar="atlas", help="folders of atlases, in order")
    publish.add_argument("--title", default="Collections", help="title of the site (%(default)s)")
    publish.add_argument(
        "--intros", metavar="FOLDER",
        help="texts in Markdown: index.md for the page of all, x.md for the report of x.atlas",
    )  # fmt: skip
    publish.add_argument(
        "--url", help="where the site will stand, which links to its cards need: https://..."
    )
    publish.add_argument(
        "--similar", type=int, default=9, metavar="N", help="similar cutouts shown (%(default)s)"
    )
    _add_looks(publish)
    _add_full_resolution(publish, "reports become folders and get")
    publish.add_argument(
        "--leave-out", action="store_true",
        help="go on without atlases that cannot be opened; else nothing is written then",
    )  # fmt: skip
    _add_check(publish, "every checksum of the atlases")


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
    _add_looks(parser)


def _add_looks(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--theme", metavar="THEME",
        help="dark or light, in which the page begins, or a CSS file X.css; the visitor's if not"
        " given",
    )  # fmt: skip
    parser.add_argument(
        "--logo", metavar="FILE", help="picture for the head of the page, such as logo.svg"
    )


def _add_full_resolution(parser: ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--full-resolution", action="store_true",
        help=f"{what} tiles of all images, read again from where they are, so that each is seen"
        " with all its pixels; what that takes is said first",
    )  # fmt: skip


def _add_check(parser: ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--check", choices=get_args(AtlasCheck), default="full",
        help=f"whether {what} is compared first, or sizes and values alone (%(default)s)",
    )  # fmt: skip


def add_guest_arguments(parser: ArgumentParser) -> None:
    """Add what concerns images that visitors bring.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of ``serve``, or of what ``panel serve`` opens.
    """
    parser.add_argument(
        "--no-own-images", action="store_true",
        help="visitors may not bring images of their own, to see what is most like them",
    )  # fmt: skip
    parser.add_argument(
        "--weights", metavar="FILE",
        help="the atlas's own weights, for such images, where it was built from a file",
    )  # fmt: skip


def add_image_arguments(parser: ArgumentParser) -> None:
    """Add what concerns the images that the atlas was built of.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        Of ``serve``, or of what ``panel serve`` opens.
    """
    parser.add_argument(
        "--no-full-resolution", dest="full_resolution", action="store_false",
        help="parent images stay previews; by default their files are read where they are, as far"
        " as visitors look at them",
    )  # fmt: skip


def originals_reader(options: Namespace) -> ImagesOf | None:
    """Give what reads the images that an atlas was built of; None where nobody wants that.

    Parameters
    ----------
    options : argparse.Namespace
        Of a parser with ``--full-resolution``, or that `add_image_arguments` was given.
    """
    if not options.full_resolution:
        return None
    from hubble_dash.builder.query.originals import Originals

    return Originals


def guest_reader(options: Namespace) -> GuestReader | None:
    """Give what reads images that visitors bring; None where they may not.

    Parameters
    ----------
    options : argparse.Namespace
        Of a parser that `add_guest_arguments` was given.

    Raises
    ------
    ValueError
        If there are weights for images that nobody may bring.
    """
    if options.no_own_images:
        if options.weights is not None:
            raise ValueError(
                "--weights is for own images; with --no-own-images it would do nothing"
            )
        return None
    from hubble_dash.builder.query.guest import GuestReader

    return partial(GuestReader, weights=options.weights)


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
        originals=originals_reader(options),
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
    guests = guest_reader(options)
    from hubble_dash.atlas.atlas import open_atlas
    from hubble_dash.viewer.serving.serve import serve

    serve(
        open_atlas(options.atlas),
        **page_options(options),
        guests=guests,
        originals=originals_reader(options),
        port=options.port,
        address=options.address,
        prefix=options.prefix,
        num_procs=options.num_procs,
        websocket_origin=options.allow_websocket_origin,
        show=not options.no_browser,
        basic_auth=options.basic_auth,
        oauth_provider=options.oauth_provider,
    )


def _publish(options: Namespace) -> None:
    from hubble_dash.viewer.published.publish import publish

    path = publish(
        options.site,
        options.atlases,
        title=options.title,
        intros=options.intros,
        theme=options.theme,
        logo=options.logo,
        url=options.url,
        similar=options.similar,
        originals=originals_reader(options),
        leave_out=options.leave_out,
        check=options.check,
        progress=not options.quiet,
    )
    if options.quiet:
        return
    sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
    print(f"{printable(path)} ({sum(sizes) / 1e6:.1f} MB in {len(sizes):,} files)")
    print(f"open {printable(path / 'index.html')} in a browser, or put the folder on any web host")

"""Markdown of the user, the hostile too, becomes HTML that runs nothing and asks nobody."""

from __future__ import annotations

import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from hubble_dash.errors import ExportError
from hubble_dash.viewer.telling.intro import LONGEST_LINK, MAX_TEXT_BYTES, read_intro


class Tags(HTMLParser):
    """All tags of a text with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, name: str) -> list[str | None]:
        return [attributes.get(name) for one, attributes in self.tags if one == tag]


def read(folder: Path, text: str) -> Tags:
    path = folder / "story.md"
    path.write_text(text, encoding="utf-8")
    return Tags(read_intro(path))


def test_a_text_becomes_html_below_the_page_s_title(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "# One\n## Two\nH<sub>α</sub> is *red*.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- ~~x~~\n",
    )
    assert [tag for tag, _ in found.tags] == [
        *("h2", "h3", "p", "sub", "em", "table", "thead", "tr", "th", "th", "tbody", "tr", "td"),
        *("td", "ul", "li", "s"),
    ]
    assert found.all("td", "style") == [None, "text-align:right"]
    assert "Hα is red." in found.words


def test_links_that_set_the_page_need_no_escapes(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '[a](#row=17) [b](#q=z < 0.1 and (class == "x)" or z > 2)&tab=table) [c](#) `[d](#q=1 < 2)`'
        "\n\n[e](#q=\n1)",
    )
    assert found.all("a", "href") == [
        "#row=17",
        "#q=z%20%3C%200.1%20and%20(class%20==%20%22x)%22%20or%20z%20%3E%202)&tab=table",
        "#",
    ]
    assert "[d](#q=1 < 2)" in found.words


def test_a_link_without_an_end_is_looked_for_no_farther_than_links_go(tmp_path: Path) -> None:
    found = read(tmp_path, "[a](#" * 2_000 + f"[b](#row=1{' ' * LONGEST_LINK})")
    assert found.all("a", "href") == []


def test_links_to_elsewhere_open_beside_the_page(tmp_path: Path) -> None:
    found = read(
        tmp_path, "[a](https://example.org/x?y) [b](../other/index.html#row=1) [c](mailto:a@b.c)"
    )
    assert found.all("a", "href") == [
        *("https://example.org/x?y", "../other/index.html#row=1", "mailto:a@b.c"),
    ]
    assert found.all("a", "target") == ["_blank", None, None]
    assert set(found.all("a", "rel")) == {"noopener noreferrer"}


HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<style>* { background: url(//evil.example/x) }</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0; url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x">',
    '<p onclick="alert(1)" style="position: fixed; background: url(//evil.example)">x</p>',
    '<img onerror="alert(1)" srcset="https://evil.example/x 2x" alt="x">',
    '<svg onload="alert(1)"><a xlink:href="javascript:alert(1)">x</a><image href="//evil"/></svg>',
    '<math><mtext><table><mglyph><style><img src="x" onerror="alert(1)"></table></math>',
    '<form action="https://evil.example"><input name="body"><button>x</button></form>',
    '<a href="javascript:alert(1)">x</a> <a href=" JaVaScRiPt&colon;alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a> <a href="data:text/html,<script>1</script>">x</a>',
    '<a href="vbscript:x">x</a> <a href="file:///etc/passwd">x</a> <a href="//evil.example">x</a>',
    '<a href="/\\evil.example">x</a> <a href="blob:x">x</a> <a ping="https://evil.example">x</a>',
    "[x](javascript:alert(1)) [x](<java script:alert(1)>) [x](//evil.example/y)",
    '[x](#q=a"onmouseover="alert(1)) <a href="#x" onmouseover="alert(1)">x</a>',
    "<video poster=https://evil.example/x src=x></video><audio src=x></audio><track src=x>",
    '<div id="hd-data" class="hd-story">x</div><template><script>1</script></template>',
    "</article></main><!-- <script>alert(1)</script> --><![CDATA[<script>]]><noscript><p title=",
    "```\n<script>alert(1)</script>\n```",
]
ALLOWED = {
    "a": {"href", "title", "rel", "target"}, "img": {"alt"}, "td": {"style"}, "th": {"style"},
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_hostile_text_runs_or_asks(text: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"before\n\n{text}\n\nafter")
    for tag, attributes in found.tags:
        assert tag not in {
            *("script", "style", "link", "meta", "base", "iframe", "object", "embed", "svg"),
            *("math", "form", "input", "button", "video", "audio", "div", "template", "main"),
        }
        assert attributes.keys() <= ALLOWED.get(tag, set())
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "https://"))
    assert "before" in found.words


def test_pictures_stand_in_the_text(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    PillowImage.new("RGB", (4, 3), "red").save(tmp_path / "figures" / "a b.png")
    (tmp_path / "x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    found = read(tmp_path, '![A](<figures/a b.png>) <img src="x.svg" alt="B" width="9">')
    png, svg = (str(url) for url in found.all("img", "src"))
    held = base64.b64decode(png.removeprefix("data:image/png;base64,"))
    assert held == (tmp_path / "figures" / "a b.png").read_bytes()
    assert svg.startswith("data:image/svg+xml;base64,")
    assert found.all("img", "alt") == ["A", "B"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("https://evil.example/x.png", "pages ask no host for pictures"),
        ("//evil.example/x.png", "pages ask no host for pictures"),
        ("data:image/png;base64,AAAA", "pages ask no host for pictures"),
        ("../secret.png", "put the file beside the text"),
        ("%2e%2e/secret.png", "put the file beside the text"),
        ("none.png", "none.png cannot be read: No such file"),
        ("story.md", "it is none of them; give a PNG, JPEG, WebP, GIF or SVG"),
    ],
)
def test_a_picture_that_cannot_be_there_is_told(source: str, why: str, tmp_path: Path) -> None:
    PillowImage.new("RGB", (4, 3)).save(tmp_path / "secret.png")
    (tmp_path / "texts").mkdir()
    with pytest.raises(ExportError, match=why):
        read(tmp_path / "texts", f"![x]({source})")


def test_a_text_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "story.md"
    with pytest.raises(ExportError, match="cannot be read: No such file"):
        read_intro(path)
    path.write_bytes("å".encode("latin-1"))
    with pytest.raises(ExportError, match="is not UTF-8 text"):
        read_intro(path)
    path.write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    with pytest.raises(ExportError, match=r"is larger than 0\.5 MB"):
        read_intro(path)

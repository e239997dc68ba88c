"""The page of a large atlas as a server gives it, and in a notebook."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.request import urlopen

import pytest
from bokeh.settings import settings
from helpers.pages import panel_serve
from helpers.served import MOST_INSIDE, Served, index_of

from hubble_dash.atlas.atlas import Atlas
from hubble_dash.errors import ExportError
from hubble_dash.viewer.served.server import Dashboard, dashboard
from hubble_dash.viewer.serving import serve as serving


@pytest.mark.usefixtures("plain_page")
def test_the_page_says_where_its_data_are(served: Served, atlas: Atlas) -> None:
    index = index_of(served, "nebulae")
    assert index["live"] is True
    assert "pieces" not in index
    assert re.fullmatch(r"hubble-dash/[0-9a-f]{16}/", index["base"])
    size = atlas.sheet_layout.size
    assert index["thumbnails"] == {
        "size": size, "columns": 1, "rows": 1, "by": "row", "url": "thumbnails/{piece}.webp",
    }  # fmt: skip


@pytest.mark.usefixtures("plain_page")
def test_a_notebook_says_what_to_do_instead(atlas: Atlas) -> None:
    shown = dashboard(atlas, most_inside=MOST_INSIDE)._repr_mimebundle_()[0]["text/html"]
    assert f"{len(atlas):,} cutouts" in shown
    assert f"hubble-dash serve {atlas.path}" in shown
    assert f"hubble-dash export {atlas.path}" in shown
    assert "<iframe" not in shown
    strange = Atlas(Path("/tmp/<b> & c.atlas"), {**atlas.manifest, "title": "<script>"})
    page = Dashboard.__new__(Dashboard)
    page._atlas = strange
    advice = page._advice()
    assert "<script>" not in advice
    assert "&#x27;/tmp/&lt;b&gt; &amp; c.atlas&#x27;" in advice


@pytest.mark.usefixtures("plain_page")
def test_a_served_page_tells_a_story_too(atlas: Atlas, tmp_path: Path) -> None:
    text = tmp_path / "story.md"
    text.write_text("See [the first](#row=0). <script>1</script>")
    for most_inside in (MOST_INSIDE, len(atlas)):
        page = dashboard(atlas, intro=text, theme="light", most_inside=most_inside)._page
        assert page.variables["intro"].startswith('<p>See <a href="#row=0"')
        assert "script" not in page.variables["intro"]
        assert page.variables["theme"] == "light"
    text.write_text("[x](#row=216)")
    with pytest.raises(ExportError, match=r"link #row=216: there is no row 216"):
        serving.serve(atlas, intro=text)  # told before anybody is served


@pytest.mark.slow
def test_panel_serve_gets_ready_before_anybody_comes(atlas: Atlas) -> None:
    with panel_serve(atlas.path, "--warm") as url, urlopen(url, timeout=60) as answer:
        assert atlas.title in answer.read().decode()


@pytest.mark.parametrize(("chosen", "looks"), [(None, False), ("yes", True)])
def test_sessions_are_searched_for_mistakes_of_programmers_on_demand(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch, chosen: str | None, looks: bool
) -> None:
    def stop(*_: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("BOKEH_VALIDATE_DOC", chosen or "")
    if chosen is None:
        monkeypatch.delenv("BOKEH_VALIDATE_DOC")
    monkeypatch.setattr(serving, "get_server", stop)
    with pytest.raises(KeyboardInterrupt):
        serving.serve(atlas)
    assert settings.perform_document_validation() is looks

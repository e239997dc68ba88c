"""The same points in pages of other tools: plain Bokeh, and jupyter-scatter as an HTML page.

jupyter-scatter is no part of the project. Made ready in any folder, it is measured as well:

    python -m venv other && other/bin/pip install jupyter-scatter
    npm install --prefix other @jupyter-widgets/html-manager requirejs
    scripts/bench browser --jscatter other
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from bokeh.embed import components
from bokeh.plotting import figure
from bokeh.resources import Resources
from numpy.typing import NDArray

__all__ = ["BOKEH_READY", "SCATTER_READY", "bokeh_page", "scatter_page"]

BOKEH_READY = "return window.Bokeh?.documents?.[0]?.is_idle;"
# The widget copies what WebGL has drawn to a canvas, which is empty until then.
SCATTER_READY = """
    const canvas = document.querySelector("#map canvas");
    if (!(canvas?.width > 300)) return false;
    const { width, height } = canvas;
    const strip = canvas.getContext("2d")?.getImageData(0, height / 2 - 30, width, 60);
    return strip?.data.some((value, i) => i % 4 === 3 && value);
"""
WIDTH, HEIGHT = 466, 767  # pixels: those of our map in the window of the bench
# What the page loads, from the folder that was made ready.
ASSETS = {
    "require.js": "node_modules/requirejs/require.js",
    "manager.js": "node_modules/@jupyter-widgets/html-manager/dist/embed-amd.js",
    "anywidget.js": "share/jupyter/nbextensions/anywidget/index.js",
}
# Runs in the other environment: positions -> the widget's state.
MAKE_STATE = """
import json, sys
import jscatter, numpy as np
from ipywidgets.embed import embed_data
x, y = np.load(sys.argv[1]).T
scatter = jscatter.Scatter(x=x, y=y, width=int(sys.argv[2]), height=int(sys.argv[3]))
json.dump(embed_data(views=[scatter.widget], drop_defaults=False), sys.stdout)
"""
BOKEH_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>Bokeh, {}</title>
<script>{}</script></head><body>{}{}</body></html>
"""
SCATTER_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>jupyter-scatter</title>
<script src="require.js"></script><script src="manager.js"></script>
<script type="application/vnd.jupyter.widget-state+json">%s</script>
</head><body><div id="map" style="width: 466px">
<script type="application/vnd.jupyter.widget-view+json">%s</script>
</div></body></html>
"""


def bokeh_page(path: Path, positions: NDArray[np.float32], *, backend: str) -> Path:
    """Write a scatter as one would in plain Bokeh: everything in the page, panned and zoomed.

    Parameters
    ----------
    path : Path
        The HTML file.
    positions : (n, 2) float32 array
        The points.
    backend : str
        ``"canvas"`` or ``"webgl"``.
    """
    plot = figure(
        width=WIDTH, height=HEIGHT, output_backend=backend, tools="pan,wheel_zoom",
        active_scroll="wheel_zoom", toolbar_location=None,
    )  # fmt: skip
    plot.scatter(positions[:, 0], positions[:, 1], size=3, alpha=0.5, line_color=None)
    # Not file_html, which adds what Panel asks for where Panel has been imported.
    script, div = components(plot)
    library = "\n".join(Resources("inline", components=["bokeh", "bokeh-gl"]).js_raw)
    path.write_text(BOKEH_PAGE.format(backend, library, div, script), encoding="utf-8")
    return path


def scatter_page(folder: Path, positions: Path, *, environment: Path) -> Path:
    """Write a page of jupyter-scatter's widget, as ipywidgets embeds it.

    Parameters
    ----------
    folder : Path
        Gets the page and the scripts that it loads.
    positions : Path
        The points, a ``.npy`` file.
    environment : Path
        The folder with jupyter-scatter, html-manager and requirejs.

    Raises
    ------
    FileNotFoundError
        If something is missing there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in ASSETS.items():
        shutil.copyfile(environment / place, folder / name)
    python = str(environment / "bin" / "python")
    command = [python, "-c", MAKE_STATE, str(positions), str(WIDTH), str(HEIGHT)]
    made = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    state, view = json.dumps(made["manager_state"]), json.dumps(made["view_specs"][0])
    page = folder / "index.html"
    page.write_text(SCATTER_PAGE % (state.replace("</", r"<\/"), view), encoding="utf-8")
    return page

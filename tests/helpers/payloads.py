"""Texts that would run where a page took one for HTML, a script, a style or an address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.atlases import make_atlas, nebula
from helpers.mutations import reseal
from hubble_dash.atlas.atlas import Atlas, open_atlas

__all__ = ["PAYLOADS", "hostile_atlas"]

RUN = "ran.push(1)"
# How a text may end what it stands in.
_ENDS = (
    "", '">', "'>", "-->", "]]>", "</title>", "</textarea>", "</style>", "</script>", "</noscript>",
    "*/", "</svg>", "</dialog>", "</template>",
)  # fmt: skip
# What may follow.
_STARTS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}//",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
)
_OTHERS = f"""
" onmouseover="{RUN}" x="
' onfocus='{RUN}' autofocus='
javascript:{RUN}
JaVaScRiPt:{RUN}
java\tscript:{RUN}
data:text/html,<script>parent.{RUN}</script>
';{RUN};//
";{RUN};//
`${{{RUN}}}`
\\u003cscript\\u003e{RUN}\\u003c/script\\u003e
\\x3cscript\\x3e{RUN}\\x3c/script\\x3e
&lt;script&gt;{RUN}&lt;/script&gt;
&#60;script&#62;{RUN}&#60;/script&#62;
%3Cscript%3E{RUN}%3C/script%3E
{{{{constructor.constructor('{RUN}')()}}}}
{{% raw %}}<script>{RUN}</script>
<scr<script>ipt>{RUN}</scr</script>ipt>
<details open ontoggle={RUN}>
<a href=javascript:{RUN}>x</a>
<base href=javascript:{RUN}//>
<style>@import'data:,*{{x:expression({RUN})}}';</style>
<math><mtext><script>{RUN}</script>
<meta http-equiv=refresh content='0;url=javascript:{RUN}'>
<form><button formaction=javascript:{RUN}>x
<video><source onerror={RUN}></video>
<object data=javascript:{RUN}>
__proto__
constructor
<!--<script>
\u202e<b>gnp
<template><script>{RUN}</script></template>
\u2028<script>{RUN}</script>\u2029
""".strip("\n").split("\n")
# Every end with each of two starts, every start after another text, and the others.
PAYLOADS = [
    *(end + _STARTS[(i + j) % len(_STARTS)] for i, end in enumerate(_ENDS) for j in (0, 1)),
    *(f"text {start}" for start in _STARTS),
    *_OTHERS,
]


def hostile_atlas(path: Path, payloads: Iterable[str] = PAYLOADS) -> Atlas:
    """Make an atlas with these texts wherever one may stand.

    Parameters
    ----------
    path : Path
        Its folder.
    payloads : iterable of str
        The texts; one of the cutouts' own columns, and one of their images', is named after each.
    """
    texts = [*payloads]
    said: dict[str, Any] = {
        "title": texts[0], "created": texts[1], "hubble_dash": texts[2], "notes": texts,
        "versions": dict.fromkeys(texts, texts[3]),
        "left_out": {
            "files": [{"path": text, "reason": text} for text in texts],
            "cutouts": dict.fromkeys(texts, 5),
        },
    }  # fmt: skip
    pictures = [nebula(i, (96, 96)) for i in range(4)]
    atlas = make_atlas(path, pictures=pictures, size=48, step=24, k=20, **said)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    for name in ("name", "requested", "weights", "reason"):
        manifest["model"][name] = texts[5]
    manifest["settings"] |= {"inputs": texts, "catalog": texts[6], "stretch": {texts[7]: texts[8]}}
    manifest["settings"]["process_images"] = [{"name": texts[9], texts[10]: texts[11]}]
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    images, cutouts = atlas.images.copy(), atlas.cutouts.copy()
    names = np.array(texts, dtype=object)
    images["name"], images["notes"] = names[12 : 12 + len(images)], texts[16]
    images["position_quality"] = "approximate"
    n_images = len(images)
    of_images = {f"{text} of image": np.roll(names, -i)[:n_images] for i, text in enumerate(texts)}
    of_cutouts = {text: np.resize(np.roll(names, -i), len(cutouts)) for i, text in enumerate(texts)}
    labels = {f"label_{i}": np.resize(np.roll(names, i), len(cutouts)) for i in range(1, 6)}
    cutouts = cutouts.assign(**labels).drop(columns="class")
    # Few enough of each to be coloured by.
    cutouts["kind of cutout"] = np.resize(names[20:26], len(cutouts))
    for name, table, further in (
        ("images.parquet", images, of_images),
        ("cutouts.parquet", cutouts, of_cutouts),
    ):
        pd.concat([table, pd.DataFrame(further)], axis=1).to_parquet(path / name)
        reseal(path, name)
    return open_atlas(path)

"""Modules joined into one script, which Node runs."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from helpers.node import find_node

from hubble_dash.viewer.linker import link_modules

BROWSER = files("hubble_dash.templates").joinpath("browser")


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run(script: str) -> object:
    done = subprocess.run([find_node(), "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_modules_run_once_in_order_and_keep_their_names_apart(tmp_path: Path) -> None:
    write(
        tmp_path,
        main='import { left } from "./a/left.js";\n'
        'import {\n  more as grow,\n  Box,\n} from "./base.js";\n'
        "const own = 3;\n"
        "grow();\nconsole.log(JSON.stringify([own, left(), new Box().size, typeof more]));\n",
        a__left='import { more } from "../base.js";\n'
        "const own = 10;\nmore();\nexport function left() {\n  return own + more();\n}\n",
        base="// Adds.\nlet own = 0; // at first\n/** @returns {number} */\n"
        "export const more = () => ++own;\n"
        "/**\n * A box.\n */\nexport class Box {\n  size = own;\n}\n"
        "export async function late() {}\n",
    )
    script = link_modules(tmp_path, "main.js")
    assert run(script) == [3, 13, 3, "undefined"]
    assert "/**" not in script
    assert "Adds" not in script


@pytest.mark.parametrize(
    "text",
    [
        'import * as all from "./base.js";\n',
        'import base from "./base.js";\n',
        'import { a } from "elsewhere";\n',
        "export default 3;\n",
        "export let a = 3;\n",
        "const a = 3;\nexport { a };\n",
        "export const [a, b] = [1, 2];\n",
    ],
)
def test_other_forms_are_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, main=text, base="export const a = 1;\n")
    with pytest.raises(ValueError, match=re.escape(text.splitlines()[-1])):
        link_modules(tmp_path, "main.js")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    write(
        tmp_path,
        main='import { a } from "./other.js";\nexport const b = a;\n',
        other='import { b } from "./main.js";\nexport const a = b;\n',
    )
    with pytest.raises(ValueError, match="cycle"):
        link_modules(tmp_path, "main.js")


def test_the_page_s_script_stands_in_a_page() -> None:
    script = link_modules(BROWSER, "main.js")
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert script == link_modules(BROWSER, "main.js")


def test_every_module_is_in_the_page_s_script() -> None:
    script = link_modules(BROWSER, "main.js")
    # That of a site's page of all is another script.
    modules = [path for path in Path(str(BROWSER)).rglob("*.js") if path.name != "site.js"]
    assert script.count(" = (() => {\n") == len(modules)

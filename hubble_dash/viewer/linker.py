"""The browser side's modules -> one classic script, which runs anywhere and at once.

``docs/browser.md`` says why the page does not load them as modules.
"""

from __future__ import annotations

import posixpath
import re
from graphlib import TopologicalSorter
from importlib.resources.abc import Traversable

__all__ = ["link_modules"]

_IMPORT = re.compile(r'^import \{([^}]+)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async function|function\*?|class|const) (\w+))", re.MULTILINE)
# Comments that stand on lines of their own: types and reasons, for those who work on the modules.
_COMMENTS = re.compile(r"^ *(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def link_modules(folder: Traversable, entry: str) -> str:
    """Join a module and all that it imports.

    Each module becomes a function that is called once, after those that it imports, and gives what
    it exports.

    Parameters
    ----------
    folder : Traversable
        Where the modules stand.
    entry : str
        The module that imports all others, such as ``"main.js"``.

    Returns
    -------
    str
        The text of a script, in strict mode, without names of its own and without comments.

    Raises
    ------
    ValueError
        If a module imports or exports in a form that is not known here, or modules import one
        another in a circle.
    """
    texts: dict[str, str] = {}
    imported: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in texts:
            continue
        texts[name] = folder.joinpath(name).read_text(encoding="utf-8")
        imported[name] = [_resolve(name, found[2]) for found in _IMPORT.finditer(texts[name])]
        waiting += imported[name]
    order = TopologicalSorter(imported).static_order()
    linked = "\n".join(_wrapped(name, texts[name]) for name in order)
    return f'(() => {{\n"use strict";\n{linked}\n}})();'


def _resolve(importer: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))


def _variable(name: str) -> str:
    """Name what a module gives: with ``$``, as no module names anything of its own."""
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _wrapped(name: str, text: str) -> str:
    """Make a module's text the definition of what it gives."""
    exported = [found[2] for found in _EXPORT.finditer(text)]
    body = _IMPORT.sub(lambda found: _constants(name, found[1], found[2]), text)
    body = _EXPORT.sub(r"\1", _COMMENTS.sub("", body))
    if other := _OTHER.search(body):
        raise ValueError(f"{name} has {other[0]!r}; import and export by name, relative to it")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();"


def _constants(importer: str, names: str, path: str) -> str:
    taken = re.sub(r"\s+as\s+", ": ", names)
    return f"const {{{taken}}} = {_variable(_resolve(importer, path))};"

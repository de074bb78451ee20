"""Which modules a view needs, so that its HTML can name them and they load in parallel."""

import posixpath
import re
from collections.abc import Iterator, Mapping

START = "core/start.js"
APP = "core/app.js"
VIEWS = "views/views.js"
# `import … from "./x.js"` and `export … from "./x.js"`, also over several lines.
_STATIC_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?from "(\.[^"]+)"', re.MULTILINE)
# In views.js: `themes: () => import("./themes/themes.js")`.
_VIEW = re.compile(r'^ *(?:"(?P<quoted>\w*)"|(?P<name>\w+)): \(\) => import\("(?P<path>\.[^"]+)"\)')


def modules_of_views(contents: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return for each view, by the first part of its address, the modules that it needs.

    contents: the page's files by path.
    """
    app = [START, *_with_imports(contents, APP)]
    return {
        view: list(dict.fromkeys([*app, *_with_imports(contents, entry)]))
        for view, entry in _entries(contents)
    }


def _entries(contents: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for line in contents[VIEWS].decode().splitlines():
        if found := _VIEW.match(line):
            yield found["quoted"] or found["name"] or "", _resolve(VIEWS, found["path"])


def _with_imports(contents: Mapping[str, bytes], name: str) -> list[str]:
    """Return a module and everything that it imports, each once."""
    found = {name: None}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        for path in _STATIC_IMPORT.findall(contents[module].decode()):
            imported = _resolve(module, path)
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return list(found)


def _resolve(module: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), path))

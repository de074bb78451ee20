"""Everything that documents name exists: linked files and headings, paths, and modules."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.compose.file import PROJECT_ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:|/)([^)#\s]*)(?:#([^)\s]+))?\)")
# In code: `shared/errors.py`, but not /run/tagloop/… or ../shared/….
PATH = re.compile(r"(?<![\w./-])(?:shared|services|tagloop|bench|tests|deploy|docs)/[\w./-]*\w")
MODULE = re.compile(r"python -m ((?:shared|services|tagloop|bench|tests)[\w.]*)")
CODE = re.compile(r"`([^`\n]+)`")


def documents() -> list[Path]:
    """Return every document of the project."""
    return [PROJECT_ROOT / "README.md", *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]


@cache
def anchors_of(document: Path) -> frozenset[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings)


def broken_links(document: Path) -> Iterator[str]:
    """Return a document's links to files or headings that do not exist."""
    for path, anchor in LINK.findall(document.read_text()):
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            yield f"{path}#{anchor}"


def missing_paths(document: Path) -> Iterator[str]:
    """Return the paths in a document's code that do not exist."""
    for code in CODE.findall(document.read_text()):
        for path in PATH.findall(code):
            if not (PROJECT_ROOT / path).exists():
                yield path


def missing_modules(document: Path) -> Iterator[str]:
    """Return the modules that a document runs and that do not exist."""
    for module in MODULE.findall(document.read_text()):
        path = PROJECT_ROOT / module.replace(".", "/")
        if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists()):
            yield module


def test_every_link_of_a_document_leads_somewhere() -> None:
    found = {doc.name: list(broken_links(doc)) for doc in documents()}

    assert not {name: links for name, links in found.items() if links}


def test_every_path_and_module_that_a_document_names_exists() -> None:
    found = {doc.name: [*missing_paths(doc), *missing_modules(doc)] for doc in documents()}

    assert not {name: paths for name, paths in found.items() if paths}


def test_every_benchmark_that_a_document_names_explains_itself() -> None:
    named = {m for file in documents() for m in MODULE.findall(file.read_text())}
    benchmarks = {m.rstrip(".") for m in named if m.startswith("bench")}
    silent = []
    for module in benchmarks:
        path = PROJECT_ROOT / module.replace(".", "/")
        source = (path / "__main__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
        if f'prog="python -m {module}"' not in source and "import typer" not in source:
            silent.append(module)

    assert benchmarks
    assert not silent, "`--help` says what it measures and which arguments it takes"

"""Sphinx extension: pages that read well on GitHub, completed for the site.

* `<!-- insert: tables warehouse -->` is invisible on GitHub; here the text of `generated_text` takes its place.
* `<!-- insert: contents -->` makes the navigation of the site from the lists of links above it, heading by heading.
* `<!-- insert: readme seeds/cms/README.md -->` takes in a file that lies beside what it describes, without its title.
* A link to a file outside docs leads to the page that takes the file in. Other files MyST copies beside the site.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from generated_text import PROJECT, make
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from hhs_hcc.errors import HhsHccError

DOCS = PROJECT / "docs"
_INSERT = re.compile(r"^<!-- insert: (\S+)(.*?) -->$", re.MULTILINE)
_FENCE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_ENTRY = re.compile(r"^(?:## (.+)|\* \[[^\]]+\]\(([^)#]+)\.md\))$", re.MULTILINE)
_LINK = re.compile(r"(\]\()([^)#\s:]+)((?:#[^)\s]*)?\))")


@cache
def page_of_file() -> Mapping[Path, Path]:
    """Files outside docs, by the page that takes them in."""
    pages = {}
    for page in sorted(DOCS.rglob("*.md")):
        for name, file in _INSERT.findall(page.read_text(encoding="utf-8")):
            if name == "readme":
                pages[PROJECT / file.strip()] = page
    return pages


def complete(text: str, page: Path) -> str:
    """The text of a page as the site has it.

    Args:
        text: As it stands in docs.
        page: Its file.
    """

    def insert(found: re.Match[str]) -> str:
        name, arguments = found[1], found[2].split()
        if name == "contents":
            return contents(text)
        if name != "readme":
            return make(name, arguments)
        file = PROJECT / arguments[0]
        _, body = file.read_text(encoding="utf-8").split("\n", 1)
        return _relink(body, file, page)

    return _INSERT.sub(insert, _relink(text, page, page))


def contents(text: str) -> str:
    """Hidden tables of contents: the pages that the lists of a text link to, under their headings."""
    trees: list[list[str]] = []
    for heading, page in _ENTRY.findall(text):
        if heading:
            trees.append(["```{toctree}", ":hidden:", f":caption: {heading}", ""])
        else:
            trees[-1].append(page)
    return "\n\n".join("\n".join([*tree, "```"]) for tree in trees)


def _relink(text: str, source: Path, page: Path) -> str:
    """Turn the relative links of a source into those of the page that shows it, outside of code."""

    def link(found: re.Match[str]) -> str:
        target = (source.parent / found[2]).resolve()
        if not target.exists():
            raise ExtensionError(f"{source}: the link {found[2]} leads nowhere")
        target = page_of_file().get(target, target)
        return found[1] + os.path.relpath(target, page.parent) + found[3]

    parts = _FENCE.split(text)
    return "".join(part if i % 2 else _LINK.sub(link, part) for i, part in enumerate(parts))


def _complete_source(app: Sphinx, docname: str, content: list[str]) -> None:
    page = Path(app.env.doc2path(docname))
    if page.suffix == ".md":
        try:
            content[0] = complete(content[0], page)
        except (HhsHccError, ValueError) as error:
            raise ExtensionError(f"{docname}: {error}") from error


def _generated(app: Sphinx, *_: Any) -> list[str]:
    """Pages to read again whether or not their own file has changed."""
    return [name for name in app.env.found_docs if _INSERT.search(Path(app.env.doc2path(name)).read_text("utf-8"))]


# What the theme leaves out: a keyboard could not scroll wide blocks, and the headings of the navigation had no level.
_ACCESSIBLE = {
    "furo_navigation_tree": {'role="heading"': 'role="heading" aria-level="2"'},
    "body": {"<pre>": '<pre tabindex="0">', '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper'},
}


def _make_accessible(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    for part, changes in _ACCESSIBLE.items():
        for before, after in changes.items():
            if context.get(part):
                context[part] = context[part].replace(before, after)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _complete_source)
    app.connect("env-get-outdated", _generated)
    # After the theme, which makes the navigation.
    app.connect("html-page-context", _make_accessible, priority=900)
    return {"parallel_read_safe": True}

"""The parts of the reference that are made from the project itself, as Markdown.

Nothing here reads a database: vars come from dbt_project.yml, tables from the YAML beside the models, commands from the
program. `site_pages` puts the text where a page asks for it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import typer.main
from docutils.nodes import make_id
from typer.cli import get_docs_for_click

from hhs_hcc.cli import app
from hhs_hcc.data_dictionary import Relation, in_rooms, read_dictionary
from hhs_hcc.erd import draw_rooms, draw_svg

PROJECT = Path(__file__).resolve().parents[2]
_PRIVACY = {"direct": "direct", "quasi": "quasi", "none": "", "": ""}


@cache
def dictionary() -> tuple[Relation, ...]:
    """The project's relations, read once for all pages."""
    return tuple(read_dictionary(PROJECT))


def settings() -> str:
    """The vars of dbt_project.yml, each with its default and the comment above it."""
    lines = ["| Var | Default | Meaning |", "|---|---|---|"]
    text: list[str] = []
    for group, names in _vars((PROJECT / "dbt_project.yml").read_text(encoding="utf-8")):
        if not names:
            text += ["", f"## {group}", "", *lines]
            continue
        shown = "<br>".join(f"`{name}`" for name, _ in names)
        defaults = "<br>".join(f"`{default}`" for default in dict.fromkeys(default for _, default in names))
        text.append(f"| {shown} | {defaults} | {_cell(group)} |")
    return "\n".join(text)


def _vars(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A heading without vars, or a comment with the vars that stand under it."""
    comment: list[str] = []
    names: list[tuple[str, str]] = []
    block = re.search(r"^vars:\n(.*?)^\S", text, re.DOTALL | re.MULTILINE)
    if block is None:
        raise ValueError("dbt_project.yml has no vars")
    for line in [*block[1].splitlines(), "  # --- end ---"]:
        if found := re.fullmatch(r"  (\w+): (.+)", line):
            names.append((found[1], found[2]))
            continue
        if names and line.startswith("  #"):
            yield " ".join(comment), names
            comment, names = [], []
        if heading := re.fullmatch(r"  # --- (.+?) -+", line):
            if heading[1] != "end":
                yield heading[1], []
        elif line.startswith("  # "):
            comment.append(line.removeprefix("  # "))


def commands() -> str:
    """Every command with its arguments and options, as `--help` has them."""
    command = typer.main.get_command(app)
    context = command.make_context("hhs-hcc", [], resilient_parsing=True)
    text = get_docs_for_click(obj=command, ctx=context, name="hhs-hcc")
    # Before the first command stands a list of all, which the page's own contents are, too.
    return text[text.index("\n## ") :]


def tables(*rooms: str) -> str:
    """The relations of rooms with their columns."""
    return "\n".join(line for relation in in_rooms(dictionary(), rooms) for line in _table(relation))


def _table(relation: Relation) -> Iterator[str]:
    yield from (
        "",
        f"## {relation.name}",
        "",
        f"`{relation.schema}.{relation.name}`",
        "",
        _plain(relation.description),
        "",
    )
    if relation.key:
        yield from ("Key: " + ", ".join(f"`{column}`" for column in relation.key) + ".", "")
    for reference in relation.references:
        here, there = (
            ", ".join(f"`{column}`" for column in columns) for columns in (reference.columns, reference.to_columns)
        )
        to = f"`{reference.to}`" if here == there else f"`{reference.to}` ({there})"
        yield f"* {here} refers to {to}."
    types = any(column.data_type for column in relation.columns)
    private = any(_PRIVACY[column.phi] for column in relation.columns)
    heads = ["Column", *(["Type"] if types else []), "Meaning", *(["Identifies"] if private else [])]
    yield from ("", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads))
    for column in relation.columns:
        cells = [f"`{column.name}`"]
        if types:
            cells.append(f"`{column.data_type}`" if column.data_type else "")
        cells.append(_cell(column.description))
        if private:
            cells.append(_PRIVACY[column.phi])
        yield f"| {' | '.join(cells)} |"
    yield ""


def erd(*rooms: str) -> str:
    """The diagram of rooms, as an svg element in the page: its colours follow the page's."""
    svg = draw_svg(draw_rooms(dictionary(), rooms, link=lambda name: f"#{make_id(name)}"))
    # Several diagrams in one page would share the ids that Graphviz gives; nothing refers to them.
    svg = re.sub(r' id="[^"]*"', "", re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL))
    label = f"Diagram of the tables of {', '.join(rooms)}; the tables are described below"
    frame = f'<div class="erd" role="region" tabindex="0" aria-label="{label}">\n{svg}\n</div>'
    return f"```{{raw}} html\n{frame}\n```"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Descriptions are plain text: what Markdown would read as markup is escaped, but for code in backticks."""
    parts = text.split("`")
    escaped = [re.sub(r"([\\*_<>\[\]])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts)]
    return "`".join(escaped)


MAKERS = {"settings": settings, "commands": commands, "tables": tables, "erd": erd}


def make(name: str, arguments: Sequence[str]) -> str:
    """The text that a page asks for by `<!-- insert: name arguments -->`."""
    if name not in MAKERS:
        raise ValueError(f"there is nothing to insert named {name}; there is {', '.join(MAKERS)} and readme")
    return MAKERS[name](*arguments)

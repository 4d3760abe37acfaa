"""Entity-relationship diagrams of the project's rooms, from the YAML beside the models.

An edge is a `relationships` data test, or a reference that the YAML declares under `meta.references`. Nothing is drawn
by hand: a table that gains a reference gains an edge.

    python -m hhs_hcc.erd --room warehouse --out target/warehouse.svg
"""

import html
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hhs_hcc.data_dictionary import Reference, Relation, in_rooms, read_dictionary
from hhs_hcc.errors import HhsHccError

# Text is black and lines are grey unless a page's style sheet says otherwise: it finds the parts by their classes.
_GRAPH = (
    '    graph [rankdir=LR, nodesep=0.25, ranksep=0.8, bgcolor=transparent, fontname="sans-serif"];',
    '    node [shape=plain, fontname="sans-serif", fontsize=11];',
    '    edge [dir=both, arrowsize=0.7, color="#707070"];',
)


def erd_dot(project: Path, rooms: Sequence[str], *, link: Callable[[str], str] | None = None) -> str:
    """Draw the relations of rooms and what they refer to, as text for Graphviz.

    Relations without a reference in either direction are left out. Of the others, key columns and referring columns are
    drawn, and the rest counted. A relation of another room is drawn by its key, with a dashed frame.

    Args:
        project: Where dbt_project.yml lies.
        rooms: Rooms of the data dictionary: warehouse, scoring, analysis/comparison, runs, ...
        link: Gives the URL to which a click on a relation of these rooms leads, from its name.

    Returns:
        A digraph in the DOT language.

    Raises:
        HhsHccError: If there is no such room, or a reference leads to no relation or column.
    """
    return draw_rooms(read_dictionary(project), rooms, link=link)


def draw_rooms(relations: Sequence[Relation], rooms: Sequence[str], *, link: Callable[[str], str] | None = None) -> str:
    """The same as `erd_dot`, of a data dictionary that has been read.

    Args:
        relations: All of the project.
        rooms: As of `erd_dot`.
        link: As of `erd_dot`.
    """
    by_name = {relation.name: relation for relation in relations}
    inside = in_rooms(relations, rooms)
    edges = [(relation, reference) for relation in inside for reference in relation.references]
    for relation, reference in edges:
        _check(relation, reference, by_name)
    named = {relation.name for relation, _ in edges} | {reference.to for _, reference in edges}
    own = {relation.name for relation in inside}
    lines = ["digraph erd {", *_GRAPH]
    for name in sorted(named, key=lambda name: (name not in own, name)):
        lines.append(_node(by_name[name], edges, link if name in own else None, is_own=name in own))
    lines += [_edge(relation, reference, by_name[reference.to]) for relation, reference in edges]
    return "\n".join([*lines, "}", ""])


def draw_svg(dot: str) -> str:
    """Have Graphviz draw a diagram as SVG.

    Args:
        dot: Text of `erd_dot`.

    Returns:
        The svg element, without the XML header that would not fit into a page.

    Raises:
        HhsHccError: If Graphviz is not installed, or cannot read the text.
    """
    program = shutil.which("dot")
    if program is None:
        raise HhsHccError("Diagrams are drawn by Graphviz, and there is no program dot: apt-get install graphviz.")
    answer = subprocess.run([program, "-Tsvg"], input=dot, capture_output=True, text=True, check=False)  # noqa: S603 - found above
    if answer.returncode:
        raise HhsHccError(f"Graphviz cannot draw this: {answer.stderr.strip()}")
    return answer.stdout[answer.stdout.index("<svg") :]


def _check(relation: Relation, reference: Reference, by_name: dict[str, Relation]) -> None:
    target = by_name.get(reference.to)
    if target is None:
        raise HhsHccError(f"{relation.name} refers to {reference.to}, which no YAML describes.")
    for there, columns in ((relation, reference.columns), (target, reference.to_columns)):
        missing = set(columns) - {column.name for column in there.columns}
        if missing:
            raise HhsHccError(
                f"{relation.name} refers to {reference.to}; {there.name} has no column {', '.join(sorted(missing))}."
            )


def _node(
    relation: Relation, edges: Sequence[tuple[Relation, Reference]], link: Callable[[str], str] | None, *, is_own: bool
) -> str:
    referring = {column for at, reference in edges if at is relation for column in reference.columns}
    referred = {column for _, reference in edges if reference.to == relation.name for column in reference.to_columns}
    shown = [
        column
        for column in (column.name for column in relation.columns)
        if column in {*relation.key, *referring, *referred}
    ]
    rows = [f'<tr><td colspan="2" bgcolor="#e4e4e4"><b>{html.escape(relation.name)}</b></td></tr>']
    for column in shown:
        mark = "<i>key</i>" if column in relation.key else " "
        name = html.escape(column)
        # Edges come in at the left cell and leave from the right one.
        rows.append(
            f'<tr><td align="left" port="to_{name}">{name}</td><td align="right" port="from_{name}">{mark}</td></tr>'
        )
    rest = len(relation.columns) - len(shown)
    if is_own and rest:
        rows.append(f'<tr><td colspan="2" align="left"><i>and {rest} more</i></td></tr>')
    style = "" if is_own else ' style="dashed"'
    table = f'<table border="1" cellborder="0" cellspacing="0" cellpadding="3" color="#707070"{style}>'
    attributes = [f"label=<{table}{''.join(rows)}</table>>", f'tooltip="{_quoted(relation.description)}"']
    attributes.append(f'class="{"own" if is_own else "foreign"}"')
    if link:
        attributes.append(f'URL="{link(relation.name)}"')
    return f'    "{relation.name}" [{", ".join(attributes)}];'


def _edge(relation: Relation, reference: Reference, target: Relation) -> str:
    tail, head = _end(relation, reference.columns), _end(target, reference.to_columns)
    pairs = [
        here if here == there else f"{here} = {there}"
        for here, there in zip(reference.columns, reference.to_columns, strict=True)
    ]
    tooltip = f"{relation.name} to {target.name}: {', '.join(pairs)}"
    start = f'"{relation.name}":"from_{reference.columns[-1]}":e'
    end = f'"{target.name}":"to_{reference.to_columns[-1]}":w'
    return f'    {start} -> {end} [arrowtail={tail}, arrowhead={head}, tooltip="{_quoted(tooltip)}"];'


def _end(relation: Relation, columns: Sequence[str]) -> str:
    """A bar for one row, where the columns hold the whole key; else a crow's foot for many."""
    return "tee" if relation.key and set(relation.key) <= set(columns) else "crow"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def write_erd(
    room: Annotated[list[str], typer.Option(help="A room of the data dictionary; may be given more than once.")],
    out: Annotated[Path, typer.Option(help="The SVG file.")],
    project: Annotated[Path, typer.Option(help="Where dbt_project.yml lies.")] = Path(),
) -> None:
    """Draw the relations of rooms into an SVG file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(draw_svg(erd_dot(project, room)), encoding="utf-8")


if __name__ == "__main__":
    try:
        typer.run(write_erd)
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None

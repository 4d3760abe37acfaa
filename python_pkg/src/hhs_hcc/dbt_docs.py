"""The diagrams on the first page of the documentation that dbt generates.

dbt knows pages and text, but draws nothing. models/_overview.md shows pictures by their names (`erd/warehouse.svg`).
This draws them beside the page that dbt has generated, and makes them part of a page that is one file.

    python -m hhs_hcc.dbt_docs        # after `dbt docs generate`; make docs and make docs-static do both
"""

import base64
import re
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from hhs_hcc.erd import draw_svg, erd_dot
from hhs_hcc.errors import HhsHccError

FOLDER = "erd"
# Name of the picture, and the rooms that it shows.
DIAGRAMS = {"warehouse": ("warehouse",), "runs": ("runs", "scoring")}
# The column of dbt's page, in points.
_COLUMN = 640
_SIZE = re.compile(r'width="(\d+)pt"\s+height="(\d+)pt"')


def draw_diagrams(project: Path, target: Path) -> dict[str, Path]:
    """Draw the diagrams below the target folder.

    Args:
        project: Where dbt_project.yml lies.
        target: Where dbt has put index.html.

    Returns:
        The files by the names that pages know them under.

    Raises:
        HhsHccError: If Graphviz is not installed.
    """
    folder = target / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for name, rooms in DIAGRAMS.items():
        file = folder / f"{name}.svg"
        file.write_text(_SIZE.sub(_fitted, draw_svg(erd_dot(project, rooms)), count=1), encoding="utf-8")
        drawn[f"{FOLDER}/{file.name}"] = file
    return drawn


def _fitted(size: re.Match[str]) -> str:
    """The size of a picture, no wider than the page's column."""
    width, height = (int(length) for length in size.groups())
    share = min(1.0, _COLUMN / width)
    return f'width="{width * share:.0f}pt" height="{height * share:.0f}pt"'


def embed(page: Path, drawn: dict[str, Path]) -> None:
    """Make pictures part of a page that shows them by name; they stay out of a page that has them already."""
    html = page.read_text(encoding="utf-8")
    for name, file in drawn.items():
        picture = base64.b64encode(file.read_bytes()).decode("ascii")
        html = html.replace(f"({name})", f"(data:image/svg+xml;base64,{picture})")
    page.write_text(html, encoding="utf-8")


def main(
    target: Annotated[Path, typer.Argument(help="dbt's target folder.")] = Path("target"),
    project: Annotated[Path, typer.Option(help="Where dbt_project.yml lies.")] = Path(),
) -> None:
    """Draw the diagrams of the documentation in TARGET."""
    if shutil.which("dot") is None:
        print("The documentation is there, its diagrams are not: install Graphviz (apt-get install graphviz).")
        return
    drawn = draw_diagrams(project, target)
    single_file = target / "static_index.html"
    if single_file.is_file():
        embed(single_file, drawn)


if __name__ == "__main__":
    try:
        typer.run(main)
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None

"""Pages: a report as one HTML file that needs nothing else, and a CSV file beside it for each figure."""

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports import tables, theme
from hhs_hcc.reports.figure import Figure, Report

PAGE = "report.html"
INDEX = "index.html"


def write_report(report: Report, reports: Path) -> Path:
    """Write a report.

    Args:
        report: What to write.
        reports: The folder of all reports; the report gets its own below it, in the place of an older one.

    Returns:
        The page.

    Raises:
        HhsHccError: If the folder cannot be written.
    """
    folder = reports / report.folder
    html = render("report.html", report=report, figures={f.name: drawn(f) for s in report.sections for f in s.figures})
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for section in report.sections:
            for figure in section.figures:
                figure.frame.write_csv(folder / f"{figure.name}.csv")
        (folder / PAGE).write_text(html, encoding="utf-8")
    except OSError as error:
        raise HhsHccError(f"{folder} cannot be written: {error.strerror}. Choose another folder with --out.") from error
    return folder / PAGE


def render(template: str, **values: Any) -> str:
    """A page from a template, with the house's styles and script inside."""
    source = _environment()
    return source.get_template(template).render(
        css=Markup(theme.css_variables() + "\n" + _text("house.css")),  # noqa: S704 - our own files
        js=Markup(_text("house.js")),  # noqa: S704
        **values,
    )


def drawn(figure: Figure) -> Mapping[str, Any]:
    """What the template needs of a figure: chart in two widths, table, size."""
    label = figure.description or figure.title
    charts = {}
    if figure.chart is not None and figure.frame.height:
        charts = {
            size: Markup(theme.to_svg(figure.chart(figure.frame, width), label))  # noqa: S704 - Vega escapes its texts
            for size, width in (("wide", theme.WIDE), ("narrow", theme.NARROW))
        }
    table = tables.to_html(figure.frame, list(figure.columns), figure.name)
    return {"charts": charts, "table": Markup(table), "rows": figure.frame.height}  # noqa: S704 - GT escapes cells


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hhs_hcc.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(name: str) -> str:
    source, *_ = _environment().loader.get_source(_environment(), name)  # type: ignore[union-attr]
    return source

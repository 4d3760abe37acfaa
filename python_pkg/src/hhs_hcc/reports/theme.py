"""The house look of charts: colours by meaning, light and dark, and charts as SVG that follow the page's colours."""

import re
from itertools import count
from typing import Any

import altair as alt
import vl_convert

from hhs_hcc.reports.figure import Chart

FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"

# By meaning. The light value is what a chart declares; on a page, a CSS variable of that name takes its place, so that
# one drawing serves both schemes. Told apart by lightness as well as by hue, for those who see few colours; all have at
# least 3:1 against the paper (WCAG 2.2, 1.4.11), text colours 4.5:1.
COLOURS = {
    # name: (light, dark)
    "paper": ("#fefefe", "#14181f"),
    "ink": ("#1b2430", "#e6e9ee"),
    "muted": ("#55606f", "#a5aebb"),
    "grid": ("#dfe3e9", "#343c48"),
    "total": ("#5b6675", "#99a4b3"),
    "main": ("#2563a9", "#7db3f0"),
    "second": ("#b4530a", "#f2a65a"),
    "third": ("#0f766f", "#5cc7bb"),
    "fourth": ("#6d4aa9", "#b9a0ee"),
    "fifth": ("#a8325f", "#f08fb3"),
    "up": ("#2563aa", "#7db3f1"),
    "down": ("#b4530b", "#f2a65b"),
}
SERIES = ("main", "second", "third", "fourth", "fifth", "total")

# How wide the two drawings of each chart are, in pixels, all in: one for screens and paper, one for phones.
WIDE, NARROW = 880, 340

_documents = count(1)


def colour(name: str) -> str:
    """The hexadecimal colour that a chart declares for a meaning."""
    return COLOURS[name][0]


@alt.theme.register("house", enable=False)
def house_theme() -> alt.theme.ThemeConfig:
    """What all charts share; `with alt.theme.enable("house")` puts a notebook's charts into it."""
    text = {"labelColor": colour("ink"), "titleColor": colour("ink"), "labelFontSize": 12, "titleFontSize": 12}
    config: Any = {
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 2,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text,
            "titleFontWeight": "normal",
            "domainColor": colour("muted"),
            "tickColor": colour("muted"),
            "gridColor": colour("grid"),
            "labelLimit": 220,
        },
        "legend": {**text, "titleFontWeight": "normal", "orient": "top"},
        "header": {**text, "titleFontWeight": "normal"},
        "title": {"color": colour("ink"), "fontSize": 13, "fontWeight": "bold", "anchor": "start"},
        "range": {"category": [colour(name) for name in SERIES]},
        "bar": {"color": colour("main")},
        "line": {"color": colour("main"), "strokeWidth": 2},
        "point": {"color": colour("main"), "filled": True, "size": 45},
        "rule": {"color": colour("muted")},
        "text": {"color": colour("ink"), "fontSize": 12},
    }
    return alt.theme.ThemeConfig(config=config)


def to_svg(chart: Chart, label: str) -> str:
    """Draw a chart.

    Args:
        chart: Its data must already be aggregates: labels of marks repeat them.
        label: What the picture shows, in words, for those who do not see it.

    Returns:
        One `<svg>` element, to be put into a page: an image to assistive technology, its colours variables of the
        page, the values of a mark in `data-tip`.
    """
    with alt.theme.enable("house"):
        drawn = vl_convert.vegalite_to_svg(chart.to_dict())
    drawn = _with_variables(_one_image(drawn))
    # References such as clip paths would meet those of the page's other charts.
    prefix = f"c{next(_documents)}-"
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", drawn)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{_attribute(label)}" ', 1)


def _one_image(svg: str) -> str:
    """Vega describes each mark to screen readers: hundreds of stops. The table beside the chart reads better."""
    svg = re.sub(r' aria-label="([^"]*)" role="graphics-symbol"', r' data-tip="\1"', svg)
    return re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)


def _with_variables(svg: str) -> str:
    names = {light: name for name, (light, _) in COLOURS.items()}
    return re.sub(
        "#[0-9a-f]{6}", lambda found: f"var(--{names[found.group()]})" if found.group() in names else found.group(), svg
    )


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def css_variables() -> str:
    """The colours as CSS: dark where the reader's system is dark, always light on paper."""
    light = " ".join(f"--{name}: {pair[0]};" for name, pair in COLOURS.items())
    dark = " ".join(f"--{name}: {pair[1]};" for name, pair in COLOURS.items())
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
    )

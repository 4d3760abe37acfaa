import re
from html.parser import HTMLParser
from pathlib import Path

import altair as alt
import polars as pl
import pytest

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports import charts, theme
from hhs_hcc.reports.figure import Column, Figure, KeyFigure, Kind, Report, Section
from hhs_hcc.reports.page import write_report
from hhs_hcc.reports.queries import filled_in
from hhs_hcc.reports.suppression import hide_small_cells
from hhs_hcc.reports.tables import to_html

NASTY = """<script>alert("1")</script> & 'x'"""


def a_report(name: str = "silver", chart: bool = True) -> Report:
    frame = pl.DataFrame(
        {"metal": [name, "gold", "bronze"], "member_count": [1234, 4, 30], "plrs": [1.2345, 9.876, 2.0]}
    )
    figure = Figure(
        name="plrs",
        title=f"PLRS of {name}",
        reading="Relative to 1.0.",
        frame=hide_small_cells(frame, keep=["metal"]),
        columns=[
            Column("metal", "Metal level"),
            Column("member_count", "Members", Kind.COUNT),
            Column("plrs", "PLRS", Kind.SCORE),
        ],
        sql="select 1 < 2 as a",
        chart=(lambda shown, width: charts.bars(shown, width, label="metal", value="plrs", title="PLRS"))
        if chart
        else None,
    )
    return Report(
        folder="run-1",
        title="Scoring run",
        subtitle=name,
        summary=[f"All about {name}."],
        key_figures=[KeyFigure("Members", "1,268", name)],
        sections=[Section("plans", "Plans", [figure])],
        provenance=[("description", name)],
    )


class Outline(HTMLParser):
    """Elements that are open, ids, references and scripts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.scripts = 0
        self.references: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.scripts += tag == "script"
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.references += [str(found[name]) for name in ("src", "href") if name in found]


def test_a_page_holds_all_that_it_needs_and_refers_to_its_own_files_only(tmp_path: Path) -> None:
    page = write_report(a_report(), tmp_path)
    outline = Outline(page.read_text())
    assert outline.scripts == 1
    assert {ref for ref in outline.references if not ref.startswith("#")} == {"data:,", "../index.html", "plrs.csv"}
    assert sorted(outline.ids) == sorted(set(outline.ids))
    assert {ref[1:] for ref in outline.references if ref.startswith("#")} <= set(outline.ids)
    assert "default-src 'none'" in page.read_text()


def test_a_hidden_cell_is_in_no_file(tmp_path: Path) -> None:
    page = write_report(a_report(), tmp_path)
    assert "9.876" not in page.read_text()
    assert (page.parent / "plrs.csv").read_text().splitlines()[2] == "gold,,,fewer than 11 members"
    assert "&lt; 11" in page.read_text()


def test_texts_from_the_database_are_text_on_the_page(tmp_path: Path) -> None:
    html = write_report(a_report(NASTY), tmp_path).read_text()
    assert Outline(html).scripts == 1
    assert NASTY not in html


def test_a_new_report_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    page = write_report(a_report(), tmp_path)
    (page.parent / "old.csv").touch()
    write_report(a_report(), tmp_path)
    assert sorted(file.name for file in page.parent.iterdir()) == ["plrs.csv", "report.html"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HhsHccError, match=r"file/run-1 cannot be written: .*--out"):
        write_report(a_report(), tmp_path / "file")


def test_a_chart_is_one_image_in_colours_of_the_page() -> None:
    chart = charts.bars(pl.DataFrame({"m": ["a"], "v": [1.0]}), 300, label="m", value="v", title="PLRS")
    svg = theme.to_svg(chart, 'Scores "by" metal')
    assert svg.startswith('<svg role="img" aria-label="Scores &quot;by&quot; metal" ')
    assert svg.count("role=") == svg.count("aria-label=") == 1
    assert 'fill="var(--main)"' in svg
    assert re.search(r'data-tip="PLRS: 1', svg)
    # A colour that is no variable would stay light on a dark page.
    assert set(re.findall("#[0-9a-fA-F]{3,6}", svg)) == set()
    assert 'fill="white"' not in svg


def test_ids_inside_charts_differ_from_chart_to_chart() -> None:
    clipped = alt.Chart(pl.DataFrame({"x": [1, 2], "y": [1, 2]})).mark_line(clip=True).encode(x="x", y="y")
    drawings = [theme.to_svg(clipped, "a line") for _ in range(2)]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in drawings]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, own in zip(drawings, ids, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= own


def test_each_kind_of_column_is_written_as_people_read_it() -> None:
    frame = pl.DataFrame(
        {"t": ["silver"], "c": [12345], "s": [1.23456], "d": [-0.5], "p": [0.1234], "m": [1234.5], "u": [1234.56]}
    ).with_columns(s=pl.col("s").cast(pl.Decimal(12, 5)))
    kinds = [Kind.TEXT, Kind.COUNT, Kind.SCORE, Kind.CHANGE, Kind.SHARE, Kind.MONTHS, Kind.DOLLARS]
    html = to_html(frame, [Column(n, n.upper(), kind) for n, kind in zip(frame.columns, kinds, strict=True)], "x")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells == ["silver", "12,345", "1.235", "\N{MINUS SIGN}0.500", "12.3%", "1,234", "$1,235"]


def test_a_printed_query_can_be_run_as_it_is() -> None:
    assert filled_in("select $a, $ab, $n", {"a": "it's", "ab": 3, "n": None}) == "select 'it''s', 3, null"


@pytest.mark.parametrize("values", [[], [0.0], [1.0, 2.0], [-1.0, 2.0], [-3.0]])
def test_an_axis_holds_zero_all_bars_and_room_for_their_numbers(values: list[float]) -> None:
    low, high = charts.with_room(pl.Series(values, dtype=pl.Float64), 300)
    assert low <= 0 <= high
    assert low < high
    assert all(low < value < high or value == 0 for value in values)


def test_colours_of_marks_and_text_are_seen_on_both_papers() -> None:
    text = {"ink", "muted", "main"}
    for scheme in (0, 1):
        paper = theme.COLOURS["paper"][scheme]
        for name, pair in theme.COLOURS.items():
            if name not in {"paper", "grid"}:
                assert contrast(pair[scheme], paper) >= (4.5 if name in text else 3.0), name


def test_each_light_colour_stands_for_one_meaning() -> None:
    lights = [light for light, _ in theme.COLOURS.values()]
    assert len(set(lights)) == len(lights)


def contrast(one: str, other: str) -> float:
    """WCAG 2: ratio of relative luminances."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

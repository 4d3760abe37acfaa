import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from decomposition.decomposition_harness import BATCH
from invented_decompositions import DESCRIPTION, Explained, add_bridge, explained, variables, year_over_year

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports import theme
from hhs_hcc.reports.decomposition import charts as pictures
from hhs_hcc.reports.decomposition.data import DriversDoNotAddUpError, read_decomposition
from hhs_hcc.reports.decomposition.figures import (
    TOGETHER,
    alone_bars,
    segment_figure,
    segment_words,
    steps_table,
    the_way_by_part,
    waterfall_bars,
)
from hhs_hcc.reports.decomposition.report import decomposition_report, headline, summary
from hhs_hcc.reports.decomposition.words import Metric, metric_of
from hhs_hcc.reports.figure import Figure, Report
from hhs_hcc.reports.page import write_report
from hhs_hcc.reports.suppression import COMPLEMENT, TOO_FEW
from hhs_hcc.warehouse import RunNotFoundError, open_warehouse

MINUS = "\N{MINUS SIGN}"


def figures_of(report: Report) -> dict[str, Figure]:
    return {figure.name: figure for section in report.sections for figure in section.figures}


def statements(figure: Figure) -> list[str]:
    """The queries that a reader finds below a figure."""
    return [sql for sql in figure.sql.split(";\n\n") if sql.strip()]


@pytest.fixture
def sequential() -> Explained:
    return explained(separate=True)


@pytest.mark.parametrize("metric", ["mean", "member_month_mean", "sum", "dollars"])
@pytest.mark.parametrize("method", ["sequential", "shapley"])
def test_a_waterfall_leads_from_the_baseline_to_the_actual(method: str, metric: str) -> None:
    found = read_decomposition(explained(method, metric, separate=True).warehouse, None)
    bars = waterfall_bars(found)
    assert bars[0].end == pytest.approx(float(found.header["value_before"]), rel=1e-12)
    assert bars[-1].end == pytest.approx(float(found.header["value_after"]), rel=1e-12)
    for bar, following in pairwise(bars[:-1]):
        assert following.start == bar.end
    assert bars[-2].end == pytest.approx(bars[-1].end, rel=1e-9)
    assert [bar.kind for bar in (bars[0], bars[-1])] == ["total", "total"]
    for bar in bars[1:-1]:
        assert bar.kind == ("up" if bar.end >= bar.start else "down")
        assert bar.text[0] == ("+" if bar.end > bar.start else MINUS)


def test_drivers_measured_alone_are_bars_with_their_interaction_and_their_sum() -> None:
    warehouse = explained("marginal").warehouse
    found = read_decomposition(warehouse, None)
    bars = alone_bars(found)
    assert [bar.label for bar in bars][-2:] == ["Interaction", "Total change"]
    assert all(bar.start == 0 for bar in bars)
    assert sum(bar.end for bar in bars[:-1]) == pytest.approx(bars[-1].end, abs=1e-12)
    told = figures_of(decomposition_report(warehouse, None))["waterfall"].description
    assert "Interaction: +" in told or f"Interaction: {MINUS}" in told


def test_shapley_values_leave_no_interaction() -> None:
    warehouse = explained("shapley").warehouse
    report = decomposition_report(warehouse, None)
    assert "Interaction" not in [bar.label for bar in waterfall_bars(read_decomposition(warehouse, None))]
    assert "mean over all orders" in figures_of(report)["waterfall"].reading


def test_medical_and_drug_parts_are_steps_that_end_at_the_actual(sequential: Explained) -> None:
    figures = figures_of(decomposition_report(sequential.warehouse, None))
    parts = figures["waterfall-by-part"].frame
    assert parts["score_part"].to_list()[:2] == ["medical", "drugs"]
    total = sequential.value("select total_change from main_analytics.decomposition")
    assert sum(parts["impact_value"]) == total
    whole = figures["waterfall"].frame
    assert whole.filter((pl.col("impact_medical") + pl.col("impact_rx") - pl.col("impact_value")).abs() > 0).is_empty()


def test_baseline_and_drivers_are_the_actual_to_the_last_digit_shown(sequential: Explained) -> None:
    closing = figures_of(decomposition_report(sequential.warehouse, None))["sum"]
    added = [Decimal(text.replace(MINUS, "-")) for text in closing.frame["added"] if text]
    reached = [Decimal(text) for text in closing.frame["reached"]]
    assert reached[0] + sum(added) == reached[-1]
    assert reached[-1] == sequential.value("select value_after from main_analytics.decomposition")
    assert f"are {reached[-1]}." in closing.reading


def test_drivers_that_do_not_add_up_are_refused() -> None:
    made = Explained(year_over_year(), variables())
    made.connection.execute(
        "update main_analytics.decomposition_scenarios set impact_value = impact_value + 2e-9::decimal(38, 12)"
        " where step_index = 1"
    )
    with pytest.raises(DriversDoNotAddUpError, match=rf"{BATCH} do not add up.*run its scenario again"):
        decomposition_report(made.warehouse, None)


@pytest.mark.parametrize("method", ["sequential", "marginal", "shapley"])
def test_each_printed_query_gives_the_figure_above_it(method: str) -> None:
    database = explained(method, separate=True)
    drivers = [
        figure
        for name, figure in figures_of(decomposition_report(database.warehouse, None)).items()
        if name.startswith("driver-")
    ]
    assert len(drivers) == database.value(
        "select count(distinct driver_order) from main_analytics.decomposition_definitions"
    )
    for figure in drivers:
        impacts, values, states = (database.connection.execute(sql).pl() for sql in statements(figure))
        shown = figure.frame.sort("score_part", descending=True)
        assert impacts.sort("score_part")["impact_value"].to_list() == shown["impact_value"].to_list()
        before_and_after = values.sort("score_part")
        assert before_and_after["value_before"].to_list() == shown["metric_before"].to_list()
        assert (before_and_after["value_after"] - before_and_after["value_before"]).to_list() == shown[
            "impact_value"
        ].to_list()
        sides = states.with_columns(sign=pl.when(pl.col("side") == "after").then(1).otherwise(-1))
        weighted = (sides["sign"] * sides["weight"] / sides["divisor"] * sides["metric_value"].cast(pl.Float64)).sum()
        assert weighted == pytest.approx(float(sum(shown["impact_value"])), abs=1e-9)


def test_every_query_of_the_page_runs_as_it_is_printed(sequential: Explained) -> None:
    for figure in figures_of(decomposition_report(sequential.warehouse, None)).values():
        for sql in statements(figure):
            assert sequential.connection.execute(sql).fetchall() is not None


def test_workings_of_an_older_decomposition_are_said_to_be_gone() -> None:
    made = Explained(year_over_year(), variables())
    made.connection.execute("update main_analytics.decomposition_terms set batch_id = 'newer'")
    figure = figures_of(decomposition_report(made.warehouse, None))["driver-2"]
    assert len(statements(figure)) == 2
    assert "kept for the newest only" in figure.reading


def test_few_lost_members_can_be_worked_out_from_nothing(tmp_path: Path) -> None:
    made = Explained(year_over_year(lost=4), variables(separate_churn=True))
    report = decomposition_report(made.warehouse, None)
    figures = figures_of(report)
    steps = figures["waterfall"].frame
    reasons = dict(steps.select("step", "hidden").iter_rows())
    assert reasons["Lost members"] == TOO_FEW
    assert reasons["New members"] == COMPLEMENT
    assert not [name for name in reasons if name.startswith("Population change")]
    assert steps["value_before"].is_null().all()
    hidden = made.connection.execute(
        "select impact_value from main_analytics.decomposition_scenarios where driver_type in ('churn', 'population')"
        " and impact_value != 0"
    ).fetchall()
    assert steps.filter(pl.col("step") == TOGETHER)["impact_value"].item() == sum(
        impact
        for (impact,) in made.connection.execute(
            "select impact_value from main_analytics.decomposition_scenarios where driver_type = 'churn'"
        ).fetchall()
    )
    page = write_report(report, tmp_path)
    texts = [file.read_text() for file in page.parent.iterdir()]
    for (impact,) in hidden:
        digits = f"{abs(impact):.9f}"
        assert not any(digits in text for text in texts)
    assert f"{TOGETHER}: " in figures["waterfall"].description
    assert "bridge" not in figures
    assert report.summary[1].startswith("The largest driver that can be shown is ")
    assert "few" in next(section for section in report.sections if section.name == "way").lead


def test_drivers_of_close_populations_add_up_all_the_same() -> None:
    made = Explained(year_over_year(lost=4), variables(separate_churn=True, separate_rx_medical=True))
    found = read_decomposition(made.warehouse, None)
    shown = sum(found.drivers["impact_value"].drop_nulls())
    assert found.is_merged
    assert found.together is not None
    assert shown + found.together == found.header["total_change"]
    assert waterfall_bars(found)[-2].end == pytest.approx(float(found.header["value_after"]))
    assert f"{TOGETHER}: " in the_way_by_part(found).description


def test_a_segment_that_few_members_left_is_hidden_with_another() -> None:
    runs = year_over_year(lost=20, lost_metal="gold")
    for run in ("base", "tables"):
        # Four of the twenty lost held bronze.
        for number in range(1, 5):
            old = runs[run][f"lost_{number}"]
            runs[run][f"lost_{number}"] = type(old)(score=old.score, metal="bronze")
    made = Explained(runs, variables(separate_churn=True))
    found = read_decomposition(made.warehouse, None)
    frame = segment_figure(made.warehouse, found, "metal_level").frame
    reasons = dict(frame.select("segment_value", "hidden").iter_rows())
    assert reasons == {"gold": COMPLEMENT, "silver": None, "bronze": TOO_FEW}
    assert frame.filter(pl.col("hidden").is_not_null()).select(
        pl.exclude("segment_value", "hidden")
    ).null_count().sum_horizontal().item() == 2 * (frame.width - 2)


def test_segments_add_up_to_the_drivers(sequential: Explained) -> None:
    found = read_decomposition(sequential.warehouse, None)
    for segment_type in ("metal_level", "model", "hios_plan_id"):
        frame = segment_figure(sequential.warehouse, found, segment_type).frame
        assert frame["hidden"].is_null().all()
        assert float(frame["total_change"].sum()) == pytest.approx(float(found.header["total_change"]), abs=1e-9)
        for order, impact in found.drivers.select("driver_order", "impact_value").iter_rows():
            (column,) = (name for name in frame.columns if name.startswith(f"impact_{order}_"))
            assert float(frame[column].sum()) == pytest.approx(float(impact), abs=1e-9)


def test_nothing_is_shown_of_fewer_than_eleven_members(tmp_path: Path) -> None:
    runs = {
        run: {name: one for name, one in found.items() if name in ("silver_1", "gold_1")}
        for run, found in year_over_year().items()
    }
    made = Explained(runs, variables())
    report = decomposition_report(made.warehouse, None)
    assert not report.sections
    assert "Fewer than 11 members" in report.summary[0]
    page = write_report(report, tmp_path).read_text()
    for column in ("value_before", "value_after", "total_change"):
        assert f"{abs(made.value(f'select {column} from main_analytics.decomposition')):.3f}" not in page


def test_without_the_scores_nobody_knows_what_to_hide() -> None:
    made = Explained(year_over_year(), variables())
    made.connection.execute("delete from main_runs.risk_score_members where member_id = 'gold_1'")
    with pytest.raises(HhsHccError, match=r"counted 80 members of base, but .* now holds 79.*Run its scenario again"):
        decomposition_report(made.warehouse, None)


def test_a_completed_decomposition_without_results_is_named() -> None:
    made = Explained(year_over_year(), variables())
    made.connection.execute("delete from main_analytics.decomposition")
    with pytest.raises(RunNotFoundError, match=rf"{BATCH} is a completed decomposition, but .* no row of it"):
        decomposition_report(made.warehouse, None)


def test_the_summary_tells_the_change_and_the_largest_driver(sequential: Explained) -> None:
    found = read_decomposition(sequential.warehouse, DESCRIPTION)
    first, second, *others = summary(found)
    header = found.header
    assert f"from {header['value_before']:.3f} to {header['value_after']:.3f}" in first
    assert "over all members of each run, 100 and then 110" in first
    largest = max(found.drivers.iter_rows(named=True), key=lambda row: abs(row["impact_value"]))
    assert second.startswith(f"The largest driver is {largest['driver']} (")
    assert headline(found).startswith(first)
    assert 3 <= len([first, second, *others]) <= 6


def test_few_variables_of_the_bridge_are_left_out_and_the_labels_are_those_of_cms(tmp_path: Path) -> None:
    made = Explained(year_over_year(), variables(separate_churn=True))
    add_bridge(
        made,
        [
            ("coefficient_change", "HHS_HCC019", 50, "0.5"),
            ("coefficient_change", "G01", 40, "0.25"),
            ("hcc_incidence", "HHS_HCC019", 4, "0.123456789"),
            ("hcc_incidence", "RXC_01", 12, "0.2"),
            ("demographics", "FAGE_LAST_21_24", 60, "-0.1"),
            ("lost_members", None, 20, "0.01"),
            ("rounding", None, 3, "0.00000001"),
        ],
    )
    report = decomposition_report(made.warehouse, None)
    figures = figures_of(report)
    shown = figures["bridge-variables"].frame
    assert shown.select("variable", "meaning").rows() == [
        ("HHS_HCC019", "Diabetes <b>"),
        ("G01", "Group of HCCs 019"),
        ("FAGE_LAST_21_24", "Female, 21 to 24"),
    ]
    assert "rounding" not in figures["bridge"].frame["driver"]
    folder = write_report(report, tmp_path).parent
    assert not any("0.123" in file.read_text() for file in folder.iterdir())
    assert "<b>" not in (folder / "report.html").read_text()


def test_an_axis_that_does_not_start_at_zero_says_so() -> None:
    high = [pictures.total("a", 10.0, "10"), pictures.total("b", 10.1, "10.1")]
    low = [pictures.total("a", 1.0, "1"), pictures.total("b", 4.0, "4")]
    assert pictures.waterfall_axis(low, 880)[0] == 0
    assert 9 < pictures.waterfall_axis(high, 880)[0] < 10
    assert "does not start at 0" in theme.to_svg(pictures.waterfall(high, 880, "Score"), "x")
    assert "does not start at 0" not in theme.to_svg(pictures.waterfall(low, 880, "Score"), "x")


@pytest.mark.parametrize("width", [theme.WIDE, theme.NARROW])
def test_pictures_keep_to_their_width_and_to_the_colours_of_the_page(width: int) -> None:
    steps = [("A driver with quite a long name, longer than a line", 0.1, "+0.100"), ("Down", -0.3, f"{MINUS}0.300")]
    bars = pictures.bridge(pictures.total("Baseline", 1.2, "1.200"), steps, pictures.total("Actual", 1.0, "1.000"))
    impacts = [pictures.impact(*step) for step in steps]
    for chart in (
        pictures.waterfall(bars, width, "Score"),
        pictures.impact_bars(impacts, width, "Impact"),
        pictures.small_multiples([(f"panel {n}", impacts) for n in range(5)], width, "Part"),
    ):
        svg = theme.to_svg(chart, "x")
        assert 0.8 * width <= float(re.search(r'<svg [^>]*width="([\d.]+)"', svg)[1]) <= 1.03 * width
        assert {"var(--up)", "var(--down)"} <= set(re.findall(r"var\(--[a-z]+\)", svg))
        assert not re.findall("#[0-9a-fA-F]{6}", svg)
        assert f"{MINUS}0.300" in svg


def test_names_from_a_specification_are_text_on_the_page(tmp_path: Path) -> None:
    nasty = "<script>alert('1')</script> & \"x\""
    specification = variables()
    specification["decomposition"]["analysis"]["components"][0] |= {"name": nasty, "description": nasty}
    made = Explained(year_over_year(), specification)
    made.connection.execute("update main_runs.run_registry set run_description = ?", [nasty])
    page = write_report(decomposition_report(made.warehouse, BATCH), tmp_path).read_text()
    assert page.count("<script>") == 1
    assert nasty not in page


def test_the_specification_is_told_in_words(sequential: Explained) -> None:
    told = dict(decomposition_report(sequential.warehouse, None).provenance)
    assert told["Driver Tables"] == "Other tables; run tables; members whom both runs score"
    assert told["Lost and new members"] == "drivers of their own"
    assert told["Population"] == "members whom both runs score"
    assert told["Run base (baseline)"].startswith('<a href="../index.html#run-run of base">')


def test_a_metric_writes_its_numbers() -> None:
    dollars = metric_of({"metric": "dollars", "dollars_per_point_pmpm": Decimal("100.250000")})
    assert dollars.meaning.endswith("$100.25 per point and member month")
    assert dollars.change(Decimal("-1234.6")) == f"{MINUS}$1,235"
    assert dollars.value(Decimal("1234.6")) == "$1,235"
    mean = Metric("m", "mean", "")
    assert [mean.change(Decimal(text)) for text in ("0.0004", "-0.0004", "0.0016")] == ["0.000", "0.000", "+0.002"]


def test_age_bands_are_said_in_words() -> None:
    bands = pl.DataFrame({"segment_value": ["0", "2_4", "60_GT", "(unknown)"]})
    assert bands.select(segment_words("age_band")).to_series().to_list() == ["0", "2 to 4", "60 and over", "(unknown)"]


def test_the_report_of_a_finished_database_tells_what_its_tables_hold(report_database: Path) -> None:
    with open_warehouse(report_database) as warehouse:
        report = decomposition_report(warehouse, None)
        found = read_decomposition(warehouse, None)
        figures = figures_of(report)
        (total,) = warehouse.rows("select value_before, value_after from main_analytics.decomposition")
        members = {
            row["member_id"] for row in warehouse.rows("select distinct member_id from main_runs.risk_score_members")
        }
        for figure in figures.values():
            for sql in statements(figure):
                warehouse.rows(sql)
    assert {"waterfall", "waterfall-by-part", "sum", "by-metal-level", "by-age-band", "driver-2"} <= set(figures)
    assert report.key_figures[0].value == f"{total['value_before']:.3f}"
    steps = steps_table(found)
    assert steps["impact_value"].drop_nulls().sum() == total["value_after"] - total["value_before"]
    for figure in figures.values():
        values = {str(value) for row in figure.frame.iter_rows() for value in row}
        assert not members & values
    links = [value for term, value in report.provenance if term.startswith("Run ")]
    assert sum("../index.html#run-" in link for link in links) == 3

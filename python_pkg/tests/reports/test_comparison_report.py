import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from hhs_hcc.reports.comparison.report import comparison_report
from hhs_hcc.reports.figure import Figure, Report
from hhs_hcc.terminal import SMALLEST_CELL
from hhs_hcc.warehouse import RunNotFoundError, Warehouse, open_warehouse

Altered = Callable[..., Path]


@pytest.fixture(scope="module")
def warehouse(report_database: Path) -> Iterator[Warehouse]:
    with open_warehouse(report_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(warehouse: Warehouse) -> Report:
    return comparison_report(warehouse, "latest")


@pytest.fixture
def altered(report_database: Path, tmp_path: Path) -> Altered:
    """A copy of the database with changes."""

    def alter(*statements: str) -> Path:
        copy = tmp_path / "altered.duckdb"
        shutil.copy(report_database, copy)
        with duckdb.connect(str(copy)) as connection:
            for statement in statements:
                connection.execute(statement)
        return copy

    return alter


def report_of(file: Path) -> Report:
    with open_warehouse(file) as opened:
        return comparison_report(opened, "latest")


def figures(report: Report) -> dict[str, Figure]:
    return {figure.name: figure for section in report.sections for figure in section.figures}


def words_of(folder: Path) -> set[str]:
    return set(re.findall(r"\w+", " ".join(file.read_text(encoding="utf-8") for file in folder.iterdir())))


def members_of(warehouse: Warehouse) -> set[str]:
    return {row["member_id"] for row in warehouse.rows("select member_id from main_analytics.run_comparison")}


def batch_of(report: Report) -> str:
    return report.folder.removeprefix("comparison-").removesuffix("-phi")


def compared_scores(warehouse: Warehouse, report: Report) -> pl.DataFrame:
    """Members of both runs with their scores, from the scores themselves."""
    return warehouse.frame(
        "select a.member_id, a.risk_score as score_a, b.risk_score as score_b"
        " from main_runs.risk_scores as a inner join main_runs.risk_scores as b using (member_id)"
        " where a.run_id = (select run_id from main_runs.batch_runs where batch_id = $batch and role = 'from')"
        " and b.run_id = (select run_id from main_runs.batch_runs where batch_id = $batch and role = 'to')",
        {"batch": batch_of(report)},
    ).with_columns(pl.col("score_a", "score_b").cast(pl.Float64))


def test_scores_are_those_of_the_two_runs(warehouse: Warehouse, report: Report) -> None:
    plrs = {
        row["role"]: row["plrs"]
        for row in warehouse.rows(
            "select role, cast(sum(risk_score * member_months) / sum(member_months) as double) as plrs"
            " from main_runs.risk_score_segments inner join main_runs.batch_runs using (run_id)"
            " where batch_id = ? group by role",
            [batch_of(report)],
        )
    }
    members = compared_scores(warehouse, report)
    total, matched = figures(report)["scores"].frame.rows(named=True)
    assert (float(total["run_a"]), float(total["run_b"])) == pytest.approx((plrs["from"], plrs["to"]))
    assert float(matched["run_a"]) == pytest.approx(members["score_a"].mean())
    assert float(matched["run_b"]) == pytest.approx(members["score_b"].mean())
    parts = dict(figures(report)["parts"].frame.select("part", "mean_change").iter_rows())
    assert float(parts.pop("Together")) == pytest.approx(float(sum(parts.values())), abs=1e-9)


def test_bands_count_each_member_who_moved_once(warehouse: Warehouse, report: Report) -> None:
    moved = compared_scores(warehouse, report).with_columns((pl.col("score_b") - pl.col("score_a")).alias("change"))
    frame = figures(report)["changes"].frame
    shown = dict(frame.filter(pl.col("hidden").is_null()).select("band", "member_count").iter_rows())
    counted = {
        band: moved.filter(pl.col("change").round(5).is_between(low, high, closed="right")).height
        for band, low, high in (("rose by 1 to 2", 1, 2), ("rose by 0.5 to 1", 0.5, 1), ("rose by 2 to 5", 2, 5))
    }
    assert counted.keys() & shown.keys()
    assert all(shown[band] == count for band, count in counted.items() if band in shown)


def test_hidden_bands_cannot_be_worked_out_from_how_many_rose_and_fell(warehouse: Warehouse, report: Report) -> None:
    summary = warehouse.rows(
        "select increased_count as up, decreased_count as down from main_analytics.comparison_summary"
        " where batch_id = ?",
        [batch_of(report)],
    )[0]
    frame = figures(report)["changes"].frame
    assert frame["hidden"].null_count() < frame.height, "the demo must have a band of few members"
    for (direction,), rows in frame.partition_by("direction", as_dict=True).items():
        hidden = rows.filter(pl.col("hidden").is_not_null())
        rest = summary[str(direction)] - rows["member_count"].sum()
        assert hidden["member_count"].null_count() == hidden.height
        assert rest == 0 or (hidden.height > 1 and rest >= SMALLEST_CELL)


def test_every_figure_hides_its_small_cells(report: Report) -> None:
    for name, figure in figures(report).items():
        counts = [column for column in figure.frame.columns if column.endswith(("_count", "_count_a", "_count_b"))]
        for column in counts:
            values = figure.frame[column].drop_nulls()
            assert not values.is_between(1, SMALLEST_CELL - 1).any(), f"{name}: {column}"
        if "hidden" in figure.frame.columns:
            hidden = figure.frame.filter(pl.col("hidden").is_not_null()).select(pl.col(pl.Float64, pl.Decimal))
            assert sum(hidden.null_count().row(0)) == hidden.height * hidden.width, name


def test_the_place_of_a_hidden_row_does_not_tell_its_size(report: Report) -> None:
    for name, label in (("plans", "segment_value"), ("contributions", "variable")):
        hidden = figures(report)[name].frame.filter(pl.col("hidden").is_not_null())[label]
        assert hidden.len() > 1
        assert hidden.is_sorted(), name


def test_the_ordinary_page_names_no_member(warehouse: Warehouse, report: Report, reports: Path) -> None:
    words = words_of(reports / report.folder)
    assert words.isdisjoint(members_of(warehouse))
    assert "PHI" not in report.title


def test_left_stayed_and_came_are_the_members_of_both_runs(warehouse: Warehouse, report: Report) -> None:
    everybody = figures(report)["churn"].frame.row(0, named=True)
    in_a, in_b = (
        warehouse.rows(
            "select count(*) as n from main_runs.risk_scores where run_id ="
            " (select run_id from main_runs.batch_runs where batch_id = ? and role = ?)",
            [batch_of(report), role],
        )[0]["n"]
        for role in ("from", "to")
    )
    assert everybody["left_count"] + everybody["stayed_count"] == in_a
    assert everybody["came_count"] + everybody["stayed_count"] == in_b


def test_settings_that_differ_come_first_and_are_told(report: Report) -> None:
    settings = figures(report)["settings"].frame
    assert settings["differs"].to_list() == sorted(settings["differs"], reverse=True)
    first = settings.row(0, named=True)
    assert (first["run_a"], first["run_b"]) == ("2024", "2025")
    assert any("benefit year (2024 and 2025)" in sentence for sentence in report.summary)
    assert "coefficients" not in figures(report), "the runs have the same model year"


def test_coefficients_are_shown_when_the_model_years_differ(altered: Altered) -> None:
    # Only the registry is changed: what the figure shows are the tables of its years.
    file = altered("update main_runs.run_registry set model_year = 2024 where benefit_year = 2024")
    rows = figures(report_of(file))["coefficients"].frame
    assert rows["difference"].abs().is_sorted(descending=True)
    first = rows.row(0, named=True)
    model, variable = first["term"].split(" ", 1)
    with duckdb.connect(str(file), read_only=True) as connection:
        found = dict(
            connection.execute(
                "select model_year, coefficient from main_cms.cms_coefficient"
                " where model = ? and variable = ? and metal_level = ?",
                [model, variable, first["metal_level"]],
            ).fetchall()
        )
    assert (first["coefficient_a"], first["coefficient_b"]) == (found[2024], found[2025])


def test_few_members_in_one_run_only_are_not_told_by_the_counts_of_both(altered: Altered) -> None:
    report = report_of(
        altered(
            "update main_analytics.comparison_summary set a_only_count = 5",
            "update main_analytics.churn_analysis set member_count = 5 where churn_status = 'termed'",
        )
    )
    assert [key.value for key in report.key_figures][-2] == "< 11"
    made = figures(report)
    assert made["churn"].frame["metal_level"].to_list() == ["all"]
    assert made["churn"].frame["left_count"].to_list() == [None]
    for name, figure in made.items():
        assert {"member_count_a", "member_count_b"}.isdisjoint(figure.frame.columns), name


def test_of_the_same_members_neither_gained_nor_lost_is_shown_beside_a_small_one(altered: Altered) -> None:
    moves = (
        "update main_analytics.comparison_hcc set gained_count = 40, lost_count = 3"
        " where variable = (select min(variable) from main_analytics.comparison_hcc)"
    )
    with_churn = figures(report_of(altered(moves)))["categories-moved"].frame
    same = "update main_analytics.comparison_summary set a_only_count = 0, b_only_count = 0"
    same_members = figures(report_of(altered(moves, same)))["categories-moved"].frame
    first = pl.col("variable") == with_churn["variable"].min()
    assert dict(with_churn.filter(first).select("moved_how", "member_count").iter_rows()) == {
        "gained": 40,
        "lost": None,
    }
    assert same_members.filter(first)["member_count"].to_list() == [None, None]


def test_few_scores_that_changed_are_told_as_few(altered: Altered) -> None:
    report = report_of(
        altered(
            "update main_analytics.comparison_summary set changed_count = 4, increased_count = 4, decreased_count = 0",
            "update main_analytics.run_comparison set score_diff = 0",
        )
    )
    assert "hidden" in [key.value for key in report.key_figures]
    assert "Fewer than 11 members of both runs moved" in figures(report)["changes"].reading
    assert not any("rose" in sentence for sentence in report.summary)


def test_large_moves_are_left_to_the_bands_when_they_are_a_sum_of_bands(altered: Altered, report: Report) -> None:
    large = "Score moved by more than 3"
    assert large in figures(report)["anomalies"].frame["anomaly"].to_list()
    settings = "update main_runs.run_registry set resolved_vars = json_merge_patch(resolved_vars, "
    changed = figures(report_of(altered(settings + """'{"large_score_move": 5}')""")))["anomalies"].frame
    assert not any(finding.startswith("Score moved") for finding in changed["anomaly"])
    assert changed.height


def test_members_one_by_one_are_marked_as_phi_and_named_anew_each_time(warehouse: Warehouse) -> None:
    first, second = (comparison_report(warehouse, "latest", pseudonyms=True) for _ in range(2))
    assert first.folder == f"comparison-{batch_of(first)}-phi"
    assert "PHI" in first.title
    assert "PHI" in first.summary[0]
    names = [set(figures(report)["largest-movers"].frame["name"]) for report in (first, second)]
    assert len(names[0]) == figures(first)["largest-movers"].frame.height > 0
    assert names[0].isdisjoint(names[1])
    movers = figures(first)["largest-movers"].frame
    assert set(re.findall(r"\w+", movers.write_csv())).isdisjoint(members_of(warehouse))
    scores = movers.select("score_a", "score_b", "score_diff")
    assert all(re.fullmatch(r"-?\d+\.\d", score) for row in scores.iter_rows() for score in row)


def test_a_comparison_without_results_is_told_from_one_that_is_not_there(altered: Altered, report: Report) -> None:
    with pytest.raises(RunNotFoundError, match=r"has no results.*Compare again"):
        report_of(altered("delete from main_analytics.comparison_summary"))


@pytest.mark.parametrize("label", ["nothing of that name", "2025 tables on 2025 data"])
def test_what_is_no_comparison_is_refused(warehouse: Warehouse, label: str) -> None:
    with pytest.raises(RunNotFoundError):
        comparison_report(warehouse, label)


def test_a_small_plan_is_not_hidden_alone_in_its_metal_level_or_state(altered: Altered) -> None:
    large = "update main_analytics.comparison_by_segment set member_count_a = 100, member_count_b = 100,"
    small = (
        "update main_analytics.comparison_by_segment set member_count_a = 5 where segment_type = 'hios_plan_id'"
        " and segment_value in (select max(hios_plan_id) from main_runs.agg_plrs_by_plan group by metal_level)"
    )
    file = altered(f"{large} stayer_count = 100 where segment_type = 'hios_plan_id'", small)
    rows = figures(report_of(file))["plans"].frame
    with duckdb.connect(str(file), read_only=True) as connection:
        metals = connection.sql("select distinct hios_plan_id, metal_level from main_runs.agg_plrs_by_plan").pl()
    placed = rows.join(metals, left_on="segment_value", right_on="hios_plan_id").with_columns(
        pl.col("segment_value").str.slice(5, 2).alias("state")
    )
    for total in ("metal_level", "state"):
        hidden = placed.group_by(total).agg(pl.col("hidden").count())["hidden"]
        assert hidden.max() > 1
        assert 1 not in hidden, total

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhs_hcc.reports.figure import Figure, Report
from hhs_hcc.reports.lag.curves import Payments, curve, safe_months
from hhs_hcc.reports.lag.report import lag_report
from hhs_hcc.reports.page import write_report
from hhs_hcc.terminal import SMALLEST_CELL
from hhs_hcc.warehouse import RunNotFoundError, open_warehouse

# (member, months until payment) of each line.
Lines = list[tuple[int, int]]
Line = tuple[str, str, date, date, float]
LINES = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6)), min_size=1, max_size=120)


def payments(lines: Lines, observed: int = 6) -> Payments:
    members = {month: {member for member, at in lines if at == month} for month in {at for _, at in lines}}
    last = {member: max(at for one, at in lines if one == member) for member, _ in lines}
    return Payments(
        member_count={month: len(found) for month, found in members.items()},
        last_count={month: sum(last[member] == month for member in found) for month, found in members.items()},
        line_count={month: sum(at == month for _, at in lines) for month in members},
        paid_amount={month: 10.0 * sum(at == month for _, at in lines) for month in members},
        observed=observed,
    )


def members_paid(lines: Lines, after: int, through: int) -> int:
    return len({member for member, month in lines if after < month <= through})


@given(st.lists(LINES, min_size=1, max_size=3), st.permutations(range(7)))
def test_between_two_points_that_are_shown_lie_claims_of_nobody_or_of_many_members(
    groups: list[Lines], wanted: list[int]
) -> None:
    safe = sorted(safe_months([payments(lines) for lines in groups], wanted))
    for lines in groups:
        if safe:
            for after, through in zip([-1, *safe], [*safe, 6], strict=True):
                assert members_paid(lines, after, through) == 0 or members_paid(lines, after, through) >= SMALLEST_CELL


@given(LINES, st.integers(0, 6), st.integers(0, 6))
def test_members_behind_a_step_are_never_counted_too_high(lines: Lines, one: int, other: int) -> None:
    after, through = sorted((one, other))
    assert payments(lines).members_between(after, through) <= members_paid(lines, after, through)


def test_a_point_that_few_members_paid_before_or_after_is_not_shown() -> None:
    many, few = [(member, 0) for member in range(20)], [(member, 3) for member in range(5)]
    assert safe_months([payments(many + few)], range(7)) == [3, 4, 5, 6]
    assert safe_months([payments(many)], range(7)) == list(range(7))


def test_groups_that_add_up_are_shown_at_the_same_months() -> None:
    many = payments([(member, month) for member in range(20) for month in (0, 1)])
    few = payments([(member, 0) for member in range(20)] + [(1, 1)])
    assert 0 in safe_months([many], range(7))
    assert safe_months([many, few], range(7)) == safe_months([few], range(7)) == [1, 2, 3, 4, 5, 6]


def test_a_curve_adds_up_and_ends_where_knowledge_ends() -> None:
    found = curve(payments([(member, month) for member in range(20) for month in (0, 0, 1, 4)], observed=2), [0, 1], 12)
    assert found["months"].to_list() == [0, 1, 2]
    assert found["line_share"].to_list() == [0.5, 0.75, None]
    assert found["hidden"].is_null().to_list() == [True, True, False]


# An invented issuer: 20 members with a claim in each month of 2022, paid in the same month, and one in December that is
# paid later. The deadline of 2022 moved from Sunday, 30 April 2023 to Monday.
DEADLINE = date(2023, 5, 1)
_LINE = {
    "member_id": pl.String,
    "claim_type": pl.String,
    "service_date": pl.Date,
    "paid_date": pl.Date,
    "paid_amount": pl.Float64,
}


def claims_of(*late: tuple[int, date]) -> list[Line]:
    """Lines as (member, claim type, service, payment, dollars); `late`: how many members are paid on which day."""
    on_time = [
        (f"M{member}", "professional", date(2022, month, 3), date(2022, month, 20), 10.0)
        for member in range(20)
        for month in range(1, 13)
    ]
    return on_time + [
        (f"M{member}", "institutional", date(2022, 12, 5), paid, 40.0)
        for count, paid in late
        for member in range(count)
    ]


def database(
    folder: Path,
    claims: Sequence[Line] | None,
    runs: Sequence[tuple[str, date | None, str, float]] = (),
    delivered: datetime = datetime(2024, 6, 15),
) -> Path:
    """A DuckDB file with what the report reads: claims, and runs as (run_id, paid_through, fingerprint, PLRS)."""
    file = folder / "lag.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """
            create schema main_runs; create schema main_warehouse; create schema main_cms;
            create table main_runs.run_registry (run_id varchar, analysis_type varchar, status varchar,
                model_year integer, benefit_year integer, edition varchar, unknown_validity varchar, mce_edits boolean,
                age_basis varchar, paid_through date, load_timestamp timestamp, started_at timestamp,
                cms_tables_hash varchar, input_fingerprint varchar, resolved_vars json, member_count bigint);
            create table main_runs.agg_plrs_by_plan (run_id varchar, plrs decimal(14, 5), member_months decimal(18, 6));
            """
        )
        for number, (run_id, paid_through, fingerprint, plrs) in enumerate(runs):
            connection.execute(
                "insert into main_runs.run_registry values (?, 'scoring', 'completed', 2023, 2022, 'diy_tables',"
                " 'strict', true, 'last_enrolled_day', ?, ?, ?, 'tables', ?, ?, 20)",
                [run_id, paid_through, delivered, datetime(2024, 7, 1 + number), fingerprint, json.dumps({})],
            )
            # Two plans, so that the score must be weighted by months.
            connection.execute(
                "insert into main_runs.agg_plrs_by_plan values (?, ?, 30), (?, ?, 10)", [run_id, plrs, run_id, plrs + 4]
            )
        if claims is not None:
            connection.execute(
                """
                create table main_warehouse.fct_claim_line (member_id varchar, claim_type varchar, service_date date,
                    paid_date date, paid_amount decimal(18, 2), is_in_force boolean, load_timestamp timestamp);
                create table main_warehouse.dim_date (calendar_year integer, edge_submission_deadline date);
                insert into main_warehouse.dim_date values (2022, date '2023-05-01'), (2023, date '2024-04-30');
                create table main_cms.cms_edge_deadline (deadline varchar, years_after integer, month integer);
                insert into main_cms.cms_edge_deadline values ('edge_submission', 1, 4);
                """
            )
            lines = pl.DataFrame(claims, schema=_LINE, orient="row")
            connection.register("lines", lines)
            connection.execute("insert into main_warehouse.fct_claim_line select *, true, ? from lines", [delivered])
    return file


def report_of(file: Path) -> Report:
    with open_warehouse(file) as warehouse:
        return lag_report(warehouse)


def figure(report: Report, name: str) -> Figure:
    return next(figure for section in report.sections for figure in section.figures if figure.name == name)


def test_lines_are_caught_that_are_paid_by_the_deadline_though_it_moved_to_the_next_month(tmp_path: Path) -> None:
    # 240 lines on time, 20 on the day of the deadline, 20 on the day after it.
    file = database(tmp_path, claims_of((20, DEADLINE), (20, date(2023, 5, 2))))
    report = report_of(file)
    total = figure(report, "deadlines").frame.filter(pl.col("claim_type") == "all").row(0, named=True)
    assert (total["deadline"], total["line_count"]) == (DEADLINE, 280)
    assert total["line_share"] == pytest.approx(260 / 280)
    assert total["paid_share"] == pytest.approx((2400 + 800) / (2400 + 1600))
    curve_after = figure(report, "lines-after-year").frame
    assert curve_after.filter(pl.col("months") == 4)["line_share"].to_list() == [pytest.approx(260 / 280)]
    assert any("92.9% of the lines of 2022" in sentence for sentence in report.summary)


def test_few_members_with_claims_after_the_deadline_are_told_as_few(tmp_path: Path) -> None:
    report = report_of(database(tmp_path, claims_of((20, DEADLINE), (7, date(2023, 9, 2)))))
    deadlines = figure(report, "deadlines").frame
    assert deadlines["line_share"].to_list() == [None, None, None]
    assert any("but those of fewer than 11 members" in sentence for sentence in report.summary)
    assert "all but few" in [key.value for key in report.key_figures]
    curve_after = figure(report, "lines-after-year").frame.filter(pl.col("hidden").is_null())
    assert set(curve_after["months"]).isdisjoint(range(4, 9))
    assert not any("97.4" in sentence for sentence in report.summary)


def test_a_year_is_drawn_only_as_far_as_it_is_known_and_says_so(tmp_path: Path) -> None:
    # Delivered in the middle of February: January is the last complete month.
    late = claims_of((20, date(2023, 1, 10)), (20, date(2023, 2, 10)))
    report = report_of(database(tmp_path, late, delivered=datetime(2023, 2, 15)))
    curves = figure(report, "lines-by-months").frame
    assert curves["months"].max() == 1
    assert curves["is_open"].all()
    assert curves["curve"].unique().to_list() == ["2022 (open: 1 months after its end are known)"]
    # What was paid in February is not counted, neither as paid nor as seen.
    assert curves["line_share"].to_list() == [pytest.approx(240 / 260), 1.0]
    assert figure(report, "deadlines").frame["status"].unique().to_list() == ["later than what is known"]
    assert any("2022 is open" in sentence for sentence in report.summary)


def test_payments_dated_after_the_delivery_are_no_knowledge_of_the_future(tmp_path: Path) -> None:
    lines = claims_of((20, date(2022, 12, 20)), (20, date(2023, 11, 1)))
    report = report_of(database(tmp_path, lines, delivered=datetime(2023, 3, 31, 6)))
    # The delivery was made on the last day of March, but nothing was paid after December: it was cut there.
    assert dict(report.provenance)["Payments counted through"] == "2022-12-31"


def test_months_of_service_add_up_to_the_year(tmp_path: Path) -> None:
    report = report_of(database(tmp_path, claims_of((20, date(2023, 2, 3)))))
    triangle = figure(report, "months-of-service").frame
    assert triangle["service_month"].to_list() == [date(2022, month, 1) for month in range(1, 13)]
    assert triangle["line_count"].sum() == 260
    assert triangle["paid_after_0_months"].to_list() == [*[1.0] * 11, 0.5]


def test_a_year_of_few_lines_is_named_and_not_drawn(tmp_path: Path) -> None:
    stray = [("M1", "pharmacy", date(2020, 5, 5), date(2020, 5, 6), 1.0)]
    report = report_of(database(tmp_path, claims_of((20, date(2023, 1, 10))) + stray))
    assert figure(report, "lines-by-months").frame["service_year"].unique().to_list() == [2022]
    assert "Of 2020 there are few lines" in report.sections[0].lead


def test_scores_mature_over_runs_that_differ_in_the_cut_off_alone(tmp_path: Path) -> None:
    runs = [
        ("march", date(2023, 3, 31), "data", 1.0),
        ("all", None, "data", 1.5),
        # A cut-off after the delivery knows no more than the delivery; the newest of equals counts.
        ("future", date(2030, 1, 31), "data", 1.5),
        ("other data", date(2023, 6, 30), "other", 9.0),
    ]
    report = report_of(database(tmp_path, None, runs))
    rows = figure(report, "score-maturity").frame.rows(named=True)
    assert [(row["known_through"], row["months"], row["plrs"]) for row in rows] == [
        (date(2023, 3, 31), 3, 2.0),
        (date(2024, 6, 15), 17, 2.5),
    ]
    assert rows[0]["share_of_last"] == pytest.approx(0.8)
    assert any("is 2.000, through 15 June 2024 it is 2.500" in sentence for sentence in report.summary)


def test_without_runs_to_put_side_by_side_the_scenario_is_named_that_makes_them(tmp_path: Path) -> None:
    report = report_of(database(tmp_path, None, [("one", None, "data", 1.0)]))
    assert "scenarios/decomposition/run_out_2022.yml" in report.summary[-1]
    assert "dbt build --select +fct_claim_line" in report.summary[0]
    assert write_report(report, tmp_path).is_file()


@pytest.mark.parametrize("claims", [None, []])
def test_a_database_with_neither_claims_nor_runs_is_told_what_to_do(tmp_path: Path, claims: list[Line] | None) -> None:
    with pytest.raises(RunNotFoundError, match="dbt build --select"):
        report_of(database(tmp_path, claims))


@pytest.fixture(scope="module")
def demo(report_database: Path) -> Report:
    return report_of(report_database)


def test_curves_are_those_of_a_count_of_ones_own(demo: Report, report_database: Path) -> None:
    with duckdb.connect(str(report_database), read_only=True) as connection:
        lines = connection.sql(
            "select service_date, paid_date, paid_amount from main_warehouse.fct_claim_line"
            " where is_in_force and year(service_date) = 2024 and paid_date <= date '2026-06-30'"
        ).pl()
    service, paid = pl.col("service_date").dt, pl.col("paid_date").dt
    lag = 12 * (paid.year() - service.year()) + paid.month().cast(pl.Int32) - service.month()
    for month in (0, 1):
        known = lines.filter(lag <= month)
        for name, expected in (
            ("lines-by-months", known.height / lines.height),
            ("dollars-by-months", float(known["paid_amount"].sum()) / float(lines["paid_amount"].sum())),
        ):
            found = figure(demo, name).frame.filter((pl.col("service_year") == 2024) & (pl.col("months") == month))
            assert found.row(0)[4] == pytest.approx(expected)


def test_the_page_names_no_member_and_shows_no_hidden_share(demo: Report, report_database: Path, reports: Path) -> None:
    files = (reports / demo.folder).iterdir()
    words = set(re.findall(r"\w+", " ".join(file.read_text(encoding="utf-8") for file in files)))
    with duckdb.connect(str(report_database), read_only=True) as connection:
        members = {row[0] for row in connection.sql("select member_id from main_warehouse.fct_claim_line").fetchall()}
    assert members
    assert words.isdisjoint(members)
    for name in ("lines-by-months", "dollars-by-months", "types-by-months", "lines-after-year"):
        frame = figure(demo, name).frame.filter(pl.col("hidden").is_not_null())
        for column in frame.columns:
            if column.endswith("_share"):
                assert frame[column].null_count() == frame.height

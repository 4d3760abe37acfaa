import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from hhs_hcc.reports import charts
from hhs_hcc.reports.charts import short_name
from hhs_hcc.reports.figure import Figure, Report
from hhs_hcc.reports.page import write_report
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.run import charts as run_charts
from hhs_hcc.reports.run.claims import REASONS, claim_funnel, claims_by_type
from hhs_hcc.reports.run.provenance import provenance
from hhs_hcc.reports.run.report import run_report
from hhs_hcc.reports.run.scores import merged_bins
from hhs_hcc.reports.suppression import HIDDEN, hidden_last, hide_within
from hhs_hcc.terminal import SMALLEST_CELL, is_small
from hhs_hcc.warehouse import RunNotFoundError, Warehouse, open_warehouse

NEWEST, OLDER = "2025 tables on 2025 data", "2024 tables on 2024 data"


@pytest.fixture(scope="module")
def warehouse(report_database: Path) -> Iterator[Warehouse]:
    with open_warehouse(report_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(warehouse: Warehouse) -> Report:
    return run_report(warehouse, OLDER)


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(report, tmp_path_factory.mktemp("reports"))


def figure(report: Report, name: str) -> Figure:
    return next(one for section in report.sections for one in section.figures if one.name == name)


def figures(report: Report) -> dict[str, Figure]:
    return {one.name: one for section in report.sections for one in section.figures}


def run_id_of(report: Report) -> str:
    return report.folder.removeprefix("run-")


def shown(report: Report, name: str) -> pl.DataFrame:
    return charts.shown(figure(report, name).frame)


# --- The figures are those of the run ---------------------------------------------------------------------------------


def test_scores_by_metal_level_are_those_of_its_plans_by_member_months(warehouse: Warehouse, report: Report) -> None:
    expected = warehouse.rows(
        "select metal_level, cast(sum(plrs * member_months) / sum(member_months) as double) as plrs"
        " from main_runs.agg_plrs_by_plan where run_id = ? group by all",
        [run_id_of(report)],
    )
    found = dict(shown(report, "plrs-by-metal").select("metal_level", "plrs").iter_rows())
    assert len(found) > 3
    assert found == pytest.approx({row["metal_level"]: row["plrs"] for row in expected}, abs=1e-4)


def test_the_parts_of_the_score_add_up_and_terms_add_up_to_the_parts(warehouse: Warehouse, report: Report) -> None:
    parts = figure(report, "parts-of-score").frame
    sums = parts.select(pl.sum_horizontal("demographic_part", "hcc_part", "rxc_part"), "plrs")
    assert [row[0] for row in sums.iter_rows()] == pytest.approx([row[1] for row in sums.iter_rows()])
    whole = parts.row(-1, named=True)
    assert whole["model"] == "all"
    terms = ask(warehouse, "run/conditions", run_id=run_id_of(report)).frame
    assert terms["contribution"].sum() == pytest.approx(whole["hcc_part"] + whole["rxc_part"])
    plrs = next(key.value for key in report.key_figures if key.label == "PLRS")
    assert plrs == f"{whole['plrs']:.3f}"


def test_as_many_members_have_a_condition_as_the_runs_aggregate_says(warehouse: Warehouse, report: Report) -> None:
    expected = warehouse.rows(
        "select variable, cast(sum(member_count) as bigint) as members from main_runs.agg_hcc_prevalence"
        " where run_id = ? group by all having sum(member_count) > 10",
        [run_id_of(report)],
    )
    found = pl.concat([shown(report, "hcc-prevalence"), shown(report, "rxc-prevalence")])
    assert found.height > 10
    of_run = {row["variable"]: row["members"] for row in expected}
    assert {row["variable"]: row["member_count"] for row in found.iter_rows(named=True)}.items() <= of_run.items()


def test_bins_bands_months_and_areas_hold_all_members(warehouse: Warehouse, report: Report) -> None:
    run_id = run_id_of(report)
    members = warehouse.rows("select count(*) as n from main_runs.risk_score_members where run_id = ?", [run_id])[0][
        "n"
    ]
    for name in ("score_distribution", "members_by_duration", "plrs_by_area"):
        assert ask(warehouse, f"run/{name}", run_id=run_id).frame["member_count"].sum() == members, name
    ages = ask(warehouse, "run/members_by_age", run_id=run_id, model_year=2024).frame
    assert ages["member_count"].sum() == ages["female_count"].sum() + ages["male_count"].sum() == members
    assert next(key.value for key in report.key_figures if key.label == "Members") == f"{members:,}"


def test_the_claim_funnel_closes_for_the_newest_run_and_for_an_older_one(warehouse: Warehouse, report: Report) -> None:
    ledger = warehouse.rows("select count(*) as lines from main_intermediate.int_claim_line_eligibility")[0]["lines"]
    accepted = set()
    for label in (NEWEST, OLDER):
        lines = ask(warehouse, "run/claim_lines", run_id=warehouse.scoring_run(label)["run_id"]).frame
        steps = claim_funnel(lines, claims_by_type(lines))
        sizes = dict(shown_sizes(steps))
        assert sizes["in"] == ledger == lines["line_count"].sum()
        assert sizes["in"] == sizes["out"] + sizes["accepted"]
        accepted.add(sizes["accepted"])
    # Each run keeps its own: the ledger is that of the newest only.
    assert len(accepted) == 2
    assert not figure(report, "claim-funnel").frame.is_empty()


def shown_sizes(steps: pl.DataFrame) -> Iterator[tuple[str, int]]:
    return iter(charts.shown(steps).group_by("part").agg(pl.col("line_count").sum()).iter_rows())


def test_the_summary_tells_the_findings_in_three_to_five_sentences(report: Report) -> None:
    assert 3 <= len(report.summary) <= 5
    metals = shown(report, "plrs-by-metal").sort("plrs")
    assert f"{metals['plrs'][0]:.3f} ({metals['metal_level'][0]})" in report.summary[1]
    accepted = shown(report, "claim-funnel").filter(pl.col("part") == "accepted")["line_count"][0]
    assert f"{accepted:,} claim lines count" in report.summary[3]


# --- What few members stand behind ------------------------------------------------------------------------------------


def test_no_page_or_file_names_a_member(warehouse: Warehouse, page: Path) -> None:
    members = {row["member_id"] for row in warehouse.rows("select distinct member_id from main_runs.scores_rejected")}
    members |= {
        row["member_id"] for row in warehouse.rows("select distinct member_id from main_runs.risk_score_members")
    }
    assert len(members) > 1000
    prefix = re.escape(next(iter(members))[:2])
    for file in page.parent.iterdir():
        assert not set(re.findall(rf"{prefix}\w+", file.read_text())) & members, file.name


def test_every_hidden_row_is_empty_but_for_its_name_on_file(page: Path) -> None:
    hidden = 0
    for file in page.parent.glob("*.csv"):
        for row in csv.DictReader(file.open()):
            if row[HIDDEN]:
                hidden += 1
                measures = [
                    name for name in row if re.search("_count|_months|share|plrs|_part|prevalence|contri", name)
                ]
                names = {"enrollment_months"}
                assert not [row[name] for name in measures if name not in names and row[name]], (file.name, row)
    assert hidden > 20


def test_no_cell_of_few_members_is_shown(warehouse: Warehouse, report: Report) -> None:
    small = warehouse.rows(
        "select hios_plan_id from main_runs.agg_plrs_by_plan where run_id = ? and member_count < 11",
        [run_id_of(report)],
    )
    assert len(small) > 5
    assert not {row["hios_plan_id"] for row in small} & set(shown(report, "plrs-by-plan")["hios_plan_id"])
    for name, one in figures(report).items():
        for count in {"member_count", "female_count", "male_count"} & set(one.frame.columns):
            assert not [members for members in one.frame[count] if is_small(members)], name


@pytest.mark.parametrize("total", ["metal_level", "state"])
def test_no_hidden_plan_is_a_total_less_the_plans_that_are_shown(
    warehouse: Warehouse, report: Report, total: str
) -> None:
    counts = ask(warehouse, "run/plrs_by_plan", run_id=run_id_of(report)).frame.select("hios_plan_id", "member_count")
    plans = figure(report, "plrs-by-plan").frame.drop("member_count").join(counts, on="hios_plan_id")
    hidden = plans.filter(pl.col(HIDDEN).is_not_null()).group_by(total).agg(pl.len(), pl.col("member_count").sum())
    assert hidden.height
    assert hidden.filter((pl.col("len") < 2) | (pl.col("member_count") < SMALLEST_CELL)).is_empty()


def test_hidden_rows_stand_last_by_name_so_that_their_place_tells_no_size(report: Report) -> None:
    for name, key in (
        ("plrs-by-plan", "hios_plan_id"),
        ("plrs-by-rating-area", "area"),
        ("hcc-prevalence", "variable"),
    ):
        frame = figure(report, name).frame
        reasons = frame[HIDDEN].is_not_null().to_list()
        assert reasons == sorted(reasons)
        hidden = frame.filter(pl.col(HIDDEN).is_not_null())[key].to_list()
        assert hidden == sorted(hidden)


def test_a_cell_hidden_for_the_sake_of_one_total_gets_a_partner_in_the_other() -> None:
    plans = pl.DataFrame(
        {
            "plan": ["p1", "p2", "p3", "p4"],
            "metal": ["gold", "gold", "silver", "silver"],
            "state": ["TX", "NC", "NC", "TX"],
            "member_count": [5, 50, 60, 70],
        }
    )
    one = hide_within(plans, keep=["plan", "metal", "state"], totals=[["metal"]])
    assert one.filter(pl.col(HIDDEN).is_not_null())["plan"].to_list() == ["p1", "p2"]
    # p2 alone would be North Carolina less p3, and p1 then gold less p2.
    both = hide_within(plans, keep=["plan", "metal", "state"], totals=[["metal"], ["state"]])
    assert both[HIDDEN].to_list() == [
        "fewer than 11 members", "protects another cell", "protects another cell", "protects another cell"
    ]  # fmt: skip
    assert both["member_count"].null_count() == 4
    assert both["plan"].null_count() == 0


def test_small_cells_are_hidden_where_nobody_knows_a_total() -> None:
    cells = pl.DataFrame({"age": ["0", "1"], "female_count": [9, 40], "male_count": [30, 50]})
    found = hide_within(cells, keep=["age"], members=["female_count", "male_count"], totals=[])
    assert found.rows() == [("0", None, None, "fewer than 11 members"), ("1", 40, 50, None)]


def test_what_belongs_to_a_hidden_cell_is_hidden_with_it() -> None:
    cells = pl.DataFrame({"plan": ["a", "b"], "member_count": [20, 30]})
    found = hide_within(cells, keep=["plan"], totals=[], protected=pl.Series([True, False]))
    assert found["member_count"].to_list() == [None, 30]
    assert found[HIDDEN].to_list() == ["protects another cell", None]
    assert hidden_last(found, "plan")["plan"].to_list() == ["b", "a"]


def test_bins_of_few_members_join_a_neighbour_and_lose_nobody() -> None:
    edges = [float("-inf"), 0.5, 1.0, 2.0, 5.0]
    bins = pl.DataFrame(
        {"lower_edge": edges, "member_count": [4, 40, 7, 30, 3], "points": [1.0, 30.0, 10.0, 90.0, 40.0]}
    )
    merged = merged_bins(bins)
    assert merged["score"].to_list() == ["below 2", "2 or more"]
    assert merged["member_count"].to_list() == [51, 33]
    assert merged["risk_share"].to_list() == pytest.approx([41 / 171, 130 / 171])
    assert merged["lower_edge"].to_list() == [None, 2.0]
    assert merged["upper_edge"].to_list() == [2.0, None]
    assert merged_bins(bins.head(1))["score"].to_list() == ["all"]


# --- Runs and databases that lack something ---------------------------------------------------------------------------


@pytest.fixture
def copy(report_database: Path, tmp_path: Path) -> Path:
    """A database that a test may change."""
    return shutil.copy(report_database, tmp_path / "copy.duckdb")


def changed(database: Path, *statements: str) -> Path:
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)
    return database


def test_a_database_from_before_the_counts_of_claim_lines_and_without_staging_has_a_report(copy: Path) -> None:
    older = changed(
        copy,
        "drop table main_runs.agg_claim_eligibility",
        "drop table main_staging.stg_issuer__rejects",
        "drop table main_intermediate.int_supplemental_diagnosis_eligibility",
    )
    with open_warehouse(older) as warehouse:
        report = run_report(warehouse, "latest")
    for name in ("claim-funnel", "claims-by-type", "refused-rows", "supplemental-diagnoses"):
        assert figure(report, name).frame.is_empty(), name
        assert figure(report, name).chart is None
    assert "made before" in figure(report, "claim-funnel").reading
    assert "agg_claim_eligibility" in figure(report, "claim-funnel").sql
    assert not [sentence for sentence in report.summary if "claim lines" in sentence]


def test_a_run_from_before_the_counts_of_claim_lines_says_so(copy: Path) -> None:
    with open_warehouse(changed(copy, "delete from main_runs.agg_claim_eligibility")) as warehouse:
        assert "made before" in figure(run_report(warehouse, "latest"), "claim-funnel").reading


def test_only_the_newest_run_shows_supplemental_diagnoses(warehouse: Warehouse) -> None:
    newest = warehouse.rows("select run_id from main_runs.current_run")[0]["run_id"]
    older = next(
        row["run_id"]
        for row in warehouse.rows("select run_id from main_runs.run_registry where analysis_type = 'scoring'")
        if row["run_id"] != newest
    )
    assert not figure(run_report(warehouse, newest), "supplemental-diagnoses").frame.is_empty()
    of_older = figure(run_report(warehouse, older), "supplemental-diagnoses")
    assert of_older.frame.is_empty()
    assert "older one" in of_older.reading


def test_rows_that_a_later_delivery_replaced_are_not_of_the_run(copy: Path) -> None:
    # A second delivery of all files: what the first one's rows were refused for is history.
    database = changed(
        copy,
        "insert into main_staging.stg_issuer__loads by name select * replace (load_id + 1 as load_id,"
        " load_timestamp + interval 1 year as load_timestamp) from main_staging.stg_issuer__loads",
        "update main_runs.run_registry set load_id = load_id + 1 where run_description = '2025 tables on 2025 data'",
    )
    with open_warehouse(database) as warehouse:
        assert figure(run_report(warehouse, NEWEST), "refused-rows").frame.is_empty()
        assert figure(run_report(warehouse, OLDER), "refused-rows").frame.height > 3


@pytest.mark.parametrize("members", [0, 5])
def test_a_run_of_few_members_shows_none_of_their_figures(copy: Path, members: int, tmp_path: Path) -> None:
    tables = ("risk_score_members", "risk_score_segments", "risk_score_components")
    few = (
        "(select member_id from main_runs.risk_score_members where run_id = (select run_id from main_runs.current_run)"
        f" order by hash(member_id) limit {members})"
    )
    database = changed(
        copy,
        f"create temp table few as {few}",
        *(f"delete from main_runs.{table} where member_id not in (from few)" for table in tables),
        "delete from main_runs.scores_rejected",
        "update main_runs.agg_plrs_by_plan set member_count = 1",
        f"update main_runs.run_registry set member_count = {members}, rejected_count = 0",
    )
    with open_warehouse(database) as warehouse:
        label = warehouse.rows("select run_id from main_runs.current_run")[0]["run_id"]
        report = run_report(warehouse, label)
        scores = warehouse.rows("select reported_risk_score as score from main_runs.risk_score_members")
    assert len(report.summary) == 1
    html = write_report(report, tmp_path / "reports").read_text()
    assert len(scores) >= members
    assert [key.value for key in report.key_figures][1:4] == (["hidden"] * 3 if members else ["-"] * 3)
    for section in report.sections[:4]:
        for one in section.figures:
            assert one.chart is None, one.name
            assert charts.shown(one.frame).is_empty(), one.name
    if members:
        assert "&lt; 11" in html


def test_an_unknown_run_is_named_with_those_that_there_are(warehouse: Warehouse) -> None:
    with pytest.raises(RunNotFoundError, match="There is no run nonsense; the newest completed scoring runs"):
        run_report(warehouse, "nonsense")


# --- The claim funnel, by hand ----------------------------------------------------------------------------------------


def claim_lines(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """Claim type, reason, lines, members."""
    frame = pl.DataFrame(rows, schema=["claim_type", "reason", "line_count", "member_count"], orient="row")
    accepted = pl.col("reason") == "ACCEPT"
    pharmacy = pl.col("claim_type") == "pharmacy"
    return frame.with_columns(
        diagnosis_line_count=pl.when(accepted & ~pharmacy).then("line_count").otherwise(0),
        service_line_count=pl.lit(0),
        drug_line_count=pl.when(accepted & pharmacy).then("line_count").otherwise(0),
    )


def test_reasons_of_few_members_are_one_bar_and_the_picture_closes() -> None:
    lines = claim_lines(
        ("professional", "ACCEPT", 500, 90),
        ("professional", "denied", 40, 20),
        ("professional", "duplicate", 9, 4),
        ("pharmacy", "ACCEPT", 300, 80),
        ("pharmacy", "outside_benefit_year", 151, 50),
    )
    steps = claim_funnel(lines, claims_by_type(lines))
    assert steps.filter(pl.col(HIDDEN).is_not_null())["step"].to_list() == ["copy of another line", "denied"]
    (rows,) = run_charts.funnel(steps, 880).to_dict()["datasets"].values()
    bars = {row["step"]: (row["start"], row["end"]) for row in rows}
    assert bars["lines delivered"] == (0, 1000)
    assert bars["outside the benefit year"] == (849, 1000)
    assert bars["reasons of few members"] == (800, 849)
    assert bars["accepted"] == (0, 800)


def test_what_lines_bring_is_hidden_where_it_would_tell_the_lines_of_a_type() -> None:
    lines = claim_lines(
        ("professional", "ACCEPT", 500, 90), ("pharmacy", "ACCEPT", 6, 3), ("pharmacy", "denied", 70, 30)
    )
    steps = claim_funnel(lines, claims_by_type(lines))
    eligible = steps.filter(pl.col("part") == "eligible")
    assert eligible.height == 3
    assert eligible["line_count"].null_count() == 3


def test_a_reason_that_is_new_is_shown_under_its_own_name_and_a_funnel_without_accepted_lines_closes() -> None:
    lines = claim_lines(("professional", "paid_too_little", 30, 20), ("professional", "denied", 40, 20))
    steps = claim_funnel(lines, claims_by_type(lines))
    assert steps["step"].to_list()[:4] == ["lines delivered", "denied", "paid_too_little", "accepted"]
    assert steps["line_count"].to_list()[:4] == [70, 40, 30, 0]
    assert run_charts.funnel(steps, 340).to_dict()


def test_every_reason_of_the_ledger_has_words(warehouse: Warehouse) -> None:
    found = warehouse.rows("select distinct reason from main_runs.agg_claim_eligibility where reason != 'ACCEPT'")
    assert len(found) > 5
    assert {row["reason"] for row in found} <= set(REASONS)


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "short"),
    [
        ("HHS_HCC001", "HCC 1"),
        ("HHS_HCC035_1", "HCC 35.1"),
        ("RXC_09", "RXC 9"),
        ("G07A", "group G07A"),
        ("RXC_01_X_HCC001", "RXC 01 x HCC001"),
        ("SEVERE_HCC_COUNT3", "SEVERE HCC COUNT3"),
    ],
)
def test_terms_have_short_names_for_narrow_charts(variable: str, short: str) -> None:
    assert short_name(variable) == short


def test_labels_fit_into_narrow_charts_and_wide_ones_have_names(report: Report) -> None:
    draw = figure(report, "hcc-prevalence").chart
    assert draw is not None
    labels = {}
    for width in (880, 340):
        (rows,) = draw(figure(report, "hcc-prevalence").frame, width).to_dict()["datasets"].values()
        labels[width] = [row["name"] for row in rows]
    assert len(labels[340]) == len(set(labels[880])) > 10
    assert all(re.fullmatch(r"HCC [\d.]+", label) for label in labels[340])
    assert all(len(label) <= 66 for label in labels[880])
    assert [label for label in labels[880] if re.search("[a-z]{5}", label)] == labels[880]


def test_every_column_of_the_registry_is_told_in_words(warehouse: Warehouse, report: Report) -> None:
    run = warehouse.scoring_run(OLDER)
    told = dict(provenance(run))
    assert len(told) == len(run)
    assert not set(told) & set(run)
    assert told["Run"] == run["run_id"]
    assert told["Hash of the scores"] == run["output_hash"]
    assert told["Claims paid up to"] == "no cut-off: all claims"
    assert told["Provisional"] == "no"
    assert "diy_model_year: 2024" in told["Settings given"]
    assert "duckdb 1." in told["Tools"]
    assert list(report.provenance) == list(told.items())


def test_a_registry_of_another_age_is_told_as_far_as_it_goes() -> None:
    told = provenance({"run_id": "1", "new_fact": 7, "member_count": 4, "mean_score": 1.25})
    assert told == [
        ("Run", "1"), ("Members scored", "< 11"), ("Mean score of members", "hidden: few members"), ("new_fact", "7")
    ]  # fmt: skip

"""A comparison says of every member what a plain look at both runs says, and refuses what cannot be compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import pytest
from real_project import SCORE, Outcome, RealProject, Vars

COMPARE = "build --select tag:comparison --exclude resource_type:unit_test"
OTHER_TABLES = "2024 tables, others insured"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
VIEWS = {f"{table}_view": f"main_study.{table}" for table in ("members", "enrollments", "claims")}


@dataclass(frozen=True)
class Compared:
    """Scoring runs of the demo issuer, and comparisons of the first with each of the others."""

    first: str
    other_tables: str
    other_edition: str
    batch: str
    edition_batch: str


@pytest.fixture(scope="module")
def project_compared(built: RealProject) -> tuple[RealProject, Compared]:
    """The second run applies other tables; one in twenty members left, as many came, and one in ten changed plan."""
    built.restore("demo")
    first = str(built.last_run()["run_id"])
    assert built.dbt(SCORE, {"edition": "cms_software"})
    other_edition = str(built.last_run()["run_id"])
    edition_batch = _compare(built, first, "latest")
    built.change(
        "create schema main_study",
        *(
            f"""create table {relation} as
            select * replace (if(hash(member_id) % 20 = 0, 'N', '') || member_id as member_id)
            from main_staging.stg_issuer__{relation.split(".")[1]}"""
            for relation in VIEWS.values()
        ),
        """update main_study.enrollments set hios_plan_id = (select max(hios_plan_id) from main_study.enrollments)
        where hash(member_id) % 10 = 1""",
    )
    assert built.dbt(SCORE, {**VIEWS, "diy_model_year": 2024, "run_description": OTHER_TABLES})
    other_tables = str(built.last_run()["run_id"])
    batch = _compare(built, first.upper(), OTHER_TABLES)
    built.save("compared")
    return built, Compared(first, other_tables, other_edition, batch, edition_batch)


def _compare(project: RealProject, run_id_a: str, run_id_b: str) -> str:
    assert project.dbt(COMPARE, {"run_id_a": run_id_a, "run_id_b": run_id_b})
    run = project.last_run()
    assert (run["analysis_type"], run["status"]) == ("comparison", "completed")
    return str(run["run_id"])


@pytest.fixture
def project(project_compared: tuple[RealProject, Compared]) -> RealProject:
    project_compared[0].restore("compared")
    return project_compared[0]


@pytest.fixture
def compared(project_compared: tuple[RealProject, Compared]) -> Compared:
    return project_compared[1]


def analytics(project: RealProject, table: str, batch: str) -> pl.DataFrame:
    return project.frame(f"from main_analytics.{table} where batch_id = '{batch}'")


def of_run(project: RealProject, table: str, run_id: str) -> pl.DataFrame:
    return project.frame(f"from main_runs.{table} where run_id = '{run_id}'")


def by_member(frame: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["member_id"]: row for row in frame.iter_rows(named=True)}


def words(text: object) -> set[str]:
    return set(str(text).split()) if text else set()


def test_every_member_is_compared_with_itself(project: RealProject, compared: Compared) -> None:
    a = by_member(of_run(project, "risk_score_members", compared.first))
    b = by_member(of_run(project, "risk_score_members", compared.other_tables))
    rows = by_member(analytics(project, "run_comparison", compared.batch))
    assert rows.keys() == a.keys() | b.keys()
    assert min(len(a.keys() - b.keys()), len(b.keys() - a.keys())) > 50, "members left and came"
    for member, row in rows.items():
        assert (row["run_id_a"], row["run_id_b"]) == (compared.first, compared.other_tables)
        before, after = a.get(member), b.get(member)
        assert row["score_a"] == (before and before["risk_score"])
        assert row["score_b"] == (after and after["risk_score"])
        if before is None or after is None:
            assert row["match_status"] == ("a_only" if before else "b_only")
            assert row["score_diff"] is None
            assert row["hcc_added"] is row["hcc_removed"] is row["metal_changed"] is row["details"] is None
            continue
        assert row["match_status"] == "matched"
        for part, column in (("score", "risk_score"), ("demographic", "demographic_score"), ("hcc", "hcc_score")):
            assert row[f"{part}_diff"] == after[column] - before[column]
        for kind in ("hcc", "rxc"):
            there, here = words(after[f"{kind}_list"]), words(before[f"{kind}_list"])
            assert words(row[f"{kind}_added"]) == there - here
            assert words(row[f"{kind}_removed"]) == here - there
        assert row["duration_changed"] == (before["enrollment_months"] != after["enrollment_months"])
        assert row["model_changed"] == (before["model"] != after["model"])


def test_flags_look_at_all_plans_of_the_year_and_months_add_up(project: RealProject, compared: Compared) -> None:
    held: list[dict[str, tuple[set[str], set[str], Decimal, Decimal]]] = []
    for run_id in (compared.first, compared.other_tables):
        plans: dict[str, tuple[set[str], set[str], Decimal, Decimal]] = {}
        for row in of_run(project, "risk_score_segments", run_id).iter_rows(named=True):
            metals, ids, months, points = plans.get(row["member_id"], (set(), set(), Decimal(0), Decimal(0)))
            plans[row["member_id"]] = (
                metals | {row["metal_level"]},
                ids | {row["hios_plan_id"][:14]},
                months + row["member_months"],
                points + row["member_months"] * row["risk_score"],
            )
        held.append(plans)
    a, b = held
    rows = by_member(analytics(project, "run_comparison", compared.batch))
    flagged = 0
    for member, row in rows.items():
        for side, plans in (("a", a), ("b", b)):
            if member in plans:
                assert (row[f"member_months_{side}"], row[f"points_{side}"]) == plans[member][2:]
        if member in a and member in b:
            flagged += bool(row["metal_changed"])
            assert row["metal_changed"] == (a[member][0] != b[member][0])
            assert row["plan_changed"] == (a[member][1] != b[member][1])
    assert flagged > 50, "members changed plan"


def test_the_summary_holds_the_means_of_the_runs_and_of_their_common_members(
    project: RealProject, compared: Compared
) -> None:
    (summary,) = analytics(project, "comparison_summary", compared.batch).iter_rows(named=True)
    a = dict(of_run(project, "risk_score_members", compared.first).select("member_id", "risk_score").iter_rows())
    b = dict(of_run(project, "risk_score_members", compared.other_tables).select("member_id", "risk_score").iter_rows())
    both = a.keys() & b.keys()

    def mean(scores: dict[str, Decimal], members: set[str]) -> Decimal:
        return sum(scores[member] for member in members) / Decimal(len(members))

    close = Decimal("1e-11")
    assert abs(summary["mean_a"] - mean(a, a.keys())) < close
    assert abs(summary["mean_b"] - mean(b, b.keys())) < close
    assert abs(summary["matched_mean_a"] - mean(a, both)) < close
    assert abs(summary["matched_mean_diff"] - (mean(b, both) - mean(a, both))) < 2 * close
    assert summary["changed_count"] == sum(abs(b[member] - a[member]) > Decimal("0.001") for member in both)
    churn = analytics(project, "churn_analysis", compared.batch).filter(pl.col("metal_level") == "total")
    assert dict(churn.select("churn_status", "member_count").iter_rows()) == {
        "continuing": len(both),
        "termed": len(a) - len(both),
        "new": len(b) - len(both),
        "total": len(a.keys() | b.keys()),
    }
    largest = max(both, key=lambda member: (b[member] - a[member], member))
    movers = analytics(project, "comparison_top_movers", compared.batch)
    top = movers.filter((pl.col("direction") == "up") & (pl.col("rank") == 1)).row(0, named=True)
    assert top["score_diff"] == b[largest] - a[largest]
    assert movers.group_by("direction").len().sort("direction").rows() == [("down", 20), ("up", 20)]


def test_plans_and_hccs_are_those_of_the_scoring_runs(project: RealProject, compared: Compared) -> None:
    plans = analytics(project, "comparison_by_segment", compared.batch).filter(pl.col("segment_type") == "hios_plan_id")
    hccs = analytics(project, "comparison_hcc", compared.batch)
    for side, run_id in (("a", compared.first), ("b", compared.other_tables)):
        scored = of_run(project, "agg_plrs_by_plan", run_id).sort("hios_plan_id")
        found = plans.filter(pl.col(f"member_months_{side}") > 0).sort("segment_value")
        assert found["segment_value"].to_list() == scored["hios_plan_id"].to_list()
        assert found[f"member_months_{side}"].to_list() == scored["member_months"].to_list()
        # Rounded to five decimals there.
        apart = (found[f"member_month_mean_{side}"] - scored["plrs"]).abs()
        assert apart.max() <= Decimal("0.00001")
        counts = of_run(project, "agg_hcc_prevalence", run_id).group_by("variable").agg(pl.col("member_count").sum())
        found = hccs.filter(pl.col(f"member_count_{side}") > 0).select("variable", f"member_count_{side}")
        assert sorted(found.rows()) == sorted(counts.rows())


def test_editions_of_one_input_are_compared_and_other_runs_are_not(project: RealProject, compared: Compared) -> None:
    assert analytics(project, "calculator_comparison", compared.batch).is_empty()
    rows = analytics(project, "calculator_comparison", compared.edition_batch)
    matched = analytics(project, "run_comparison", compared.edition_batch)
    assert rows.height == matched.height
    assert set(rows.select("edition_a", "edition_b").iter_rows()) == {("diy_tables", "cms_software")}
    apart = rows.filter(~pl.col("is_within_tolerance"))
    assert 0 < apart.height < rows.height / 20, "the editions differ in two places only"
    assert apart.select((pl.col("score_diff").abs() > 0.01).all()).item()
    assert apart.select(pl.any_horizontal(pl.col("variables_a_only", "variables_b_only").is_not_null()).all()).item()


def test_a_build_that_is_no_comparison_adds_nothing(built: RealProject) -> None:
    built.restore("demo")
    tables = ["run_comparison", "comparison_summary", "comparison_by_segment", "comparison_hcc", "churn_analysis"]
    for table in [*tables, "comparison_top_movers", "anomaly_flags", "calculator_comparison"]:
        assert built.value(f"select count(*) from main_analytics.{table}") == 0, table


@dataclass(frozen=True)
class Refused:
    """Vars that are refused, and what the message says."""

    variables: Vars
    message: str


def refusals(compared: Compared, failed: str) -> Iterator[Refused]:
    fits = compared.other_tables
    yield Refused({"run_id_a": compared.first, "run_id_b": compared.first}, "are the same run")
    yield Refused({"run_id_a": OTHER_TABLES, "run_id_b": "latest"}, "are the same run")
    yield Refused({"run_id_a": UNKNOWN, "run_id_b": fits}, "which the registry does not know")
    yield Refused({"run_id_a": fits, "run_id_b": "no such run"}, "no completed scoring run has that run_description")
    yield Refused({"run_id_a": failed, "run_id_b": fits}, "which is failed")
    yield Refused({"run_id_a": fits, "run_id_b": compared.batch}, "which is a comparison run")
    yield Refused({"run_id_a": fits}, "run_id_b is not given")


def test_what_cannot_be_compared_is_refused_with_the_runs_that_could_be(
    project: RealProject, compared: Compared
) -> None:
    failed = "11111111-1111-1111-1111-111111111111"
    project.change(
        f"""insert into main_runs.run_registry by name
        select * replace ('{failed}' as run_id, 'failed' as status, 'f' as invocation_id)
        from main_runs.run_registry where run_id = '{compared.first}'"""
    )
    runs = project.value("select count(*) from main_runs.run_registry")
    for refused in refusals(compared, failed):
        outcome = project.dbt(COMPARE, refused.variables)
        assert_refused(outcome, refused.message)
        if "same run" not in refused.message:
            assert all(run in outcome.console for run in (compared.first, compared.other_tables, OTHER_TABLES))
            assert failed not in outcome.console.split("would fit")[-1]
    assert project.value("select count(*) from main_runs.run_registry") == runs


def assert_refused(outcome: Outcome, message: str) -> None:
    assert not outcome
    assert message in outcome.console
    assert "Traceback" not in outcome.console
    assert not outcome.statuses, "no model ran"


def test_a_comparison_that_fails_leaves_no_rows(project: RealProject, compared: Compared) -> None:
    project.change("alter table main_cms.cms_rxc rename column label to another_name")
    outcome = project.dbt(COMPARE, {"run_id_a": compared.first, "run_id_b": compared.other_tables})
    assert not outcome
    assert outcome.statuses["run_comparison"] == "success"
    run = project.last_run()
    assert (run["analysis_type"], run["status"]) == ("comparison", "failed")
    for table in ("run_comparison", "comparison_summary", "comparison_by_segment", "anomaly_flags"):
        assert analytics(project, table, run["run_id"]).is_empty(), table
    assert analytics(project, "run_comparison", compared.batch).height > 0

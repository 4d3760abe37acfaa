"""A member has one score, whether dbt or the command line works it out, and it can be taken apart."""

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from real_project import RealProject
from typer.testing import CliRunner

from hhs_hcc.cli import app

EXPORTS = {
    "members": """
        select
            spans.member_id, inputs.birth_date as date_of_birth, inputs.sex, inputs.metal_level, inputs.csr_indicator,
            spans.first_covered_date as enrollment_start, spans.last_covered_date as enrollment_end
        from main_intermediate.int_coverage_spans as spans
        inner join main_intermediate.int_aca_risk_input as inputs
            on spans.member_id = inputs.member_id and spans.hios_plan_id = inputs.hios_plan_id
    """,
    "diagnoses": "select member_id, service_date, diagnosis_code as icd10 from main_intermediate.int_member_diagnoses",
    "ndc": "select member_id, fill_date, ndc_code as ndc from main_intermediate.int_member_rx",
    "hcpcs": "select member_id, service_date, hcpcs_code as hcpcs from main_intermediate.int_member_services",
}


def scores_of_the_command_line(project: RealProject, folder: Path, *options: str) -> pl.DataFrame:
    """What `hhs-hcc score` says of the members that dbt scores."""
    files = []
    for name, sql in EXPORTS.items():
        project.frame(sql).write_csv(folder / f"{name}.csv")
        files += [f"--{name}", str(folder / f"{name}.csv")]
    output = folder / "scores.csv"
    answer = CliRunner().invoke(app, ["score", *files, "--output", str(output), *options])
    assert answer.exit_code == 0, answer.output
    assert pl.read_csv(folder / "scores_rejected.csv").is_empty(), "every exported member can be scored"
    return pl.read_csv(output, infer_schema=False)


def comparable_scores_of_dbt(project: RealProject) -> pl.DataFrame:
    return project.scores().select(
        "member_id",
        "model",
        "age_last",
        pl.col("enrollment_months").alias("enrollment_duration"),
        hccs=pl.col("hcc_list").fill_null(""),
        rxcs=pl.col("rxc_list").fill_null(""),
        raw_risk_score="raw_risk_score",
        csr_factor="csr_factor",
        risk_score="risk_score",
        reported_risk_score="reported_risk_score",
    )


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        (None, ["--model-year", "2025"]),
        (
            {"diy_model_year": 2022, "edition": "cms_software", "mce_edits": False},
            ["--model-year", "2022", "--benefit-year", "2025", "--edition", "cms_software", "--no-mce-edits"],
        ),
    ],
    ids=["defaults", "what-if"],
)
def test_dbt_and_the_command_line_agree_on_every_member(
    project: RealProject, tmp_path: Path, variables: dict[str, object] | None, options: list[str]
) -> None:
    if variables:
        assert project.dbt("run --select tag:scoring", variables)
    by_dbt = comparable_scores_of_dbt(project)
    assert by_dbt.height > 2500
    by_cli = scores_of_the_command_line(project, tmp_path, *options)
    by_cli = by_cli.select(
        pl.col(name).fill_null("") if name in ("hccs", "rxcs") else pl.col(name).cast(dtype)
        for name, dtype in by_dbt.schema.items()
    )
    assert_frame_equal(by_dbt, by_cli.sort("member_id"))


def test_every_score_is_the_exact_sum_of_its_parts(project: RealProject) -> None:
    unequal = """
        select count(*)
        from main_runs.risk_scores as scores
        left join (
            select run_id, member_id, sum(contribution) as total
            from main_runs.risk_score_components
            group by all
        ) as components
            on scores.run_id = components.run_id and scores.member_id = components.member_id
        where
            components.total is distinct from scores.risk_score
            or scores.demographic_score + scores.hcc_score + scores.rxc_score is distinct from scores.risk_score
            or scores.reported_risk_score is distinct from floor(scores.risk_score * 1000 + 0.5) / 1000
    """
    assert project.value(unequal) == 0
    assert project.value("select count(*) from main_runs.risk_scores where segment_count > 1") > 20
    for column in ("hcc_score", "rxc_score", "demographic_score"):
        assert project.value(f"select count(*) from main_runs.risk_scores where {column} != 0") > 100


def test_the_json_of_a_score_adds_up_to_it(project: RealProject) -> None:
    scores = project.scores().select("risk_score", "segment_count", "components", "details", "raw_risk_score")
    for score in scores.rows(named=True):
        components = json.loads(score["components"], parse_float=Decimal, parse_int=Decimal)
        assert sum(component["contribution"] for component in components) == score["risk_score"]
        segments = json.loads(score["details"], parse_float=Decimal, parse_int=Decimal)["segments"]
        assert len(segments) == score["segment_count"]
        if len(segments) == 1:
            assert segments[0]["risk_score"] == score["risk_score"]
            assert segments[0]["raw_risk_score"] * segments[0]["csr_factor"] == score["risk_score"]


def test_every_candidate_is_scored_or_rejected_and_never_both(project: RealProject) -> None:
    run_id = project.last_run()["run_id"]
    of_this_run = f"where run_id = '{run_id}'"
    missing = project.query(f"""
        select member_id from main_intermediate.int_aca_risk_candidates
        except
        (
            select member_id from main_runs.risk_scores {of_this_run}
            union
            select member_id from main_runs.scores_rejected {of_this_run}
        )
    """)
    assert missing == []
    in_both = project.query(f"""
        select member_id from main_runs.risk_scores {of_this_run}
        intersect
        select member_id from main_runs.scores_rejected {of_this_run}
    """)
    assert in_both == []
    staged = project.value("select count(distinct member_id) from main_staging.stg_issuer__members")
    accounted = project.value(f"""
        select count(distinct member_id) from main_staging.stg_issuer__members
        where member_id in (select member_id from main_runs.risk_scores {of_this_run})
            or member_id in (select member_id from main_runs.scores_rejected {of_this_run})
    """)
    assert accounted == staged


def test_the_demo_has_a_realistic_mean_score(project: RealProject) -> None:
    run = project.last_run()
    assert 1 < run["mean_score"] < 1.7
    assert run["member_count"] > 2500
    by_model = dict(project.query("select model, count(*) from main_runs.risk_scores group by all"))
    assert set(by_model) == {"adult", "child", "infant"}
    assert by_model["adult"] > by_model["child"] > by_model["infant"]


def test_plan_results_weigh_members_by_their_months(project: RealProject) -> None:
    differing = project.query("""
        select plans.hios_plan_id
        from main_runs.agg_plrs_by_plan as plans
        inner join (
            select hios_plan_id, count(*) as members, sum(member_months) as months,
                sum(risk_score * member_months) as weighted
            from main_runs.risk_score_segments
            group by all
        ) as segments
            on plans.hios_plan_id = segments.hios_plan_id
        where plans.member_count != segments.members or plans.member_months != segments.months
            or abs(plans.plrs - segments.weighted / segments.months) > 0.00001
    """)
    assert differing == []
    assert project.value("select count(*) from main_runs.agg_plrs_by_plan") > 10

"""A decomposition of two scored runs in the real project, against sums over their scores."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from real_project import SCORE, RealProject

DECOMPOSE = "build --select tag:decomposition --exclude resource_type:unit_test"
LABEL = "2024 tables on the demo issuer"


@pytest.fixture(scope="module")
def two_runs(built: RealProject) -> Iterator[RealProject]:
    """The demo issuer scored twice, under the tables of 2025 and of 2024."""
    built.restore("demo")
    assert built.dbt(SCORE, {"diy_model_year": 2024, "run_description": LABEL})
    yield built
    built.restore("demo")


def specification(**analysis: Any) -> dict[str, Any]:
    return {
        "decomposition": {
            "batch_name": "Demo",
            "scenarios": {"old": LABEL, "new": "latest"},
            "analysis": {
                "baseline": "old",
                "actual": "new",
                "components": [{"name": "Model Change", "scenario": "new"}],
                **analysis,
            },
        }
    }


def points(project: RealProject, run_id: str) -> pl.DataFrame:
    """Score times months, and months, of each member, by plan last held."""
    return project.frame(f"""
        select member_id, sum(segments.risk_score * member_months) as points, sum(member_months) as months,
            any_value(members.hios_plan_id) as hios_plan_id
        from main_runs.risk_score_segments as segments
        inner join main_runs.risk_score_members as members using (run_id, member_id)
        where run_id = '{run_id}'
        group by member_id
    """)


def test_the_plan_liability_risk_score_moves_by_what_the_tables_do(two_runs: RealProject) -> None:
    older = two_runs.value(f"select run_id from main_runs.run_registry where run_description = '{LABEL}'")
    newer = two_runs.value("select min_by(run_id, started_at) from main_runs.run_registry where model_year = 2025")
    given = specification(metric="member_month_mean", separate_rx_medical=True)
    given["decomposition"]["scenarios"]["new"] = newer
    assert two_runs.dbt(DECOMPOSE, {**given, "run_description": "why"})

    batch = two_runs.last_run()
    assert (batch["analysis_type"], batch["status"], batch["run_description"]) == ("decomposition", "completed", "why")
    before, after = points(two_runs, older), points(two_runs, newer)
    plrs = [float(frame["points"].sum()) / float(frame["months"].sum()) for frame in (before, after)]
    (header,) = two_runs.frame("from main_analytics.decomposition").rows(named=True)
    assert header["batch_id"] == batch["run_id"]
    assert (header["baseline_run_id"], header["actual_run_id"]) == (older, newer)
    assert float(header["value_before"]) == pytest.approx(plrs[0], abs=1e-11)
    assert float(header["value_after"]) == pytest.approx(plrs[1], abs=1e-11)
    assert header["member_count_before"] == before.height

    drivers = two_runs.frame("from main_analytics.decomposition_scenarios order by step_index")
    assert drivers["driver_name"].to_list() == [
        "Model Change (medical)",
        "Model Change (rx)",
        "Interaction (medical)",
        "Interaction (rx)",
    ]
    assert abs(sum(drivers["impact_value"], Decimal(0)) - header["total_change"]) <= Decimal("1e-9")

    by_plan = two_runs.frame("""
        select segment_value as hios_plan_id, cast(sum(impact_value) as double) as impact
        from main_analytics.decomposition_by_segment
        where segment_type = 'hios_plan_id'
        group by all order by all
    """)
    months = float(before["months"].sum())
    expected = (
        before.join(after, on="member_id", suffix="_after")
        .group_by("hios_plan_id")
        .agg(((pl.col("points_after") - pl.col("points")).cast(pl.Float64).sum() / months).alias("impact"))
        .sort("hios_plan_id")
    )
    assert by_plan["hios_plan_id"].to_list() == expected["hios_plan_id"].to_list()
    assert by_plan["impact"].to_list() == pytest.approx(expected["impact"].to_list(), abs=1e-9)


def test_a_specification_that_cannot_be_used_stops_the_run_by_its_path(two_runs: RealProject) -> None:
    runs = two_runs.value("select count(*) from main_runs.run_registry")
    outcome = two_runs.dbt(DECOMPOSE, specification(method="seqential", metric="dollars"))
    assert not outcome
    assert (
        "decomposition.analysis.method: seqential. Accepted: sequential, marginal, shapley. Did you mean sequential?"
        in outcome.console
    )
    assert "decomposition.analysis.metric: dollars needs the var dollars_per_point_pmpm" in outcome.console
    assert two_runs.value("select count(*) from main_runs.run_registry") == runs

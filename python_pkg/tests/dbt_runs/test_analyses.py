"""The queries of analyses/ run on a real database and give what their first lines say."""

from pathlib import Path

import duckdb
import pytest
from real_project import RealProject

COMPARISON, EARLIER_COMPARISON = "11111111-0000-4000-8000-000000000000", "11111111-0000-4000-8000-000000000001"
DECOMPOSITION = "22222222-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def analysed(built: RealProject) -> RealProject:
    """The demo issuer with batches that only this module knows."""
    built.restore("demo")
    built.change(
        f"""
        insert into main_runs.run_registry
            (run_id, invocation_id, analysis_type, status, started_at, run_number, group_id)
        values
            ('{EARLIER_COMPARISON}', 'x', 'comparison', 'completed', timestamp '2030-01-01', 2, 1),
            ('{COMPARISON}', 'x', 'comparison', 'completed', timestamp '2030-01-02', 3, 1),
            ('{DECOMPOSITION}', 'x', 'decomposition', 'completed', timestamp '2030-01-03', 4, 1)
        """,
        f"""
        insert into main_analytics.run_comparison
            (batch_id, member_id, match_status, score_a, score_b, score_diff)
        values
            ('{COMPARISON}', 'up', 'matched', 1, 3, 2),
            ('{COMPARISON}', 'down', 'matched', 6, 1, -5),
            ('{COMPARISON}', 'gone', 'a_only', 9, null, null),
            ('{EARLIER_COMPARISON}', 'before', 'matched', 1, 2, 1)
        """,
        f"""
        insert into main_analytics.decomposition (batch_id, batch_name, total_change) values ('{DECOMPOSITION}', 'q', 3)
        """,
        f"""
        insert into main_analytics.decomposition_scenarios (batch_id, step_index, driver_name, impact_value)
        values ('{DECOMPOSITION}', 2, 'second', 4), ('{DECOMPOSITION}', 1, 'first', -1)
        """,
    )
    built.save("analysed")
    return built


@pytest.fixture
def issuer(analysed: RealProject) -> RealProject:
    analysed.restore("analysed")
    return analysed


def answers(project: RealProject, *, run_id: str | None = None) -> dict[str, list[dict[str, object]]]:
    """What each analysis says, by its name."""
    assert project.dbt("compile --select resource_type:analysis", {"run_id": run_id} if run_id else None)
    compiled = Path(project.target) / "compiled" / "risk_adjustment" / "analyses"
    with duckdb.connect(str(project.database), read_only=True) as connection:
        return {
            file.stem: connection.execute(file.read_text(encoding="utf-8")).pl().to_dicts()
            for file in compiled.glob("*.sql")
        }


def test_without_a_run_id_the_newest_run_of_the_kind_is_shown(issuer: RealProject) -> None:
    found = answers(issuer)
    assert [row["analysis_type"] for row in found["recent_runs"]] == [
        "decomposition",
        "comparison",
        "comparison",
        "scoring",
    ]
    scores = found["scores_of_a_run"]
    assert len(scores) == issuer.value(
        "select member_count from main_runs.run_registry where analysis_type = 'scoring'"
    )
    values = [float(str(row["risk_score"])) for row in scores]
    assert values == sorted(values, reverse=True)
    assert [row["member_id"] for row in found["biggest_movers"]] == ["down", "up"]
    assert [(row["driver_name"], row["change_so_far"]) for row in found["drivers_of_a_batch"]] == [
        ("first", -1),
        ("second", 3),
    ]


def test_a_run_id_picks_the_run(issuer: RealProject) -> None:
    found = answers(issuer, run_id=EARLIER_COMPARISON)
    assert [row["member_id"] for row in found["biggest_movers"]] == ["before"]
    assert found["scores_of_a_run"] == found["drivers_of_a_batch"] == []

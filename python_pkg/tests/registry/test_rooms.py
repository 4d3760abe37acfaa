"""The project test of the rooms fails where it should; on the real project it runs with every build."""

import shutil

from mini_project import PROJECT, MiniProject

ROOMS_TEST = "assert_rooms_flow_one_way"


def findings(project: MiniProject) -> list[str]:
    (project.folder / "tests").mkdir(exist_ok=True)
    shutil.copy(PROJECT / "tests" / "project" / f"{ROOMS_TEST}.sql", project.folder / "tests")
    project.manifest = None
    assert project.dbt(f"compile --select {ROOMS_TEST}")
    compiled = project.folder / "target" / "compiled" / "mini" / "tests" / f"{ROOMS_TEST}.sql"
    return [finding for (finding,) in project.query(compiled.read_text())]


def test_a_project_that_flows_one_way_passes(project: MiniProject) -> None:
    assert findings(project) == []
    assert project.dbt(f"test --select {ROOMS_TEST}")


def test_a_backward_edge_and_a_model_outside_the_rooms_fail(project: MiniProject) -> None:
    models = project.folder / "models"
    (models / "intermediate" / "int_peek.sql").write_text("select * from {{ ref('risk_scores') }}")
    (models / "cellar").mkdir()
    (models / "cellar" / "forgotten.sql").write_text("select 1 as one")
    assert findings(project) == [
        "intermediate/int_peek reads scoring/risk_scores",
        "models/cellar/forgotten.sql stands in no room",
    ]
    assert not project.dbt(f"test --select {ROOMS_TEST}")

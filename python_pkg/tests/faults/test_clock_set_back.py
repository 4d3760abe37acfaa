"""The clock of the machine is set back: all that the database knows is then of the future, and nothing breaks."""

from faulty_issuer import COMPARE, SCORE, Issuer, rows_of_run

from hhs_hcc.warehouse import AnalysisType, open_warehouse

# Every moment that hooks have written becomes seventy years later: for the next run, the clock was set back by them.
MEMBERS = "main_runs.risk_score_members"
WRITTEN_BY_HOOKS = {
    "main_runs.run_registry": ("started_at", "completed_at"),
    "main_runs.schema_migrations": ("applied_at",),
    "main_raw.load_batches": ("registered_at", "loaded_at"),
}


def set_clock_back(issuer: Issuer) -> None:
    for table, columns in WRITTEN_BY_HOOKS.items():
        assignments = ", ".join(f"{column} = {column} + interval 70 years" for column in columns)
        issuer.change(f"update {table} set {assignments}")
    issuer.change("update main_runs.run_registry set run_timestamp = left(strftime(started_at, '%Y%m%d%H%M%S%f'), 18)")


def test_a_run_before_all_others_is_registered_completed_and_told_from_them(issuer: Issuer) -> None:
    ((future, group_id),) = issuer.query("select run_id, group_id from main_runs.run_registry")
    set_clock_back(issuer)
    before = issuer.fingerprints()
    assert issuer.dbt(SCORE)
    (now,) = set(issuer.runs()) - {future}
    assert issuer.fingerprints({now}) == before
    stamps, elapsed, group = issuer.query(
        f"select run_timestamp, elapsed_seconds, group_id from main_runs.run_registry where run_id = '{now}'"
    )[0]
    assert stamps < issuer.value(f"select run_timestamp from main_runs.run_registry where run_id = '{future}'")
    assert elapsed >= 0
    assert group == group_id + 1
    assert issuer.value("select run_id from main_runs.current_run") == now
    assert rows_of_run(issuer, now)[MEMBERS] == rows_of_run(issuer, future)[MEMBERS]


def test_a_run_of_the_future_that_never_ended_is_abandoned_all_the_same(issuer: Issuer) -> None:
    ((future,),) = issuer.query("select run_id from main_runs.run_registry")
    set_clock_back(issuer)
    issuer.change("update main_runs.run_registry set status = 'started', completed_at = null, elapsed_seconds = null")
    assert f"Run {future} never ended: marked as abandoned" in issuer.dbt("run-operation reap_runs").console
    assert issuer.runs()[future][0] == "abandoned"
    assert rows_of_run(issuer, future) == {}


def test_the_latest_run_is_the_one_made_last_for_commands_and_for_dbt(issuer: Issuer) -> None:
    described = {"run_description": "of this name there are two"}
    assert issuer.dbt(SCORE, described)
    first, future = issuer.runs()
    set_clock_back(issuer)
    assert issuer.dbt(SCORE, described)
    (now,) = set(issuer.runs()) - {first, future}

    with open_warehouse(issuer.database) as warehouse:
        for label in (None, "latest", described["run_description"]):
            assert warehouse.completed_run(AnalysisType.SCORING, label)["run_id"] == now
    for label in ("latest", described["run_description"]):
        assert issuer.dbt(COMPARE, {"run_id_a": future, "run_id_b": label})
    compared = issuer.query("select distinct run_id from main_runs.batch_runs where position = 2")
    assert compared == [(now,)]
    # Comparisons are runs, too: the second of the two is the latest.
    with open_warehouse(issuer.database) as warehouse:
        newest = warehouse.completed_run(AnalysisType.COMPARISON, "latest")
    assert newest["run_number"] == issuer.value("select max(run_number) from main_runs.run_registry") == 5

"""The clock of the machine is set back: all that the database knows is then of the future, and nothing breaks."""

from faulty_issuer import SCORE, Issuer, rows_of_run

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

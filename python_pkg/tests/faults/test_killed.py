"""kill -9: of a run or a load that was killed nothing is seen, and the same command works afterwards."""

import signal
from pathlib import Path

from faulty_issuer import (
    LOAD_MEMBERS,
    SCORE,
    Fault,
    Issuer,
    nothing_else_changes,
    rows_of_run,
    write_members,
)

from hhs_hcc.warehouse import AnalysisType, open_warehouse

COMPARE = "run --select current_batch age_bands run_comparison comparison_summary"
COMPONENTS, MEMBERS = "main_runs.risk_score_components", "main_runs.risk_score_members"
# When, how, and which of the two tables hold rows of the run then.
MOMENTS: list[tuple[Fault, set[str]]] = [
    (["killed_while_scoring"], set()),
    (["killed_after", 'insert into .*"risk_score_components"'], set()),
    (["killed_after", 'insert into .*"risk_score_members"'], {COMPONENTS}),
    # All is written, and the run not yet registered as completed.
    (["killed_after", 'create (or replace )?view .*"risk_scores'], {COMPONENTS, MEMBERS}),
]


def killed(issuer: Issuer, command: str, fault: Fault, **options: object) -> str:
    """The run that the command has registered before it was killed."""
    known = issuer.runs()
    assert issuer.dbt(command, fault=fault, **options).status == -signal.SIGKILL
    (run_id,) = set(issuer.runs()) - set(known)
    assert issuer.runs()[run_id] == ("started", None)
    return run_id


def newest_completed(issuer: Issuer, kind: AnalysisType) -> str:
    """The run that the commands which read results would show."""
    with open_warehouse(issuer.database) as warehouse:
        return str(warehouse.completed_run(kind, "latest")["run_id"])


def test_runs_killed_at_any_moment_leave_nothing_behind(issuer: Issuer) -> None:
    completed = newest_completed(issuer, AnalysisType.SCORING)
    with nothing_else_changes(issuer, SCORE):
        before = None
        for fault, written in MOMENTS:
            run_id = killed(issuer, SCORE, fault)
            assert {COMPONENTS, MEMBERS} & set(rows_of_run(issuer, run_id)) == written
            assert newest_completed(issuer, AnalysisType.SCORING) == completed
            if before:
                assert f"Run {before} never ended: marked as abandoned, its results removed" in issuer.last_console()
                assert issuer.runs()[before][0] == "abandoned"
                assert rows_of_run(issuer, before) == {}
            before = run_id


def test_a_comparison_killed_while_it_writes_leaves_nothing_behind(issuer: Issuer) -> None:
    assert issuer.dbt(SCORE, {"edition": "cms_software"})
    one, other = issuer.runs()
    ends = {"run_id_a": one, "run_id_b": other}
    with nothing_else_changes(issuer, COMPARE, ends):
        fault = ["killed_after", '(insert into|create table) .*"(run_comparison|comparison_summary)"']
        assert rows_of_run(issuer, killed(issuer, COMPARE, fault, variables=ends)) == {}


def test_a_load_and_its_history_killed_while_they_are_written_are_taken_whole_the_next_time(
    issuer: Issuer, tmp_path: Path
) -> None:
    raw = write_members(issuer, tmp_path / "second", lambda line: line.replace(",TX,", ",FL,"), limit=20)
    before = issuer.fingerprints()
    fault = ["killed_after", 'insert into .*"stg_issuer__members_typed"']
    assert issuer.dbt(LOAD_MEMBERS, raw=raw, fault=fault).status == -signal.SIGKILL
    assert changed_tables(issuer, before) == {"main_raw.load_batches", "main_raw.load_files", "main_raw.raw_members"}
    assert issuer.query("select load_id, status from main_raw.load_batches order by all") == [
        (1, "loaded"),
        (2, "loading"),
    ]

    repeated = issuer.dbt(LOAD_MEMBERS, raw=raw)
    assert repeated
    assert "Load 2 was interrupted: going on with it" in repeated.console
    assert issuer.value("select status from main_raw.load_batches where load_id = 2") == "loaded"
    assert issuer.value("select count(*) from main_staging.stg_issuer__members") == 20

    before = issuer.fingerprints()
    snapshot = "snapshot --select snap_member"
    for statement in ("update|merge", "insert"):
        fault = ["killed_after", f'({statement}) .*"snap_member"']
        assert issuer.dbt(snapshot, raw=raw, fault=fault).status == -signal.SIGKILL
        assert changed_tables(issuer, before) == set()
    assert issuer.dbt(snapshot, raw=raw)
    assert changed_tables(issuer, before) == {"main_snapshots.snap_member", "main_raw.load_progress"}
    assert issuer.value("select count(*) from main_snapshots.snap_member where validity_end_ts > '9999-01-01'") == 20


def changed_tables(issuer: Issuer, before: object) -> set[str]:
    after = issuer.fingerprints()
    assert isinstance(before, dict)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

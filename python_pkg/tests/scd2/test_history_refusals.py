"""What cannot be history is refused before anything is written, with counts and without anybody's value."""

from collections.abc import Callable

import pytest
from history_project import OPEN_END, HistoryProject

JANUARY, FEBRUARY, MARCH = "2025-01-01", "2025-02-01", "2025-03-01"
CANARY = "ZYXCANARY"
NORTH, SOUTH = {"member_id": CANARY, "region": "North"}, {"member_id": CANARY, "region": "South"}
IN_JANUARY = [(CANARY, "North", JANUARY, OPEN_END)]


def is_unchanged(project: HistoryProject) -> bool:
    return project.history("members", "region") == IN_JANUARY


@pytest.fixture
def begun(project: HistoryProject) -> HistoryProject:
    """A history of one load."""
    project.take(JANUARY, members=[NORTH])
    return project


def test_a_key_that_stands_twice_in_a_load_is_refused_with_its_count(begun: HistoryProject) -> None:
    begun.deliver(FEBRUARY, members=[SOUTH, NORTH, NORTH, {"member_id": "B"}, {"member_id": "B"}, {"member_id": "C"}])
    said = begun.refusal("snapshot --select snap_member")
    assert "snap_member: 2 natural keys (member_id) stand more than once in load 2, in 5 rows" in said
    assert CANARY not in said
    assert is_unchanged(begun)


def test_of_a_key_of_two_columns_both_count(project: HistoryProject) -> None:
    plan = {"plan_id": CANARY, "effective_year": 2025}
    project.deliver(JANUARY, plans=[plan, plan | {"effective_year": 2026}])
    project.snapshot("plans")
    project.deliver(FEBRUARY, plans=[plan, plan | {"plan_name": "other"}])
    said = project.refusal("snapshot --select snap_plan")
    assert "1 natural keys (plan_id, effective_year) stand more than once in load 2, in 2 rows" in said
    assert CANARY not in said


@pytest.mark.parametrize("key", [{"plan_id": None, "effective_year": 2025}, {"plan_id": "P", "effective_year": None}])
def test_a_row_without_a_whole_key_is_refused(project: HistoryProject, key: dict[str, object]) -> None:
    project.deliver(JANUARY, plans=[key, key])
    assert "2 rows of load 1 have no natural key (plan_id, effective_year)" in project.refusal("snapshot -s snap_plan")
    assert project.rows("from main_raw.load_progress") == []


def test_a_rejected_row_is_no_state_and_no_duplicate(project: HistoryProject) -> None:
    project.take(JANUARY, members=[NORTH, SOUTH | {"reject_reason": "duplicate_member"}])
    assert is_unchanged(project)


def test_a_second_load_of_the_same_moment_is_refused(begun: HistoryProject) -> None:
    begun.deliver(JANUARY, members=[SOUTH])
    said = begun.refusal("snapshot --select snap_member")
    assert "load 2 and an earlier one are both of 2025-01-01 00:00:00" in said
    assert is_unchanged(begun)


def test_a_load_that_was_taken_and_has_changed_since_is_refused_with_the_count_of_keys(begun: HistoryProject) -> None:
    begun.run_sql(
        "update main_staging.stg_issuer__members_typed set region = 'South'",
        "insert into main_staging.stg_issuer__members_typed (member_id, load_id) values ('B', 1)",
    )
    said = begun.refusal("snapshot --select snap_member")
    assert "load 1 of the same time differs in 2 keys" in said
    assert "forget_history" in said
    assert CANARY not in said
    assert is_unchanged(begun)


def forget_what_was_taken(project: HistoryProject) -> None:
    project.take(FEBRUARY, members=[SOUTH])
    project.run_sql("delete from main_raw.load_progress")


def number_loads_from_one_again(project: HistoryProject) -> None:
    """Everything before the snapshots is lost, and loaded anew."""
    for table in ("load_batches", "load_progress"):
        project.run_sql(f"delete from main_raw.{table}")
    for table in ("loads", "members_typed"):
        project.run_sql(f"delete from main_staging.stg_issuer__{table}")
    project.deliver(MARCH, members=[SOUTH])


@pytest.mark.parametrize("tamper", [forget_what_was_taken, number_loads_from_one_again])
def test_a_load_that_does_not_come_after_what_history_holds_is_refused(
    begun: HistoryProject, tamper: Callable[[HistoryProject], None]
) -> None:
    tamper(begun)
    before = begun.history("members", "region")
    assert "does not come after it" in begun.refusal("snapshot --select snap_member")
    assert begun.history("members", "region") == before


def test_a_lost_table_is_not_begun_anew_in_silence(begun: HistoryProject) -> None:
    begun.run_sql("drop table main_snapshots.snap_member")
    said = begun.refusal("snapshot --select snap_member")
    assert "snap_member has taken load 1, and its table is gone" in said
    begun.forget("members")
    begun.snapshot("members")
    assert is_unchanged(begun)


def test_an_empty_run_does_not_end_every_version(begun: HistoryProject) -> None:
    begun.deliver(FEBRUARY, members=[SOUTH])
    assert "every version would end" in begun.refusal("build --empty --select snap_member")
    assert is_unchanged(begun)


def test_an_empty_run_on_a_new_database_takes_nothing(project: HistoryProject) -> None:
    project.deliver(JANUARY, members=[NORTH])
    project.dbt("build --empty --select snap_member --exclude resource_type:test")
    assert project.history("members") == []
    project.snapshot("members")
    assert is_unchanged(project)


def test_a_build_refuses_a_backlog_and_says_how_to_work_it_off(begun: HistoryProject) -> None:
    for day, state in ((FEBRUARY, SOUTH), (MARCH, NORTH)):
        begun.deliver(day, members=[state])
    assert "has 2 loads before it (2, 3)" in begun.refusal("build --select snap_member dim_member")
    assert "snap_member has not taken 2 of the loads" in begun.refusal("run --select dim_member")
    assert is_unchanged(begun)
    begun.snapshot("members")
    begun.dbt("build --select snap_member dim_member --exclude resource_type:unit_test")
    assert begun.history("members", "region") == [
        (CANARY, "North", JANUARY, FEBRUARY),
        (CANARY, "South", FEBRUARY, MARCH),
        (CANARY, "North", MARCH, OPEN_END),
    ]


def test_only_snapshots_can_be_forgotten(begun: HistoryProject) -> None:
    said = begun.refusal("run-operation forget_history --args", "{snapshot_name: member}")
    assert "there is no snapshot 'member'. Known: snap_member, snap_plan, snap_provider" in said

"""The project's tests of history find what they are there for, in histories that were broken by hand."""

import pytest
from history_project import HistoryProject

# What is done to A's two versions (January to March, from March on) or to B's one, and the law that it breaks.
BREAKS = {
    "scd2_validity_is_a_span": [
        "update {history} set validity_end_ts = validity_start_ts where load_id = 1 and member_id = 'B'",
        "update {history} set created_at = now() where member_id = 'B'",
    ],
    "scd2_versions_do_not_overlap": [
        "update {history} set validity_end_ts = '2025-03-02' where member_id = 'A' and load_id = 1",
    ],
    "scd2_has_no_gap_inside_a_life": [
        # No load was of that day.
        "update {history} set validity_end_ts = '2025-02-02' where member_id = 'A' and load_id = 1",
    ],
    "scd2_hash_differs_between_neighbours": [
        "update {history} set attr_hash = 'same' where member_id = 'A'",
    ],
    "scd2_has_one_current_version": [
        "update {history} set validity_end_ts = '2025-03-01' where member_id = 'B'",
        "update {history} set member_id = 'C' where member_id = 'B'",
        "update {history} set validity_end_ts = '9999-12-31' where member_id = 'A'",
    ],
    "unique_snap_member_member_sk": ["update {history} set member_sk = 1"],
    "has_no_nulls": ["update {history} set attr_hash = null where member_id = 'B'"],
}


@pytest.fixture
def lived(project: HistoryProject) -> HistoryProject:
    """A changes in March; February brings nothing new; B stays."""
    for day, region in (("2025-01-01", "North"), ("2025-02-01", "North"), ("2025-03-01", "South")):
        project.take(day, members=[{"member_id": "A", "region": region}, {"member_id": "B"}])
    return project


def test_each_law_is_broken_by_what_it_forbids(lived: HistoryProject) -> None:
    lived.dbt("test --select snap_member")
    lived.run_sql("create table main.kept as from main_snapshots.snap_member")
    for law, statements in BREAKS.items():
        for statement in statements:
            lived.run_sql(
                "create or replace table main_snapshots.snap_member as from main.kept",
                statement.format(history="main_snapshots.snap_member"),
            )
            said = lived.refusal("test --select snap_member")
            assert f"FAIL 1 {law}" in said or f"in test {law}" in said, f"{law} did not notice: {statement}"


def test_what_staging_holds_and_the_snapshot_has_not_taken_breaks_no_law(lived: HistoryProject) -> None:
    lived.deliver("2025-04-01", members=[{"member_id": "C"}])
    lived.dbt("test --select snap_member")

"""Each delivery is taken once, in whole, in the order of time; what is taken can be taken again from the same files."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from staging_project import StagingProject

STAGING = "path:models/staging"
OTHER_FILES = {
    "raw_enrollments": "member_id,hios_plan_id,enrollment_start_date,enrollment_end_date\n",
    "raw_plans": "hios_plan_id,effective_year,metal_level\n",
    "raw_providers": "provider_id\n",
    "raw_supplemental_diagnoses": "supplemental_diagnosis_id,member_id,claim_id,action_code,diagnosis_code\n",
}
CLAIMS = "claim_id,claim_line_number,claim_type,member_id,claim_status,claim_start_date,paid_amount\n"


def members(*ids: str) -> str:
    return "member_id,birth_date,gender\n" + "".join(f"{member},1980-01-01,F\n" for member in ids)


def claims(*ids: str) -> str:
    return CLAIMS + "".join(f"{claim},1,professional,A,paid,2025-03-01,10.25\n" for claim in ids)


FIRST_DAY = "2025-02-01"
# What dbt said when the delivery of FIRST_DAY was taken, by the folder of the project whose database was saved then.
said_at_first: dict[Path, str] = {}


@pytest.fixture(scope="module")
def inbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for each test: the database of the first delivery remembers it."""
    return tmp_path_factory.mktemp("inbox") / "the issuer's [files]"


@pytest.fixture
def inbox(project: StagingProject, inbox_folder: Path) -> StagingProject:
    """A project that has loaded nothing yet."""
    project.start_anew()
    shutil.rmtree(inbox_folder, ignore_errors=True)
    return StagingProject(project.folder, inbox_folder, project.manifest)


def deliver(project: StagingProject, made_at: str | None, mode: str = "full", **files: str) -> Path:
    """Write a delivery into the project's folder, in place of what is there."""
    folder = project.raw_folder
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        project.write(f"{name}.csv", content)
    if made_at is not None:
        (folder / "delivery.json").write_text(json.dumps({"load_timestamp": made_at, "claims": mode}))
    return folder


def first_delivery(project: StagingProject) -> str:
    """Take the delivery of FIRST_DAY into an empty database: the first test does it, the others take its database."""
    deliver_first_state(project, FIRST_DAY)
    if project.folder in said_at_first:
        project.restore("first_delivery")
    else:
        said_at_first[project.folder] = project.run(STAGING)
        project.save("first_delivery")
    return said_at_first[project.folder]


def deliver_first_state(project: StagingProject, made_at: str) -> None:
    deliver(project, made_at, raw_members=members("A", "B"), raw_claims=claims("C1", "C2"), **OTHER_FILES)


def loads(project: StagingProject) -> list[tuple[Any, ...]]:
    return project.rows("""
        select load_id, strftime(load_timestamp, '%Y-%m-%d'), claims_mode, status, row_count
        from main_raw.load_batches order by load_id
    """)


def ids(project: StagingProject, entity: str, column: str) -> list[str]:
    return [row[0] for row in project.rows(f"select {column} from main_staging.stg_issuer__{entity} order by all")]


def test_every_staged_row_says_which_delivery_brought_it(inbox: StagingProject) -> None:
    assert "Load 1: the delivery of 2025-02-01" in first_delivery(inbox)
    assert loads(inbox) == [(1, "2025-02-01", "full", "loaded", 4)]
    files = inbox.rows("""
        select source_table, source_file, byte_count > 0, length(content_hash), row_count, paid_amount
        from main_raw.load_files where row_count > 0 order by all
    """)
    assert [file[:5] for file in files] == [
        ("raw_claims", "raw_claims.csv", True, 64, 2),
        ("raw_members", "raw_members.csv", True, 64, 2),
    ]
    assert str(files[0][5]) == "20.50"
    for entity in ("members", "claims"):
        assert inbox.rows(
            f"select distinct load_id, strftime(load_timestamp, '%Y-%m-%d') from main_staging.stg_issuer__{entity}"
        ) == [(1, "2025-02-01")]


def test_a_roster_replaces_the_one_before_and_changes_of_claims_add_to_them(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-03-01", "changes", raw_members=members("B", "C"), raw_claims=claims("C2", "C3"))
    inbox.run(STAGING)
    assert ids(inbox, "members", "member_id") == ["B", "C"]
    # A line delivered again is there twice; the ledger and the facts take the later one.
    assert ids(inbox, "claims", "claim_id || '/' || load_id") == ["C1/1", "C2/1", "C2/2", "C3/2"]
    deliver(inbox, "2025-04-01", "full", raw_claims=claims("C9"))
    inbox.run(STAGING)
    assert ids(inbox, "claims", "claim_id") == ["C9"]
    assert ids(inbox, "members", "member_id") == ["B", "C"], "a delivery without members changes no member"
    assert inbox.rows("select count(*) from main_staging.stg_issuer__claims_typed") == [(5,)], "nothing is thrown away"


def test_the_same_bytes_are_recognised_and_skipped(inbox: StagingProject) -> None:
    first_delivery(inbox)
    (inbox.raw_folder / "raw_members.csv").rename(inbox.raw_folder / "raw_members_again.csv")
    assert "holds the bytes of load 1 (2025-02-01 00:00:00): skipped" in inbox.run(STAGING)
    assert len(loads(inbox)) == 1
    assert ids(inbox, "members", "member_id") == ["A", "B"]


def test_a_state_that_comes_back_at_a_stated_later_time_is_loaded_again(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-03-01", raw_members=members("C"))
    inbox.run(STAGING)
    deliver_first_state(inbox, "2025-04-01")
    inbox.run(STAGING)
    assert [row[1] for row in loads(inbox)] == ["2025-02-01", "2025-03-01", "2025-04-01"]
    assert ids(inbox, "members", "member_id") == ["A", "B"]


def test_an_older_delivery_is_refused_unless_asked_for_and_then_changes_no_roster(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-01-15", "changes", raw_members=members("Z"), raw_claims=claims("C8"))
    said = inbox.run(STAGING)
    assert "load 1 of 2025-02-01 00:00:00 is newer" in said
    assert "allow_older_load: true" in said
    assert "Traceback" not in said
    assert len(loads(inbox)) == 1
    inbox.run(STAGING, allow_older_load=True)
    assert ids(inbox, "members", "member_id") == ["A", "B"]
    assert ids(inbox, "claims", "claim_id") == ["C1", "C2"], "load 1 was full: it replaces what is older"


def test_older_changes_count_among_changes(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-04-01", "changes", raw_claims=claims("C4"))
    inbox.run(STAGING)
    deliver(inbox, "2025-03-01", "changes", raw_claims=claims("C3"))
    inbox.run(STAGING, allow_older_load=True)
    assert ids(inbox, "claims", "claim_id") == ["C1", "C2", "C3", "C4"]


def test_another_delivery_of_the_same_time_is_refused(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-02-01", raw_members=members("Z"))
    said = inbox.run(STAGING, allow_older_load=True)
    assert "as load 1 is, and holds other bytes" in said
    assert len(loads(inbox)) == 1


def test_an_interrupted_load_goes_on_where_it_stopped_and_shows_only_when_it_is_whole(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, "2025-03-01", raw_members=members("C"), raw_claims=CLAIMS.replace("member_id,", ""))
    said = inbox.run(STAGING)
    assert "lacks 1 of 6 required columns: member_id" in said
    assert inbox.rows("select count(*) from main_staging.stg_issuer__members_typed where load_id = 2") == [(1,)]
    assert ids(inbox, "members", "member_id") == ["A", "B"], "half a delivery is not to be seen"
    assert "Load 2 was interrupted: going on with it" in inbox.run(STAGING)

    deliver(inbox, "2025-03-01", raw_members=members("C"), raw_claims=claims("C7"))
    said = inbox.run(STAGING)
    assert "Load 2 was never finished and is abandoned" in said
    assert [row[3] for row in loads(inbox)] == ["loaded", "abandoned", "loaded"]
    assert ids(inbox, "members", "member_id") == ["C"]
    assert inbox.rows("select distinct load_id from main_staging.stg_issuer__members_typed order by 1") == [(1,), (3,)]


def test_a_full_refresh_reads_all_deliveries_again_or_says_which_file_is_gone(
    inbox: StagingProject, tmp_path: Path
) -> None:
    dump = "select * from main_staging.stg_issuer__{0} order by all"
    tables = ("members_typed", "claims_typed", "loads", "rejects")
    first_delivery(inbox)
    inbox.raw_folder.rename(tmp_path / "first")
    (tmp_path / "first").rename(inbox.raw_folder)
    second = StagingProject(inbox.folder, tmp_path / "second delivery", inbox.manifest)
    deliver(second, "2025-03-01", "changes", raw_members=members("B", "B") + "x\n", raw_claims=claims("C3"))
    second.run(STAGING)
    incremental = {table: second.rows(dump.format(table)) for table in tables}
    assert len(incremental["rejects"]) == 2
    second.run(f"{STAGING} --full-refresh")
    assert {table: second.rows(dump.format(table)) for table in tables} == incremental

    (inbox.raw_folder / "raw_members.csv").write_text(members("A", "B", "X"))
    said = second.run(f"{STAGING} --full-refresh")
    assert "1 of them are gone or have changed" in said
    assert "raw_members.csv" in said
    assert {table: second.rows(dump.format(table)) for table in tables} == incremental


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"load_claims": "some"}, "The var load_claims is 'some'. Accepted: full"),
        ({"load_timestamp": "soon"}, "no point in time"),
        ({"load_dir": "no/such/folder"}, "The folder 'no/such/folder' does not exist"),
    ],
)
def test_vars_of_a_load_that_mean_nothing_are_refused(
    inbox: StagingProject, variables: dict[str, object], expected: str
) -> None:
    first_delivery(inbox)
    (inbox.raw_folder / "raw_members.csv").write_text(members("Q"))
    assert expected in inbox.run(STAGING, **variables)
    assert len(loads(inbox)) == 1


def test_an_empty_folder_brings_nothing_and_changes_nothing(inbox: StagingProject) -> None:
    first_delivery(inbox)
    deliver(inbox, None)
    inbox.raw_folder.mkdir()
    assert "going on with what was loaded before" in inbox.run(STAGING)
    assert ids(inbox, "members", "member_id") == ["A", "B"]

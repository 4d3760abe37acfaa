"""A year delivered in four steps: history is exact, facts reconcile after each step, and a rebuild gives the same."""

import itertools
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from delivery_oracle import KEYS, Version, histories
from real_project import REPOSITORY, RealProject

from hhs_hcc.synth import SynthSummary, synthesize
from hhs_hcc.synth.dirt import DIRT_KINDS

MEMBERS = 2000
DELIVERIES = 4
WITHOUT_TESTS = "--exclude-resource-type test --exclude-resource-type unit_test --exclude-resource-type seed"
TAKE = f"build --selector warehouse_job {WITHOUT_TESTS}"
PROVE = "test --selector warehouse_job"
# Low enough for some of these few members to be of high cost.
VARS = {"high_cost_threshold": 5000}
DIMENSIONS = tuple(f"main_warehouse.dim_{entity}" for entity in KEYS)
SNAPSHOTS = tuple(f"main_snapshots.snap_{entity}" for entity in KEYS)
REBUILT = (
    *(
        f"main_staging.stg_issuer__{entity}_typed"
        for entity in ("members", "enrollments", "plans", "providers", "claims", "supplemental_diagnoses")
    ),
    "main_staging.stg_issuer__loads",
    "main_staging.stg_issuer__rejects",
    *(f"main_warehouse.fct_{fact}" for fact in ("claim_line", "claim", "enrollment")),
    *(
        f"main_marts.{cube}"
        for cube in (
            "claims_daily_member",
            "claims_by_plan_metal_month",
            "high_cost_member_tracking",
            "utilization_by_specialty",
            "pmpm_trend",
        )
    ),
    "main_monitoring.load_reconciliation",
)


@dataclass
class Series:
    """Four deliveries, and what was seen in the database after each of them was taken."""

    project: RealProject
    folders: list[Path]
    summaries: list[SynthSummary]
    differences: list[dict[str, Decimal]] = field(default_factory=list)
    rows_reconciled: list[int] = field(default_factory=list)
    versions: list[dict[str, set[tuple[Any, ...]]]] = field(default_factory=list)


def contents(project: RealProject, tables: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Row count and a hash over all rows of each table, whatever their order."""
    return {
        table: project.query(f"""
            select count(*), coalesce(sha256(string_agg(row_text, '|' order by row_text)), '')
            from (select cast(to_json(content) as varchar) as row_text from {table} as content)
        """)[0]
        for table in tables
    }


def versions_held(project: RealProject, entity: str) -> set[tuple[Any, ...]]:
    """What must never change of a version once it is there."""
    key = ", ".join(KEYS[entity])
    return set(
        project.query(f"""
        select {entity}_sk, {key}, validity_start_ts, attr_hash, load_id from main_warehouse.dim_{entity}
    """)
    )


@pytest.fixture(scope="module")
def series(built: RealProject, tmp_path_factory: pytest.TempPathFactory) -> Series:
    """All deliveries taken one by one, in a database that held only the CMS tables. Saved as `series`."""
    parent = tmp_path_factory.mktemp("deliveries")
    folders = [parent / f"delivery {number}" for number in range(1, DELIVERIES + 1)]
    tables = REPOSITORY / "seeds" / "cms"
    found = Series(
        built,
        folders,
        [
            synthesize(MEMBERS, 2025, 7, folder, tables_directory=tables, delivery=number, of=DELIVERIES)
            for number, folder in enumerate(folders, start=1)
        ],
    )
    built.restore("seeded")
    for folder in folders:
        assert built.dbt(TAKE, VARS, raw=folder)
        (differences,) = built.frame(
            "select sum(abs(columns('_difference$'))) from main_monitoring.load_reconciliation"
        ).rows(named=True)
        found.differences.append(differences)
        found.rows_reconciled.append(built.value("select sum(file_row_count) from main_monitoring.load_reconciliation"))
        found.versions.append({entity: versions_held(built, entity) for entity in KEYS})
        if folder == folders[1]:
            built.save("second")
    built.save("series")
    return found


@pytest.fixture
def replayed(series: Series) -> RealProject:
    """The database as it was after the last delivery."""
    series.project.restore("series")
    return series.project


def test_the_deliveries_hold_every_kind_of_change_and_of_dirt(series: Series) -> None:
    """Without this, the tests below could pass on deliveries in which nothing happens."""
    later = series.summaries[1:]
    kinds = {kind for summary in later for kind, count in summary.change_counts.items() if count}
    assert kinds >= {
        *("moved_member", "broker_changed", "new_member", "termed_member", "vanished_member", "reappeared_member"),
        *("moved_provider", "vanished_provider", "new_provider", "repriced_plan"),
        *("corrected_claim", "reversed_claim", "replaced_claim", "late_claim"),
    }
    assert {kind for kind, count in later[0].dirt_counts.items() if count} == set(DIRT_KINDS)


def test_facts_reconcile_with_the_files_after_each_delivery(series: Series) -> None:
    delivered = 0
    for number, summary in enumerate(series.summaries):
        delivered += sum(summary.row_counts.values())
        assert series.rows_reconciled[number] == delivered
        assert set(series.differences[number].values()) == {0}, f"after delivery {number + 1}"


@pytest.mark.parametrize("entity", KEYS)
def test_every_key_has_exactly_the_versions_that_the_files_tell(
    replayed: RealProject, series: Series, entity: str
) -> None:
    _, told = histories(series.folders, entity)
    times = [None, *(json.loads((folder / "delivery.json").read_text())["load_timestamp"] for folder in series.folders)]
    expected = {
        (*key, version.first, times[version.first], times[version.until] if version.until else "9999-12-31T00:00:00")
        for key, versions in told.items()
        for version in versions
    }
    key = ", ".join(f"cast({column} as varchar)" for column in KEYS[entity])
    held = replayed.query(f"""
        select {key}, load_id, strftime(validity_start_ts, '%Y-%m-%dT%H:%M:%S'),
            strftime(validity_end_ts, '%Y-%m-%dT%H:%M:%S')
        from main_warehouse.dim_{entity} where {entity}_sk != -1
    """)
    assert len(held) == len(set(held))
    assert set(held) == expected


def kinds_of_life(versions: list[Version]) -> str:
    if len(versions) == 1:
        return "never changed" if versions[0] == Version(1, None, versions[0].state) else "came or went"
    has_gap = any(one.until != other.first for one, other in itertools.pairwise(versions))
    return "went and came back" if has_gap else f"changed {len(versions) - 1} times"


@pytest.mark.parametrize(
    ("entity", "attributes", "lives"),
    [
        (
            "member",
            ("broker_id", "zip_code", "fpl_ratio", "clinical_segment", "plan_metal"),
            {"never changed", "came or went", "went and came back", "changed 1 times", "changed 2 times"},
        ),
        ("plan", ("plan_name", "monthly_premium", "deductible"), {"never changed", "changed 1 times"}),
        (
            "provider",
            ("street", "city", "zip_code", "phone"),
            {"never changed", "changed 1 times", "went and came back"},
        ),
    ],
)
def test_the_versions_of_chosen_keys_hold_what_each_delivery_said(
    replayed: RealProject, series: Series, entity: str, attributes: tuple[str, ...], lives: set[str]
) -> None:
    columns, told = histories(series.folders, entity)
    chosen = {kinds_of_life(versions): key for key, versions in sorted(told.items(), reverse=True)}
    assert lives <= set(chosen)
    for key in chosen.values():
        where = " and ".join(
            f"cast({column} as varchar) = '{value}'" for column, value in zip(KEYS[entity], key, strict=True)
        )
        held = replayed.query(f"""
            select load_id, {", ".join(f"cast({attribute} as varchar)" for attribute in attributes)}
            from main_warehouse.dim_{entity} where {where} order by validity_start_ts
        """)
        expected = [
            (version.first, *(version.state[columns.index(attribute)] for attribute in attributes))
            for version in told[key]
        ]
        assert [(row[0], *map(_plain, row[1:])) for row in held] == [
            (row[0], *map(_plain, row[1:])) for row in expected
        ]


def _plain(text: str | None) -> str | None:
    """A number without the zeros of its scale; any other text as it is."""
    if text is None or text.count(".") != 1 or not text.replace(".", "").isdigit():
        return text
    return text.rstrip("0").rstrip(".")


def test_a_surrogate_key_stays_with_its_version_and_is_never_given_twice(series: Series) -> None:
    for entity in KEYS:
        for before, after in itertools.pairwise(series.versions):
            assert before[entity] <= after[entity]
        assert len({version[0] for version in series.versions[-1][entity]}) == len(series.versions[-1][entity])


def test_a_replay_from_scratch_gives_the_same_dimensions_to_the_byte(replayed: RealProject, series: Series) -> None:
    before = contents(replayed, (*DIMENSIONS, *SNAPSHOTS))
    replayed.restore("seeded")
    for folder in series.folders:
        assert replayed.dbt(
            f"build --select path:models/staging path:snapshots dim_member dim_plan dim_provider {WITHOUT_TESTS}",
            raw=folder,
        )
    assert contents(replayed, (*DIMENSIONS, *SNAPSHOTS)) == before
    assert before["main_warehouse.dim_member"][0] > MEMBERS


def test_a_full_rebuild_gives_what_the_deliveries_built_step_by_step(replayed: RealProject, series: Series) -> None:
    before = contents(replayed, (*REBUILT, *DIMENSIONS, *SNAPSHOTS))
    assert replayed.dbt(f"{TAKE} --full-refresh", VARS, raw=series.folders[-1])
    assert contents(replayed, (*REBUILT, *DIMENSIONS, *SNAPSHOTS)) == before
    assert min(count for count, _ in before.values()) > 0


def test_the_same_delivery_again_changes_nothing(replayed: RealProject, series: Series) -> None:
    before = contents(replayed, (*REBUILT, *DIMENSIONS, *SNAPSHOTS))
    outcome = replayed.dbt(TAKE, VARS, raw=series.folders[1])
    assert outcome
    assert "holds the bytes of load 2" in outcome.console
    assert contents(replayed, (*REBUILT, *DIMENSIONS, *SNAPSHOTS)) == before


def test_the_laws_of_the_warehouse_hold_after_the_last_delivery(replayed: RealProject, series: Series) -> None:
    outcome = replayed.dbt(PROVE, VARS, raw=series.folders[-1])
    assert outcome
    assert set(outcome.statuses.values()) <= {"success", "pass", "warn"}


def test_dirt_of_a_second_delivery_is_named_with_its_count_and_without_a_value(series: Series) -> None:
    project = series.project
    project.restore("second")
    outcome = project.dbt("test --select stg_issuer__rejects fct_claim_line stg_issuer__loads", VARS)
    assert outcome
    warnings = {name for name, status in outcome.statuses.items() if status == "warn"}
    assert warnings == {
        "every_value_of_members_files_can_be_read",
        "every_row_of_enrollments_files_can_be_used",
        "every_value_of_enrollments_files_can_be_read",
        "every_value_of_claims_files_can_be_read",
        "every_row_of_supplemental_diagnoses_files_can_be_used",
        "every_value_of_supplemental_diagnoses_files_can_be_read",
        "every_claim_line_has_a_known_member",
        "every_claim_line_has_a_known_plan",
    }
    complaints = dict(
        project.query("""
            select severity || ' ' || source_table, count(*) from main_staging.stg_issuer__rejects
            where load_id = 2 group by 1
        """)
    )
    assert (
        f"WARN {complaints['rejected raw_enrollments']} every_row_of_enrollments_files_can_be_used" in outcome.console
    )
    assert f"WARN {complaints['warning raw_claims']} every_value_of_claims_files_can_be_read" in outcome.console
    unknown = project.value("select count(*) from main_warehouse.fct_claim_line where member_sk = -1")
    assert f"WARN {unknown} every_claim_line_has_a_known_member" in outcome.console
    keys = project.query("select record_key from main_staging.stg_issuer__rejects where record_key is not null")
    assert not [key for (key,) in keys if key in outcome.console]


def test_nothing_that_was_delivered_is_lost(replayed: RealProject, series: Series) -> None:
    """Rejects and facts are what was delivered, counted here once more from the files and the tables themselves."""
    delivered = sum(summary.row_counts["raw_claims"] for summary in series.summaries)
    rejected = "select count(*) from main_staging.stg_issuer__claims_typed where reject_reason is not null"
    lines = "select count(distinct (claim_id, claim_line_number)) from main_staging.stg_issuer__claims"
    staged = "select count(*) from main_staging.stg_issuer__claims"
    facts = "select count(*) from main_warehouse.fct_claim_line"
    assert replayed.value(staged) + replayed.value(rejected) == delivered
    assert replayed.value(facts) == replayed.value(lines)
    assert replayed.value("select sum(line_count) from main_warehouse.fct_claim") == replayed.value(facts)

"""What deliveries leave in history: a version per state and key, dated by the deliveries, the same on every replay."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from history_oracle import history_of
from history_project import KEYS, OPEN_END, STAGED, HistoryProject, Row

JANUARY, FEBRUARY, MARCH, APRIL = "2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"
NORTH, SOUTH = {"member_id": "A", "region": "North"}, {"member_id": "A", "region": "South"}
BYSTANDER = {"member_id": "B", "region": "North"}


def test_new_keys_begin_changed_keys_go_on_anew_and_the_same_state_goes_on(project: HistoryProject) -> None:
    project.take(JANUARY, members=[NORTH])
    project.take(FEBRUARY, members=[SOUTH, BYSTANDER])
    project.take(MARCH, members=[SOUTH, BYSTANDER])
    assert project.history("members", "region", "load_id") == [
        ("A", "North", 1, JANUARY, FEBRUARY),
        ("A", "South", 2, FEBRUARY, OPEN_END),
        ("B", "North", 2, FEBRUARY, OPEN_END),
    ]


def test_a_key_that_a_delivery_leaves_out_ends_and_may_come_back(project: HistoryProject) -> None:
    project.take(JANUARY, members=[NORTH, BYSTANDER])
    project.take(FEBRUARY, members=[BYSTANDER])
    project.take(MARCH, members=[BYSTANDER])
    project.take(APRIL, members=[NORTH, BYSTANDER])
    assert project.history("members", "region") == [
        ("A", "North", JANUARY, FEBRUARY),
        ("A", "North", APRIL, OPEN_END),
        ("B", "North", JANUARY, OPEN_END),
    ]


def test_an_earlier_state_that_returns_is_a_version_of_its_own(project: HistoryProject) -> None:
    for day, state in ((JANUARY, NORTH), (FEBRUARY, SOUTH), (MARCH, NORTH)):
        project.take(day, members=[state])
    assert project.history("members", "member_sk", "attr_hash is not distinct from first(attr_hash) over ()") == [
        ("A", 1_000_000_001, True, JANUARY, FEBRUARY),
        ("A", 2_000_000_001, False, FEBRUARY, MARCH),
        ("A", 3_000_000_001, True, MARCH, OPEN_END),
    ]


def test_no_value_and_an_empty_text_are_two_states(project: HistoryProject) -> None:
    for day, region in ((JANUARY, None), (FEBRUARY, ""), (MARCH, None)):
        project.take(day, members=[{"member_id": "A", "region": region}])
    assert [region for _, region, _, _ in project.history("members", "region")] == [None, "", None]


@pytest.mark.parametrize("table", STAGED)
def test_every_attribute_makes_a_version_and_nothing_else_does(project: HistoryProject, table: str) -> None:
    values = {"varchar": "x", "date": "1980-01-31", "boolean": True, "integer": 7}
    attributes = [name for name in STAGED[table] if name not in KEYS[table]]
    # Keys 1, 2, ...: each changes one attribute in February, and key 0 changes none.
    keys = [
        {name: 2025 if STAGED[table][name] == "integer" else f"{index:03}" for name in KEYS[table]}
        for index in range(len(attributes) + 1)
    ]
    changes = [{}, *({name: values.get(STAGED[table][name], 1.5)} for name in attributes)]
    project.take(JANUARY, **{table: keys})
    project.take(FEBRUARY, **{table: [key | change for key, change in zip(keys, changes, strict=True)]})
    versions = [row[0] for row in project.history(table)]
    assert [versions.count(f"{index:03}") for index in range(len(keys))] == [1] + [2] * len(attributes)


def test_both_parts_of_a_key_tell_plans_apart(project: HistoryProject) -> None:
    def plans(premium_2025: float, premium_2026: float) -> list[Row]:
        return [
            {"plan_id": "P", "effective_year": 2025, "monthly_premium": premium_2025},
            {"plan_id": "P", "effective_year": 2026, "monthly_premium": premium_2026},
            {"plan_id": "Q", "effective_year": 2025, "monthly_premium": 400},
        ]

    project.take(JANUARY, plans=plans(400, 500))
    project.take(FEBRUARY, plans=plans(400, 510))
    project.take(MARCH, plans=plans(410, 520))
    assert project.history("plans", "monthly_premium") == [
        ("P", 2025, Decimal(400), JANUARY, MARCH),
        ("P", 2025, Decimal(410), MARCH, OPEN_END),
        ("P", 2026, Decimal(500), JANUARY, FEBRUARY),
        ("P", 2026, Decimal(510), FEBRUARY, MARCH),
        ("P", 2026, Decimal(520), MARCH, OPEN_END),
        ("Q", 2025, Decimal(400), JANUARY, OPEN_END),
    ]


def test_a_delivery_without_the_file_changes_nothing(project: HistoryProject) -> None:
    project.take(JANUARY, members=[NORTH], providers=[{"provider_id": "P"}])
    project.deliver(FEBRUARY, providers=[{"provider_id": "P", "phone": "555-0100"}])
    project.snapshot("members", "providers")
    assert project.history("members") == [("A", JANUARY, OPEN_END)]
    assert project.history("providers", "phone")[-1] == ("P", "555-0100", FEBRUARY, OPEN_END)
    # Nothing is left to be taken, so the next delivery is not a backlog.
    project.deliver(MARCH, members=[SOUTH])
    project.dbt("build --select snap_member")
    assert project.history("members")[-1] == ("A", MARCH, OPEN_END)


@pytest.mark.parametrize("newer_is_taken_first", [True, False])
def test_a_delivery_that_came_late_changes_no_history(project: HistoryProject, newer_is_taken_first: bool) -> None:
    project.take(JANUARY, members=[NORTH])
    project.deliver(MARCH, members=[NORTH, BYSTANDER])
    if newer_is_taken_first:
        project.snapshot("members")
    project.deliver(FEBRUARY, members=[SOUTH])
    project.snapshot("members")
    project.snapshot("members")
    assert project.history("members", "region") == [
        ("A", "North", JANUARY, OPEN_END),
        ("B", "North", MARCH, OPEN_END),
    ]
    assert project.rows("select count(*) from main_raw.load_progress") == [(3,)]


def test_taking_loads_again_or_writing_history_anew_gives_the_same_bytes(project: HistoryProject) -> None:
    for day, state in ((JANUARY, NORTH), (FEBRUARY, SOUTH), (MARCH, BYSTANDER), (APRIL, NORTH)):
        project.take(day, members=[state, {"member_id": "C"}])
    project.dbt("run --select dim_member")
    before = project.rows("from main_warehouse.dim_member order by all")
    assert len(before) == 6

    for command in ("snapshot", "build --full-refresh"):
        project.dbt(f"{command} --select snap_member dim_member --exclude resource_type:unit_test")
        assert project.rows("from main_warehouse.dim_member order by all") == before

    # A database restored to where the last load was not recorded yet.
    project.run_sql("delete from main_raw.load_progress where load_id = 4")
    project.dbt("build --select snap_member dim_member --exclude resource_type:test resource_type:unit_test")
    assert project.rows("from main_warehouse.dim_member order by all") == before

    project.dbt("run-operation forget_history --args", "{snapshot_name: snap_member}")
    for _ in range(4):
        project.snapshot("members")
    project.dbt("run --select dim_member")
    assert project.rows("from main_warehouse.dim_member order by all") == before


def test_history_and_the_record_of_its_loads_are_written_together_or_not_at_all(project: HistoryProject) -> None:
    project.take(JANUARY, members=[NORTH])
    project.run_sql(
        "alter table main_raw.load_progress rename to kept",
        "create table main_raw.load_progress (load_id bigint check (load_id < 2), relation_name varchar)",
        "insert into main_raw.load_progress from main_raw.kept",
    )
    project.deliver(FEBRUARY, members=[SOUTH])
    project.refusal("snapshot --select snap_member")
    assert project.history("members", "region") == [("A", "North", JANUARY, OPEN_END)]
    project.run_sql("drop table main_raw.load_progress", "alter table main_raw.kept rename to load_progress")
    project.snapshot("members")
    assert project.history("members", "region")[-1] == ("A", "South", FEBRUARY, OPEN_END)


def random_loads(seed: int, count: int) -> list[tuple[int, str, dict[str, list[Row]]]]:
    """Rosters of few keys and few states, so that everything happens: same, changed, gone, back, back as before."""
    choose = random.Random(seed)
    loads = []
    for load_id in range(1, count + 1):
        members = [
            {
                "member_id": key,
                "region": choose.choice([None, "", "Ω 'North'", 'a"b\\c\n']),
                "birth_date": choose.choice([date(1980, 2, 29), None]),
                "is_wellness_engaged": choose.choice([True, None]),
                "fpl_ratio": Decimal("1.5000"),
            }
            for key in ("A", "B", "Ä", "a b", "'")
            if choose.random() < 0.8
        ]
        plans = [
            {
                "plan_id": key,
                "effective_year": year,
                "monthly_premium": choose.choice([Decimal("400.00"), Decimal("400.10"), Decimal("0.00"), None]),
            }
            for key in ("P", "P|2025")
            for year in (2025, 2026)
            if choose.random() < 0.7
        ]
        tables = {"members": members, "plans": plans}
        delivered = {name: rows for name, rows in tables.items() if choose.random() < 0.8}
        loads.append((load_id, str(date(2025, 1, 1) + timedelta(days=load_id)), delivered))
    return loads


def test_twenty_random_loads_give_the_history_that_the_rules_say(project: HistoryProject) -> None:
    loads = random_loads(seed=20250101, count=20)
    for _, day, tables in loads:
        project.deliver(day, **tables)
        project.snapshot("members", "plans")
    # The laws hold, as the project's own tests see them.
    project.dbt("build --select snap_member snap_plan dim_member dim_plan")
    for table in ("members", "plans"):
        name, key = table[:-1], KEYS[table]
        # The order of the attributes is part of the hash: it is the one in which the snapshot lists them.
        columns = [
            column
            for (column,) in project.rows(
                f"select column_name from duckdb_columns() where table_name = 'snap_{name}' order by column_index"
            )
        ]
        drivers = columns[len(key) : columns.index("load_id")]
        assert sorted([*key, *drivers]) == sorted(STAGED[table])
        found = project.rows(
            f"select {name}_sk, row({', '.join(key)}), strftime(validity_start_ts, '%Y-%m-%d'),"
            " strftime(validity_end_ts, '%Y-%m-%d'), load_id, attr_hash"
            f" from main_warehouse.dim_{name} where {name}_sk <> -1 order by all"
        )
        delivered = [(load_id, day, tables[table]) for load_id, day, tables in loads if table in tables]
        expected = history_of(delivered, key, drivers)
        assert len(expected) > 20
        assert found == expected

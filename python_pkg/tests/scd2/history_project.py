"""Snapshots and dimensions with history in a project of their own; tests write what staging would hold."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[3]
COPIED = (
    "macros/**/*.sql",
    "snapshots/*",
    "models/_columns.md",
    "models/warehouse/_history_columns.md",
    "models/warehouse/dim_member.*",
    "models/warehouse/dim_plan.*",
    "models/warehouse/dim_provider.*",
    "tests/generic/has_no_nulls.sql",
    "tests/generic/scd2_*.sql",
)
# The columns of the typed staging tables that snapshots read, with their types there.
STAGED = {
    "members": {
        "member_id": "varchar",
        "subscriber_id": "varchar",
        "first_name": "varchar",
        "last_name": "varchar",
        "birth_date": "date",
        "gender": "varchar",
        "age_group": "varchar",
        "region": "varchar",
        "fpl_ratio": "decimal(9, 4)",
        "clinical_segment": "varchar",
        "broker_id": "varchar",
        "broker_name": "varchar",
        "general_agency_id": "varchar",
        "general_agency_name": "varchar",
        "is_digitally_engaged": "boolean",
        "is_care_management_engaged": "boolean",
        "is_wellness_engaged": "boolean",
        "high_cost_member": "boolean",
        "mutually_exclusive_hcc_condition": "varchar",
        "plan_metal": "varchar",
        "plan_network_access_type": "varchar",
        "geographic_reporting": "varchar",
        "year": "integer",
        "state": "varchar",
        "zip_code": "varchar",
        "rating_area": "varchar",
    },
    "plans": {
        "plan_id": "varchar",
        "effective_year": "integer",
        "hios_plan_id": "varchar",
        "plan_name": "varchar",
        "metal_level": "varchar",
        "market": "varchar",
        "actuarial_value": "decimal(9, 4)",
        "monthly_premium": "decimal(18, 2)",
        "deductible": "decimal(18, 2)",
        "oop_max": "decimal(18, 2)",
        "coinsurance_rate": "decimal(9, 4)",
        "pcp_copay": "decimal(18, 2)",
    },
    "providers": {
        "provider_id": "varchar",
        "npi": "varchar",
        "provider_name": "varchar",
        "specialty": "varchar",
        "street": "varchar",
        "city": "varchar",
        "state": "varchar",
        "zip_code": "varchar",
        "phone": "varchar",
    },
}
KEYS = {"members": ["member_id"], "plans": ["plan_id", "effective_year"], "providers": ["provider_id"]}
OPEN_END = "9999-12-31"

Row = dict[str, Any]


@dataclass
class HistoryProject:
    """A dbt project and a database; the project is shared, so it is parsed once."""

    folder: Path
    database: Path
    shared: dict[str, Any] = field(default_factory=dict)

    def invoke(self, command: str, *arguments: str) -> Any:
        """Run a dbt command in this process; words of the command are parted by blanks, arguments may hold some."""
        os.environ["RA_DUCKDB_PATH"] = str(self.database)
        where = ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        where += ["--log-path", str(self.folder / "logs")]
        if "manifest" not in self.shared:
            self.shared["manifest"] = dbtRunner().invoke(["--quiet", "parse", *where]).result
        said: list[str] = []
        self.shared["said"] = said

        def listen(event: Any) -> None:
            if event.info.level != "debug":
                said.append(event.info.msg)

        runner = dbtRunner(manifest=self.shared["manifest"], callbacks=[listen])
        return runner.invoke(
            ["--quiet", "--no-write-json", "--log-level-file", "none", *command.split(), *arguments, *where]
        )

    def dbt(self, command: str, *arguments: str) -> None:
        """Run a dbt command that has to work."""
        answer = self.invoke(command, *arguments)
        assert answer.success, "\n".join(self.shared["said"])

    def refusal(self, command: str, *arguments: str) -> str:
        """What dbt says when it does not do what it was told."""
        assert not self.invoke(command, *arguments).success, f"dbt {command} was not refused"
        return "\n".join(self.shared["said"])

    def run_sql(self, *statements: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database)) as connection:
            return connection.execute(query).fetchall()

    def deliver(self, load_timestamp: str, load_id: int | None = None, **tables: Iterable[Row]) -> int:
        """Stage a load as the staging room would: only the tables that are named are in the delivery."""
        with duckdb.connect(str(self.database)) as connection:
            next_id = "select coalesce(max(load_id), 0) + 1 from main_raw.load_batches"
            load_id = load_id or connection.execute(next_id).fetchall()[0][0]
            connection.execute(
                "insert into main_raw.load_batches (load_id, load_timestamp, status) values (?, ?, 'loaded')",
                [load_id, load_timestamp],
            )
            for table, rows in tables.items():
                connection.execute(
                    "insert into main_staging.stg_issuer__loads values (?, ?, ?)",
                    [load_id, load_timestamp, f"raw_{table}"],
                )
                for row in rows:
                    values = {**row, "load_id": load_id, "load_timestamp": load_timestamp}
                    connection.execute(
                        f"insert into main_staging.stg_issuer__{table}_typed ({', '.join(values)}) "
                        f"values ({', '.join('?' * len(values))})",
                        list(values.values()),
                    )
        return load_id

    def take(self, load_timestamp: str, **tables: Iterable[Row]) -> None:
        """Stage a load, and let the snapshots of its tables take it."""
        self.deliver(load_timestamp, **tables)
        self.snapshot(*tables)

    def snapshot(self, *tables: str) -> None:
        """One `dbt snapshot` of the named tables."""
        self.dbt("snapshot --select " + " ".join(f"snap_{table[:-1]}" for table in tables or STAGED))

    def forget(self, table: str) -> None:
        """Drop a snapshot, as a person would who means it."""
        self.dbt("run-operation forget_history --args", f"{{snapshot_name: snap_{table[:-1]}}}")

    def history(self, table: str, *attributes: str) -> list[tuple[Any, ...]]:
        """Key, attributes, first day and last day of each version."""
        columns = [*KEYS[table], *attributes]
        columns += [f"strftime({ts}, '%Y-%m-%d')" for ts in ("validity_start_ts", "validity_end_ts")]
        order = ", ".join([*KEYS[table], "validity_start_ts"])
        return self.rows(f"select {', '.join(columns)} from main_snapshots.snap_{table[:-1]} order by {order}")


def create_project(folder: Path) -> HistoryProject:
    """The project, and a database in which nothing was ever loaded."""
    for source in (path for pattern in COPIED for path in PROJECT.glob(pattern)):
        target = folder / source.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    shutil.copytree(PROJECT / "offline_packages", folder / "dbt_packages")
    staging = folder / "models" / "staging"
    staging.mkdir()
    for table in ("loads", *(f"{name}_typed" for name in STAGED)):
        (staging / f"stg_issuer__{table}.sql").write_text(
            "-- Stands for its name; the tests write the table.\nselect 1\n"
        )
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    for hook in ("on-run-start", "on-run-end"):
        project.pop(hook, None)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    profile = {"type": "duckdb", "path": "{{ env_var('RA_DUCKDB_PATH') }}", "schema": "main", "threads": 1}
    profile["settings"] = {"preserve_insertion_order": False, "threads": 1}
    outputs = {"target": "dev", "outputs": {"dev": profile}}
    (folder / "profiles.yml").write_text(yaml.safe_dump({"risk_adjustment": outputs}))

    history = HistoryProject(folder, folder / "empty" / "history.duckdb")
    history.database.parent.mkdir()
    history.dbt("run-operation db_bootstrap")
    loads = "load_id bigint, load_timestamp timestamp, source_table varchar"
    tables = [f"main_staging.stg_issuer__loads ({loads})"]
    for table, types in STAGED.items():
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        tables.append(
            f"main_staging.stg_issuer__{table}_typed ({columns}, load_id bigint, load_timestamp timestamp,"
            " reject_reason varchar)"
        )
    history.run_sql("create schema main_staging", *(f"create table {table}" for table in tables))
    return history

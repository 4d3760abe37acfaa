"""The macro and the models of the decomposition, on invented runs in a database in memory, without a dbt project.

Macros and models are the project's own files, rendered by dbt's Jinja; only what they call of dbt is replaced.
"""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import duckdb
from dbt_common.clients.jinja import BaseMacroGenerator, get_template
from dbt_common.exceptions.macros import MacroReturn

PROJECT = Path(__file__).parents[3]
MODELS = (
    "decomposition_steps",
    "decomposition_terms",
    "decomposition_cells",
    "decomposition_states",
    "decomposition_values",
    "decomposition_definitions",
    "decomposition",
    "decomposition_scenarios",
    "decomposition_by_segment",
)
SCHEMAS = {"cms_age_sex": "main_cms", "risk_score_members": "main_runs", "risk_score_segments": "main_runs"}
BATCH = "batch"
MONTHS_OF_A_YEAR = Decimal(12)


class Refused(Exception):  # noqa: N818 - what a macro says when it stops a run
    """The message of raise_compiler_error."""


@functools.cache
def _template(path: Path) -> Any:
    return get_template(path.read_text(encoding="utf-8"), {})


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    """For the queries of macros; they read no table."""
    return duckdb.connect(config={"threads": 1})


class _Macro(BaseMacroGenerator):
    """A macro of the project, callable as in Jinja."""

    def __init__(self, path: Path, context: dict[str, Any]) -> None:
        super().__init__(context)
        self.name = path.stem
        self.template = _template(path)

    def get_template(self) -> Any:
        return self.template

    def get_name(self) -> str:
        return self.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call_macro(*args, **kwargs)


def _return(value: Any) -> NoReturn:
    raise MacroReturn(value)


def _refuse(message: str) -> NoReturn:
    raise Refused(message)


def specification(variables: Mapping[str, Any]) -> dict[str, Any]:
    """What decomposition_specification makes of the vars; raises Refused with its message."""
    settings = {"dollars_per_point_pmpm": None, **variables}

    def run_query(sql: str) -> SimpleNamespace:
        rows = _connection().execute(sql).fetchall()
        return SimpleNamespace(columns=[SimpleNamespace(values=lambda: [row[0] for row in rows])])

    context: dict[str, Any] = {
        "return": _return,
        "exceptions": SimpleNamespace(raise_compiler_error=_refuse),
        "modules": SimpleNamespace(re=re),
        "tojson": json.dumps,
        "var": settings.__getitem__,
        "run_var": settings.__getitem__,
        "run_query": run_query,
        "execute": True,
    }
    helpers = [PROJECT / "macros" / "run_registry" / f"{name}.sql" for name in ("json_value", "sql_literal")]
    helpers.append(PROJECT / "macros" / "project" / "number_var.sql")
    for path in [*helpers, *(PROJECT / "macros" / "analysis").glob("*.sql")]:
        context[path.stem] = _Macro(path, context)
    answer: dict[str, Any] = context["decomposition_specification"]()
    return answer


def compiled(model: str) -> str:
    """The SQL of a model."""
    (path,) = (PROJECT / "models" / "analysis").rglob(f"{model}.sql")
    text = path.read_text(encoding="utf-8")
    context = {
        "config": lambda **_: "",
        "ref": lambda name: f"{SCHEMAS.get(name, 'main_analytics')}.{name}",
        "source": lambda source, table: f"main_{source}.{table}",
    }
    return get_template(text, context).render(context)


@dataclass(frozen=True)
class Member:
    """A member as one run scored it."""

    score: str
    rxc: str = "0"
    months: Sequence[str] = ("12",)
    """Of each plan held; the score is the same in all."""
    plan: str = "plan1"
    metal: str = "silver"
    age: int = 40
    model: str = "adult"


Runs = Mapping[str, Mapping[str, Member]]


@dataclass(frozen=True)
class Decomposition:
    """The result tables of one batch."""

    header: dict[str, Any]
    drivers: list[dict[str, Any]]
    definitions: list[dict[str, Any]]
    segments: list[dict[str, Any]] = field(repr=False)

    @property
    def impacts(self) -> dict[str, Decimal]:
        return {driver["driver_name"]: driver["impact_value"] for driver in self.drivers}

    def column(self, name: str) -> dict[str, Any]:
        """A column of the drivers, by driver."""
        return {driver["driver_name"]: driver[name] for driver in self.drivers}


class Database:
    """A database in memory that holds what the models read; use it for any number of decompositions."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.sql = {model: compiled(model) for model in MODELS}
        for statement in _TABLES.split(";"):
            self.connection.execute(statement)
        path = PROJECT / "seeds" / "cms" / "cms_age_sex.csv"
        self.connection.execute(f"create table main_cms.cms_age_sex as from read_csv('{path}')")
        self.connection.execute(f"create view main_analytics.age_bands as {compiled('age_bands')}")

    def close(self) -> None:
        self.connection.close()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        result = self.connection.execute(sql)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def decompose(self, runs: Runs, variables: Mapping[str, Any]) -> Decomposition:
        """Decompose invented runs, one for each scenario of the specification in `variables`."""
        spec = specification(variables)
        for table in ("batch_runs", "run_registry", "risk_score_members", "risk_score_segments"):
            self.connection.execute(f"delete from main_runs.{table}")
        self._insert("run_registry", [(BATCH, None, json.dumps({"dollars_per_point_pmpm": None, **variables}))])
        for position, scenario in enumerate(spec["scenarios"], start=1):
            run_id = f"run of {scenario}"
            role = {spec["analysis"]["baseline"]: "from", spec["analysis"]["actual"]: "to"}.get(scenario)
            self._insert("run_registry", [(run_id, 2025, "{}")])
            self._insert("batch_runs", [(BATCH, position, scenario, role, run_id, scenario)])
            self._insert("risk_score_members", _member_rows(run_id, runs[scenario]))
            self._insert("risk_score_segments", _segment_rows(run_id, runs[scenario]))
        self.connection.execute("delete from main_analytics.current_batch")
        self.connection.execute(
            "insert into main_analytics.current_batch values (?, 'decomposition', 'now', 1, 'from', 'to', ?)",
            [BATCH, json.dumps(spec)],
        )
        return self.build()

    def build(self) -> Decomposition:
        """Run the models on what the tables hold."""
        for model, sql in self.sql.items():
            self.connection.execute(f"create or replace table main_analytics.{model} as {sql}")
        headers = self.rows("from main_analytics.decomposition")
        return Decomposition(
            header=headers[0] if headers else {},
            drivers=self.rows("from main_analytics.decomposition_scenarios order by step_index"),
            definitions=self.rows("from main_analytics.decomposition_definitions order by step_index"),
            segments=self.rows("from main_analytics.decomposition_by_segment order by all"),
        )

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            places = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
            self.connection.execute(f"insert into main_runs.{table} values {places}", list(chain.from_iterable(rows)))


def _member_rows(run_id: str, members: Mapping[str, Member]) -> list[tuple[Any, ...]]:
    return [
        (run_id, name, member.model, member.age, member.metal, member.plan, member.score, member.rxc)
        for name, member in members.items()
    ]


def _segment_rows(run_id: str, members: Mapping[str, Member]) -> list[tuple[Any, ...]]:
    return [
        (run_id, name, number, months, member.score)
        for name, member in members.items()
        for number, months in enumerate(member.months, start=1)
    ]


_TABLES = """
create schema main_runs;
create schema main_cms;
create schema main_analytics;
create table main_runs.run_registry (run_id varchar, model_year integer, resolved_vars json);
create table main_runs.batch_runs (
    batch_id varchar, position integer, scenario_name varchar, role varchar, run_id varchar, run_label varchar
);
create table main_runs.risk_score_members (
    run_id varchar, member_id varchar, model varchar, age_last integer, metal_level varchar, hios_plan_id varchar,
    risk_score decimal(14, 5), rxc_score decimal(14, 5)
);
create table main_runs.risk_score_segments (
    run_id varchar, member_id varchar, segment_number integer, member_months decimal(9, 6), risk_score decimal(14, 5)
);
create table main_analytics.current_batch (
    batch_id varchar, analysis_type varchar, run_timestamp varchar, group_id integer, run_id_a varchar,
    run_id_b varchar, specification json
)
"""

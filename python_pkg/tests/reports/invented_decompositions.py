"""Decompositions of invented members, made by the project's own models in memory, as a report reads them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from decomposition.decomposition_harness import BATCH, Database, Member

from hhs_hcc.reports.decomposition.words import BRIDGE
from hhs_hcc.warehouse import Warehouse

DESCRIPTION = "Why it moved"
# What a report reads of a registry, beyond what the models read.
_REGISTRY = """
analysis_type varchar default 'scoring'
status varchar default 'completed'
started_at timestamp default '2026-01-02 03:04:05'
elapsed_seconds double default 1.5
run_description varchar
group_id integer default 1
group_description varchar
benefit_year integer default 2025
edition varchar
is_provisional boolean default false
git_commit varchar default '0123456789abcdef'
git_is_dirty boolean default false
member_count bigint
mean_score double
error_summary varchar
"""
_BRIDGE_TABLES = """
create table main_analytics.score_bridge (
    batch_id varchar, metric varchar, driver_index integer, driver varchar, variable varchar, member_count bigint,
    impact_value decimal(38, 15)
);
create table main_analytics.score_bridge_members (batch_id varchar, member_id varchar, driver varchar);
create table main_cms.cms_hcc as select 2025 as model_year, 'HHS_HCC019' as hcc, 'Diabetes <b>' as label;
create table main_cms.cms_rxc as select 2025 as model_year, 'RXC_01' as rxc, 'Anti-HIV Agents' as label;
create table main_cms.cms_hcc_group as select 2025 as model_year, 'adult' as model, 'G01' as group_variable,
    'HHS_HCC019' as hcc
"""

Runs = Mapping[str, Mapping[str, Member]]


def members(name: str, count: int, **values: Any) -> dict[str, Member]:
    """Members of the same score, named name_1, name_2 and so on."""
    return {f"{name}_{number}": Member(**values) for number in range(1, count + 1)}


def variables(method: str = "sequential", metric: str = "mean", **analysis: Any) -> dict[str, Any]:
    """A specification of two drivers, Tables and People, over the runs of `year_over_year`."""
    people = "last" if method == "sequential" else "people"
    runs = ["base", "tables", "last"] + ([] if method == "sequential" else ["people"])
    return {
        "dollars_per_point_pmpm": 100.25 if metric == "dollars" else None,
        "decomposition": {
            "batch_name": "invented",
            "scenarios": {name: name for name in runs},
            "analysis": {
                "method": method,
                "metric": metric,
                "population_mode": "intersection",
                "baseline": "base",
                "actual": "last",
                "components": [
                    {"name": "Tables", "scenario": "tables", "description": "Other tables"},
                    {"name": "People", "scenario": people},
                ],
                **analysis,
            },
        },
    }


def year_over_year(lost: int = 20, new: int = 30, lost_metal: str = "gold") -> dict[str, dict[str, Member]]:
    """Four runs of data and tables: members who stay, in three metals, some who leave and some who come."""
    score = {"base": "1.2", "tables": "1.1", "people": "1.31", "last": "1.17"}
    drugs = {"base": "0.3", "tables": "0.25", "people": "0.31", "last": "0.2"}
    runs = {}
    for run, value in score.items():
        runs[run] = {
            **members("silver", 40, score=value, rxc=drugs[run], metal="silver"),
            **members("gold", 25, score=f"{float(value) * 2:.3f}", rxc=drugs[run], metal="gold", months=["6"]),
            **members("bronze", 15, score="0.4", metal="bronze", age=30),
        }
        if run in ("base", "tables"):
            runs[run] |= members("lost", lost, score=f"{float(value) * 3.21:.3f}", metal=lost_metal)
        else:
            runs[run] |= members("new", new, score=f"{float(value) / 2:.3f}", metal="silver", age=61)
    return runs


class Explained:
    """A database in memory with one decomposition."""

    def __init__(self, runs: Runs, specification: dict[str, Any]) -> None:
        self.database = Database()
        self.connection = self.database.connection
        wanted = specification["decomposition"]["scenarios"]
        self.database.decompose({name: runs[name] for name in wanted}, specification)
        for column in _REGISTRY.strip().splitlines():
            self.connection.execute(f"alter table main_runs.run_registry add column {column}")
        self.connection.execute(
            "update main_runs.run_registry set analysis_type = 'decomposition', run_description = ? where run_id = ?",
            [DESCRIPTION, BATCH],
        )
        for statement in _BRIDGE_TABLES.split(";"):
            self.connection.execute(statement)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.connection)

    def value(self, sql: str) -> Any:
        """The one value that a query gives."""
        found = self.connection.execute(sql).fetchone()
        assert found is not None
        return found[0]


@cache
def explained(method: str = "sequential", metric: str = "mean", *, separate: bool = False) -> Explained:
    """A decomposition of `year_over_year`, made once for all that only read it; `separate`: churn and drugs apart."""
    return Explained(year_over_year(), variables(method, metric, separate_churn=separate, separate_rx_medical=separate))


def add_bridge(into: Explained, rows: list[tuple[str, str | None, int, str]]) -> None:
    """Fill the score bridge of the metric mean: (driver, variable, members, impact)."""
    for driver, variable, count, impact in rows:
        index = list(BRIDGE).index(driver) + 1
        into.connection.execute(
            "insert into main_analytics.score_bridge values (?, 'mean', ?, ?, ?, ?, ?)",
            [BATCH, index, driver, variable, count, impact],
        )
        into.connection.execute(
            "insert into main_analytics.score_bridge_members select ?, 'm' || range, ? from range(?)",
            [BATCH, driver, count],
        )

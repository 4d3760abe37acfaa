"""A project that scores nothing: commands are recorded, runs get rows in a registry in memory, data are a word."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from hhs_hcc.launcher.project import Answer, NodeProgress

PROJECT = Path(__file__).parents[3]
DEFAULTS: dict[str, Any] = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


class FakeProject:
    """What is set here is what the issuer's files, CMS's tables and the package are at the moment."""

    defaults: Mapping[str, Any] = DEFAULTS

    def __init__(self) -> None:
        self.data = "data of March"
        self.tables = "tables"
        self.package = "package"
        self.scores = "scores"
        self.failing: dict[str, str] = {}
        """First word of a command, or run_description of a scoring run, to dbt's message."""
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.views: dict[str, str] = {}
        """What-if view to the parameters that it was built with."""
        self._database = duckdb.connect()
        self._database.execute("""
            create schema main_runs;
            create table main_runs.run_registry (
                run_id varchar, invocation_id varchar, analysis_type varchar, status varchar, run_description varchar,
                started_at timestamp, elapsed_seconds double, group_id integer, group_description varchar,
                model_year integer, benefit_year integer, member_count bigint, mean_score double, resolved_vars json,
                input_fingerprint varchar, cms_tables_hash varchar, package_hash varchar, output_hash varchar,
                tool_versions json
            );
            create table main_runs.batch_runs (batch_id varchar, run_id varchar);
            create schema main_analytics;
            create table main_analytics.comparison_summary (batch_id varchar, matched_count bigint, mean_a double);
        """)

    def dbt(
        self, *arguments: str, variables: Mapping[str, Any] | None = None, on_node: NodeProgress | None = None
    ) -> Answer:
        given = dict(variables or {})
        self.commands.append((" ".join(arguments), given))
        command = " ".join(arguments[:3])
        if message := self.failing.get(arguments[1]):
            return Answer(success=False, errors=(message,))
        if arguments[1] == "fingerprints":
            return Answer(success=True, printed=(json.dumps(self._made_of(given)),))
        if arguments[0] == "run":
            self.views["study_claims"] = str(given.get("radv_seed"))
        if arguments[0] != "build":
            return Answer(success=True)
        if on_node is not None:
            on_node(1, 1)
        kind = command.removeprefix("build --selector ").removesuffix("_job")
        return self._register(kind, given)

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        cursor = self._database.execute(sql, list(values))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def what_if_models(self, variables: Mapping[str, Any]) -> list[str]:
        return ["study_claims"] if variables.get("claims_view") == "main_what_if.study_claims" else []

    def close(self) -> None:
        self._database.close()

    def scored(self) -> list[str]:
        """Descriptions of the runs that were scored, in order."""
        return [given["run_description"] for command, given in self.commands if "scoring_job" in command]

    def _made_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        resolved = {**DEFAULTS, **given}
        seen = self.views["study_claims"] if self.what_if_models(given) else ""
        return {
            "vars": resolved,
            "input_fingerprint": self.data + seen,
            "cms_tables_hash": f"{self.tables} {resolved['diy_model_year']}",
            "package_hash": self.package,
            "duckdb_version": "1",
        }

    def _register(self, kind: str, given: Mapping[str, Any]) -> Answer:
        run_id = str(uuid.uuid4())
        made_of = self._made_of(given)
        message = self.failing.get(given.get("run_description", ""))
        count = self.query("select count(*) as runs from main_runs.run_registry")[0]["runs"]
        self._database.execute(
            "insert into main_runs.run_registry values (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 100, 1.5, ?, ?, ?, ?, ?, ?)",
            [
                run_id,
                run_id,
                kind,
                "failed" if message else "completed",
                given.get("run_description"),
                datetime(2026, 1, 1) + timedelta(minutes=count),
                given.get("group_id", count + 1),
                given.get("group_description"),
                made_of["vars"]["diy_model_year"],
                made_of["vars"]["benefit_year"],
                json.dumps(made_of["vars"], default=str),
                made_of["input_fingerprint"],
                made_of["cms_tables_hash"],
                made_of["package_hash"],
                self.scores,
                '{"duckdb": "1"}',
            ],
        )
        if kind == "comparison":
            self._database.execute("insert into main_analytics.comparison_summary values (?, 90, 1.5)", [run_id])
        return Answer(success=message is None, invocation_id=run_id, errors=(message,) if message else ())

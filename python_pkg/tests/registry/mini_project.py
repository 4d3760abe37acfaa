"""A miniature dbt project around the real macros: fast, and independent of the real scoring models."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[3]

# RISK_SCORES_ENDING says how the second of the two result models ends: well, with an error, or never (it then waits
# to read from a pipe into which nobody writes).
MODELS = {
    "staging/stg_issuer__members.sql": "select 'A' as member_id, 1.5 as risk union all select 'B', 0.5",
    "intermediate/int_aca_risk_input.sql": "select * from {{ ref('stg_issuer__members') }}",
    "scoring/risk_scores.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select
            current_run.run_id,
            members.member_id,
            cast(members.risk as decimal(14, 5)) as risk_score
        from {{ ref('int_aca_risk_input') }} as members
        cross join {{ ref('current_run') }} as current_run
        -- depends_on: {{ ref('cms_hcc') }}
    """,
    "scoring/risk_score_components.py": """
def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="delete+insert", unique_key="run_id")
    return dbt.ref("risk_scores").project("run_id, member_id, risk_score as contribution")
""",
    "scoring/scores_rejected.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        {% set ending = env_var('RISK_SCORES_ENDING', 'well') %}
        select
            run_id,
            {% if ending == 'error' %} error('member A is named in this message')
            {% elif ending == 'never' %} (select content from read_text('{{ env_var("ENDLESS_PIPE") }}'))
            {% else %} 'C' {% endif %} as member_id
        from {{ ref('current_run') }}
        -- depends_on: {{ ref('risk_score_components') }}
    """,
    "analysis/comparison/run_comparison.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select
            current_batch.batch_id,
            scores_a.member_id,
            'matched' as match_status,
            scores_b.risk_score - scores_a.risk_score as score_diff
        from {{ ref('current_batch') }} as current_batch
        inner join {{ ref('risk_scores') }} as scores_a on current_batch.run_id_a = scores_a.run_id
        inner join {{ ref('risk_scores') }} as scores_b
            on current_batch.run_id_b = scores_b.run_id and scores_a.member_id = scores_b.member_id
    """,
    "analysis/comparison/comparison_summary.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select
            batch_id,
            {% if env_var('COMPARISON_ENDING', 'well') == 'error' %} error('member A is named in this message')
            {% else %} 1 {% endif %} as member_count
        from {{ ref('current_batch') }}
        -- depends_on: {{ ref('run_comparison') }}
    """,
    "analysis/decomposition/decomposition_scenarios.sql": """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        select batch_id, 'A' as driver_name, run_id_b as run_id, 1.5 as impact_value
        from {{ ref('current_batch') }}
    """,
}

PUBLICATION = """\
model_year,table_name,model_version,is_provisional,is_used_in_scoring
2024,hcc,HHS-HCC V07,false,true
2025,hcc,HHS-HCC V08,false,true
2026,hcc,HHS-HCC V08,true,true
2018,state_average,,false,false
"""

HCC = """\
model_year,hcc
2024,HHS_HCC001
2025,HHS_HCC001
2026,HHS_HCC001
"""


@dataclass
class MiniProject:
    """A dbt project in a folder, its database, and the few things that tests do with them."""

    folder: Path
    manifest: Any = None
    """The project as the first command has parsed it, for its copies too; a test that edits files sets it to None."""

    @property
    def database(self) -> Path:
        return self.folder / "mini.duckdb"

    def arguments(self, command: str, variables: dict[str, Any] | None) -> list[str]:
        arguments = [
            "--no-use-colors",
            "--no-write-json",
            "--log-level-file",
            "none",
            *command.split(),
            "--project-dir",
            str(self.folder),
        ]
        arguments += ["--profiles-dir", str(self.folder), "--log-path", str(self.folder / "logs")]
        return [*arguments, "--vars", yaml.safe_dump(variables, sort_keys=False)] if variables else arguments

    def dbt(self, command: str, variables: dict[str, Any] | None = None) -> bool:
        """Run a dbt command in this process; True if it succeeded."""
        return self._invoke(command, variables).success

    def refusal(self, variables: dict[str, Any] | None = None, command: str = "build --select tag:scoring") -> str:
        """The message with which dbt refuses to start."""
        answer = self._invoke(command, variables)
        assert answer.exception is not None, "dbt did not refuse"
        return str(answer.exception)

    def _invoke(self, command: str, variables: dict[str, Any] | None) -> Any:
        """Run a dbt command; the project is parsed once, not for each set of vars."""
        if self.manifest is None:
            self.parse()
        return dbtRunner(manifest=self.manifest).invoke(self.arguments(command, variables))

    def parse(self) -> None:
        """Read the project; copies made from now on need not."""
        self.manifest = dbtRunner().invoke(self.arguments("parse", None)).result

    def start(self, command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a dbt command in a process of its own, its output on a pipe."""
        return subprocess.Popen(
            [sys.executable, "-m", "dbt.cli.main", *self.arguments(command, None)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database)) as connection:
            return connection.execute(sql).fetchall()

    def statuses(self) -> list[str]:
        return [row[0] for row in self.query("select status from main_runs.run_registry order by started_at")]

    def copy_to(self, folder: Path) -> "MiniProject":
        """A copy of the project and its database."""
        shutil.copytree(self.folder, folder)
        copy = MiniProject(folder, self.manifest)
        copy.write_profile()
        return copy

    def write_profile(self) -> None:
        target = {
            "type": "duckdb",
            "path": str(self.database),
            "schema": "main",
            # On tables of two rows a second thread only costs time.
            "settings": {"threads": 1},
            "plugins": [{"module": "hhs_hcc.dbt_plugin"}],
        }
        profiles = {"risk_adjustment": {"target": "dev", "outputs": {"dev": target}}}
        (self.folder / "profiles.yml").write_text(yaml.safe_dump(profiles))


def create_project(folder: Path) -> MiniProject:
    """The project as checked out: nothing loaded, nothing built."""
    real = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    settings = {key: real[key] for key in ("profile", "config-version", "vars", "flags", "on-run-start", "on-run-end")}
    settings |= {
        "name": "mini",
        "version": "1.0.0",
        "models": {
            "mini": {
                "staging": {"+schema": "staging", "+materialized": "table"},
                "intermediate": {"+schema": "intermediate", "+materialized": "table", "+tags": ["scoring"]},
                "scoring": {"+schema": "runs", "+tags": ["scoring"]},
                "analysis": {
                    "+schema": "analytics",
                    "comparison": {"+tags": ["comparison"]},
                    "decomposition": {"+tags": ["decomposition"]},
                },
            }
        },
        "seeds": {"mini": {"+schema": "cms"}},
    }
    for name, text in {
        "dbt_project.yml": yaml.safe_dump(settings),
        "seeds/cms_publication.csv": PUBLICATION,
        "seeds/cms_hcc.csv": HCC,
        **{f"models/{name}": text for name, text in MODELS.items()},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for rooms in ("run_registry", "project", "loads", "analysis"):
        shutil.copytree(PROJECT / "macros" / rooms, folder / "macros" / rooms)
    shutil.copy(PROJECT / "models" / "scoring" / "current_run.sql", folder / "models" / "scoring")
    shutil.copy(PROJECT / "models" / "analysis" / "current_batch.sql", folder / "models" / "analysis")
    shutil.copy(PROJECT / "models" / "_runs__sources.yml", folder / "models")
    project = MiniProject(folder)
    project.write_profile()
    return project

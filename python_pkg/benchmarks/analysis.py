"""How long comparing, decomposing and bridging two to four runs of a million members take.

A demo issuer of two benefit years is scored four times (data x tables). Its results are then multiplied under new
member ids until each run has the members asked for, in the tables that dbt has made. Comparison and decomposition are
dbt commands of their own, data tests included. Everything lies in a temporary folder.
"""

import argparse
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import yaml
from machine import memory_gb
from measured_dbt import measure
from rich.console import Console

from hhs_hcc.synth import synthesize
from hhs_hcc.tables import bundled_directory

YEARS = (2024, 2025)
SCORED = 5000
MULTIPLIED = ("risk_score_components", "risk_score_segments", "risk_score_members", "scores_rejected")
RUNS = {
    f"{tables} tables on {data} data": {"diy_model_year": tables, "benefit_year": data}
    for data in YEARS
    for tables in YEARS
}
BRIDGE = ("score_bridge", "score_bridge_members")


def score_runs(folder: Path, database: Path, files: Path) -> None:
    """Four scoring runs of a small issuer."""
    synthesize(SCORED, YEARS, 1, files, "parquet", tables_directory=bundled_directory())
    selected = ["+tag:scoring", "path:models/staging"]
    for description, run_vars in RUNS.items():
        given = yaml.safe_dump({**run_vars, "run_description": description})
        command = ["build", "--select", *selected, "--exclude-resource-type", "unit_test", "test"]
        measure([*command, "--vars", given], folder, database, files)
        selected = ["tag:scoring"]


def multiply(database: Path, members: int) -> None:
    """Copies of the members under ids of their own, until each run has as many as asked for."""
    copies = max(round(members / SCORED), 1)
    with duckdb.connect(str(database)) as connection:
        for table in MULTIPLIED:
            connection.execute(
                f"insert into main_runs.{table} select scored.* replace (scored.member_id || '-' || copy.number as"
                f" member_id) from main_runs.{table} as scored cross join range(1, {copies}) as copy(number)"
                " order by scored.run_id"
            )
        connection.execute(
            "update main_runs.run_registry set"
            " member_count = (select count(*) from main_runs.risk_score_members as scored"
            " where scored.run_id = run_registry.run_id),"
            " rejected_count = (select count(*) from main_runs.scores_rejected as rejected"
            " where rejected.run_id = run_registry.run_id)"
        )


def specification() -> dict[str, Any]:
    """The four runs as a waterfall: tables first, then the data."""
    return {
        "batch_name": "benchmark",
        "scenarios": {
            "baseline": "2024 tables on 2024 data",
            "coefficients": "2025 tables on 2024 data",
            "population": "2024 tables on 2025 data",
            "actual": "2025 tables on 2025 data",
        },
        "analysis": {
            "method": "marginal",
            "metric": "member_month_mean",
            "baseline": "baseline",
            "actual": "actual",
            "components": [
                {"name": "Model change", "scenario": "coefficients"},
                {"name": "Population", "scenario": "population", "population_mode": "scenario_population"},
            ],
        },
    }


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--slowest", action="store_true", help="also list the models and tests that took longest")
    parser.add_argument("--folder", type=Path, help="work here and keep everything, to look at it afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        database, files = folder / "analysis.duckdb", folder / "files"
        if not database.exists():
            score_runs(folder, database, files)
            multiply(database, options.members)
        two_runs = {"run_id_a": "2024 tables on 2024 data", "run_id_b": "2025 tables on 2025 data"}
        no_unit_tests = ["--exclude-resource-type", "unit_test"]
        commands = {
            "comparison of two runs": (["--select", "tag:comparison", "--exclude", *BRIDGE], two_runs),
            "decomposition of four runs": (
                ["--select", "tag:decomposition", "--exclude", *BRIDGE],
                {"decomposition": specification()},
            ),
            "score bridge of two runs": (["--select", "current_batch", *BRIDGE], two_runs),
        }
        measured = {
            title: measure(
                ["build", *selection, *no_unit_tests, "--vars", yaml.safe_dump(given, sort_keys=False)],
                folder,
                database,
                files,
            )
            for title, (selection, given) in commands.items()
        }
    console = Console()
    console.print(
        f"{options.members:,} members a run; {os.cpu_count()} cores, {memory_gb():.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}\n"
    )
    print("| `dbt build` | building, s | data tests, s | peak, MB |")
    print("|---|---|---|---|")
    for title, result in measured.items():
        print(
            f"| {title} | {result['seconds'] - result['test_seconds']:.0f} | {result['test_seconds']:.0f} "
            f"| {result['peak_mb']:,.0f} |"
        )
    if options.slowest:
        for title, result in measured.items():
            console.print(f"\n{title}: {result['slowest']}")


if __name__ == "__main__":
    main()

"""How long the warehouse takes: a first build from the files on, and a delivery in which about 5 % has changed.

The first delivery of the demo issuer holds a year with all its claims: 8 million lines of a million members. The second
holds complete rosters in which one in twenty members, providers and plans has changed, and one in twenty claims again.
Each build is a dbt command of its own, data tests included; its peak memory is that of its process. Everything lies in
a temporary folder.
"""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from machine import memory_gb
from measured_dbt import measure
from rich.console import Console

from hhs_hcc.deliveries import MANIFEST
from hhs_hcc.synth import synthesize
from hhs_hcc.tables import bundled_directory

YEAR = 2025
CHANGED = 0.05
SECOND_LOAD = "2027-01-31T06:00:00"


def make_deliveries(members: int, folder: Path) -> tuple[Path, Path]:
    """Write two deliveries as Parquet."""
    first, second = folder / "first", folder / "second"
    tables = bundled_directory()
    synthesize(members, YEAR, 1, first, "parquet", tables_directory=tables)
    synthesize(members, YEAR, 1, second, "parquet", tables_directory=tables, delivery=2, of=2, changes=CHANGED)
    # Of a series of two, the second delivery brings most claims of the year; here one in twenty is enough.
    for path in second.glob("raw_claims*.parquet"):
        part = path.with_name(f"raw_claims_again_{path.name}")
        duckdb.execute(
            f"copy (from read_parquet('{path}') where hash(claim_id) % {round(1 / CHANGED)} = 0) to '{part}'"
        )
        path.unlink()
    (second / MANIFEST).write_text(json.dumps({"load_timestamp": SECOND_LOAD, "claims": "changes"}))
    return first, second


def build(folder: Path, delivery: Path) -> dict[str, Any]:
    """Build the warehouse with a delivery."""
    return measure(["build", "--selector", "warehouse_job"], folder, folder / "warehouse.duckdb", delivery)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--slowest", action="store_true", help="also list the models and tests that took longest")
    parser.add_argument("--folder", type=Path, help="work here and keep everything, to look at it afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        first, second = make_deliveries(options.members, folder)
        measured = {
            "first build": build(folder, first),
            f"delivery with {CHANGED:.0%} changes": build(folder, second),
        }
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as database:
            lines = dict(
                database.execute("select load_id, sum(row_count) from main_raw.load_batches group by 1").fetchall()
            )
            facts = database.execute("select count(*) from main_warehouse.fct_claim_line").fetchone()

    console = Console()
    console.print(
        f"{options.members:,} members, {facts[0] if facts else 0:,} claim lines; {os.cpu_count()} cores, "
        f"{memory_gb():.0f} GB, {platform.system()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}\n"
    )
    print("| `dbt build --selector warehouse_job` | rows delivered | building, s | data tests, s | peak, MB |")
    print("|---|---|---|---|---|")
    for number, (name, result) in enumerate(measured.items(), start=1):
        print(
            f"| {name} | {lines[number]:,} | {result['seconds'] - result['test_seconds']:.0f} "
            f"| {result['test_seconds']:.0f} | {result['peak_mb']:,.0f} |"
        )
    if options.slowest:
        for name, result in measured.items():
            console.print(f"\n{name}: {result['slowest']}")


if __name__ == "__main__":
    main()

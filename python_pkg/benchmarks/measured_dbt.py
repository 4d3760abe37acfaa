"""A dbt command in a process of its own, with its time and its peak memory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]

# Imports dbt, runs the command, says how long it took and what it needed.
RUN = """
import json, sys, time
from dbt.cli.main import dbtRunner
sys.path.insert(0, sys.argv[1])
from measuring import peak_memory_mb
begun = time.perf_counter()
answer = dbtRunner().invoke(sys.argv[2:])
results = getattr(answer.result, "results", [])
slowest = sorted(results, key=lambda result: -result.execution_time)[:8]
tests = sum(result.execution_time for result in results if result.node.resource_type == "test")
print(json.dumps({
    "success": answer.success,
    "seconds": time.perf_counter() - begun,
    "test_seconds": tests,
    "cpu_seconds": time.process_time(),
    "peak_mb": peak_memory_mb(),
    "slowest": [[result.node.name, round(result.execution_time, 1)] for result in slowest],
}))
"""


def measure(command: list[str], folder: Path, database: Path, raw: Path) -> dict[str, Any]:
    """Run a dbt command of the project; stops with dbt's words if it fails.

    Args:
        command: Without project, profile, target and log folders.
        folder: For dbt's target and logs.
        database: The DuckDB file.
        raw: Folder of the issuer's files.
    """
    settings = {"RA_DUCKDB_PATH": str(database), "RA_RAW_PATH": str(raw)}
    arguments = ["--quiet", *command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    finished = subprocess.run(
        [sys.executable, "-c", RUN, str(Path(__file__).parent), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
    )
    measured: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1]) if finished.stdout else {}
    if not measured.get("success"):
        sys.exit(f"dbt {' '.join(command)} failed:\n{finished.stdout}{finished.stderr}")
    return measured

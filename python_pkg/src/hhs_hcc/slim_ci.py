"""Slim CI: build what was modified since production's last build, and read all else from production's file.

`make slim-ci STATE=DIR` runs `python -m hhs_hcc.slim_ci DIR`. DIR holds the manifest.json of production's last build,
the environment variable RA_PRODUCTION_PATH names its DuckDB file, which is only read. The results lie in a database of
their own that is made anew each time. docs/how_to/slim_ci.md tells the rest.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner

from hhs_hcc.errors import HhsHccError, InputError
from hhs_hcc.launcher.settings import OF_LOADING, OF_ONE_RUN
from hhs_hcc.warehouse import newest_first

DATABASE = Path("target/slim_ci.duckdb")
"""As profiles.yml names it in target slim."""
MODIFIED = "state:modified+"
RUN_MODELS = ("path:models/scoring", "path:models/analysis")
# Vars that say which run it was, or what was loaded, and not how it was scored.
VARS_OF_ONE_BUILD = OF_ONE_RUN | OF_LOADING


@dataclass(frozen=True)
class Production:
    """What slim CI needs to know of production.

    Attributes:
        state: Folder of its manifest.json.
        file: Its DuckDB file.
        name: How its manifest calls the database; the file is attached under this name.
        run_vars: The vars with which its newest completed run was scored.
    """

    state: Path
    file: Path
    name: str
    run_vars: Mapping[str, Any]


def read_production(state: Path, file: Path | None) -> Production:
    """Check that a manifest and a DuckDB file can serve as production.

    Raises:
        InputError: If one of them is missing or cannot be read, or if they do not belong together.
    """
    manifest = _read_manifest(state / "manifest.json")
    relations = {
        (node["database"], node["schema"], node["alias"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot") and node["config"]["materialized"] != "ephemeral"
    }
    names = sorted({database for database, _, _ in relations})
    if len(names) != 1 or names == [DATABASE.stem]:
        raise InputError(
            f"'{state / 'manifest.json'}' describes the database {', '.join(names) or '(none)'} and cannot be that of "
            "production. STATE is the folder with the manifest.json that production's own build has written."
        )
    if file is None:
        raise InputError(
            "RA_PRODUCTION_PATH is not set: it names the DuckDB file that production's build has written, or a copy of "
            "it. Set it in .env or in the shell."
        )
    if not file.is_file():
        raise InputError(f"RA_PRODUCTION_PATH names '{file}', and there is no such file.")
    run_vars = _read_file(file, {(schema, alias) for _, schema, alias in relations}, state)
    return Production(state, file, names[0], run_vars)


def select(dbt: dbtRunner, production: Production) -> tuple[list[dict[str, Any]], list[str]]:
    """Find out what has to be built.

    Returns:
        The modified nodes and everything downstream of them, and the selection that builds them. Results of a run
        belong to one run: if one of its models is selected, or read by a test that is, the selection builds them all.
    """
    modified = _list(dbt, production, MODIFIED)
    run_models = {node["unique_id"] for node in _list(dbt, production, *RUN_MODELS)}
    touched = {name for node in modified for name in (node["unique_id"], *node.get("depends_on", {}).get("nodes", []))}
    reads_registry = any(name.startswith("source.") and ".runs." in name for name in touched)
    belongs_to_a_run = reads_registry or not run_models.isdisjoint(touched)
    return modified, [MODIFIED, *(RUN_MODELS if belongs_to_a_run else [])]


def main(arguments: list[str]) -> int:
    """Build what was modified; the exit code is 0 if it passes, 1 if it does not, 2 if it cannot be tried."""
    try:
        if not arguments or not arguments[0]:
            raise InputError("STATE is missing: make slim-ci STATE=DIR, with the folder of production's manifest.json.")
        path = os.environ.get("RA_PRODUCTION_PATH")
        production = read_production(Path(arguments[0]), Path(path) if path else None)
        return _build(production)
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _build(production: Production) -> int:
    os.environ["RA_PRODUCTION_NAME"] = production.name
    DATABASE.parent.mkdir(exist_ok=True)
    for leftover in (DATABASE, Path(f"{DATABASE}.wal")):
        leftover.unlink(missing_ok=True)
    dbt = dbtRunner()
    modified, selection = select(dbt, production)
    if not modified:
        print(f"Nothing has been modified since the build in {production.state}: nothing to build.")
        return 0
    counts = Counter(node["resource_type"].replace("_", " ") for node in modified)
    print("Modified or downstream of it: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    for node in modified:
        if node["resource_type"] in ("model", "seed", "snapshot"):
            print(f"  {node['resource_type']} {node['name']}")
    if RUN_MODELS[0] in selection:
        print("Results of a run are among them: the whole run is built, with the vars of production's newest run.")
    sys.stdout.flush()
    answer = dbt.invoke(["build", "--select", *selection, "--defer", "--favor-state", *_options(production)])
    return 0 if answer.success else 1


def _list(dbt: dbtRunner, production: Production, *selection: str) -> list[dict[str, Any]]:
    keys = ("unique_id", "name", "resource_type", "depends_on")
    listing = [
        "--quiet",
        "--log-level",
        "none",
        "ls",
        "--select",
        *selection,
        "--output",
        "json",
        "--output-keys",
        *keys,
    ]
    kinds = [
        option for kind in ("model", "seed", "snapshot", "test", "unit_test") for option in ("--resource-type", kind)
    ]
    answer = dbt.invoke([*listing, *kinds, *_options(production)])
    if not answer.success:
        raise InputError(f"dbt cannot read the project: {answer.exception or 'see the messages above'}")
    return [json.loads(line) for line in answer.result]  # type: ignore[union-attr]


def _options(production: Production) -> list[str]:
    return [
        *(
            "--target",
            "slim",
            "--target-path",
            str(DATABASE.with_suffix("")),
            "--state",
            str(production.state.resolve()),
        ),
        *("--vars", json.dumps(dict(production.run_vars))),
    ]


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(
            f"There is no '{path}'. STATE is a folder with the manifest.json of production's last build, as dbt leaves "
            "it in target/."
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            f"'{path}' is no JSON that can be read. Copy it again from production's target folder."
        ) from error
    if not isinstance(manifest, dict) or "nodes" not in manifest:
        raise InputError(f"'{path}' is no manifest of dbt. Copy it again from production's target folder.")
    return manifest


def _read_file(file: Path, relations: set[tuple[str, str]], state: Path) -> dict[str, Any]:
    """The vars of the newest completed scoring run; checks that the file holds what the manifest names."""
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute(
                "select distinct schema_name, table_name from duckdb_columns() where not internal"
            ).fetchall()
            missing = relations.difference(found)
            if missing == relations:
                raise InputError(
                    f"'{file}' (RA_PRODUCTION_PATH) holds none of the {len(relations)} tables that the manifest in "
                    f"'{state}' names. Give the file and the manifest of one and the same build."
                )
            if missing:
                names = ", ".join(sorted(f"{schema}.{alias}" for schema, alias in missing))
                print(f"Production lacks {len(missing)} of {len(relations)} tables; what reads them will fail: {names}")
            if ("main_runs", "run_registry") not in found:
                return {}
            registry = connection.sql("from main_runs.run_registry")
            run = (
                registry.filter("status = 'completed' and analysis_type = 'scoring'")
                .order(newest_first(registry.columns))
                .limit(1)
                .project("spec_text")
                .fetchone()
            )
    except duckdb.Error as error:
        raise InputError(
            f"'{file}' (RA_PRODUCTION_PATH) cannot be opened: it is no DuckDB file of this version, or a build is "
            "writing to it. Wait for the build to end, or give a copy."
        ) from error
    given = json.loads(run[0]) if run else {}
    return {name: value for name, value in given.items() if name not in VARS_OF_ONE_BUILD}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

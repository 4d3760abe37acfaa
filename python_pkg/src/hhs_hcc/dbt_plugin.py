"""dbt-duckdb plugin: SQL functions with which the run registry's hooks record where a run came from.

Named in profiles.yml as `plugins: [{module: hhs_hcc.dbt_plugin}]`. Each function returns one text:

    git_provenance(folder)   JSON: branch, commit, is_dirty, commit_date
    tool_versions()          JSON: versions of Python, dbt and the packages that shape a result
    package_hash()           SHA-256 over the sources of hhs_hcc
"""

import json
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from hhs_hcc import provenance


class Plugin(BasePlugin):
    """Registers the functions once per database connection."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called by dbt-duckdb when it opens the database."""
        # side_effects keeps DuckDB from answering at planning time, or with an earlier answer.
        conn.create_function("git_provenance", _git_provenance_json, ["VARCHAR"], "VARCHAR", side_effects=True)
        conn.create_function("tool_versions", _tool_versions_json, [], "VARCHAR", side_effects=True)
        conn.create_function("package_hash", _package_hash, [], "VARCHAR", side_effects=True)


def _git_provenance_json(folder: str) -> str:
    return json.dumps(provenance.git_provenance(Path(folder)))


def _tool_versions_json() -> str:
    return json.dumps(provenance.tool_versions())


def _package_hash() -> str:
    return provenance.package_hash()

"""dbt-duckdb plugin: SQL functions with which hooks record where a run and its data came from.

Named in profiles.yml as `plugins: [{module: hhs_hcc.dbt_plugin}]`. Each function returns one text:

    git_provenance(folder)   JSON: branch, commit, is_dirty, commit_date
    tool_versions()          JSON: versions of Python, dbt and the packages that shape a result
    package_hash()           SHA-256 over the sources of hhs_hcc
    describe_delivery(folder, load_timestamp, claims_mode)
                             JSON: the files of a delivery (see hhs_hcc.deliveries), or {"error": message};
                             an empty text stands for an argument that is not given
    changed_files(files)     JSON list: paths, of [{path, content_hash}], whose content is another or gone
    missing_files(paths)     JSON list: paths, of a list of paths, at which there is no file
"""

import json
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from hhs_hcc import deliveries, provenance
from hhs_hcc.errors import HhsHccError
from hhs_hcc.permissions import keep_new_files_private


class Plugin(BasePlugin):
    """Registers the functions once per database connection, and keeps a new database private."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:  # noqa: ARG002 - dbt-duckdb names it
        """Called by dbt-duckdb before it opens the database: DuckDB then creates its files for the owner alone."""
        keep_new_files_private()

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called by dbt-duckdb when it opens the database."""
        # side_effects keeps DuckDB from answering at planning time, or with an earlier answer.
        conn.create_function("git_provenance", _git_provenance_json, ["VARCHAR"], "VARCHAR", side_effects=True)
        conn.create_function("tool_versions", _tool_versions_json, [], "VARCHAR", side_effects=True)
        conn.create_function("package_hash", _package_hash, [], "VARCHAR", side_effects=True)
        conn.create_function("describe_delivery", _delivery_json, ["VARCHAR"] * 3, "VARCHAR", side_effects=True)
        conn.create_function("changed_files", _changed_files_json, ["VARCHAR"], "VARCHAR", side_effects=True)
        conn.create_function("missing_files", _missing_files_json, ["VARCHAR"], "VARCHAR", side_effects=True)


def _git_provenance_json(folder: str) -> str:
    return json.dumps(provenance.git_provenance(Path(folder)))


def _tool_versions_json() -> str:
    return json.dumps(provenance.tool_versions())


def _package_hash() -> str:
    return provenance.package_hash()


def _delivery_json(folder: str, load_timestamp: str, claims_mode: str) -> str:
    try:
        return deliveries.describe_delivery(Path(folder), load_timestamp or None, claims_mode or None).to_json()
    except HhsHccError as error:
        # As a value: DuckDB would wrap an exception into words about functions.
        return json.dumps({"error": str(error)})


def _changed_files_json(files: str) -> str:
    return json.dumps(deliveries.changed_files(json.loads(files)))


def _missing_files_json(paths: str) -> str:
    return json.dumps(deliveries.missing_files(json.loads(paths)))

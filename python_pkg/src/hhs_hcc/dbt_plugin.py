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

It also opens the database: `config: {lock_wait_seconds: ...}` says how long to wait for a process that holds it.
"""

import json
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from hhs_hcc import deliveries, provenance
from hhs_hcc.database_opening import DEFAULT_WAIT_SECONDS, WAIT_SETTING, open_when_free, require_usable_path
from hhs_hcc.errors import HhsHccError
from hhs_hcc.permissions import keep_new_files_private


class Plugin(BasePlugin):
    """Registers the functions once per database connection."""

    _opened: DuckDBPyConnection | None = None

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Called by dbt-duckdb before anything else: what is created from here on is for its owner alone."""
        keep_new_files_private()
        self._wait_seconds = float(plugin_config.get(WAIT_SETTING, DEFAULT_WAIT_SECONDS))

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Called by dbt-duckdb right before it opens the database.

        Raises:
            DbtRuntimeError: If it cannot be opened; dbt shows its text and no traceback.
        """
        if creds.path == ":memory:":
            return
        try:
            require_usable_path(creds.path, creds.database)
            # Held until dbt-duckdb has it, too: within a process DuckDB hands out the same database.
            self._opened = open_when_free(creds.path, config, self._wait_seconds)
        except HhsHccError as error:
            raise DbtRuntimeError(str(error)) from error

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called by dbt-duckdb when it has opened the database."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
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

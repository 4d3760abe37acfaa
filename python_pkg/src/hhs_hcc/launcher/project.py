"""The dbt project, driven in this process: dbt is imported and the project parsed once for many commands."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml  # type: ignore[import-untyped]
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from hhs_hcc.errors import HhsHccError

NodeProgress = Callable[[int, int], None]
WHAT_IF_FOLDER = "models/what_if"
# How the macro say_what_helps begins.
_DIRECTIONS = "What helps: "
# Errors that only announce another one, and what dbt keeps for its own developers.
_ECHOES = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult", "MainStackTrace"})


class ProjectError(HhsHccError):
    """There is no project here, or dbt cannot read it."""


@dataclass(frozen=True)
class Answer:
    """How a dbt command ended.

    Attributes:
        success: Whether all went well.
        invocation_id: dbt's id of the command.
        errors: What went wrong, without the way through dbt's macros.
        printed: What macros have printed.
    """

    success: bool
    invocation_id: str = ""
    errors: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()


class Project(Protocol):
    """What the launcher needs of a dbt project; tests put their own in its place."""

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every var with its default."""

    def dbt(
        self, *arguments: str, variables: Mapping[str, Any] | None = None, on_node: NodeProgress | None = None
    ) -> Answer:
        """Run a dbt command."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of the database."""

    def what_if_models(self, variables: Mapping[str, Any]) -> list[str]:
        """The what-if views of the project that the vars of a run read, by name."""

    def close(self) -> None:
        """Let go of the database."""


class DbtProject:
    """A dbt project on disk.

    Args:
        folder: Where dbt_project.yml lies.

    Raises:
        ProjectError: If it does not lie there.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / "dbt_project.yml"
        if not file.is_file():
            raise ProjectError(
                f"There is no dbt_project.yml in {folder.resolve()}. Start in the project's folder, or name it with "
                "--project-dir."
            )
        self._folder = folder
        self._defaults: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["vars"]
        self._manifest: Any = None

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every var with its default."""
        return self._defaults

    def dbt(
        self, *arguments: str, variables: Mapping[str, Any] | None = None, on_node: NodeProgress | None = None
    ) -> Answer:
        """Run a dbt command.

        Args:
            arguments: The command and its options, without vars and folders.
            variables: For `--vars`.
            on_node: Called with the number of nodes begun and of all.
        """
        self._parse()
        return self._invoke(arguments, variables, on_node)[0]

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of the database, through the connection that dbt holds: DuckDB would refuse a second one."""
        if DuckDBConnectionManager._ENV is None:
            answer = self.dbt("run-operation", "db_bootstrap")
            if not answer.success:
                raise ProjectError("\n".join(answer.errors))
        handle = DuckDBConnectionManager.env().handle()  # type: ignore[no-untyped-call]
        try:
            cursor = handle.cursor()
            cursor.execute(sql, list(values))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            handle.close()

    def what_if_models(self, variables: Mapping[str, Any]) -> list[str]:
        """The what-if views of the project that the vars of a run read, by name."""
        self._parse()
        views = {
            f"{node.schema}.{node.alias}".lower(): node.name
            for node in self._manifest.nodes.values()
            if node.resource_type == "model" and node.original_file_path.startswith(WHAT_IF_FOLDER)
        }
        named = [str(variables.get(name)).lower() for name in ("claims_view", "enrollments_view", "members_view")]
        return sorted({views[name] for name in named if name in views})

    def close(self) -> None:
        """Let go of the database: a dbt command in a shell ends with its process, this one does not."""
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]

    def _parse(self) -> None:
        if self._manifest is None:
            answer, manifest = self._invoke(("parse",), None, None)
            if not answer.success:
                raise ProjectError("dbt cannot read the project:\n" + "\n".join(answer.errors))
            self._manifest = manifest

    def _invoke(
        self, arguments: Sequence[str], variables: Mapping[str, Any] | None, on_node: NodeProgress | None
    ) -> tuple[Answer, Any]:
        listener = Listener(on_node)
        # Errors are passed on as words, into whatever reads this program: without dbt's colours.
        command = ["--quiet", "--no-use-colors", "--log-level", "none", *arguments, "--project-dir", str(self._folder)]
        if "DBT_PROFILES_DIR" not in os.environ and (self._folder / "profiles.yml").is_file():
            command += ["--profiles-dir", str(self._folder)]
        if variables:
            command += ["--vars", json.dumps(dict(variables), default=str)]
        answer = dbtRunner(manifest=self._manifest, callbacks=[listener]).invoke(command)
        if isinstance(answer.exception, KeyboardInterrupt):
            raise answer.exception
        errors = tuple(dict.fromkeys(listener.errors))
        if not answer.success and not errors:
            errors = (readable(str(answer.exception or "dbt has stopped without a message; see its log in logs/")),)
        directions = tuple(line for line in listener.printed if line.startswith(_DIRECTIONS))
        said = errors if answer.success else errors + directions
        return Answer(answer.success, listener.invocation_id, said, tuple(listener.printed)), answer.result


class Listener:
    """Hears what dbt says while a command runs.

    Attributes:
        invocation_id: dbt's id of the command.
        errors: Errors, readable.
        printed: What macros have printed.
    """

    def __init__(self, on_node: NodeProgress | None = None) -> None:
        self.invocation_id = ""
        self.errors: list[str] = []
        self.printed: list[str] = []
        self._on_node = on_node
        self._failed_node = ""

    def __call__(self, event: Any) -> None:
        """Called by dbt for each of its events."""
        self.invocation_id = event.info.invocation_id
        name, message = event.info.name, event.info.msg
        if name == "PrintEvent":
            self.printed.append(message)
        elif name == "LogStartLine" and self._on_node is not None:
            self._on_node(event.data.index, event.data.total)
        elif name == "RunResultFailure":
            failure = re.search(r"in (\w+ \S+)", message)
            self._failed_node = f"{failure[1]}: " if failure else ""
        elif event.info.level == "error" and name not in _ECHOES:
            text = readable(message)
            # Of a failed test, the message that follows has the count only.
            names_node = name != "RunResultError" or text.startswith(self._failed_node)
            self.errors.append(text if names_node else self._failed_node + text)


def readable(message: str) -> str:
    """A message of dbt without its announcement and without the macros that it came through."""
    text = re.sub(r"^\s*Encountered an error( while running operation)?:\s*", "", message)
    text = re.sub(r"(?m)^\s*> (in|called by) .*\n?", "", text).strip()
    kind_and_node = re.match(r"\w+ Error(?: in (\w+) (\S+) \(\S+\))?\n", text)
    if kind_and_node is None:
        return text
    node = f"{kind_and_node[1]} {kind_and_node[2]}: " if kind_and_node[1] not in (None, "operation", "macro") else ""
    # An error that was raised on the way from another one has the announcement of that one, too.
    return node + readable(re.sub(r"(?m)^  ", "", text[kind_and_node.end() :]))

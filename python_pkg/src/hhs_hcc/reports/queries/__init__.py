"""The SQL of the figures: one file a figure, read by name and shown on the page with its values filled in."""

import re
from importlib.resources import files
from typing import Any

from hhs_hcc.reports.figure import Answer
from hhs_hcc.warehouse import Warehouse

_NAME = re.compile(r"\$([a-z_]+)")


def ask(warehouse: Warehouse, name: str, **values: str | int | None) -> Answer:
    """Answer the question of a file.

    Args:
        warehouse: The open database.
        name: The file below this folder, without its ending: `run/plrs_by_metal`.
        values: What stands for `$name` in the file.
    """
    sql = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8").strip()
    # DuckDB refuses values that the query does not name.
    named = {name: values[name] for name in _NAME.findall(sql)}
    return Answer(warehouse.frame(sql, named), filled_in(sql, named))


def filled_in(sql: str, values: dict[str, Any]) -> str:
    """The query with its values written out, to be copied from the page and run."""
    return _NAME.sub(lambda found: _literal(values[found.group(1)]), sql)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

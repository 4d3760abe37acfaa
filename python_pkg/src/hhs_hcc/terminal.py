"""What the commands share in speaking: lines that can be copied, cells of few members left out, JSON for programs."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console

# Aggregates of fewer members could be told apart: they are not shown.
SMALLEST_CELL = 11


def say(console: Console, *lines: str) -> None:
    """Lines as they are: a description is no markup, and commands are copied whole."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def is_small(members: int | None) -> bool:
    """Whether a count of members is too small to be shown; zero tells nothing of anybody."""
    return members is not None and 0 < members < SMALLEST_CELL


def member_cell(members: int | None) -> str:
    """A count of members as it is shown."""
    if members is None:
        return ""
    return f"< {SMALLEST_CELL}" if is_small(members) else f"{members:,}"


def shown_count(members: int | None) -> int | None:
    """A count of members as programs get it: None for few."""
    return None if is_small(members) else members


def as_json(value: Any) -> Any:
    """A value as JSON has it; decimals and dates as text, so that no digit is lost."""
    if isinstance(value, Mapping):
        return {name: as_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def print_json(value: Mapping[str, Any]) -> None:
    """Print an outcome for programs."""
    print(json.dumps(as_json(value), indent=2))

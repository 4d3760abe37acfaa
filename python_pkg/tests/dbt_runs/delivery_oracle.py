"""The history that deliveries tell, read from their files alone: what snapshots must hold, worked out without SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

KEYS = {"member": ("member_id",), "plan": ("plan_id", "effective_year"), "provider": ("provider_id",)}

Key = tuple[str, ...]
State = tuple[str | None, ...]


@dataclass(frozen=True)
class Version:
    """A state of a key, from the delivery that showed it first to the one that no longer did (None: still true)."""

    first: int
    until: int | None
    state: State


def read_roster(delivery: Path, entity: str) -> tuple[tuple[str, ...], dict[Key, State]]:
    """The columns besides the key, and each key with its state, as a delivery's file says."""
    frame = pl.concat([pl.read_csv(path, infer_schema=False) for path in sorted(delivery.glob(f"raw_{entity}s*.csv"))])
    if entity == "plan":
        frame = frame.with_columns(pl.coalesce(pl.col("plan_id").replace("", None), "hios_plan_id"))
    key_columns = KEYS[entity]
    columns = tuple(sorted(set(frame.columns) - set(key_columns)))
    rows = frame.select(*key_columns, *columns).rows()
    return columns, {row[: len(key_columns)]: row[len(key_columns) :] for row in rows}


def histories(deliveries: Sequence[Path], entity: str) -> tuple[tuple[str, ...], dict[Key, list[Version]]]:
    """All versions of every key, deliveries numbered from 1."""
    found: dict[Key, list[Version]] = {}
    columns: tuple[str, ...] = ()
    for number, delivery in enumerate(deliveries, start=1):
        columns, roster = read_roster(delivery, entity)
        for key, versions in found.items():
            open_version = versions[-1]
            if open_version.until is None and roster.get(key) != open_version.state:
                versions[-1] = Version(open_version.first, number, open_version.state)
        for key, state in roster.items():
            versions = found.setdefault(key, [])
            if not versions or versions[-1].until is not None:
                versions.append(Version(number, None, state))
    return columns, found

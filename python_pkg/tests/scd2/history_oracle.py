"""SCD2 once more, in plain Python and written from the rules alone: what the history of a list of loads has to be."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from history_project import OPEN_END, Row


def hash_of(row: Row, drivers: Iterable[str]) -> str:
    """SHA-256 of the JSON list of the values' texts."""
    texts = [None if row.get(name) is None else text_of(row[name]) for name in drivers]
    return hashlib.sha256(json.dumps(texts, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value).strip(" ")


def history_of(
    loads: list[tuple[int, str, list[Row]]], key: list[str], drivers: list[str]
) -> list[tuple[int, tuple[Any, ...], str, str, int, str]]:
    """Surrogate key, natural key, start, end, load and hash of every version."""
    versions: list[dict[str, Any]] = []
    for load_id, day, rows in loads:
        delivered = {tuple(row[name] for name in key): hash_of(row, drivers) for row in rows}
        open_versions = {version["key"]: version for version in versions if version["end"] == OPEN_END}
        for natural_key, version in open_versions.items():
            if delivered.get(natural_key) != version["hash"]:
                version["end"] = day
        for rank, natural_key in enumerate(sorted(delivered), start=1):
            held = open_versions.get(natural_key)
            if held is None or held["hash"] != delivered[natural_key]:
                versions.append(
                    {
                        "sk": load_id * 10**9 + rank,
                        "key": natural_key,
                        "start": day,
                        "end": OPEN_END,
                        "load_id": load_id,
                        "hash": delivered[natural_key],
                    }
                )
    return sorted(tuple(version.values()) for version in versions)

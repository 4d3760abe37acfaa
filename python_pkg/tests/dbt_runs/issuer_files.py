"""Files of small invented issuers: rows name only the columns that matter, the others are empty."""

import itertools
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from hhs_hcc.synth.layout import RAW_COLUMNS

Row = Mapping[str, str | None]
FILES = tuple(RAW_COLUMNS)
# Later than the demo issuer, and each later than the one before, whatever the clock of the machine says.
_MADE_AT = (datetime(2030, 1, 1) + timedelta(minutes=minute) for minute in itertools.count())


def date_delivery(folder: Path) -> None:
    """Say in the folder's delivery.json that it is newer than all before."""
    (folder / "delivery.json").write_text(json.dumps({"load_timestamp": next(_MADE_AT).isoformat()}))


def write_issuer(folder: Path, file_format: str = "csv", **rows: Iterable[Row]) -> Path:
    """Write the six files; `members=[...]` becomes raw_members.csv. A file without rows has a header only."""
    folder.mkdir(parents=True, exist_ok=True)
    date_delivery(folder)
    for name, columns in RAW_COLUMNS.items():
        schema = dict.fromkeys(columns, pl.String)
        frame = pl.DataFrame(list(rows.get(name.removeprefix("raw_"), ())), schema=schema)
        path = folder / f"{name}.{file_format}"
        if file_format == "parquet":
            frame.write_parquet(path)
        else:
            frame.write_csv(path)
    return folder


def plan_row(hios_plan_id: str, metal_level: str, year: int) -> Row:
    return {"hios_plan_id": hios_plan_id, "effective_year": str(year), "metal_level": metal_level}


def diagnosis_claim(claim_id: str, member_id: str, day: str, *codes: str) -> Row:
    """A paid inpatient stay of a day: its diagnoses count without a service code."""
    return {
        "claim_id": claim_id,
        "claim_line_number": "1",
        "claim_type": "institutional",
        "member_id": member_id,
        "claim_status": "paid",
        "bill_type_code": "111",
        "claim_start_date": day,
        "claim_end_date": day,
        "paid_date": day,
        **{f"diagnosis_code_{position}": code for position, code in enumerate(codes, start=1)},
    }


def pharmacy_claim(claim_id: str, member_id: str, day: str, ndc: str) -> Row:
    return {
        "claim_id": claim_id,
        "claim_line_number": "1",
        "claim_type": "pharmacy",
        "member_id": member_id,
        "claim_status": "paid",
        "claim_start_date": day,
        "claim_line_start_date": day,
        "paid_date": day,
        "ndc_code": ndc,
    }


def service_claim(claim_id: str, member_id: str, day: str, hcpcs: str) -> Row:
    return {
        "claim_id": claim_id,
        "claim_line_number": "1",
        "claim_type": "professional",
        "member_id": member_id,
        "claim_status": "paid",
        "claim_start_date": day,
        "claim_end_date": day,
        "claim_line_start_date": day,
        "paid_date": day,
        "hcpcs_code": hcpcs,
    }

"""Builds the stand-in for CMS's package in a folder of a test, with CMS's table files and a defect to choose."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from invented import SEEDS

from hhs_hcc.tables import TABLE_COLUMNS

TESTS = Path(__file__).resolve().parents[1]
YEAR = 2025
_INTERNAL = "software/HHS_HCC/data/input/internal"


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, rows: Iterable[Mapping[str, object]], columns: Iterable[str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def tables_of_the_year(folder: Path) -> Path:
    """The seeds of one year, so that the stand-in starts fast, and the code lists as CMS's package writes them."""
    (folder / _INTERNAL).mkdir(parents=True)
    for table in TABLE_COLUMNS:
        file = SEEDS / f"cms_{table}.csv"
        rows = read(file)
        write(folder / file.name, (row for row in rows if row["model_year"] == str(YEAR)), rows[0])
    write_diagnosis_list(folder / _INTERNAL, read(folder / "cms_dx_to_cc.csv"))
    for code in ("ndc", "hcpcs"):
        drugs = [
            {code.upper(): row[code], "RXC": str(int(row["rxc"].removeprefix("RXC_")))}
            for row in read(folder / f"cms_{code}_to_rxc.csv")
        ]
        write(folder / _INTERNAL / f"{code.upper()}_mappings.csv", drugs, drugs[0])
    return folder


def package(
    folder: Path,
    tables: Path,
    *,
    defect: str = "",
    edition: str = "cms_software",
    lacking: str | None = None,
    with_code_lists: bool = True,
    date_format: str = "%Y%m%d",
    port: int = 0,
) -> Path:
    """A package; it holds data of an earlier run, as a user's folder would.

    Args:
        folder: Where it goes.
        tables: See `tables_of_the_year`.
        defect: What is wrong with it; see `transform.py`.
        edition: How it reads the rules.
        lacking: A diagnosis that its lists do not have.
        with_code_lists: Whether table files in CMS's layout are there.
        date_format: Of dates in its input.
        port: For the defect that needs one.
    """
    shutil.copytree(TESTS / "crosscheck" / "stand_in", folder)
    model = folder / "software" / "HHS_HCC"
    for name in ("data/input/user_defined", "data/output", "logs"):
        (model / name).mkdir(parents=True)
    if with_code_lists:
        shutil.copytree(tables / _INTERNAL, folder / _INTERNAL)
    (model / "data/input/user_defined/PERSON.csv").write_text("ID\nsomebody else\n")
    (model / "data/output/HHS_HCC_old_scores.csv").write_text("ID,CSR_ADJUSTED_SCORE\nsomebody else,1\n")
    config = model / "config.py"
    config.write_text(config.read_text().replace("%Y%m%d", date_format))
    used = tables
    if lacking:
        used = folder / "tables"
        shutil.copytree(tables, used)
        diagnoses = [row for row in read(tables / "cms_dx_to_cc.csv") if row["icd10"] != lacking]
        write(used / "cms_dx_to_cc.csv", diagnoses, diagnoses[0])
        if with_code_lists:
            write_diagnosis_list(folder / _INTERNAL, diagnoses)
    settings = {
        "tests": str(TESTS),
        "tables": str(used),
        "year": YEAR,
        "edition": edition,
        "defect": defect,
        "date_format": date_format,
        "port": port,
    }
    (model / "stand_in.json").write_text(json.dumps(settings))
    return folder


def write_diagnosis_list(folder: Path, diagnoses: list[dict[str, str]]) -> None:
    """Diagnoses with the columns and the spellings of CMS's package."""
    rows = [
        {
            "ICD10": row["icd10"],
            "CC": row["cc"].removeprefix("HHS_HCC").lstrip("0").replace("_", "."),
            "MCE_AGE_CONDITION": _ages(row["mce_age_min"], row["mce_age_max"]),
            "AGE_EDIT_CONDITION": _ages(row["cc_age_min"], row["cc_age_max"]),
            "SEX_EDIT_CONDITION": {"M": "1", "F": "2", "": ""}[row["cc_sex"]],
            f"valid_ICD10_{YEAR}": row["valid_fy_start"].upper(),
            f"valid_ICD10_{YEAR + 1}": row["valid_fy_end"].upper(),
        }
        for row in diagnoses
    ]
    write(folder / f"ICD10_HHS_CC_mappings_{YEAR + 1}.csv", rows, rows[0])


def _ages(lowest: str, highest: str) -> str:
    if lowest and highest:
        return f"age = {lowest}" if lowest == highest else f"{lowest} <= age <= {highest}"
    if lowest:
        return f"age >= {lowest}"
    return f"age < {int(highest) + 1}" if highest else ""

"""A stand-in for CMS's package: its layout, and scores by the naive calculator of these tests. None of it is CMS's.

Like the real one it is started in the folder that holds `software`, reads four files, writes one, and fails if a person
has no diagnosis. What else is wrong with it, `stand_in.json` says: the tests write that file.
"""

import csv
import json
import os
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

HERE = Path("software/HHS_HCC")
SETTINGS = json.loads((HERE / "stand_in.json").read_text(encoding="utf-8"))
DEFECT = SETTINGS["defect"]
sys.path.insert(0, SETTINGS["tests"])

from oracle.naive import Choices, NaiveYear, Person  # noqa: E402

METAL_LEVELS = {"P": "platinum", "G": "gold", "S": "silver", "B": "bronze", "C": "catastrophic"}
MODELS = ("ADULT", "CHILD", "INFANT")


@dataclass(frozen=True)
class Given(Person):
    """Somebody of whom CMS's file gives age and duration instead of spans."""

    age_last: int = 0
    enrollment_months: int = 0


class YearOfGiven(NaiveYear):
    """The same rules on what is given: the last day is one of that age, and months stand for days."""

    def _coverage(self, person: Given) -> tuple[int, date]:
        return person.enrollment_months, date(person.birth_date.year + person.age_last, 12, 31)

    def _months(self, days: int) -> int:
        return days


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "data/input/user_defined" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def day(text: str) -> date:
    return datetime.strptime(text, SETTINGS["date_format"]).date()


def people() -> list[tuple[dict[str, str], Person]]:
    year_day = date(SETTINGS["year"], 7, 1)
    diagnoses, ndcs, hcpcs = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in rows("DIAGNOSES.csv"):
        diagnoses[row["ID"]].append((day(row["DIAGNOSIS_SERVICE_DATE"]), row["ICD10"]))
    for row in rows("NDC.csv"):
        ndcs[row["ID"]].append((year_day, row["NDC"]))
    for row in rows("HCPCS.csv"):
        hcpcs[row["ID"]].append((year_day, row["HCPCS"]))
    found = []
    for row in rows("PERSON.csv"):
        if not diagnoses[row["ID"]]:
            raise ValueError(f"time data 'nan' of person {row['ID']} does not match")
        person = Given(
            sex={"1": "M", "2": "F"}[row["SEX"]],
            birth_date=day(row["DOB"]),
            spans=(),
            age_last=int(row["AGE_LAST"]),
            enrollment_months=int(row["ENROLDURATION"]),
            metal_level=METAL_LEVELS[row["METAL"]],
            csr_indicator=int(row["CSR_INDICATOR"]),
            diagnoses=tuple(diagnoses[row["ID"]]),
            ndcs=tuple(ndcs[row["ID"]]),
            hcpcs=tuple(hcpcs[row["ID"]]),
        )
        found.append((row, person))
    return found


def scored() -> list[dict[str, str]]:
    year = YearOfGiven(Path(SETTINGS["tables"]), SETTINGS["year"])
    lines = []
    for row, person in people():
        answer = year.score(person, Choices(SETTINGS["edition"]))
        score = answer.reported
        if DEFECT == "rounds_differently":
            score += Decimal("0.001")
        if DEFECT == "adds_one":
            score += 1
        if DEFECT == "six_decimals":
            score += Decimal("0.0000004")
        scores = {f"CSR_ADJUSTED_SCORE_{model}": "0.0" for model in MODELS}
        scores[f"CSR_ADJUSTED_SCORE_{answer.model.upper()}"] = str(score)
        lines.append({**row, **scores})
    return lines


def write(name: str, lines: list[dict[str, str]]) -> None:
    with (HERE / "data/output" / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def misbehave() -> None:
    """What goes wrong before there are scores."""
    if DEFECT == "hangs":
        time.sleep(60)
    if DEFECT == "names_a_person":
        print(rows("DIAGNOSES.csv"))
        raise KeyError(rows("PERSON.csv")[0]["DOB"])
    if DEFECT == "lacks_a_module":
        import pandas_of_nobody  # noqa: F401, PLC0415
    if DEFECT == "refuses_to_see_settings" and any(name.startswith("RA_") for name in os.environ):
        raise PermissionError
    if DEFECT == "reaches_for_the_network":
        socket.create_connection(("127.0.0.1", SETTINGS["port"]), timeout=5).close()


def spoil(lines: list[dict[str, str]]) -> list[dict[str, str]]:  # noqa: PLR0911 - one per defect
    """What goes wrong with scores that are there."""
    if DEFECT == "forgets_a_person":
        return lines[1:]
    if DEFECT == "writes_no_number":
        return [{name: "oops" if "SCORE" in name else value for name, value in lines[0].items()}, *lines[1:]]
    if DEFECT == "invents_a_person":
        return [*lines, {**lines[0], "ID": "999999"}]
    if DEFECT == "scores_twice":
        return [*lines, {**lines[0], "CSR_ADJUSTED_SCORE_ADULT": "99.0"}]
    if DEFECT == "raw_scores_only":
        return [{"ID": line["ID"], "SCORE_ADULT": "1.0"} for line in lines]
    if DEFECT == "other_names":
        names = [f"CSR_ADJUSTED_SCORE_{model}" for model in MODELS]
        return [{"EnrolId": line["ID"], "csr_adjusted_score": max(line[name] for name in names)} for line in lines]
    return lines


def main() -> None:
    misbehave()
    output = HERE / "data/output"
    if DEFECT == "writes_people_without_a_header":
        (output / "scores.csv").write_text("1,19850102,1.234\n2,19850103,2.345\n", encoding="utf-8")
    elif DEFECT == "writes_bytes":
        (output / "scores.csv").write_bytes(b"\xff\xfe\x00\x01\n\x00\xff")
    elif DEFECT != "writes_nothing":
        lines = spoil(scored())
        write("HHS_HCC_V0825.141.T1_scores.csv", lines)
        if DEFECT == "writes_two_files":
            write("HHS_HCC_V0825.141.T1_scores_again.csv", lines)


main()

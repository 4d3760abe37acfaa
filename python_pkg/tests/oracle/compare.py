"""Score people with the package and with the naive calculator, and say where they differ.

By hand, for many more people than the test has time for (from `python_pkg/tests`): `python -m oracle.compare 20000`.
"""

import sys
import time
from collections.abc import Sequence

import polars as pl
from invented import DRUG_COLUMNS, DX_COLUMNS, EDITIONS, MODEL_YEARS, SEEDS, SERVICE_COLUMNS, segments, tables_of
from oracle.naive import Answer, NaiveYear, Person
from oracle.people import PeopleOf

from hhs_hcc import score
from hhs_hcc.output import score_lines


def package_answers(people: Sequence[Person], model_year: int, edition: str) -> list[Answer]:
    """The package's answers, in the shape and order of the naive ones."""
    names = [f"P{number}" for number in range(len(people))]
    frame = segments(
        (
            {
                "member_id": name,
                "segment_number": 1,
                "sex": person.sex,
                "birth_date": person.birth_date,
                "age_last": person.age_last,
                "enrollment_months": person.enrollment_months,
                "segment_days": 365,
                "metal_level": person.metal_level,
                "csr_indicator": person.csr_indicator,
            }
            for name, person in zip(names, people, strict=True)
        ),
        model_year,
    )

    def of_all(attribute: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        rows = [
            (name, *record) for name, person in zip(names, people, strict=True) for record in getattr(person, attribute)
        ]
        return pl.DataFrame(rows, schema=columns, orient="row")

    result = score(
        frame,
        of_all("diagnoses", DX_COLUMNS),
        of_all("ndcs", DRUG_COLUMNS),
        of_all("hcpcs", SERVICE_COLUMNS),
        tables_of(model_year),
        edition=edition,
    )
    lines = {line["member_id"]: line for line in score_lines(result).rows(named=True)}
    return [
        Answer(
            model=line["model"],
            hccs=frozenset(line["hccs"].split()),
            rxcs=frozenset(line["rxcs"].split()),
            variables=frozenset(line["variables"].split()),
            raw=line["raw_risk_score"],
            risk_score=line["risk_score"],
            reported=line["reported_risk_score"],
        )
        for line in (lines[name] for name in names)
    ]


def differences(
    model_year: int, edition: str, people: Sequence[Person], naive: NaiveYear
) -> list[tuple[Person, Answer, Answer]]:
    """Who is scored differently: the person, the package's answer, the naive one."""
    ours = package_answers(people, model_year, edition)
    return [
        (person, answer, check)
        for person, answer, check in zip(people, ours, (naive.score(one, edition) for one in people), strict=True)
        if answer != check
    ]


def _main(members: int) -> int:
    total = 0
    for model_year in MODEL_YEARS:
        naive = NaiveYear(SEEDS, model_year)
        drawn = PeopleOf(naive, seed=2)
        people = [drawn.draw() for _ in range(members)]
        for edition in EDITIONS:
            started = time.monotonic()
            found = differences(model_year, edition, people, naive)
            total += len(found)
            print(f"{model_year} {edition}: {members} people, {len(found)} differ, {time.monotonic() - started:.0f} s")
            for person, answer, check in found[:2]:
                print(f"  {person}\n  package {answer}\n  naive   {check}")
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))

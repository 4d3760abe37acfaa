"""Score people with the package and with the naive calculator, and say where they differ."""

from collections.abc import Sequence

import polars as pl
from invented import DRUG_COLUMNS, DX_COLUMNS, SERVICE_COLUMNS, rules_of, tables_of
from oracle.naive import Answer, Choices, NaiveYear, Person

from hhs_hcc import ReferenceTables, score
from hhs_hcc.coverage import SPAN_COLUMNS, segments_from_spans
from hhs_hcc.output import score_lines
from hhs_hcc.rules import compile_rules

_DATES = ("date_of_birth", "enrollment_start", "enrollment_end")


def package_answers(
    people: Sequence[Person], model_year: int, choices: Choices, *, tables: ReferenceTables | None = None
) -> list[Answer]:
    """The package's answers, in the shape and order of the naive ones.

    Raises:
        KeyError: If the package does not score somebody.
    """
    names = [f"P{number}" for number in range(len(people))]
    spans = pl.DataFrame(
        [
            (name, one.birth_date, one.sex, one.metal_level, str(one.csr_indicator), start, end)
            for name, one in zip(names, people, strict=True)
            for start, end in one.spans
        ],
        schema={name: pl.Date if name in _DATES else pl.String for name in SPAN_COLUMNS},
        orient="row",
    )

    def of_all(attribute: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        rows = [
            (name, *record) for name, person in zip(names, people, strict=True) for record in getattr(person, attribute)
        ]
        return pl.DataFrame(rows, schema=columns, orient="row")

    rules = compile_rules(tables) if tables else rules_of(model_year)
    result = score(
        segments_from_spans(spans, rules, model_year).segments,
        of_all("diagnoses", DX_COLUMNS),
        of_all("ndcs", DRUG_COLUMNS),
        of_all("hcpcs", SERVICE_COLUMNS),
        tables or tables_of(model_year),
        **choices._asdict(),
    )
    lines = {line["member_id"]: line for line in score_lines(result).rows(named=True)}
    return [
        Answer(
            model=line["model"],
            age_last=line["age_last"],
            enrollment_months=line["enrollment_duration"],
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
    model_year: int, choices: Choices, people: Sequence[Person], naive: NaiveYear
) -> list[tuple[Person, Answer, Answer]]:
    """Who is scored differently: the person, the package's answer, the naive one."""
    ours = package_answers(people, model_year, choices)
    return [
        (person, answer, check)
        for person, answer, check in zip(people, ours, (naive.score(one, choices) for one in people), strict=True)
        if answer != check
    ]

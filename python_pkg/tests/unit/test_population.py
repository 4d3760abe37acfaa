"""What scoring asks of its frames, and that its errors count rows and name columns, never a member."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from invented import DRUG_COLUMNS, DX_COLUMNS, SERVICE_COLUMNS, member, records, scored, segments, tables_of

from hhs_hcc import ScoreResult, score
from hhs_hcc.errors import InputError

CANARY = "Zanzibar-Quux"


def score_frames(people: pl.DataFrame, **frames: pl.DataFrame | pl.LazyFrame) -> ScoreResult:
    empty = {
        "diagnoses": records([], DX_COLUMNS, 2025),
        "drugs": records([], DRUG_COLUMNS, 2025),
        "services": records([], SERVICE_COLUMNS, 2025),
    }
    return score(people, tables=tables_of(2025), **{**empty, **frames})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sex": "X"}, "1 where sex is not M or F"),
        ({"sex": None}, "1 where sex is not M or F"),
        ({"age_last": -1}, "1 where age_last is below 0 or missing"),
        ({"age_last": None}, "1 where age_last is below 0 or missing"),
        ({"enrollment_months": 13}, "1 where enrollment_months is not between 1 and 12"),
        ({"enrollment_months": 0}, "1 where enrollment_months is not between 1 and 12"),
        ({"segment_days": 0}, "1 where segment_days is below 1 or missing"),
        ({"metal_level": "tin"}, "1 where metal_level is not one of platinum, gold, silver, bronze, catastrophic"),
        ({"metal_level": None}, "1 where metal_level is not one of"),
        ({"csr_indicator": 12}, r"1 where csr_indicator is not one of 1, 2, .*, 11 \(model year 2025\)"),
        ({"csr_indicator": None}, "1 where csr_indicator is not one of"),
        ({"member_id": None}, "1 where member_id is missing"),
    ],
)
def test_an_unknown_value_is_counted_and_never_shown(wrong: dict[str, Any], message: str) -> None:
    people = segments([member(CANARY), member("B")], 2025)
    broken = people.with_columns(
        pl.when(pl.col("member_id") == CANARY).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in wrong.items()
    )
    with pytest.raises(InputError, match=f"Of 2 member segments, {message}") as error:
        score_frames(broken)
    assert CANARY not in str(error.value)


def test_nobody_is_an_error() -> None:
    with pytest.raises(InputError, match="nobody to score"):
        score_frames(segments([member()], 2025).clear())


def test_a_missing_column_of_the_segments_is_named() -> None:
    with pytest.raises(InputError, match=r"segments lack the column\(s\) sex; found: member_id"):
        score_frames(segments([member()], 2025).drop("sex"))


def test_a_column_of_another_type_is_an_error_without_its_values() -> None:
    people = segments([member()], 2025).with_columns(age_last=pl.lit(CANARY))
    with pytest.raises(InputError, match="not of its type") as error:
        score_frames(people)
    assert CANARY not in str(error.value)


def test_a_segment_given_twice_is_an_error() -> None:
    people = segments([member(CANARY), member(CANARY), member("B")], 2025)
    with pytest.raises(InputError, match="member_id and segment_number repeat") as error:
        score_frames(people)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize("differing", [{"sex": "M"}, {"age_last": 41}, {"months": 6}, {"birth_date": date(1980, 1, 1)}])
def test_segments_of_one_member_that_contradict_each_other_are_an_error(differing: dict[str, Any]) -> None:
    people = segments([member(CANARY), member(CANARY, segment_number=2, **differing)], 2025)
    with pytest.raises(InputError, match="segments of one member differ") as error:
        score_frames(people)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize(
    ("name", "column", "message"),
    [
        ("diagnoses", "diagnosis_code", r"diagnosis records lack the column\(s\) diagnosis_code; found: member_id"),
        ("diagnoses", "service_date", r"diagnosis records lack the column\(s\) service_date"),
        ("drugs", "ndc_code", r"drug records lack the column\(s\) ndc_code"),
        ("services", "member_id", r"service records lack the column\(s\) member_id"),
    ],
)
def test_a_missing_column_of_the_records_is_named(name: str, column: str, message: str) -> None:
    columns = {"diagnoses": DX_COLUMNS, "drugs": DRUG_COLUMNS, "services": SERVICE_COLUMNS}[name]
    with pytest.raises(InputError, match=message):
        score_frames(segments([member()], 2025), **{name: records([], columns, 2025).drop(column)})


def test_a_date_that_is_text_is_an_error() -> None:
    dx = records(["A3681"], DX_COLUMNS, 2025).with_columns(pl.col("service_date").cast(pl.String))
    with pytest.raises(InputError, match="column service_date of the diagnosis records is String, not a date"):
        score_frames(segments([member()], 2025), diagnoses=dx)


def test_drugs_and_services_may_come_without_dates() -> None:
    found = score_frames(
        segments([member()], 2025),
        drugs=pl.DataFrame({"member_id": ["A"], "ndc_code": ["00002021301"]}),
        services=pl.DataFrame({"member_id": ["A"], "hcpcs_code": ["J0129"]}).lazy(),
    )
    variables = found.components.frame()["variable"].cast(pl.String).to_list()
    assert {"RXC_06", "RXC_09"} <= set(variables)


def test_every_row_ends_in_one_outcome_and_unknown_codes_are_counted() -> None:
    missing_date = records(["A3681"], DX_COLUMNS, 2025).with_columns(service_date=pl.lit(None, dtype=pl.Date))
    dx = [
        "A3681",
        ("Nobody", "2025-03-01", "A3681"),
        ("2024-03-01", "A3681"),
        ("2025-10-01", "D71"),
        "N493",
        ("A", "2025-03-01", "E8411"),
        "z00.00",
        "Z0000",
        "",
    ]
    found = score_frames(segments([member()], 2025), diagnoses=pl.concat([records(dx, DX_COLUMNS, 2025), missing_date]))
    outcomes = found.outcomes.filter(pl.col("record_kind") == "diagnosis").select("outcome", "row_count").rows()
    assert dict(outcomes) == {
        "counted": 2,
        "member_unknown": 1,
        "date_missing": 1,
        "outside_benefit_year": 1,
        "code_not_valid_on_date": 1,
        "age_or_sex_condition": 1,
    }
    assert found.unmapped.rows() == [("diagnosis", None, 1), ("diagnosis", "Z0000", 2)]


def test_scores_come_in_the_order_of_the_segments() -> None:
    people = [member(name, age_last=age) for name, age in (("C", 40), ("A", 0), ("B", 12), ("D", 70))]
    assert scored(2025, people).result.scores["member_id"].to_list() == ["C", "A", "B", "D"]


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match=r"diy_table.*diy_tables, cms_software"):
        scored(2025, edition="diy_table")

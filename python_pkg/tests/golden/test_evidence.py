"""Evidence: which record stands behind a category, and why a category does not count."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from invented import DRUG_COLUMNS, DX_COLUMNS, SERVICE_COLUMNS, member, records, scored, segments, tables_of

from hhs_hcc import components, population, score
from hhs_hcc import evidence as evidence_module
from hhs_hcc.evidence import find_evidence


def evidence(
    year: int,
    *members: dict[str, Any],
    dx: tuple[Any, ...] = (),
    drugs: tuple[Any, ...] = (),
    services: tuple[Any, ...] = (),
    **choices: Any,
) -> list[tuple[Any, ...]]:
    found = find_evidence(
        segments(members or [member()], year),
        records(dx, DX_COLUMNS, year),
        records(drugs, DRUG_COLUMNS, year),
        records(services, SERVICE_COLUMNS, year),
        tables_of(year),
        **choices,
    ).frame()
    return found.select(
        "member_id", "record_kind", pl.col("variable", "status", "dropped_by").cast(pl.String), "code", "record_date"
    ).rows()


SPRING = date(2025, 3, 1)


def test_a_record_behind_an_hcc_that_counts_is_named_as_it_was_written() -> None:
    assert evidence(2025, dx=("a36.81",)) == [
        ("A", "diagnosis", "HHS_HCC130", "counted", None, "a36.81", SPRING),
    ]


def test_every_record_of_a_category_is_listed() -> None:
    rows = evidence(2025, dx=(("2025-03-01", "A3681"), ("2025-04-01", "A3681")))
    assert [row[-1] for row in rows] == [date(2025, 3, 1), date(2025, 4, 1)]


def test_an_hcc_inside_a_group_counts() -> None:
    assert [row[3] for row in evidence(2025, dx=("E0800",))] == ["counted"]


def test_what_the_hierarchy_drops_names_what_dropped_it() -> None:
    rows = evidence(2025, dx=("C770", "C153"))  # HHS_HCC008 drops HHS_HCC009 (Table 4)
    assert rows == [
        ("A", "diagnosis", "HHS_HCC008", "counted", None, "C770", SPRING),
        ("A", "diagnosis", "HHS_HCC009", "dropped_by_hierarchy", "HHS_HCC008", "C153", SPRING),
    ]


def test_down_a_chain_it_is_the_one_that_counts_that_is_named() -> None:
    # 018 drops 019, 020 and 021; 019 drops 020 and 021.
    rows = evidence(2025, dx=("Z9483", "E0800", "E0821", "E08649"))
    assert {row[2]: row[4] for row in rows if row[3] == "dropped_by_hierarchy"} == {
        "HHS_HCC019": "HHS_HCC018",
        "HHS_HCC020": "HHS_HCC018",
        "HHS_HCC021": "HHS_HCC018",
    }


def test_a_drug_class_that_another_one_replaces() -> None:
    rows = evidence(2025, drugs=("00002021301", "00002115201"))
    assert [(row[2], row[3], row[4]) for row in rows] == [
        ("RXC_06", "counted", None),
        ("RXC_07", "dropped_by_hierarchy", "RXC_06"),
    ]


def test_what_the_members_model_does_not_know_is_said_so() -> None:
    child = member(sex="M", age_last=12)
    assert [row[1:4] for row in evidence(2022, child, dx=("E1010",), drugs=("00003196401",))] == [
        ("diagnosis", "HHS_HCC019", "counted"),
        ("diagnosis", "HHS_HCC022", "not_in_model"),
        ("drug", "RXC_01", "not_in_model"),
    ]


def test_a_cost_factor_that_age_or_another_category_rules_out_is_blocked() -> None:
    rows = evidence(
        2026,
        member("A"),
        member("B", age_last=11),
        member("C"),
        drugs=(
            ("A", "2026-03-01", "00247210401"),
            ("B", "2026-03-01", "00247210401"),
            ("C", "2026-03-01", "00247210401"),
            ("C", "2026-03-01", "00003196401"),  # RXC_01
        ),
    )
    factors = {(row[0], row[2]): row[3] for row in rows if row[2].startswith("ACF")}
    assert factors == {
        ("A", "ACF_PREP"): "counted",
        ("A", "ACF_PREP_CHILD"): "not_in_model",
        ("B", "ACF_PREP"): "not_in_model",
        ("B", "ACF_PREP_CHILD"): "blocked",
        ("C", "ACF_PREP"): "blocked",
        ("C", "ACF_PREP_CHILD"): "not_in_model",
    }


def test_a_record_that_gives_nothing_is_no_evidence() -> None:
    assert evidence(2025, dx=("Z0000", ("2024-03-01", "A3681"), ("Nobody", "2025-03-01", "A3681"))) == []


def test_the_editions_and_edits_are_those_of_scoring() -> None:
    girl = member(birth_date=date(2016, 7, 1), age_last=9)
    delivery = (("2025-06-30", "O80"),)  # the Medicare Code Editor wants 9 years; she was 8 on the day
    assert evidence(2025, girl, dx=delivery) == []
    assert len(evidence(2025, girl, dx=delivery, edition="cms_software")) == 1
    assert len(evidence(2025, girl, dx=delivery, mce_edits=False)) == 1


def test_further_columns_come_along_and_are_empty_where_a_kind_has_none() -> None:
    dx = records(["A3681", "Z0000", "A021"], DX_COLUMNS, 2025).with_columns(claim_id=pl.Series(["c1", "c2", "c3"]))
    drugs = records(["00002021301"], DRUG_COLUMNS, 2025)
    services = records([], SERVICE_COLUMNS, 2025)
    people = segments([member()], 2025)
    found = find_evidence(people, dx, drugs, services, tables_of(2025), carry=["claim_id"]).frame()
    assert found.sort("variable").select(pl.col("variable").cast(pl.String), "claim_id").sort("variable").rows() == [
        ("HHS_HCC002", "c3"),
        ("HHS_HCC130", "c1"),
        ("RXC_06", None),
    ]


def test_evidence_that_counts_is_exactly_what_scoring_lists() -> None:
    dx, drugs = ("E1052", "C770", "C153", "A021", "O80"), ("00002021301", "00002115201")
    found = scored(2025, dx=dx, drugs=drugs)
    rows = evidence(2025, dx=dx, drugs=drugs)
    assert {row[2] for row in rows if row[3] == "counted"} == found.hccs() | found.rxcs()
    assert found.rxcs() == {"RXC_06"}


def test_scoring_keeps_the_same_evidence_as_asking_for_it_alone() -> None:
    people = segments([member(), member("B", age_last=4, birth_date=date(2021, 7, 1))], 2025)
    dx = records(["A3681", "Z0000", ("B", "2025-03-01", "A021"), ("Nobody", "2025-03-01", "A021")], DX_COLUMNS, 2025)
    given = (people, dx, records(["00002021301"], DRUG_COLUMNS, 2025), records([], SERVICE_COLUMNS, 2025))
    kept = score(*given, tables_of(2025), evidence=["service_date"]).evidence
    assert kept is not None
    assert kept.frame().equals(find_evidence(*given, tables_of(2025), carry=["service_date"]).frame())
    assert len(kept) == kept.frame().height == 3
    assert score(*given, tables_of(2025)).evidence is None


def test_batches_are_the_frame_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    people = segments([member(name) for name in "ABCDE"], 2025)
    dx = records([(name, "2025-03-01", code) for name in "EDCBA" for code in ("A3681", "A021")], DX_COLUMNS, 2025)
    drugs, services = records([], DRUG_COLUMNS, 2025), records([], SERVICE_COLUMNS, 2025)
    result = score(people, dx, drugs, services, tables_of(2025), evidence=[])
    assert result.evidence is not None
    for kept in (result.components, result.evidence):
        whole = kept.frame()
        assert len(kept) == whole.height > 8
        for module in (components, evidence_module):
            monkeypatch.setattr(module, "_BATCH_ROWS", 3)
        monkeypatch.setattr(population, "_CHUNK_MEMBERS", 2)
        pieces = list(kept.batches())
        monkeypatch.undo()
        assert pl.concat(pieces).equals(whole)
        assert all(piece.schema == whole.schema for piece in pieces)
    assert [row[0] for row in result.evidence.frame().select("member_id").rows()] == list("EEDDCCBBAA")

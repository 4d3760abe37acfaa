"""The reconciliation balances on the demo issuer, and any loss on the way from the files to the facts unbalances it."""

from decimal import Decimal
from typing import NamedTuple

import pytest
from real_project import RealProject

RECONCILE = "build --select load_reconciliation assert_loads_reconcile --exclude resource_type:unit_test"
COUNT_STAGING = "run --select stg_issuer__loads"

ONE_LINE = "rowid = (select min(rowid) from main_warehouse.fct_claim_line)"


class Loss(NamedTuple):
    """Something that goes wrong behind dbt's back, and what the reconciliation must say of it."""

    statement: str
    source_table: str
    step: str
    row_count_difference: int
    counts_staging_again: bool = False


LOSSES = {
    "a fact is lost": Loss(f"delete from main_warehouse.fct_claim_line where {ONE_LINE}", "raw_claims", "warehouse", 1),
    "a fact is there twice": Loss(
        f"insert into main_warehouse.fct_claim_line from main_warehouse.fct_claim_line where {ONE_LINE}",
        "raw_claims",
        "warehouse",
        -1,
    ),
    "a staged line is lost": Loss(
        """delete from main_staging.stg_issuer__claims_typed
           where rowid = (select min(rowid) from main_staging.stg_issuer__claims_typed where reject_reason is null)""",
        "raw_claims",
        "staging",
        1,
        counts_staging_again=True,
    ),
    "a span is lost": Loss(
        """delete from main_warehouse.fct_enrollment
           where rowid = (select min(rowid) from main_warehouse.fct_enrollment where span_count = 1)""",
        "raw_enrollments",
        "warehouse",
        1,
    ),
    "a current member is lost": Loss(
        """delete from main_snapshots.snap_member
           where rowid = (
               select min(rowid) from main_snapshots.snap_member where validity_end_ts = timestamp '9999-12-31'
           )""",
        "raw_members",
        "warehouse",
        1,
    ),
}


def test_the_demo_issuer_reconciles(project: RealProject) -> None:
    assert project.dbt(RECONCILE)
    tables = project.query("select source_table from main_monitoring.load_reconciliation order by all")
    assert [table for (table,) in tables] == [
        "raw_claims",
        "raw_enrollments",
        "raw_members",
        "raw_plans",
        "raw_providers",
        "raw_supplemental_diagnoses",
    ]
    # Lines that were delivered twice are planted in the demo: they must be counted as such.
    assert project.value("select sum(superseded_row_count) from main_monitoring.load_reconciliation") > 0


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_fails_the_build_and_says_where(project: RealProject, name: str) -> None:
    loss = LOSSES[name]
    project.change(loss.statement)
    if loss.counts_staging_again:
        assert project.dbt(COUNT_STAGING)
    outcome = project.dbt(RECONCILE)
    assert not outcome
    assert outcome.statuses["assert_loads_reconcile"] == "fail"
    difference = project.value(
        f"""select {loss.step}_row_count_difference from main_monitoring.load_reconciliation
            where source_table = '{loss.source_table}'"""
    )
    assert difference == loss.row_count_difference


@pytest.mark.parametrize("amount", ["charge_amount", "allowed_amount", "paid_amount"])
def test_a_cent_too_much_fails_the_build_though_no_row_is_missing(project: RealProject, amount: str) -> None:
    project.change(
        f"""update main_warehouse.fct_claim_line set {amount} = {amount} + 0.01
            where rowid = (select min(rowid) from main_warehouse.fct_claim_line where {amount} is not null)"""
    )
    assert project.dbt(RECONCILE).statuses["assert_loads_reconcile"] == "fail"
    rows, dollars = project.query(
        f"""select warehouse_row_count_difference, warehouse_{amount}_difference
            from main_monitoring.load_reconciliation where source_table = 'raw_claims'"""
    )[0]
    assert (rows, dollars) == (0, Decimal("-0.01"))

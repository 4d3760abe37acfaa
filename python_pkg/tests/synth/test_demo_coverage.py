"""Plans and enrollments: ids, metals, families, changes of plan."""

import polars as pl
from demo_issuer import YEAR, Issuer, cms

from hhs_hcc.synth.plans import RARE_PLAN, make_catalogue

HIOS = r"^\d{5}[A-Z]{2}\d{3}\d{4}\d{2}$"


def test_plan_ids_have_16_characters_and_are_in_the_plans_file(issuer: Issuer) -> None:
    plans = make_catalogue().frame(YEAR)
    assert plans["hios_plan_id"].str.contains(HIOS).all()
    assert plans["hios_plan_id"].is_unique().all()
    held = issuer.clean.enrollments["hios_plan_id"]
    assert held.is_in(plans["hios_plan_id"].implode()).all()
    assert RARE_PLAN not in held


def test_every_variant_fits_its_metal_in_the_csr_table() -> None:
    table = cms("csr_adjustment").filter(pl.col("hios_variant_id").is_not_null())
    fitting = set(table.select("hios_variant_id", "metal_level").iter_rows())
    known_metals = {"bronze", "silver", "gold", "platinum", "catastrophic"}
    plans = make_catalogue().frame(YEAR).filter(pl.col("metal_level").is_in(known_metals))
    for plan, metal in plans.select("hios_plan_id", "metal_level").iter_rows():
        assert (plan[-2:], metal) in fitting or (plan[-2:], None) in fitting, (plan[-2:], metal)


def test_metal_levels_are_spread_as_in_the_market(issuer: Issuer) -> None:
    plans = make_catalogue().frame(YEAR)
    share = dict(
        issuer.clean.enrollments.join(plans, on="hios_plan_id")["metal_level"].value_counts(normalize=True).iter_rows()
    )
    assert 0.18 < share["bronze"] < 0.33
    assert 0.45 < share["silver"] < 0.62
    assert 0.08 < share["gold"] < 0.22
    assert 0.01 < share["platinum"] < 0.06
    assert 0.005 < share["catastrophic"] < 0.05


def test_catastrophic_plans_are_held_by_people_under_30(issuer: Issuer) -> None:
    catastrophic = make_catalogue().frame(YEAR).filter(pl.col("metal_level") == "catastrophic")
    rows = issuer.clean.enrollments.filter(pl.col("hios_plan_id").is_in(catastrophic["hios_plan_id"].implode()))
    assert len(rows) > 0
    assert issuer.members.age[rows["member_row"].to_numpy()].max() <= 30


def test_a_family_holds_one_plan_at_a_time(issuer: Issuer) -> None:
    rows = issuer.clean.enrollments["member_row"].to_numpy()
    spans = issuer.clean.enrollments.with_columns(family=pl.Series(issuer.members.family[rows]))
    overlapping = spans.join(spans, on="family", suffix="_other").filter(
        (pl.col("hios_plan_id") != pl.col("hios_plan_id_other"))
        & (pl.col("enrollment_start_date") <= pl.col("enrollment_end_date_other"))
        & (pl.col("enrollment_start_date_other") <= pl.col("enrollment_end_date"))
    )
    assert overlapping.is_empty()


def test_some_change_plans_and_some_spans_cross_new_year(issuer: Issuer) -> None:
    by_member = issuer.clean.enrollments.group_by("member_id").agg(pl.col("hios_plan_id").n_unique())
    assert 0.01 < (by_member["hios_plan_id"] > 1).mean() < 0.06
    ends_later = issuer.clean.enrollments["enrollment_end_date"] > f"{YEAR}-12-31"
    assert 0.01 < ends_later.mean() < 0.15


def test_clean_spans_of_a_member_do_not_overlap_and_do_not_precede_birth(issuer: Issuer) -> None:
    spans = issuer.clean.enrollments.sort("member_id", "enrollment_start_date")
    after = spans.with_columns(previous=pl.col("enrollment_end_date").shift().over("member_id"))
    assert (after["enrollment_start_date"] > after["previous"]).fill_null(value=True).all()
    births = spans.join(issuer.clean.people, on="member_id")
    assert (births["enrollment_start_date"] >= births["birth_date"]).all()

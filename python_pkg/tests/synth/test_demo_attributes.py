"""What the issuer knows of members and plans: each attribute agrees with what else the files say."""

import numpy as np
import polars as pl
import pytest
from demo_issuer import SEED, YEAR, Issuer

from hhs_hcc.synth.benefits import make_plans
from hhs_hcc.synth.conditions import CHRONIC_CONDITIONS
from hhs_hcc.synth.layout import RAW_COLUMNS
from hhs_hcc.synth.people import AGE_GROUPS, AGENCIES, EXCLUSIVE_CONDITIONS
from hhs_hcc.synth.plans import make_catalogue
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import Streams
from hhs_hcc.synth.traits import BROKERS


def plans() -> pl.DataFrame:
    return make_plans(Streams(SEED), make_catalogue(), Schedule.once(YEAR))[0]


def last_plans(issuer: Issuer) -> pl.DataFrame:
    """Members beside the plan that they held last."""
    last = issuer.clean.enrollments.sort("member_id", "enrollment_start_date").unique("member_id", keep="last")
    return issuer.clean.people.join(last, on="member_id", validate="1:1").join(plans(), on="hios_plan_id")


def test_every_column_of_the_layout_is_there_and_in_use(issuer: Issuer) -> None:
    assert issuer.clean.people.columns == list(RAW_COLUMNS["raw_members"])
    assert plans().columns == list(RAW_COLUMNS["raw_plans"])
    # What is the same for all: the year.
    assert [column.name for column in issuer.clean.people if column.n_unique() == 1] == ["year"]
    assert issuer.clean.people["year"].unique().to_list() == [str(YEAR)]


@pytest.mark.parametrize(
    ("variant", "low", "high"), [("04", 2.0, 2.5), ("05", 1.5, 2.0), ("06", 1.0, 1.5), ("01", 1.5, 6.5)]
)
def test_income_fits_the_cost_sharing_variant_that_is_held(
    variant: str, low: float, high: float, issuer: Issuer
) -> None:
    holders = last_plans(issuer).filter(pl.col("hios_plan_id").str.ends_with(variant))
    income = holders["fpl_ratio"].cast(pl.Float64)
    assert len(income) > 50
    assert income.is_between(low, high, closed="left").all()
    assert income.max() - income.min() > 0.8 * (high - low)


def test_metal_and_network_are_those_of_the_plan_held_last(issuer: Issuer) -> None:
    held = last_plans(issuer)
    assert held.height == len(issuer.members)
    assert (held["plan_metal"] == held["metal_level"]).all()
    assert held.filter(~pl.col("plan_name").str.contains(pl.col("plan_network_access_type"))).is_empty()


def test_places_agree(issuer: Issuer) -> None:
    people = issuer.clean.people
    area = pl.col("state") + "-" + pl.col("rating_area").str.zfill(2)
    assert people.filter(pl.col("geographic_reporting") != area).is_empty()
    assert people.filter(~pl.col("region").str.starts_with(pl.col("state"))).is_empty()
    assert people.group_by("geographic_reporting").agg(pl.col("region").n_unique())["region"].max() == 1


def test_age_groups_hold_the_age_at_the_end_of_coverage(issuer: Issuer) -> None:
    firsts = [first for first, _ in AGE_GROUPS]
    expected = [AGE_GROUPS[np.searchsorted(firsts, age, side="right") - 1][1] for age in issuer.members.age]
    assert issuer.clean.people["age_group"].to_list() == expected
    assert set(expected) == {label for _, label in AGE_GROUPS}


def test_families_share_address_income_and_broker_and_brokers_have_one_agency(issuer: Issuer) -> None:
    people = issuer.clean.people
    shared = ("zip_code", "region", "fpl_ratio", "broker_id")
    assert people.group_by("subscriber_id").agg(pl.col(shared).n_unique()).select(shared).max().row(0) == (1, 1, 1, 1)
    brokers = people.select("^(broker|general_agency)_.*$").unique().drop_nulls("broker_id")
    assert brokers["broker_id"].is_unique().all()
    assert brokers.height == BROKERS
    assert brokers["general_agency_id"].drop_nulls().n_unique() == AGENCIES
    assert (brokers["general_agency_id"].is_null() == brokers["general_agency_name"].is_null()).all()
    assert 0 < brokers["general_agency_id"].is_null().mean() < 0.5


def test_attributes_of_a_person_are_the_same_next_year(year_before: Issuer, issuer: Issuer) -> None:
    both = year_before.clean.people.join(issuer.clean.people, on="member_id", suffix="_later")
    for column in ("broker_id", "general_agency_id", "is_digitally_engaged", "is_wellness_engaged"):
        assert both[column].eq_missing(both[f"{column}_later"]).all(), column


def test_segments_follow_what_claims_show(issuer: Issuer) -> None:
    people = issuer.clean.people.with_columns(
        born=pl.Series(issuer.members.is_born_in_year), delivers=pl.Series(issuer.members.gives_birth_on >= 0)
    )
    by_segment = {name: rows for (name,), rows in people.partition_by("clinical_segment", as_dict=True).items()}
    assert by_segment["newborn"].height == people["born"].sum()
    assert by_segment["maternity"].height == people["delivers"].sum()
    assert 0.5 < by_segment["healthy"].height / people.height < 0.9
    share = {name: (rows["high_cost_member"] == "true").mean() for name, rows in by_segment.items()}
    assert share["healthy"] < 0.02 < share["chronic"] < 0.1 < share["complex chronic"] < 0.4


def test_members_of_a_condition_family_have_one_of_its_conditions(issuer: Issuer) -> None:
    assert set(EXCLUSIVE_CONDITIONS) <= {condition.name for condition in CHRONIC_CONDITIONS}
    people = issuer.clean.people
    assert set(people["mutually_exclusive_hcc_condition"].drop_nulls()) >= {"diabetes", "lung", "cancer"}
    labelled = people.filter(pl.col("mutually_exclusive_hcc_condition") == "diabetes")
    assert not labelled["clinical_segment"].is_in(["healthy"]).any()
    codes = issuer.clean.medical.join(labelled, on="member_id").select("^diagnosis_code_.*$").unpivot()["value"]
    assert codes.drop_nulls().str.starts_with("E1").sum() > 0


def test_plan_ids_are_the_issuers_own_and_unique() -> None:
    ids = plans()["plan_id"]
    assert ids.is_unique().all()
    assert "TX-IND-SILVER-OA-94" in ids
    assert ids.str.contains(r"^(TX|NC|AZ)-(IND|SG)-[A-Z]+(-(OA|SN)-[A-Z0-9]+)?$").all()


def test_richer_plans_bear_more_and_ask_for_less() -> None:
    numbers = plans().with_columns(pl.col("^(monthly_.*|deductible|oop_max|actuarial_value)$").cast(pl.Float64))
    by_variant = {name: rows for (name,), rows in numbers.partition_by("plan_id", as_dict=True).items()}
    ladder = ["BRONZE-OA-ON", "SILVER-OA-ON", "SILVER-OA-73", "SILVER-OA-87", "SILVER-OA-94"]
    rungs = pl.concat([by_variant[f"TX-IND-{name}"] for name in ladder])
    assert rungs["actuarial_value"].to_list() == [0.60, 0.70, 0.73, 0.87, 0.94]
    assert rungs["deductible"].is_sorted(descending=True)
    assert rungs["oop_max"].is_sorted(descending=True)
    # A variant costs what its silver plan costs; the programme pays the difference.
    assert rungs["monthly_premium"].to_list() == [310.0, 400.0, 400.0, 400.0, 400.0]


def test_the_premium_of_a_plan_is_what_members_of_21_to_24_pay(issuer: Issuer) -> None:
    ages = issuer.clean.people.select("member_id", age=pl.Series(issuer.members.age))
    held = last_plans(issuer).join(ages, on="member_id").filter(pl.col("age").is_between(21, 24))
    assert held.height > 50
    assert (held["premium_amount"] == held["monthly_premium"]).all()

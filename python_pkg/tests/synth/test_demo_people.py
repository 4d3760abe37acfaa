"""People: plausible ages and families, and the same persons in the next year."""

import numpy as np
import polars as pl
from demo_issuer import SEED, YEAR, Issuer, cms

from hhs_hcc.synth.calendar import age_on, first_day, last_day
from hhs_hcc.synth.conditions import CHRONIC_CONDITIONS, frailty, members_with
from hhs_hcc.synth.families import share_of_year
from hhs_hcc.synth.streams import Streams


def shared_rows(earlier: Issuer, later: Issuer) -> tuple[np.ndarray, np.ndarray]:
    _, first, second = np.intersect1d(earlier.members.key, later.members.key, return_indices=True)
    return first, second


def test_most_members_stay_and_are_a_year_older(year_before: Issuer, issuer: Issuer) -> None:
    first, second = shared_rows(year_before, issuer)
    stayed = len(first) / len(year_before.members)
    assert 0.6 < stayed < 0.9
    assert len(issuer.members) > len(second)
    earlier, later = year_before.members, issuer.members
    assert (earlier.birth[first] == later.birth[second]).all()
    assert (earlier.is_female[first] == later.is_female[second]).all()
    on_new_years_day = age_on(earlier.birth[first], first_day(YEAR - 1))
    assert (age_on(later.birth[second], first_day(YEAR)) == on_new_years_day + 1).all()


def test_names_belong_to_the_person_and_addresses_mostly_stay(year_before: Issuer, issuer: Issuer) -> None:
    columns = ["subscriber_id", "first_name", "last_name", "birth_date", "gender", "state"]
    both = year_before.clean.people.join(issuer.clean.people, on="member_id", suffix="_later")
    assert all((both[column] == both[f"{column}_later"]).all() for column in columns)
    stayed = (both["zip_code"] == both["zip_code_later"]).mean()
    assert 0.85 < stayed < 1


def test_a_chronic_condition_stays(year_before: Issuer, issuer: Issuer) -> None:
    streams = Streams(SEED)
    diabetes = next(condition for condition in CHRONIC_CONDITIONS if condition.name == "type 2 diabetes")
    ill = [
        set(some.members.key[members_with(streams, some.members, diabetes, frailty(streams, some.members))].tolist())
        for some in (year_before, issuer)
    ]
    present = set(issuer.members.key.tolist())
    assert len(ill[0]) > 50
    assert ill[0] & present <= ill[1]


def test_children_are_born_and_covered_from_birth_or_the_start_of_the_family(issuer: Issuer) -> None:
    members = issuer.members
    born = members.is_born_in_year
    assert 0.003 < born.mean() < 0.02
    assert (members.coverage_first[born] >= members.birth[born]).all()
    assert (members.birth[born] >= first_day(YEAR)).all()
    assert (members.age[born] == 0).all()


def test_a_mother_has_a_delivery_code_and_her_child_a_newborn_code_on_the_birthday(issuer: Issuer) -> None:
    members = issuer.members
    stays = issuer.clean.medical.filter(pl.col("bill_type_code").str.starts_with("11")).select(
        "member_row", day=pl.col("claim_start_date").str.to_date().cast(pl.Int64), icd10="diagnosis_code_1"
    )
    mothers = np.flatnonzero(members.gives_birth_on >= 0)
    newborns = np.flatnonzero(members.is_born_in_year & (members.coverage_first == members.birth))
    assert len(mothers) > 5
    assert members.is_female[mothers].all()
    for rows, days, hccs in (
        (mothers, members.gives_birth_on[mothers], "^HHS_HCC20[789]$"),
        (newborns, members.birth[newborns], "^HHS_HCC24[2-9]$"),
    ):
        codes = cms("dx_to_cc").filter(pl.col("cc").str.contains(hccs))
        expected = pl.DataFrame({"member_row": rows, "day": days})
        found = expected.join(stays, on=["member_row", "day"]).join(codes, on="icd10")
        assert set(found["member_row"]) == set(rows)


def test_ages_look_like_an_individual_market(issuer: Issuer) -> None:
    age = issuer.members.age
    assert 0.15 < (age < 19).mean() < 0.30
    assert 0.10 < (age >= 55).mean() < 0.30
    assert 0 < (age >= 65).mean() < 0.03
    assert age.min() == 0
    assert 0.45 < issuer.members.is_female.mean() < 0.57


def test_about_a_quarter_is_covered_for_part_of_the_year(issuer: Issuer) -> None:
    members = issuer.members
    assert 0.2 < (share_of_year(members, YEAR) < 1).mean() < 0.32
    assert (members.coverage_first <= members.coverage_last).all()
    assert members.coverage_first.min() >= first_day(YEAR)
    assert members.coverage_last.max() <= last_day(YEAR)


def test_names_are_marked_as_invented(issuer: Issuer) -> None:
    assert issuer.clean.people["last_name"].str.starts_with("Demo-").all()

"""Claims before dirt: inside coverage, with codes that exist, and in the amounts of a real feed."""

import polars as pl
from demo_issuer import YEAR, Issuer, cms

from hhs_hcc.synth.codes import ANCILLARY_CODES, COMMON_ADULT, COMMON_CHILD, COMMON_INFANT, FICTITIOUS_LABELER
from hhs_hcc.synth.conditions import ACUTE_EVENTS, CHRONIC_CONDITIONS, DELIVERY, NEWBORN, NEWBORN_COMPLICATION
from hhs_hcc.synth.families import share_of_year
from hhs_hcc.synth.layout import DIAGNOSIS_COLUMNS


def all_lines(issuer: Issuer) -> pl.DataFrame:
    return issuer.clean.medical.vstack(issuer.clean.fills)


def diagnoses(lines: pl.DataFrame) -> pl.DataFrame:
    long = lines.select("claim_id", "member_id", *DIAGNOSIS_COLUMNS).unpivot(index=["claim_id", "member_id"])
    return long.drop_nulls("value").unique(["claim_id", "value"])


def test_services_lie_inside_coverage_in_the_plan_that_pays(issuer: Issuer) -> None:
    covered = all_lines(issuer).join(issuer.clean.enrollments, on=["member_id", "hios_plan_id"], how="inner")
    inside = covered.filter(
        (pl.col("claim_start_date") >= pl.col("enrollment_start_date"))
        & (pl.col("claim_start_date") <= pl.col("enrollment_end_date"))
    )
    key = ["claim_id", "claim_line_number"]
    assert inside.select(key).unique().height == all_lines(issuer).select(key).unique().height == len(all_lines(issuer))


def test_dates_and_amounts_are_in_order(issuer: Issuer) -> None:
    lines = all_lines(issuer)
    assert (lines["claim_start_date"] <= lines["claim_end_date"]).all()
    assert (lines["claim_end_date"] <= lines["paid_date"]).all()
    assert lines["claim_start_date"].str.starts_with(str(YEAR)).all()
    assert 0.005 < lines["paid_date"].str.starts_with(str(YEAR + 1)).mean() < 0.2
    charge, allowed, paid = (lines[f"{name}_amount"].cast(pl.Decimal(14, 2)) for name in ("charge", "allowed", "paid"))
    assert (charge >= allowed).all()
    assert (allowed >= paid).all()


def test_there_are_about_five_medical_lines_and_four_fills_per_member_year(issuer: Issuer) -> None:
    member_years = share_of_year(issuer.members, YEAR).sum()
    assert 4 < len(issuer.clean.medical) / member_years < 6
    assert 3 < len(issuer.clean.fills) / member_years < 5


def test_diagnoses_that_stand_in_the_tables_are_many_and_all_others_are_the_everyday_ones(issuer: Issuer) -> None:
    known = cms("dx_to_cc")["icd10"].unique()
    used = diagnoses(issuer.clean.medical)["value"]
    in_tables = used.is_in(known.implode())
    assert 0.15 < in_tables.mean() < 0.6
    assert set(used.filter(~in_tables)) <= {*COMMON_ADULT, *COMMON_CHILD, *COMMON_INFANT}


def test_not_every_claim_of_a_chronic_member_carries_the_hcc_code(issuer: Issuer) -> None:
    insulin = cms("dx_to_cc").filter(pl.col("cc") == "HHS_HCC021")["icd10"]
    claims = diagnoses(issuer.clean.medical).with_columns(is_diabetes=pl.col("value").is_in(insulin.implode()))
    by_claim = claims.group_by("member_id", "claim_id").agg(pl.col("is_diabetes").any())
    by_member = by_claim.group_by("member_id").agg(pl.col("is_diabetes").mean()).filter(pl.col("is_diabetes") > 0)
    assert 0.1 < by_member["is_diabetes"].mean() < 0.9


def test_everyday_codes_mean_nothing_to_cms_in_any_year() -> None:
    assert not set(cms("dx_to_cc", None)["icd10"]) & {*COMMON_ADULT, *COMMON_CHILD, *COMMON_INFANT}
    assert not set(cms("eligible_hcpcs", None)["hcpcs"]) & set(ANCILLARY_CODES)
    assert not cms("ndc_to_rxc", None)["ndc"].str.starts_with(FICTITIOUS_LABELER).any()


def test_every_code_named_for_a_condition_belongs_to_it_in_some_year() -> None:
    pairs = set(cms("dx_to_cc", None).select("cc", "icd10").iter_rows())
    named = [(condition.hccs, condition.common) for condition in CHRONIC_CONDITIONS]
    named += [(((event.hcc, 1.0),), event.common) for event in ACUTE_EVENTS]
    for hccs, codes in (*named, DELIVERY, NEWBORN, NEWBORN_COMPLICATION):
        for code in codes:
            assert any((hcc, code) in pairs for hcc, _ in hccs), code


def test_drugs_of_classes_and_everyday_drugs_are_filled(issuer: Issuer) -> None:
    ndcs = issuer.clean.fills["ndc_code"]
    assert ndcs.str.contains(r"^\d{11}$").all()
    in_class = ndcs.is_in(cms("ndc_to_rxc")["ndc"].implode())
    assert 0.05 < in_class.mean() < 0.4
    assert ndcs.filter(~in_class).str.starts_with(FICTITIOUS_LABELER).all()
    injected = issuer.clean.medical["hcpcs_code"].is_in(cms("hcpcs_to_rxc")["hcpcs"].implode())
    assert injected.sum() > 0


def test_claims_that_count_and_claims_that_do_not_are_both_there(issuer: Issuer) -> None:
    lines = issuer.clean.medical
    eligible = lines["hcpcs_code"].is_in(cms("eligible_hcpcs")["hcpcs"].implode()).fill_null(value=False)
    counts = (
        lines.with_columns(eligible=eligible)
        .group_by("claim_id", "claim_type", pl.col("bill_type_code").str.head(2).alias("bill"))
        .agg(pl.col("eligible").any())
    )
    by_kind = {(kind, bill, has) for _, kind, bill, has in counts.iter_rows()}
    assert {
        ("professional", None, True),
        ("professional", None, False),
        ("institutional", "13", True),
        ("institutional", "13", False),
        ("institutional", "11", False),
        ("institutional", "32", False),
    } <= by_kind


def test_supplementals_name_claims_of_their_member_and_voids_name_additions(issuer: Issuer) -> None:
    records = issuer.clean.supplementals
    claims = issuer.clean.medical.select("claim_id", "member_id").unique()
    assert records.join(claims, on=["claim_id", "member_id"]).height == len(records)
    by_action = {action: rows for (action,), rows in records.partition_by("action_code", as_dict=True).items()}
    assert set(by_action) == {"add", "delete", "void"}
    undone = by_action["void"]["original_supplemental_diagnosis_id"]
    assert undone.is_in(by_action["add"]["supplemental_diagnosis_id"].implode()).all()
    deleted = by_action["delete"].join(
        diagnoses(issuer.clean.medical), left_on=["claim_id", "diagnosis_code"], right_on=["claim_id", "value"]
    )
    assert deleted.height == by_action["delete"].height
    assert records["supplemental_diagnosis_id"].is_unique().all()


def test_ids_of_lines_and_claims_are_unique(issuer: Issuer) -> None:
    lines = all_lines(issuer)
    assert not lines.select("claim_id", "claim_line_number").is_duplicated().any()
    assert lines.group_by("claim_id").agg(pl.col("member_id").n_unique())["member_id"].max() == 1

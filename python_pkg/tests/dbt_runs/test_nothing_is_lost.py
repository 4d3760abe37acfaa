"""Each row of the issuer's files is staged or rejected, each claim line is judged, and all dirt comes to light."""

from pathlib import Path

import polars as pl
import pytest
from real_project import SCORE, RealProject

from hhs_hcc.synth import SynthSummary
from hhs_hcc.synth.dirt import DIRT_KINDS

ENTITIES = ("members", "enrollments", "plans", "providers", "claims", "supplemental_diagnoses")
LEDGER_REASONS = {
    "ACCEPT",
    "bill_type_not_eligible",
    "denied",
    "duplicate",
    "member_unknown",
    "no_eligible_service_code",
    "outside_benefit_year",
    "outside_enrollment",
    "void_or_replaced",
}


def complaints(table: str, reason: str, column: str) -> str:
    return f"""
        select count(*) from main_staging.stg_issuer__rejects
        where source_table = 'raw_{table}' and reason = '{reason}' and column_name = '{column}'
    """


def claims_judged(reason: str) -> str:
    return f"""
        select count(distinct claim_id) from main_intermediate.int_claim_line_eligibility where reason = '{reason}'
    """


def members_left_out(reason: str) -> str:
    return f"select count(*) from main_runs.scores_rejected where reject_reason = '{reason}'"


def codes_read(condition: str, column: str = "ndc_code") -> str:
    """Claim lines whose code is delivered in a spelling that satisfies a condition, and is staged all the same."""
    return f"select count(*) from main_raw.raw_claims where {condition} and {column} is not null"


# Where each kind of dirt can be seen, and how often; at least as often as it was planted.
SEEN: dict[str, str] = {
    "missing_birth_date": "select count(*) from main_staging.stg_issuer__members where birth_date is null",
    "unparsable_birth_date": complaints("members", "invalid_date", "birth_date"),
    "unknown_gender": "select count(*) from main_staging.stg_issuer__members where gender = 'U'",
    "empty_gender": "select count(*) from main_staging.stg_issuer__members where gender is null",
    "lower_case_gender": "select count(*) from main_raw.raw_members where gender in ('m', 'f')",
    "member_without_enrollment": members_left_out("no_coverage_in_benefit_year"),
    "overlapping_span": """
        select count(*) from main_staging.stg_issuer__enrollments as one
        inner join main_staging.stg_issuer__enrollments as other
            on one.member_id = other.member_id and one.hios_plan_id = other.hios_plan_id
                and one.enrollment_start_date < other.enrollment_start_date
                and one.enrollment_end_date >= other.enrollment_start_date
    """,
    "adjacent_split_span": """
        select count(*) from main_staging.stg_issuer__enrollments as one
        inner join main_staging.stg_issuer__enrollments as other
            on one.member_id = other.member_id and one.hios_plan_id = other.hios_plan_id
                and one.enrollment_end_date + 1 = other.enrollment_start_date
    """,
    "unknown_plan": members_left_out("plan_unknown"),
    "unknown_metal_level": members_left_out("metal_level_unknown"),
    "short_plan_id": complaints("enrollments", "invalid_hios_plan_id", "hios_plan_id"),
    "unparsable_enrollment_date": complaints("enrollments", "invalid_date", "enrollment_start_date"),
    "end_before_start": complaints("enrollments", "end_before_start", "enrollment_end_date"),
    "non_numeric_premium": complaints("enrollments", "invalid_amount", "premium_amount"),
    "denied": claims_judged("denied"),
    "void": claims_judged("void_or_replaced"),
    "replaced": claims_judged("void_or_replaced"),
    "replaced_still_paid": claims_judged("void_or_replaced"),
    "duplicate_claim": claims_judged("duplicate"),
    "unknown_member": claims_judged("member_unknown"),
    "outside_benefit_year": claims_judged("outside_benefit_year"),
    "outside_enrollment": claims_judged("outside_enrollment"),
    "dotted_code": codes_read("contains(diagnosis_code_1, '.')", "diagnosis_code_1"),
    "lower_case_code": codes_read("diagnosis_code_1 != upper(diagnosis_code_1)", "diagnosis_code_1"),
    "padded_code": codes_read("diagnosis_code_1 != trim(diagnosis_code_1)", "diagnosis_code_1"),
    # An empty text is no value, and no code either.
    "empty_string_code": """
        select count(*) filter (where diagnosis_code_1 is not null and diagnosis_code_2 is null)
        from main_staging.stg_issuer__claims
    """,
    "unparsable_line_date": complaints("claims", "invalid_date", "claim_line_start_date"),
    "non_numeric_amount": complaints("claims", "invalid_amount", "paid_amount"),
    **{
        kind: codes_read(f"regexp_full_match(ndc_code, '{pattern}')")
        for kind, pattern in {
            "ndc_5_4_2": "[0-9]{5}-[0-9]{4}-[0-9]{2}",
            "ndc_4_4_2": "[0-9]{4}-[0-9]{4}-[0-9]{2}",
            "ndc_5_3_2": "[0-9]{5}-[0-9]{3}-[0-9]{2}",
            "ndc_5_4_1": "[0-9]{5}-[0-9]{4}-[0-9]",
        }.items()
    },
    # Letters may be part of an NDC; one that CMS does not know is counted as unmapped.
    "invalid_ndc": f"""
        select ({complaints("claims", "invalid_ndc", "ndc_code")}) + (
            select count(*) from main_staging.stg_issuer__claims where regexp_matches(ndc_code, '[A-Z]')
        )
    """,
    "empty_ndc": """
        select count(*) from main_staging.stg_issuer__claims where claim_type = 'pharmacy' and ndc_code is null
    """,
    "unparsable_fill_date": complaints("claims", "invalid_date", "claim_line_start_date"),
    "non_numeric_quantity": complaints("claims", "invalid_number", "quantity"),
    "supplemental_of_unknown_claim": """
        select count(*) from main_intermediate.int_supplemental_diagnosis_eligibility where reason = 'claim_unknown'
    """,
    "unknown_action": complaints("supplemental_diagnoses", "unknown_action_code", "action_code"),
    "unparsable_supplemental_date": complaints("supplemental_diagnoses", "invalid_date", "service_date"),
}


@pytest.mark.parametrize("entity", ENTITIES)
def test_each_row_of_a_file_is_staged_or_rejected(
    project: RealProject, demo: tuple[Path, SynthSummary], entity: str
) -> None:
    delivered = sum(pl.read_csv(path, infer_schema=False).height for path in demo[0].glob(f"raw_{entity}*.csv"))
    staged = project.value(f"select count(*) from main_staging.stg_issuer__{entity}")
    rejected = project.value(f"""
        select count(*) from main_staging.stg_issuer__rejects
        where source_table = 'raw_{entity}' and severity = 'rejected'
    """)
    assert staged + rejected == delivered == demo[1].row_counts[f"raw_{entity}"]


def test_each_staged_claim_line_is_judged_once(project: RealProject) -> None:
    key = "claim_id, claim_line_number, count(*) as copies"
    differing = project.query(f"""
        from (
            select {key} from main_staging.stg_issuer__claims group by all
            except all
            select {key} from main_intermediate.int_claim_line_eligibility group by all
        )
    """)
    assert differing == []
    staged = project.value("select count(*) from main_staging.stg_issuer__claims")
    assert project.value("select count(*) from main_intermediate.int_claim_line_eligibility") == staged
    copies = project.value("""
        select count(*) from main_intermediate.int_claim_line_eligibility
        group by claim_id, claim_line_number
        having count(*) filter (where reason != 'duplicate') > 1
        union all select 0 limit 1
    """)
    assert copies == 0, "of the copies of a line one counts at most"


def test_the_demo_shows_every_reason_of_the_ledger(project: RealProject) -> None:
    reasons = "select distinct reason from main_intermediate.int_claim_line_eligibility"
    assert {reason for (reason,) in project.query(reasons)} == LEDGER_REASONS
    accepted = "select count(*) from main_intermediate.int_claim_line_eligibility where reason = 'ACCEPT'"
    before = project.value(accepted)
    assert project.dbt(SCORE, {"paid_through": "2025-09-30"})
    assert {reason for (reason,) in project.query(reasons)} == LEDGER_REASONS | {"paid_after_cutoff"}
    assert 0 < project.value(accepted) < before


@pytest.mark.parametrize("kind", DIRT_KINDS)
def test_all_planted_dirt_comes_to_light(project: RealProject, demo: tuple[Path, SynthSummary], kind: str) -> None:
    planted = demo[1].dirt_counts[kind]
    assert planted > 0
    assert project.value(SEEN[kind]) >= planted


def test_every_line_that_counts_reaches_the_evidence_of_a_score(project: RealProject) -> None:
    """From a score back to claim lines of the files: HCCs that count have at least one accepted line behind them."""
    unproven = project.query("""
        select components.member_id, components.variable
        from main_runs.risk_score_components as components
        where regexp_full_match(components.variable, 'HHS_HCC\\d+(_\\d)?|RXC_\\d+')
        except
        select evidence.member_id, evidence.variable
        from main_runs.risk_score_evidence as evidence
        inner join main_intermediate.int_claim_line_eligibility as ledger
            on evidence.claim_id = ledger.claim_id and evidence.member_id = ledger.member_id
        inner join main_staging.stg_issuer__claims as claims
            on evidence.claim_id = claims.claim_id
        where evidence.status = 'counted'
            and (ledger.is_diagnosis_eligible or ledger.is_drug_eligible or ledger.is_service_eligible)
    """)
    assert unproven == []
    assert project.value("select count(*) from main_runs.risk_score_evidence where status = 'counted'") > 1000

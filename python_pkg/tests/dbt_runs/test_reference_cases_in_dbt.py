"""The reference cases, written as an issuer's files and scored by dbt, are as exact as in the calculator."""

import polars as pl
import pytest
from issuer_files import Row, diagnosis_claim, pharmacy_claim, plan_row, service_claim, write_issuer
from real_project import FROM_THE_FILES_ON, REPOSITORY, SCORE, RealProject
from reference_cases import YEARS, Expected, differing, expected, path

from hhs_hcc.tables import METAL_LEVELS

FIRST_YEAR = YEARS[0]
MEMBERS_PER_YEAR = 200
# Members with an indicator that CMS ties to no plan variant (premium assistance of Medicaid): no HIOS id says so.
WITHOUT_VARIANT = {2021: 16, 2022: 7, 2023: 0, 2024: 0, 2025: 0}


def rows(year: int, name: str) -> list[dict[str, str]]:
    return pl.read_csv(path(year, name), infer_schema=False).rows(named=True)


def variants(year: int) -> dict[tuple[str, str], str]:
    """(CSR indicator, metal level) to a HIOS variant that means it in the year."""
    adjustments = pl.read_csv(REPOSITORY / "seeds" / "cms" / "cms_csr_adjustment.csv", infer_schema=False)
    found: dict[tuple[str, str], str] = {}
    of_year = adjustments.filter(pl.col("model_year") == str(year), pl.col("hios_variant_id").is_not_null())
    for row in of_year.rows(named=True):
        # A row without a metal level holds for every metal.
        for metal in [row["metal_level"]] if row["metal_level"] else METAL_LEVELS:
            found.setdefault((row["csr_indicator"], metal), row["hios_variant_id"])
    return found


def issuer_of(year: int) -> dict[str, list[Row]]:
    """The cases of a year as an issuer would deliver them; member ids carry the year."""
    known, plan_numbers = variants(year), {}
    files: dict[str, list[Row]] = {"members": [], "enrollments": [], "plans": [], "claims": []}
    for case in rows(year, "members"):
        metal = case["metal_level"].lower()
        variant = known.get((case["csr_indicator"], metal))
        if variant is None:
            continue
        plan_number = plan_numbers.setdefault(metal, len(plan_numbers) + 1)
        plan = f"99801TX{year % 1000:03d}{plan_number:04d}{variant}"
        member_id = f"{year}-{case['member_id']}"
        if all(known_plan["hios_plan_id"] != plan for known_plan in files["plans"]):
            files["plans"].append(plan_row(plan, metal, year))
        files["members"].append({"member_id": member_id, "birth_date": case["date_of_birth"], "gender": case["sex"]})
        files["enrollments"].append(
            {
                "member_id": member_id,
                "hios_plan_id": plan,
                "enrollment_start_date": case["enrollment_start"],
                "enrollment_end_date": case["enrollment_end"],
            }
        )
    written = {member["member_id"] for member in files["members"]}
    for name, claim, day, code in (
        ("diagnoses", diagnosis_claim, "service_date", "icd10"),
        ("ndc", pharmacy_claim, "fill_date", "ndc"),
        ("hcpcs", service_claim, "service_date", "hcpcs"),
    ):
        for number, row in enumerate(rows(year, name)):
            member_id = f"{year}-{row['member_id']}"
            if member_id in written:
                files["claims"].append(claim(f"{year}-{name}-{number}", member_id, row[day], row[code]))
    return files


@pytest.fixture(scope="module")
def all_years(built: RealProject, tmp_path_factory: pytest.TempPathFactory) -> RealProject:
    """The cases of all years in one issuer, staged once."""
    built.restore("demo")
    by_year = [issuer_of(year) for year in YEARS]
    built_from = write_issuer(
        tmp_path_factory.mktemp("reference_issuer"),
        **{name: [row for files in by_year for row in files[name]] for name in by_year[0]},
    )
    years = {"diy_model_year": FIRST_YEAR, "benefit_year": FIRST_YEAR}
    assert built.dbt(FROM_THE_FILES_ON, years, raw=built_from)
    built.save("reference_cases")
    return built


def answers_of_dbt(project: RealProject, year: int) -> dict[str, Expected]:
    variables: dict[str, set[str]] = {}
    components = project.frame("""
        select member_id, variable from main_runs.risk_score_components
        where run_id = (select run_id from main_runs.current_run) and counted_in is null
    """)
    for member_id, variable in components.rows():
        variables.setdefault(member_id, set()).add(variable)
    return {
        score["member_id"].removeprefix(f"{year}-"): Expected(
            model=score["model"],
            age_last=score["age_last"],
            enrollment_duration=score["enrollment_months"],
            hccs=frozenset((score["hcc_list"] or "").split()),
            rxcs=frozenset((score["rxc_list"] or "").split()),
            variables=frozenset(variables[score["member_id"]]),
            raw_risk_score=score["raw_risk_score"],
            csr_factor=score["csr_factor"],
            reported_risk_score=score["reported_risk_score"],
        )
        for score in project.scores().rows(named=True)
    }


@pytest.mark.parametrize("year", YEARS)
def test_every_case_is_exact_from_the_files_to_the_score(all_years: RealProject, year: int) -> None:
    all_years.restore("reference_cases")
    if year != FIRST_YEAR:
        assert all_years.dbt(SCORE, {"diy_model_year": year, "benefit_year": year})
    right = expected(year, "diy_tables")
    found = answers_of_dbt(all_years, year)
    assert len(found) == MEMBERS_PER_YEAR - WITHOUT_VARIANT[year]
    assert differing(found, {member_id: right[member_id] for member_id in found}) == {}
    # Of the cases' own records only those of other years may be left out, and services that are not on CMS's list.
    reasons = all_years.query(f"""
        select distinct reason from main_intermediate.int_claim_line_eligibility where starts_with(claim_id, '{year}-')
    """)
    assert {reason for (reason,) in reasons} == {"ACCEPT", "outside_benefit_year", "no_eligible_service_code"}

"""What-if relations take the place of the staged ones: scores change by the question asked, and by nothing else."""

from typing import Any

import pytest
from issuer_files import diagnosis_claim, pharmacy_claim, plan_row, service_claim, write_issuer
from real_project import FROM_THE_FILES_ON, SCORE, RealProject

BRONZE, SILVER_94 = "99801TX001000101", "99801TX001000206"
STAGED = {
    "claims_view": "main_staging.stg_issuer__claims",
    "enrollments_view": "main_staging.stg_issuer__enrollments",
    "members_view": "main_staging.stg_issuer__members",
}
MAKE_VIEWS = "run --select path:models/what_if"
AUDIT = {"claims_view": "main_what_if.claims_after_radv"}
# Office visits: an eligible service, so that the diagnosis counts.
VISIT = "99213"
MANY = [f"member {number:02d}" for number in range(40)]


def visit(claim_id: str, member_id: str, day: str, code: str) -> dict[str, str | None]:
    return {**service_claim(claim_id, member_id, day, VISIT), "diagnosis_code_1": code}


@pytest.fixture(scope="module")
def staged(built: RealProject, tmp_path_factory: pytest.TempPathFactory) -> RealProject:
    built.restore("demo")
    people = {"woman": SILVER_94, "man": BRONZE, **dict.fromkeys(MANY, BRONZE)}
    raw = write_issuer(
        tmp_path_factory.mktemp("what_if_issuer"),
        members=[{"member_id": name, "birth_date": "1980-06-15", "gender": "F"} for name in people],
        enrollments=[
            {
                "member_id": name,
                "hios_plan_id": plan,
                "enrollment_start_date": "2025-01-01",
                "enrollment_end_date": "2025-12-31",
            }
            for name, plan in people.items()
        ],
        plans=[plan_row(BRONZE, "bronze", 2025), plan_row(SILVER_94, "silver", 2025)],
        claims=[
            visit("once", "woman", "2025-02-10", "E11.9"),
            visit("first day", "man", "2025-02-10", "E11.9"),
            visit("second day", "man", "2025-08-10", "E11.22"),
            pharmacy_claim("fill", "woman", "2025-03-10", "00003196401"),
            *(diagnosis_claim(f"stay of {name}", name, "2025-05-05", "E11.9") for name in MANY),
        ],
    )
    assert built.dbt(FROM_THE_FILES_ON, raw=raw)
    built.save("what_if")
    return built


@pytest.fixture
def issuer(staged: RealProject) -> RealProject:
    """Two people and forty stays, scored once as they are."""
    staged.restore("what_if")
    return staged


def scores(project: RealProject, **variables: Any) -> dict[str, dict[str, Any]]:
    """Member to score row, of a run with these vars."""
    assert project.dbt(SCORE, STAGED | variables)
    return {row["member_id"]: row for row in project.scores().rows(named=True)}


def audit(seed: int) -> dict[str, Any]:
    """The vars of a replicate that drops half of the stays and nothing else."""
    return {"radv_seed": seed, "radv_drop_rates": {"institutional": 0.5, "professional": 0, "pharmacy": 0}}


def standing_claims(project: RealProject, seed: int) -> set[str]:
    """The claims of a replicate that is made here."""
    assert project.dbt(MAKE_VIEWS, audit(seed))
    return {claim for (claim,) in project.query("select claim_id from main_what_if.claims_after_radv")}


def test_everyone_on_bronze_is_scored_on_bronze_without_the_reductions_of_silver(issuer: RealProject) -> None:
    as_held = {row["member_id"]: row for row in issuer.scores().rows(named=True)}
    on_bronze = scores(issuer, enrollments_view="main_what_if.enrollments_all_bronze")
    assert set(on_bronze) == set(as_held)
    assert {row["metal_level"] for row in on_bronze.values()} == {"bronze"}
    assert (as_held["woman"]["metal_level"], float(as_held["woman"]["csr_factor"])) == ("silver", 1.12)
    assert (on_bronze["woman"]["hios_plan_id"], float(on_bronze["woman"]["csr_factor"])) == (BRONZE, 1.0)
    assert on_bronze["man"]["risk_score"] == as_held["man"]["risk_score"]
    same = ["hcc_list", "rxc_list", "age_last", "enrollment_days"]
    assert [on_bronze["woman"][name] for name in same] == [as_held["woman"][name] for name in same]


def test_only_what_was_reported_once_is_not_confirmed(issuer: RealProject) -> None:
    as_reported = {row["member_id"]: row for row in issuer.scores().rows(named=True)}
    confirmed = scores(issuer, claims_view="main_what_if.claims_confirmed")
    assert (as_reported["woman"]["hcc_list"], confirmed["woman"]["hcc_list"]) == ("HHS_HCC021", None)
    # A drug class stays, and so do a second day and a stay.
    assert confirmed["woman"]["rxc_list"] == as_reported["woman"]["rxc_list"] is not None
    for name in ("man", MANY[0]):
        assert confirmed[name]["hcc_list"] == as_reported[name]["hcc_list"] is not None


def test_a_seed_picks_a_replicate_and_the_distribution_puts_replicates_together(issuer: RealProject) -> None:
    standing = {}
    for seed in (1, 2):
        standing[seed] = standing_claims(issuer, seed)
        after = scores(issuer, **AUDIT, **audit(seed), group_id=90)
        assert {name for name in MANY if after[name]["hcc_list"]} == {
            name for name in MANY if f"stay of {name}" in standing[seed]
        }
    assert standing[1] != standing[2]
    assert standing[1] & standing[2] >= {"once", "first day", "second day", "fill"}
    # Of forty stays; a fair draw is out of this range once in 10,000 seeds.
    assert 11 <= len(standing[1]) <= 37
    distribution = issuer.query("""
        select claims_view, metric, run_count, mean_value, min_value, max_value from main_analytics.run_distribution
        where group_id = 90 and segment_type = 'total' order by all
    """)
    means = [
        mean
        for (mean,) in issuer.query("select mean_score from main_runs.run_registry where group_id = 90 order by all")
    ]
    expected = [sum(means) / 2, *means]
    # Everybody was covered all year: weighted by months or not, the mean is the same.
    for row, metric in zip(distribution, ("mean_score", "plrs"), strict=True):
        assert row[:3] == (AUDIT["claims_view"], metric, 2)
        assert [float(value) for value in row[3:]] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("made_with", [{"radv_seed": None}, {"radv_seed": 2}], ids=["without a seed", "another seed"])
def test_a_replicate_that_the_view_does_not_hold_is_refused(issuer: RealProject, made_with: dict[str, Any]) -> None:
    assert issuer.dbt(MAKE_VIEWS, audit(1) | made_with)
    outcome = issuer.dbt(SCORE, STAGED | AUDIT | audit(1))
    assert not outcome
    assert "main_what_if.claims_after_radv was made with other values of radv_seed" in outcome.console
    assert "dbt run --select path:models/what_if" in outcome.console
    assert issuer.last_run()["status"] == "failed"


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "seed": ({"radv_seed": "first"}, ["radv_seed is 'first'", "integer"]),
    "no rates": ({"radv_seed": 1}, ["radv_drop_rates is not given", "institutional: 0.02"]),
    "a type missing": (
        {"radv_seed": 1, "radv_drop_rates": {"professional": 0.1}},
        ["radv_drop_rates names professional", "each claim type"],
    ),
    "more than all": (
        {"radv_seed": 1, "radv_drop_rates": {"institutional": 0, "professional": 5, "pharmacy": 0}},
        ["radv_drop_rates is '5' for professional", "from 0 to 1"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_audit_that_is_not_fully_described_is_refused(issuer: RealProject, case: str) -> None:
    variables, expected = REFUSED[case]
    outcome = issuer.dbt(MAKE_VIEWS, variables)
    assert not outcome
    assert all(words in outcome.console for words in expected)
    assert "Traceback" not in outcome.console

"""Each var does what its comment in dbt_project.yml says, on members whose scores can be told apart by hand."""

from typing import Any

import pytest
from issuer_files import Row, diagnosis_claim, plan_row, write_issuer
from polars.testing import assert_frame_equal
from real_project import FROM_THE_FILES_ON, SCORE, RealProject

PLAN = "99801TX001000101"
VIEWS = {"claims_view": "study.claims", "enrollments_view": "study.enrollments", "members_view": "study.members"}


def person(member_id: str, birth_date: str, gender: str, first_day: str, last_day: str) -> tuple[Row, Row]:
    return (
        {"member_id": member_id, "birth_date": birth_date, "gender": gender},
        {
            "member_id": member_id,
            "hios_plan_id": PLAN,
            "enrollment_start_date": first_day,
            "enrollment_end_date": last_day,
        },
    )


PEOPLE = [
    # Diabetes known early, breast cancer paid late; covered in 2024 too.
    person("woman", "1980-06-15", "F", "2024-01-01", "2025-12-31"),
    # 20 on the last covered day, 21 on 31 December.
    person("student", "2004-12-15", "M", "2025-01-01", "2025-06-30"),
    # The editions read Table 8 differently for a boy of age 0 without a newborn HCC.
    person("baby boy", "2025-03-01", "M", "2025-03-01", "2025-12-31"),
    person("other", "1980-06-15", "X", "2025-01-01", "2025-12-31"),
]
CLAIMS = [
    diagnosis_claim("early", "woman", "2025-02-10", "E11.9") | {"paid_date": "2025-03-01"},
    diagnosis_claim("late", "woman", "2025-11-20", "C50.911") | {"paid_date": "2026-04-15"},
    diagnosis_claim("year before", "woman", "2024-05-05", "E11.9"),
]


@pytest.fixture(scope="module")
def staged(built: RealProject, tmp_path_factory: pytest.TempPathFactory) -> RealProject:
    built.restore("demo")
    raw = write_issuer(
        tmp_path_factory.mktemp("options_issuer"),
        members=[member for member, _ in PEOPLE],
        enrollments=[enrollment for _, enrollment in PEOPLE],
        plans=[plan_row(PLAN, "silver", year) for year in (2024, 2025)],
        claims=CLAIMS,
    )
    assert built.dbt(FROM_THE_FILES_ON, raw=raw)
    built.change(
        "create schema study",
        "create view study.members as select * from main_staging.stg_issuer__members",
        "create view study.enrollments as select * from main_staging.stg_issuer__enrollments",
        "create view study.claims as select * from main_staging.stg_issuer__claims where claim_id = 'early'",
        "create view study.all_claims as select * from main_staging.stg_issuer__claims",
        "create view study.untyped as select * replace (cast(claim_start_date as varchar) as claim_start_date)"
        " from main_staging.stg_issuer__claims",
    )
    built.save("options")
    return built


@pytest.fixture
def people(staged: RealProject) -> RealProject:
    """Four members, scored once with the defaults."""
    staged.restore("options")
    return staged


def scores(project: RealProject, **variables: Any) -> dict[str, dict[str, Any]]:
    """Member to score row, of a run with these vars."""
    assert project.dbt(SCORE, variables)
    return {row["member_id"]: row for row in project.scores().rows(named=True)}


def default_scores(project: RealProject) -> dict[str, dict[str, Any]]:
    return {row["member_id"]: row for row in project.scores().rows(named=True)}


def test_the_defaults_score_every_member_with_a_known_gender(people: RealProject) -> None:
    found = default_scores(people)
    assert set(found) == {"woman", "student", "baby boy"}
    assert found["woman"]["hcc_list"] == "HHS_HCC011 HHS_HCC021"
    assert (found["student"]["model"], found["student"]["age_last"]) == ("child", 20)
    rejected = people.query(
        "select member_id, reject_reason from main_runs.scores_rejected where run_id = "
        "(select run_id from main_runs.current_run)"
    )
    assert rejected == [("other", "unknown_gender")]


def test_invalid_gender_can_be_coerced(people: RealProject) -> None:
    as_men = scores(people, invalid_gender="coerce", coerce_gender="M")
    assert (as_men["other"]["gender"], as_men["woman"]["gender"]) == ("M", "F")
    assert people.last_run()["rejected_count"] == 0


def test_invalid_gender_can_stop_the_run(people: RealProject) -> None:
    outcome = people.dbt(SCORE, {"invalid_gender": "error"})
    assert not outcome
    assert "1 covered members have a gender that is neither M nor F" in outcome.console
    assert "invalid_gender: skip" in outcome.console
    assert "Traceback" not in outcome.console
    assert people.last_run()["status"] == "failed"


def test_age_can_be_taken_on_31_december(people: RealProject) -> None:
    found = scores(people, age_basis="december_31")
    assert (found["student"]["model"], found["student"]["age_last"]) == ("adult", 21)
    assert found["woman"]["risk_score"] == default_scores(people)["woman"]["risk_score"]


def test_the_editions_differ_for_a_boy_without_a_newborn_hcc(people: RealProject) -> None:
    by_tables = default_scores(people)
    by_software = scores(people, edition="cms_software")
    variables = people.query("""
        select registry.edition, components.variable
        from main_runs.risk_score_components as components
        inner join main_runs.run_registry as registry using (run_id)
        where components.member_id = 'baby boy' and components.variable like '%MALE'
            and registry.model_year = 2025 and registry.member_count = 3
        order by all
    """)
    assert variables == [("cms_software", "AGE0_MALE"), ("diy_tables", "AGE1_MALE")]
    assert by_software["baby boy"]["risk_score"] > by_tables["baby boy"]["risk_score"]
    assert by_software["woman"]["risk_score"] == by_tables["woman"]["risk_score"]


def test_a_model_year_can_be_applied_to_the_data_of_another(people: RealProject) -> None:
    by_own_tables = default_scores(people)["woman"]
    by_others = scores(people, diy_model_year=2022)["woman"]
    assert (by_others["model_year"], by_others["benefit_year"]) == (2022, 2025)
    assert by_others["hcc_list"] == by_own_tables["hcc_list"]
    assert by_others["risk_score"] != by_own_tables["risk_score"]
    assert by_others["age_last"] == by_own_tables["age_last"] == 45


@pytest.mark.parametrize("name", ["member_age_basis_year", "prediction_year"])
def test_the_benefit_year_has_other_names(people: RealProject, name: str) -> None:
    found = scores(people, **{name: 2024})
    assert set(found) == {"woman"}
    assert (found["woman"]["benefit_year"], found["woman"]["age_last"]) == (2024, 44)
    assert found["woman"]["hcc_list"] == "HHS_HCC021"
    reasons = dict(
        people.query(
            "select member_id, reject_reason from main_runs.scores_rejected where run_id = "
            "(select run_id from main_runs.current_run)"
        )
    )
    assert reasons == dict.fromkeys(("student", "baby boy", "other"), "no_coverage_in_benefit_year")


def test_claims_paid_after_the_cut_off_do_not_count(people: RealProject) -> None:
    found = scores(people, paid_through="2026-03-31")
    assert found["woman"]["hcc_list"] == "HHS_HCC021"
    reasons = dict(people.query("select claim_id, reason from main_intermediate.int_claim_line_eligibility"))
    assert reasons == {"early": "ACCEPT", "late": "paid_after_cutoff", "year before": "outside_benefit_year"}
    assert str(people.last_run()["paid_through"]) == "2026-03-31"
    on_the_day = scores(people, paid_through="2026-04-15")
    assert on_the_day["woman"]["hcc_list"] == "HHS_HCC011 HHS_HCC021"


def test_group_ids_are_taken_as_given_and_counted_on_otherwise(people: RealProject) -> None:
    assert scores(people, group_id=40, group_description="study")
    assert people.last_run()["group_description"] == "study"
    assert scores(people)
    assert people.last_run()["group_id"] == 41


def test_three_views_replace_the_staged_tables(people: RealProject) -> None:
    staged = people.scores()
    same = scores(people, **VIEWS | {"claims_view": "study.all_claims"})
    assert_frame_equal(people.scores().select("member_id", "components"), staged.select("member_id", "components"))
    fewer = scores(people, **VIEWS)
    assert (same["woman"]["hcc_list"], fewer["woman"]["hcc_list"]) == ("HHS_HCC011 HHS_HCC021", "HHS_HCC021")
    fingerprints = people.query(
        "select distinct input_fingerprint from main_runs.run_registry where contains(spec_text, 'study.')"
    )
    assert len(fingerprints) == 2


REFUSED_VIEWS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "one": ({"claims_view": "study.claims"}, ["not set: enrollments_view, members_view", "Set all three"]),
    "two": (
        {"claims_view": "study.claims", "members_view": "study.members"},
        ["not set: enrollments_view", "all three"],
    ),
    "missing": (VIEWS | {"members_view": "study.nobody"}, ["members_view names study.nobody", "no table or view"]),
    "no schema": (VIEWS | {"claims_view": "claims"}, ["claims_view is 'claims'", "schema.name"]),
    "injected": (VIEWS | {"claims_view": "study.claims; drop schema study cascade"}, ["schema.name", "letters"]),
    "quoted": (VIEWS | {"claims_view": 'study."claims"'}, ["schema.name"]),
    "function": (VIEWS | {"claims_view": "read_csv('/etc/passwd')"}, ["schema.name"]),
    "Jinja": (VIEWS | {"claims_view": "{{ target.path }}.x"}, ["claims_view holds Jinja"]),
}


@pytest.mark.parametrize("case", REFUSED_VIEWS)
def test_views_that_cannot_be_used_are_refused_before_anything_happens(people: RealProject, case: str) -> None:
    variables, expected = REFUSED_VIEWS[case]
    before = people.last_run()
    outcome = people.dbt(SCORE, variables)
    assert not outcome
    assert all(text in outcome.console for text in expected), outcome.console
    assert "Traceback" not in outcome.console
    assert people.last_run() == before
    assert people.value("select count(*) from study.claims") == 1


def test_a_view_with_a_column_of_the_wrong_type_fails_the_run_with_directions(people: RealProject) -> None:
    outcome = people.dbt(SCORE, VIEWS | {"claims_view": "study.untyped"})
    assert not outcome
    assert "study.untyped" in outcome.console
    assert "claim_start_date is CHARACTER VARYING(256) and must be date" in outcome.console
    assert "Traceback" not in outcome.console
    assert people.last_run()["status"] == "failed"

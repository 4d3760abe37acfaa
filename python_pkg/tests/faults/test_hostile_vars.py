"""Vars with quotes, SQL and Jinja in them: words for people are stored as they are, all else is refused."""

import json
from typing import Any

from faulty_issuer import COMPARE, LOAD_MEMBERS, SCORE, Issuer, assert_clear

REGISTER_ONLY = "run --select current_run scores_rejected"
SQL = "x'; drop table main_runs.run_registry; --"
JINJA = "{{ run_query('drop table main_runs.run_metrics') }}{% do run_query('drop schema main_runs cascade') %}{# "
HOSTILE = f"""O'Hara "quoted" ; {SQL} ") or 1=1 {JINJA} \\ %s ? $1 `id` \t end"""
WORDS = ("run_description", "group_description", "trigger_source", "blueprint_id")

# Command, var, value, and what the refusal says.
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (REGISTER_ONLY, {"claims_view": SQL, "enrollments_view": "a.b", "members_view": "a.b"}, "is no relation name"),
    (REGISTER_ONLY, {"run_id": SQL}, "is no UUID"),
    (REGISTER_ONLY, {"paid_through": f"2025-01-01{SQL}"}, "paid_through"),
    (REGISTER_ONLY, {"diy_model_year": f"2025{SQL}"}, "diy_model_year"),
    (REGISTER_ONLY, {"benefit_year": JINJA}, "The var benefit_year holds Jinja"),
    (LOAD_MEMBERS, {"load_dir": SQL}, "does not exist"),
    (LOAD_MEMBERS, {"load_dir": JINJA}, "The var load_dir holds Jinja"),
    (LOAD_MEMBERS, {"load_timestamp": SQL}, "is no point in time"),
    (COMPARE, {"run_id_a": SQL, "run_id_b": JINJA}, "no completed scoring run has that run_description"),
]


def test_words_for_people_are_stored_as_they_are_and_found_again(issuer: Issuer) -> None:
    before = issuer.fingerprints()
    given = dict.fromkeys(WORDS, HOSTILE)
    known = issuer.runs()
    assert issuer.dbt(SCORE, given)
    (run_id,) = set(issuer.runs()) - set(known)
    stored = issuer.query(
        f"select {', '.join(WORDS)}, spec_text, resolved_vars from main_runs.run_registry where run_id = '{run_id}'"
    )
    assert stored[0][:4] == (HOSTILE,) * 4
    assert [{name: json.loads(text)[name] for name in WORDS} for text in stored[0][4:]] == [given, given]
    assert issuer.fingerprints({run_id}) == before

    # As a label it names that run, and no other.
    (first,) = known
    compared = issuer.dbt(COMPARE, {"run_id_a": first, "run_id_b": HOSTILE})
    assert compared
    assert issuer.query("select run_id, run_label from main_runs.batch_runs order by position") == [
        (first, first),
        (run_id, HOSTILE),
    ]


def test_vars_that_go_into_queries_are_refused_before_anything_happens(issuer: Issuer) -> None:
    before = issuer.fingerprints()
    for command, variables, words in REFUSED:
        assert_clear(issuer.dbt(command, variables), words)
    assert issuer.fingerprints() == before

"""`hhs-hcc runs` lists the registry; `hhs-hcc explain` takes one score apart until the sum closes."""

import json
import sys
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from real_project import RealProject

from hhs_hcc import cli

FAILED = "00000000-0000-4000-8000-00000000000f"
COMPARED = "00000000-0000-4000-8000-00000000000c"
# A small run and a failed one, both later than the run that is built.
OTHER_RUNS = f"""
    insert into main_runs.run_registry
        (run_id, analysis_type, status, started_at, group_id, run_description, member_count, error_summary)
    values
        ('{FAILED}', 'scoring', 'failed', '2999-01-02', 900, 'a [bold] try', null, 'a_model: error; b_model: skipped'),
        ('{COMPARED}', 'comparison', 'completed', '2999-01-01', 901, 'few in common', 7, null)
"""


class Said(NamedTuple):
    """What a caller of the program sees."""

    code: int
    out: str
    err: str


class Commands:
    """Commands on the database of a project."""

    def __init__(
        self, project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.project = project
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: object) -> Said:
        command = ["hhs-hcc", *map(str, arguments), "--database", str(self.project.database)]
        self._monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            cli.run()
        said = self._capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    def json(self, *arguments: object) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self(*arguments, "--json").out)
        return found


@pytest.fixture
def hhs_hcc(project: RealProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(project, capsys, monkeypatch)


MEMBERS = {
    "with a group and a dropped category": """
        select member_id from main_runs.risk_score_evidence
        where status = 'dropped_by_hierarchy' and member_id in (
            select member_id from main_runs.risk_score_components where counted_in is not null and model = 'adult'
        )
    """,
    "of two plan segments": """
        select member_id from main_runs.risk_scores where segment_count > 1 and hcc_list is not null
    """,
    "with an infant term": """
        select member_id from main_runs.risk_scores where model = 'infant' and hcc_list is not null
    """,
    "with drugs that a child's model does not know": """
        select member_id from main_runs.risk_score_evidence where status = 'not_in_model'
    """,
    "without codes that count": """
        select member_id from main_runs.risk_scores
        where member_id not in (select member_id from main_runs.risk_score_evidence)
    """,
}


def test_runs_are_listed_newest_first_with_whole_ids(hhs_hcc: Commands) -> None:
    run = hhs_hcc.project.last_run()
    hhs_hcc.project.change(OTHER_RUNS)
    said = hhs_hcc("runs")
    listed, following = said.out.split("Next:\n")
    rows = [line for line in listed.splitlines() if " scoring " in line or " comparison " in line]
    assert said.code == 0
    assert [row.split()[0] for row in rows] == [FAILED, COMPARED, run["run_id"]]
    assert f"{run['member_count']:,} {run['mean_score']:.4f}" in rows[2]
    assert "a [bold] try" in rows[0]
    assert "< 11" in rows[1]
    assert f"  hhs-hcc show {run['run_id']}\n  hhs-hcc report run {run['run_id']}\n" in following
    assert f"  hhs-hcc report comparison {COMPARED}\n" in following
    assert f"{FAILED} has failed (a_model: error)" in said.out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--type", "comparison"], [COMPARED]),
        (["--status", "failed"], [FAILED]),
        (["--group", "901"], [COMPARED]),
        (["--limit", "2"], [FAILED, COMPARED]),
        (["--type", "comparison", "--status", "failed"], []),
    ],
)
def test_runs_are_filtered(hhs_hcc: Commands, options: list[str], expected: list[str]) -> None:
    hhs_hcc.project.change(OTHER_RUNS)
    assert [run["run_id"] for run in hhs_hcc.json("runs", *options)["runs"]] == expected


def test_programs_get_no_figures_of_few_members(hhs_hcc: Commands) -> None:
    run = hhs_hcc.project.last_run()
    hhs_hcc.project.change(OTHER_RUNS)
    listed = {one["run_id"]: one for one in hhs_hcc.json("runs")["runs"]}
    assert listed[COMPARED]["member_count"] is None
    assert listed[run["run_id"]]["member_count"] == run["member_count"]


def test_a_filter_that_nothing_fits_says_so(hhs_hcc: Commands) -> None:
    said = hhs_hcc("runs", "--group", "999")
    assert said.code == 0
    assert said.out.startswith("No run with group_id 999.")


def test_a_narrow_terminal_shows_whole_ids_and_no_colour_if_none_is_wanted(
    hhs_hcc: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = hhs_hcc.project.last_run()["run_id"]
    hhs_hcc.project.change(OTHER_RUNS)
    # FORCE_COLOR makes Rich take the captured output for a terminal.
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)
    red = "\x1b[31m"
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert red in hhs_hcc("runs").out
    monkeypatch.setenv("NO_COLOR", "1")
    out = hhs_hcc("runs").out
    assert red not in out
    assert f"3  {run_id}" in out


@pytest.mark.parametrize("who", MEMBERS)
def test_the_sum_of_what_is_shown_is_the_score(hhs_hcc: Commands, who: str) -> None:
    project = hhs_hcc.project
    member_id = project.value(f"select min(member_id) from ({MEMBERS[who]})")
    assert member_id is not None, f"the demo issuer has no member {who}"
    (score,) = project.frame(f"from main_runs.risk_scores where member_id = '{member_id}'").rows(named=True)
    said = hhs_hcc("explain", "latest", member_id)
    found = hhs_hcc.json("explain", "latest", member_id)
    assert said.code == 0
    assert said.out.startswith("PHI: ")
    assert f"{score['model']} model: sex {score['gender']}, age {score['age_last']} " in said.out
    assert f"adds up: the contributions give {score['risk_score']}, " in said.out
    assert found["adds_up"] is True
    assert sum(Decimal(term["contribution"]) for term in found["terms"]) == score["risk_score"]
    for segment in found["segments"]:
        terms = [term for term in found["terms"] if term["segment_number"] == segment["segment_number"]]
        assert sum(Decimal(term["coefficient"]) for term in terms) == Decimal(segment["raw_risk_score"])
        assert all(f" {term['variable']} " in said.out for term in terms)


@pytest.mark.parametrize("who", [who for who in MEMBERS if who != "without codes that count"])
def test_each_category_shows_its_records_and_what_became_of_it(hhs_hcc: Commands, who: str) -> None:
    project = hhs_hcc.project
    member_id = project.value(f"select min(member_id) from ({MEMBERS[who]})")
    evidence = project.query(f"""
        select variable, status, dropped_by, code, cast(record_date as varchar), claim_id, claim_line_number
        from main_runs.risk_score_evidence where member_id = '{member_id}'
    """)
    counted_in = dict(
        project.query(f"""
            select distinct variable, counted_in from main_runs.risk_score_components
            where member_id = '{member_id}' and counted_in is not null
        """)
    )
    found = hhs_hcc.json("explain", "latest", member_id)
    out = hhs_hcc("explain", "latest", member_id).out
    shown = [
        (
            *(one[name] for name in ("variable", "status", "dropped_by")),
            *(record[name] for name in ("code", "record_date", "claim_id", "claim_line_number")),
        )
        for one in found["categories"]
        for record in one["records"]
    ]
    assert sorted(map(str, shown)) == sorted(map(str, evidence))
    for variable, status, dropped_by, code, date, claim_id, _ in evidence:
        (headline,) = [line for line in out.splitlines() if line.startswith(f"  {variable} ")]
        assert {
            "counted": f": counts in {counted_in.get(variable)}" if variable in counted_in else ": counts",
            "dropped_by_hierarchy": f": dropped by {dropped_by},",
            "not_in_model": ": does not count: the member's sub-model does not know it",
            "blocked": ": does not count: age or another category rules",
        }[status] in headline
        assert any(date in line and f" {code} " in line and claim_id in line for line in out.splitlines())


def test_a_group_and_an_interaction_name_the_categories_behind_them(hhs_hcc: Commands) -> None:
    pairs = hhs_hcc.project.query("""
        select member_id, variable from main_runs.risk_score_components
        where model = 'adult' and starts_with(variable, 'RXC_') and contains(variable, '_X_HCC')
            and member_id in (
                select member_id from main_runs.risk_score_components where model = 'adult' and counted_in is not null
            )
        order by all limit 1
    """)
    assert pairs, "the demo issuer has no adult with a group and an interaction"
    ((member_id, interaction),) = pairs
    terms = hhs_hcc.json("explain", "latest", member_id)["terms"]
    by_name = {term["variable"]: term for term in terms}
    drug, _ = interaction.split("_X_")
    assert by_name[interaction]["kind"] == "interaction"
    assert drug in by_name[interaction]["because_of"]
    assert any(name.startswith("HHS_HCC") for name in by_name[interaction]["because_of"])
    for hcc in (term for term in terms if term["counted_in"]):
        assert by_name[hcc["counted_in"]]["kind"] == "group"
        assert hcc["variable"] in by_name[hcc["counted_in"]]["because_of"]


def test_results_that_do_not_add_up_are_an_error(hhs_hcc: Commands) -> None:
    run_id = hhs_hcc.project.last_run()["run_id"]
    member_id, score = hhs_hcc.project.query("select member_id, risk_score from main_runs.risk_scores limit 1")[0]
    hhs_hcc.project.change(
        "update main_runs.risk_score_components set contribution = contribution + 1"
        f" where member_id = '{member_id}' and component_type = 'demographic' and segment_number = 1"
    )
    said = hhs_hcc("explain", run_id, member_id)
    assert said.code == 1
    assert "adds up" not in said.out
    assert f"and risk_scores says {score}" in said.err
    assert f"hhs-hcc replay {run_id}" in said.err
    assert hhs_hcc.json("explain", run_id, member_id)["adds_up"] is False


def test_a_run_is_found_by_its_id_its_description_or_as_the_latest(hhs_hcc: Commands) -> None:
    project = hhs_hcc.project
    run_id = project.last_run()["run_id"]
    member_id = project.value("select min(member_id) from main_runs.risk_scores")
    project.change("update main_runs.run_registry set run_description = 'the base'", OTHER_RUNS)
    for label in (run_id, run_id.upper(), "the base", "latest"):
        assert hhs_hcc.json("explain", label, member_id)["run"]["run_id"] == run_id
    assert "There is no run few;" in hhs_hcc("explain", "few", member_id).err
    assert f"Run {COMPARED} is a comparison run" in hhs_hcc("explain", COMPARED, member_id).err


def test_who_was_not_scored_is_an_error_that_names_nobody(hhs_hcc: Commands) -> None:
    project = hhs_hcc.project
    rejected, reason = project.query("select member_id, reject_reason from main_runs.scores_rejected limit 1")[0]
    ids = {member for (member,) in project.query("select member_id from main_runs.risk_scores")} | {rejected}
    for asked, expected in {
        rejected: f"has rejected this member: {reason}.",
        "NOBODY": "has not scored a member",
    }.items():
        said = hhs_hcc("explain", "latest", asked)
        assert said.code == 2
        assert said.out == ""
        assert expected in said.err
        assert not any(member in said.err for member in {*ids, asked})


def test_the_help_of_explain_says_that_its_output_is_phi(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["hhs-hcc", "explain", "--help"])
    with pytest.raises(SystemExit):
        cli.run()
    assert "The output is PHI" in " ".join(capsys.readouterr().out.split())

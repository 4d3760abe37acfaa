import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from invented_decompositions import Explained, explained, variables, year_over_year

from hhs_hcc.errors import HhsHccError
from hhs_hcc.reports.index import listed_runs, write_index
from hhs_hcc.warehouse import RunNotFoundError, Warehouse, open_warehouse

NASTY = "<script>alert(\"1\")</script> & 'x'"
REGISTRY = """
create schema main_runs;
create table main_runs.run_registry (
    run_id varchar, analysis_type varchar, status varchar, started_at timestamp, elapsed_seconds double,
    run_description varchar, group_id integer, group_description varchar, model_year integer, benefit_year integer,
    edition varchar, is_provisional boolean, git_commit varchar, git_is_dirty boolean, member_count bigint,
    mean_score double, error_summary varchar
);
create table main_runs.batch_runs (batch_id varchar, position integer, run_id varchar)
"""


class Rows(HTMLParser):
    """Of the table of runs: each row's attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.scripts = self.labels = self.controls = 0
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.labels += tag == "label"
        self.controls += tag in ("select", "input")
        found = {name: value or "" for name, value in attrs}
        if tag == "tr" and "data-type" in found:
            self.rows.append({**found, "text": ""})
        elif self.rows and tag == "a":
            self.rows[-1].setdefault("links", "")
            self.rows[-1]["links"] += found["href"] + " "

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1]["text"] += data


@pytest.fixture
def registry() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        for statement in REGISTRY.split(";"):
            connection.execute(statement)
        yield connection


def add_run(connection: duckdb.DuckDBPyConnection, **values: object) -> None:
    row = {"analysis_type": "scoring", "status": "completed", "started_at": "2026-01-03", **values}
    names = ", ".join(row)
    connection.execute(
        f"insert into main_runs.run_registry ({names}) values ({', '.join('?' * len(row))})", list(row.values())
    )


def rows_of(connection: duckdb.DuckDBPyConnection, out: Path) -> list[dict[str, str]]:
    return Rows(write_index(Warehouse(connection), out).read_text()).rows


def test_each_run_is_a_row_with_what_it_is_filtered_by_newest_first(
    registry: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add_run(registry, run_id="old", started_at="2026-01-01", run_description="Base", group_id=3)
    add_run(registry, run_id="new", started_at="2026-01-02", status="started", analysis_type="comparison")
    newest, oldest = rows_of(registry, tmp_path)
    assert (newest["id"], newest["data-type"], newest["data-status"], newest["data-group"]) == (
        "run-new",
        "comparison",
        "started",
        "",
    )
    assert (oldest["id"], oldest["data-type"], oldest["data-status"], oldest["data-group"]) == (
        "run-old",
        "scoring",
        "completed",
        "3",
    )
    assert "comparison run without a description" in newest["text"]


def test_a_run_tells_what_it_is(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(
        registry,
        run_id="s",
        run_description="Base",
        model_year=2025,
        benefit_year=2024,
        edition="diy_tables",
        is_provisional=True,
        git_commit="0123456789abcdef",
        git_is_dirty=True,
        elapsed_seconds=75.4,
        member_count=4908,
        mean_score=1.23456,
    )
    (row,) = rows_of(registry, tmp_path)
    told = ("2025 tables, 2024 data", "provisional", "diy_tables", "01234567, with changes not committed", "1 min 15 s")
    for text in (*told, "4,908", "1.235"):
        assert text in row["text"]
    assert "0123456789" not in row["text"]


def test_few_members_are_not_counted(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(registry, run_id="s", member_count=7, mean_score=9.87654)
    (row,) = rows_of(registry, tmp_path)
    assert "< 11" in row["text"]
    assert "9.87" not in (tmp_path / "index.html").read_text()


def test_a_report_is_linked_where_it_is_and_else_its_command_is_given(
    registry: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add_run(registry, run_id="there")
    add_run(registry, run_id="missing", analysis_type="comparison")
    add_run(registry, run_id="broken", status="failed", error_summary="a: error; b: skipped; c: skipped")
    (tmp_path / "run-there").mkdir()
    (tmp_path / "run-there" / "report.html").touch()
    rows = {row["id"]: row for row in rows_of(registry, tmp_path)}
    assert rows["run-there"]["links"].split() == ["run-there/report.html"]
    assert "hhs-hcc report" not in rows["run-there"]["text"]
    assert f"hhs-hcc report comparison missing --out {tmp_path}" in rows["run-missing"]["text"]
    assert "Failed: a: error" in rows["run-broken"]["text"]
    assert "skipped" not in rows["run-broken"]["text"]
    assert "hhs-hcc report" not in rows["run-broken"]["text"]


def test_the_usual_folder_needs_no_option(
    registry: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    add_run(registry, run_id="s")
    (run,) = listed_runs(Warehouse(registry), Path("reports"))
    assert run.report is not None
    assert run.report.command == "hhs-hcc report run s"


def test_runs_name_those_that_they_read_and_that_read_them(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(registry, run_id="a", run_description="Run A")
    add_run(registry, run_id="batch", analysis_type="comparison", run_description="Why", started_at="2026-01-04")
    registry.execute("insert into main_runs.batch_runs values ('batch', 1, 'a')")
    # Two scenarios of one batch may be the same run.
    registry.execute("insert into main_runs.batch_runs values ('batch', 2, 'a')")
    batch, read = rows_of(registry, tmp_path)
    assert batch["links"].split() == ["#run-a"]
    assert read["links"].split() == ["#run-batch"]
    assert "Reads" in batch["text"]
    assert "Read by" in read["text"]


def test_an_id_that_was_used_again_stands_once_as_a_target(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(registry, run_id="s", status="failed", started_at="2026-01-01")
    add_run(registry, run_id="s", started_at="2026-01-02")
    newest, oldest = rows_of(registry, tmp_path)
    assert newest["id"] == "run-s"
    assert newest["data-status"] == "completed"
    assert "id" not in oldest


def test_without_a_script_the_list_is_whole_and_has_no_dead_controls(
    registry: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add_run(registry, run_id="s")
    html = write_index(Warehouse(registry), tmp_path).read_text()
    assert re.search(r'<form class="filters"[^>]* hidden>', html)
    assert not re.search(r"<tr[^>]* hidden", html)
    assert all("hidden" in button for button in re.findall(r'<button type="button"[^>]*>', html))
    assert 'role="status" aria-live="polite"' in html
    assert "<caption>" in html
    assert html.count('scope="col"') == 6
    outline = Rows(html)
    assert outline.labels == outline.controls == 4


def test_descriptions_are_text_on_the_page(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(registry, run_id="s", run_description=NASTY, group_id=1, group_description=NASTY)
    html = write_index(Warehouse(registry), tmp_path).read_text()
    # The page's own script and the house's.
    assert Rows(html).scripts == 2
    assert NASTY not in html


def test_two_thousand_runs_stay_below_three_megabytes(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    registry.execute(
        "insert into main_runs.run_registry by name select uuid()::varchar as run_id, 'comparison' as analysis_type,"
        " 'completed' as status, timestamp '2026-01-01' + to_minutes(range) as started_at, range as group_id,"
        " 'Why the plan liability risk score moved from year to year, number ' || range as run_description,"
        " 4908 as member_count, 1.2 as mean_score, '0123456789abcdef' as git_commit from range(2000)"
    )
    registry.execute(
        "insert into main_runs.batch_runs select a.run_id, 1, (select min(run_id) from main_runs.run_registry)"
        " from main_runs.run_registry as a"
    )
    page = write_index(Warehouse(registry), tmp_path)
    assert page.read_text().count("data-status=") == 2000
    assert page.stat().st_size < 3_000_000


def test_the_newest_decomposition_is_told_on_top(tmp_path: Path) -> None:
    made = Explained(year_over_year(), variables())
    html = write_index(made.warehouse, tmp_path).read_text()
    header = made.database.rows("from main_analytics.decomposition")[0]
    assert f"from {header['value_before']:.3f} to {header['value_after']:.3f}" in html
    assert "The largest driver is" in html
    # Of one that does not add up nothing is told, and the list is written all the same.
    made.connection.execute("update main_analytics.decomposition_scenarios set impact_value = 7")
    html = write_index(made.warehouse, tmp_path).read_text()
    assert "cannot be shown: hhs-hcc report decomposition batch" in html
    assert "The largest driver is" not in html


def test_few_members_in_common_are_no_finding(registry: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_run(registry, run_id="c", analysis_type="comparison")
    registry.execute("create schema main_analytics")
    registry.execute(
        "create table main_analytics.comparison_summary as select 'c' as batch_id, 5 as matched_count,"
        " 7.654321::decimal(38, 12) as matched_mean_a, 8.654321::decimal(38, 12) as matched_mean_b"
    )
    assert "share &lt; 11 members" in write_index(Warehouse(registry), tmp_path).read_text()
    assert "7.65" not in (tmp_path / "index.html").read_text()
    registry.execute("update main_analytics.comparison_summary set matched_count = 50")
    assert "7.654, then 8.654 (+1.000)" in write_index(Warehouse(registry), tmp_path).read_text()


def test_a_database_without_runs_and_a_folder_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with duckdb.connect() as empty, pytest.raises(RunNotFoundError, match="no run registry yet"):
        write_index(Warehouse(empty), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(HhsHccError, match=r"file/index.html cannot be written: .*--out"):
        write_index(explained().warehouse, tmp_path / "file")


def test_the_list_of_a_finished_database_names_no_member(report_database: Path, tmp_path: Path) -> None:
    with open_warehouse(report_database) as warehouse:
        html = write_index(warehouse, tmp_path).read_text()
        runs = warehouse.rows("select run_id from main_runs.run_registry")
        members = {
            row["member_id"] for row in warehouse.rows("select distinct member_id from main_runs.risk_score_members")
        }
    assert {row["id"] for row in Rows(html).rows} == {f"run-{run['run_id']}" for run in runs}
    assert not members & set(re.split(r"[^\w-]+", html))
    assert "The plan liability risk score (PLRS)" in html

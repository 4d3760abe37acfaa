"""No line of a CSV file is lost in silence: an open quote makes the reader take all that follows for one value."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from real_project import Outcome, RealProject

CHECK = "assert_every_line_of_csv_files_is_loaded_or_set_aside"
STAGING = "path:models/staging --exclude resource_type:seed resource_type:unit_test"
LINES = 4000
# Stands in for what identifies a person.
CANARY = "ZQXWVCANARY"


def members(first: int, count: int) -> list[str]:
    return [f"{CANARY}{number},{CANARY} Street,1980-01-01,F" for number in range(first, first + count)]


def deliver(folder: Path, files: Mapping[str, bytes], made_at: str = "2098-01-01T00:00:00") -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    (folder / "delivery.json").write_text(json.dumps({"load_timestamp": made_at}))
    return folder


def csv(lines: list[str], line_end: str = "\n", last: str | None = None) -> bytes:
    """A file of members; `last` ends its last line."""
    text = line_end.join(["member_id,last_name,birth_date,gender", *lines])
    return (text + (line_end if last is None else last)).encode()


def checked(project: RealProject) -> tuple[str, list[dict[str, Any]]]:
    """The status of the check, and the rows that it has found."""
    outcome = project.dbt(f"test --select {CHECK}")
    (result,) = (result for result in outcome.result.results if result.node.name == CHECK)
    rows = project.frame(result.node.compiled_code).to_dicts()
    assert result.failures == len(rows)
    return outcome.statuses[CHECK], rows


def load(project: RealProject, raw: Path, options: str = "") -> Outcome:
    outcome = project.dbt(f"{options}run --select {STAGING}", raw=raw)
    assert outcome
    assert CANARY not in outcome.console
    return outcome


def test_line_ends_of_all_kinds_and_blank_lines_raise_no_false_alarm(project: RealProject, tmp_path: Path) -> None:
    assert checked(project) == ("pass", []), "the demo issuer has dirt of many kinds, and no line is lost"
    files = {
        "raw_members.csv": csv(members(0, LINES)),
        "raw_members_2.csv": csv(members(10_000, LINES), last=""),
        "raw_members_3.csv": csv(members(20_000, LINES), "\r\n"),
        "raw_members_4.csv": csv(members(30_000, LINES), "\r\n", last=""),
        "raw_members_5.csv": csv(members(40_000, LINES), last="\n\n\n\n"),
        "raw_members_6.csv": csv(members(50_000, LINES), "\r\n", last="\r\n\r\n\r\n"),
        "raw_members_7.csv": csv(["", *members(60_000, LINES // 2), "", "", *members(70_000, LINES // 2)]),
        "raw_members_8.csv.gz": csv(members(80_000, LINES), last="\n\n"),
        # Malformed, each by itself.
        "raw_members_9.csv": csv([*members(90_000, LINES - 3), "A,B", "A,B,C,D,E,F", "  "]),
    }
    outcome = load(project, deliver(tmp_path / "clean", files))
    assert "neither loaded" not in outcome.console
    counted = project.query("""
        select source_file, line_count, row_count from main_raw.load_files
        where load_id = (select max(load_id) from main_raw.load_batches) order by all
    """)
    assert counted == [(name, LINES, LINES - 3 if "_9" in name else LINES) for name in sorted(files)]
    assert checked(project) == ("pass", [])


@pytest.mark.parametrize("name", ["raw_members_2.csv", "raw_members_2.csv.gz"])
def test_the_lines_behind_a_quote_that_is_never_closed_are_missed_by_number(
    project: RealProject, tmp_path: Path, name: str
) -> None:
    lines = members(0, LINES)
    lines[1000] = '"' + lines[1000]
    raw = deliver(tmp_path / "open", {"raw_members_1.csv": csv(members(10_000, 10)), name: csv(lines)})
    # As `make load` does it: tests that warn say nothing then.
    outcome = load(project, raw, "--quiet ")
    missing = f"Load 2: {LINES - 1001} of {LINES} lines of {name} are neither loaded nor set aside"
    assert f"{missing} (rows loaded: 1000, malformed lines: 1)" in outcome.console
    assert outcome.console.count("neither loaded") == 1, "the other file is whole"
    status, (row,) = checked(project)
    assert status == "warn"
    assert row == {
        "load_id": 2,
        "source_table": "raw_members",
        "source_file": name,
        "line_count": LINES,
        "row_count": 1000,
        "malformed_line_count": 1,
        "missing_line_count": LINES - 1001,
    }


def test_values_of_several_lines_are_told_by_a_check_without_malformed_lines(
    project: RealProject, tmp_path: Path
) -> None:
    lines = members(0, LINES)
    lines[7] = lines[7].replace(f"{CANARY} Street", f'"{CANARY} Street\n4th floor\nleft"')
    load(project, deliver(tmp_path / "address", {"raw_members.csv": csv(lines)}))
    status, (row,) = checked(project)
    assert (status, row["missing_line_count"], row["malformed_line_count"]) == ("warn", 2, 0)
    # Where docs/input_contract.md says that the line breaks can be found.
    breaks = "sum(length(last_name) - length(replace(last_name, chr(10), '')))"
    assert project.value(f"select {breaks} from main_raw.raw_members where load_id = 2") == 2
    # What is replaced does no harm any more.
    load(project, deliver(tmp_path / "corrected", {"raw_members.csv": csv(members(0, 5))}, "2098-02-01T00:00:00"))
    assert checked(project) == ("pass", [])

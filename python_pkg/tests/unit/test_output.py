"""One line per member, and files by their ending."""

from pathlib import Path

import polars as pl
import pytest
from invented import member, scored

from hhs_hcc.errors import InputError
from hhs_hcc.output import SCORE_COLUMNS, check_writable, score_lines, write


def test_a_line_has_its_lists_sorted_and_empty_where_nothing_is_on() -> None:
    found = scored(
        2025,
        [member("A"), member("B", age_last=0)],
        dx=[("A", "2025-03-01", "E1052"), ("A", "2025-04-01", "E1052")],
        drugs=[("A", "2025-03-01", "00002021301")],
    )
    lines = score_lines(found.result)
    assert tuple(lines.columns) == SCORE_COLUMNS
    assert lines["member_id"].to_list() == ["A", "B"]
    assert lines["hccs"].to_list() == ["HHS_HCC020 HHS_HCC022 HHS_HCC153", ""]
    assert lines["rxcs"].to_list() == ["RXC_06", ""]
    assert lines["variables"].to_list() == [
        "FAGE_LAST_40_44 G01 HHS_HCC022 HHS_HCC153 RXC_06 RXC_06_X_HCC018_019_020_021",
        "AGE1_X_SEVERITY1",
    ]


def test_two_plans_do_not_repeat_a_variable() -> None:
    two_plans = [member(segment_days=100), member(segment_number=2, segment_days=265, metal_level="gold")]
    lines = score_lines(scored(2025, two_plans, dx=["A3681"]).result)
    assert lines["variables"].to_list() == ["FAGE_LAST_40_44 HHS_HCC130"]


def test_the_ending_tells_how_a_file_is_written(tmp_path: Path) -> None:
    lines = score_lines(scored(2025).result)
    write(lines, tmp_path / "s.csv")
    write(lines, tmp_path / "s.PARQUET")
    assert (tmp_path / "s.csv").read_text().splitlines()[0] == ",".join(SCORE_COLUMNS)
    assert pl.read_parquet(tmp_path / "s.PARQUET").equals(lines)


def test_a_name_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither \.csv nor \.parquet"):
        check_writable(tmp_path / "s.xlsx")
    with pytest.raises(InputError, match=r"folder .*nowhere does not exist"):
        check_writable(tmp_path / "nowhere" / "s.csv")


def test_a_file_that_cannot_be_written_is_an_error_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "s.csv").mkdir()
    with pytest.raises(InputError, match=r"s\.csv cannot be written"):
        write(score_lines(scored(2025).result), tmp_path / "s.csv")

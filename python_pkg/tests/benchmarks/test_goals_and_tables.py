"""Goals that are missed are shown as missed, and the README changes between its markers only."""

from pathlib import Path

import pytest
from goals import Goal, goals, growth_exponent
from tables import BEGIN, END, markdown, replace_between_markers, write_into

FIGURES = {
    **{f"{task}_{what}": 1.0 for task in ("read", "bare", "score", "evidence", "write") for what in ("wall", "cpu")},
    "score_per_bare": 1.9,
    "evidence_per_score": 1.5,
    "score_peak_mb": 1000.0,
    "evidence_peak_mb": 3000.0,
    "stage_cpu": {"rules": 0.25},
}
PEER = {"name": "risk-adjustment-model", "version": "9.9", "model_year": 2025, "knows": "much"}


def results(**changed: object) -> dict[str, object]:
    machine = {
        "cores": 2,
        "cpu": "a processor",
        "memory_gb": 24.0,
        "python": "3.11.7",
        "packages": {"polars": "2.1.0"},
        "measured_at": "2026-11-21T12:00:00+00:00",
        "commit": "0123456789abcdef",
        "is_dirty": True,
    }
    sizes = {"100000": FIGURES, "1000000": FIGURES}
    return {"machine": machine, "mapped_share": 0.4, "sizes": sizes, "peers": [], **changed}


@pytest.mark.parametrize(
    ("at_least", "measured", "verdict"),
    [
        (True, 40, "met"),
        (True, 39.9, "**missed**"),
        (False, 40, "met"),
        (False, 40.1, "**missed**"),
        (True, None, "not measured"),
    ],
)
def test_a_goal_is_met_missed_or_not_measured(at_least: bool, measured: float | None, verdict: str) -> None:
    assert Goal("speed", 40, at_least, measured).verdict == verdict


def test_cost_in_proportion_to_members_grows_with_exponent_one() -> None:
    assert growth_exponent(2.0, 10.0, 5) == pytest.approx(1.0)
    assert growth_exponent(2.0, 50.0, 5) == pytest.approx(2.0)


def test_every_goal_is_judged_by_its_own_figure() -> None:
    five = {**FIGURES, "score_cpu": 6.0, "score_peak_mb": 2600.0, "evidence_peak_mb": 3500.0}
    measured = {"members": 100_000, "ratio": 41.0, "alone_ratio": 39.0}
    found = goals(results(sizes={"1000000": FIGURES, "5000000": five}, peers=[{**PEER, **measured}]))
    assert [goal.verdict for goal in found] == [
        "met",
        "**missed**",
        "met",
        "**missed**",
        "met",
        "**missed**",
        "met",
        "**missed**",
    ]


def test_a_peer_that_was_measured_on_fewer_members_says_nothing_about_the_goal() -> None:
    found = goals(results(peers=[{**PEER, "members": 10_000, "ratio": 99.0}]))
    assert found[0].verdict == "not measured"


def test_the_table_shows_misses_peers_and_why_one_is_missing() -> None:
    compared = {
        **PEER,
        "members": 100_000,
        "their_wall": 41.0,
        "our_wall": 1.0,
        "ratio": 41.0,
        "process_ratio": 21.0,
        "alone_ratio": 55.0,
        "agreement": {"members": 100_000, "equal": 90_000, "share": 0.9, "causes": {"edition": 10_000}},
    }
    absent = {**PEER, "name": "another", "problem": "needs Python 3.99"}
    text = markdown(results(peers=[compared, absent]))
    assert "| 1.50x | **missed** |" in text
    assert "| 41.0x | 21.0x | 55.0x | 90.0% |" in text
    assert "10,000 of 100,000 differ by: edition" in text
    assert "not installed: needs Python 3.99" in text
    assert "with uncommitted changes" in text


def test_only_what_is_between_the_markers_changes(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter — ü\n", encoding="utf-8")
    write_into(readme, "new")
    write_into(readme, "newer")
    assert readme.read_text(encoding="utf-8") == f"before\n{BEGIN}\nnewer\n{END}\nafter — ü\n"


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_readme_without_both_markers_once_is_left_alone(text: str) -> None:
    with pytest.raises(ValueError, match="once"):
        replace_between_markers(text, "new")

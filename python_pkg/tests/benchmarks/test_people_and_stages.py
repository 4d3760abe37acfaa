"""The people of the benchmark, and the stopwatch over the stages of scoring."""

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from agreement import NOT_SCORED, OTHER_CATEGORIES, agreement
from bench import summary
from invented_members import CSV_FILES, RECORDS, csv_files, population
from measuring import Measured, run_measured
from peers import Peer, find_python, install, reason
from stages import OTHER, STAGES, Stopwatch

from hhs_hcc import ReferenceTables, score
from hhs_hcc.readers import read_project_files
from hhs_hcc.rules import compile_rules
from hhs_hcc.tables import bundled_directory

YEAR = 2025
MEMBERS = 300
STAGES_SCRIPT = Path(sys.modules["stages"].__file__ or "")


@pytest.fixture(scope="module")
def tables() -> ReferenceTables:
    return ReferenceTables.from_directory(bundled_directory(), YEAR)


@pytest.fixture(scope="module")
def people(tables: ReferenceTables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return population(MEMBERS, tables, tmp_path_factory.mktemp("populations"))


def test_the_same_size_gives_the_same_people(people: Path, tables: ReferenceTables, tmp_path: Path) -> None:
    again = population(MEMBERS, tables, tmp_path)
    assert again.name == people.name
    for file in people.glob("*.parquet"):
        assert pl.read_parquet(file).equals(pl.read_parquet(again / file.name))


def test_people_of_an_earlier_version_make_room(people: Path, tables: ReferenceTables, tmp_path: Path) -> None:
    earlier = tmp_path / people.name.replace(people.name[-8:], "earlier0")
    other_size = tmp_path / f"{YEAR}-{MEMBERS + 1}-0_4-earlier0"
    earlier.mkdir()
    other_size.mkdir()
    population(MEMBERS, tables, tmp_path)
    assert not earlier.exists()
    assert other_size.exists()


def test_people_are_made_once(people: Path, tables: ReferenceTables) -> None:
    before = (people / "segments.parquet").stat().st_mtime_ns
    population(MEMBERS, tables, people.parent)
    assert (people / "segments.parquet").stat().st_mtime_ns == before


def test_everybody_has_records_of_every_kind_and_can_be_scored(people: Path, tables: ReferenceTables) -> None:
    records = [pl.scan_parquet(people / f"{name}.parquet") for name in RECORDS]
    assert [frame.collect().height for frame in records] == [MEMBERS * record[0] for record in RECORDS.values()]
    result = score(pl.read_parquet(people / "segments.parquet"), *records, tables)
    assert result.scores.height == MEMBERS
    assert result.csr_mismatches == 0
    assert set(result.scores["model"].cast(pl.String)) == {"adult", "child", "infant"}


def test_the_csv_files_are_the_same_people(people: Path, tables: ReferenceTables) -> None:
    files = [csv_files(people) / name for name in CSV_FILES]
    found = read_project_files(*files, compile_rules(tables), YEAR)
    from_csv = score(found.segments, found.diagnoses, found.drugs, found.services, tables).scores
    records = [pl.scan_parquet(people / f"{name}.parquet") for name in RECORDS]
    from_parquet = score(pl.read_parquet(people / "segments.parquet"), *records, tables).scores
    assert from_csv.sort("member_id").equals(from_parquet.sort("member_id"))


class Clock:
    """Time that passes when it is told to, on both of the stopwatch's clocks."""

    def __init__(self) -> None:
        self.now = 0

    def perf_counter(self) -> int:
        return self.now

    def process_time(self) -> int:
        return 2 * self.now

    def work(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("stages.time", clock)
    return clock


def test_time_inside_a_stage_is_not_counted_twice(clock: Clock) -> None:
    stopwatch = Stopwatch()
    inner = stopwatch.measure("inner", lambda: clock.work(5))

    def outer() -> None:
        clock.work(1)
        inner()
        clock.work(2)

    measured = stopwatch.measure("outer", outer)
    clock.work(100)
    measured()
    clock.work(100)
    measured()
    assert stopwatch.wall == {"outer": 6, "inner": 10}
    assert stopwatch.cpu == {"outer": 12, "inner": 20}


def test_a_stage_that_fails_ends_all_the_same(clock: Clock) -> None:
    stopwatch = Stopwatch()

    def fails() -> None:
        clock.work(3)
        raise KeyError

    def outer() -> None:
        with pytest.raises(KeyError):
            stopwatch.measure("inner", fails)()
        clock.work(1)

    stopwatch.measure("outer", outer)()
    assert stopwatch.wall == {"outer": 1, "inner": 3}


def test_what_a_generator_does_between_two_values_is_its_time_and_what_its_caller_does_is_not(clock: Clock) -> None:
    stopwatch = Stopwatch()

    def values() -> Iterator[int]:
        for number in range(2):
            clock.work(5)
            yield number

    chunks = stopwatch.measure("chunks", values)

    def consume() -> list[int]:
        found = []
        for number in chunks():
            clock.work(1)
            found.append(number)
        return found

    assert stopwatch.measure(OTHER, consume)() == [0, 1]
    assert stopwatch.wall == {OTHER: 2, "chunks": 10}


def test_every_stage_of_scoring_is_measured(people: Path) -> None:
    run = run_measured([sys.executable, str(STAGES_SCRIPT), "stages", str(people), "--model-year", str(YEAR)])
    assert set(run.facts["stage_cpu"]) == {*STAGES, OTHER}
    assert 0.5 * run.wall < sum(run.facts["stage_wall"].values()) <= run.wall


def test_figures_of_a_size_are_medians_and_paired_ratios() -> None:
    def of(wall: float) -> Measured:
        return Measured(wall, wall, wall, wall, 100.0, {"stage_cpu": {"rules": wall}, "stage_wall": {"rules": wall}})

    runs = {"bare": [of(1), of(2)], "score": [of(2), of(4)], "evidence": [of(3), of(6)], "stages": [of(5), of(7)]}
    found = summary(runs)
    assert (found["score_wall"], found["score_per_bare"], found["evidence_per_score"]) == (3, 2, 1.5)
    assert found["stage_cpu"] == {"rules": 6}


def their_scores(people: Path, tables: ReferenceTables, file: Path) -> pl.DataFrame:
    """What a peer would write that does everything as we do."""
    records = [pl.scan_parquet(people / f"{name}.parquet") for name in RECORDS]
    result = score(pl.read_parquet(people / "segments.parquet"), *records, tables, mce_edits="mce" not in file.stem)
    counted = result.components.frame().filter(pl.col("counted_in").is_null(), pl.col("coefficient") != 0)
    listed = counted.group_by("member_id").agg(pl.col("variable").cast(pl.String).str.join(" ").alias("variables"))
    scores = result.scores.select("member_id", pl.col("reported_risk_score").cast(pl.Float64).alias("score"))
    return scores.join(listed, on="member_id", how="left")


def test_a_peer_that_does_the_same_agrees_everywhere(people: Path, tables: ReferenceTables, tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    their_scores(people, tables, file).write_csv(file)
    assert agreement(file, people, tables, has_csr=True) == {
        "members": MEMBERS,
        "equal": MEMBERS,
        "share": 1.0,
        "causes": {},
    }


def test_each_difference_has_its_cause(people: Path, tables: ReferenceTables, tmp_path: Path) -> None:
    file = tmp_path / "without_mce.csv"
    theirs = their_scores(people, tables, file)
    # The first is not scored; the second has another HCC and another score.
    theirs = theirs.with_columns(
        pl.when(pl.int_range(pl.len()) == 0)
        .then(None)
        .when(pl.int_range(pl.len()) == 1)
        .then(pl.col("score") + 7)
        .otherwise(pl.col("score"))
        .alias("score"),
        pl.when(pl.int_range(pl.len()) == 1)
        .then(pl.lit("FAGE_LAST_21_24 HHS_HCC001"))
        .otherwise(pl.col("variables"))
        .alias("variables"),
    )
    theirs.write_csv(file)
    found = agreement(file, people, tables, has_csr=True)
    causes = found["causes"]
    assert isinstance(causes, dict)
    assert causes.pop(NOT_SCORED) == 1
    assert causes.pop(OTHER_CATEGORIES) == 1
    assert set(causes) == {"Medicare Code Editor conditions not applied"}
    assert causes["Medicare Code Editor conditions not applied"] == MEMBERS - found["equal"] - 2


def test_a_peer_for_which_there_is_no_python_is_said_and_not_raised(tmp_path: Path) -> None:
    peer = Peer("any", "1", (), (3, 90), YEAR, has_csr=True, knows="nothing")
    installed = install(peer, tmp_path)
    assert installed.python is None
    assert "needs Python 3.90" in installed.problem


def test_this_python_is_found() -> None:
    assert find_python((3, 11)) == Path(sys.executable)


def test_the_reason_of_an_installer_is_its_last_cause() -> None:
    assert reason("warning: old\nerror: no solution\n  cause: the version is gone\n") == "cause: the version is gone"
    assert reason("") == "the installer failed and said nothing"

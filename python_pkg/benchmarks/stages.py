"""One task of the calculator, measured in this process: `python stages.py TASK POPULATION`.

The process prints what it measured as its last line. It uses whichever `hhs_hcc` is on the path, which may be that of
another commit: what the commit lacks fails or is left out, and the harness says so.
"""

import argparse
import importlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
from invented_members import CLAIM_COLUMNS, CSV_FILES, RECORDS
from measuring import report, timed

import hhs_hcc
from hhs_hcc import ReferenceTables, score
from hhs_hcc.readers import read_project_files
from hhs_hcc.rules import compile_rules
from hhs_hcc.tables import bundled_directory

# Which functions make up a stage. Time in a function of another stage counts there, not here.
STAGES = {
    "members": (("hhs_hcc.population", "Population.from_segments"),),
    "look-ups": (("hhs_hcc.population", "Population.look_up"),),
    "matrix": (("hhs_hcc.population", "Population.chunks"), ("hhs_hcc.population", "Population.apply_rules")),
    "rules": (("hhs_hcc.population", "apply_rules"),),
    "sums": (("hhs_hcc.scoring", "price"), ("hhs_hcc.scoring", "scores_of")),
    "components": (("hhs_hcc.components", "Components.batches"),),
}
OTHER = "other"


class Stopwatch:
    """Seconds by stage, each without the stages inside it. For one thread; the CPU seconds are those of all threads."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._running: list[str] = []
        self._since = (0.0, 0.0)

    def _switch(self) -> None:
        """Book what has passed since the last switch under the stage that was running."""
        now = (time.perf_counter(), time.process_time())
        if self._running:
            stage = self._running[-1]
            self.wall[stage] = self.wall.get(stage, 0.0) + now[0] - self._since[0]
            self.cpu[stage] = self.cpu.get(stage, 0.0) + now[1] - self._since[1]
        self._since = now

    def measure(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time booked under the stage; of one that yields, the time between two values."""

        def measured(*arguments: Any, **named: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return function(*arguments, **named)
            self._switch()
            self._running.append(stage)
            try:
                result = function(*arguments, **named)
            finally:
                self._switch()
                self._running.pop()
            return self._values(stage, result) if isinstance(result, Iterator) else result

        return measured

    def _values(self, stage: str, values: Iterator[Any]) -> Iterator[Any]:
        following = self.measure(stage, lambda: next(values, self))
        while (value := following()) is not self:
            yield value


def scan(people: Path) -> list[pl.LazyFrame]:
    """The three files of records."""
    return [pl.scan_parquet(people / f"{name}.parquet") for name in RECORDS]


def read_all(people: Path) -> None:
    """Every column of every file, decoded to its last value and not kept."""
    for name in ("segments", *RECORDS):
        pl.scan_parquet(people / f"{name}.parquet").select(pl.all().max()).collect(engine="streaming")


def bare_joins(people: Path, tables: ReferenceTables) -> None:
    """The three look-ups and a distinct, streaming: what remains if every rule were free."""
    for name, (_, code, _, table, table_code, category) in RECORDS.items():
        mapping = tables[table].lazy().select(pl.col(table_code).alias(code), category)
        pl.scan_parquet(people / f"{name}.parquet").join(mapping, on=code).select(
            "member_id", category
        ).unique().collect(engine="streaming")


def score_all(people: Path, tables: ReferenceTables, evidence: Sequence[str] | None = None) -> hhs_hcc.ScoreResult:
    """Scores and components; every frame of components is made and let go, as by a program that writes them."""
    result = score(pl.read_parquet(people / "segments.parquet"), *scan(people), tables, evidence=evidence)
    for _ in result.components.batches():
        pass
    return result


def score_with_evidence(people: Path, tables: ReferenceTables) -> hhs_hcc.ScoreResult:
    """Scores, components and the records behind them with their claim lines, made and let go likewise."""
    result = score_all(people, tables, CLAIM_COLUMNS)
    if result.evidence is not None:
        for _ in result.evidence.batches():
            pass
    return result


def by_stage(people: Path, tables: ReferenceTables) -> dict[str, Any]:
    """Scoring with a stopwatch, chunk after chunk: stages that overlap could not be told apart."""
    stopwatch = Stopwatch()
    for stage, functions in STAGES.items():
        for module_name, path in functions:
            owner: Any = importlib.import_module(module_name)
            *outer, name = path.split(".")
            for attribute in outer:
                owner = getattr(owner, attribute)
            if not hasattr(owner, name):
                continue
            wrapped = stopwatch.measure(stage, getattr(owner, name))
            # A class method is bound already when it is looked up.
            is_bound = hasattr(getattr(owner, name), "__self__")
            setattr(owner, name, staticmethod(wrapped) if is_bound else wrapped)
    for module_name in ("hhs_hcc.scoring", "hhs_hcc.components"):
        one_after_another: Any = importlib.import_module(module_name)
        one_after_another.in_threads = map
    stopwatch.measure(OTHER, score_all)(people, tables)
    return {
        "stage_wall": {name: round(seconds, 6) for name, seconds in stopwatch.wall.items()},
        "stage_cpu": {name: round(seconds, 6) for name, seconds in stopwatch.cpu.items()},
    }


def write_components(people: Path, tables: ReferenceTables) -> tuple[float, float]:
    """Components into a new DuckDB file, checkpoint included; making their frames is part of it, scoring is not."""
    # Loaded for this task only: their memory is not the calculator's.
    import duckdb  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    result = score(pl.read_parquet(people / "segments.parquet"), *scan(people), tables)
    with (
        tempfile.TemporaryDirectory(dir=people.parent) as folder,
        duckdb.connect(f"{folder}/written.duckdb") as database,
    ):

        def write() -> None:
            batches = (batch for frame in result.components.batches() for batch in frame.to_arrow().to_batches())
            first = next(batches)
            stream = pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))
            database.from_arrow(stream).create("written")
            database.execute("checkpoint")

        return timed(write)


def score_csv(people: Path, model_year: int) -> None:
    """From the four CSV files to a CSV of scores, CMS tables included: what the peers are asked to do."""
    tables = ReferenceTables.from_directory(bundled_directory(), model_year)
    files = [people / "csv" / name for name in CSV_FILES]
    found = read_project_files(*files, compile_rules(tables), model_year)
    result = score(found.segments, found.diagnoses, found.drugs, found.services, tables)
    with tempfile.NamedTemporaryFile(suffix=".csv", dir=people.parent) as output:
        result.scores.select("member_id", "reported_risk_score").write_csv(output.name)


def main() -> None:
    """Measure one task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=("read", "bare", "score", "evidence", "stages", "write", "csv"))
    parser.add_argument("people", type=Path)
    parser.add_argument("--model-year", type=int, required=True)
    parser.add_argument("--warm-up", type=Path, help="a small population that is scored first, unmeasured")
    options = parser.parse_args()
    people = options.people
    facts: dict[str, Any] = {"package": str(Path(hhs_hcc.__file__).parent)}
    if options.task == "csv":
        wall, cpu = timed(lambda: score_csv(people, options.model_year))
        report(wall, cpu, **facts)
        return
    tables = ReferenceTables.from_directory(bundled_directory(), options.model_year)
    if options.warm_up:
        # Starts the threads and imports what is imported on first use: neither grows with the population.
        score_all(options.warm_up, tables)
        bare_joins(options.warm_up, tables)
    if options.task == "write":
        wall, cpu = write_components(people, tables)
    elif options.task == "stages":
        wall, cpu = timed(lambda: facts.update(by_stage(people, tables)))
    else:
        kept: list[object] = []
        tasks: dict[str, Callable[[], object]] = {
            "read": lambda: read_all(people),
            "bare": lambda: bare_joins(people, tables),
            "score": lambda: score_all(people, tables),
            "evidence": lambda: score_with_evidence(people, tables),
        }
        # Kept until the clock has stopped: freeing results is not part of the task.
        wall, cpu = timed(lambda: kept.append(tasks[options.task]()))
    report(wall, cpu, **facts)


if __name__ == "__main__":
    main()

"""How fast the calculator is: by size, by stage, against its goals and against other packages.

Every measurement is a process of its own; those that are compared take turns. Results go to data/bench/results as JSON
and Markdown, and the table into the README. A run that leaves out the sizes of the README's table leaves the table as
it is.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import machine
from agreement import agreement
from invented_members import MAPPED_SHARE, csv_files, population
from measured_dbt import measure
from measuring import Measured, MeasurementError, interleave, median, paired, paired_ratio, run_measured
from peers import PEERS, WORKER, Peer, install
from tables import markdown, replace_between_markers, write_into

from hhs_hcc import ReferenceTables
from hhs_hcc.synth import synthesize
from hhs_hcc.tables import bundled_directory

MODEL_YEAR = 2025
STAGES_SCRIPT = Path(__file__).with_name("stages.py")
TASKS = ("read", "bare", "score", "evidence", "stages", "write")
# What the README's table is to hold at least.
README_SIZES = {100_000, 1_000_000}
_WARM_UP_MEMBERS = 1_000
# Rounds of five million members take minutes each.
_LARGE = 2_000_000
_ROUNDS, _ROUNDS_OF_LARGE, _PEER_ROUNDS = 5, 3, 3


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def stage_command(task: str, people: Path, model_year: int, warm_up: Path | None = None) -> list[str]:
    """How a task of the calculator is measured."""
    command = [sys.executable, str(STAGES_SCRIPT), task, str(people), "--model-year", str(model_year)]
    return command if warm_up is None else [*command, "--warm-up", str(warm_up)]


def measured_tasks(
    tasks: Sequence[str], people: Path, warm_up: Path, environment: Mapping[str, str] | None = None
) -> dict[str, Callable[[], Measured]]:
    """Tasks of the calculator by name, ready to be interleaved."""

    def runner(task: str) -> Callable[[], Measured]:
        command = stage_command(task, people, MODEL_YEAR, warm_up)
        return lambda: run_measured(command, environment)

    return {task: runner(task) for task in tasks}


def summary(runs: Mapping[str, Sequence[Measured]]) -> dict[str, Any]:
    """Medians and paired ratios of one size."""
    figures: dict[str, Any] = {}
    for task, measured in runs.items():
        figures[f"{task}_wall"] = median(measured, "wall")
        figures[f"{task}_cpu"] = median(measured, "cpu")
        figures[f"{task}_peak_mb"] = median(measured, "peak_mb")
    figures["score_per_bare"] = paired(runs, "score", "bare")
    figures["evidence_per_score"] = paired(runs, "evidence", "score")
    for what in ("stage_cpu", "stage_wall"):
        stages = runs["stages"][0].facts[what]
        figures[what] = {name: statistics.median(run.facts[what][name] for run in runs["stages"]) for name in stages}
    return figures


def measure_size(members: int, rounds: int, folder: Path) -> dict[str, Any]:
    """All tasks of the calculator at one size."""
    tables = ReferenceTables.from_directory(bundled_directory(), MODEL_YEAR)
    say(f"{members:,} members")
    people = population(members, tables, folder)
    warm_up = population(_WARM_UP_MEMBERS, tables, folder)
    runs = interleave(measured_tasks(TASKS, people, warm_up), rounds, lambda text: say(f"  {text}"))
    raw = {task: [run.as_json() for run in measured] for task, measured in runs.items()}
    return {**summary(runs), "rounds": rounds, "runs": raw}


def measure_peers(members: int, rounds: int, folder: Path) -> list[dict[str, Any]]:
    """Other packages on the same people, in turns with ours; first speed, then agreement."""
    found: list[dict[str, Any]] = []
    for peer in PEERS:
        entry: dict[str, Any] = {name: getattr(peer, name) for name in ("name", "version", "model_year", "knows")}
        found.append(entry)
        say(f"{peer.name} {peer.version}")
        installed = install(peer, folder / "peers")
        if installed.python is None:
            entry["problem"] = installed.problem
            continue
        tables = ReferenceTables.from_directory(bundled_directory(), peer.model_year)
        people = population(members, tables, folder / "populations")
        csv_files(people)
        output = folder / "peers" / f"{peer.name}-{members}.csv"
        warm_up = population(_WARM_UP_MEMBERS, tables, folder / "populations")
        tasks = _peer_tasks(peer, installed.python, people, warm_up, output)
        try:
            runs = interleave(tasks, rounds, lambda text: say(f"  {text}"))
        except MeasurementError as error:
            entry["problem"] = f"installed, but failed: {str(error).splitlines()[-1][:200]}"
            continue
        entry |= {
            "members": members,
            "rounds": rounds,
            "python": runs["theirs"][0].facts["python"],
            "their_wall": median(runs["theirs"], "wall"),
            "our_wall": median(runs["ours"], "wall"),
            "their_cpu": median(runs["theirs"], "cpu"),
            "our_cpu": median(runs["ours"], "cpu"),
            "their_peak_mb": median(runs["theirs"], "peak_mb"),
            "our_peak_mb": median(runs["ours"], "peak_mb"),
            "ratio": paired(runs, "theirs", "ours"),
            "alone_ratio": paired_ratio(
                [run.facts["calls_wall"] for run in runs["theirs"]], [run.wall for run in runs["alone"]]
            ),
            "process_ratio": paired(runs, "theirs", "ours", "process_wall"),
            "runs": {side: [run.as_json() for run in measured] for side, measured in runs.items()},
            "agreement": agreement(output, people, tables, has_csr=peer.has_csr),
        }
    return found


def _peer_tasks(
    peer: Peer, python: Path, people: Path, warm_up: Path, output: Path
) -> dict[str, Callable[[], Measured]]:
    """Both sides from CSV files to a CSV of scores, and our scoring alone."""
    theirs = [str(python), str(WORKER), peer.name, str(people / "csv"), str(output), str(peer.model_year)]
    ours = stage_command("csv", people, peer.model_year)
    alone = stage_command("score", people, peer.model_year, warm_up)
    return {
        "ours": lambda: run_measured(ours),
        "theirs": lambda: run_measured(theirs),
        "alone": lambda: run_measured(alone),
    }


def measure_dbt(members: int, folder: Path) -> list[dict[str, Any]]:
    """A scoring run of dbt from the files on, and one of what is staged; once each, data tests included."""
    say(f"dbt, {members:,} members")
    files, work = folder / "issuers" / f"{MODEL_YEAR}-{members}", folder / "dbt"
    if not files.is_dir():
        unfinished = files.with_name(f"{files.name}.unfinished")
        synthesize(members, MODEL_YEAR, 1, unfinished, "parquet", tables_directory=bundled_directory(), overwrite=True)
        unfinished.rename(files)
    database = work / "scoring.duckdb"
    for left in work.glob("scoring.duckdb*"):
        left.unlink()
    work.mkdir(parents=True, exist_ok=True)
    given = json.dumps({"diy_model_year": MODEL_YEAR, "benefit_year": MODEL_YEAR})
    found = []
    for title, selected in (("files to scores", "+tag:scoring"), ("scoring again", "tag:scoring")):
        command = ["build", "--select", selected, "--exclude-resource-type", "unit_test", "--vars", given]
        measured = measure(command, work, database, files)
        found.append({"command": f"{title} (`--select {selected}`)", "members": members, **measured})
    for left in work.glob("scoring.duckdb*"):
        left.unlink()
    return found


def save(results: Mapping[str, Any], folder: Path) -> Path:
    """Results as JSON and Markdown; returns the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    about = results["machine"]
    stamp = about["measured_at"][:19].replace(":", "").replace("-", "")
    file = folder / f"{stamp}-{about['commit'][:10] or 'no-commit'}.json"
    file.write_text(json.dumps(results, indent=1))
    file.with_suffix(".md").write_text(markdown(results) + "\n")
    return file


def main() -> None:
    """Measure, save, print, and write the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="numbers of members")
    parser.add_argument("--rounds", type=int, help=f"default: {_ROUNDS}; {_ROUNDS_OF_LARGE} above {_LARGE:,} members")
    parser.add_argument("--peer-members", type=int, default=100_000, help="0: no peers")
    parser.add_argument("--peer-rounds", type=int, default=_PEER_ROUNDS)
    parser.add_argument("--dbt-sizes", type=int, nargs="*", default=[], help="also whole dbt scoring runs")
    parser.add_argument("--folder", type=Path, default=machine.PROJECT / "data" / "bench")
    parser.add_argument("--readme", type=Path, default=machine.PROJECT / "README.md")
    options = parser.parse_args()
    writes_readme = set(options.sizes) >= README_SIZES
    if writes_readme:
        try:
            # Now, and not after half an hour of measuring.
            replace_between_markers(options.readme.read_text(encoding="utf-8"), "")
        except (OSError, ValueError) as error:
            sys.exit(f"error: {options.readme}: {error}")
    # Members' data is invented; what a run leaves behind is still the business of its owner alone.
    os.umask(0o077)
    results: dict[str, Any] = {"machine": machine.describe(), "mapped_share": MAPPED_SHARE, "sizes": {}}
    try:
        for members in sorted(options.sizes):
            rounds = options.rounds or (_ROUNDS_OF_LARGE if members > _LARGE else _ROUNDS)
            results["sizes"][str(members)] = measure_size(members, rounds, options.folder / "populations")
        if options.peer_members:
            results["peers"] = measure_peers(options.peer_members, options.peer_rounds, options.folder)
        results["dbt"] = [run for members in sorted(options.dbt_sizes) for run in measure_dbt(members, options.folder)]
    except MeasurementError as error:
        sys.exit(f"error: {error}")
    results["machine"]["load_average_after"] = machine.describe()["load_average"]
    file = save(results, options.folder / "results")
    print(markdown(results))
    say(f"\n{file}")
    if writes_readme:
        write_into(options.readme, markdown(results))
    else:
        needed = " and ".join(f"{members:,}" for members in sorted(README_SIZES))
        say(f"{options.readme.name} keeps its table: one is written when {needed} members are among the sizes.")


if __name__ == "__main__":
    main()

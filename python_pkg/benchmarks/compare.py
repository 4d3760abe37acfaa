"""Compare the calculator's speed at two commits: `python compare.py BASE`; exit code 1 if a stage got too slow.

Both commits are checked out into temporary folders and measured by this harness with this interpreter, on the same
people and in turns. CPU seconds are compared, which a busy machine moves less than wall seconds.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import machine
from bench import MODEL_YEAR, measured_tasks, say
from comparison import ALLOWED_RISE, FEWEST_ROUNDS, Comparison, compare, is_regression
from invented_members import population
from measuring import Measured, MeasurementError
from tables import table

from hhs_hcc import ReferenceTables
from hhs_hcc.tables import bundled_directory

_TASKS = ("score", "evidence", "stages", "write")
_WARM_UP_MEMBERS = 1_000


class CompareError(Exception):
    """The comparison cannot be made."""


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """A commit in a folder of its own, for as long as it is needed."""
    # What a killed comparison left in the list of working trees.
    subprocess.run(["git", "worktree", "prune"], cwd=machine.PROJECT, capture_output=True, check=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tree"
        added = subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", str(folder), commit],
            cwd=machine.PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if added.returncode:
            raise CompareError(f"{commit} cannot be checked out: {added.stderr.strip()}")
        try:
            yield folder
        finally:
            removal = ["git", "worktree", "remove", "--force", str(folder)]
            subprocess.run(removal, cwd=machine.PROJECT, capture_output=True, check=False)


def resolve(commit: str) -> str:
    """The full name of a commit."""
    found = machine.git("rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    if not found:
        raise CompareError(
            f"There is no commit '{commit}'. Give a branch, a tag or a hash: make bench-compare BASE=main~1"
        )
    return found


def usable(tasks: Mapping[str, Callable[[], Measured]], tree: Path) -> dict[str, Callable[[], Measured]]:
    """The tasks that a commit can do, each tried once; the first run also warms the files' cache.

    Raises:
        CompareError: If the package was not that of the commit.
    """
    found = {}
    for name, task in tasks.items():
        try:
            tried = task()
        except MeasurementError:
            continue
        if not Path(tried.facts["package"]).is_relative_to(tree.resolve()):
            raise CompareError(f"{tried.facts['package']} was measured, not the package of {tree}.")
        found[name] = task
    return found


def in_turns(
    base: Mapping[str, Callable[[], Measured]], head: Mapping[str, Callable[[], Measured]], rounds: int
) -> tuple[dict[str, list[Measured]], dict[str, list[Measured]]]:
    """Each task of both commits, one right after the other; which goes first changes from round to round."""
    found: tuple[dict[str, list[Measured]], dict[str, list[Measured]]] = ({}, {})
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for name in [name for name in head if name in base]:
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                found[side].setdefault(name, []).append((base, head)[side][name]())
    return found


def cpu_by_stage(runs: Mapping[str, Sequence[Measured]]) -> dict[str, list[float]]:
    """CPU seconds of each round: of the tasks, and of the stages inside scoring that every run had."""
    found = {task: [run.cpu for run in measured] for task, measured in runs.items() if task != "stages"}
    staged = [run.facts["stage_cpu"] for run in runs.get("stages", [])]
    for stage in staged[0] if staged else ():
        if all(stage in seconds for seconds in staged):
            found[f"stage {stage}"] = [seconds[stage] for seconds in staged]
    return found


def main() -> None:
    """Compare and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", help="the commit to compare with")
    parser.add_argument("--head", default="HEAD")
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, default=machine.PROJECT / "data" / "bench")
    options = parser.parse_args()
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds: at least {FEWEST_ROUNDS}")
    try:
        comparisons, missing = _compare(options)
    except (CompareError, MeasurementError) as error:
        # 1 is for a regression.
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    rows = [
        [
            found.stage,
            f"{found.base:.3f}",
            f"{found.head:.3f}",
            f"{found.ratio:.2f}",
            f"{found.low:.2f} to {found.high:.2f}",
            f"**{found.verdict}**" if found.verdict == "too slow" else found.verdict,
        ]
        for found in comparisons
    ]
    print(table(("CPU seconds", "base", "head", "head / base", "95 % interval", "verdict"), rows))
    for name in missing:
        print(f"{name}: not measured, one of the commits cannot do it")
    if is_regression(comparisons):
        sys.exit(f"error: CPU time of a stage rose by more than {ALLOWED_RISE:.0%}")


def _compare(options: argparse.Namespace) -> tuple[list[Comparison], list[str]]:
    base, head = resolve(options.base), resolve(options.head)
    if machine.git("status", "--porcelain"):
        say("There are uncommitted changes; what is compared is commits.")
    tables = ReferenceTables.from_directory(bundled_directory(), MODEL_YEAR)
    people = population(options.members, tables, options.folder / "populations")
    warm_up = population(_WARM_UP_MEMBERS, tables, options.folder / "populations")
    say(f"{base[:10]} and {head[:10]}, {options.members:,} members")
    with worktree(base) as base_tree, worktree(head) as head_tree:
        sides = [
            usable(measured_tasks(_TASKS, people, warm_up, {"PYTHONPATH": str(tree / "python_pkg" / "src")}), tree)
            for tree in (base_tree, head_tree)
        ]
        runs = in_turns(*sides, options.rounds)
    before, after = map(cpu_by_stage, runs)
    missing = [task for task in _TASKS if not all(task in side for side in sides)]
    missing += sorted(set(before) ^ set(after))
    return [compare(stage, before[stage], after[stage]) for stage in after if stage in before], missing


if __name__ == "__main__":
    main()

"""Measurements in processes of their own, interleaved, and what is made of them: medians and paired ratios.

A program that runs after another in the same process finds warm caches, a grown heap and started threads. So each
measurement is a new process, and measurements that are compared take turns (A B C A B C ...): whatever slows the
machine for a minute slows all of them.
"""

import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class MeasurementError(Exception):
    """A measured process failed; the message holds the end of what it said."""


@dataclass(frozen=True)
class Measured:
    """One run of one task.

    Attributes:
        wall: Seconds of the task itself, without the start of Python and its imports.
        cpu: Seconds of all cores, user and system, in the same time.
        process_wall: Seconds from the start of the process to its end.
        process_cpu: Seconds of all cores of the whole process, from the operating system.
        peak_mb: Peak resident memory of the process, from the operating system.
        facts: What else the task reports.
    """

    wall: float
    cpu: float
    process_wall: float
    process_cpu: float
    peak_mb: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the file of results."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


def run_measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a task in a process of its own.

    Args:
        command: A program whose last line on standard output is what `report` prints.
        environment: Set in addition to this process's.

    Raises:
        MeasurementError: If the process fails.
    """
    with tempfile.TemporaryFile("w+") as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **(environment or {})}
        )
        output = process.stdout.read() if process.stdout else ""
        # Unlike `Popen.wait`, this hands over what the system counted for this one process.
        _, status, usage = os.wait4(process.pid, 0)
        process_wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stdout:
            process.stdout.close()
        errors.seek(0)
        said = errors.read()
    if process.returncode:
        raise MeasurementError(f"{' '.join(command[:4])} ended with exit code {process.returncode}:\n{said[-2000:]}")
    told = json.loads(output.splitlines()[-1])
    return Measured(
        wall=told.pop("wall"),
        cpu=told.pop("cpu"),
        process_wall=process_wall,
        process_cpu=usage.ru_utime + usage.ru_stime,
        peak_mb=told.pop("peak_mb"),
        facts=told,
    )


def report(wall: float, cpu: float, **facts: object) -> None:
    """What a measured process prints last."""
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak_memory_mb(), **facts}))


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


def peak_memory_mb() -> float:
    """Peak resident memory of this process, from the operating system.

    Not getrusage where it can be helped: on Linux its figure is inherited from the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        high_water_mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high_water_mark.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def interleave(
    tasks: Mapping[str, Callable[[], Measured]], rounds: int, tell: Callable[[str], None] = lambda _: None
) -> dict[str, list[Measured]]:
    """Every task once, then every task again, and so on; the n-th entries of all tasks belong to one round."""
    found: dict[str, list[Measured]] = {name: [] for name in tasks}
    for number in range(1, rounds + 1):
        for name, task in tasks.items():
            tell(f"round {number} of {rounds}: {name}")
            found[name].append(task())
    return found


def median(runs: Sequence[Measured], what: str) -> float:
    """Median of an attribute of `Measured`."""
    return statistics.median(getattr(run, what) for run in runs)


def paired_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Median of the ratios of each round, which a slow round cannot move as it moves a ratio of medians.

    Raises:
        ValueError: If the rounds do not match.
    """
    return statistics.median(above / below for above, below in zip(numerators, denominators, strict=True))


def paired(runs: Mapping[str, Sequence[Measured]], above: str, below: str, what: str = "wall") -> float:
    """`paired_ratio` of an attribute of two tasks of one interleaved run."""
    return paired_ratio(
        [getattr(run, what) for run in runs[above]],
        [getattr(run, what) for run in runs[below]],
    )

"""How figures come about: processes of their own, turns, medians, paired ratios."""

import sys

import pytest
from measuring import Measured, MeasurementError, interleave, median, paired, paired_ratio, run_measured

ALLOCATE = """
import json, time
block = bytearray({megabytes} << 20)
block[::4096] = bytes(len(block[::4096]))
status = open("/proc/self/status").read().splitlines()
peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
print("something else first")
print(json.dumps({{"wall": 1.5, "cpu": 0.5, "peak_mb": peak, "stage": "look-ups"}}))
"""


def of(wall: float, cpu: float = 0.0) -> Measured:
    return Measured(wall=wall, cpu=cpu, process_wall=wall, process_cpu=cpu, peak_mb=0.0)


def test_tasks_take_turns_so_that_a_slow_minute_slows_all_of_them() -> None:
    order: list[str] = []

    def task(name: str) -> Measured:
        order.append(name)
        return of(len(order))

    runs = interleave({name: lambda name=name: task(name) for name in "ABC"}, 2)
    assert order == ["A", "B", "C", "A", "B", "C"]
    assert [run.wall for run in runs["B"]] == [2, 5]


def test_a_median_is_not_moved_by_one_slow_round() -> None:
    assert median([of(1.0), of(1.2), of(60.0)], "wall") == 1.2


def test_ratios_are_taken_round_by_round_and_not_between_medians() -> None:
    # The machine became ten times slower; in every round the second task took twice as long.
    runs = {"full": [of(2.0), of(20.0), of(2.2)], "bare": [of(1.0), of(10.0), of(1.1)]}
    assert paired(runs, "full", "bare") == pytest.approx(2.0)
    assert paired_ratio([6, 8, 30], [2, 4, 3]) == 3


def test_ratios_of_rounds_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1, 2], [1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_peak_is_that_of_the_measured_process_and_not_of_the_one_that_started_it() -> None:
    held = bytearray(200 << 20)
    held[::4096] = bytes(len(held[::4096]))
    small, large = (run_measured([sys.executable, "-c", ALLOCATE.format(megabytes=size)]) for size in (1, 120))
    assert small.peak_mb < 100
    assert 120 < large.peak_mb < 220
    assert (small.wall, small.cpu, small.facts) == (1.5, 0.5, {"stage": "look-ups"})
    assert small.process_wall > 0
    assert len(held) == 200 << 20


def test_a_task_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(MeasurementError, match=r"exit code 1[\s\S]*no such thing"):
        run_measured([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_what_a_measured_process_is_given_reaches_it() -> None:
    script = "import json, os; print(json.dumps({'wall': 1, 'cpu': 1, 'peak_mb': 1, 'told': os.environ['TOLD']}))"
    assert run_measured([sys.executable, "-c", script], {"TOLD": "yes"}).facts == {"told": "yes"}

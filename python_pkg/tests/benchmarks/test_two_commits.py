"""When a commit counts as slower than another."""

import pytest
from compare import CompareError, cpu_by_stage, in_turns, resolve
from comparison import FEWEST_ROUNDS, compare, interval_of_median, is_regression
from measuring import Measured

STEADY = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01]


def verdict(head: list[float], base: list[float] = STEADY) -> str:
    return compare("look-ups", base, head).verdict


def test_a_rise_above_the_limit_in_every_round_is_too_slow() -> None:
    assert verdict([seconds * 1.2 for seconds in STEADY]) == "too slow"


def test_a_rise_below_the_limit_is_slower_and_allowed() -> None:
    assert verdict([seconds * 1.1 for seconds in STEADY]) == "slower"


def test_a_rise_that_chance_explains_is_no_regression() -> None:
    # The median ratio is 1.3, yet every other round was faster.
    assert verdict([1.3, 0.7, 1.4, 0.6, 1.3, 0.8, 1.5]) == "same"


def test_a_fall_in_every_round_is_faster() -> None:
    assert verdict([seconds * 0.7 for seconds in STEADY]) == "faster"


def test_the_same_times_are_the_same() -> None:
    assert verdict(STEADY) == "same"


def test_a_few_milliseconds_are_no_regression_however_large_their_ratio() -> None:
    tiny = [seconds / 1000 for seconds in STEADY]
    assert verdict([seconds * 3 for seconds in tiny], tiny) == "same"


def test_a_slow_minute_of_the_machine_moves_both_sides_and_no_verdict() -> None:
    base = [1.0, 1.0, 9.0, 9.0, 1.0, 1.0, 1.0]
    assert verdict([seconds * 1.02 for seconds in base], base) == "slower"
    assert verdict([seconds * 1.00 for seconds in base], base) == "same"


def test_one_stage_that_is_too_slow_fails_the_comparison() -> None:
    fine, slow = compare("rules", STEADY, STEADY), compare("sums", STEADY, [seconds * 1.5 for seconds in STEADY])
    assert is_regression([fine, slow])
    assert not is_regression([fine, fine])


def test_too_few_rounds_are_refused() -> None:
    few = STEADY[: FEWEST_ROUNDS - 1]
    with pytest.raises(ValueError, match="at least 5"):
        compare("rules", few, few)


def test_the_interval_holds_the_median_and_is_the_same_each_time() -> None:
    low, high = interval_of_median([1.0, 1.1, 1.2, 1.3, 1.4])
    assert low < 1.2 < high
    assert (low, high) == interval_of_median([1.0, 1.1, 1.2, 1.3, 1.4])


def of(cpu: float, **stages: float) -> Measured:
    return Measured(0.0, cpu, 0.0, 0.0, 0.0, {"stage_cpu": stages} if stages else {})


def test_commits_take_turns_and_so_does_who_goes_first() -> None:
    order: list[str] = []

    def side(name: str) -> dict[str, object]:
        def task() -> Measured:
            order.append(name)
            return of(1.0)

        return {"score": task}

    base, head = in_turns(side("base"), side("head") | {"new": side("new")["score"]}, 2)  # type: ignore[arg-type]
    assert order == ["base", "head", "head", "base"]
    assert base.keys() == head.keys() == {"score"}


def test_stages_are_compared_where_every_run_has_them() -> None:
    runs = {"score": [of(3.0), of(4.0)], "stages": [of(9.0, rules=1.0, sums=2.0), of(9.0, rules=1.5)]}
    assert cpu_by_stage(runs) == {"score": [3.0, 4.0], "stage rules": [1.0, 1.5]}


def test_a_commit_that_does_not_exist_is_an_error_that_says_what_to_give() -> None:
    with pytest.raises(CompareError, match=r"no commit 'no-such-branch'.*BASE="):
        resolve("no-such-branch")

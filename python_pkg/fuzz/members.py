"""The whole comparison of the package with the naive calculator: `python python_pkg/fuzz/members.py [MEMBERS [SEED]]`.

50,000 random members a model year, each in both editions; what nobody has reached is said, by table. With another seed
come other people.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from invented import EDITIONS, MODEL_YEARS, SEEDS
from oracle.compare import package_answers
from oracle.naive import Choices, NaiveYear
from oracle.people import PeopleOf
from oracle.reach import Reach

_PORTION = 10_000
_SHOWN = 3


def compare_year(model_year: int, members: int, seed: int) -> tuple[int, int]:
    """Comparisons made and differences found; says what it does."""
    naive = NaiveYear(SEEDS, model_year)
    drawn, reach = PeopleOf(naive, seed), Reach(naive)
    # Where CMS has not published the validity after September, the cautious reading is a choice of its own.
    readings = ["carry_forward"]
    if any(row["is_valid_fy_end_carried"] == "true" for row in naive.rows("dx_to_cc")):
        readings.append("strict")
    every = [Choices(edition, validity) for edition in EDITIONS for validity in readings]
    compared = differing = 0
    for start in range(0, members, _PORTION):
        people = [drawn.draw() for _ in range(min(_PORTION, members - start))]
        for number, choices in enumerate(every):
            answers = package_answers(people, model_year, choices)
            for person, answer in zip(people, answers, strict=True):
                check = reach.add(person, choices) if number == 0 else naive.score(person, choices)
                compared += 1
                if answer != check:
                    differing += 1
                    if differing <= _SHOWN:
                        print(f"  {choices} {person}\n    package {answer}\n    naive   {check}")
    wanted = Counter(point[0] for point in reach.wanted)
    missed = {table: len(points) for table, points in reach.missed().items()}
    not_reached = ", ".join(f"{table} {missed[table]:,} of {wanted[table]:,}" for table in missed) or "nothing"
    print(f"{model_year}: {compared:,} comparisons, {differing} differences; not reached: {not_reached}", flush=True)
    return compared, differing


def main(members: int, seed: int) -> int:
    """Every year; 1 if anybody is scored differently."""
    started, cpu = time.monotonic(), time.process_time()
    found = [compare_year(model_year, members, seed) for model_year in MODEL_YEARS]
    compared, differing = (sum(column) for column in zip(*found, strict=True))
    print(
        f"{members:,} members a year, model years {MODEL_YEARS[0]}-{MODEL_YEARS[-1]}, editions {', '.join(EDITIONS)}: "
        f"{compared:,} comparisons, {differing} differences "
        f"({time.monotonic() - started:.0f} s, {time.process_time() - cpu:.0f} s of CPU, seed {seed})"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    raise SystemExit(main(*(given + [50_000, 2][len(given) :])))

"""Two calculators, written apart from each other, agree on random people in every year and edition.

`make fuzz` compares 50,000 people a year; here are some of them.
"""

from functools import cache

import pytest
from invented import EDITIONS, MODEL_YEARS, SEEDS, tables_of
from mutation.test_mutations import MUTATIONS
from oracle.compare import differences, package_answers
from oracle.naive import Choices, NaiveYear, Person
from oracle.people import PeopleOf
from oracle.reach import Reach

from hhs_hcc import ReferenceTables

PEOPLE = 600
OTHER_CHOICES = [
    (2026, Choices("diy_tables", unknown_validity="strict")),
    (2024, Choices("diy_tables", mce_edits=False)),
    (2024, Choices("cms_software", mce_edits=False)),
]


@cache
def naive_year(model_year: int) -> NaiveYear:
    return NaiveYear(SEEDS, model_year)


@cache
def people_of(model_year: int) -> list[Person]:
    drawn = PeopleOf(naive_year(model_year), seed=1)
    return [drawn.draw() for _ in range(PEOPLE)]


@pytest.mark.parametrize(
    ("model_year", "choices"),
    [*((year, Choices(edition)) for year in MODEL_YEARS for edition in EDITIONS), *OTHER_CHOICES],
)
def test_the_package_and_the_naive_calculator_agree(model_year: int, choices: Choices) -> None:
    assert differences(model_year, choices, people_of(model_year), naive_year(model_year)) == []


@pytest.mark.parametrize("model_year", MODEL_YEARS)
def test_a_few_people_reach_much_of_what_can_be_scored(model_year: int) -> None:
    """Otherwise agreement would mean little: what nobody has cannot differ."""
    reach = Reach(naive_year(model_year))
    for person in people_of(model_year):
        reach.add(person, Choices("diy_tables"))
    small = {point for point in reach.wanted if point[0] not in ("dx_to_cc", "ndc_to_rxc", "hcpcs_to_rxc")}
    assert len(reach.reached & small) > 0.4 * len(small)
    assert {point for point in reach.wanted if point[0] == "feed"} <= reach.reached


def test_the_comparison_would_notice_the_other_edition() -> None:
    naive, people = naive_year(2025), people_of(2025)
    tables = package_answers(people, 2025, Choices("diy_tables"))
    other = Choices("cms_software")
    assert any(answer != naive.score(person, other) for person, answer in zip(people, tables, strict=True))


# Hardly any of a few people has one certain code of thousands.
OF_RULES = [
    name for name, (_, table, _) in MUTATIONS.items() if table not in ("dx_to_cc", "ndc_to_rxc", "hcpcs_to_rxc")
]


@pytest.mark.parametrize("name", OF_RULES)
def test_the_comparison_would_notice_one_row_or_one_thousandth(name: str) -> None:
    """The mutations of rules that the reference cases notice, too."""
    model_year, table, change = MUTATIONS[name]
    tables = tables_of(model_year)
    mutated = ReferenceTables(model_year, {**tables.frames, table: change(tables[table])})
    naive = naive_year(model_year)
    choices = Choices("diy_tables")
    drawn = PeopleOf(naive, seed=3)
    # In portions: a mistake on a common row shows among the first.
    for size in (PEOPLE, 5 * PEOPLE):
        people = [drawn.draw() for _ in range(size)]
        answers = package_answers(people, model_year, choices, tables=mutated)
        if any(answer != naive.score(one, choices) for one, answer in zip(people, answers, strict=True)):
            return
    pytest.fail("nobody is scored differently")

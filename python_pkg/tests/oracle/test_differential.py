"""Two calculators, written apart from each other, agree on random people in every year and edition."""

from functools import cache

import pytest
from invented import EDITIONS, MODEL_YEARS, SEEDS
from oracle.compare import differences, package_answers
from oracle.naive import NaiveYear, Person
from oracle.people import PeopleOf

PEOPLE = 600


@cache
def naive_year(model_year: int) -> NaiveYear:
    return NaiveYear(SEEDS, model_year)


@cache
def people_of(model_year: int) -> list[Person]:
    drawn = PeopleOf(naive_year(model_year), seed=1)
    return [drawn.draw() for _ in range(PEOPLE)]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("model_year", MODEL_YEARS)
def test_the_package_and_the_naive_calculator_agree(model_year: int, edition: str) -> None:
    assert differences(model_year, edition, people_of(model_year), naive_year(model_year)) == []


@pytest.mark.parametrize("model_year", MODEL_YEARS)
def test_the_people_reach_most_of_what_can_be_scored(model_year: int) -> None:
    """Otherwise agreement would mean little: what nobody has cannot differ."""
    naive = naive_year(model_year)
    reached = {
        (answer.model, variable)
        for answer in (naive.score(person, "diy_tables") for person in people_of(model_year))
        for variable in answer.variables
    }
    # Variables of Table 9 that can be on: HCCs of a group count through the group.
    reachable = {
        (model, variable)
        for model, variable, _ in naive.coefficient
        if not any(variable in members for members in naive.groups[model].values())
    }
    assert len(reached & reachable) > 0.85 * len(reachable)
    assert reached <= reachable


def test_the_comparison_would_notice_the_other_edition() -> None:
    naive, people = naive_year(2025), people_of(2025)
    tables = package_answers(people, 2025, "diy_tables")
    assert any(answer != naive.score(person, "cms_software") for person, answer in zip(people, tables, strict=True))

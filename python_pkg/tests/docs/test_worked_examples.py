"""The worked examples follow from the CMS tables and from the calculator."""

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest
from invented import SEEDS, member, scored

DOCS = Path(__file__).resolve().parents[3] / "docs"
TWO_PAGES = (DOCS / "explanation" / "hhs_hcc_in_two_pages.md").read_text(encoding="utf-8")
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
GLASS_BOX = (DOCS / "explanation" / "glass_box.md").read_text(encoding="utf-8")
INSULIN = "00002021301"
# Silver plans of variant 06, 94 % actuarial value (Table 13).
SILVER_94 = 3
WOMAN = member(age_last=52, csr_indicator=SILVER_94)
DIAGNOSES = ["E119", "E1122"]


@cache
def coefficient(variable: str, metal_level: str = "silver") -> Decimal:
    """Of adults, 2025."""
    with (SEEDS / "cms_coefficient.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if [row[name] for name in ("model_year", "model", "variable", "metal_level")] == [
                *("2025", "adult", variable, metal_level)
            ]:
                return Decimal(row["coefficient"])
    raise AssertionError(variable)


def terms_of_the_two_pages() -> dict[str, Decimal]:
    rows = TWO_PAGES.split("| Variable | Coefficient, silver |")[1].split("\n\n")[0]
    return {name: Decimal(value) for name, value in re.findall(r"^\| (\w+) \| ([\d.]+) \|$", rows, re.MULTILINE)}


def test_the_terms_of_the_example_are_those_of_cms_and_add_up() -> None:
    terms = terms_of_the_two_pages()
    total = terms.pop("Sum")
    assert terms == {name: coefficient(name) for name in terms}
    assert len(terms) == 4
    assert sum(terms.values()) == total


def test_the_calculator_gives_the_score_of_the_example() -> None:
    found = scored(2025, WOMAN, dx=DIAGNOSES, drugs=[INSULIN])
    terms = terms_of_the_two_pages()
    assert found.variables() == set(terms) - {"Sum"}
    assert found.hccs() == {"HHS_HCC020"}
    assert found.raw() == terms["Sum"]
    factor = found.row()["csr_factor"]
    product = f"{terms['Sum']} \N{MULTIPLICATION SIGN} {factor} = {found.risk_score()}"
    assert f"The factor of variant 06 is {factor}, and {product}" in TWO_PAGES
    reported = found.risk_score().quantize(Decimal("0.001"), ROUND_HALF_UP)
    assert f"Her score is **{reported}**" in TWO_PAGES


def test_what_would_have_been_otherwise_is_right() -> None:
    with_all = scored(2025, WOMAN, dx=DIAGNOSES, drugs=[INSULIN]).risk_score()
    assert scored(2025, WOMAN, dx=DIAGNOSES[:1], drugs=[INSULIN]).risk_score() == with_all
    without_insulin = scored(2025, WOMAN, dx=DIAGNOSES).risk_score()
    assert f"the score would have been {without_insulin} " in TWO_PAGES
    in_bronze = scored(2025, member(age_last=52, metal_level="bronze"), dx=DIAGNOSES, drugs=[INSULIN]).risk_score()
    assert f"she would score {in_bronze.quantize(Decimal('0.001'))}:" in TWO_PAGES


def test_the_categories_of_the_example_are_those_that_the_text_names() -> None:
    assert scored(2025, WOMAN, dx=["E119"]).hccs() == {"HHS_HCC021"}
    assert scored(2025, WOMAN, dx=["E1122"]).hccs() == {"HHS_HCC020"}


def test_the_score_of_the_tutorial_is_the_sum_that_it_shows() -> None:
    shown = re.findall(r"^ (\w+) +(?:demographic|hcc|group) .*?(\d\.\d{3}) +(\d\.\d{5})$", TUTORIAL, re.MULTILINE)
    factor = Decimal("1.12")
    assert [name for name, *_ in shown] == ["FAGE_LAST_25_29", "HHS_HCC102", "HHS_HCC208", "G18A"]
    for name, value, contribution in shown:
        assert Decimal(value) == coefficient(name)
        assert Decimal(contribution) == coefficient(name) * factor
    raw = sum(Decimal(value) for _, value, _ in shown)
    assert f"raw score {raw} x CSR factor {factor} = {raw * factor} " in TUTORIAL
    found = scored(2025, member(age_last=29, csr_indicator=SILVER_94), dx=["F840", "O1494", "O0992"])
    assert found.risk_score() == raw * factor


@pytest.mark.parametrize("text", ["4.45648 before rounding; raw score 3.979, CSR factor 1.12", "3.289 of the 3.979"])
def test_the_way_back_uses_the_numbers_of_the_tutorial(text: str) -> None:
    assert text in GLASS_BOX
    assert set(re.findall(r"\d\.\d{3,}", text)) <= set(re.findall(r"\d\.\d{3,}", TUTORIAL))


def test_the_waterfall_of_the_tutorial_adds_up_to_a_rounding() -> None:
    rows = TUTORIAL.split("| Bar | Adds | Reached |")[1].split("\n\n")[0]
    bars = re.findall(r"^\| [^|]+ \|([^|]*)\| ([\d.]+) \|$", rows, re.MULTILINE)
    baseline, *drivers, actual = [
        (added.strip().replace("\N{MINUS SIGN}", "-"), Decimal(shown)) for added, shown in bars
    ]
    assert len(drivers) == 5
    reached = baseline[1]
    for added, shown in drivers:
        assert abs(reached + Decimal(added) - shown) <= Decimal("0.001")
        reached = shown
    assert reached == actual[1]

"""The reference cases watch the tables: one row less, or one thousandth more, and they no longer agree.

Each mutation touches something that the cases of its year use; the comments say what. A mutation that went unnoticed
would mean that the cases do not cover the rule, or that the calculator does not read the row.
"""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest
from invented import tables_of
from reference_cases import answers, differing, expected

from hhs_hcc import ReferenceTables

Change = Callable[[pl.DataFrame], pl.DataFrame]


def without(**values: str | int) -> Change:
    """The table without the rows that have these values; there must be some."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        is_gone = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(value)) for name, value in values.items())
        left = frame.filter(~is_gone)
        assert left.height < frame.height, "the mutation must change the table"
        return left

    return change


def one_thousandth_more(model: str, variable: str) -> Change:
    """One coefficient of silver plans raised by 0.001."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        is_it = (pl.col("model") == model) & (pl.col("variable") == variable) & (pl.col("metal_level") == "silver")
        assert frame.filter(is_it).height == 1
        raised = pl.col("coefficient") + pl.lit(Decimal("0.001"))
        return frame.with_columns(
            pl.when(is_it).then(raised).otherwise(pl.col("coefficient")).cast(frame.schema["coefficient"])
        )

    return change


def replaced(column: str, old: str | Decimal, new: str | Decimal, **where: str | int) -> Change:
    """One value of some rows replaced by another."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        is_it = pl.all_horizontal(pl.col(column) == old, *(pl.col(name) == value for name, value in where.items()))
        assert frame.filter(is_it).height > 0, "the mutation must change the table"
        return frame.with_columns(
            pl.when(is_it).then(pl.lit(new)).otherwise(pl.col(column)).cast(frame.schema[column]).alias(column)
        )

    return change


MUTATIONS: dict[str, tuple[int, str, Change]] = {
    # Five adults have both HCCs, and no third one that also drops the lower.
    "a hierarchy row, adult": (2025, "hcc_hierarchy", without(hcc="HHS_HCC153", drops_hcc="HHS_HCC217")),
    # Two children have both; neither HCC is in a group, so the lower one would add its coefficient.
    "a hierarchy row, child": (2021, "hcc_hierarchy", without(hcc="HHS_HCC003", drops_hcc="HHS_HCC004")),
    # Both HCCs are in group G01 and the sum stays the same: the HCC list and the variables tell.
    "a hierarchy row inside a group": (2024, "hcc_hierarchy", without(hcc="HHS_HCC019", drops_hcc="HHS_HCC020")),
    # Adults take insulin and another diabetes drug.
    "the RXC hierarchy": (2025, "rxc_hierarchy", replaced("drops_rxc", "RXC_07", "RXC_10")),
    # Six adults of silver plans have G01, all but one through these HCCs.
    "a group row, adult": (2025, "hcc_group", without(model="adult", group_variable="G01", hcc="HHS_HCC019")),
    # G24 exists from 2024; without the row, the pancreas transplant would count beside the kidney transplant.
    "a group row of one year": (2024, "hcc_group", without(model="adult", group_variable="G24", hcc="HHS_HCC183")),
    # A term of a group, which only the flags before grouping can satisfy.
    "a drug interaction row": (
        2021,
        "interaction",
        without(variable="RXC_06_X_HCC018_019_020_021", term="HHS_HCC019"),
    ),
    # One of the four interactions of RXC_09; the other three stay.
    "a row of a clause": (2021, "interaction", without(variable="RXC_09_X_HCC056_057_AND_048_041", term="HHS_HCC048")),
    # Ten adults have INT_GROUP_H in 2021, several through sepsis.
    "a row of the severe interaction": (2021, "interaction", without(variable="INT_GROUP_H", term="HHS_HCC002")),
    # The severe lists of all counts; G13 is on for severe adults.
    "a row of the severe list": (2023, "interaction", without(model="adult", term="G13")),
    "a row of the transplant list": (2023, "interaction", without(model="adult", term="HHS_HCC158")),
    # Type 1 diabetes would count as another HCC, and move members to another severe count.
    "the HCC left out of the count": (
        2023,
        "hcc_count_exclusion",
        replaced("hcc", "HHS_HCC022", "HHS_HCC001", model="adult"),
    ),
    # Infants: the highest severity and the first maturity win.
    "an infant severity row": (2024, "infant_severity", without(hcc="HHS_HCC130")),
    "an infant maturity row": (2023, "infant_maturity", without(hcc="HHS_HCC246")),
    # Smallest step of a coefficient, one for each kind of variable.
    "an age-sex coefficient": (2025, "coefficient", one_thousandth_more("adult", "MAGE_LAST_60_GT")),
    "a group coefficient": (2025, "coefficient", one_thousandth_more("adult", "G01")),
    "a drug interaction coefficient": (2022, "coefficient", one_thousandth_more("adult", "RXC_05_X_HCC048_041")),
    "a short enrollment coefficient until 2022": (2022, "coefficient", one_thousandth_more("adult", "ED_9")),
    "a short enrollment coefficient from 2023": (2023, "coefficient", one_thousandth_more("adult", "HCC_ED4")),
    "a severe count coefficient": (2024, "coefficient", one_thousandth_more("adult", "SEVERE_HCC_COUNT7")),
    "a transplant count coefficient": (2025, "coefficient", one_thousandth_more("adult", "TRANSPLANT_HCC_COUNT4")),
    "a child coefficient": (2023, "coefficient", one_thousandth_more("child", "TRANSPLANT_HCC_COUNT4PLUS")),
    "an infant coefficient": (2025, "coefficient", one_thousandth_more("infant", "AGE1_X_SEVERITY1")),
    # One hundredth of a factor that cases use.
    "a CSR factor": (2025, "csr_adjustment", replaced("factor", Decimal("1.39"), Decimal("1.40"), csr_indicator=8)),
    # A category moved, an NDC forgotten, a service code forgotten.
    "a diagnosis row": (2025, "dx_to_cc", without(icd10="I25760")),
    "an NDC": (2025, "ndc_to_rxc", without(ndc="65649010302")),
    "a service code": (2025, "hcpcs_to_rxc", without(hcpcs="J2351")),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_reference_cases_notice(name: str) -> None:
    year, table, change = MUTATIONS[name]
    tables = tables_of(year)
    mutated = ReferenceTables(year, {**tables.frames, table: change(tables[table])})
    assert differing(answers(year, "diy_tables", tables=mutated), expected(year, "diy_tables"))


def test_the_unchanged_tables_agree() -> None:
    """Otherwise every mutation would seem to be noticed."""
    for year in sorted({year for year, _, _ in MUTATIONS.values()}):
        assert differing(answers(year, "diy_tables"), expected(year, "diy_tables")) == {}

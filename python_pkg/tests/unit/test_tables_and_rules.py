"""The CMS tables are checked on the way in: an error says what is missing, where, and what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from invented import MODEL_YEARS, SEEDS, tables_of

from hhs_hcc import ReferenceTables
from hhs_hcc.errors import MissingModelYearError, TableError, UnknownVariableError
from hhs_hcc.rules import compile_rules
from hhs_hcc.tables import METAL_LEVELS, TABLE_COLUMNS, bundled_directory

Change = Callable[[pl.DataFrame], pl.DataFrame]


def changed(table: str, change: Change, year: int = 2025) -> ReferenceTables:
    """The tables of a year with one of them changed."""
    tables = tables_of(year)
    return ReferenceTables(year, {**tables.frames, table: change(tables[table])})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seeds that scoring reads, without the rows of the large ones."""
    for table in TABLE_COLUMNS:
        file = SEEDS / f"cms_{table}.csv"
        if table in ("dx_to_cc", "ndc_to_rxc", "coefficient"):
            (tmp_path / file.name).write_text("\n".join(file.read_text().splitlines()[:3]) + "\n")
        else:
            shutil.copy(file, tmp_path)
    return tmp_path


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_a_missing_year_lists_the_years_that_exist() -> None:
    with pytest.raises(MissingModelYearError) as error:
        ReferenceTables.from_directory(SEEDS, 2031)
    assert str(error.value) == (
        "No CMS tables for model_year 2031; loaded: 2021, 2022, 2023, 2024, 2025, 2026. "
        "To add a year, follow seeds/cms/README.md."
    )


@pytest.mark.parametrize("table", TABLE_COLUMNS)
def test_the_tables_of_the_package_are_the_seeds(table: str) -> None:
    file = f"cms_{table}.csv"
    assert (bundled_directory() / file).read_bytes() == (SEEDS / file).read_bytes()


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "cms_hcc_group.csv").unlink()
    with pytest.raises(TableError, match=r"cms_hcc_group\.csv was not found in .*layout of seeds/cms"):
        ReferenceTables.from_directory(folder, 2021)


def test_a_folder_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"cms_hcc\.csv was not found"):
        ReferenceTables.from_directory(tmp_path, 2025)


def test_a_missing_column_is_named_with_those_that_exist(folder: Path) -> None:
    file = folder / "cms_hcc_group.csv"
    file.write_text(file.read_text().replace("group_variable", "group", 1))
    with pytest.raises(TableError, match=r"hcc_group lacks .* group_variable; found: model_year, model, group, hcc"):
        ReferenceTables.from_directory(folder, 2021)


def test_a_value_that_does_not_fit_names_the_file(folder: Path) -> None:
    file = folder / "cms_age_sex.csv"
    file.write_text(file.read_text().replace(",21,24", ",twenty-one,24", 1))
    with pytest.raises(TableError, match=r"cms_age_sex\.csv cannot be read"):
        ReferenceTables.from_directory(folder, 2021)


def test_a_year_that_one_table_lacks_is_named() -> None:
    frames = {name: frame.with_columns(model_year=2025) for name, frame in tables_of(2025).frames.items()}
    frames["rxc"] = frames["rxc"].with_columns(model_year=2024)
    with pytest.raises(TableError, match="rxc has no rows for model_year 2025, although the year exists"):
        ReferenceTables.from_frames(frames, 2025)


def test_frames_must_be_complete_too() -> None:
    frames = {name: frame.with_columns(model_year=2025) for name, frame in tables_of(2025).frames.items()}
    without = {name: frame for name, frame in frames.items() if name != "rxc"}
    with pytest.raises(TableError, match="table rxc was not given"):
        ReferenceTables.from_frames(without, 2025)
    text = {**frames, "age_sex": frames["age_sex"].with_columns(age_min=pl.lit("young"))}
    with pytest.raises(TableError, match="age_sex holds a value that does not fit its column"):
        ReferenceTables.from_frames(text, 2025)


def test_frames_of_several_years_and_with_more_columns_are_narrowed() -> None:
    frames = {
        name: pl.concat([frame.with_columns(model_year=2025), frame.with_columns(model_year=2024)]).with_columns(note=1)
        for name, frame in tables_of(2025).frames.items()
    }
    narrowed = ReferenceTables.from_frames(frames, 2025)
    for name, frame in tables_of(2025).frames.items():
        assert narrowed[name].equals(frame)


# --- Compiling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", MODEL_YEARS)
def test_every_year_compiles_to_three_models(year: int) -> None:
    rules = compile_rules(tables_of(year))
    assert list(rules.models) == ["adult", "child", "infant"]
    assert rules.age_ranges == {"adult": (21, None), "child": (2, 20), "infant": (0, 1)}
    assert [months for months, _, _ in rules.duration_bins] == list(range(1, 13))
    assert all(model.coefficients.shape == (len(model.variables), len(METAL_LEVELS)) for model in rules.models.values())


def test_coefficients_are_exact_thousandths() -> None:
    adult = compile_rules(tables_of(2025)).models["adult"]
    row = adult.coefficients[adult.variables.index("SEVERE_HCC_COUNT1")]
    assert row.tolist() == [-6014, -6070, -6119, -6189, -6189]  # platinum, gold, silver, bronze, catastrophic


def test_a_coefficient_that_one_metal_level_lacks_is_an_error() -> None:
    def without_one(frame: pl.DataFrame) -> pl.DataFrame:
        is_it = (pl.col("model") == "adult") & (pl.col("variable") == "G01") & (pl.col("metal_level") == "gold")
        return frame.filter(~is_it)

    with pytest.raises(TableError, match="coefficient lacks a figure of the adult model"):
        compile_rules(changed("coefficient", without_one))


def test_a_metal_level_that_is_missing_altogether_is_an_error() -> None:
    tables = changed("coefficient", lambda frame: frame.filter(pl.col("metal_level") != "bronze"))
    with pytest.raises(TableError, match="coefficient lacks a figure of the adult model"):
        compile_rules(tables)


def test_an_hcc_in_two_groups_is_an_error() -> None:
    extra = pl.DataFrame({"model": ["child"], "group_variable": ["G04"], "hcc": ["HHS_HCC019"]})
    with pytest.raises(TableError, match="puts HHS_HCC019 into two groups of the child model"):
        compile_rules(changed("hcc_group", lambda frame: frame.vstack(extra)))


def test_a_rule_without_a_coefficient_is_an_error() -> None:
    tables = changed("coefficient", lambda frame: frame.filter(pl.col("variable") != "HCC_ED3"))
    with pytest.raises(UnknownVariableError, match=r"adult model .*without coefficient: HCC_ED3; without rule: none"):
        compile_rules(tables)


def test_a_coefficient_without_a_rule_is_an_error() -> None:
    tables = changed("interaction", lambda frame: frame.filter(pl.col("variable") != "HCC_ED3"))
    with pytest.raises(UnknownVariableError, match="without coefficient: none; without rule: HCC_ED3"):
        compile_rules(tables)


def test_an_interaction_with_two_limits_is_an_error() -> None:
    def one_row_differs(frame: pl.DataFrame) -> pl.DataFrame:
        is_it = (pl.col("model") == "adult") & (pl.col("variable") == "SEVERE_HCC_COUNT2") & (pl.col("term") == "G13")
        return frame.with_columns(hcc_count_max=pl.when(is_it).then(9).otherwise(pl.col("hcc_count_max")))

    with pytest.raises(TableError, match="gives SEVERE_HCC_COUNT2 different numeric limits"):
        compile_rules(changed("interaction", one_row_differs))


@pytest.mark.parametrize(
    ("year", "variable", "component_type"),
    [
        (2025, "FAGE_LAST_40_44", "demographic"),
        (2022, "ED_3", "demographic"),
        (2025, "HCC_ED3", "hcc"),
        (2025, "SEVERE_HCC_COUNT2", "hcc"),
        (2022, "INT_GROUP_H", "hcc"),
        (2025, "G01", "hcc"),
        (2025, "RXC_06", "rxc"),
        (2025, "RXC_06_X_HCC018_019_020_021", "rxc"),
        (2026, "ACF_PREP", "rxc"),
    ],
)
def test_the_rule_behind_a_variable_says_which_part_of_the_score_it_is(
    year: int, variable: str, component_type: str
) -> None:
    adult = compile_rules(tables_of(year)).models["adult"]
    assert adult.component_types[adult.variables.index(variable)] == component_type


def test_infants_act_through_one_interaction_and_a_term_for_boys() -> None:
    infant = compile_rules(tables_of(2025)).models["infant"]
    types = dict(zip(infant.variables, infant.component_types, strict=True))
    assert {name for name, kind in types.items() if kind == "demographic"} == {"AGE0_MALE", "AGE1_MALE"}
    assert infant.groups == {}
    assert infant.rxcs == ()


def test_csr_indicators_know_their_metal_levels() -> None:
    rules = compile_rules(tables_of(2025))
    assert rules.csr_factors[4] == 151
    assert rules.csr_metal_levels[4] == {"bronze"}
    assert 1 not in rules.csr_metal_levels  # a plan without reduction exists at every metal level

"""CMS's code tables of a model year, arranged for look-ups: per code its flags, and when each of them holds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.editions import ScoringChoices, UnknownValidity
from hhs_hcc.rules import YearRules

Int16Array = npt.NDArray[np.int16]
Int32Array = npt.NDArray[np.int32]
UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]

# The parts of a benefit year, as bits: until September it lies in the fiscal year that ends in it, then in the next.
BEFORE_OCTOBER, FROM_OCTOBER = np.uint8(1), np.uint8(2)
NO_LIMIT = np.iinfo(np.int16).max
ANY_SEX = -1


@dataclass(frozen=True)
class CodeTable:
    """A CMS mapping: per code one or more rows, each a flag and the conditions under which it holds.

    Attributes:
        codes: Columns code, code_number; one row per code.
        first_row: Per code the number of its first row; its rows are adjacent.
        row_count: Per code how many rows it has.
        is_plain: Per code: one row, which asks for nothing but a valid date.
        flag: Per row the flag number of `YearRules.flags`.
        valid: Per row the parts of the benefit year in which the code is valid, as bits.
        has_condition: Per row: asks for an age or a sex.
        mce_age: Per row lowest and highest age of the Medicare Code Editor, shape (2, rows).
        split_age: Per row lowest and highest AGE_LAST of the CC split, shape (2, rows).
        mce_sex: Per row 1 male, 0 female, -1 any.
        split_sex: The same for the CC split.
    """

    codes: pl.DataFrame
    first_row: Int32Array
    row_count: Int32Array
    is_plain: BoolArray
    flag: Int16Array
    valid: UInt8Array
    has_condition: BoolArray
    mce_age: Int16Array
    split_age: Int16Array
    mce_sex: Int16Array
    split_sex: Int16Array


def diagnosis_table(rules: YearRules, choices: ScoringChoices) -> CodeTable:
    """ICD-10 to CC (Table 3), with carried validity counted or not as the run chooses."""
    frame = rules.tables["dx_to_cc"].select(
        pl.col("icd10").alias("code"),
        pl.col("cc").alias("flag"),
        pl.col("valid_fy_start"),
        pl.col("valid_fy_end")
        if choices.unknown_validity is UnknownValidity.CARRY_FORWARD
        else pl.col("valid_fy_end") & ~pl.col("is_valid_fy_end_carried"),
        *(
            pl.col(name) if choices.mce_edits else pl.lit(None, dtype=pl.Int32).alias(name)
            for name in ("mce_age_min", "mce_age_max")
        ),
        pl.col("mce_sex") if choices.mce_edits else pl.lit(None, dtype=pl.String).alias("mce_sex"),
        "cc_age_min",
        "cc_age_max",
        "cc_sex",
    )
    return _code_table(frame, rules)


def drug_table(rules: YearRules, _: ScoringChoices) -> CodeTable:
    """NDC to RXC (Table 10a) and to affiliated cost factors."""
    return _code_table(_unconditional(rules, "ndc_to_rxc", "ndc"), rules)


def service_table(rules: YearRules, _: ScoringChoices) -> CodeTable:
    """HCPCS to RXC (Table 10b) and to affiliated cost factors."""
    return _code_table(_unconditional(rules, "hcpcs_to_rxc", "hcpcs"), rules)


def _unconditional(rules: YearRules, table: str, code: str) -> pl.DataFrame:
    factors = rules.tables["acf_code"].filter(pl.col("code_type") == code)
    no_number, no_text = pl.lit(None, dtype=pl.Int32), pl.lit(None, dtype=pl.String)
    return pl.concat(
        [
            rules.tables[table].select(pl.col(code).alias("code"), pl.col("rxc").alias("flag")),
            factors.select("code", pl.col("variable").alias("flag")),
        ]
    ).with_columns(
        pl.lit(value=True).alias("valid_fy_start"),
        pl.lit(value=True).alias("valid_fy_end"),
        *(no_number.alias(name) for name in ("mce_age_min", "mce_age_max", "cc_age_min", "cc_age_max")),
        *(no_text.alias(name) for name in ("mce_sex", "cc_sex")),
    )


def _code_table(frame: pl.DataFrame, rules: YearRules) -> CodeTable:
    frame = frame.with_columns(pl.col("flag").replace_strict(rules.flag_numbers, return_dtype=pl.Int16))
    frame = frame.sort("code", "flag", "cc_age_min", "cc_sex")
    codes = frame.group_by("code", maintain_order=True).agg(pl.len().alias("rows"))
    row_count = codes["rows"].to_numpy().astype(np.int32)
    first_row = (np.cumsum(row_count) - row_count).astype(np.int32)

    def ages(prefix: str) -> Int16Array:
        lowest = frame[f"{prefix}_age_min"].fill_null(0).to_numpy()
        highest = frame[f"{prefix}_age_max"].fill_null(NO_LIMIT).to_numpy()
        return np.stack([lowest, highest]).astype(np.int16)

    def sexes(column: str) -> Int16Array:
        numbers = frame[column].replace_strict({"M": 1, "F": 0}, default=ANY_SEX, return_dtype=pl.Int16)
        return numbers.fill_null(ANY_SEX).to_numpy()

    valid = np.zeros(frame.height, dtype=np.uint8)
    for column, part in (("valid_fy_start", BEFORE_OCTOBER), ("valid_fy_end", FROM_OCTOBER)):
        valid[frame[column].to_numpy()] |= part
    mce_age, split_age, mce_sex, split_sex = ages("mce"), ages("cc"), sexes("mce_sex"), sexes("cc_sex")
    has_condition = (mce_sex != ANY_SEX) | (split_sex != ANY_SEX)
    for lowest, highest in (mce_age, split_age):
        has_condition |= (lowest > 0) | (highest < NO_LIMIT)
    return CodeTable(
        codes=codes.select("code", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code_number")),
        first_row=first_row,
        row_count=row_count,
        is_plain=(row_count == 1) & ~has_condition[first_row],
        flag=frame["flag"].to_numpy(),
        valid=valid,
        has_condition=has_condition,
        mce_age=mce_age,
        split_age=split_age,
        mce_sex=mce_sex,
        split_sex=split_sex,
    )

"""Both sides compared, person by person, and every difference with its cause."""

from collections.abc import Callable
from enum import StrEnum

import polars as pl

from hhs_hcc.editions import RuleEdition
from hhs_hcc.errors import HhsHccError
from hhs_hcc.tables import MODELS, ReferenceTables

# Binary arithmetic decides ties the other way at most: the last of the three decimals.
ROUNDING = 1


class Cause(StrEnum):
    """Why a score differs."""

    EDITION = "edition"
    """The other edition of the rules gives CMS's number."""
    CODE_LIST = "code_list"
    """Our rules with the package's own code lists give CMS's number."""
    EDITION_AND_CODE_LIST = "edition_and_code_list"
    """Both together do."""
    ROUNDING = "rounding"
    """The numbers are 0.001 apart."""
    NOT_SCORED_BY_PACKAGE = "not_scored_by_package"
    """The package was given the person, and its output has no score."""
    UNKNOWN = "unknown"
    """None of these."""


UNEXPLAINED = (Cause.NOT_SCORED_BY_PACKAGE, Cause.UNKNOWN)
ScoreAll = Callable[[pl.DataFrame, ReferenceTables, RuleEdition], pl.DataFrame]
"""People (a frame with member_id), tables and edition to member_id, model and score in thousandths."""


def compare(
    theirs: pl.DataFrame,
    people: pl.DataFrame,
    score_all: ScoreAll,
    tables: ReferenceTables,
    tables_with_their_codes: ReferenceTables | None,
    edition: RuleEdition,
) -> pl.DataFrame:
    """Score the people and say where and why the package differs.

    Args:
        theirs: number, score_adult, score_child, score_infant, as the package wrote them.
        people: member_id, number.
        score_all: Our side.
        tables: Ours.
        tables_with_their_codes: Ours with the package's code lists, where these can be read.
        edition: The edition that is compared.

    Returns:
        One row per person: member_id, model, cms_score, our_score (three decimals, as text), difference, cause (null
        where they are equal).

    Raises:
        HhsHccError: If the package scored somebody who was not given, or somebody twice and differently.
    """
    scored = _one_row_each(theirs, people)
    ours = score_all(people, tables, edition)
    chosen = pl.coalesce(pl.when(pl.col("model") == model).then(pl.col(f"score_{model}")) for model in MODELS)
    both = (
        people.join(ours, on="member_id", how="left", validate="1:1", maintain_order="left")
        .join(scored, on="number", how="left", validate="1:1", maintain_order="left")
        .select("member_id", "model", "ours", (chosen * 1000).round(0).cast(pl.Int64).alias("theirs"))
    )
    different = both.filter(pl.col("theirs").is_not_null(), pl.col("theirs") != pl.col("ours"))
    causes = _explain(different, score_all, tables, tables_with_their_codes, edition)
    return both.join(causes, on="member_id", how="left", validate="1:1", maintain_order="left").select(
        "member_id",
        "model",
        _decimals("theirs").alias("cms_score"),
        _decimals("ours").alias("our_score"),
        _decimals(pl.col("theirs") - pl.col("ours")).alias("difference"),
        pl.when(pl.col("theirs").is_null())
        .then(pl.lit(Cause.NOT_SCORED_BY_PACKAGE.value))
        .otherwise(pl.col("cause"))
        .alias("cause"),
    )


def _one_row_each(theirs: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    strangers = theirs.join(people, on="number", how="anti").height
    if strangers:
        raise HhsHccError(
            f"The package's output has {strangers:,} rows of people whom it was not given: the ids in its output are "
            "not those of its input, and nothing can be compared."
        )
    once = theirs.unique(maintain_order=True)
    if once["number"].n_unique() < once.height:
        raise HhsHccError("The package's output has several rows with different scores for one person.")
    return once


def _explain(
    different: pl.DataFrame,
    score_all: ScoreAll,
    tables: ReferenceTables,
    tables_with_their_codes: ReferenceTables | None,
    edition: RuleEdition,
) -> pl.DataFrame:
    """member_id and cause of every difference: what gives CMS's number exactly, else what gives it but for rounding."""
    if different.is_empty():
        return pl.DataFrame(schema={"member_id": pl.String, "cause": pl.String})
    other = next(one for one in RuleEdition if one != edition)
    attempts = [(Cause.ROUNDING, tables, edition), (Cause.EDITION, tables, other)]
    if tables_with_their_codes is not None:
        attempts += [
            (Cause.CODE_LIST, tables_with_their_codes, edition),
            (Cause.EDITION_AND_CODE_LIST, tables_with_their_codes, other),
        ]
    gaps = different.select("member_id", "theirs")
    for cause, with_tables, with_edition in attempts:
        attempt = score_all(different, with_tables, with_edition).select("member_id", pl.col("ours").alias(cause))
        gaps = gaps.join(attempt, on="member_id", how="left", validate="1:1", maintain_order="left")
    return gaps.select(
        "member_id",
        pl.coalesce(
            *(
                pl.when((pl.col("theirs") - pl.col(cause)).abs() <= gap).then(pl.lit(cause.value))
                for gap in (0, ROUNDING)
                for cause, _, _ in attempts
            ),
            pl.lit(Cause.UNKNOWN.value),
        ).alias("cause"),
    )


def _decimals(thousandths: str | pl.Expr) -> pl.Expr:
    """Thousandths with three decimals, exactly."""
    column = pl.col(thousandths) if isinstance(thousandths, str) else thousandths
    return (column.cast(pl.Decimal(14, 3)) / pl.lit(1000).cast(pl.Decimal(14, 3))).cast(pl.Decimal(14, 3))

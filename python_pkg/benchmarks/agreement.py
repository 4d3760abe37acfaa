"""Where another package's scores are the same, and why the others differ."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import polars as pl
from invented_members import RECORDS

from hhs_hcc import ReferenceTables, RuleEdition, score

# What is tried on our side for members who differ. If a change, or the fewest of them, gives the peer's score, that is
# why it differs.
CHANGES = {
    "edition": "edition (as CMS's software has it, not its tables)",
    "validity": "validity of codes by date not tested",
    "mce": "Medicare Code Editor conditions not applied",
}
ROUNDING = "rounding (0.001)"
NOT_SCORED = "not scored by the peer"
OTHER_CATEGORIES = "other HCCs, groups or RXCs (code lists, age and sex splits, hierarchies, groups)"
OTHER_VARIABLES = "same HCCs, groups and RXCs, other variables (interactions, durations, infants)"
OTHER_COEFFICIENTS = "same variables, other coefficients or factor"

_CATEGORY = r"^(HHS_HCC\d+(_\d+)?|RXC_\d+|G\d+[A-Z]?)$"


def agreement(
    theirs: Path, people: Path, tables: ReferenceTables, *, has_csr: bool
) -> dict[str, int | float | dict[str, int]]:
    """Compare a peer's scores with ours.

    Args:
        theirs: CSV with member_id, score and variables.
        people: The population.
        tables: CMS tables of the model year.
        has_csr: Whether the peer's score holds the CSR factor.

    Returns:
        members, equal (to three decimals), share, and causes: the number of members by cause.
    """
    peer = pl.read_csv(theirs, schema_overrides={"member_id": pl.String, "score": pl.Float64, "variables": pl.String})
    peer = peer.with_columns(thousandths(pl.col("score")).alias("theirs")).select("member_id", "theirs", "variables")
    segments = pl.read_parquet(people / "segments.parquet")
    records = [pl.scan_parquet(people / f"{name}.parquet") for name in RECORDS]
    ours, variables = _our_side(segments, records, tables, (), has_csr=has_csr)
    both = ours.join(peer, on="member_id", how="left", validate="1:1")
    different = both.filter(pl.col("theirs").is_null() | (pl.col("theirs") != pl.col("ours")))
    causes = _explain(different, segments, records, tables, variables, has_csr=has_csr)
    return {
        "members": both.height,
        "equal": both.height - different.height,
        "share": (both.height - different.height) / both.height,
        "causes": causes,
    }


def thousandths(score_column: pl.Expr) -> pl.Expr:
    """A score as an integer of its three decimals, halves up as CMS reports them; 1e-9 mends binary fractions."""
    return (score_column * 1000 + 0.5 + 1e-9).floor().cast(pl.Int64)


def _our_side(
    segments: pl.DataFrame,
    records: list[pl.LazyFrame],
    tables: ReferenceTables,
    changes: tuple[str, ...],
    *,
    has_csr: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Our scores in thousandths, and the variables that count."""
    if "validity" in changes:
        always = [pl.lit(value=True).alias("valid_fy_start"), pl.lit(value=True).alias("valid_fy_end")]
        frames: Mapping[str, pl.DataFrame] = {**tables.frames, "dx_to_cc": tables["dx_to_cc"].with_columns(always)}
        tables = ReferenceTables(tables.model_year, frames)
    result = score(
        segments,
        *records,
        tables,
        edition=RuleEdition.CMS_SOFTWARE if "edition" in changes else RuleEdition.DIY_TABLES,
        mce_edits="mce" not in changes,
    )
    figure = "risk_score" if has_csr else "raw_risk_score"
    # Exact: five decimals fit a float many times over.
    scores = result.scores.select("member_id", thousandths(pl.col(figure).cast(pl.Float64)).alias("ours"))
    variables = result.components.frame().filter(pl.col("counted_in").is_null(), pl.col("coefficient") != 0)
    return scores, variables.select("member_id", pl.col("variable").cast(pl.String))


def _explain(
    different: pl.DataFrame,
    segments: pl.DataFrame,
    records: list[pl.LazyFrame],
    tables: ReferenceTables,
    variables: pl.DataFrame,
    *,
    has_csr: bool,
) -> dict[str, int]:
    """Members by cause: the first of the changes that makes them equal, fewest changes first."""
    causes: dict[str, int] = {}

    def book(cause: str, members: int) -> None:
        if members:
            causes[cause] = causes.get(cause, 0) + members

    open_members = different.filter(pl.col("theirs").is_not_null())
    book(NOT_SCORED, different.height - open_members.height)
    of_these = [frame.join(open_members.lazy().select("member_id"), on="member_id", how="semi") for frame in records]
    for count in range(1, len(CHANGES) + 1):
        for changes in combinations(CHANGES, count):
            if open_members.is_empty():
                return causes
            remaining = segments.join(open_members, on="member_id", how="semi")
            changed, _ = _our_side(remaining, of_these, tables, changes, has_csr=has_csr)
            tried = open_members.drop("ours").join(changed, on="member_id", validate="1:1")
            same = tried.filter(pl.col("theirs") == pl.col("ours"))
            book(" and ".join(CHANGES[change] for change in changes), same.height)
            open_members = open_members.join(same, on="member_id", how="anti")
    near = (pl.col("theirs") - pl.col("ours")).abs() <= 1
    book(ROUNDING, open_members.filter(near).height)
    for cause, members in _by_variables(open_members.filter(~near), variables).items():
        book(cause, members)
    return causes


def _by_variables(members: pl.DataFrame, variables: pl.DataFrame) -> dict[str, int]:
    """What differs between the lists of variables of each side."""
    if members.is_empty():
        return {}
    theirs = members.select("member_id", pl.col("variables").str.to_uppercase().str.split(" ").alias("variable"))
    theirs = theirs.explode("variable")
    ours = variables.join(members, on="member_id", how="semi")

    def listed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        is_category = pl.col("variable").str.contains(_CATEGORY)
        return frame.group_by("member_id").agg(
            pl.col("variable").filter(is_category).unique().sort().alias(f"{name}_categories"),
            pl.col("variable").unique().sort().alias(f"{name}_variables"),
        )

    both = members.select("member_id").join(listed(ours, "our"), on="member_id", how="left")
    both = both.join(listed(theirs, "their"), on="member_id", how="left")
    cause = (
        pl.when(pl.col("our_categories") != pl.col("their_categories"))
        .then(pl.lit(OTHER_CATEGORIES))
        .when(pl.col("our_variables") != pl.col("their_variables"))
        .then(pl.lit(OTHER_VARIABLES))
        .otherwise(pl.lit(OTHER_COEFFICIENTS))
    )
    return dict(both.group_by(cause.alias("cause")).len().iter_rows())

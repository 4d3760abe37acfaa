"""From enrollment spans to what scoring needs: age, duration, and plan segments.

The dbt models `int_coverage_spans`, `int_member_months` and `int_aca_risk_candidates` do the same in SQL; a test scores
the same members both ways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from hhs_hcc.errors import InputError
from hhs_hcc.rules import YearRules
from hhs_hcc.tables import METAL_LEVELS

SPAN_COLUMNS = (
    "member_id",
    "date_of_birth",
    "sex",
    "metal_level",
    "csr_indicator",
    "enrollment_start",
    "enrollment_end",
)
"""One row per member and enrollment span, both ends included."""


@dataclass(frozen=True)
class Coverage:
    """Members ready to be scored, and those who cannot be.

    Attributes:
        segments: The columns of `population.SEGMENT_COLUMNS`.
        rejected: member_id, reason; one row per member.
    """

    segments: pl.DataFrame
    rejected: pl.DataFrame


def segments_from_spans(spans: pl.DataFrame, rules: YearRules, benefit_year: int) -> Coverage:
    """Clip spans to the year, merge them, and work out AGE_LAST and ENROLDURATION.

    A member has one segment per metal level and CSR indicator held, numbered by the first day held. Where spans of
    different segments overlap, the one that began later counts, as a plan change would; of two that began on one day,
    the one whose metal level and CSR indicator come later in order.

    Args:
        spans: Columns of `SPAN_COLUMNS`; dates of type Date, sex M or F, metal levels in any case.
        rules: The model year, for the duration bins and CSR indicators.
        benefit_year: The calendar year.

    Returns:
        Segments, and members rejected with the first reason that applies.

    Raises:
        InputError: If a metal level or CSR indicator is unknown: a figure of the plan, not of a person.
    """
    spans = spans.with_columns(
        pl.col("metal_level").str.strip_chars().str.to_lowercase(),
        pl.col("sex").str.strip_chars().str.to_uppercase(),
        pl.col("csr_indicator").str.strip_chars().cast(pl.Int32, strict=False),
    )
    _check_plans(spans, rules)
    first_day, last_day = date(benefit_year, 1, 1), date(benefit_year, 12, 31)
    start, end = pl.col("enrollment_start"), pl.col("enrollment_end")
    reasons = {
        "missing_member_id": pl.col("member_id").is_null(),
        "missing_birth_date": pl.col("date_of_birth").is_null(),
        "unknown_gender": ~pl.col("sex").is_in(["M", "F"]).fill_null(value=False),
        "invalid_enrollment_dates": start.is_null() | end.is_null() | (start > end),
        "conflicting_member_rows": pl.any_horizontal(
            pl.col(name).n_unique().over("member_id") > 1 for name in ("date_of_birth", "sex")
        ),
    }
    flagged = spans.with_columns(first_reason(reasons))
    # One bad row makes the member's duration unsure, so the member is rejected whole.
    flagged = flagged.with_columns(pl.col("reason").drop_nulls().first().over("member_id"))
    clipped = _merge_rows_of_a_plan(flagged.filter(pl.col("reason").is_null())).with_columns(
        start.clip(lower_bound=first_day), end.clip(upper_bound=last_day)
    )
    covered = clipped.filter(start <= end)
    uncovered = clipped.join(covered, on="member_id", how="anti").with_columns(
        pl.lit("no_coverage_in_benefit_year").alias("reason")
    )
    segments = _segments(covered, rules)
    unborn = segments.filter(pl.col("age_last") < 0).with_columns(pl.lit("born_after_coverage").alias("reason"))
    rejected = [flagged.filter(pl.col("reason").is_not_null()), uncovered, unborn]
    return Coverage(
        segments=segments.filter(pl.col("age_last") >= 0),
        rejected=one_reason_per_member(pl.concat(frame.select("member_id", "reason") for frame in rejected)),
    )


def first_reason(laws: Mapping[str, pl.Expr]) -> pl.Expr:
    """The name of the first law that a row breaks, as column `reason`; null if it keeps all."""
    return pl.coalesce(pl.when(law).then(pl.lit(name)) for name, law in laws.items()).alias("reason")


def one_reason_per_member(rejected: pl.DataFrame) -> pl.DataFrame:
    """member_id, reason: the first reason of each member."""
    return rejected.select("member_id", "reason").unique("member_id", keep="first", maintain_order=True)


def check_metal_levels(frame: pl.DataFrame, where: str) -> None:
    """Stop on a metal level that does not exist: a figure of the plan, so it may be named.

    Raises:
        InputError: With the unknown values and how many rows have them.
    """
    unknown = frame.filter(~pl.col("metal_level").is_in(METAL_LEVELS).fill_null(value=False))
    if unknown.height:
        # Only what looks like a word: in a file with shifted columns it could be anything about a person.
        words = unknown["metal_level"].fill_null("(empty)").str.extract(r"^(\(empty\)|[a-z ]{1,15})$")
        found = words.fill_null("(not a word)").unique().sort().head(5)
        raise InputError(
            f"{where}: {unknown.height} row(s) have a metal level that is not one of {', '.join(METAL_LEVELS)}: "
            f"{', '.join(found)}. Correct these rows."
        )


def duration_months(days: pl.Expr, rules: YearRules) -> pl.Expr:
    """ENROLDURATION (1-12) of a number of covered days, by the bins of Table 1."""
    return pl.coalesce(
        pl.when(days.is_between(lowest, highest)).then(months) for months, lowest, highest in rules.duration_bins
    ).cast(pl.Int32)


def whole_years(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Age on a day. Born on 29 February, one grows older on 1 March of a common year."""
    return (day_number(day) - day_number(birth)).floordiv(10_000)


def day_number(day: pl.Expr) -> pl.Expr:
    """A day as the integer yyyymmdd, in which whole years are a division away."""
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)


def _segments(covered: pl.DataFrame, rules: YearRules) -> pl.DataFrame:
    held = _without_overlaps(covered)
    days = (pl.col("enrollment_end") - pl.col("enrollment_start")).dt.total_days() + 1
    per_segment = held.group_by("member_id", "metal_level", "csr_indicator", maintain_order=True).agg(
        days.sum().cast(pl.Int32).alias("segment_days"),
        pl.col("enrollment_start").min().alias("first_day_held"),
        pl.col("enrollment_end").max().alias("last_day_held"),
        pl.col("sex").first(),
        pl.col("date_of_birth").first().alias("birth_date"),
    )
    return per_segment.with_columns(
        whole_years(pl.col("birth_date"), pl.col("last_day_held").max().over("member_id")).alias("age_last"),
        duration_months(pl.col("segment_days").sum().over("member_id"), rules).alias("enrollment_months"),
        pl.col("first_day_held").rank("ordinal").over("member_id").cast(pl.Int32).alias("segment_number"),
    ).select(
        "member_id",
        "segment_number",
        "sex",
        "birth_date",
        "age_last",
        "enrollment_months",
        "segment_days",
        "metal_level",
        "csr_indicator",
    )


def _merge_rows_of_a_plan(spans: pl.DataFrame) -> pl.DataFrame:
    """Put touching and overlapping rows of one plan together: how an issuer splits its rows must not matter.

    Adds `began`, the first day of the plan span before it is clipped to the year.
    """
    plan = ["member_id", "metal_level", "csr_indicator"]
    spans = spans.with_columns(pl.col("enrollment_start").alias("began"))
    # Most members have one row, and looking for its neighbours takes longer than all the rest.
    is_alone = pl.col("member_id").is_unique()
    ended_before = pl.col("enrollment_end").cum_max().shift(1).over(plan)
    starts_span = (pl.col("enrollment_start") > ended_before.dt.offset_by("1d")).fill_null(value=True)
    merged = (
        spans.filter(~is_alone)
        .sort(*plan, "enrollment_start", "enrollment_end")
        .with_columns(starts_span.cum_sum().over(plan).alias("span"))
        .group_by(*plan, "span", maintain_order=True)
        .agg(
            pl.col("sex", "date_of_birth", "reason").first(),
            pl.col("enrollment_start", "began").min(),
            pl.col("enrollment_end").max(),
        )
    )
    return pl.concat([spans.filter(is_alone), merged.select(spans.columns)]).sort(*plan, "enrollment_start")


def _without_overlaps(spans: pl.DataFrame) -> pl.DataFrame:
    """Cut spans so that each day of a member belongs to one of them."""
    is_alone = pl.len().over("member_id") == 1
    alone, several = spans.filter(is_alone), spans.filter(~is_alone)
    if several.is_empty():
        return alone
    # Between two neighbouring boundaries nothing changes: each such piece is covered by a fixed set of spans.
    boundaries = (
        pl.concat(
            [
                several.select("member_id", pl.col("enrollment_start").alias("piece_start")),
                several.select("member_id", pl.col("enrollment_end").dt.offset_by("1d").alias("piece_start")),
            ]
        )
        .unique()
        .sort("member_id", "piece_start")
        .with_columns(pl.col("piece_start").shift(-1).over("member_id").dt.offset_by("-1d").alias("piece_end"))
        .drop_nulls("piece_end")
    )
    pieces = (
        boundaries.join(several, on="member_id")
        .filter(
            pl.col("piece_start") >= pl.col("enrollment_start"),
            pl.col("piece_end") <= pl.col("enrollment_end"),
        )
        .sort("member_id", "piece_start", "began", "metal_level", "csr_indicator")
        .unique(["member_id", "piece_start"], keep="last", maintain_order=True)
        .with_columns(pl.col("piece_start").alias("enrollment_start"), pl.col("piece_end").alias("enrollment_end"))
    )
    return pl.concat([alone, pieces.select(alone.columns)])


def _check_plans(spans: pl.DataFrame, rules: YearRules) -> None:
    check_metal_levels(spans, "The enrollment spans")
    known = list(rules.csr_factors)
    unknown = spans.filter(~pl.col("csr_indicator").is_in(known).fill_null(value=False)).height
    if unknown:
        raise InputError(
            f"{unknown} enrollment span(s) have a csr_indicator that model year {rules.model_year} does not have; "
            f"it has {', '.join(map(str, sorted(known)))}. The indicator means different things in different years: "
            "use the coding of the model year."
        )

"""The figures of claim lag: curves by year, claim type and month of service, and what the deadline caught."""

import polars as pl

from hhs_hcc.reports.figure import Column, Figure, Kind
from hhs_hcc.reports.lag import charts as lag_charts
from hhs_hcc.reports.lag.claims import ALL, LAST_MONTH, Claims, Year, months_between
from hhs_hcc.reports.lag.curves import Payments, curve, safe_months
from hhs_hcc.reports.suppression import COMPLEMENT, HIDDEN, hide_small_cells
from hhs_hcc.terminal import SMALLEST_CELL, is_small

_DRAWN_LAGS = 5
_DEADLINES = {
    "service_year": pl.Int64,
    "claim_type": pl.String,
    "deadline": pl.Date,
    "status": pl.String,
    "member_count": pl.Int64,
    "line_count": pl.Int64,
    "line_share": pl.Float64,
    "paid_share": pl.Float64,
    "is_withheld": pl.Boolean,
}


def speed(claims: Claims, *, dollars: bool = False) -> Figure:
    """Curves by year of service of lines, or of dollars, by months from the month of service."""
    what, share = ("Dollars", "paid_share") if dollars else ("Lines", "line_share")
    frames = [
        _of_year(curve(claims.from_service(year)[ALL], claims.safe_from_service(year), LAST_MONTH), year)
        for year in claims.years
    ]
    return Figure(
        name=f"{what.lower()}-by-months",
        title=f"{what} paid, by months from the month of service",
        reading="By the end of the month of service (0), of the next one (1), and so on.",
        frame=pl.concat(frames).select("service_year", "curve", "is_open", "months", share, HIDDEN),
        columns=[
            Column("curve", "Year of service"),
            Column("months", "Months", Kind.COUNT),
            Column(share, f"{what} paid", Kind.SHARE),
        ],
        sql=claims.by_months.sql,
        chart=lambda rows, width: lag_charts.curves(
            rows,
            width,
            y=share,
            series="curve",
            x_title="Months from the month of service to payment",
            y_title=f"{what} paid, of those seen so far",
        ),
        description=f"Lines: share of {what.lower()} paid by months from service, a line for each year.",
    )


def types(claims: Claims) -> Figure:
    """Curves by claim type: all years in the table, one in the picture."""
    frames = []
    for year in claims.years:
        by_type = _without_total(claims.from_service(year))
        safe = safe_months(by_type.values(), claims.safe_from_service(year))
        frames += [
            _of_year(curve(one, safe, LAST_MONTH), year).with_columns(pl.lit(name).alias("claim_type"))
            for name, one in by_type.items()
        ]
    drawn = next((year for year in reversed(claims.years) if not year.is_open), claims.years[-1])
    return Figure(
        name="types-by-months",
        title="Lines paid, by claim type",
        reading=f"By months from the month of service, for {drawn.name}; the table has all years. A month is shown "
        "where each type has enough members.",
        frame=pl.concat(frames),
        columns=[
            Column("curve", "Year of service"),
            Column("claim_type", "Claim type"),
            Column("months", "Months", Kind.COUNT),
            Column("line_share", "Lines paid", Kind.SHARE),
            Column("paid_share", "Dollars paid", Kind.SHARE),
        ],
        sql=claims.by_months.sql,
        chart=lambda rows, width: lag_charts.curves(
            rows.filter(pl.col("service_year") == drawn.year),
            width,
            y="line_share",
            series="claim_type",
            x_title="Months from the month of service to payment",
            y_title="Lines paid, of those seen so far",
        ),
        description="Lines: share of claim lines paid by months from service, a line for each claim type.",
    )


def after_year(claims: Claims) -> Figure:
    """Curves by months after the end of the year of service."""
    frames = [
        _of_year(curve(claims.after_end(year)[ALL], claims.safe_after_end(year), LAST_MONTH), year)
        for year in claims.years_over
    ]
    deadlines = {claims.deadline_month(year) for year in claims.years_over if year.deadline}
    return Figure(
        name="lines-after-year",
        title="Lines paid, by months after the end of the year of service",
        reading="What risk adjustment can see: claims paid within the year (0), by the end of January (1), and so on. "
        "What is paid after the marked deadline is too late for the EDGE server.",
        frame=pl.concat(frames) if frames else pl.DataFrame(),
        columns=[
            Column("curve", "Year of service"),
            Column("months", "Months after the year", Kind.COUNT),
            Column("line_share", "Lines paid", Kind.SHARE),
            Column("paid_share", "Dollars paid", Kind.SHARE),
        ],
        sql=claims.by_months_after_year.sql,
        chart=lambda rows, width: lag_charts.curves(
            rows,
            width,
            y="line_share",
            series="curve",
            x_title="Months after the end of the year",
            y_title="Lines paid, of those seen so far",
            deadline=min(deadlines, default=None),
        ),
        description="Lines: share of claim lines paid by months after the end of the year, a line for each year.",
    )


def deadlines(claims: Claims) -> Figure:
    """What was paid by the submission deadline, by year and claim type."""
    rows = []
    for year in claims.years_over:
        payments, month, safe = claims.after_end(year), claims.deadline_month(year), claims.safe_after_end(year)
        safe_types = safe_months(_without_total(payments).values(), safe)
        for name, one in payments.items():
            is_shown = year.is_due and month in (safe if name == ALL else safe_types)
            rows.append(
                {
                    "service_year": year.year,
                    "claim_type": name,
                    "deadline": year.deadline,
                    "status": "passed" if year.is_due else "later than what is known",
                    "member_count": one.members_between(None, None),
                    "line_count": sum(one.line_count.values()),
                    "line_share": one.share(one.line_count, month) if is_shown else None,
                    "paid_share": one.share(one.paid_amount, month) if is_shown else None,
                    "is_withheld": year.is_due and not is_shown,
                }
            )
    frame = pl.DataFrame(rows, schema=_DEADLINES)
    keep = ["service_year", "claim_type", "deadline", "status", "is_withheld"]
    is_total = pl.col("claim_type") == ALL
    hidden = pl.concat(
        [
            hide_small_cells(frame.filter(is_total), keep=keep),
            hide_small_cells(frame.filter(~is_total), keep=keep, adds_up_within=["service_year"]),
        ]
    ).sort("service_year", "claim_type")
    withheld = pl.when(pl.col(HIDDEN).is_null() & pl.col("is_withheld")).then(pl.lit(COMPLEMENT)).otherwise(HIDDEN)
    return Figure(
        name="deadlines",
        title="Paid by the submission deadline",
        reading=f"Share of the lines and dollars seen so far. It is hidden where fewer than {SMALLEST_CELL} members "
        "had claims paid by the deadline or after it, and where another one could be worked out from it.",
        frame=hidden.with_columns(withheld.alias(HIDDEN)).drop("is_withheld", "member_count"),
        columns=[
            Column("service_year", "Year of service"),
            Column("claim_type", "Claim type"),
            Column("deadline", "Deadline", Kind.DATE),
            Column("status", "Status"),
            Column("line_count", "Lines so far", Kind.COUNT),
            Column("line_share", "Lines by then", Kind.SHARE),
            Column("paid_share", "Dollars by then", Kind.SHARE),
        ],
        sql=claims.by_months_after_year.sql,
    )


def months_of_service(claims: Claims) -> Figure:
    """The triangle: month of service by months until payment."""
    rows: list[dict[str, object]] = []
    lags: set[int] = set()
    for year in claims.years:
        groups = _by_month_of_service(claims, year)
        if any(is_small(one.members_between(None, None)) for one in groups.values()):
            # A month left out alone would be the year less the others.
            continue
        safe = safe_months(groups.values(), claims.safe_from_service(year))
        for month, one in groups.items():
            shares = {lag: one.share(one.line_count, lag) for lag in sorted(safe) if lag <= one.observed}
            # A column in which everything is paid tells nothing more.
            lags.update(lag for lag, share in shares.items() if share is not None and share < 1)
            rows.append(
                {"service_month": month, "line_count": sum(one.line_count.values())}
                | {_lag_name(lag): share for lag, share in shares.items()}
            )
    columns = {_lag_name(lag): lag for lag in sorted(lags)}
    schema = {"service_month": pl.Date, "line_count": pl.Int64, **dict.fromkeys(columns, pl.Float64)}
    drawn = list(columns)[:_DRAWN_LAGS]
    return Figure(
        name="months-of-service",
        title="Lines paid, by month of service",
        reading="How much of each month of service was paid by the end of that month, of the next one, and so on, of "
        "its lines seen so far. A line that falls to the right means slower payment. A dash in the table: not known "
        "yet, or too few members.",
        frame=pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema),
        columns=[
            Column("service_month", "Month of service", Kind.DATE),
            Column("line_count", "Lines so far", Kind.COUNT),
            *(Column(name, _lag_words(lag), Kind.SHARE) for name, lag in columns.items()),
        ],
        sql=claims.by_month_of_service.sql,
        chart=(
            lambda frame, width: lag_charts.by_month_of_service(
                frame.unpivot(drawn, index="service_month", variable_name="after", value_name="share")
                .drop_nulls("share")
                .with_columns(pl.col("after").replace({name: _lag_words(columns[name]) for name in drawn})),
                width,
            )
        )
        if drawn
        else None,
        description="Lines: share of each month's claim lines paid after some months, a line for each number of them.",
    )


def _by_month_of_service(claims: Claims, year: Year) -> dict[object, Payments]:
    found = claims.by_month_of_service.frame.filter(pl.col("service_year") == year.year)
    return {
        month: Payments.of(part, months_between(month, claims.seen_through))
        for (month,), part in found.partition_by("service_month", as_dict=True, maintain_order=True).items()
    }


def _without_total(payments: dict[str, Payments]) -> dict[str, Payments]:
    return {name: one for name, one in payments.items() if name != ALL}


def _of_year(frame: pl.DataFrame, year: Year) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(year.year, dtype=pl.Int64).alias("service_year"),
        pl.lit(year.name).alias("curve"),
        pl.lit(year.is_open).alias("is_open"),
    )


def _lag_name(months: int) -> str:
    return f"paid_after_{months}_months"


def _lag_words(months: int) -> str:
    return {0: "same month", 1: "1 month later"}.get(months, f"{months} months later")

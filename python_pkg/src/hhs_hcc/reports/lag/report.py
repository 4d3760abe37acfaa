"""The report of claim lag: how long claims take to be paid, what the submission deadline caught, how scores mature."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from hhs_hcc.reports.figure import Column, Figure, KeyFigure, Kind, Report, Section
from hhs_hcc.reports.lag import charts as lag_charts
from hhs_hcc.reports.lag import figures as lag_figures
from hhs_hcc.reports.lag.claims import ALL, RUN_OUT_MONTHS, Claims, Year
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hide_small_cells
from hhs_hcc.terminal import SMALLEST_CELL, is_small
from hhs_hcc.warehouse import RunNotFoundError, Warehouse

_BUILD_FACTS = "dbt build --select +fct_claim_line"
_NAMED_YEARS = 2


def lag_report(warehouse: Warehouse) -> Report:
    """The report of claim lag: of all deliveries and runs in the database.

    Args:
        warehouse: The open database.

    Raises:
        RunNotFoundError: If there are neither claims in the warehouse nor completed scoring runs.
    """
    warehouse.require_registry()
    scored = ask(warehouse, "lag/scored_years").frame["benefit_year"].to_list()
    claims = Claims.read(warehouse)
    if claims is None and not scored:
        raise RunNotFoundError(
            "There is nothing to report of lag: the warehouse holds no paid claims and no scoring run has completed. "
            f"Load claims first: {_BUILD_FACTS}; or score: dbt build --select +tag:scoring"
        )
    maturity = _score_maturity(warehouse)
    return Report(
        folder="lag",
        title="Claim lag",
        subtitle="How long claims take to be paid, and how scores grow with them",
        summary=[*(_findings(claims) if claims else [_NO_CLAIMS]), _maturity_sentence(maturity, scored)],
        key_figures=_key_figures(claims) if claims else [],
        sections=[*_claim_sections(claims), _score_section(maturity, scored)],
        provenance=_provenance(claims) if claims else [],
    )


_SO_FAR = (
    "Shares are of what has been seen so far: a curve ends near 100 % whether more will come or not. A year of which "
    f"fewer than {RUN_OUT_MONTHS} months after its end are known is open: it is dashed, drawn as far as all of its "
    "months are known, and looks more complete than it is."
)
_NO_CLAIMS = (
    "The warehouse holds no paid claims, so nothing can be said of how they arrive. To load them: " + _BUILD_FACTS
)


def _claim_sections(claims: Claims | None) -> list[Section]:
    if claims is None:
        return [Section("claims", "Claims", [], lead=_NO_CLAIMS)]
    few = f" Of {_listed(claims.left_out)} there are few lines: they are not shown." if claims.left_out else ""
    lead = (
        "Counted are claim lines in force, that is paid and not replaced, whose payment is known through "
        f"{_day(claims.seen_through)}.{few} {_SO_FAR}"
    )
    curves = [lag_figures.speed(claims), lag_figures.speed(claims, dollars=True), lag_figures.types(claims)]
    sections = [Section("speed", "How long claims take", curves, lead=lead)]
    if claims.years_over:
        caught = [lag_figures.after_year(claims), lag_figures.deadlines(claims)]
        sections.append(Section("deadline", "What the submission deadline catches", caught))
    return [*sections, Section("months", "Month by month", [lag_figures.months_of_service(claims)])]


def _findings(claims: Claims) -> list[str]:
    complete = [year for year in claims.years if not year.is_open] or claims.years
    due = [year for year in claims.years if year.is_due]
    sentences = [
        f"Payments are known through {_day(claims.seen_through)}; the newest delivery was made on "
        f"{_day(claims.delivered_on)}.",
        *_speed_sentence(claims, complete[-1]),
        *(_caught(claims, year) for year in due[-1:]),
    ]
    still_open = [year.year for year in claims.years if year.is_open]
    if still_open:
        sentences.append(
            f"{_listed(still_open)} {'is' if len(still_open) == 1 else 'are'} open: fewer than {RUN_OUT_MONTHS} months "
            "after the end of the year are known, and what is paid later will lower the shares shown."
        )
    return sentences


def _speed_sentence(claims: Claims, year: Year) -> list[str]:
    payments, safe = claims.from_service(year)[ALL], claims.safe_from_service(year)
    known = [
        f"{payments.share(payments.line_count, month):.1%} were paid {words}"
        for month, words in ((0, "in the month of service"), (1, "by the end of the next month"))
        if month in safe and month <= year.observed
    ]
    return [f"Of the claim lines of {year.year} seen so far, {' and '.join(known)}."] if known else []


def _caught(claims: Claims, year: Year) -> str:
    payments, month = claims.after_end(year)[ALL], claims.deadline_month(year)
    by_then = f"By the submission deadline of {_day(year.deadline or year.seen_through)}"
    if month in claims.safe_after_end(year):
        share = payments.share(payments.line_count, month)
        return f"{by_then}, {share:.1%} of the lines of {year.year} seen so far had been paid."
    if is_small(payments.members_between(month, None)):
        return (
            f"{by_then}, all lines of {year.year} seen so far had been paid but those of fewer than {SMALLEST_CELL} "
            "members."
        )
    return f"{by_then}, too few members had lines of {year.year} for a share to be shown."


def _key_figures(claims: Claims) -> list[KeyFigure]:
    """What the end of the newest years found paid, and their deadlines."""
    found = [KeyFigure("Payments known through", f"{claims.seen_through}")]
    for year in claims.years_over[-_NAMED_YEARS:]:
        found.append(_key_figure(claims, year, 0, "within the year", year.known if year.is_open else "run out"))
        if year.is_due:
            month = claims.deadline_month(year)
            found.append(_key_figure(claims, year, month, "by the deadline", f"{year.deadline}"))
    return found


def _key_figure(claims: Claims, year: Year, month: int, words: str, note: str) -> KeyFigure:
    label, payments = f"Lines of {year.year} paid {words}", claims.after_end(year)[ALL]
    if month in claims.safe_after_end(year):
        return KeyFigure(label, f"{payments.share(payments.line_count, month):.1%}", note)
    if is_small(payments.members_between(month, None)):
        return KeyFigure(label, "all but few", f"{note}; fewer than {SMALLEST_CELL} members had later ones")
    return KeyFigure(label, "hidden", f"fewer than {SMALLEST_CELL} members")


def _provenance(claims: Claims) -> list[tuple[str, str]]:
    return [
        ("Claims", "main_warehouse.fct_claim_line, lines in force"),
        ("Newest delivery", f"{claims.delivered_on}"),
        ("Payments counted through", f"{claims.seen_through}"),
        ("Deadlines", "main_warehouse.dim_date, from main_cms.cms_edge_deadline"),
    ]


def _score_section(maturity: Figure | None, scored: Sequence[int]) -> Section:
    if maturity is None:
        return Section("scores", "How the score matures", [], lead=_how_to_see_maturity(scored))
    lead = "Runs of a benefit year that differ only in the date through which paid claims count."
    return Section("scores", "How the score matures", [maturity], lead=lead)


def _score_maturity(warehouse: Warehouse) -> Figure | None:
    """PLRS by the date through which claims count; None if no two runs can be put beside each other."""
    answer = ask(warehouse, "lag/score_maturity")
    if not answer.frame.height:
        return None
    frame = hide_small_cells(answer.frame, keep=["benefit_year", "curve", "known_through", "claims", "months"])
    return Figure(
        name="score-maturity",
        title="PLRS by the date through which claims count",
        reading="Each point is a run. Claims paid later may still come: where the run-out of a year is not over, its "
        "last point is not its end.",
        frame=frame.drop("member_count"),
        columns=[
            Column("curve", "Benefit year"),
            Column("known_through", "Claims paid through", Kind.DATE),
            Column("claims", "Claims"),
            Column("months", "Months after the year", Kind.COUNT),
            Column("plrs", "PLRS", Kind.SCORE),
            Column("share_of_last", "Of the last", Kind.SHARE),
        ],
        sql=answer.sql,
        chart=lambda rows, width: lag_charts.curves(
            rows,
            width,
            y="plrs",
            series="curve",
            x_title="Months after the end of the benefit year",
            y_title="PLRS",
            number_format=".3f",
        ),
        description="Lines: plan liability risk score by months of run-out, a line for each benefit year.",
    )


def _maturity_sentence(maturity: Figure | None, scored: Sequence[int]) -> str:
    if maturity is None:
        return _how_to_see_maturity(scored)
    shown = maturity.frame.filter(pl.col(HIDDEN).is_null())
    if not shown.height:
        return "The runs with different cut-off dates have too few members for their scores to be shown."
    newest = shown.filter(pl.col("curve") == shown["curve"].max()).sort("known_through")
    first, last = newest.row(0, named=True), newest.row(-1, named=True)
    return (
        f"With claims paid through {_day(first['known_through'])} the PLRS of {first['benefit_year']} is "
        f"{first['plrs']:.3f}, through {_day(last['known_through'])} it is {last['plrs']:.3f}."
    )


def _how_to_see_maturity(scored: Sequence[int]) -> str:
    if not scored:
        return "No run has been scored yet, so nothing can be said of how scores mature."
    return (
        "No two runs of a benefit year differ only in the date through which claims count. To see how the score "
        f"matures: hhs-hcc run scenarios/decomposition/run_out_{scored[0]}.yml"
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _listed(years: Sequence[int]) -> str:
    words = [str(year) for year in years]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

"""The figures of a run that look at scores: by plan, place and model, their spread, and whose they are."""

from collections.abc import Callable

import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.figure import Chart, Column, Figure, Kind, Section
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.run import charts as run_charts
from hhs_hcc.reports.suppression import HIDDEN, hidden_last, hidden_names, hide_within
from hhs_hcc.tables import METAL_LEVELS, MODELS
from hhs_hcc.terminal import SMALLEST_CELL, is_small
from hhs_hcc.warehouse import Row, Warehouse

LARGEST = 20
PLRS = "Plan liability risk score"
ALL = "all"
_WEIGHTED = "Scores are weighted by member months."
_MEASURES = (
    Column("member_count", "Members", Kind.COUNT),
    Column("member_months", "Member months", Kind.MONTHS),
    Column("plrs", "PLRS", Kind.SCORE),
)
_BEFORE_CSR = Column("raw_plrs", "Before CSR", Kind.SCORE)


def plan_section(warehouse: Warehouse, run: Row) -> Section:
    """Scores by metal level, plan and rating area."""
    metals = _by_metal(warehouse, run)
    return Section(
        "plans",
        "Plans and places",
        [metals, _by_plan(warehouse, run, hidden_names(metals.frame, "metal_level")), _by_area(warehouse, run)],
        lead=f"The plan liability risk score (PLRS) of a group compares its risk with an average of 1. {_WEIGHTED}",
    )


def score_section(warehouse: Warehouse, run: Row) -> Section:
    """What scores are made of, and how they spread."""
    return Section("scores", "Scores", [_parts(warehouse, run), _distribution(warehouse, run)])


def member_section(warehouse: Warehouse, run: Row, models: pl.DataFrame) -> Section:
    """Who the members are: age, sex, how long they were covered.

    Args:
        warehouse: The open database.
        run: The registry's row.
        models: The frame of the figure of sub-models: an age band of a hidden model is hidden, too.
    """
    return Section("members", "Members", [*_ages(warehouse, run, models), *_durations(warehouse, run)])


def _by_metal(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/plrs_by_metal", run_id=run["run_id"])
    in_order = answer.frame.sort(answer.frame["metal_level"].replace_strict({m: i for i, m in enumerate(METAL_LEVELS)}))
    return Figure(
        name="plrs-by-metal",
        title=f"{PLRS} by metal level",
        reading="The factor for reduced cost sharing (CSR) is counted; the table shows the score before it, too.",
        # A plan belongs to a metal level and to a state: the figures of plans and of areas give no other totals.
        frame=hide_within(in_order, keep=["metal_level"], totals=[[]]),
        columns=[Column("metal_level", "Metal level"), *_MEASURES, _BEFORE_CSR],
        sql=answer.sql,
        chart=lambda frame, width: charts.bars(frame, width, label="metal_level", value="plrs", title="PLRS"),
        description="A bar for each metal level, as long as its plan liability risk score.",
    )


def _by_plan(warehouse: Warehouse, run: Row, hidden_metals: list[str]) -> Figure:
    answer = ask(warehouse, "run/plrs_by_plan", run_id=run["run_id"])
    frame = hide_within(
        answer.frame,
        keep=["hios_plan_id", "state", "metal_level", "csr_variant"],
        totals=[["metal_level"], ["state"]],
        protected=answer.frame["metal_level"].is_in(hidden_metals),
    )
    return Figure(
        name="plrs-by-plan",
        title=f"{PLRS} by plan variant",
        reading=f"{_largest(frame, 'plan variants')} The last two digits of a plan's id are its cost-sharing variant.",
        frame=hidden_last(frame, "hios_plan_id"),
        columns=[
            Column("hios_plan_id", "HIOS plan id"),
            Column("metal_level", "Metal level"),
            *_MEASURES,
            _BEFORE_CSR,
        ],
        sql=answer.sql,
        chart=_largest_bars("hios_plan_id"),
        description="A bar for each of the largest plan variants, as long as its plan liability risk score.",
    )


def _by_area(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/plrs_by_area", run_id=run["run_id"])
    # Its plans tell the total of a state, nearly.
    frame = hide_within(answer.frame, keep=["state", "area"], totals=[["state"], []])
    return Figure(
        name="plrs-by-rating-area",
        title=f"{PLRS} by rating area",
        reading=f"{_largest(frame, 'rating areas')} Rating areas are CMS's and numbered within their state.",
        frame=hidden_last(frame, "area"),
        columns=[Column("area", "Rating area"), *_MEASURES],
        sql=answer.sql,
        chart=_largest_bars("area"),
        description="A bar for each of the largest rating areas, as long as its plan liability risk score.",
    )


def _largest(frame: pl.DataFrame, things: str) -> str:
    if frame.height <= LARGEST:
        return f"All {frame.height} {things} that members had."
    return f"The chart shows the {LARGEST} largest of {frame.height} {things} by member months, the table all."


def _largest_bars(label: str) -> Callable[[pl.DataFrame, int], Chart]:
    def draw(frame: pl.DataFrame, width: int) -> Chart:
        largest = charts.shown(frame).sort("member_months", descending=True).head(LARGEST)
        return charts.bars(
            largest.sort("plrs", descending=True), width, label=label, value="plrs", title="PLRS, highest first"
        )

    return draw


def _parts(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/parts_by_model", run_id=run["run_id"])
    order = {model: place for place, model in enumerate((*MODELS, ALL))}
    frame = answer.frame.sort(answer.frame["model"].replace_strict(order))
    whole = frame["model"] == ALL
    return Figure(
        name="parts-of-score",
        title="What the score is made of, by sub-model",
        reading=(
            "Adults, children and infants are scored by models of their own, by age on the last covered day. Only "
            f"adults have drug classes; infants have no part for their age, boys one for their sex. {_WEIGHTED}"
        ),
        frame=pl.concat(
            [
                hide_within(frame.filter(~whole), keep=["model"], totals=[[]]),
                hide_within(frame.filter(whole), keep=["model"], totals=[]),
            ]
        ),
        columns=[
            Column("model", "Sub-model"),
            Column("member_count", "Members", Kind.COUNT),
            Column("member_months", "Member months", Kind.MONTHS),
            Column("demographic_part", "Age and sex", Kind.SCORE),
            Column("hcc_part", "HCCs", Kind.SCORE),
            Column("rxc_part", "Drug classes", Kind.SCORE),
            Column("plrs", "PLRS", Kind.SCORE),
        ],
        sql=answer.sql,
        chart=lambda shown, width: run_charts.stacked(
            shown,
            width,
            label="model",
            parts=[("demographic_part", "age and sex"), ("hcc_part", "HCCs"), ("rxc_part", "drug classes")],
            total="plrs",
            title="PLRS",
        ),
        description="A bar for each sub-model, made of the parts of its score: age and sex, HCCs, drug classes.",
    )


def _distribution(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/score_distribution", run_id=run["run_id"])
    bins = merged_bins(answer.frame)
    middle = ask(warehouse, "run/score_middle", run_id=run["run_id"]).frame.row(0, named=True)
    # The mean is one of many members, or the chart is not drawn; the median shall be nobody's own score.
    marks = {"mean": middle["mean_score"]}
    if not is_small(middle["same_count"]):
        marks["median"] = middle["median_score"]
    return Figure(
        name="score-distribution",
        title="How scores spread",
        reading=(
            "Members by their own score, each counted once, whatever the months; the median to 0.05. Bins span more "
            "towards the right, and the last is open: the few members there carry much of the risk, as the table shows."
        ),
        frame=hide_within(bins, keep=["score", "lower_edge", "upper_edge"], totals=[[]]),
        columns=[
            Column("score", "Score"),
            Column("member_count", "Members", Kind.COUNT),
            Column("member_share", "Share of members", Kind.SHARE),
            Column("risk_share", "Share of all scores", Kind.SHARE),
        ],
        sql=answer.sql,
        chart=lambda frame, width: run_charts.histogram(frame, width, marks),
        description="Columns: members by score, with the mean and the median score marked.",
    )


def merged_bins(bins: pl.DataFrame) -> pl.DataFrame:
    """Bins of scores, those of few members put together with a neighbour.

    Args:
        bins: lower_edge (infinite in the first), member_count, points (sum of scores), in order.

    Returns:
        score (the bin's name), lower_edge and upper_edge (null: open), member_count, member_share, risk_share. A bin
        has few members only if the whole run has.
    """
    merged: list[dict[str, float]] = []
    # From the right, where scores thin out; what is left over at the left joins the last of the others.
    for row in reversed(bins.rows(named=True)):
        if merged and is_small(int(merged[-1]["member_count"])):
            row["member_count"] += merged[-1]["member_count"]
            row["points"] += merged.pop()["points"]
        merged.append(row)
    if len(merged) > 1 and merged[-1]["member_count"] < SMALLEST_CELL:
        leftover = merged.pop()
        for name in ("member_count", "points"):
            merged[-1][name] += leftover[name]
        merged[-1]["lower_edge"] = leftover["lower_edge"]
    frame = pl.DataFrame(merged[::-1], schema=bins.schema)
    lower = pl.when(pl.col("lower_edge").is_finite()).then("lower_edge")
    edges = frame.with_columns(lower_edge=lower, upper_edge=pl.col("lower_edge").shift(-1))
    names = [_bin_name(*row) for row in edges.select("lower_edge", "upper_edge").iter_rows()]
    return edges.select(
        pl.Series("score", names, dtype=pl.String),
        "lower_edge",
        "upper_edge",
        "member_count",
        member_share=pl.col("member_count") / pl.col("member_count").sum(),
        risk_share=pl.col("points") / pl.col("points").sum(),
    )


def _bin_name(lower: float | None, upper: float | None) -> str:
    if lower is None:
        return "all" if upper is None else f"below {upper:g}"
    return f"{lower:g} or more" if upper is None else f"{lower:g} to below {upper:g}"


def _ages(warehouse: Warehouse, run: Row, models: pl.DataFrame) -> list[Figure]:
    answer = ask(warehouse, "run/members_by_age", run_id=run["run_id"], model_year=run["model_year"])
    bands = hide_within(
        answer.frame,
        keep=["model", "age_min", "age_band"],
        totals=[["model"]],
        protected=answer.frame["model"].is_in(hidden_names(models, "model")),
    )
    # The sexes of a band add up to it: where one of them is hidden, so is the other.
    sexes = hide_within(
        answer.frame,
        keep=["model", "age_min", "age_band"],
        totals=[],
        members=["female_count", "male_count"],
        protected=bands[HIDDEN].is_not_null(),
    )
    age = Column("age_band", "Age")
    return [
        Figure(
            name="members-by-age-and-sex",
            title="Members by age and sex",
            reading="Age on the last covered day, in the bands of CMS's model: the ages below 21 span fewer years.",
            frame=sexes.select("age_band", "female_count", "male_count", HIDDEN),
            columns=[
                age,
                Column("female_count", "Women and girls", Kind.COUNT),
                Column("male_count", "Men and boys", Kind.COUNT),
            ],
            sql=answer.sql,
            chart=run_charts.pyramid,
            description="Bars for each age band, women and girls to the left, men and boys to the right.",
        ),
        Figure(
            name="plrs-by-age",
            title=f"{PLRS} by age",
            reading="How risk rises with age; infants have a model of their own. Days covered weight the scores.",
            frame=bands.select("age_band", "member_count", "plrs", HIDDEN),
            columns=[age, Column("member_count", "Members", Kind.COUNT), Column("plrs", "PLRS", Kind.SCORE)],
            sql=answer.sql,
            chart=lambda frame, width: charts.columns(
                frame, width, label="age_band", value="plrs", title="PLRS", label_title="Age", number_format=".1f"
            ),
            description="A column for each age band, as high as its plan liability risk score.",
        ),
    ]


def _durations(warehouse: Warehouse, run: Row) -> list[Figure]:
    answer = ask(warehouse, "run/members_by_duration", run_id=run["run_id"])
    frame = hide_within(answer.frame, keep=["enrollment_months"], totals=[[]])
    months = Column("enrollment_months", "Months covered", Kind.COUNT)
    return [
        Figure(
            name="members-by-months",
            title="Members by months covered",
            reading="Months as CMS counts them, from the days of the year on which a member was covered.",
            frame=frame.select("enrollment_months", "member_count", HIDDEN),
            columns=[months, Column("member_count", "Members", Kind.COUNT)],
            sql=answer.sql,
            chart=lambda shown, width: charts.columns(
                shown, width, label="enrollment_months", value="member_count", title="Members", label_title="Months"
            ),
            description="A column for each number of months, as high as its number of members.",
        ),
        Figure(
            name="score-by-months",
            title="Mean score by months covered",
            reading=(
                "Who is covered for few months has had less time for a diagnosis to be recorded; the model makes up "
                "for that in adults with an HCC."
            ),
            frame=frame.select("enrollment_months", "mean_score", HIDDEN),
            columns=[months, Column("mean_score", "Mean score", Kind.SCORE)],
            sql=answer.sql,
            chart=lambda shown, width: charts.columns(
                shown,
                width,
                label="enrollment_months",
                value="mean_score",
                title="Mean score",
                label_title="Months",
                number_format=".1f",
            ),
            description="A column for each number of months, as high as the mean score of its members.",
        ),
    ]

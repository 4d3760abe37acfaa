"""The figures of a comparison: settings, scores, members, segments, HCCs and RXCs, and what to look at."""

from dataclasses import dataclass

import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.charts import short_name
from hhs_hcc.reports.comparison import charts as comparison_charts
from hhs_hcc.reports.figure import Chart, Column, Figure, Kind
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.suppression import HIDDEN, hidden_last, hide_small_cells, hide_within
from hhs_hcc.tables import METAL_LEVELS
from hhs_hcc.terminal import SMALLEST_CELL, is_small
from hhs_hcc.warehouse import Row, Warehouse

# The edges of the bands of change in `comparison/bands.sql`.
BAND_EDGES = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_ANOMALIES = {
    "large_move": "Score moved by more than {large_score_move:g}",
    "lost_chronic_hcc": "Chronic HCC lost, and none of its family in its place",
    "sex_changed": "Sex differs between the runs",
    "age_moved_wrongly": "Age moved by other than the years between the runs",
    "pregnancy_of_a_male": "HCC of pregnancy in a male",
    "hcc_beside_one_that_drops_it": "HCC beside one that should have dropped it",
    "hcc_outside_its_model": "HCC that the member's model does not have",
}
_SEEN_IN = {"change": "the change", "a": "run A", "b": "run B"}
_SEGMENT_READING = (
    "The PLRS moves with the members of the segment, the mean of those who stayed in it with their scores alone."
)
# What segments add up to beside the whole; null where they do not.
_WITHIN = ("within_metal", "within_state")
# Infants have no age bands but years of age.
_INFANTS = ("0", "1")
_SEXES = {"F": "Female", "M": "Male"}


@dataclass(frozen=True)
class Compared:
    """A comparison whose figures are wanted.

    Attributes:
        warehouse: The open database.
        batch_id: The comparison run.
        counts: The row of `comparison/summary`.
    """

    warehouse: Warehouse
    batch_id: str
    counts: Row

    @property
    def has_small_side(self) -> bool:
        """Whether few members are in only one of the runs, so that the runs' counts side by side would tell them."""
        return is_small(self.counts["a_only_count"]) or is_small(self.counts["b_only_count"])

    @property
    def has_churn(self) -> bool:
        """Whether a run has members whom the other has not."""
        return bool(self.counts["a_only_count"] + self.counts["b_only_count"])

    @property
    def directions_are_told(self) -> bool:
        """Whether it may be said how many scores rose and how many fell."""
        return not is_small(self.counts["increased_count"]) and not is_small(self.counts["decreased_count"])


def settings(compared: Compared) -> Figure:
    """Each setting that decides scores, in both runs."""
    answer = ask(compared.warehouse, "comparison/settings", batch_id=compared.batch_id)
    return Figure(
        name="settings",
        title="Settings of the two runs",
        reading="What differs comes first. Of contents, the first twelve letters of their hash: the same letters, the "
        "same content.",
        frame=answer.frame,
        columns=[
            Column("setting", "Setting"),
            Column("run_a", "Run A"),
            Column("run_b", "Run B"),
            Column("differs", "Differs"),
        ],
        sql=answer.sql,
    )


def scores(compared: Compared) -> Figure:
    """PLRS of all members and mean score of those in both runs."""
    answer = ask(compared.warehouse, "comparison/scores", batch_id=compared.batch_id)
    frame = hide_small_cells(answer.frame, keep=["score"], members=["members_a", "members_b"])
    return Figure(
        name="scores",
        title="The score in both runs",
        reading="The PLRS weights each plan segment by its months, as the transfer formula does. The mean counts each "
        "member once and leaves out who is in one run only: what moved it is not who came or went.",
        frame=frame.drop("members_a", "members_b"),
        columns=[
            Column("score", "Score"),
            Column("run_a", "Run A", Kind.SCORE),
            Column("run_b", "Run B", Kind.SCORE),
            Column("change", "Change", Kind.CHANGE),
        ],
        sql=answer.sql,
    )


def parts(compared: Compared) -> Figure:
    """How far demographics, HCCs and RXCs each moved the mean score."""
    answer = ask(compared.warehouse, "comparison/parts", batch_id=compared.batch_id)
    frame = hide_small_cells(answer.frame, keep=["part"]).drop("member_count")
    return Figure(
        name="parts",
        title="Which part of the score moved",
        reading="Change of the mean score of the members of both runs. The three parts add up to the last bar.",
        frame=frame,
        columns=[Column("part", "Part of the score"), Column("mean_change", "Change of the mean", Kind.CHANGE)],
        sql=answer.sql,
        chart=lambda rows, width: comparison_charts.side_by_side(
            rows,
            width,
            label="part",
            values=[("mean_change", "change")],
            title="Change of the mean score",
            number_format="+.3f",
        ),
        description="Bars: how far demographics, HCCs and drugs moved the mean score, and all three together.",
    )


def bands(compared: Compared) -> tuple[Figure, Figure]:
    """How many members moved how far; and the same bands with scores and HCCs."""
    answer = ask(compared.warehouse, "comparison/bands", batch_id=compared.batch_id, smallest_cell=SMALLEST_CELL)
    within = ["direction"] if compared.directions_are_told else []
    frame = hide_small_cells(answer.frame, keep=["direction", "band"], adds_up_within=within)
    members = Column("member_count", "Members", Kind.COUNT)
    histogram = Figure(
        name="changes",
        title="How far scores moved",
        reading=f"{_unchanged(compared.counts)} Bands widen with the distance, because few scores move far. A band "
        "without a bar has nobody in it or is hidden.",
        frame=frame.select("direction", "band", "member_count", HIDDEN),
        columns=[Column("band", "Change of the score"), members],
        sql=answer.sql,
        chart=comparison_charts.bands,
        description="Bars: members by how far their scores fell or rose.",
    )
    movers = Figure(
        name="movers",
        title="Who moved how far",
        reading="Members in bands of change, with their mean score in run A and run B, and the HCC or RXC that most of "
        f"them gained or lost. It is named where at least {SMALLEST_CELL} members share it.",
        frame=frame.filter(pl.col("member_count").is_null() | (pl.col("member_count") > 0)),
        columns=[
            Column("band", "Change of the score"),
            members,
            Column("mean_before", "Run A", Kind.SCORE),
            Column("mean_after", "Run B", Kind.SCORE),
            Column("often_gained", "Most often gained"),
            Column("often_lost", "Most often lost"),
        ],
        sql=answer.sql,
    )
    return histogram, movers


def attributes(compared: Compared) -> Figure:
    """In how many members the metal level, the plan and so on changed."""
    answer = ask(compared.warehouse, "comparison/attributes", batch_id=compared.batch_id)
    return Figure(
        name="attributes",
        title="What changed about the members of both runs",
        reading="Share of the members whose attribute differs between the runs; the table says how the mean score "
        "moved with it and without. A member may have several changes.",
        frame=hide_small_cells(answer.frame, keep=["attribute"], members=["changed_count", "unchanged_count"]),
        columns=[
            Column("attribute", "Attribute"),
            Column("changed_count", "Members changed", Kind.COUNT),
            Column("changed_share", "Share", Kind.SHARE),
            Column("mean_change_if_changed", "Mean change of score: changed", Kind.CHANGE),
            Column("mean_change_if_not", "not changed", Kind.CHANGE),
        ],
        sql=answer.sql,
        chart=lambda rows, width: comparison_charts.side_by_side(
            rows,
            width,
            label="attribute",
            values=[("changed_share", "share")],
            title="Share of members",
            number_format=".1%",
        ),
    )


def churn(compared: Compared) -> Figure:
    """Who left, stayed and came, by metal level."""
    answer = ask(compared.warehouse, "comparison/churn", batch_id=compared.batch_id)
    counts = ["left_count", "stayed_count", "came_count"]
    total = answer.frame.filter(pl.col("metal_level") == "total")
    frames = [hide_small_cells(total, keep=["metal_level"], members=counts)]
    # Beside the totals of the runs, the levels would tell how few came or left.
    if not compared.has_small_side:
        levels = _by_metal(answer.frame.filter(pl.col("metal_level") != "total"), "metal_level")
        frames.append(hide_small_cells(levels, keep=["metal_level"], members=counts, adds_up_within=[]))
    return Figure(
        name="churn",
        title="Members who left, stayed and came",
        reading="Their PLRS, by metal level. Members stand at the metal level of run A, those who came at that of run "
        "B.",
        frame=pl.concat(frames).with_columns(pl.col("metal_level").replace({"total": "all"})),
        columns=[
            Column("metal_level", "Metal level"),
            Column("left_count", "Left", Kind.COUNT),
            Column("stayed_count", "Stayed", Kind.COUNT),
            Column("came_count", "Came", Kind.COUNT),
            Column("left_plrs_a", "PLRS of those who left", Kind.SCORE),
            Column("stayed_plrs_a", "stayed, run A", Kind.SCORE),
            Column("stayed_plrs_b", "stayed, run B", Kind.SCORE),
            Column("came_plrs_b", "came", Kind.SCORE),
        ],
        sql=answer.sql,
        chart=lambda rows, width: comparison_charts.side_by_side(
            rows,
            width,
            label="metal_level",
            values=[
                ("left_plrs_a", "left"),
                ("stayed_plrs_a", "stayed, run A"),
                ("stayed_plrs_b", "stayed, run B"),
                ("came_plrs_b", "came"),
            ],
            title="PLRS",
            number_format=".2f",
        ),
    )


@dataclass(frozen=True)
class Segments:
    """A way to cut the members: its name in the table of segments, the figure's name and its title."""

    segment_type: str
    name: str
    title: str
    heading: str


SEGMENTS = (
    Segments("metal_level", "metal-levels", "By metal level", "Metal level"),
    Segments("model", "models", "By model", "Model"),
    Segments("age_band", "age-bands", "By age", "Age"),
    Segments("sex", "sexes", "By sex", "Sex"),
    Segments("rating_area", "rating-areas", "By rating area", "Rating area"),
    Segments("hios_plan_id", "plans", "By plan", "Plan"),
)


def segments(compared: Compared, kind: Segments) -> Figure:
    """How the PLRS of each segment moved, and the mean score of those who stayed in it."""
    answer = ask(compared.warehouse, "comparison/segments", batch_id=compared.batch_id, segment_type=kind.segment_type)
    counts = ["member_count_a", "member_count_b", "stayer_count"]
    keep = ["segment_value", *_WITHIN]
    hidden = hide_within(answer.frame, keep=keep, members=counts, totals=[[], *([column] for column in _WITHIN)])
    frame = _in_order(hidden, kind).drop(_WITHIN)
    # With the stayers, it could be worked out how few left a segment.
    left_out = counts if compared.has_small_side else ["stayer_count"]
    drawn = (
        f" The {comparison_charts.DRAWN} with most members are drawn." if frame.height > comparison_charts.DRAWN else ""
    )
    if kind.segment_type == "age_band":
        drawn = " Infants stand in the table: their scores move so far that nobody else's would be seen."
    return Figure(
        name=kind.name,
        title=kind.title,
        reading=_SEGMENT_READING + drawn,
        frame=frame.drop(left_out),
        columns=[
            Column("segment_value", kind.heading),
            *(
                Column(f"member_count_{side.lower()}", f"Members, run {side}", Kind.COUNT)
                for side in ("A", "B")
                if not compared.has_small_side
            ),
            Column("plrs_a", "PLRS, run A", Kind.SCORE),
            Column("plrs_b", "PLRS, run B", Kind.SCORE),
            Column("plrs_change", "Change", Kind.CHANGE),
            Column("stayer_change", "Change of the mean of those who stayed", Kind.CHANGE),
        ],
        sql=answer.sql,
        chart=_segments_chart,
        description=f"Bars: change of the PLRS, and of the mean score of those who stayed. {kind.title}.",
    )


def _segments_chart(frame: pl.DataFrame, width: int) -> Chart:
    return comparison_charts.side_by_side(
        charts.shown(frame).filter(~pl.col("segment_value").is_in(_INFANTS)).head(comparison_charts.DRAWN),
        width,
        label="segment_value",
        values=[("plrs_change", "PLRS"), ("stayer_change", "mean of those who stayed")],
        title="Change of the score",
        number_format="+.2f",
    )


def _in_order(frame: pl.DataFrame, kind: Segments) -> pl.DataFrame:
    """Bands and levels in their own order, others as they are: largest first, and hidden ones at the end by name."""
    if kind.segment_type == "metal_level":
        return _by_metal(frame, "segment_value")
    if kind.segment_type == "age_band":
        first_age = pl.col("segment_value").str.extract(r"^(\d+)").cast(pl.Int64)
        words = pl.col("segment_value").str.replace("_GT", " and over").str.replace("_", " to ")
        return frame.sort(first_age, nulls_last=True).with_columns(words)
    if kind.segment_type == "sex":
        frame = frame.with_columns(pl.col("segment_value").replace(_SEXES))
    return hidden_last(frame, "segment_value")


def categories_moved(compared: Compared) -> Figure:
    """Which HCCs and RXCs members have gained and lost."""
    answer = ask(compared.warehouse, "comparison/categories_moved", batch_id=compared.batch_id)
    # With the same members in both runs, gained less lost is the difference of the counts that another figure shows.
    within = None if compared.has_churn else ["variable"]
    frame = hide_small_cells(answer.frame, keep=["variable", "label", "moved_how"], adds_up_within=within)
    shown = pl.col("member_count").sum().over("variable")
    frame = _with_names(frame.sort(-shown, "variable", "moved_how"))
    return Figure(
        name="categories-moved",
        title="HCCs and RXCs gained and lost",
        reading="Members of both runs for whom one run counts the category and the other does not. Hierarchies count: "
        f"who gains a severe HCC may lose a milder one. The {comparison_charts.DRAWN} that moved most are drawn.",
        frame=frame,
        columns=[
            Column("variable", "HCC or RXC"),
            Column("label", "Name"),
            Column("moved_how", "Gained or lost"),
            Column("member_count", "Members", Kind.COUNT),
        ],
        sql=answer.sql,
        chart=comparison_charts.gained_and_lost if frame["member_count"].sum() else None,
        description="Bars to the right: members who gained an HCC or RXC; to the left: members who lost it.",
    )


def contributions(compared: Compared) -> Figure:
    """What each HCC and RXC adds to the mean score of both runs."""
    answer = ask(compared.warehouse, "comparison/contributions", batch_id=compared.batch_id)
    counts = ["member_count_a", "member_count_b"]
    hidden = hide_small_cells(answer.frame, keep=["variable", "label"], members=counts)
    frame = _with_names(hidden_last(hidden, "variable"))
    return Figure(
        name="contributions",
        title="What each HCC and RXC adds to the mean score",
        reading="Points of the mean score of all members of a run, groups shared out among their HCCs. The "
        f"{comparison_charts.DRAWN} whose part differs most are drawn.",
        # Beside each other, the counts would tell how few members are in one run only.
        frame=frame.drop(counts) if compared.has_small_side else frame,
        columns=[
            Column("variable", "HCC or RXC"),
            Column("label", "Name"),
            *(
                Column(f"member_count_{side.lower()}", f"Members, run {side}", Kind.COUNT)
                for side in ("A", "B")
                if not compared.has_small_side
            ),
            Column("mean_contribution_a", "Adds in run A", Kind.SCORE),
            Column("mean_contribution_b", "in run B", Kind.SCORE),
            Column("difference", "Difference", Kind.CHANGE),
        ],
        sql=answer.sql,
        chart=lambda rows, width: comparison_charts.side_by_side(
            charts.shown(rows).head(comparison_charts.DRAWN),
            width,
            label="name",
            values=[("mean_contribution_a", "run A"), ("mean_contribution_b", "run B")],
            title="Points of the mean score",
        ),
    )


def coefficients(compared: Compared) -> Figure:
    """What CMS changed between the two model years."""
    answer = ask(compared.warehouse, "comparison/coefficients", batch_id=compared.batch_id)
    metal = " ".join(answer.frame["metal_level"].unique())
    return Figure(
        name="coefficients",
        title="Largest differences of the coefficients",
        reading=f"What a term of the model adds to a score in the tables of each run, at metal level {metal}, which "
        "most members hold. No members are counted here: a large difference may be that of a rare term.",
        frame=answer.frame,
        columns=[
            Column("term", "Model and variable"),
            Column("coefficient_a", "Tables of run A", Kind.SCORE),
            Column("coefficient_b", "Tables of run B", Kind.SCORE),
            Column("difference", "Difference", Kind.CHANGE),
            Column("change_status", "Status"),
        ],
        sql=answer.sql,
        chart=lambda rows, width: comparison_charts.side_by_side(
            rows.head(comparison_charts.DRAWN),
            width,
            label="term",
            values=[("difference", "difference")],
            title="Difference of the coefficient",
            number_format="+.3f",
        ),
    )


def anomalies(compared: Compared) -> Figure:
    """What somebody should look at before explaining the change."""
    answer = ask(compared.warehouse, "comparison/anomalies", batch_id=compared.batch_id)
    frame = answer.frame
    if compared.counts["large_score_move"] in BAND_EDGES:
        # The bands of change show it already, and as their sum it would tell a hidden one.
        frame = frame.filter(pl.col("anomaly") != "large_move")
    words = {kind: text.format(**compared.counts) for kind, text in _ANOMALIES.items()}
    return Figure(
        name="anomalies",
        title="What to look at first",
        reading="Members with a finding. Large moves and lost chronic conditions happen; the others cannot, and point "
        "at the data or the calculator.",
        frame=hide_small_cells(frame, keep=["anomaly", "seen_in"]).with_columns(
            pl.col("anomaly").replace(words), pl.col("seen_in").replace(_SEEN_IN)
        ),
        columns=[
            Column("anomaly", "Finding"),
            Column("seen_in", "Seen in"),
            Column("member_count", "Members", Kind.COUNT),
        ],
        sql=answer.sql,
    )


def _by_metal(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.sort(frame[column].replace_strict({metal: place for place, metal in enumerate(METAL_LEVELS)}))


def _with_names(frame: pl.DataFrame) -> pl.DataFrame:
    """With HCCs and RXCs as an axis has room for them: HCC 2 Septicemia, Sepsis, ..."""
    names = [f"{short_name(variable)} {label}" for variable, label in frame.select("variable", "label").iter_rows()]
    return frame.with_columns(pl.Series("name", names, dtype=pl.String))


def _unchanged(counts: Row) -> str:
    unchanged, changed = counts["unchanged_count"], counts["changed_count"]
    tolerance = f"{counts['tolerance']:g}"
    if not unchanged:
        return f"The score of every member of both runs moved by more than {tolerance}."
    if is_small(unchanged):
        return f"All but fewer than {SMALLEST_CELL} members of both runs moved by more than {tolerance}."
    if is_small(changed):
        return f"Fewer than {SMALLEST_CELL} members of both runs moved by more than {tolerance}."
    return (
        f"Of {unchanged + changed:,} members of both runs {unchanged:,} did not move by more than {tolerance}; "
        "the bars show the others."
    )

"""One question from end to end: did the score move because of the tables, of other people, or of sicker ones?"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Why did the score move?")

with app.setup:
    import sys

    import altair as alt
    import marimo as mo
    import polars as pl

    from hhs_hcc.errors import HhsHccError
    from hhs_hcc.reports import charts
    from hhs_hcc.reports.suppression import hide_small_cells
    from hhs_hcc.reports.theme import colour
    from hhs_hcc.tables import METAL_LEVELS
    from hhs_hcc.warehouse import AnalysisType, open_warehouse

    theme = alt.theme.enable("house")
    # Of a chart, in pixels.
    WIDTH = 860


@app.cell(hide_code=True)
def _():
    mo.md("""
    # Why did the score move?

    A mean risk score moves for two kinds of reasons. CMS changes its tables, the *ruler*. And members come, go, grow
    older, change plans and are diagnosed: the *object*. This notebook takes the newest decomposition of the database
    and asks one question to the end: **was it the tables, was it that other people were insured, or were those who
    stayed sicker?**

    It only reads: the DuckDB file that `RA_DUCKDB_PATH` names, else `risk_adjustment.duckdb`. `make demo` makes one.
    All figures are aggregates; what fewer than 11 members stand behind is left out. No sentence below holds a number
    of its own: change the database and the words follow.
    """)
    return


@app.cell
def _(answer):
    mo.callout(mo.md(f"**In short.** {answer}"), kind="info")
    return


@app.function
def ask(sql, **values):
    """The answer to a query as a frame; `$name` in it stands for a value.

    The file is open for no longer than the query takes: DuckDB lets nobody write to a file that somebody reads.
    """
    with open_warehouse(None) as warehouse:
        return warehouse.frame(sql, values)


@app.function
def on_paper(chart):
    """A chart on the paper of the reports, so that it can be read in a dark notebook, too."""
    return chart.properties(background=colour("paper"), padding=12)


@app.function
def table_of(frame, **formats):
    """A frame to look at; `formats` says how the values of a column are written."""
    return mo.ui.table(frame, selection=None, pagination=False, format_mapping=formats, show_download=False)


@app.function
def and_figures(chart, frame, **formats):
    """A chart with the figures behind it."""
    return mo.vstack([on_paper(chart), mo.accordion({"The figures": table_of(frame, **formats)})])


@app.cell
def _():
    # The newest completed decomposition. Without one there is nothing to explain: then the notebook says what to do.
    try:
        with open_warehouse(None) as _warehouse:
            batch_id = _warehouse.completed_run(AnalysisType.DECOMPOSITION, "latest")["run_id"]
    except HhsHccError as _problem:
        if mo.app_meta().mode == "script":
            print(f"error: {_problem}", file=sys.stderr)
            raise SystemExit(2) from None
        mo.stop(True, mo.callout(mo.md(str(_problem)), kind="danger"))
    return (batch_id,)


@app.cell
def _(batch_id):
    header = ask(
        """
        select
            decomposition.*,
            runs_before.model_year as tables_before,
            runs_before.benefit_year as data_before,
            runs_after.model_year as tables_after,
            runs_after.benefit_year as data_after
        from main_analytics.decomposition
        inner join main_runs.run_registry as runs_before
            on decomposition.baseline_run_id = runs_before.run_id and runs_before.status = 'completed'
        inner join main_runs.run_registry as runs_after
            on decomposition.actual_run_id = runs_after.run_id and runs_after.status = 'completed'
        where decomposition.batch_id = $batch_id
        """,
        batch_id=batch_id,
    ).row(0, named=True)
    return (header,)


@app.cell
def _(header):
    # How the metric is called, and how its values are written. A sum has no mean in the bridge of step 4.
    metric_name = {
        "mean": "the mean risk score",
        "member_month_mean": "the mean risk score by member months",
        "sum": "the sum of risk scores",
        "dollars": "the dollars",
    }[header["metric"]]
    is_mean = header["metric"] in ("mean", "member_month_mean")
    number_format = ".3f" if is_mean else ",.0f"

    def written(value, sign=False):
        return format(float(value), ("+" if sign else "") + number_format)

    def moved(value):
        """A change in words; nothing that is rounded away is called a move."""
        if float(written(value).replace(",", "")) == 0:
            return "changed nothing"
        return f"{'added' if value > 0 else 'took away'} {written(abs(value))}"

    return is_mean, metric_name, moved, number_format, written


@app.cell(hide_code=True)
def _(header, metric_name, written):
    mo.md(f"""
    ## 1. The runs

    The decomposition *{header["batch_name"]}* begins with the tables of {header["tables_before"]} on the data of
    {header["data_before"]}, and it ends with the tables of {header["tables_after"]} on the data of
    {header["data_after"]}; {metric_name} went from **{written(header["value_before"])}** to
    **{written(header["value_after"])}**, by **{written(header["total_change"], sign=True)}**. Each driver is the
    difference of two of these scoring runs.
    """)
    return


@app.cell
def _(batch_id):
    runs = ask(
        """
        select
            batch_runs.scenario_name,
            runs.model_year as tables_of,
            runs.benefit_year as data_of,
            runs.member_count,
            round(runs.mean_score, 4) as mean_score,
            runs.run_id
        from main_runs.batch_runs
        inner join main_runs.run_registry as runs on batch_runs.run_id = runs.run_id and runs.status = 'completed'
        where batch_runs.batch_id = $batch_id
        order by batch_runs.position
        """,
        batch_id=batch_id,
    ).pipe(hide_small_cells, keep=["scenario_name", "tables_of", "data_of", "run_id"])
    table_of(runs.drop("hidden"), tables_of="{}", data_of="{}")
    return (runs,)


@app.cell
def _(batch_id, header):
    drivers = ask(
        """
        -- A driver belongs to the tables if its two runs differ in them alone, to the members if in the data alone.
        select
            drivers.step_index,
            drivers.driver_name,
            case
                when drivers.driver_type = 'churn' then 'other people insured'
                when drivers.driver_type = 'interaction' then 'left over'
                when runs_from.benefit_year = runs_to.benefit_year and runs_from.model_year != runs_to.model_year
                    then 'the tables'
                when runs_from.model_year = runs_to.model_year and runs_from.benefit_year != runs_to.benefit_year
                    then 'the members who stayed'
                else 'several at once'
            end as cause,
            drivers.member_count,
            drivers.impact_value
        from main_analytics.decomposition_scenarios as drivers
        inner join main_runs.run_registry as runs_from
            on drivers.from_run_id = runs_from.run_id and runs_from.status = 'completed'
        inner join main_runs.run_registry as runs_to
            on drivers.run_id = runs_to.run_id and runs_to.status = 'completed'
        where drivers.batch_id = $batch_id
        order by drivers.step_index
        """,
        batch_id=batch_id,
    ).pipe(hide_small_cells, keep=["step_index", "driver_name", "cause"], adds_up_within=[])

    # What a hidden driver adds is still part of the whole: all hidden ones together are one bar, the last.
    _not_shown = header["total_change"] - (drivers["impact_value"].sum() or 0)
    bars = drivers.filter(pl.col("hidden").is_null() & (pl.col("impact_value") != 0)).select(
        "driver_name", "cause", "impact_value"
    )
    if drivers["hidden"].is_not_null().any():
        _rest = pl.DataFrame(
            {"driver_name": "drivers of few members", "cause": "left over", "impact_value": _not_shown}
        )
        bars = pl.concat([bars, _rest], how="vertical_relaxed")
    return bars, drivers


@app.cell(hide_code=True)
def _(header, written):
    mo.md(f"""
    ## 2. The waterfall

    The first bar begins at {written(header["value_before"])} and the last ends at
    {written(header["value_after"])}; each begins where the one above it ended. *Population change* is what a driver
    does to those who are in both years beyond what it does to its own members; *Interaction* is what the drivers leave
    when all have been taken.
    """)
    return


@app.cell
def _(bars, drivers, header, metric_name, number_format):
    _steps = (
        bars.with_columns(pl.col("impact_value").cast(pl.Float64))
        .with_columns(end=float(header["value_before"]) + pl.col("impact_value").cum_sum())
        .with_columns(start=pl.col("end") - pl.col("impact_value"))
        .with_columns(
            right=pl.max_horizontal("start", "end"),
            direction=pl.when(pl.col("impact_value") > 0).then(pl.lit("up")).otherwise(pl.lit("down")),
        )
    )
    # Not from zero: the bars would be lines. With room for the numbers beside them.
    _low, _high = _steps.select(pl.min_horizontal("start", "end").min(), pl.col("right").max()).row(0)
    _room = (_high - _low) / 8
    _base = alt.Chart(_steps).encode(
        y=alt.Y("driver_name:N", sort=None, title=None, axis=alt.Axis(labelLimit=300, ticks=False, domain=False))
    )
    waterfall = alt.layer(
        _base.mark_bar().encode(
            x=alt.X("start:Q", title=metric_name, scale=alt.Scale(domain=[_low - _room, _high + _room], zero=False)),
            x2="end:Q",
            color=alt.Color(
                "direction:N",
                title=None,
                scale=alt.Scale(domain=["up", "down"], range=[colour("up"), colour("down")]),
            ),
        ),
        _base.mark_text(align="left", dx=5).encode(
            x="right:Q", text=alt.Text("impact_value:Q", format="+" + number_format)
        ),
    )
    and_figures(waterfall.properties(width=WIDTH, height=alt.Step(26)), drivers.drop("hidden"), impact_value="{:+.4f}")
    return (waterfall,)


@app.cell
def _(bars):
    # The drivers by what the question asks for.
    causes = bars.group_by("cause", maintain_order=True).agg(pl.col("impact_value").sum())
    impact_of = dict(causes.iter_rows())
    return causes, impact_of


@app.cell
def _(causes, metric_name, number_format):
    and_figures(
        charts.bars(
            causes, WIDTH, label="cause", value="impact_value", title=metric_name, number_format="+" + number_format
        ),
        causes,
        impact_value="{:+.4f}",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 3. By metal level

    The same causes, each taken apart by the metal level of the members. A segment's part is weighted by its share of
    all members: the metal levels of a cause add up to its bar above.
    """)
    return


@app.cell
def _(batch_id, drivers, header):
    by_metal = (
        ask(
            """
            with

            members as (
                -- As the decomposition does: a member counts where the first run that scores the member has the member.
                select
                    coalesce(before.metal_level, after.metal_level) as metal_level,
                    before.member_id is not null as was_there,
                    after.member_id is not null as is_there
                from (select * from main_runs.risk_score_members where run_id = $baseline_run_id) as before
                full outer join (select * from main_runs.risk_score_members where run_id = $actual_run_id) as after
                    on before.member_id = after.member_id
            ),

            counts as (
                select
                    metal_level,
                    count(*) filter (where was_there) as baseline_count,
                    count(*) filter (where was_there and is_there) as stayed_count,
                    count(*) filter (where was_there != is_there) as churn_count
                from members
                group by metal_level
            )

            select
                segments.step_index,
                segments.segment_value as metal_level,
                segments.impact_value,
                counts.* exclude (metal_level)
            from main_analytics.decomposition_by_segment as segments
            left join counts on segments.segment_value = counts.metal_level
            where segments.batch_id = $batch_id and segments.segment_type = 'metal_level'
            """,
            batch_id=batch_id,
            baseline_run_id=header["baseline_run_id"],
            actual_run_id=header["actual_run_id"],
        )
        .filter(pl.col("impact_value") != 0)
        # A driver that is hidden above is not told here either: it would be the rest of its cause.
        .join(drivers.filter(pl.col("hidden").is_null()).select("step_index", "cause"), on="step_index")
        .group_by("cause", "metal_level")
        .agg(
            pl.col("impact_value").sum(),
            pl.col("baseline_count", "stayed_count", "churn_count").first(),
        )
        .with_columns(
            member_count=pl.when(cause="other people insured")
            .then("churn_count")
            .when(cause="the members who stayed")
            .then("stayed_count")
            .otherwise("baseline_count")
        )
        .select("cause", "metal_level", "member_count", "impact_value")
        .sort("cause", pl.col("metal_level").replace_strict({name: i for i, name in enumerate(METAL_LEVELS)}))
        .pipe(hide_small_cells, keep=["cause", "metal_level"], adds_up_within=["cause"])
    )
    return (by_metal,)


@app.cell
def _(by_metal, metric_name, number_format):
    _causes = by_metal["cause"].unique(maintain_order=True)
    and_figures(
        charts.grouped_bars(
            charts.shown(by_metal).pivot("cause", index="metal_level", values="impact_value"),
            WIDTH,
            label="metal_level",
            values=[(cause, cause) for cause in _causes],
            title=metric_name,
            number_format=number_format,
        ),
        by_metal.drop("hidden"),
        impact_value="{:+.4f}",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 4. The variables behind it

    The *bridge* explains the last run against the first from their components alone, without the runs in between. So
    it can take apart what the waterfall calls the members who stayed: did their conditions change, or their ages,
    plans and months? It measures the tables on those members only; its first bars are therefore not those of the
    waterfall.
    """)
    return


@app.cell
def _(batch_id, header):
    # In dollars the bridge has no bars: it then speaks about the plan liability risk score.
    bridge_metric = header["metric"] if header["metric"] != "dollars" else "member_month_mean"
    _drivers = ask(
        """
            with

            groups as (
                from (values
                    ('coefficient_change', 'the tables', 'CMS''s coefficients'),
                    ('csr_factor_change', 'the tables', 'CMS''s cost-sharing factors'),
                    ('demographics', 'age, plan and months', 'age, sex and sub-model'),
                    ('hcc_incidence', 'conditions', 'HCCs gained and lost'),
                    ('hcc_severity', 'conditions', 'HCCs that became milder or more severe'),
                    ('rxc', 'conditions', 'drug categories'),
                    ('interactions_and_counts', 'conditions', 'interactions and counts of HCCs'),
                    ('duration', 'age, plan and months', 'months of enrollment'),
                    ('metal_csr_mix', 'age, plan and months', 'other plans'),
                    ('member_month_mix', 'age, plan and months', 'more or fewer months in the mean'),
                    ('rounding', 'age, plan and months', 'rounding'),
                    ('lost_members', 'other people insured', 'members who left'),
                    ('new_members', 'other people insured', 'members who came')
                ) as words (driver, bridge_group, label)
            ),

            counts as (
                select
                    driver,
                    count(distinct member_id) as member_count
                from main_analytics.score_bridge_members
                where batch_id = $batch_id
                group by driver
            ),

            impacts as (
                select
                    driver,
                    driver_index,
                    max(member_count) as largest_count,
                    sum(impact_value) as impact_value
                from main_analytics.score_bridge
                where batch_id = $batch_id and metric = $metric
                group by driver, driver_index
            )

            select
                groups.bridge_group,
                groups.driver,
                groups.label,
                -- What weighs months has no members of its own in the long table.
                coalesce(counts.member_count, impacts.largest_count) as member_count,
                impacts.impact_value
            from impacts
            inner join groups on impacts.driver = groups.driver
            left join counts on impacts.driver = counts.driver
            order by impacts.driver_index
            """,
        batch_id=batch_id,
        metric=bridge_metric,
    )
    # Members stand behind several drivers, but impacts add up: to those of their group, and to the total change.
    bridge = hide_small_cells(_drivers, keep=["bridge_group", "driver", "label"], adds_up_within=["bridge_group"])
    bridge_groups = (
        _drivers.group_by("bridge_group", maintain_order=True)
        .agg(pl.col("member_count").max(), pl.col("impact_value").sum())
        .pipe(hide_small_cells, keep=["bridge_group"], adds_up_within=[])
    )
    return bridge, bridge_groups, bridge_metric


@app.cell
def _(bridge, metric_name):
    # What is rounded away needs no bar.
    _bars = bridge.filter(pl.col("impact_value").round(4) != 0)
    and_figures(
        charts.bars(_bars, WIDTH, label="label", value="impact_value", title=metric_name, number_format="+.4f"),
        bridge.drop("hidden"),
        impact_value="{:+.5f}",
    )
    return


@app.cell
def _(batch_id, bridge, bridge_metric):
    # The variables that moved most, of those that enough members stand behind.
    variables = (
        ask(
            """
            select
                bridge.variable,
                coalesce(labels.label, '') as label,
                bridge.driver,
                bridge.member_count,
                bridge.impact_value
            from main_analytics.score_bridge as bridge
            left join (select hcc, max_by(label, model_year) as label from main_cms.cms_hcc group by hcc) as labels
                on bridge.variable = labels.hcc
            where bridge.batch_id = $batch_id and bridge.metric = $metric and bridge.variable is not null
            """,
            batch_id=batch_id,
            metric=bridge_metric,
        )
        .pipe(hide_small_cells, keep=["variable", "label", "driver"], adds_up_within=["driver"])
        .filter(pl.col("hidden").is_null() & (pl.col("driver") != "rounding"))
        # Of a driver that is hidden above, no part is told.
        .join(bridge.filter(pl.col("hidden").is_null()), on="driver", how="semi")
        .sort(pl.col("impact_value").abs(), "variable", descending=[True, False])
    )
    table_of(variables.head(12).drop("hidden"), impact_value="{:+.4f}")
    return (variables,)


@app.cell(hide_code=True)
def _(header):
    mo.md(f"""
    ## 5. One coefficient in both years

    Of the HCCs whose price CMS changed from {header["tables_before"]} to {header["tables_after"]}, this one moved the
    score most, among those that enough members have in both years.
    """)
    return


@app.cell
def _(header, variables):
    _repriced = variables.filter(
        pl.col("variable").str.starts_with("HHS_HCC") & (pl.col("driver") == "coefficient_change")
    )
    mo.stop(_repriced.is_empty(), mo.md("Both runs have the same tables, or no HCC of enough members a new price."))
    repriced = _repriced.row(0, named=True)
    coefficients = ask(
        """
        select
            metal_level,
            model,
            coefficient_a as coefficient_before,
            coefficient_b as coefficient_after,
            difference
        from main_analytics.coefficient_diff
        where
            model_year_a = $tables_before
            and model_year_b = $tables_after
            and variable = $variable
            and model = 'adult'
        """,
        tables_before=header["tables_before"],
        tables_after=header["tables_after"],
        variable=repriced["variable"],
    ).sort(pl.col("metal_level").replace_strict({name: i for i, name in enumerate(METAL_LEVELS)}))
    return coefficients, repriced


@app.cell
def _(coefficients, header, repriced, written):
    mo.vstack(
        [
            mo.md(
                f"**{repriced['variable']}, {repriced['label']}**: its new price moved the score by "
                f"{written(repriced['impact_value'], sign=True)}, through {repriced['member_count']} members. What it "
                "adds to the score of an adult, by metal level:"
            ),
            and_figures(
                charts.grouped_bars(
                    coefficients,
                    WIDTH,
                    label="metal_level",
                    values=[
                        ("coefficient_before", f"tables of {header['tables_before']}"),
                        ("coefficient_after", f"tables of {header['tables_after']}"),
                    ],
                    title="coefficient",
                ),
                coefficients,
            ),
        ]
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 6. Does it add up?

    An explanation that does not add up explains nothing. Each line compares two ways to the same number.
    """)
    return


@app.cell
def _(batch_id, bridge_metric, header):
    checks = ask(
        """
        with

        drivers as (
            select
                step_index,
                impact_value
            from main_analytics.decomposition_scenarios
            where batch_id = $batch_id
        ),

        segments as (
            select
                step_index,
                segment_type,
                sum(impact_value) as impact_value
            from main_analytics.decomposition_by_segment
            where batch_id = $batch_id
            group by step_index, segment_type
        ),

        whole_runs as (
            select
                run_id,
                case $metric
                    when 'mean' then (
                        select avg(cast(risk_score as double)) from main_runs.risk_score_members as members
                        where members.run_id = segments.run_id
                    )
                    when 'sum' then (
                        select sum(cast(risk_score as double)) from main_runs.risk_score_members as members
                        where members.run_id = segments.run_id
                    )
                    else sum(cast(risk_score as double) * member_months) / sum(member_months)
                end as metric_value
            from main_runs.risk_score_segments as segments
            where run_id in ($baseline_run_id, $actual_run_id)
            group by run_id
        ),

        bridge as (
            select sum(impact_value) as impact_value
            from main_analytics.score_bridge
            where batch_id = $batch_id and metric = $metric
        ),

        differences as (
            select
                'The drivers of the waterfall, and the total change' as compared,
                cast((select sum(impact_value) from drivers) - $total_change as double) as difference
            union all
            select
                'The metal levels, ages, plans and sub-models of each driver, and the driver (the largest gap)',
                max(abs(cast(segments.impact_value - drivers.impact_value as double)))
            from segments
            inner join drivers on segments.step_index = drivers.step_index
            union all
            select
                'The bars of the bridge, and the change between the two runs over all of their members',
                cast((select impact_value from bridge) as double)
                - (select metric_value from whole_runs where run_id = $actual_run_id)
                + (select metric_value from whole_runs where run_id = $baseline_run_id)
        )

        select
            compared,
            difference,
            abs(difference) <= $tolerance as holds
        from differences
        """,
        batch_id=batch_id,
        metric=bridge_metric,
        total_change=header["total_change"],
        baseline_run_id=header["baseline_run_id"],
        actual_run_id=header["actual_run_id"],
        # Sums over a million members in floating point differ in the last digits.
        tolerance=1e-9 if bridge_metric != "sum" else 1e-3,
    )
    adds_up = checks["holds"].all()
    mo.vstack(
        [
            mo.callout(
                mo.md("**Yes**: every line holds." if adds_up else "**No**: use no figure before it is known why."),
                kind="success" if adds_up else "danger",
            ),
            table_of(checks),
        ]
    )
    return adds_up, checks


@app.cell
def _(adds_up, bridge_groups, header, impact_of, metric_name, moved, written):
    # The answer at the top, in words, from the figures of steps 2 and 4.
    _total = header["total_change"]
    _named = {
        "the tables": "The new tables",
        "other people insured": "that other people were insured",
        "the members who stayed": "what changed about the members who stayed",
    }
    _parts = [f"{_words} {moved(impact_of[_cause])}" for _cause, _words in _named.items() if _cause in impact_of]
    _same_way = {cause: impact for cause, impact in impact_of.items() if impact * _total > 0}
    _largest = max(_same_way, key=lambda cause: abs(_same_way[cause]), default=None)
    _conditions = dict(bridge_groups.select("bridge_group", "impact_value").iter_rows()).get("conditions")
    _sentences = [
        f"{metric_name.capitalize()} {'rose' if _total > 0 else 'fell'} by {written(abs(_total))}, from "
        f"{written(header['value_before'])} to {written(header['value_after'])}.",
        f"Most of it is owed to {_largest}." if _largest else "",
        f"{'; '.join(_parts)}." if _parts else "",
        ""
        if _conditions is None
        else f"Were they sicker? Through their conditions alone, the members who stayed {moved(_conditions)}: they "
        f"were {'sicker, or more of it was coded' if _conditions > 0 else 'not sicker, or less of it was coded'}.",
        "" if adds_up else "But the figures do not add up: see step 6.",
    ]
    answer = " ".join(sentence for sentence in _sentences if sentence)
    return (answer,)


@app.cell
def _(adds_up, answer):
    # `python why_did_the_score_move.py` has no page to look at: it prints the answer.
    if mo.app_meta().mode == "script":
        print(answer)
        print("The drivers add up." if adds_up else "The drivers do not add up.")
    return


@app.cell(hide_code=True)
def _(batch_id):
    mo.md(f"""
    ## Where to go on

    * `hhs-hcc report decomposition {batch_id}`: the same decomposition as a page that can be sent to somebody.
    * `hhs-hcc run scenarios/decomposition/…`: explain another pair of runs; then open this notebook again.
    * `docs/explanation/choosing_a_method.md`: why the ruler is changed first, and what other methods would say.
    """)
    return


if __name__ == "__main__":
    app.run()

"""The figures of a run that look at its data: which claim lines count, which do not, and what was refused before."""

from collections.abc import Mapping, Sequence

import polars as pl

from hhs_hcc.reports import charts
from hhs_hcc.reports.figure import Answer, Column, Figure, Kind, Section
from hhs_hcc.reports.queries import ask
from hhs_hcc.reports.run import charts as run_charts
from hhs_hcc.reports.suppression import HIDDEN, hidden_last, hide_within
from hhs_hcc.warehouse import Row, Warehouse

ACCEPTED = "ACCEPT"
# In the order in which the ledger judges a line.
REASONS = {
    "paid_after_cutoff": "paid after the cut-off",
    "duplicate": "copy of another line",
    "void_or_replaced": "void or replaced",
    "denied": "denied",
    "member_unknown": "member unknown",
    "outside_benefit_year": "outside the benefit year",
    "outside_enrollment": "member not covered then",
    "bill_type_not_eligible": "bill type not eligible",
    "no_eligible_service_code": "no eligible service code",
}
ELIGIBLE = {
    "diagnosis_line_count": "lines with diagnoses",
    "drug_line_count": "lines with a drug",
    "service_line_count": "lines with a service",
}
_SUPPLEMENTAL = {
    "ACCEPT": "has its effect",
    "voided_record_unknown": "voids a record that is not there",
    "voided": "voided by another record",
    "claim_unknown": "claim unknown",
    "member_differs_from_claim": "another member's claim",
    "claim_not_eligible": "diagnoses of the claim do not count",
    "outside_benefit_year": "outside the benefit year",
    "overtaken_by_later_record": "overtaken by a later record",
}
_ACTIONS = {"add": "adds a diagnosis", "delete": "deletes a diagnosis", "void": "voids an earlier record"}
_NOT_SCORED = {
    "no_coverage_in_benefit_year": "no coverage in the benefit year",
    "member_unknown": "coverage, but not in the members file",
    "missing_birth_date": "no birth date",
    "born_after_coverage": "born after coverage ended",
    "unknown_gender": "gender neither M nor F",
    "plan_unknown": "plan unknown",
    "metal_level_unknown": "metal level unknown",
    "csr_variant_not_for_metal": "cost-sharing variant not of that metal level",
}
_TEXT, _COUNT = pl.String(), pl.Int64()
# What the queries give whose tables may be missing.
_CLAIM_LINES: dict[str, pl.DataType] = {
    "claim_type": _TEXT,
    "reason": _TEXT,
    "line_count": _COUNT,
    "member_count": _COUNT,
    **dict.fromkeys(ELIGIBLE, _COUNT),
}
_SUPPLEMENTAL_RECORDS: dict[str, pl.DataType] = {
    "action_code": _TEXT,
    "reason": _TEXT,
    "record_count": _COUNT,
    "member_count": _COUNT,
}
_REFUSED_ROWS: dict[str, pl.DataType] = {
    **dict.fromkeys(["source_table", "severity", "reason", "column_name"], _TEXT),
    "row_count": _COUNT,
    "key_count": _COUNT,
}
_LINES = Column("line_count", "Claim lines", Kind.COUNT)
_SHARE = Column("share", "Of all lines", Kind.SHARE)


def claim_section(warehouse: Warehouse, run: Row) -> Section:
    """The way of the claim lines, from all that were delivered to those that count."""
    return Section(
        "claims",
        "Claims",
        [*_claim_lines(warehouse, run), _supplemental(warehouse, run), _unmapped(warehouse, run)],
        lead=(
            "Every claim line either counts or has one reason why it does not: the first that applies, in the order "
            "shown."
        ),
    )


def reject_section(warehouse: Warehouse, run: Row) -> Section:
    """Members who were not scored, and rows of files that were refused."""
    return Section("rejects", "Not scored, not read", [_not_scored(warehouse, run), _refused(warehouse, run)])


def _claim_lines(warehouse: Warehouse, run: Row) -> list[Figure]:
    found = _ask_if_there(
        warehouse,
        "run/claim_lines",
        {"main_runs.agg_claim_eligibility": ["run_id", *_CLAIM_LINES]},
        _CLAIM_LINES,
        run_id=run["run_id"],
    )
    made_before = (
        "Nothing to show: this run had no claim lines, or was made before the project kept their counts with each run "
        "(table main_runs.agg_claim_eligibility). A new run of the same specification has them: hhs-hcc replay."
    )
    types = claims_by_type(found.frame)
    steps = claim_funnel(found.frame, types)
    is_drawn = {"in", "accepted"} <= set(charts.shown(steps)["part"])
    return [
        Figure(
            name="claim-funnel",
            title="From all claim lines to those that count",
            reading=made_before
            if found.frame.is_empty()
            else (
                "All lines delivered, less those that do not count, each for the first reason that applies, give the "
                "lines accepted. Below them, the lines whose diagnoses, drug or service code are looked at; a service "
                "can lead to a drug class even where the claim has no code that makes its diagnoses count."
            ),
            frame=steps,
            columns=[Column("step", "Step"), _LINES, _SHARE],
            sql=found.sql,
            chart=run_charts.funnel if is_drawn else None,
            description="A waterfall: all claim lines, each reason why lines do not count, the lines accepted.",
        ),
        Figure(
            name="claims-by-type",
            title="Accepted claim lines by claim type",
            reading=made_before if found.frame.is_empty() else "Pharmacy lines bring drugs, the others diagnoses.",
            frame=types,
            columns=[
                Column("claim_type", "Claim type"),
                _LINES,
                Column("accepted_line_count", "Accepted", Kind.COUNT),
                Column("share", "Share accepted", Kind.SHARE),
            ],
            sql=found.sql,
            chart=lambda frame, width: charts.bars(
                frame, width, label="claim_type", value="share", title="Share of lines accepted", number_format=".1%"
            ),
            description="A bar for each claim type, as long as the share of its lines that was accepted.",
        ),
    ]


def claims_by_type(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines and accepted lines of each claim type.

    Args:
        lines: As `queries/run/claim_lines.sql` gives them.
    """
    accepted = pl.col("reason") == ACCEPTED
    by_type = lines.group_by("claim_type", maintain_order=True).agg(
        pl.col("line_count").sum(),
        accepted_line_count=pl.col("line_count").filter(accepted).sum(),
        # Members of several reasons overlap: there are at least as many as of the largest.
        member_count=pl.col("member_count").max(),
        accepted_member_count=pl.col("member_count").filter(accepted).sum(),
    )
    return (
        hide_within(
            by_type.with_columns(share=pl.col("accepted_line_count") / pl.col("line_count")),
            keep=["claim_type"],
            members=["member_count", "accepted_member_count"],
            totals=[[]],
        )
        .sort("claim_type")
        .drop("member_count", "accepted_member_count")
    )


def claim_funnel(lines: pl.DataFrame, types: pl.DataFrame) -> pl.DataFrame:
    """The steps from all claim lines to what accepted ones bring.

    Args:
        lines: As `queries/run/claim_lines.sql` gives them.
        types: As `claims_by_type` gives them: where the accepted lines of a type are hidden, so is what they bring.

    Returns:
        step; part: in, out (a row for each reason), accepted, eligible; line_count; share of all lines; hidden. What
        is `in` less what is `out` is what is `accepted`.
    """
    names = {**REASONS, ACCEPTED: "accepted"}
    order = {reason: place for place, reason in enumerate(names)}
    # A reason that is not in the list yet is shown under its own name, before what is accepted.
    nothing = pl.DataFrame({"reason": ACCEPTED, "line_count": 0, "member_count": 0}).head(lines.height)
    reasons = (
        pl.concat([lines.select(nothing.columns), nothing])
        .group_by("reason")
        .agg(pl.col("line_count").sum(), pl.col("member_count").max())
        .sort(pl.col("reason").replace_strict(order, default=len(REASONS) - 0.5), "reason")
        .select(
            step=pl.col("reason").replace(names),
            part=pl.when(pl.col("reason") == ACCEPTED).then(pl.lit("accepted")).otherwise(pl.lit("out")),
            line_count="line_count",
            member_count="member_count",
        )
    )
    whole = reasons.select(
        step=pl.lit("lines delivered"),
        part=pl.lit("in"),
        line_count=pl.col("line_count").sum(),
        member_count=pl.col("member_count").max(),
    ).filter(pl.col("line_count") > 0)
    eligible = pl.DataFrame(
        [
            {"step": step, "part": "eligible", "line_count": int(lines[column].sum()), "member_count": None}
            for column, step in ELIGIBLE.items()
        ],
        schema=reasons.schema,
    ).filter(pl.lit(not lines.is_empty()))
    total = int(lines["line_count"].sum())
    parts = [
        _funnel_part(whole, total, []),
        _funnel_part(reasons, total, [[]]),
        _funnel_part(eligible, total, [], hidden=types[HIDDEN].null_count() < types.height),
    ]
    return pl.concat(parts).drop("member_count")


def _funnel_part(rows: pl.DataFrame, total: int, totals: Sequence[Sequence[str]], hidden: bool = False) -> pl.DataFrame:
    return hide_within(
        rows.with_columns(share=pl.col("line_count") / total),
        keep=["step", "part"],
        totals=totals,
        protected=pl.repeat(hidden, rows.height, eager=True),
    )


def _supplemental(warehouse: Warehouse, run: Row) -> Figure:
    newest = warehouse.rows("select run_id from main_runs.current_run")
    is_newest = bool(newest) and newest[0]["run_id"] == run["run_id"]
    ledger = {"main_intermediate.int_supplemental_diagnosis_eligibility": ["action_code", "reason", "member_id"]}
    found = _ask_if_there(warehouse, "run/supplemental_diagnoses", ledger, _SUPPLEMENTAL_RECORDS)
    rows = found.frame if is_newest else found.frame.clear()
    frame = hide_within(rows, keep=["action_code", "reason"], totals=[[]]).with_columns(
        _words("action_code", _ACTIONS), _words("reason", _SUPPLEMENTAL)
    )
    if not is_newest:
        reading = "Not kept with each run: only the newest scoring run shows them, and this is an older one."
    elif rows.is_empty():
        reading = "The deliveries of this run had none."
    else:
        reading = "Records that add or delete diagnoses of claims, for example after a chart review."
    return Figure(
        name="supplemental-diagnoses",
        title="Supplemental diagnoses",
        reading=reading,
        frame=frame.drop("member_count"),
        columns=[
            Column("action_code", "The record"),
            Column("reason", "What becomes of it"),
            Column("record_count", "Records", Kind.COUNT),
        ],
        sql=found.sql,
    )


def _unmapped(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/unmapped_codes", run_id=run["run_id"])
    rows = answer.frame.with_columns(pl.col("row_count").cast(pl.Int64))
    # Few records are few members.
    frame = hide_within(rows, keep=["record_kind"], members="row_count", totals=[])
    return Figure(
        name="unmapped-codes",
        title="Codes that no CMS table knows",
        reading=(
            "Most are simply not part of the model. A sudden rise from run to run can be a mapping that is missing. "
            "main_runs.agg_unmapped_codes lists the codes."
        ),
        frame=frame,
        columns=[
            Column("record_kind", "Kind"),
            Column("code_count", "Codes", Kind.COUNT),
            Column("row_count", "Records", Kind.COUNT),
        ],
        sql=answer.sql,
    )


def _not_scored(warehouse: Warehouse, run: Row) -> Figure:
    answer = ask(warehouse, "run/members_not_scored", run_id=run["run_id"])
    frame = hidden_last(hide_within(answer.frame, keep=["reject_reason"], totals=[[]]), "reject_reason")
    return Figure(
        name="members-not-scored",
        title="Members who were not scored",
        reading="Each for the first reason that applies. Who had no coverage in the year has no score to be missed.",
        frame=frame.with_columns(_words("reject_reason", _NOT_SCORED)),
        columns=[Column("reject_reason", "Reason"), Column("member_count", "Members", Kind.COUNT)],
        sql=answer.sql,
    )


def _refused(warehouse: Warehouse, run: Row) -> Figure:
    load_id = run.get("load_id")
    found = _ask_if_there(
        warehouse,
        "run/refused_rows",
        {
            "main_staging.stg_issuer__rejects": ["load_id", "severity", "record_key"],
            "main_staging.stg_issuer__loads": ["load_id", "claims_mode"],
        },
        _REFUSED_ROWS,
        load_id=load_id,
    )
    if load_id is None:
        reading = "Nothing to show: the run read relations of its own (claims_view and its like), or names no delivery."
    elif found.frame.is_empty():
        reading = "None, or the database has no staging tables that say so by delivery."
    else:
        reading = (
            f"In the deliveries up to number {load_id}, as far as none had replaced them. A rejected row was not taken "
            "over; of a row with a warning, only the value that could not be read is missing."
        )
    source = pl.col("source_table").str.strip_prefix("raw_").str.replace("_", " ")
    frame = hide_within(
        found.frame, keep=["source_table", "severity", "reason", "column_name"], members="key_count", totals=[]
    )
    return Figure(
        name="refused-rows",
        title="Rows and values of files that could not be used",
        reading=reading,
        frame=frame.drop("key_count").with_columns(source, pl.col("reason").str.replace_all("_", " ")),
        columns=[
            Column("source_table", "File"),
            Column("severity", "What happened"),
            Column("column_name", "Column"),
            Column("reason", "Reason"),
            Column("row_count", "Rows", Kind.COUNT),
        ],
        sql=found.sql,
    )


def _words(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Codes of the database in plain words; one that is new keeps its own, without underscores."""
    return pl.col(column).replace_strict(words, default=pl.col(column).str.replace_all("_", " ")).alias(column)


def _ask_if_there(
    warehouse: Warehouse,
    name: str,
    reads: Mapping[str, Sequence[str]],
    gives: Mapping[str, pl.DataType],
    **values: str | int | None,
) -> Answer:
    """The answer of a query; no rows if the database is older than what it reads, or was built without it.

    Args:
        warehouse: The open database.
        name: Of the query.
        reads: The relations that the query reads, by schema and name, with columns that older ones may not have.
        gives: The columns of its answer.
        values: What the query names.
    """
    for relation, columns in reads.items():
        schema, table = relation.split(".")
        found = warehouse.rows(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", [schema, table]
        )
        if missing := set(columns) - {row["column_name"] for row in found}:
            what = f"columns {', '.join(sorted(missing))} of {relation}" if found else f"table {relation}"
            return Answer(pl.DataFrame(schema=dict(gives)), f"-- The database does not have the {what}.")
    return ask(warehouse, name, **values)

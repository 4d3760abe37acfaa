"""`hhs-hcc explain`: the score of one member, on screen."""

import sys
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hhs_hcc.explain import Category, Explanation, Term, explain
from hhs_hcc.terminal import print_json, say
from hhs_hcc.warehouse import Database, Row, open_warehouse

_PHI = "PHI: what follows is about one member. Keep it where such data may be kept."


def explain_command(
    run_id: Annotated[
        str, typer.Argument(metavar="RUN_ID", help="A scoring run: its run_id or run_description, or latest.")
    ],
    member_id: Annotated[str, typer.Argument(metavar="MEMBER_ID", help="The member, as the issuer's files write it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON, for programs.")] = False,
    database: Database = None,
) -> None:
    """Explain the score of one member. The output is PHI.

    It goes down to codes and claim lines, and names what was dropped by which hierarchy. All other commands show
    aggregates; this one shows one person on purpose: mind where it goes, and that a shell remembers what was typed.

    Exit codes: 0 the contributions add up to the score, 1 they do not, 2 there is nothing to explain.
    """
    with open_warehouse(database) as warehouse:
        found = explain(warehouse, run_id, member_id)
    if as_json:
        print_json(_as_figures(found, member_id))
    else:
        _print(found, member_id, Console())
    if not found.adds_up:
        print(
            f"error: the contributions add up to {found.total}, and risk_scores says {found.score['risk_score']}: "
            f"results of this run were changed after it. Score it again: hhs-hcc replay {found.run['run_id']} --force",
            file=sys.stderr,
        )
        raise typer.Exit(1)


def _as_figures(found: Explanation, member_id: str) -> dict[str, Any]:
    run = found.run
    return {
        "contains_phi": True,
        "run": {name: run[name] for name in ("run_id", "run_description", "model_year", "benefit_year", "edition")},
        "member_id": member_id,
        "score": found.score,
        "segments": found.segments,
        "categories": [asdict(category) for category in found.categories],
        "terms": [asdict(term) for term in found.terms],
        "sum_of_contributions": found.total,
        "adds_up": found.adds_up,
    }


def _print(found: Explanation, member_id: str, console: Console) -> None:
    run, score = found.run, found.score
    description = f"  ({run['run_description']})" if run["run_description"] else ""
    say(
        console,
        _PHI,
        "",
        f"run      {run['run_id']}{description}",
        f"rules    CMS tables of {run['model_year']} ({run['model_version']}, {run['edition']}) on data of "
        f"{run['benefit_year']}",
        f"member   {member_id}",
        f"         {score['model']} model: sex {score['gender']}, age {score['age_last']} on the last covered day, "
        f"{score['enrollment_months']} months ({score['enrollment_days']} days)",
        f"         {score['metal_level']}, CSR factor {_factor(score['csr_factor'])}, plan {score['hios_plan_id']}"
        + (", the last held" if score["segment_count"] > 1 else ""),
        "",
    )
    if found.categories:
        say(console, "Categories that codes give")
        for category in found.categories:
            say(console, *_category_lines(category))
    else:
        say(console, "No code of this member gives an HCC, an RXC or a cost factor.")
    for segment in found.segments:
        say(console, "", *_segment_lines(segment, score["enrollment_days"]))
        console.print(
            _contributions([term for term in found.terms if term.segment_number == segment["segment_number"]])
        )
    say(console, "A contribution is coefficient x CSR factor x share of days, to five decimals.", "")
    parts = " + ".join(f"{name} {score[f'{name}_score']}" for name in ("demographic", "hcc", "rxc"))
    say(console, f"parts    {parts}", f"sum      {found.total}")
    if found.adds_up:
        reported = f"reported as {score['reported_risk_score']}"
        say(
            console,
            f"adds up: the contributions give {found.total}, which is risk_scores.risk_score ({reported}).",
            f"Next: hhs-hcc show {run['run_id']}, or hhs-hcc runs for another run to explain the member in.",
        )


def _segment_lines(segment: Row, all_days: int) -> tuple[str, str]:
    return (
        f"Plan segment {segment['segment_number']}: {segment['hios_plan_id']}, {segment['metal_level']}, "
        f"{segment['segment_days']} of {all_days} days",
        f"raw score {segment['raw_risk_score']} x CSR factor {segment['csr_factor']} = {segment['risk_score']} "
        f"(CSR variant {segment['csr_variant']}, CMS indicator {segment['csr_indicator']})",
    )


def _category_lines(category: Category) -> list[str]:
    became = {
        "counted": f"counts in {category.counted_in}" if category.counted_in else "counts",
        "dropped_by_hierarchy": f"dropped by {category.dropped_by}, above it in the hierarchy",
        "not_in_model": "does not count: the member's sub-model does not know it",
        "blocked": "does not count: age or another category rules the cost factor out",
    }[category.status]
    label = f"  {category.label}" if category.label else ""
    return [f"  {category.variable}{label}: {became}", *(f"    {_record(record)}" for record in category.records)]


def _record(record: Row) -> str:
    if record["diagnosis_source"] == "supplemental":
        source = f"supplemental record {record['supplemental_diagnosis_id']}"
        if record["claim_id"]:
            source += f" on claim {record['claim_id']}"
    else:
        source = f"claim {record['claim_id']} line {record['claim_line_number']}"
    return f"{record['record_date']}  {record['record_kind']} {record['code']}  {source}"


def _contributions(terms: list[Term]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("variable", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("because of", overflow="fold")
    table.add_column("coefficient", justify="right", no_wrap=True)
    table.add_column("contribution", justify="right", no_wrap=True)
    for term in terms:
        kind = term.kind.replace("_", " ")
        table.add_row(term.variable, kind, _why(term), str(term.coefficient), str(term.contribution))
    table.add_section()
    coefficients = sum((term.coefficient for term in terms), Decimal(0))
    contributions = sum((term.contribution for term in terms), Decimal(0))
    table.add_row("sum", "", "", str(coefficients), str(contributions))
    return table


def _why(term: Term) -> str:
    if term.counted_in:
        return f"counts in {term.counted_in}"
    return ", ".join(term.because_of)


def _factor(factor: object) -> str:
    return "differs by segment" if factor is None else str(factor)

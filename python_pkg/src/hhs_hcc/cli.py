"""The command line: `hhs-hcc score`, `run`, `replay`, `runs`, `show`, `explain`, `synth` and `cms-publication`."""

import sys
import time
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.editions import RuleEdition, UnknownValidity
from hhs_hcc.errors import HhsHccError, InputError
from hhs_hcc.explain_command import explain_command
from hhs_hcc.output import check_writable, score_lines, write
from hhs_hcc.publication import cms_publication
from hhs_hcc.readers import ScoringInput, read_cms_files, read_project_files
from hhs_hcc.rules import compile_rules
from hhs_hcc.runs import runs_command
from hhs_hcc.scenario_commands import replay_command, run_command
from hhs_hcc.scoring import ScoreResult, score
from hhs_hcc.show import show_command
from hhs_hcc.synth.command import synth_command
from hhs_hcc.tables import MODELS, ReferenceTables, bundled_directory

app = typer.Typer(
    name="hhs-hcc",
    help="HHS-HCC risk scores, exactly as CMS computes them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("synth")(synth_command)
app.command("cms-publication")(cms_publication)
app.command("runs")(runs_command)
app.command("show")(show_command)
app.command("explain")(explain_command)
app.command("run")(run_command)
app.command("replay")(replay_command)


@app.command("score")
def score_command(
    model_year: Annotated[int, typer.Option(help="Whose CMS tables are applied.")],
    output: Annotated[Path, typer.Option(help="Scores, one row per member: .csv or .parquet.")],
    members: Annotated[Path | None, typer.Option(help="Members with their enrollment spans.")] = None,
    diagnoses: Annotated[Path | None, typer.Option(help="member_id, service_date, icd10.")] = None,
    ndc: Annotated[Path | None, typer.Option(help="member_id, fill_date, ndc.")] = None,
    hcpcs: Annotated[Path | None, typer.Option(help="member_id, service_date, hcpcs.")] = None,
    cms_input: Annotated[
        Path | None, typer.Option(help="A folder with PERSON, DIAG, NDC and HCPCS as the CMS software reads them.")
    ] = None,
    components: Annotated[Path | None, typer.Option(help="Also write each variable and what it adds.")] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(help="Members not scored, with the reason. (default: scores_rejected.csv beside OUTPUT)"),
    ] = None,
    edition: Annotated[
        RuleEdition, typer.Option(help="Follow CMS's published tables, or CMS's Python software.")
    ] = RuleEdition.DIY_TABLES,
    unknown_validity: Annotated[
        UnknownValidity, typer.Option(help="Codes whose October-December validity CMS has not published yet.")
    ] = UnknownValidity.CARRY_FORWARD,
    mce_edits: Annotated[bool, typer.Option(help="Apply the age and sex edits of the Medicare Code Editor.")] = True,
    benefit_year: Annotated[
        int | None, typer.Option(help="Calendar year of the data. (default: the model year)", show_default=False)
    ] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Other CMS tables, in the layout of seeds/cms. (default: those of the package)")
    ] = None,
) -> None:
    """Score members from files.

    Give either --members and --diagnoses (and --ndc, --hcpcs), or --cms-input.
    """
    started = time.monotonic()
    rejected = rejected or output.parent / "scores_rejected.csv"
    for file in (output, components, rejected):
        if file is not None:
            check_writable(file)
    cms = ReferenceTables.from_directory(tables or bundled_directory(), model_year)
    rules = compile_rules(cms)
    if cms_input is not None:
        if any(file is not None for file in (members, diagnoses, ndc, hcpcs)):
            raise InputError("Give either --cms-input or --members and --diagnoses, not both.")
        found = read_cms_files(cms_input, rules)
    elif members is not None and diagnoses is not None:
        found = read_project_files(members, diagnoses, ndc, hcpcs, rules, benefit_year or model_year)
    else:
        raise InputError("Nothing to score: give --members and --diagnoses, or --cms-input.")
    if found.segments.is_empty() and found.rejected.is_empty():
        raise InputError(f"{members or cms_input} holds no members: there is nobody to score.")
    if found.segments.is_empty():
        raise InputError(f"None of {found.rejected.height} members can be scored: {_reasons(found)}.")
    try:
        result = score(
            found.segments,
            found.diagnoses,
            found.drugs,
            found.services,
            cms,
            edition=edition,
            unknown_validity=unknown_validity,
            mce_edits=mce_edits,
            benefit_year=benefit_year,
        )
    except pl.exceptions.PolarsError as error:
        files = ", ".join(str(file) for file in (diagnoses, ndc, hcpcs, cms_input) if file is not None)
        raise InputError(
            f"The diagnoses, drugs or services ({files}) cannot be read to their end: a row has more columns than the "
            "header, or the text is not UTF-8."
        ) from error
    write(score_lines(result), output)
    if components is not None:
        write(result.components, components)
    # Written even if empty: a list left by an earlier call would speak of other members.
    write(found.rejected, rejected)
    _report(result, found, output, rejected, time.monotonic() - started)


def run() -> None:
    """Entry point: an error meant for people is printed as one, and the exit code is 2."""
    try:
        app()
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _report(result: ScoreResult, found: ScoringInput, output: Path, rejected: Path, seconds: float) -> None:
    console = Console(stderr=True)
    table = Table(title=f"{result.scores.height:,} members scored in {seconds:.1f} s")
    for heading in ("model", "members", "mean score"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    scores = result.scores.select(pl.col("model").cast(pl.String), pl.col("risk_score").cast(pl.Float64))
    for name in (*MODELS, "all"):
        of_model = scores["risk_score"] if name == "all" else scores.filter(pl.col("model") == name)["risk_score"]
        if len(of_model):
            table.add_row(name, f"{len(of_model):,}", f"{of_model.to_numpy().mean():.3f}")
    console.print(table)
    lost = result.outcomes.filter(pl.col("outcome") != "counted", pl.col("row_count") > 0)
    for kind, outcome, rows in lost.iter_rows():
        console.print(f"not counted: {rows:,} x {kind} with a risk-adjusting code, {outcome.replace('_', ' ')}")
    for kind, _, rows in result.unmapped.filter(pl.col("code").is_null()).iter_rows():
        console.print(f"not counted: {rows:,} x {kind} without a readable code")
    if result.csr_mismatches:
        console.print(
            f"{result.csr_mismatches:,} segments have a CSR indicator of another metal level (factor applied)"
        )
    if found.rejected.height:
        console.print(f"{found.rejected.height:,} members rejected: {_reasons(found)}; see {rejected}")
    console.print(f"scores: {output}")


def _reasons(found: ScoringInput) -> str:
    counts = found.rejected.group_by("reason").len().sort("len", descending=True)
    return ", ".join(f"{reason} {count:,}" for reason, count in counts.iter_rows())

"""`hhs-hcc score`: scores from plain files, without a database."""

import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from hhs_hcc.editions import RuleEdition, UnknownValidity
from hhs_hcc.errors import InputError
from hhs_hcc.output import check_writable, score_lines, write
from hhs_hcc.progress import progress
from hhs_hcc.readers import UNREADABLE, ScoringInput, read_cms_files, read_project_files
from hhs_hcc.rules import YearRules, compile_rules
from hhs_hcc.scoring import ScoreResult, score
from hhs_hcc.tables import MODELS, ReferenceTables, bundled_directory
from hhs_hcc.terminal import is_small, member_cell, print_json, say, shown_count


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
        RuleEdition,
        typer.Option(
            metavar="EDITION", help="Follow CMS's published tables (diy_tables) or its Python software (cms_software)."
        ),
    ] = RuleEdition.DIY_TABLES,
    unknown_validity: Annotated[
        UnknownValidity,
        typer.Option(
            metavar="CHOICE",
            help="Codes whose October-December validity CMS has not published yet: carry_forward counts them, strict "
            "does not.",
        ),
    ] = UnknownValidity.CARRY_FORWARD,
    mce_edits: Annotated[bool, typer.Option(help="Apply the age and sex edits of the Medicare Code Editor.")] = True,
    benefit_year: Annotated[
        int | None, typer.Option(help="Calendar year of the data. (default: the model year)", show_default=False)
    ] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Other CMS tables, in the layout of seeds/cms. (default: those of the package)")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON, for programs.")] = False,
) -> None:
    """Score members from files.

    Give either --members and --diagnoses (and --ndc, --hcpcs), or --cms-input.
    """
    started = time.monotonic()
    files = {"scores": output, "components": components, "rejected": rejected or output.parent / "scores_rejected.csv"}
    for file in files.values():
        if file is not None:
            check_writable(file)
    with progress(as_json=as_json) as tell:
        tell("reading the members", 1, 1)
        cms = ReferenceTables.from_directory(tables or bundled_directory(), model_year)
        found = _read(compile_rules(cms), cms_input, members, diagnoses, ndc, hcpcs, benefit_year or model_year)
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
                on_progress=tell,
            )
        except UNREADABLE as error:
            read = ", ".join(str(file) for file in (diagnoses, ndc, hcpcs, cms_input) if file is not None)
            raise InputError(
                f"The diagnoses, drugs or services ({read}) cannot be read to their end: a row has more columns than "
                "the header, the text is not UTF-8, or a file is damaged."
            ) from error
        # The rejected are written even if there are none: a list left by an earlier call would speak of other members.
        frames = {"scores": score_lines(result), "components": result.components.frame(), "rejected": found.rejected}
        for number, (name, file) in enumerate(files.items(), start=1):
            if file is not None:
                tell("writing", number, len(files))
                write(frames[name], file)
    seconds = time.monotonic() - started
    if as_json:
        print_json(_figures(result, found, files, seconds))
    else:
        _report(result, found, files, seconds)


def _read(
    rules: YearRules,
    cms_input: Path | None,
    members: Path | None,
    diagnoses: Path | None,
    ndc: Path | None,
    hcpcs: Path | None,
    benefit_year: int,
) -> ScoringInput:
    if cms_input is not None:
        if any(file is not None for file in (members, diagnoses, ndc, hcpcs)):
            raise InputError("Give either --cms-input or --members and --diagnoses, not both.")
        return read_cms_files(cms_input, rules)
    if members is not None and diagnoses is not None:
        return read_project_files(members, diagnoses, ndc, hcpcs, rules, benefit_year)
    raise InputError("Nothing to score: give --members and --diagnoses, or --cms-input.")


def _by_model(result: ScoreResult) -> dict[str, tuple[int, float | None]]:
    """Members, and their mean score unless they are few, of each sub-model that scored somebody and of all."""
    scores = result.scores.select(pl.col("model").cast(pl.String), pl.col("risk_score").cast(pl.Float64))
    found = {}
    for name in (*MODELS, "all"):
        of_model = scores["risk_score"] if name == "all" else scores.filter(pl.col("model") == name)["risk_score"]
        if len(of_model):
            mean = None if is_small(len(of_model)) else float(of_model.to_numpy().mean())
            found[name] = (len(of_model), mean)
    return found


def _not_counted(result: ScoreResult) -> list[tuple[int, str, str]]:
    """Rows, what they record, and why they did not count."""
    lost = result.outcomes.filter(pl.col("outcome") != "counted", pl.col("row_count") > 0)
    unreadable = result.unmapped.filter(pl.col("code").is_null())
    return [
        *((rows, kind, outcome) for kind, outcome, rows in lost.iter_rows()),
        *((rows, kind, "no_readable_code") for kind, _, rows in unreadable.iter_rows()),
    ]


def _figures(result: ScoreResult, found: ScoringInput, files: dict[str, Path | None], seconds: float) -> dict[str, Any]:
    return {
        "scored_count": result.scores.height,
        "models": [
            {"model": name, "member_count": shown_count(members), "mean_risk_score": mean}
            for name, (members, mean) in _by_model(result).items()
        ],
        "not_counted": [
            {"record_kind": kind, "reason": reason, "row_count": rows} for rows, kind, reason in _not_counted(result)
        ],
        "csr_mismatch_count": result.csr_mismatches,
        "rejected_count": found.rejected.height,
        "rejected": [{"reject_reason": reason, "member_count": count} for reason, count in _rejected(found)],
        "files": {name: str(file) if file else None for name, file in files.items()},
        "elapsed_seconds": round(seconds, 3),
    }


def _report(result: ScoreResult, found: ScoringInput, files: dict[str, Path | None], seconds: float) -> None:
    """On standard error, as ever: standard output is for the JSON of those who ask for it."""
    console = Console(stderr=True)
    table = Table(title=f"{result.scores.height:,} members scored in {seconds:.1f} s", title_justify="left")
    for heading in ("model", "members", "mean score"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    for name, (members, mean) in _by_model(result).items():
        if name == "all":
            table.add_section()
        table.add_row(name, member_cell(members), "-" if mean is None else f"{mean:.3f}")
    console.print(table)
    lines = []
    for rows, kind, reason in _not_counted(result):
        because = (
            "without a readable code"
            if reason == "no_readable_code"
            else f"with a risk-adjusting code, {reason.replace('_', ' ')}"
        )
        lines.append(f"not counted: {rows:,} x {kind} {because}")
    if result.csr_mismatches:
        lines.append(f"{result.csr_mismatches:,} segments have a CSR indicator of another metal level (factor applied)")
    if found.rejected.height:
        lines.append(f"{found.rejected.height:,} members rejected: {_reasons(found)}; see {files['rejected']}")
    lines.append(f"scores: {files['scores']}")
    if files["components"]:
        lines.append(f"components: {files['components']}")
        lines.append(
            "Next: add up contribution by member_id in the components: it is the risk_score of the member, exactly."
        )
    else:
        lines.append("Next: the same with --components FILE says what each age band, HCC and drug class adds.")
    say(console, *lines)


def _rejected(found: ScoringInput) -> list[tuple[str, int]]:
    """Reasons and their members, the most frequent first."""
    counts = found.rejected.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return [(reason, count) for reason, count in counts.iter_rows()]


def _reasons(found: ScoringInput) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in _rejected(found))

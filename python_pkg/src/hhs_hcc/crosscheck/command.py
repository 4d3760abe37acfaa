"""`hhs-hcc crosscheck`: the same people through CMS's own software and through this package."""

import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from hhs_hcc.crosscheck.causes import UNEXPLAINED, Cause, compare
from hhs_hcc.crosscheck.code_tables import with_code_lists_of
from hhs_hcc.crosscheck.package import COMMAND, CmsPackage, Runner, command_line
from hhs_hcc.crosscheck.people import People
from hhs_hcc.editions import RuleEdition
from hhs_hcc.errors import InputError
from hhs_hcc.output import check_writable, write
from hhs_hcc.progress import progress
from hhs_hcc.readers import ScoringInput, read_cms_files
from hhs_hcc.rules import compile_rules
from hhs_hcc.scoring import score
from hhs_hcc.tables import ReferenceTables, bundled_directory
from hhs_hcc.terminal import print_json, say


@dataclass(frozen=True)
class Summary:
    """What the cross-check found: counts only.

    Attributes:
        model_year: The year of the package.
        edition: The edition that was compared.
        people: Given to both sides.
        equal: With the same score to three decimals.
        share_equal: Of the people given.
        differences: Cause to people; causes without anybody are left out.
        rejected_by_us: Reason to people whom our reader refused, and who were not given to the package.
        without_diagnoses: People who were given a harmless diagnosis.
        left_out_diagnoses: Diagnoses without a readable code or date.
        harmless_code: That diagnosis.
        code_lists_compared: Whether the package's own code lists could be read.
        mce_edits: Whether both sides applied ages of the Medicare Code Editor, as the package's settings say.
    """

    model_year: int
    edition: str
    people: int
    equal: int
    share_equal: float
    differences: dict[str, int]
    rejected_by_us: dict[str, int]
    without_diagnoses: int
    left_out_diagnoses: int
    harmless_code: str
    code_lists_compared: bool
    mce_edits: bool

    @property
    def unexplained(self) -> int:
        """People whose difference has no cause that is known."""
        return sum(self.differences.get(cause, 0) for cause in UNEXPLAINED)


def crosscheck_command(
    cms_package: Annotated[Path, typer.Option(help="The folder that holds `software` of CMS's Python package.")],
    cms_input: Annotated[
        Path, typer.Option(help="A folder with PERSON, DIAG, NDC and HCPCS as the package reads them.")
    ],
    model_year: Annotated[
        int | None, typer.Option(help="The year of the package. (default: what its settings say)", show_default=False)
    ] = None,
    edition: Annotated[
        RuleEdition, typer.Option(help="The edition to compare; the other one explains differences.")
    ] = RuleEdition.CMS_SOFTWARE,
    batch_size: Annotated[int, typer.Option(min=1, help="People per run of the package.")] = 500,
    python: Annotated[
        str,
        typer.Option(
            help="An interpreter with what the package needs (pandas). (default: that of this program)",
            show_default=False,
        ),
    ] = sys.executable,
    command: Annotated[
        str,
        typer.Option(
            help="How the package is started, in the folder that holds `software`. (default: PYTHON on transform.py)",
            show_default=False,
        ),
    ] = COMMAND,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a batch may take.")] = 600,
    output: Annotated[
        Path | None, typer.Option(help="Also write who differs, with both scores and the cause: PHI.")
    ] = None,
    log: Annotated[Path, typer.Option(help="Where the package's own words are kept if it fails: may be PHI.")] = Path(
        "crosscheck.log"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON, for programs.")] = False,
) -> None:
    """Check this package against CMS's own Python software, which you have downloaded.

    A copy of the software is run in a process of its own on the people of --cms-input, in batches; then the scores
    are compared. What is printed are counts and causes, never anything of a person.

    Exit codes: 0 all scores are equal or their difference is explained, 1 some are not, 2 the check cannot be made.
    """
    if output is not None:
        check_writable(output)
    package = CmsPackage.at(cms_package)
    tables = ReferenceTables.from_directory(bundled_directory(), package.year_to_check(model_year))
    found = read_cms_files(cms_input, compile_rules(tables))
    if found.segments.is_empty():
        raise InputError(f"{cms_input} holds nobody who can be scored: {found.rejected.height:,} people rejected.")
    try:
        people = People.of(found, tables, package.date_format)
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"The diagnoses, drugs or services in {cms_input} cannot be read to their end: a row has more columns than "
            "the header, or the text is not UTF-8."
        ) from error
    started = time.monotonic()
    theirs = _run_package(package, people, batch_size, command_line(command, python), timeout, log, quiet=as_json)
    with_their_codes = with_code_lists_of(package.folder, tables)
    compared = compare(
        theirs, people.numbers, partial(_our_scores, found, package.mce_edits), tables, with_their_codes, edition
    )
    causes = compared.drop_nulls("cause").group_by("cause").len().rows()
    reasons = found.rejected.group_by("reason").len().sort("reason").rows()
    equal = compared["cause"].null_count()
    summary = Summary(
        model_year=tables.model_year,
        edition=edition,
        people=compared.height,
        equal=equal,
        share_equal=equal / compared.height,
        differences={cause.value: count for cause in Cause for name, count in causes if name == cause},
        rejected_by_us=dict(reasons),
        without_diagnoses=people.without_diagnoses,
        left_out_diagnoses=people.left_out_diagnoses,
        harmless_code=people.harmless_code,
        code_lists_compared=with_their_codes is not None,
        mce_edits=package.mce_edits,
    )
    if output is not None:
        write(compared.drop_nulls("cause"), output)
    if as_json:
        print_json({**asdict(summary), "unexplained": summary.unexplained})
    else:
        _print(summary, output, time.monotonic() - started)
    if summary.unexplained:
        raise typer.Exit(1)


def _run_package(
    package: CmsPackage,
    people: People,
    batch_size: int,
    command: list[str],
    timeout: float,
    log: Path,
    *,
    quiet: bool,
) -> pl.DataFrame:
    batches = list(people.batches(batch_size))
    with tempfile.TemporaryDirectory(prefix="crosscheck_") as workspace:
        runner = Runner.in_copy(package, Path(workspace), command, timeout, log)
        scores = []
        with progress(as_json=quiet) as tell:
            for number, batch in enumerate(batches, start=1):
                tell("CMS's package", number, len(batches))
                scores.append(runner.run(batch, f"batch {number} of {len(batches)}"))
    return pl.concat(scores)


def _our_scores(
    found: ScoringInput, mce_edits: bool, people: pl.DataFrame, tables: ReferenceTables, edition: RuleEdition
) -> pl.DataFrame:
    """Our side: member_id, model and the reported score in thousandths (`ours`) of some of the people."""
    members = people.select("member_id")
    some = members.lazy()
    result = score(
        found.segments.join(members, on="member_id", how="semi"),
        found.diagnoses.join(some, on="member_id", how="semi"),
        found.drugs.join(some, on="member_id", how="semi"),
        found.services.join(some, on="member_id", how="semi"),
        tables,
        edition=edition,
        mce_edits=mce_edits,
    )
    thousandths = (pl.col("reported_risk_score").cast(pl.Float64) * 1000).round(0).cast(pl.Int64)
    return result.scores.select("member_id", pl.col("model").cast(pl.String), thousandths.alias("ours"))


_MEANING = {
    Cause.EDITION: "the other edition gives CMS's number",
    Cause.CODE_LIST: "our rules with the package's code lists give CMS's number",
    Cause.EDITION_AND_CODE_LIST: "the other edition with the package's code lists gives CMS's number",
    Cause.ROUNDING: "0.001 apart",
    Cause.NOT_SCORED_BY_PACKAGE: "no score in the package's output",
    Cause.UNKNOWN: "not explained",
}


def _print(summary: Summary, output: Path | None, seconds: float) -> None:
    console = Console()
    say(
        console,
        f"Model year {summary.model_year}, edition {summary.edition}, in {seconds:.1f} s",
        f"people compared      {summary.people:,}",
        f"equal to 3 decimals  {summary.equal:,} ({_percent(summary.share_equal)})",
    )
    for cause, count in summary.differences.items():
        say(console, f"  {cause:<22} {count:>9,}  {_MEANING[Cause(cause)]}")
    if summary.rejected_by_us:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in summary.rejected_by_us.items())
        say(console, f"rejected here, not given to the package: {reasons}")
    if summary.without_diagnoses:
        say(
            console,
            f"{summary.without_diagnoses:,} people without diagnoses were given {summary.harmless_code}, which leads "
            "to nothing: the package fails on them",
        )
    if summary.left_out_diagnoses:
        say(console, f"{summary.left_out_diagnoses:,} diagnoses without a readable code or date were left out")
    if not summary.mce_edits:
        say(console, "ages of the Medicare Code Editor are switched off in the package, and so they were here")
    if not summary.code_lists_compared:
        say(console, "the package's code lists could not be read: a difference of code lists counts as unknown")
    if output is not None:
        say(console, f"who differs: {output} (PHI: keep it where such data may be kept)")
    elif summary.differences:
        say(console, "Next: --output FILE writes who differs, with both scores (PHI).")


def _percent(share: float) -> str:
    """A share without rounding up to everybody."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.999):.3f} %"

"""The command line: `hhs-hcc` and its commands, each in a module of its own."""

import sys

import typer

from hhs_hcc.crosscheck.command import crosscheck_command
from hhs_hcc.errors import HhsHccError
from hhs_hcc.explain_command import explain_command
from hhs_hcc.permissions import keep_new_files_private
from hhs_hcc.publication import cms_publication
from hhs_hcc.reports import command as reports
from hhs_hcc.runs import runs_command
from hhs_hcc.scenario_commands import replay_command, run_command
from hhs_hcc.score_command import score_command
from hhs_hcc.show import show_command
from hhs_hcc.synth.command import synth_command

app = typer.Typer(
    name="hhs-hcc",
    help="HHS-HCC risk scores, exactly as CMS computes them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Joins the lines of a paragraph in a docstring; without it they break where the source does.
    rich_markup_mode="markdown",
)
app.command("score")(score_command)
app.command("synth")(synth_command)
app.command("run")(run_command)
app.command("replay")(replay_command)
app.command("runs")(runs_command)
app.command("show")(show_command)
app.command("explain")(explain_command)
app.add_typer(reports.app)
app.command("crosscheck")(crosscheck_command)
app.command("cms-publication")(cms_publication)


def run() -> None:
    """Entry point: an error meant for people is printed as one, and the exit code is 2."""
    try:
        keep_new_files_private()
        app()
    except HhsHccError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None

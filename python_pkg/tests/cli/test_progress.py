"""Progress is for people: a bar on standard error of a terminal, and not a byte for files, pipes and programs."""

import os
import pty
import re
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from hhs_hcc.progress import progress
with progress("study", as_json="--json" in sys.argv) as tell:
    tell("run 2 of 4: a [bold] try", 3, 40)
    tell("writing", 1, 1)
print("done")
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")


def said_to_a_terminal(*arguments: str, piped: str = "", **environment: str) -> str:
    """What the program writes to a terminal; `piped` names the stream that is none."""
    reader, terminal = pty.openpty()
    streams = {name: subprocess.PIPE if name == piped else terminal for name in ("stdout", "stderr")}
    settings = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**settings, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
        stdin=terminal,
        timeout=60,
        check=True,
        **streams,
    )
    os.close(terminal)
    said = b""
    try:
        while part := os.read(reader, 65536):
            said += part
    except OSError:
        # How Linux says that nobody writes to the terminal any more.
        pass
    os.close(reader)
    return (said + (done.stdout or b"")).decode().replace("\r\n", "\n")


def test_a_terminal_sees_which_step_of_how_many_and_a_name_is_no_markup() -> None:
    said = said_to_a_terminal()
    assert "study: run 2 of 4: a [bold] try" in said
    assert "3 of 40" in said
    assert "study: writing" in said
    assert COLOUR.search(said)
    assert said.endswith("done\n")


def test_no_colour_is_used_where_none_is_wanted() -> None:
    said = said_to_a_terminal(NO_COLOR="1")
    assert "study: run 2 of 4" in said
    assert not COLOUR.search(said)


@pytest.mark.parametrize("piped", ["stdout", "stderr"])
def test_nothing_is_shown_if_an_output_is_no_terminal(piped: str) -> None:
    assert said_to_a_terminal(piped=piped) == "done\n"


def test_nothing_is_shown_if_a_program_reads_the_outcome() -> None:
    assert said_to_a_terminal("--json") == "done\n"


def test_nothing_is_shown_on_a_terminal_that_cannot_move_its_cursor_or_to_a_log_that_wants_colours() -> None:
    assert said_to_a_terminal(TERM="dumb") == "done\n"
    assert said_to_a_terminal(piped="stderr", FORCE_COLOR="1") == "done\n"

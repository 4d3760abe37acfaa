"""The help of the commands: everything is described, and nothing is cut off or broken in the middle of a line."""

from collections.abc import Iterator

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from hhs_hcc.cli import app


def paths(command: object = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command, groups included."""
    command = command or get_command(app)
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from paths(below, (*path, name))


def described(path: tuple[str, ...]) -> object:
    command = get_command(app)
    for name in path:
        command = command.commands[name]
    return command


@pytest.mark.parametrize("path", list(paths()), ids=" ".join)
def test_every_command_and_option_says_what_it_does(path: tuple[str, ...]) -> None:
    command = described(path)
    assert command.help
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []


@pytest.mark.parametrize("path", list(paths()), ids=" ".join)
def test_the_help_fits_a_narrow_terminal(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(app, [*path, "--help"])
    assert said.exit_code == 0
    assert max(len(line) for line in said.stdout.splitlines()) <= 80
    assert "…" not in said.stdout


def test_a_paragraph_breaks_where_the_terminal_does_and_not_where_the_source_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(app, ["explain", "--help"]).stdout
    paragraph = [line.strip() for line in said.splitlines() if line.startswith(" ") and "│" not in line]
    first = next(number for number, line in enumerate(paragraph) if line.startswith("It goes down to codes"))
    following = paragraph[first + 1].split()[0]
    assert len(f"{paragraph[first]} {following}") > 78, "the next word would not have fitted"
    following = paragraph[first + 2].split()[0]
    assert len(f"{paragraph[first + 1]} {following}") > 78

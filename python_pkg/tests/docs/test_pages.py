"""What the pages tell people to type, open and ask for exists."""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from documentation import PROJECT, TEXTS

from hhs_hcc.cli import app
from hhs_hcc.data_dictionary import read_dictionary

# Made by running something, or a person's own.
NOT_IN_THE_PROJECT = re.compile(r"^(data|target|logs|reports|deliveries|/path|/srv|/production|\.venv)(/|$)")
RELATIONS = {f"{relation.schema}.{relation.name}" for relation in read_dictionary(PROJECT)}
TOP = "analyses|bin|docs|macros|models|offline_packages|python_pkg|scenarios|seeds|snapshots|tests"

each_page = pytest.mark.parametrize("page", TEXTS)


def code(text: str) -> Iterator[str]:
    """What a page shows as code: lines of blocks, and what stands between backticks."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    yield from itertools.chain.from_iterable(block.splitlines() for block in blocks)
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))


def calls(text: str) -> Iterator[list[str]]:
    """The calls of hhs-hcc that a page shows, word by word."""
    for line in code(text):
        command = re.search(r"(?:^|[\s`])hhs-hcc ((?!=).+)", line.split("  #")[0].strip())
        if command and not line.lstrip().startswith("#"):
            yield shlex.split(command[1].replace("[", "").replace("]", "").replace("…", ""))


def unknown_in_call(words: list[str]) -> list[str]:
    """The words of a call that the program does not know; what its commands take as values is not looked at."""
    command = typer.main.get_command(app)
    while getattr(command, "commands", None) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return [words[0]]
        command, words = command.commands[words[0]], words[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    return sorted(given - options - {"--help"})


@each_page
def test_every_call_of_the_program_uses_commands_and_options_that_exist(page: str) -> None:
    assert {" ".join(call): unknown for call in calls(TEXTS[page]) if (unknown := unknown_in_call(call))} == {}


def test_calls_are_found_and_their_mistakes_too() -> None:
    shown = "`hhs-hcc shwo`, and\n\n   ```\n   hhs-hcc report run 'my run' --fast  # why\n   ```\n"
    assert [unknown_in_call(call) for call in calls(shown)] == [["--fast"], ["shwo"]]
    in_tutorial = {call[0] for call in calls(TEXTS["docs/tutorial.md"])}
    assert {"runs", "show", "report", "explain", "run"} <= in_tutorial


@each_page
def test_every_make_target_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {found for line in code(TEXTS[page]) for found in re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", line)}
    assert named - targets == set()


@each_page
def test_every_path_of_the_project_exists(page: str) -> None:
    named = {
        found.rstrip("/.:")
        for line in code(TEXTS[page])
        for found in re.findall(rf"(?<![\w/.-])((?:{TOP})/[\w./-]+)", line)
        if not NOT_IN_THE_PROJECT.match(found)
    }
    missing = [path for path in sorted(named) if not (PROJECT / path).exists()]
    # Names that end in an underscore or the like are beginnings, such as docs/decisions or seeds/cms/cms_….
    assert [path for path in missing if not list(PROJECT.glob(f"{path}*"))] == []


@each_page
def test_every_relation_exists(page: str) -> None:
    schemas = {relation.split(".")[0] for relation in RELATIONS}
    assert set(re.findall(r"\b(main_\w+\.\w+)", TEXTS[page])) - RELATIONS == set()
    assert set(re.findall(r"\bmain_[a-z_]+\b", TEXTS[page])) - schemas == set()


@each_page
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", TEXTS[page], flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (PROJECT / page).parent / path if path else PROJECT / page
        assert file.exists(), f"{target} leads to no file"
        if anchor:
            assert anchor in headings(file), f"{target} leads to no heading"


def headings(file: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_pages_of_the_site_hold_no_drawings_that_need_a_script_from_elsewhere() -> None:
    assert [page for page, text in TEXTS.items() if page != "README.md" and "```mermaid" in text] == []

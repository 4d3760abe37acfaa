"""What dbt says is passed on without its announcements, its way through macros and its tracebacks."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hhs_hcc.launcher import project
from hhs_hcc.launcher.project import Answer, DbtProject, Listener, readable

PROJECT = Path(__file__).parents[3]


def event(name: str, message: str, level: str = "error") -> SimpleNamespace:
    info = SimpleNamespace(name=name, msg=message, level=level, invocation_id="7")
    return SimpleNamespace(info=info, data=SimpleNamespace(index=2, total=9))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Encountered an error:\nCompilation Error in operation risk_adjustment-on-run-start-1 (./dbt_project.yml)\n"
            "  The var edition is 'x'.\n  \n  > in macro check_run_vars (macros/check_run_vars.sql)\n"
            "  > called by macro open_run (macros/open_run.sql)",
            "The var edition is 'x'.",
        ),
        (
            "Encountered an error while running operation: Compilation Error in macro fingerprints (macros/f.sql)\n"
            "  First:\n    second.\n  \n  > in macro fingerprints (macros/f.sql)",
            "First:\n  second.",
        ),
        (
            '  Runtime Error in model risk_scores (models/risk_scores.sql)\n  Binder Error: "label" not found',
            'model risk_scores: Binder Error: "label" not found',
        ),
        ("Encountered an error:\nRuntime Error\n  Could not find selector x", "Could not find selector x"),
        (
            "Encountered an error:\nRuntime Error\n  Runtime Error\n    Process 7 has the database open",
            "Process 7 has the database open",
        ),
        ("The database is locked", "The database is locked"),
    ],
)
def test_a_message_is_cut_to_what_it_says(message: str, said: str) -> None:
    assert readable(message) == said


def test_errors_and_printed_lines_are_kept_and_a_failed_test_has_its_name() -> None:
    steps: list[tuple[int, int]] = []
    listener = Listener(lambda index, total: steps.append((index, total)))
    for said in (
        event("LogStartLine", "2 of 9 START", level="info"),
        event("PrintEvent", "{}", level="info"),
        event("LogModelResult", "2 of 9 ERROR creating sql table model risk_scores"),
        event("RunResultFailure", "Failure in model risk_scores (models/risk_scores.sql)"),
        event("RunResultError", "  Runtime Error in model risk_scores (models/risk_scores.sql)\n  no memory"),
        event("RunResultFailure", "Failure in test unique_id (models/x.yml)"),
        event("RunResultError", "  Got 3 results, configured to fail if != 0"),
        event("MainStackTrace", "Traceback (most recent call last)"),
        event("SomeWarning", "old syntax", level="warn"),
    ):
        listener(said)
    assert listener.errors == [
        "model risk_scores: no memory",
        "test unique_id: Got 3 results, configured to fail if != 0",
    ]
    assert (listener.printed, listener.invocation_id, steps) == (["{}"], "7", [(2, 9)])


def answer_of(
    monkeypatch: pytest.MonkeyPatch, *events: SimpleNamespace, success: bool = False, exception: str | None = None
) -> Answer:
    """What the launcher makes of a command during which dbt says these events."""

    class Runner:
        def __init__(self, manifest: Any, callbacks: list[Listener]) -> None:
            assert manifest is None
            self._listen = callbacks[0]

        def invoke(self, arguments: list[str]) -> SimpleNamespace:
            assert "build" in arguments
            for one in events:
                self._listen(one)
            return SimpleNamespace(success=success, exception=exception and RuntimeError(exception), result=None)

    monkeypatch.setattr(project, "dbtRunner", Runner)
    monkeypatch.setattr(DbtProject, "_parse", lambda _: None)
    return DbtProject(PROJECT).dbt("build")


def test_what_helps_against_an_error_is_said_after_it_and_only_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = event("RunResultError", "  Runtime Error in model risk_scores (models/x.sql)\n  No space left on device")
    directions = event("PrintEvent", "What helps: make room", level="info")
    printed = event("PrintEvent", "Load 3: a delivery", level="info")
    failed = answer_of(monkeypatch, failure, printed, directions)
    assert failed.errors == ("model risk_scores: No space left on device", "What helps: make room")
    assert answer_of(monkeypatch, printed, directions, success=True).errors == ()


def test_what_dbt_raises_instead_of_saying_it_is_cut_to_what_it_says_too(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of(monkeypatch, exception="Runtime Error\n  Process 7 has the database open.")
    assert answer.errors == ("Process 7 has the database open.",)

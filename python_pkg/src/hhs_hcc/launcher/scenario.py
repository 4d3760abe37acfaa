"""Scenario files: vars of the project, and with `scoring_runs` the scoring runs that an analysis needs.

A file is what `dbt build --vars "$(cat FILE)"` takes. Its vars say what it is: with `decomposition` a decomposition,
with run_id_a and run_id_b a comparison, else a scoring run.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

import yaml  # type: ignore[import-untyped]

from hhs_hcc.errors import HhsHccError
from hhs_hcc.launcher.settings import OF_AN_ANALYSIS, WITHOUT_EFFECT_ON_SCORES

Kind = Literal["scoring", "comparison", "decomposition"]
KeyPath = tuple[str | int, ...]
SKIPPED_WORDS = ("example", "skip")
# The launcher sets these itself, for every run.
SET_BY_THE_LAUNCHER = {
    "run_id": "every run gets an id of its own",
    "run_description": "the name under scoring_runs is the description",
    "group_id": "all runs of a file share one group, which the file's own group_id can set",
    "group_description": "all runs of a file share one group, which the file's own group_description can set",
    "scoring_runs": "runs cannot be nested",
}


class ScenarioError(HhsHccError):
    """A scenario cannot be run as it is written; the message names the file and the line."""


@dataclass(frozen=True)
class Scenario:
    """What to score, and what to make of it.

    Attributes:
        name: For people: the file's name without its ending.
        source: How errors name it: the path.
        kind: What it ends in.
        runs: The scoring runs that it needs: run_description to vars, in order.
        analysis: Vars of the comparison or decomposition; empty if it only scores.
        group_id: The group of its runs, if it names one.
        group_description: What the group is called.
        lines: Line of each key in the file, by its path of keys and positions.
    """

    name: str
    source: str
    kind: Kind
    runs: Mapping[str, Mapping[str, Any]]
    analysis: Mapping[str, Any]
    group_id: int | None
    group_description: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False)

    def labels(self) -> dict[str, str]:
        """The scoring runs that the analysis names, by the dotted key that names each."""
        if self.kind == "comparison":
            return {name: str(self.analysis[name]) for name in ("run_id_a", "run_id_b")}
        scenarios = (self.analysis.get("decomposition") or {}).get("scenarios")
        if not isinstance(scenarios, Mapping):
            return {}
        return {f"decomposition.scenarios.{name}": str(label) for name, label in scenarios.items() if label is not None}

    def analysis_of(self, run_ids: Mapping[str, str]) -> dict[str, Any]:
        """The vars of the analysis, with run_ids in the place of the descriptions of runs."""
        variables = dict(self.analysis)
        if self.kind == "comparison":
            for name in ("run_id_a", "run_id_b"):
                variables[name] = run_ids.get(str(variables[name]), variables[name])
        elif self.kind == "decomposition":
            specification = dict(variables["decomposition"])
            scenarios = specification.get("scenarios")
            # Where it is no mapping, the checks of dbt say so, and where it should stand.
            if isinstance(scenarios, Mapping):
                specification["scenarios"] = {name: run_ids.get(str(label), label) for name, label in scenarios.items()}
            variables["decomposition"] = specification
        return variables

    def own_key_of(self, run: str) -> KeyPath:
        """Where the vars of a scoring run stand in the file."""
        path: KeyPath = ("scoring_runs", run)
        return path if path in self.lines else ()

    def refusal(self, message: str, below: KeyPath = ()) -> "ScenarioError":
        """An error with a message of dbt, and the line of each key that it speaks of.

        Args:
            message: It names keys as the file does, with dots between them: decomposition.analysis.method. Its first
                line may name one anywhere, the others at their beginning.
            below: Only keys below this one are looked at; its own line stands in for one that is not found.
        """
        first, *others = message.splitlines()
        placed = [self._line_of(other.strip(), below, only_at_start=True) for other in others]
        if any(placed):
            told = [
                f"  line {line}: {other.strip()}" if line else other for line, other in zip(placed, others, strict=True)
            ]
            return ScenarioError("\n".join([f"{self.source}: {first}", *told]))
        line = self._line_of(first, below) or self.lines.get(below)
        return ScenarioError(f"{self.source}, line {line}: {message}" if line else f"{self.source}: {message}")

    def _line_of(self, text: str, below: KeyPath, *, only_at_start: bool = False) -> int | None:
        """The line of the key that a text names first; the longest if one is part of another."""
        found = []
        for path, line in self.lines.items():
            if len(path) > len(below) and path[: len(below)] == below:
                match = re.search(rf"(?<![\w.]){re.escape(dotted(path[len(below) :]))}(?![\w\[])", text)
                if match and (match.start() == 0 or not only_at_start):
                    found.append((match.start(), -match.end(), line))
        return min(found)[2] if found else None


def dotted(path: KeyPath) -> str:
    """A path of keys and positions as people write it; the first of a list is components[1]."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def scenario_files(path: Path) -> tuple[list[Path], list[Path]]:
    """The scenario files that a path stands for, and those that are passed over.

    A folder stands for its `*.yml`, in order of their names, without those whose name begins with `_` or contains
    `example` or `skip`. A file that is named is taken whatever it is called.
    """
    if path.is_file():
        return [path], []
    if not path.is_dir():
        raise ScenarioError(f"There is no file or folder {path}. The scenarios of the project are in scenarios/.")
    every = sorted(file for file in path.iterdir() if file.suffix in (".yml", ".yaml") and file.is_file())
    skipped = [file for file in every if file.name.startswith("_") or any(word in file.name for word in SKIPPED_WORDS)]
    chosen = [file for file in every if file not in skipped]
    if not chosen:
        passed_over = f", except {', '.join(file.name for file in skipped)}, which are passed over" if skipped else ""
        raise ScenarioError(f"{path} holds no scenario (*.yml){passed_over}. Name a file, or another folder.")
    return chosen, skipped


def read_scenario(path: Path, defaults: Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read and check a scenario file.

    Args:
        path: The file.
        defaults: Every var of the project with its default.
        overrides: Vars that win over those of the file; those that decide scores win in each of its scoring runs.

    Raises:
        ScenarioError: If the file cannot be read, or says something that cannot be run.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise ScenarioError(f"{path} cannot be read as text: {type(error).__name__}.") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = dict(_lines(root, (), str(path), set())) if root is not None else {}
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScenarioError(_syntax_error(str(path), error)) from error
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        # PyYAML's own checks miss the 30th of February, numbers without digits, nesting without end, and values that
        # are not of the type that a tag gives them (`!!timestamp x`).
        raise ScenarioError(
            f"{path}: a value cannot be read: a date or number that does not exist, or too deep a nesting. "
            "Put texts between quotes."
        ) from error
    return scenario_of(content, defaults, overrides, name=path.stem, source=str(path), lines=lines)


def scenario_of(
    content: Any,
    defaults: Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    *,
    name: str = "scenario",
    source: str = "scenario",
    lines: Mapping[KeyPath, int] | None = None,
) -> Scenario:
    """A checked scenario from its vars, as read_scenario makes of a file."""
    checker = _Checker(source, defaults, lines or {})
    if not isinstance(content, Mapping) or not content:
        checker.refuse((), "a scenario is a mapping of vars to values, such as benefit_year: 2025.")
    if overrides is not None:
        _Checker("--vars", defaults, {}).check_names(overrides, ())
    checker.check_names(content, ())
    if "run_id" in content:
        checker.refuse(("run_id",), "run_id cannot be set here: every run gets an id of its own.")
    given = {**content, **(overrides or {})}
    runs = _scoring_runs(given, overrides or {}, checker)
    kind = _kind(given, checker)
    description = str(given.get("run_description") or name)
    if kind == "scoring":
        if description in runs:
            checker.refuse(
                ("scoring_runs", description),
                f"'{description}' is the description of the file's own run, too. Give one of them another.",
            )
        runs[description] = {key: value for key, value in given.items() if key not in SET_BY_THE_LAUNCHER}
    return Scenario(
        name=name,
        source=source,
        kind=kind,
        runs=runs,
        analysis={} if kind == "scoring" else {**given, "run_description": description},
        group_id=given.get("group_id"),
        group_description=str(given.get("group_description") or description),
        lines=lines or {},
    )


@dataclass(frozen=True)
class _Checker:
    """Refuses what a file says, with its line."""

    source: str
    defaults: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def refuse(self, path: KeyPath, problem: str) -> NoReturn:
        line = next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)
        raise ScenarioError(f"{self.source}, line {line}: {problem}" if line else f"{self.source}: {problem}")

    def check_names(self, variables: Mapping[Any, Any], below: KeyPath) -> None:
        for name in variables:
            if name not in self.defaults:
                close = difflib.get_close_matches(str(name), self.defaults, n=2)
                hint = f"Did you mean {' or '.join(close)}?" if close else "dbt_project.yml lists them all."
                self.refuse((*below, str(name)), f"there is no var '{name}'. {hint}")


def _kind(given: Mapping[str, Any], checker: _Checker) -> Kind:
    sides = [name for name in ("run_id_a", "run_id_b") if given.get(name) is not None]
    if given.get("decomposition") is not None:
        if not isinstance(given["decomposition"], Mapping):
            checker.refuse(("decomposition",), "decomposition is a mapping: {analysis: {...}, scenarios: {...}}.")
        if sides:
            checker.refuse(
                (sides[0],), f"{sides[0]} asks for a comparison and decomposition for another run: two files, please."
            )
        return "decomposition"
    if len(sides) == 1:
        absent = "run_id_b" if sides == ["run_id_a"] else "run_id_a"
        checker.refuse((sides[0],), f"a comparison is of two runs: {sides[0]} is given, {absent} is not.")
    if sides and str(given["run_id_a"]) == str(given["run_id_b"]):
        checker.refuse(("run_id_b",), f"run_id_a and run_id_b are both '{given['run_id_b']}'. Give two runs.")
    return "comparison" if sides else "scoring"


def _scoring_runs(
    given: Mapping[str, Any], overrides: Mapping[str, Any], checker: _Checker
) -> dict[str, Mapping[str, Any]]:
    """The var scoring_runs, with the overrides that decide scores in each run."""
    written = given.get("scoring_runs")
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        checker.refuse(
            ("scoring_runs",), "scoring_runs is a mapping of run_description to vars: {first: {diy_model_year: 2024}}."
        )
    runs: dict[str, Mapping[str, Any]] = {}
    for name, variables in written.items():
        path: KeyPath = ("scoring_runs", str(name))
        if not isinstance(variables, Mapping):
            checker.refuse(path, f"'{name}' must hold the vars of a scoring run, such as {{diy_model_year: 2024}}.")
        checker.check_names(variables, path)
        for key in variables:
            if key in SET_BY_THE_LAUNCHER:
                checker.refuse((*path, key), f"{key} cannot be set here: {SET_BY_THE_LAUNCHER[key]}.")
            if key in OF_AN_ANALYSIS:
                checker.refuse((*path, key), f"{key} belongs to an analysis, and '{name}' is a scoring run.")
        deciding = {key: value for key, value in overrides.items() if key not in WITHOUT_EFFECT_ON_SCORES}
        runs[str(name)] = {**variables, **deciding}
    return runs


def _lines(node: yaml.Node, path: KeyPath, source: str, seen: set[int]) -> Iterator[tuple[KeyPath, int]]:
    """Where each key stands. PyYAML lets a key that is given twice pass, and the first value is gone.

    What an alias repeats is placed where it stands first; `seen` has the nodes that were placed. So aliases of aliases
    cost no more than they take to write, and one that contains itself is not followed for ever.
    """
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield (*path, position), item.start_mark.line + 1
            yield from _lines(item, (*path, position), source, seen)
    if not isinstance(node, yaml.MappingNode):
        return
    first_lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise ScenarioError(f"{source}, line {line}: a key is a list or a mapping. Keys are the names of vars.")
        if key.value in first_lines:
            raise ScenarioError(
                f"{source}, line {line}: {key.value} is given twice, first in line {first_lines[key.value]}. Keep one."
            )
        first_lines[key.value] = line
        yield (*path, key.value), line
        yield from _lines(value, (*path, key.value), source, seen)


def _syntax_error(source: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"{source}, line {mark.line + 1}" if mark else source
    return f"{place}: this is no YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}."

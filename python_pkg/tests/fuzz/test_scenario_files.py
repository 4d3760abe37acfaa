"""A scenario file of any content is read, or refused with its name; never a traceback."""

import pytest
from fuzz.feeds import EXAMPLES
from fuzz.laws import read_as_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = (
    "benefit_year",
    "run_id_a",
    "run_id_b",
    "scoring_runs",
    "decomposition",
    "scenarios",
    "analysis",
    "group_id",
    "group_description",
    "run_description",
    "edition",
    "nonsense",
    "<<",
    "? [a, b]",
    "2025",
    "null",
    "*a",
)
VALUES = (
    "2025",
    "latest",
    "'it''s'",
    "2025-02-30",
    "0x_",
    "0b_",
    "1:99:99",
    ".inf",
    "~",
    "[]",
    "{}",
    "[a, {b: c}]",
    "{base: latest, all: x}",
    "{scenarios: [a], analysis: 3}",
    "{scenarios: {base: x}, analysis: {method: y}}",
    "!!python/object:os.system x",
    "!!binary x",
    "!!float x",
    "!!timestamp x",
    "&a [*a]",
    "*b",
    "&a 1",
    "|\n  text",
    '"\\ud800"',
    "\x00",
    "\x85",
)
scalars = st.one_of(st.sampled_from(VALUES), st.text(max_size=8))
lines = st.tuples(st.sampled_from(("", "", "  ", "    ", "- ")), st.sampled_from(KEYS), scalars)
files = st.lists(lines, max_size=8).map(lambda all_: "\n".join(f"{pad}{key}: {value}" for pad, key, value in all_))


@settings(max_examples=EXAMPLES)
@given(st.one_of(files.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=40)))
def test_any_text_is_a_scenario_or_refused_in_words(content: bytes) -> None:
    read_as_scenario(content)


@pytest.mark.parametrize(
    "text",
    [
        "benefit_year: 2025-02-30",
        "benefit_year: 0x_",
        "benefit_year: !!timestamp x",
        "benefit_year: !!bool x",
        "benefit_year: !!int ''",
        "benefit_year: !!float x",
        "benefit_year: !!binary é",
        "benefit_year: !!set x",
        "? [a, b]\n: 1",
        "? {a: b}\n: 1",
        "benefit_year: &a [*a]",
        "decomposition: text",
        "decomposition: [a]",
        "benefit_year: " + "[" * 2000,
        "a: &a [x, x]\n"
        + "\n".join(f"k{n}: &b{n} [" + ", ".join([f"*{'a' if n == 0 else f'b{n - 1}'}"] * 9) + "]" for n in range(9)),
        'run_description: "\\ud800"',
    ],
)
def test_a_trap_of_yaml_is_refused_or_taken_and_never_ends_in_a_traceback(text: str) -> None:
    read_as_scenario(text.encode())

"""Diagrams show what the YAML says about keys and references, and nothing else."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documentation import PROJECT

from hhs_hcc.data_dictionary import Reference, read_dictionary
from hhs_hcc.erd import draw_svg, erd_dot
from hhs_hcc.errors import HhsHccError

SETTINGS = """
name: small
models:
  small:
    +schema: lost
    star: {+schema: star}
seeds:
  small: {lists: {+schema: lists}}
"""
STAR = """
models:
  - name: fct_visit
    description: "One visit, {{ doc('said_once') }}"
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments: {combination_of_columns: [visit_id, line]}
    config:
      meta:
        references:
          - {columns: [visit_id], to: fct_bill}
          - {columns: [room, floor], to: room, to_columns: [number, storey]}
    columns:
      - {name: visit_id, data_type: varchar, description: Key}
      - {name: line, description: Key}
      - name: dog_sk
        description: '{{ doc("said_once") }}'
        config: {meta: {phi: quasi}}
        data_tests: [not_null, relationships: {arguments: {to: ref('dim_dog'), field: dog_sk}}]
      - {name: room}
      - {name: floor}
      - {name: amount}
  - name: fct_bill
    columns:
      - name: visit_id
        data_tests: [unique, relationships: {arguments: {to: "source('paper', 'ledger')", field: visit_id}}]
  - name: dim_dog
    columns: [{name: dog_sk, data_tests: [unique]}, {name: name, description: 'Any <"text"> & more'}]
  - name: dim_alone
    columns: [{name: alone_sk, data_tests: [unique]}]
"""
PAPER = """
sources:
  - name: paper
    schema: "{{ target.schema }}_paper"
    tables: [{name: ledger, columns: [{name: visit_id, data_tests: [unique]}, {name: written_by}]}]
"""
LISTS = """
seeds:
  - name: room
    config: {meta: {phi: none}, column_types: {number: integer}}
    columns: [{name: number}, {name: storey}]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project of five tables that refer to one another, and one that does not."""
    files = {
        "dbt_project.yml": SETTINGS,
        "models/star/star.yml": STAR,
        "models/paper.yml": PAPER,
        "seeds/lists/lists.yml": LISTS,
        "models/words.md": "{% docs said_once %}\nsaid\nonce\n{% enddocs %}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def nodes(dot: str) -> dict[str, str]:
    """The tables of a diagram, each with what stands in it."""
    return dict(re.findall(r'^    "(\w+)" \[label=<(.*)>, tooltip', dot, re.MULTILINE))


def edges(dot: str) -> set[tuple[str, ...]]:
    pattern = r'^    "(\w+)":"from_(\w+)":e -> "(\w+)":"to_(\w+)":w \[arrowtail=(\w+), arrowhead=(\w+),'
    return set(re.findall(pattern, dot, re.MULTILINE))


def test_the_dictionary_says_what_the_yaml_says(small: Path) -> None:
    relations = {relation.name: relation for relation in read_dictionary(small)}
    visit = relations["fct_visit"]
    assert (visit.schema, visit.room, visit.key) == ("main_star", "star", ("visit_id", "line"))
    assert visit.description == "One visit, said once"
    assert [(c.name, c.data_type, c.description, c.phi) for c in visit.columns[:3]] == [
        ("visit_id", "varchar", "Key", ""),
        ("line", "", "Key", ""),
        ("dog_sk", "", "said once", "quasi"),
    ]
    assert visit.references == (
        Reference(("dog_sk",), "dim_dog", ("dog_sk",)),
        Reference(("visit_id",), "fct_bill", ("visit_id",)),
        Reference(("room", "floor"), "room", ("number", "storey")),
    )
    assert (relations["ledger"].schema, relations["ledger"].room) == ("main_paper", "paper")
    room = relations["room"]
    assert (room.schema, room.room, room.key) == ("main_lists", "seeds/lists", ())
    assert [(column.data_type, column.phi) for column in room.columns] == [("integer", "none"), ("", "none")]


def test_references_are_arrows_from_many_or_one_to_one_or_where_no_key_is_known_to_many(small: Path) -> None:
    assert edges(erd_dot(small, ["star"])) == {
        ("fct_visit", "dog_sk", "dim_dog", "dog_sk", "crow", "tee"),
        ("fct_visit", "visit_id", "fct_bill", "visit_id", "crow", "tee"),
        ("fct_visit", "floor", "room", "storey", "crow", "crow"),
        ("fct_bill", "visit_id", "ledger", "visit_id", "tee", "tee"),
    }


def test_keys_and_referring_columns_are_drawn_and_the_rest_is_counted(small: Path) -> None:
    drawn = nodes(erd_dot(small, ["star"]))
    assert set(drawn) == {"fct_visit", "fct_bill", "dim_dog", "ledger", "room"}, "dim_alone has no arrow"
    columns = re.findall(r'port="to_(\w+)".*?port="from_\w+">(.*?)</td>', drawn["fct_visit"])
    assert [name for name, _ in columns] == ["visit_id", "line", "dog_sk", "room", "floor"]
    assert [name for name, mark in columns if "key" in mark] == ["visit_id", "line"]
    assert "and 1 more" in drawn["fct_visit"]
    assert "dashed" in drawn["ledger"]
    assert "more" not in drawn["ledger"]


def test_links_lead_from_the_tables_of_the_rooms_only(small: Path) -> None:
    dot = erd_dot(small, ["star"], link=lambda name: f"#{name}")
    assert set(re.findall(r'URL="#(\w+)"', dot)) == {"fct_visit", "fct_bill", "dim_dog"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("to: fct_bill", "to: fct_bull", "fct_visit refers to fct_bull, which no YAML describes"),
        ("field: dog_sk", "field: cat_sk", "fct_visit refers to dim_dog; dim_dog has no column cat_sk"),
        ("columns: [room, floor]", "columns: [roof, floor]", "fct_visit refers to room; fct_visit has no column roof"),
        ('doc("said_once")', 'doc("never_said")', "fct_visit.dog_sk: there is no doc block never_said"),
        ('doc("said_once")', 'var("x")', "fct_visit.dog_sk: the description holds Jinja other than doc"),
    ],
)
def test_what_leads_nowhere_is_an_error(small: Path, before: str, after: str, message: str) -> None:
    file = small / "models" / "star" / "star.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(HhsHccError, match=re.escape(message)):
        erd_dot(small, ["star"])


def test_a_room_that_is_not_there_is_an_error_that_names_the_rooms(small: Path) -> None:
    with pytest.raises(HhsHccError, match=r"no room sta\. Rooms: paper, seeds/lists, star"):
        erd_dot(small, ["sta"])
    with pytest.raises(HhsHccError, match=r"no dbt_project\.yml"):
        erd_dot(small / "models", ["star"])


def test_the_star_has_an_arrow_for_each_tested_relationship() -> None:
    tested = {
        (relation.name, reference.columns[-1])
        for relation in read_dictionary(PROJECT)
        if relation.room == "warehouse"
        for reference in relation.references
    }
    drawn = {(name, column) for name, column, *_ in edges(erd_dot(PROJECT, ["warehouse"]))}
    assert drawn == tested
    assert ("fct_claim_line", "member_current_sk") in drawn


def test_graphviz_draws_every_table(small: Path, needs_graphviz: None) -> None:
    svg = draw_svg(erd_dot(small, ["star"]))
    assert svg.startswith("<svg")
    assert {"fct_visit", "dim_dog", "room"} <= set(re.findall(r">(\w+)</text>", svg))
    with pytest.raises(HhsHccError, match="Graphviz cannot draw this"):
        draw_svg("digraph {")


def test_the_command_writes_a_file(small: Path, tmp_path: Path, needs_graphviz: None) -> None:
    out = tmp_path / "new" / "star.svg"
    command = [sys.executable, "-m", "hhs_hcc.erd", "--project", str(small), "--out", str(out), "--room"]
    subprocess.run([*command, "star"], check=True)
    assert "fct_visit" in out.read_text(encoding="utf-8")
    failed = subprocess.run([*command, "stars"], check=False, capture_output=True, text=True)
    assert failed.returncode == 2
    assert failed.stderr.startswith("error: There is no room stars.")


def test_without_graphviz_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(HhsHccError, match="apt-get install graphviz"):
        draw_svg("digraph {}")

"""What the pages say of tables holds in a database: descriptions, references, and the queries that they show."""

import re
from collections.abc import Iterator

import duckdb
import pytest
from documentation import PROJECT, TEXTS
from report_demo import finished_database

from hhs_hcc.data_dictionary import Reference, Relation, read_dictionary

RELATIONS = {relation.name: relation for relation in read_dictionary(PROJECT)}
# Declared under meta.references, which dbt does not test: their tables are large, and every run would pay for it.
REFERENCES = [
    pytest.param(relation, reference, id=f"{relation.name}-{'-'.join(reference.columns)}")
    for relation in RELATIONS.values()
    for reference in relation.references
    if relation.schema in ("main_runs", "main_analytics", "main_warehouse")
]
# What belongs to databases of other names.
NOT_FOR_THIS_DATABASE = re.compile(r"^\s*(attach|select \* from change\.)", re.MULTILINE)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(finished_database(tmp_path_factory)), read_only=True) as connection:
        yield connection


def test_the_descriptions_are_those_that_dbt_reads(database: duckdb.DuckDBPyConnection) -> None:
    """dbt has written its own as comments of tables and columns."""
    comments = dict(
        database.execute("""
            select concat_ws('.', schema_name, table_name), comment from duckdb_tables()
            union all select concat_ws('.', schema_name, view_name), comment from duckdb_views() where not internal
            union all select concat_ws('.', schema_name, table_name, column_name), comment from duckdb_columns()
        """).fetchall()
    )
    read = {}
    for relation in RELATIONS.values():
        place = f"{relation.schema}.{relation.name}"
        read[place] = relation.description
        read |= {f"{place}.{column.name}": column.description for column in relation.columns}
    written = {place: " ".join(comments[place].split()) for place in read if comments.get(place)}
    assert len(written) > 1000
    assert {place: read[place] for place in written} == written


@pytest.mark.parametrize(("relation", "reference"), REFERENCES)
def test_a_reference_that_is_drawn_holds(
    relation: Relation, reference: Reference, database: duckdb.DuckDBPyConnection
) -> None:
    target = RELATIONS[reference.to]
    here, there = f"{relation.schema}.{relation.name}", f"{target.schema}.{target.name}"
    equal = " and ".join(
        f"here.{column} = there.{to}" for column, to in zip(reference.columns, reference.to_columns, strict=True)
    )
    present = " and ".join(f"here.{column} is not null" for column in reference.columns)
    lost = f"select count(*) from {here} as here where {present} and not exists (from {there} as there where {equal})"
    assert database.execute(lost).fetchall() == [(0,)]
    if target.key and set(target.key) <= set(reference.to_columns):
        columns = ", ".join(reference.to_columns)
        twice = f"select {columns} from {there} group by all having count(*) > 1 limit 1"
        assert database.execute(twice).fetchall() == [], "it is drawn as a reference to one row"


def test_references_are_looked_at_where_there_are_rows(database: duckdb.DuckDBPyConnection) -> None:
    empty = [
        relation.name
        for relation in {parameter.values[0].name: parameter.values[0] for parameter in REFERENCES}.values()
        if not database.execute(f"from {relation.schema}.{relation.name} limit 1").fetchall()
    ]
    # Editions or calculators have to differ for the first, and something has to be wrong or remarkable for the second.
    assert set(empty) <= {"calculator_comparison", "anomaly_flags"}


def queries() -> Iterator[tuple[str, str]]:
    """The statements that pages show: SQL blocks, and what is given to `dbt show`."""
    for page, text in TEXTS.items():
        shown = re.findall(r"^ *```sql\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
        shown += re.findall(r'--inline "\s*([^"…]+)"', text)
        for block in shown:
            for statement in re.sub(r"--.*", "", block).split(";"):
                if statement.strip() and not NOT_FOR_THIS_DATABASE.search(statement):
                    yield page, statement.strip()


@pytest.mark.parametrize(
    ("page", "statement"), [pytest.param(*one, id=f"{one[0]}-{i}") for i, one in enumerate(queries())]
)
def test_a_query_that_is_shown_can_be_asked(page: str, statement: str, database: duckdb.DuckDBPyConnection) -> None:
    database.execute(f"explain {statement}")

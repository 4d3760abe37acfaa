"""The bridge between dbt's Python models and the calculator: relations in, streams of Arrow batches out.

Columns are handed over by name; the names of variables leave as dictionaries, which DuckDB stores as text.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from types import TracebackType
from typing import Any, Literal, Protocol, overload

import polars as pl
import pyarrow as pa

from hhs_hcc.errors import HhsHccError, InputError
from hhs_hcc.evidence import find_evidence
from hhs_hcc.population import SEGMENT_COLUMNS
from hhs_hcc.scoring import score
from hhs_hcc.tables import ReferenceTables

_CLAIM_COLUMNS = ("claim_id", "claim_line_number", "diagnosis_source", "supplemental_diagnosis_id")


class ScoringError(HhsHccError):
    """An error meant for people, from inside a dbt model.

    dbt-duckdb prints the traceback of whatever a Python model raises. An exception that shows none is printed as its
    message alone.
    """

    @property
    def __traceback__(self) -> None:
        """Nothing to show; Python itself keeps the traceback elsewhere."""

    @__traceback__.setter
    def __traceback__(self, value: TracebackType | None) -> None:
        """Context managers restore a traceback that they have seen."""


class Relation(Protocol):
    """What is used of a DuckDB relation. Each use runs its query anew."""

    columns: list[str]

    def filter(self, condition: str) -> "Relation":
        """Rows that satisfy a SQL condition."""

    def project(self, columns: str) -> "Relation":
        """Some columns."""

    # In quotes: inside the class, the name of the library is that of the method.
    @overload
    def pl(self) -> "pl.DataFrame": ...

    @overload
    def pl(self, *, lazy: Literal[True]) -> "pl.LazyFrame": ...

    def pl(self, *, lazy: bool = False) -> "pl.DataFrame | pl.LazyFrame":
        """The rows as a frame; a lazy one takes them in pieces, and only the columns that are asked for."""


def components_of_run(
    run: Relation,
    segments: Relation,
    diagnoses: Relation,
    drugs: Relation,
    services: Relation,
    tables: Mapping[str, Relation],
) -> pa.RecordBatchReader:
    """Score a run.

    Args:
        run: `current_run`, one row.
        segments: `int_aca_risk_input`.
        diagnoses: `int_member_diagnoses`.
        drugs: `int_member_rx`.
        services: `int_member_services`.
        tables: CMS table (without `cms_`) to its seed.

    Returns:
        The components of the run, with its run_id.

    Raises:
        ScoringError: If there is no run in progress, or the input or the tables cannot be used.
    """
    with _errors_for_people():
        facts = _facts(run)
        result = score(
            _read(segments, tuple(SEGMENT_COLUMNS)),
            _stream(diagnoses, ("member_id", "service_date", "diagnosis_code")),
            _stream(drugs, ("member_id", "fill_date", "ndc_code")),
            _stream(services, ("member_id", "service_date", "hcpcs_code")),
            _tables(tables, facts["model_year"]),
            **_choices(facts),
        )
        return _of_run(result.components.batches(), facts)


def evidence_of_run(
    run: Relation,
    segments: Relation,
    diagnoses: Relation,
    drugs: Relation,
    services: Relation,
    tables: Mapping[str, Relation],
) -> pa.RecordBatchReader:
    """The records behind the categories of a run; arguments and errors as for `components_of_run`."""
    with _errors_for_people():
        facts = _facts(run)
        evidence = find_evidence(
            _read(segments, tuple(SEGMENT_COLUMNS)),
            _stream(diagnoses, ("member_id", "service_date", "diagnosis_code", *_CLAIM_COLUMNS)),
            _stream(drugs, ("member_id", "fill_date", "ndc_code", *_CLAIM_COLUMNS)),
            _stream(services, ("member_id", "service_date", "hcpcs_code", *_CLAIM_COLUMNS)),
            _tables(tables, facts["model_year"]),
            **_choices(facts),
            carry=_CLAIM_COLUMNS,
        )
        return _of_run(evidence.batches(), facts)


@contextmanager
def _errors_for_people() -> Iterator[None]:
    try:
        yield
    except HhsHccError as error:
        raise ScoringError(str(error)) from None
    except MemoryError:
        raise ScoringError(
            "There is not enough memory for this population. The calculator works beside DuckDB: leave it more by "
            "giving DuckDB less (RA_MEMORY_LIMIT, in .env), end other programs, or take a larger machine. Nothing of "
            "the run is kept; run it again."
        ) from None


def _facts(run: Relation) -> dict[str, Any]:
    rows = run.pl()
    if rows.height != 1:
        raise InputError(
            f"current_run holds {rows.height} rows, not the one of the run in progress. Score with "
            "`dbt build --select tag:scoring`, which registers the run first."
        )
    return rows.row(0, named=True)


def _choices(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("edition", "unknown_validity", "mce_edits", "benefit_year")}


def _tables(relations: Mapping[str, Relation], model_year: int) -> ReferenceTables:
    of_year = {
        # All of this one: where the year is missing, the error says which years there are.
        name: (relation if name == "hcc" else relation.filter(f"model_year = {int(model_year)}")).pl()
        for name, relation in relations.items()
    }
    return ReferenceTables.from_frames(of_year, model_year)


def _read(relation: Relation, columns: tuple[str, ...]) -> pl.DataFrame:
    return _columns(relation, columns).pl()


def _stream(relation: Relation, columns: tuple[str, ...]) -> pl.LazyFrame:
    """Records of millions of members are read in pieces, twice: once for their codes, once for the rest."""
    return _columns(relation, columns).pl(lazy=True)


def _columns(relation: Relation, columns: tuple[str, ...]) -> Relation:
    return relation.project(", ".join(name for name in columns if name in relation.columns))


def _of_run(frames: Iterator[pl.DataFrame], facts: Mapping[str, Any]) -> pa.RecordBatchReader:
    """Frames as a stream of Arrow batches with the run_id: DuckDB takes one after the other, none is kept."""
    tables = (frame.select(pl.lit(facts["run_id"]).alias("run_id"), pl.all()).to_arrow() for frame in frames)
    first = next(tables)
    batches = (batch for table in chain([first], tables) for batch in table.to_batches())
    return pa.RecordBatchReader.from_batches(first.schema, batches)

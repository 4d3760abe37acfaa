"""Invented members scored by the package in two runs, and the models of score_bridge over them, in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import polars as pl
from invented import DRUG_COLUMNS, DX_COLUMNS, SERVICE_COLUMNS, member, rules_of, segments, tables_of

from hhs_hcc import score

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = ("score_bridge_terms", "score_bridge_lines", "score_bridge_members", "score_bridge")
SEEDS = (
    "cms_acf_rule",
    "cms_age_sex",
    "cms_coefficient",
    "cms_csr_adjustment",
    "cms_hcc",
    "cms_hcc_group",
    "cms_hcc_hierarchy",
    "cms_infant_severity",
    "cms_interaction",
    "cms_rxc",
)
TYPES = {
    "cms_coefficient": {"coefficient": "decimal(9,3)"},
    "cms_csr_adjustment": {"hios_variant_id": "varchar", "factor": "decimal(4,2)"},
}
RUN_TABLES = {
    "risk_score_members": "run_id varchar, member_id varchar, model varchar, segment_count integer,"
    " enrollment_months integer, risk_score decimal(14, 5)",
    "risk_score_segments": "run_id varchar, member_id varchar, segment_number integer, metal_level varchar,"
    " csr_variant varchar, csr_factor decimal(4, 2), segment_days integer, member_months decimal(9, 6),"
    " risk_score decimal(14, 5)",
    "risk_score_components": "run_id varchar, member_id varchar, segment_number integer, model varchar,"
    " variable varchar, counted_in varchar, coefficient decimal(9, 3), contribution decimal(14, 5)",
}


@dataclass(frozen=True)
class Plan:
    """A segment of the year."""

    metal_level: str = "silver"
    csr_variant: str = "01"
    days: int = 365


@dataclass(frozen=True)
class Person:
    """A woman of 40 with a silver plan all year and no diagnosis, unless told otherwise."""

    sex: str = "F"
    age: int = 40
    plans: tuple[Plan, ...] = (Plan(),)
    diagnoses: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()

    def but(self, **changes: Any) -> "Person":
        return replace(self, **changes)


@dataclass(frozen=True)
class Run:
    """Who is scored, by member_id, and whose tables score them."""

    model_year: int
    people: Mapping[str, Person]


@dataclass(frozen=True)
class Bridge:
    """What the models say about two runs."""

    bars: pl.DataFrame
    members: pl.DataFrame

    def drivers(self, member_id: str = "A") -> dict[str, Decimal]:
        """What each driver adds to the difference of a member's scores."""
        rows = self.members.filter(pl.col("member_id") == member_id).group_by("driver").agg(pl.col("impact").sum())
        return dict(rows.rows())

    def lines(self, member_id: str = "A") -> dict[tuple[str, str | None], Decimal]:
        """The same by driver and variable."""
        rows = self.members.filter(pl.col("member_id") == member_id).select("driver", "variable", "impact").rows()
        return {(driver, variable): impact for driver, variable, impact in rows}

    def total(self, metric: str) -> Decimal:
        return self.bars.filter(pl.col("metric") == metric)["impact_value"].sum() or Decimal(0)


class BridgeRuns:
    """The models over runs of one's own making."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        for seed in SEEDS:
            file = REPOSITORY / "seeds" / "cms" / f"{seed}.csv"
            types = f", types={TYPES[seed]}" if seed in TYPES else ""
            self._connection.execute(f"create table {seed} as from read_csv('{file}', header=true{types})")
        self._connection.execute("create table current_batch as select 'batch' batch_id, 'a' run_id_a, 'b' run_id_b")
        self._connection.execute("create table run_registry (run_id varchar, model_year integer)")
        for name, columns in RUN_TABLES.items():
            self._connection.execute(f"create table {name} ({columns})")
        for model in MODELS[:2]:
            self._connection.execute(f"create view {model} as {_sql(model)}")

    def bridge(self, run_a: Run, run_b: Run) -> Bridge:
        """Score both runs and explain the second against the first."""
        for table in ("run_registry", *RUN_TABLES):
            self._connection.execute(f"delete from {table}")
        for run_id, run in (("a", run_a), ("b", run_b)):
            self._connection.execute("insert into run_registry values (?, ?)", [run_id, run.model_year])
            if run.people:
                self._score(run_id, run)
        for model in MODELS[2:]:
            self._connection.execute(f"create or replace table {model} as {_sql(model)}")
        return Bridge(
            bars=self._connection.execute("from score_bridge").pl(),
            members=self._connection.execute("from score_bridge_members").pl(),
        )

    def change(self, metric: str) -> Decimal:
        """By how much run b exceeds run a, from the scores as they are stored."""
        whole = {
            "sum": ("sum(risk_score)", "risk_score_members"),
            "mean": ("avg(risk_score)", "risk_score_members"),
            "member_month_mean": ("sum(risk_score * member_months) / sum(member_months)", "risk_score_segments"),
        }
        value, table = whole[metric]
        answer = self._connection.execute(
            f"select coalesce(any_value(value) filter (run_id = 'b'), 0)"
            f" - coalesce(any_value(value) filter (run_id = 'a'), 0)"
            f" from (select run_id, {value} as value from {table} group by run_id)"
        ).fetchone()
        assert answer is not None
        return Decimal(answer[0])

    def differences(self) -> dict[str, Decimal]:
        """By how much the score of each member differs; a member of one run only counts as zero in the other."""
        return dict(
            self._connection.execute("""
                select member_id, sum(if(run_id = 'b', risk_score, -risk_score)) from risk_score_members group by all
            """).fetchall()
        )

    def _score(self, run_id: str, run: Run) -> None:
        year = run.model_year
        rows = [
            member(
                member_id,
                sex=person.sex,
                age_last=person.age,
                months=_months(sum(plan.days for plan in person.plans), year),
                metal_level=plan.metal_level,
                csr_indicator=_csr(year)[plan.csr_variant, plan.metal_level],
                segment_number=number,
                segment_days=plan.days,
            )
            | {"csr_variant": plan.csr_variant}
            for member_id, person in run.people.items()
            for number, plan in enumerate(person.plans, start=1)
        ]
        variants = pl.DataFrame(rows).select("member_id", pl.col("segment_number").cast(pl.Int32), "csr_variant")
        held = segments([{k: v for k, v in row.items() if k != "csr_variant"} for row in rows], year)
        result = score(
            held,
            _records(run, DX_COLUMNS, lambda person: person.diagnoses),
            _records(run, DRUG_COLUMNS, lambda person: person.drugs),
            pl.DataFrame(schema=SERVICE_COLUMNS),
            tables_of(year),
        )
        # DuckDB reads frames by the names of variables.
        components = result.components.frame().with_columns(pl.col(pl.Enum).cast(pl.String))
        scores = result.scores.with_columns(pl.col(pl.Enum).cast(pl.String))
        tables = {"components": components, "scores": scores, "held": held, "variants": variants}
        for name, frame in tables.items():
            self._connection.register(name, frame)
        self._connection.execute(f"""
            insert into risk_score_members by name
            select '{run_id}' as run_id, member_id, model, segment_count, enrollment_months, risk_score from scores;

            insert into risk_score_components by name
            select '{run_id}' as run_id, * exclude (component_type) from components;

            insert into risk_score_segments by name
            select
                '{run_id}' as run_id,
                held.member_id,
                held.segment_number,
                held.metal_level,
                variants.csr_variant,
                csr.factor as csr_factor,
                held.segment_days,
                cast(held.segment_days * 12 / 365 as decimal(9, 6)) as member_months,
                raw.score * csr.factor as risk_score
            from held
            inner join variants using (member_id, segment_number)
            inner join (select distinct model_year, csr_indicator, factor from cms_csr_adjustment) as csr
                on csr.model_year = {year} and held.csr_indicator = csr.csr_indicator
            inner join (
                select member_id, segment_number, cast(sum(coefficient) as decimal(9, 3)) as score
                from components
                group by all
            ) as raw using (member_id, segment_number)
        """)


def code_of(cc: str, model_year: int) -> str:
    """A diagnosis that gives the HCC to everybody in spring."""
    codes = tables_of(model_year)["dx_to_cc"].filter(
        pl.len().over("icd10") == 1,
        pl.col("cc") == cc,
        pl.col("valid_fy_start"),
        pl.col("mce_age_min", "mce_age_max", "mce_sex", "cc_age_min", "cc_age_max", "cc_sex").is_null(),
    )
    return str(codes["icd10"].min())


def price(variable: str, model_year: int, model: str = "adult", metal_level: str = "silver") -> Decimal:
    """The coefficient of CMS Table 9."""
    rows = tables_of(model_year)["coefficient"].filter(
        pl.col("variable") == variable, pl.col("model") == model, pl.col("metal_level") == metal_level
    )
    return Decimal(str(rows["coefficient"].item()))


@cache
def _sql(model: str) -> str:
    """The model as dbt would compile it, on tables without schemas: it calls nothing but ref, source and config."""
    template = jinja2.Template((REPOSITORY / f"models/analysis/decomposition/{model}.sql").read_text())
    return template.render(ref=lambda name: name, source=lambda _, name: name, config=lambda **_: "")


@cache
def _csr(model_year: int) -> dict[tuple[str, str], int]:
    """CSR indicator by variant and metal level."""
    table = tables_of(model_year)["csr_adjustment"].filter(pl.col("hios_variant_id").is_not_null())
    metals = tables_of(model_year)["coefficient"]["metal_level"].unique()
    return {
        (variant, metal): indicator
        for variant, of_metal, indicator in table.select("hios_variant_id", "metal_level", "csr_indicator").iter_rows()
        for metal in ([of_metal] if of_metal else metals)
    }


def _months(days: int, model_year: int) -> int:
    return next(months for months, first, last in rules_of(model_year).duration_bins if first <= days <= last)


def _records(
    run: Run, columns: Mapping[str, type[pl.DataType]], codes: Callable[[Person], tuple[str, ...]]
) -> pl.DataFrame:
    day = date(run.model_year, 1, 1) + timedelta(days=60)
    rows = [(member_id, day, code) for member_id, person in run.people.items() for code in codes(person)]
    return pl.DataFrame(rows, schema=dict(columns), orient="row")

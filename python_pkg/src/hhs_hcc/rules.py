"""The CMS tables of a model year, arranged for the engine by sub-model. No year and no figure stands in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.errors import TableError, UnknownVariableError
from hhs_hcc.steps.cost_factors import CostFactor
from hhs_hcc.steps.demographics import AgeSexBand
from hhs_hcc.steps.infants import PREFIX
from hhs_hcc.steps.interactions import Interaction
from hhs_hcc.tables import METAL_LEVELS, MODELS, ReferenceTables

COMPONENT_TYPES = ("demographic", "hcc", "rxc")
COMPONENT_TYPE = pl.Enum(COMPONENT_TYPES)
MODEL = pl.Enum(MODELS)


@dataclass(frozen=True)
class ModelRules:
    """Everything that scoring one sub-model needs.

    Attributes:
        model: adult, child or infant.
        hccs: All HCCs of the year: the rows of the HCC matrix.
        excluded_hccs: HCCs that Table 12 keeps out of this sub-model.
        hcc_hierarchy: `(hcc, dropped_hcc)`.
        rxcs: RXCs of this sub-model; empty where it has none.
        rxc_hierarchy: `(rxc, dropped_rxc)`.
        groups: Group variable to its HCCs.
        count_exclusions: HCCs left out of HCC_CNT.
        interactions: Rules of Tables 6-8.
        bands: Age-sex variables.
        maturity: `(category, HCCs)` by rank; empty outside the infant model.
        severity: Level to HCCs; empty outside the infant model.
        cost_factors: Affiliated cost factors.
        variables: The variables of Table 9, in its spelling, sorted.
        coefficients: Shape (variables, metal levels), in thousandths.
        component_types: Per variable: demographic, hcc or rxc.
    """

    model: str
    hccs: tuple[str, ...]
    excluded_hccs: tuple[str, ...]
    hcc_hierarchy: tuple[tuple[str, str], ...]
    rxcs: tuple[str, ...]
    rxc_hierarchy: tuple[tuple[str, str], ...]
    groups: Mapping[str, tuple[str, ...]]
    count_exclusions: tuple[str, ...]
    interactions: tuple[Interaction, ...]
    bands: tuple[AgeSexBand, ...]
    maturity: tuple[tuple[str, tuple[str, ...]], ...]
    severity: Mapping[int, tuple[str, ...]]
    cost_factors: tuple[CostFactor, ...]
    variables: tuple[str, ...]
    coefficients: npt.NDArray[np.int32]
    component_types: tuple[str, ...]

    @cached_property
    def group_of(self) -> dict[str, str]:
        """The group through which a grouped HCC counts."""
        return {hcc: group for group, hccs in self.groups.items() for hcc in hccs}


@dataclass(frozen=True)
class YearRules:
    """The sub-models of one model year, and what they share.

    Attributes:
        model_year: Whose tables.
        models: Sub-model name to its rules, in the order of `MODELS`.
        flags: What codes can switch on: HCCs, RXCs and cost factors; the row order of the look-ups.
        variables: Every name that a component can carry: the variables of all sub-models and all HCCs.
        csr_factors: CSR indicator to its factor in hundredths.
        csr_metal_levels: CSR indicator to the metal levels that it belongs to; no entry where it fits every metal.
        duration_bins: `(months, days_min, days_max)`, inclusive.
        tables: The tables themselves, for the code look-ups.
    """

    model_year: int
    models: Mapping[str, ModelRules]
    flags: tuple[str, ...]
    variables: tuple[str, ...]
    csr_factors: Mapping[int, int]
    csr_metal_levels: Mapping[int, frozenset[str]]
    duration_bins: tuple[tuple[int, int, int], ...]
    tables: ReferenceTables

    @cached_property
    def flag_numbers(self) -> dict[str, int]:
        """Flag name to its row in the look-ups."""
        return {name: number for number, name in enumerate(self.flags)}

    @cached_property
    def variable_type(self) -> pl.Enum:
        """The column type of `variables`: making it takes as long as filling a column of a chunk."""
        return pl.Enum(self.variables)

    @cached_property
    def flag_type(self) -> pl.Enum:
        """The column type of `flags`."""
        return pl.Enum(self.flags)

    @cached_property
    def age_ranges(self) -> dict[str, tuple[int, int | None]]:
        """Sub-model to its youngest and oldest AGE_LAST (None is open), as the age-sex bands state them."""
        ranges: dict[str, tuple[int, int | None]] = {}
        for name, rules in self.models.items():
            oldest = [band.age_max for band in rules.bands]
            ranges[name] = (
                min(band.age_min for band in rules.bands),
                None if None in oldest else max(age for age in oldest if age is not None),
            )
        return ranges


def compile_rules(tables: ReferenceTables) -> YearRules:
    """Arrange the tables of a year for scoring.

    Raises:
        TableError: If a coefficient is missing for a metal level, or an HCC stands in two groups.
        UnknownVariableError: If a rule yields a variable without coefficients, or a coefficient has no rule.
    """
    hccs = tuple(sorted(tables["hcc"]["hcc"]))
    rxcs = tuple(sorted(tables["rxc"]["rxc"]))
    factors = tuple(tables["acf_rule"]["variable"].unique().sort())
    models = {model: _compile_model(model, tables, hccs, rxcs) for model in MODELS}
    csr = tables["csr_adjustment"]
    return YearRules(
        model_year=tables.model_year,
        models=models,
        flags=(*hccs, *rxcs, *factors),
        variables=tuple(sorted({*hccs, *(name for rules in models.values() for name in rules.variables)})),
        csr_factors={
            indicator: _hundredths(factor) for indicator, factor in csr.select("csr_indicator", "factor").iter_rows()
        },
        csr_metal_levels=_csr_metal_levels(csr),
        duration_bins=tuple(
            tables["enrollment_duration"]
            .select("enrollment_months", "days_min", "days_max")
            .sort("enrollment_months")
            .iter_rows()
        ),
        tables=tables,
    )


def _compile_model(model: str, tables: ReferenceTables, hccs: tuple[str, ...], rxcs: tuple[str, ...]) -> ModelRules:
    def of_model(table: str) -> pl.DataFrame:
        return tables[table].filter(pl.col("model") == model)

    variables, coefficients = _coefficients(model, of_model("coefficient"))
    excluded = tables["hcc"].filter(~pl.col(f"in_{model}_model"))["hcc"].sort()
    groups = _collect(of_model("hcc_group"), "group_variable", "hcc")
    model_rxcs = tuple(rxc for rxc in rxcs if rxc in variables)
    bands = tuple(
        AgeSexBand(variable, sex == "M", age_min, age_max)
        for variable, sex, age_min, age_max in of_model("age_sex")
        .select("variable", "sex", "age_min", "age_max")
        .sort("variable")
        .iter_rows()
    )
    interactions = _interactions(of_model("interaction"))
    cost_factors = tuple(
        CostFactor(*row)
        for row in of_model("acf_rule").select("variable", "age_min", "age_max", "blocked_by").iter_rows()
    )
    is_infant = any(term.startswith(PREFIX) for rule in interactions for clause in rule.clauses for term in clause)
    maturity = tables["infant_maturity"].sort("rank", "hcc")
    _check_one_group_per_hcc(model, groups)
    rules = ModelRules(
        model=model,
        hccs=hccs,
        excluded_hccs=tuple(excluded),
        hcc_hierarchy=_pairs(tables["hcc_hierarchy"], "hcc", "drops_hcc"),
        rxcs=model_rxcs,
        rxc_hierarchy=_pairs(tables["rxc_hierarchy"], "rxc", "drops_rxc"),
        groups=groups,
        count_exclusions=tuple(of_model("hcc_count_exclusion")["hcc"]),
        interactions=interactions,
        bands=bands,
        maturity=tuple(_collect(maturity, "maturity_category", "hcc").items()) if is_infant else (),
        severity=_collect(tables["infant_severity"], "severity_level", "hcc") if is_infant else {},
        cost_factors=cost_factors,
        variables=variables,
        coefficients=coefficients,
        component_types=_component_types(variables, bands, interactions, cost_factors, rxcs),
    )
    _check_variables(rules)
    return rules


def _coefficients(model: str, frame: pl.DataFrame) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    wide = frame.pivot(on="metal_level", index="variable", values="coefficient").sort("variable")
    missing = [metal for metal in METAL_LEVELS if metal not in wide.columns]
    if missing or wide.select(METAL_LEVELS).null_count().sum_horizontal().item():
        raise TableError(
            f"The CMS table coefficient lacks a figure of the {model} model: every variable needs one for each of "
            f"{', '.join(METAL_LEVELS)}."
        )
    thousandths = wide.select((pl.col(METAL_LEVELS) * 1000).cast(pl.Int32)).to_numpy()
    return tuple(wide["variable"]), np.ascontiguousarray(thousandths)


def _interactions(frame: pl.DataFrame) -> tuple[Interaction, ...]:
    rules = []
    for (variable,), rows in frame.sort("variable", "clause_no", "term").group_by("variable", maintain_order=True):
        clauses = _collect(rows.filter(pl.col("clause_no").is_not_null()), "clause_no", "term")
        limits = rows.select(
            "hcc_count_min", "hcc_count_max", "enrollment_months_min", "enrollment_months_max"
        ).unique()
        if limits.height != 1:
            raise TableError(
                f"The CMS table interaction gives {variable} different numeric limits on different rows; "
                "they repeat on each row of a variable."
            )
        rules.append(Interaction(str(variable), tuple(clauses.values()), *limits.row(0)))
    return tuple(rules)


def _component_types(
    variables: tuple[str, ...],
    bands: tuple[AgeSexBand, ...],
    interactions: tuple[Interaction, ...],
    cost_factors: tuple[CostFactor, ...],
    rxcs: tuple[str, ...],
) -> tuple[str, ...]:
    """Which part of the score a variable belongs to, read from the rule that switches it on."""
    types = {band.variable: "demographic" for band in bands}
    types |= dict.fromkeys(rxcs, "rxc") | {factor.variable: "rxc" for factor in cost_factors}
    for rule in interactions:
        terms = {term for clause in rule.clauses for term in clause}
        if terms & set(rxcs):
            types[rule.variable] = "rxc"
        elif not terms and rule.hcc_count_min is None:
            # Duration alone, whatever the diagnoses: ED_1 to ED_11 of the model years that have them.
            types[rule.variable] = "demographic"
    return tuple(types.get(variable, "hcc") for variable in variables)


def _check_variables(rules: ModelRules) -> None:
    """Every rule has a coefficient and every coefficient a rule; otherwise a score would lose a part in silence."""
    included = set(rules.hccs) - set(rules.excluded_hccs)
    # Infant HCCs act through maturity and severity; they have no coefficients of their own.
    standing = set() if rules.maturity else included
    produced = (
        standing
        | {band.variable for band in rules.bands}
        | set(rules.groups)
        | set(rules.rxcs)
        | {rule.variable for rule in rules.interactions}
        | {factor.variable for factor in rules.cost_factors}
    )
    without_coefficient = sorted(produced - set(rules.variables))
    without_rule = sorted(set(rules.variables) - produced)
    if without_coefficient or without_rule:
        raise UnknownVariableError(
            f"The {rules.model} model does not fit its coefficients: "
            f"without coefficient: {', '.join(without_coefficient) or 'none'}; "
            f"without rule: {', '.join(without_rule) or 'none'}. Check the CMS tables against seeds/cms/README.md."
        )


def _check_one_group_per_hcc(model: str, groups: Mapping[str, tuple[str, ...]]) -> None:
    grouped = [hcc for hccs in groups.values() for hcc in hccs]
    twice = sorted({hcc for hcc in grouped if grouped.count(hcc) > 1})
    if twice:
        raise TableError(f"The CMS table hcc_group puts {', '.join(twice)} into two groups of the {model} model.")


def _csr_metal_levels(csr: pl.DataFrame) -> dict[int, frozenset[str]]:
    levels = csr.group_by("csr_indicator").agg(
        pl.col("metal_level").unique(), pl.col("metal_level").has_nulls().alias("any")
    )
    return {
        indicator: frozenset(metals)
        for indicator, metals, fits_every_metal in levels.iter_rows()
        if not fits_every_metal
    }


def _collect(frame: pl.DataFrame, key: str, value: str) -> dict[Any, tuple[str, ...]]:
    """Values by key, both in the order of the frame."""
    collected: dict[Any, list[str]] = {}
    for name, item in frame.select(key, value).iter_rows():
        collected.setdefault(name, []).append(item)
    return {name: tuple(items) for name, items in collected.items()}


def _pairs(frame: pl.DataFrame, first: str, second: str) -> tuple[tuple[str, str], ...]:
    return tuple(frame.select(first, second).sort(first, second).iter_rows())


def _hundredths(factor: Decimal) -> int:
    return int(factor * 100)

"""One member's score in one run, taken apart: categories, the records behind them, and the sum that closes.

Everything is read from what the run has kept; nothing is scored again.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from hhs_hcc.errors import HhsHccError
from hhs_hcc.warehouse import Row, Warehouse

_SCORE = """
    select
        model, gender, age_last, metal_level, hios_plan_id, state, rating_area, segment_count, enrollment_months,
        enrollment_days, risk_score, reported_risk_score, raw_risk_score, csr_factor, demographic_score, hcc_score,
        rxc_score
    from main_runs.risk_scores
    where run_id = ? and member_id = ?
"""
_SEGMENTS = """
    select
        segment_number, hios_plan_id, metal_level, csr_variant, csr_indicator, csr_factor, segment_days, member_months,
        raw_risk_score, risk_score
    from main_runs.risk_score_segments
    where run_id = ? and member_id = ?
    order by segment_number
"""
_COMPONENTS = """
    select segment_number, variable, component_type, counted_in, coefficient, contribution
    from main_runs.risk_score_components
    where run_id = ? and member_id = ?
    order by segment_number, variable
"""
_EVIDENCE = """
    select
        variable, status, dropped_by, record_kind, code, record_date, claim_id, claim_line_number, diagnosis_source,
        supplemental_diagnosis_id
    from main_runs.risk_score_evidence
    where run_id = ? and member_id = ?
    order by variable, record_date, code, claim_id, claim_line_number, supplemental_diagnosis_id
"""
_REJECTED = "select reject_reason from main_runs.scores_rejected where run_id = ? and member_id = ?"
_LABELS = """
    select hcc as variable, label from main_cms.cms_hcc where model_year = ?
    union all
    select rxc as variable, label from main_cms.cms_rxc where model_year = ?
"""
_INTERACTIONS = """
    select distinct variable, term
    from main_cms.cms_interaction
    where model_year = ? and model = ?
    order by all
"""
_OF_CATEGORY = ("variable", "status", "dropped_by")
_IN_ORDER = ("demographic", "hcc", "group", "rxc", "cost_factor", "interaction")


class MemberNotFoundError(HhsHccError):
    """The run has no score of that member."""


@dataclass(frozen=True)
class Category:
    """An HCC, RXC or cost factor that a record gives.

    Attributes:
        variable: In CMS spelling.
        label: CMS's, where there is one.
        status: As in risk_score_evidence.
        dropped_by: The category above it in the hierarchy, if that drops it.
        counted_in: The group or infant term through which it counts, if it does not itself.
        records: The codes that give it, with date and claim line or supplemental record.
    """

    variable: str
    label: str | None
    status: str
    dropped_by: str | None
    counted_in: str | None
    records: list[Row]


@dataclass(frozen=True)
class Term:
    """What one variable adds in one plan segment.

    Attributes:
        segment_number: The plan segment.
        variable: In CMS spelling.
        kind: demographic, hcc, group, rxc, cost_factor or interaction (infant terms are interactions).
        because_of: Of a group its HCCs; of an interaction those of its terms that the member has.
        counted_in: The group or infant term through which it counts; its own coefficient is then 0.
        coefficient: Of the metal level of the segment.
        contribution: What it adds to the score: with the CSR factor and the segment's share of days.
    """

    segment_number: int
    variable: str
    kind: str
    because_of: tuple[str, ...]
    counted_in: str | None
    coefficient: Decimal
    contribution: Decimal


@dataclass(frozen=True)
class Explanation:
    """All that a run knows of a member's score.

    Attributes:
        run: The row of run_registry.
        score: The row of risk_scores, without its JSON.
        segments: Plan segments: rows of risk_score_segments.
        categories: Counted ones first.
        terms: By segment and kind.
    """

    run: Row
    score: Row
    segments: list[Row]
    categories: list[Category]
    terms: list[Term]

    @property
    def total(self) -> Decimal:
        """The sum of all contributions."""
        return sum((term.contribution for term in self.terms), Decimal(0))

    @property
    def adds_up(self) -> bool:
        """Whether the contributions give the score, exactly."""
        return self.total == Decimal(self.score["risk_score"])


def explain(warehouse: Warehouse, label: str, member_id: str) -> Explanation:
    """Take the score of a member apart.

    Args:
        warehouse: The database.
        label: A run_id, a run_description, or latest.
        member_id: As the issuer writes it.

    Raises:
        RunNotFoundError: If there is no such completed scoring run.
        MemberNotFoundError: If the run has not scored the member; the message names nobody.
    """
    run = warehouse.scoring_run(label)
    key = [run["run_id"], member_id]
    scores = warehouse.rows(_SCORE, key)
    if not scores:
        raise _not_scored(warehouse, key)
    score = scores[0]
    components = warehouse.rows(_COMPONENTS, key)
    labels = warehouse.rows(_LABELS, [run["model_year"], run["model_year"]])
    interactions = warehouse.rows(_INTERACTIONS, [run["model_year"], score["model"]])
    return Explanation(
        run=run,
        score=score,
        segments=warehouse.rows(_SEGMENTS, key),
        categories=_categories(
            warehouse.rows(_EVIDENCE, key), components, {row["variable"]: row["label"] for row in labels}
        ),
        terms=_terms(components, interactions),
    )


def _not_scored(warehouse: Warehouse, key: list[str]) -> MemberNotFoundError:
    reasons = warehouse.rows(_REJECTED, key)
    if reasons:
        return MemberNotFoundError(
            f"Run {key[0]} has rejected this member: {reasons[0]['reject_reason']}. What the reasons mean stands in "
            "the documentation of int_aca_risk_candidates."
        )
    return MemberNotFoundError(
        f"Run {key[0]} has not scored a member of this id. Ids are matched as the issuer writes them, with letter case "
        "and leading zeros; a member without coverage in the run's benefit year has no score."
    )


def _categories(evidence: list[Row], components: list[Row], labels: dict[str, str]) -> list[Category]:
    counted_in = {row["variable"]: row["counted_in"] for row in components}
    found: dict[str, Category] = {}
    for row in evidence:
        variable = row["variable"]
        if variable not in found:
            found[variable] = Category(
                variable, labels.get(variable), row["status"], row["dropped_by"], counted_in.get(variable), []
            )
        found[variable].records.append({name: row[name] for name in row if name not in _OF_CATEGORY})
    return sorted(found.values(), key=lambda one: (one.status != "counted", one.variable))


def _terms(components: list[Row], interactions: list[Row]) -> list[Term]:
    through: dict[str, list[str]] = {}
    for row in components:
        if row["counted_in"] and row["variable"] not in through.setdefault(row["counted_in"], []):
            through[row["counted_in"]].append(row["variable"])
    present = {row["variable"] for row in components}
    needed: dict[str, list[str]] = {}
    for row in interactions:
        fulfilled = needed.setdefault(row["variable"], [])
        if row["term"] in present:
            fulfilled.append(row["term"])
    terms = [
        Term(
            segment_number=row["segment_number"],
            variable=row["variable"],
            kind=_kind(row, through, needed),
            because_of=tuple(through.get(row["variable"]) or needed.get(row["variable"]) or ()),
            counted_in=row["counted_in"],
            coefficient=row["coefficient"],
            contribution=row["contribution"],
        )
        for row in components
    ]
    return sorted(terms, key=lambda term: (term.segment_number, _IN_ORDER.index(term.kind), term.variable))


def _kind(component: Row, groups: dict[str, list[str]], interactions: dict[str, list[str]]) -> str:
    variable = component["variable"]
    if component["component_type"] == "demographic":
        return "demographic"
    if variable.startswith("HHS_HCC"):
        return "hcc"
    if re.fullmatch(r"RXC_\d+", variable):
        return "rxc"
    # Infant terms are written as interactions of maturity and severity, and HCCs count through them as well.
    if variable in interactions:
        return "interaction"
    return "group" if variable in groups else "cost_factor"

"""Scores of members: look-ups, rules in chunks, and exact sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from hhs_hcc.components import Components
from hhs_hcc.editions import RuleEdition, ScoringChoices, UnknownValidity
from hhs_hcc.evidence import Evidence, Verdicts
from hhs_hcc.lookups import Frame, Hits
from hhs_hcc.parallel import in_threads
from hhs_hcc.population import Chunk, Population
from hhs_hcc.price_list import PriceList
from hhs_hcc.pricing import Priced, Totals, price, scores_of
from hhs_hcc.progress import Tell, tell_nobody
from hhs_hcc.rules import compile_rules
from hhs_hcc.tables import ReferenceTables


@dataclass(frozen=True)
class ScoreResult:
    """What scoring gives.

    Attributes:
        scores: One row per member, in the order of the segments: member_id, model, age_last, enrollment_months,
            segment_count, raw_risk_score, csr_factor (null where segments differ), risk_score, demographic_score,
            hcc_score, rxc_score, reported_risk_score.
        components: One row per member, segment and variable, as a frame or in batches. Their contributions add up to
            the risk score exactly.
        evidence: The records behind the components; None unless asked for.
        unmapped: Codes that stand in no CMS table: record_kind, code, row_count.
        outcomes: Rows whose code stands in a table: record_kind, outcome, row_count.
        csr_mismatches: Segments whose CSR indicator belongs to another metal level; their factor was applied.
    """

    scores: pl.DataFrame
    components: Components
    evidence: Evidence | None
    unmapped: pl.DataFrame
    outcomes: pl.DataFrame
    csr_mismatches: int


def score(
    segments: pl.DataFrame,
    diagnoses: Frame,
    drugs: Frame,
    services: Frame,
    tables: ReferenceTables,
    *,
    edition: RuleEdition | str = RuleEdition.DIY_TABLES,
    unknown_validity: UnknownValidity | str = UnknownValidity.CARRY_FORWARD,
    mce_edits: bool = True,
    benefit_year: int | None = None,
    evidence: Sequence[str] | None = None,
    on_progress: Tell = tell_nobody,
) -> ScoreResult:
    """Score members exactly as CMS does.

    Args:
        segments: Columns of `SEGMENT_COLUMNS`, one row per member and plan segment.
        diagnoses: member_id, service_date, diagnosis_code; optionally age_at_diagnosis.
        drugs: member_id, fill_date, ndc_code.
        services: member_id, service_date, hcpcs_code.
        tables: CMS tables of the model year.
        edition: Published tables or CMS's software.
        unknown_validity: Whether carried code validity counts.
        mce_edits: Whether Medicare Code Editor conditions apply.
        benefit_year: Calendar year of the data; the model year if not given.
        evidence: Keep the records behind the components, too, with these of their columns (such as claim_id).
        on_progress: Called as work goes on.

    Returns:
        Scores, components, and what was not counted. Record frames may be lazy: they are streamed.

    Raises:
        InputError: If a column is missing or holds a value that scoring does not know.
        TableError: If the CMS tables contradict each other.
    """
    choices = ScoringChoices.of(edition, unknown_validity, mce_edits=mce_edits, benefit_year=benefit_year)
    population = Population.from_segments(segments, compile_rules(tables))
    hits = population.look_up((diagnoses, drugs, services), choices, carry=evidence, on_progress=on_progress)
    verdicts = None if evidence is None else Verdicts(population, hits)
    member_count = len(population.index.age_last)
    totals = Totals.empty(member_count)
    prices = PriceList.of(population.rules)

    def chunks() -> Iterator[Chunk]:
        begun = 0
        for chunk in population.chunks(hits):
            begun += len(chunk.members)
            on_progress("applying the rules", begun, member_count)
            yield chunk

    def price_chunk(chunk: Chunk) -> Priced:
        flags = population.apply_rules(chunk, choices.edition)
        if verdicts is not None:
            verdicts.judge(chunk, flags)
        return price(population, prices, chunk, flags, totals)

    priced = list(in_threads(price_chunk, chunks()))
    return ScoreResult(
        scores=scores_of(population, totals),
        components=Components(population, prices, priced),
        evidence=verdicts.evidence(evidence) if verdicts is not None and evidence is not None else None,
        unmapped=pl.concat([part.unmapped for part in hits]),
        outcomes=_outcomes(hits),
        csr_mismatches=population.csr_mismatches,
    )


def _outcomes(hits: Sequence[Hits]) -> pl.DataFrame:
    rows = [(part.kind.name, outcome.name.lower(), count) for part in hits for outcome, count in part.outcomes.items()]
    return pl.DataFrame(
        rows, schema={"record_kind": pl.String, "outcome": pl.String, "row_count": pl.Int64}, orient="row"
    )

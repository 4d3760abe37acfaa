"""What can never change a score, and what always adds up, on members that Hypothesis makes."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from invented import (
    DRUG_COLUMNS,
    DX_COLUMNS,
    MODEL_YEARS,
    SERVICE_COLUMNS,
    covered,
    member,
    rules_of,
    scored,
    segments,
    span,
    tables_of,
)

from hhs_hcc import ScoreResult, population, record_tests, score
from hhs_hcc.output import score_lines
from hhs_hcc.tables import METAL_LEVELS

YEAR = 2025
DAYS = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))
# A code of every HCC, and codes whose age, sex or validity conditions decide.
CODES = st.sampled_from(
    sorted(
        set(tables_of(YEAR)["dx_to_cc"].group_by("cc").agg(pl.col("icd10").sort().first())["icd10"])
        | {"E1052", "E1010", "O80", "C9150", "E8411", "D66", "C50011", "D71", "I27840", "Z0000"}
    )
)
NDCS = st.sampled_from(sorted(tables_of(YEAR)["ndc_to_rxc"].group_by("rxc").agg(pl.col("ndc").sort().first())["ndc"]))
SERVICES = st.sampled_from(
    sorted(tables_of(YEAR)["hcpcs_to_rxc"].group_by("rxc").agg(pl.col("hcpcs").sort().first())["hcpcs"])
)
NAMES = "ABCDE"
# Codes that give one HCC to everybody in spring, one for each HCC that has such a code.
CODE_OF = dict(
    tables_of(YEAR)["dx_to_cc"]
    .filter(
        pl.len().over("icd10") == 1,
        pl.col("valid_fy_start"),
        pl.col("mce_age_min", "mce_age_max", "mce_sex", "cc_age_min", "cc_age_max", "cc_sex").is_null(),
    )
    .group_by("cc")
    .agg(pl.col("icd10").sort().first())
    .rows()
)
# Scoring a case takes some 40 ms, most of it arranging the tables: few examples, but each has up to five members.
few = settings(max_examples=15)


class Case(NamedTuple):
    """Members and their records, ready to be scored."""

    members: pl.DataFrame
    diagnoses: pl.DataFrame
    drugs: pl.DataFrame
    services: pl.DataFrame

    def scored(self) -> ScoreResult:
        return score(*self, tables_of(YEAR))


def frame(rows: list[tuple[Any, ...]], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns, orient="row")


def records(codes: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[tuple[str, date, str]]]:
    return st.lists(st.tuples(st.sampled_from(NAMES), DAYS, codes), max_size=most)


@st.composite
def members(draw: st.DrawFn) -> pl.DataFrame:
    rows = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        plans = draw(st.integers(1, 3))
        person = {
            "sex": draw(st.sampled_from("FM")),
            "age_last": draw(st.one_of(st.integers(0, 2), st.integers(0, 90))),
            "months": draw(st.integers(1, 12)),
        }
        for number in range(1, plans + 1):
            plan = {
                "segment_days": draw(st.integers(1, 122)),
                "metal_level": draw(st.sampled_from(METAL_LEVELS)),
                "csr_indicator": draw(st.integers(1, 11)),
            }
            rows.append(member(name, segment_number=number, **person, **plan))
    return segments(rows, YEAR)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return Case(
        draw(members()),
        frame(draw(records(CODES, 25)), DX_COLUMNS),
        frame(draw(records(NDCS, 6)), DRUG_COLUMNS),
        frame(draw(records(SERVICES, 4)), SERVICE_COLUMNS),
    )


def facts(result: ScoreResult) -> tuple[list[Any], list[Any]]:
    """All that a result says about members, in an order of its own."""
    components = result.components.frame().with_columns(pl.col(pl.Enum).cast(pl.String))
    return (
        result.scores.with_columns(pl.col("model").cast(pl.String)).sort("member_id").rows(),
        components.sort("member_id", "segment_number", "variable").rows(),
    )


@few
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_members_changes_nothing(case: Case, random: Any) -> None:
    seed = random.randint(0, 2**31)
    shuffled = Case(*(part.sample(fraction=1, shuffle=True, seed=seed) for part in case))
    assert facts(shuffled.scored()) == facts(case.scored())


@few
@given(cases())
def test_repeated_records_change_nothing(case: Case) -> None:
    repeated = Case(case.members, *(pl.concat([part, part, part.head(3)]) for part in case[1:]))
    assert facts(repeated.scored()) == facts(case.scored())


@few
@given(cases())
def test_lazy_records_are_scored_as_eager_ones(case: Case) -> None:
    lazy = score(case.members, *(part.lazy() for part in case[1:]), tables_of(YEAR))
    assert facts(lazy) == facts(case.scored())


@few
@given(cases())
def test_spelling_changes_nothing(case: Case) -> None:
    def dotted(code: pl.Expr) -> pl.Expr:
        return pl.concat_str(pl.lit(" "), code.str.slice(0, 3), pl.lit("."), code.str.slice(3)).str.to_lowercase()

    def dashed(code: pl.Expr) -> pl.Expr:
        return pl.concat_str(
            code.str.slice(0, 5), pl.lit("-"), code.str.slice(5, 4), pl.lit("-"), code.str.slice(9)
        ).str.to_lowercase()

    respelled = Case(
        case.members,
        case.diagnoses.with_columns(dotted(pl.col("diagnosis_code"))),
        case.drugs.with_columns(dashed(pl.col("ndc_code"))),
        case.services.with_columns(pl.col("hcpcs_code").str.to_lowercase()),
    )
    assert facts(respelled.scored()) == facts(case.scored())


@few
@given(cases(), cases())
def test_other_members_change_nothing(case: Case, others: Case) -> None:
    """The score of a member depends on that member alone."""

    def renamed(part: pl.DataFrame) -> pl.DataFrame:
        return part.with_columns(pl.concat_str(pl.lit("other "), pl.col("member_id")).alias("member_id"))

    together = Case(*(pl.concat([renamed(theirs), ours]) for ours, theirs in zip(case, others, strict=True))).scored()
    ours = [[row for row in rows if not row[0].startswith("other ")] for rows in facts(together)]
    assert tuple(ours) == facts(case.scored())


@few
@given(cases())
def test_a_member_without_claims_has_the_demographic_score(case: Case) -> None:
    bare = Case(case.members, *(part.clear() for part in case[1:])).scored().scores
    with_claims = case.scored().scores
    assert (bare["rxc_score"] == 0).all()
    # An infant's term of maturity and severity belongs to the HCC part, and is there without any claim.
    older = pl.col("model") != "infant"
    assert bare.filter(older, pl.col("risk_score") != pl.col("demographic_score")).is_empty()
    assert with_claims["demographic_score"].equals(bare["demographic_score"])


@few
@given(cases())
def test_the_parts_add_up_exactly(case: Case) -> None:
    result = case.scored()
    by_member: dict[str, Decimal] = defaultdict(Decimal)
    by_type: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    columns = ("member_id", "component_type", "contribution")
    for member_id, component_type, contribution in result.components.frame().select(columns).iter_rows():
        by_member[member_id] += contribution
        by_type[member_id, component_type] += contribution
    for row in result.scores.iter_rows(named=True):
        name = row["member_id"]
        assert by_member[name] == row["risk_score"]
        for component_type in ("demographic", "hcc", "rxc"):
            assert by_type[name, component_type] == row[f"{component_type}_score"]
        assert row["demographic_score"] + row["hcc_score"] + row["rxc_score"] == row["risk_score"]
        assert abs(row["reported_risk_score"] - row["risk_score"]) <= Decimal("0.0005")
        if row["segment_count"] == 1:
            assert row["risk_score"] == row["raw_risk_score"] * row["csr_factor"]


@few
@given(cases())
def test_components_of_an_hcc_that_counts_through_another_add_nothing(case: Case) -> None:
    through = case.scored().components.frame().filter(pl.col("counted_in").is_not_null())
    assert (through["contribution"] == 0).all()
    assert through["variable"].cast(pl.String).str.starts_with("HHS_HCC").all()


@few
@given(cases(), st.sampled_from(sorted(tables_of(YEAR)["hcc_hierarchy"].rows())))
def test_a_dominated_hcc_changes_nothing(case: Case, pair: tuple[str, str]) -> None:
    upper, lower = pair
    assume(upper in CODE_OF and lower in CODE_OF)
    day = date(YEAR, 3, 1)
    once, both = ([("A", day, CODE_OF[hcc]) for hcc in hccs] for hccs in ([upper], [upper, lower]))
    with_upper, with_both = (
        case._replace(diagnoses=case.diagnoses.vstack(frame(rows, DX_COLUMNS))) for rows in (once, both)
    )
    assert facts(with_both.scored()) == facts(with_upper.scored())


@few
@given(cases())
def test_codes_that_carry_no_risk_change_nothing(case: Case) -> None:
    day = date(YEAR, 3, 1)
    noise = frame([(name, day, "Z0000") for name in NAMES], DX_COLUMNS)
    assert facts(case._replace(diagnoses=case.diagnoses.vstack(noise)).scored()) == facts(case.scored())


# --- Spans ------------------------------------------------------------------------------------------------------------


@st.composite
def span_and_cuts(draw: st.DrawFn) -> tuple[date, date, list[date]]:
    start = draw(st.dates(date(YEAR - 1, 1, 1), date(YEAR, 12, 31)))
    end = draw(st.dates(max(start, date(YEAR, 1, 1)), date(YEAR + 1, 12, 31)))
    cuts = draw(st.lists(st.dates(start, end), max_size=5, unique=True))
    return start, end, sorted(cut for cut in cuts if cut > start)


@given(span_and_cuts())
def test_splitting_a_span_into_adjacent_spans_changes_nothing(example: tuple[date, date, list[date]]) -> None:
    start, end, cuts = example
    starts, ends = [start, *cuts], [*(cut - timedelta(days=1) for cut in cuts), end]
    pieces = [span(str(first), str(last)) for first, last in zip(starts, ends, strict=True)]
    whole = covered(YEAR, span(str(start), str(end)))
    assert covered(YEAR, *pieces).segments.equals(whole.segments)
    assert covered(YEAR, *reversed(pieces)).segments.equals(whole.segments)


@st.composite
def several_spans(draw: st.DrawFn) -> list[tuple[date, date, str]]:
    spans = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(DAYS)
        spans.append((start, draw(st.dates(start, date(YEAR, 12, 31))), draw(st.sampled_from(METAL_LEVELS[:3]))))
    return spans


@given(several_spans())
def test_every_covered_day_belongs_to_one_segment(spans: list[tuple[date, date, str]]) -> None:
    """Compared with a calendar: on each day, of the plans held, the one held without a gap for the shortest time."""
    held_on: dict[str, set[date]] = defaultdict(set)
    for start, end, metal_level in spans:
        held_on[metal_level] |= {start + timedelta(days=number) for number in range((end - start).days + 1)}

    def began(metal_level: str, day: date) -> date:
        while day - timedelta(days=1) in held_on[metal_level]:
            day -= timedelta(days=1)
        return day

    holder = {
        day: max((metal for metal in held_on if day in held_on[metal]), key=lambda metal: (began(metal, day), metal))
        for day in set().union(*held_on.values())
    }
    days: dict[str, int] = defaultdict(int)
    for metal_level in holder.values():
        days[metal_level] += 1
    first_held = {metal: min(day for day, by in holder.items() if by == metal) for metal in days}
    numbers = {metal: number for number, metal in enumerate(sorted(days, key=first_held.__getitem__), start=1)}

    found = covered(YEAR, *(span(str(start), str(end), metal_level=metal) for start, end, metal in spans)).segments

    rows = found.select("metal_level", "segment_number", "segment_days").rows()
    assert sorted(rows) == sorted((metal, numbers[metal], count) for metal, count in days.items())
    turned = [span(str(start), str(end), metal_level=metal) for start, end, metal in reversed(spans)]
    assert covered(YEAR, *turned).segments.equals(found)


# --- Chunks and threads -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("chunk_members", "block_rows"), [(1, 1), (2, 3), (7, 1 << 20)])
@settings(max_examples=8)
@given(case=cases())
def test_the_size_of_chunks_changes_nothing(case: Case, chunk_members: int, block_rows: int) -> None:
    in_one_chunk = facts(case.scored())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "_CHUNK_MEMBERS", chunk_members)
        patch.setattr(population, "_BLOCK_ROWS", block_rows)
        patch.setattr(record_tests, "_BLOCK_ROWS", block_rows)
        assert facts(case.scored()) == in_one_chunk


@settings(max_examples=8)
@given(cases(), st.sampled_from([1, 2, 8]))
def test_the_number_of_threads_changes_nothing(case: Case, threads: int) -> None:
    right = facts(case.scored())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl, "thread_pool_size", lambda: threads)
        patch.setattr(population, "_CHUNK_MEMBERS", 1)
        assert facts(case.scored()) == right


# --- Tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", MODEL_YEARS)
def test_hierarchies_are_transitive_so_that_one_look_at_what_was_found_is_enough(year: int) -> None:
    for model in rules_of(year).models.values():
        pairs = set(model.hcc_hierarchy)
        assert {(top, low) for top, mid in pairs for other, low in pairs if mid == other} <= pairs


def codes_for(year: int, age: int) -> dict[str, str]:
    """A code for each HCC that gives a woman of this age that HCC and no other, in spring."""

    def within(prefix: str) -> pl.Expr:
        youngest, oldest = pl.col(f"{prefix}_age_min").fill_null(0), pl.col(f"{prefix}_age_max").fill_null(200)
        return pl.lit(age).is_between(youngest, oldest) & (pl.col(f"{prefix}_sex").fill_null("F") == "F")

    hers = tables_of(year)["dx_to_cc"].filter("valid_fy_start", within("mce"), within("cc")).unique(["icd10", "cc"])
    alone = hers.filter(pl.len().over("icd10") == 1)
    return dict(alone.group_by("cc").agg(pl.col("icd10").sort().first()).rows())


@pytest.mark.parametrize("year", MODEL_YEARS)
@pytest.mark.parametrize(
    ("age_last", "model", "pairs_that_can_meet"), [(0, "infant", 157), (12, "child", 173), (40, "adult", 173)]
)
def test_every_pair_of_the_hierarchy_drops(year: int, age_last: int, model: str, pairs_that_can_meet: int) -> None:
    code_of = codes_for(year, age_last)
    # What Table 12 keeps out of a model is removed before the hierarchy, and drops nothing there.
    in_model = code_of.keys() - set(rules_of(year).models[model].excluded_hccs)
    pairs = [pair for pair in tables_of(year)["hcc_hierarchy"].rows() if in_model >= {*pair}]
    assert len(pairs) >= pairs_that_can_meet  # of 203; the others need another age
    names = [f"{upper} over {lower}" for upper, lower in pairs]
    found = scored(
        year,
        [member(name, age_last=age_last) for name in names],
        dx=[(name, f"{year}-03-01", code_of[hcc]) for name, pair in zip(names, pairs, strict=True) for hcc in pair],
    )
    lists = dict(score_lines(found.result).select("member_id", "hccs").rows())
    assert [name for name, (_, lower) in zip(names, pairs, strict=True) if lower in lists[name].split()] == []

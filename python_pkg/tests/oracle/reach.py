"""Which rows and rules a crowd of people has reached: agreement says nothing about what nobody has.

A row counts as reached when it decided something: the pair that dropped an HCC, the one HCC of a group that switched
the group on, the term without which an interaction would be off, and of a condition both sides.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from oracle.naive import Answer, Choices, NaiveYear, Person, Row, Workings, plain_code, plain_ndc
from oracle.people import AGES, METAL_LEVELS

Point = tuple[str, ...]
"""A table or rule, and what of it."""


class Scored(NamedTuple):
    """A person with the naive answer and what it came from."""

    person: Person
    answer: Answer
    workings: Workings


class Reach:
    """What there is to reach in a model year, and what was."""

    def __init__(self, year: NaiveYear) -> None:
        self._year = year
        self.wanted = frozenset(_wanted(year))
        self.reached: set[Point] = set()

    def add(self, person: Person, choices: Choices) -> Answer:
        """Note what a person reaches; returns the answer, which was worked out on the way."""
        scored = Scored(person, *self._year.work_out(person, choices))
        for points in _POINTS:
            self.reached.update(points(self._year, scored, choices))
        return scored.answer

    def missed(self) -> dict[str, list[Point]]:
        """What nobody has reached, by table."""
        by_table = defaultdict(list)
        for point in sorted(self.wanted - self.reached):
            by_table[point[0]].append(point)
        return dict(by_table)


def _wanted(year: NaiveYear) -> Iterator[Point]:
    for points in (
        _wanted_diagnoses,
        _wanted_hccs,
        _wanted_interactions,
        _wanted_infants,
        _wanted_drugs,
        _wanted_people,
    ):
        yield from points(year)
    yield from (("feed", name) for name in _FEED)


def _wanted_diagnoses(year: NaiveYear) -> Iterator[Point]:
    for row in year.rows("dx_to_cc"):
        yield "dx_to_cc", *_key(row), "counted"
        limits = {"mce_age": ("mce_age_min", "mce_age_max"), "cc_age": ("cc_age_min", "cc_age_max")}
        for condition, columns in (limits | {"mce_sex": ("mce_sex",), "cc_sex": ("cc_sex",)}).items():
            if any(row[column] for column in columns):
                yield "dx_to_cc", *_key(row), f"{condition} refused"
        if row["valid_fy_start"] != row["valid_fy_end"]:
            yield "dx_to_cc", *_key(row), "not valid on the date"
        if row["is_valid_fy_end_carried"] == "true" and row["valid_fy_end"] == "true":
            yield "dx_to_cc", *_key(row), "validity carried"


def _wanted_hccs(year: NaiveYear) -> Iterator[Point]:
    grouped = {model: set().union(*groups.values()) for model, groups in year.groups.items()}
    for row in year.rows("coefficient"):
        if row["variable"] not in grouped.get(row["model"], ()):
            yield "coefficient", row["model"], row["variable"], row["metal_level"]
    for row in year.rows("hcc_hierarchy"):
        for model, hccs in year.payment_hccs.items():
            if {row["hcc"], row["drops_hcc"]} <= hccs:
                yield "hcc_hierarchy", model, row["hcc"], row["drops_hcc"]
    for row in year.rows("hcc"):
        for model in year.payment_hccs:
            if row["hcc"] not in year.payment_hccs[model] and _has_a_code(year, row["hcc"], AGES[model]):
                yield "hcc", "excluded from", model, row["hcc"]
    for row in year.rows("hcc_group"):
        yield "hcc_group", row["model"], row["group_variable"], row["hcc"]
    for row in year.rows("hcc_count_exclusion"):
        if row["hcc"] in year.payment_hccs[row["model"]]:
            yield "hcc_count_exclusion", row["model"], row["hcc"]


def _wanted_interactions(year: NaiveYear) -> Iterator[Point]:
    for row in year.rows("interaction"):
        if row["model"] != "infant":
            yield "interaction", row["model"], row["variable"], row["clause_no"], row["term"]
            for column, where in _LIMITS.items():
                if row[column]:
                    yield "interaction limit", row["model"], row["variable"], where


def _wanted_infants(year: NaiveYear) -> Iterator[Point]:
    for row in year.rows("infant_severity"):
        yield "infant_severity", row["severity_level"], row["hcc"]
    for row in year.rows("infant_maturity"):
        yield "infant_maturity", row["maturity_category"], row["hcc"]


def _wanted_drugs(year: NaiveYear) -> Iterator[Point]:
    for row in year.rows("rxc_hierarchy"):
        yield "rxc_hierarchy", row["rxc"], row["drops_rxc"]
    for table, code in (("ndc_to_rxc", "ndc"), ("hcpcs_to_rxc", "hcpcs")):
        for row in year.rows(table):
            yield table, row[code]
    for row in year.rows("acf_code"):
        yield "acf_code", row["variable"], row["code"]
    for row in year.rows("acf_rule"):
        for end in ("on", "blocked", "too young", *(["too old"] if row["age_max"] else [])):
            yield "acf_rule", row["variable"], end


def _wanted_people(year: NaiveYear) -> Iterator[Point]:
    for row in year.rows("age_sex"):
        for age in (row["age_min"], row["age_max"]):
            if age:
                yield "age_sex", row["variable"], age
    for row in year.rows("enrollment_duration"):
        for days in (row["days_min"], str(min(int(row["days_max"]), 366 if year.model_year % 4 == 0 else 365))):
            for hccs in ("without HCCs", "with HCCs"):
                yield "enrollment_duration", row["enrollment_months"], days, hccs
    for indicator in year.factor:
        for metal in METAL_LEVELS:
            yield "csr_adjustment", str(indicator), metal


_LIMITS = {
    "hcc_count_min": "fewest HCCs",
    "hcc_count_max": "most HCCs",
    "enrollment_months_min": "fewest months",
    "enrollment_months_max": "most months",
}


def _has_a_code(year: NaiveYear, hcc: str, ages: tuple[int, int]) -> bool:
    """Could a member of these ages be found to have it, if the sub-model did not leave it out?"""
    rows = (row for row in year.rows("dx_to_cc") if row["cc"] == hcc)
    return any(_between(age, row, "mce_age") and _between(age, row, "cc_age") for row in rows for age in ages)


def _key(row: Row) -> tuple[str, str, str]:
    return row["icd10"], row["cc"], f"{row['cc_age_min']}-{row['cc_age_max']}{row['cc_sex']}"


def _diagnoses(year: NaiveYear, scored: Scored, choices: Choices) -> Iterator[Point]:
    """Each row that counted, or failed by one condition alone."""
    person, age = scored.person, scored.answer.age_last
    for day, spelling in person.diagnoses:
        if day is None or day.year != year.model_year:
            continue
        for row in year.diagnosis_rows.get(plain_code(spelling), ()):
            failed = [
                name
                for name, holds in {
                    "mce_age refused": _between(year.mce_age(person, age, day, choices), row, "mce_age"),
                    "mce_sex refused": row["mce_sex"] in ("", person.sex),
                    "cc_age refused": _between(age, row, "cc_age"),
                    "cc_sex refused": row["cc_sex"] in ("", person.sex),
                    "not valid on the date": year.is_valid(row, day, choices),
                }.items()
                if not holds
            ]
            if len(failed) <= 1:
                yield "dx_to_cc", *_key(row), *(failed or ["counted"])
            if not failed and day.month >= 10 and row["is_valid_fy_end_carried"] == "true":
                yield "dx_to_cc", *_key(row), "validity carried"


def _between(value: int, row: Row, prefix: str) -> bool:
    lowest, highest = row[f"{prefix}_min"], row[f"{prefix}_max"]
    return (not lowest or value >= int(lowest)) and (not highest or value <= int(highest))


def _hccs(year: NaiveYear, scored: Scored, _: Choices) -> Iterator[Point]:
    model, hccs, ccs = scored.answer.model, scored.answer.hccs, scored.workings.ccs
    for row in year.rows("hcc_hierarchy"):
        # Another HCC may drop it as well: the pairs are transitively closed, and most have such a third.
        if row["hcc"] in ccs and row["drops_hcc"] in ccs:
            droppers = [pair["hcc"] for pair in year.rows("hcc_hierarchy") if pair["drops_hcc"] == row["drops_hcc"]]
            if sum(hcc in ccs for hcc in droppers) == 1:
                yield "hcc_hierarchy", model, row["hcc"], row["drops_hcc"]
    for group in scored.workings.groups:
        found = year.groups[model][group] & hccs
        if len(found) == 1:
            yield "hcc_group", model, group, *found
    for row in year.rows("hcc_count_exclusion"):
        if row["model"] == model and row["hcc"] in hccs:
            yield "hcc_count_exclusion", model, row["hcc"]
    for hcc in scored.workings.excluded:
        yield "hcc", "excluded from", model, hcc


def _interactions(year: NaiveYear, scored: Scored, _: Choices) -> Iterator[Point]:
    answer, flags = scored.answer, scored.workings.flags
    values = {"hcc_count": scored.workings.hcc_count, "enrollment_months": answer.enrollment_months}
    for rule in year.interactions.get(answer.model, ()):
        if rule.variable not in answer.variables:
            continue
        for number, terms in enumerate(rule.clauses, start=1):
            if len(found := terms & flags) == 1:
                yield "interaction", answer.model, rule.variable, str(number), *found
        if not rule.clauses:
            yield "interaction", answer.model, rule.variable, "", ""
        for column, where in _LIMITS.items():
            if rule.limits[column] and int(rule.limits[column]) == values[column[:-4]]:
                yield "interaction limit", answer.model, rule.variable, where


def _infants(year: NaiveYear, scored: Scored, _: Choices) -> Iterator[Point]:
    if scored.answer.model != "infant":
        return
    (term,) = (name for name in scored.answer.variables if "_X_" in name)
    maturity, severity = term.split("_X_SEVERITY")
    hccs = scored.answer.hccs
    for table, column, value in (
        ("infant_severity", "severity_level", severity),
        ("infant_maturity", "maturity_category", maturity),
    ):
        found = [row["hcc"] for row in year.rows(table) if row[column] == value and row["hcc"] in hccs]
        if len(found) == 1:
            yield table, value, *found


def _drugs(year: NaiveYear, scored: Scored, _: Choices) -> Iterator[Point]:
    answer, workings = scored.answer, scored.workings
    for row in year.rows("rxc_hierarchy"):
        if {row["rxc"], row["drops_rxc"]} <= workings.rxcs_found:
            yield "rxc_hierarchy", row["rxc"], row["drops_rxc"]
    dispensed = [
        *(("ndc", plain_ndc(code)) for day, code in scored.person.ndcs if day and day.year == year.model_year),
        *(("hcpcs", plain_code(code)) for day, code in scored.person.hcpcs if day and day.year == year.model_year),
    ]
    if answer.model == "adult":
        classes = Counter(year.rxc_of.get(code) for code in dispensed)
        yield from ((f"{kind}_to_rxc", code) for kind, code in dispensed if classes[year.rxc_of.get((kind, code))] == 1)
    for rule in year.rows("acf_rule"):
        codes = [code for kind, code in dispensed if (kind, code) in year.factor_codes[rule["variable"]]]
        if not codes:
            continue
        if rule["variable"] in answer.variables:
            yield "acf_rule", rule["variable"], "on"
            yield from (("acf_code", rule["variable"], code) for code in codes if len(codes) == 1)
        elif answer.model == rule["model"] and rule["blocked_by"] in workings.flags:
            yield "acf_rule", rule["variable"], "blocked"
        elif answer.age_last == int(rule["age_min"]) - 1:
            yield "acf_rule", rule["variable"], "too young"
        elif rule["age_max"] and answer.age_last == int(rule["age_max"]) + 1:
            yield "acf_rule", rule["variable"], "too old"


def _score(year: NaiveYear, scored: Scored, _: Choices) -> Iterator[Point]:
    person, answer = scored.person, scored.answer
    for variable in answer.variables:
        yield "coefficient", answer.model, variable, person.metal_level
        if "AGE" in variable:
            yield "age_sex", variable, str(answer.age_last)
    hccs = "with HCCs" if answer.model != "infant" and scored.workings.hcc_count else "without HCCs"
    if answer.model == "adult":
        yield "enrollment_duration", str(answer.enrollment_months), str(scored.workings.days), hccs
    yield "csr_adjustment", str(person.csr_indicator), person.metal_level


_FEED: dict[str, Callable[[Person], bool]] = {
    "lower case": lambda one: any(code != code.upper() for _, code in one.diagnoses),
    "dots": lambda one: any("." in code for _, code in one.diagnoses),
    "blanks": lambda one: any(" " in code for _, code in one.diagnoses),
    "no diagnoses": lambda one: not one.diagnoses,
    "dashed NDC": lambda one: any("-" in code for _, code in one.ndcs),
    "NDC without its first zeros": lambda one: any(9 <= len(code) < 11 and code.isdigit() for _, code in one.ndcs),
    "no date": lambda one: any(day is None for day, _ in one.diagnoses),
    "born on 29 February": lambda one: (one.birth_date.month, one.birth_date.day) == (2, 29),
    "two spans": lambda one: len(one.spans) == 2,
    "a span from the year before": lambda one: one.spans[0][0].year < one.spans[0][1].year,
    "born in the year": lambda one: any(one.birth_date.year == end.year for _, end in one.spans),
    "a service before birth": lambda one: any(day and day < one.birth_date for day, _ in one.diagnoses),
    "a service on a birthday": lambda one: any(
        day and (day.month, day.day) == (one.birth_date.month, one.birth_date.day) for day, _ in one.diagnoses
    ),
}


def _feed(_: NaiveYear, scored: Scored, __: Choices) -> Iterator[Point]:
    return (("feed", name) for name, is_so in _FEED.items() if is_so(scored.person))


_POINTS: tuple[Callable[[NaiveYear, Scored, Choices], Iterable[Point]], ...] = (
    _diagnoses,
    _hccs,
    _interactions,
    _infants,
    _drugs,
    _score,
    _feed,
)

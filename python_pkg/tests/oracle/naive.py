"""A second calculator, for comparison only: one member at a time, plain dictionaries and sets, no engine.

Written from the specification of the algorithm, and read from the same CSV files by another reader, so that a mistake
in the look-ups or the matrix arithmetic of the package has no twin here. Slow, and meant to be read from top to bottom.

What both calculators take from the same place, and could therefore have wrong together: the CMS tables themselves,
conditions, lists and limits included; the reading of A2 to A7 and A9 of the specification; that the age is 0 on a
service date before birth; that who is born on 29 February grows older on 1 March.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

Row = dict[str, str]
Dated = tuple[date | None, str]
"""The date and the code of a record, as a feed may spell it."""


@dataclass(frozen=True)
class Person:
    """One member with one plan, in one or more enrollment spans of which both ends are covered."""

    sex: str
    birth_date: date
    spans: tuple[tuple[date, date], ...]
    metal_level: str
    csr_indicator: int
    diagnoses: tuple[Dated, ...] = ()
    ndcs: tuple[Dated, ...] = ()
    hcpcs: tuple[Dated, ...] = ()


class Choices(NamedTuple):
    """What a run may choose."""

    edition: str
    unknown_validity: str = "carry_forward"
    mce_edits: bool = True


@dataclass(frozen=True)
class Answer:
    """What is on, and what it comes to."""

    model: str
    age_last: int
    enrollment_months: int
    hccs: frozenset[str]
    rxcs: frozenset[str]
    variables: frozenset[str]
    raw: Decimal
    risk_score: Decimal
    reported: Decimal


@dataclass(frozen=True)
class Workings:
    """What an answer came from, which says what a comparison has reached."""

    days: int
    ccs: frozenset[str]
    excluded: frozenset[str]
    rxcs_found: frozenset[str]
    groups: frozenset[str]
    hcc_count: int
    flags: frozenset[str]


@dataclass(frozen=True)
class Interaction:
    """A variable, the terms of each of its clauses, and the limits of HCC_CNT and ENROLDURATION, as text."""

    variable: str
    clauses: tuple[frozenset[str], ...]
    limits: Row


@dataclass(frozen=True, eq=False)
class NaiveYear:
    """The tables of one model year, as rows of text."""

    directory: Path
    model_year: int
    _cache: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        if table not in self._cache:
            with (self.directory / f"cms_{table}.csv").open(encoding="utf-8", newline="") as stream:
                year = str(self.model_year)
                self._cache[table] = [row for row in csv.DictReader(stream) if row["model_year"] == year]
        return self._cache[table]

    @cached_property
    def diagnosis_rows(self) -> dict[str, list[Row]]:
        by_code = defaultdict(list)
        for row in self.rows("dx_to_cc"):
            by_code[row["icd10"]].append(row)
        return dict(by_code)

    @cached_property
    def rxc_of(self) -> dict[tuple[str, str], str]:
        ndcs = {("ndc", row["ndc"]): row["rxc"] for row in self.rows("ndc_to_rxc")}
        return ndcs | {("hcpcs", row["hcpcs"]): row["rxc"] for row in self.rows("hcpcs_to_rxc")}

    @cached_property
    def factor_codes(self) -> dict[str, set[tuple[str, str]]]:
        codes = defaultdict(set)
        for row in self.rows("acf_code"):
            codes[row["variable"]].add((row["code_type"], row["code"]))
        return codes

    @cached_property
    def coefficient(self) -> dict[tuple[str, str, str], Decimal]:
        return {
            (row["model"], row["variable"], row["metal_level"]): Decimal(row["coefficient"])
            for row in self.rows("coefficient")
        }

    @cached_property
    def factor(self) -> dict[int, Decimal]:
        return {int(row["csr_indicator"]): Decimal(row["factor"]) for row in self.rows("csr_adjustment")}

    @cached_property
    def payment_hccs(self) -> dict[str, set[str]]:
        return {
            model: {row["hcc"] for row in self.rows("hcc") if row[f"in_{model}_model"] == "true"}
            for model in ("adult", "child", "infant")
        }

    @cached_property
    def groups(self) -> dict[str, dict[str, set[str]]]:
        groups: dict[str, dict[str, set[str]]] = {"adult": defaultdict(set), "child": defaultdict(set)}
        for row in self.rows("hcc_group"):
            groups[row["model"]][row["group_variable"]].add(row["hcc"])
        return groups

    @cached_property
    def interactions(self) -> dict[str, list[Interaction]]:
        rows_of: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows("interaction"):
            rows_of[row["model"], row["variable"]].append(row)
        found: dict[str, list[Interaction]] = defaultdict(list)
        for (model, variable), rows in rows_of.items():
            clauses = defaultdict(set)
            for row in rows:
                if row["clause_no"]:
                    clauses[row["clause_no"]].add(row["term"])
            terms = tuple(frozenset(clauses[number]) for number in sorted(clauses))
            found[model].append(Interaction(variable, terms, rows[0]))
        return found

    def score(self, person: Person, choices: Choices) -> Answer:
        """Every rule in the order in which CMS lists them."""
        return self.work_out(person, choices)[0]

    def work_out(self, person: Person, choices: Choices) -> tuple[Answer, Workings]:
        """The answer, and what it came from."""
        days, last_day = self._coverage(person)
        age_last = age_on(person.birth_date, last_day)
        model = "adult" if age_last >= 21 else "child" if age_last >= 2 else "infant"
        months = self._months(days)

        found = self._ccs(person, age_last, choices)
        ccs = found & self.payment_hccs[model]
        hccs = ccs - {row["drops_hcc"] for row in self.rows("hcc_hierarchy") if row["hcc"] in ccs}
        rxcs_found = self._rxcs(person) if model == "adult" else set()
        rxcs = rxcs_found - {row["drops_rxc"] for row in self.rows("rxc_hierarchy") if row["rxc"] in rxcs_found}

        groups: set[str] = set()
        count = 0
        if model == "infant":
            variables = self._infant(person, age_last, hccs, choices.edition)
        else:
            groups = {group for group, members in self.groups[model].items() if members & hccs}
            paid = hccs.difference(*self.groups[model].values()) | groups
            not_counted = {row["hcc"] for row in self.rows("hcc_count_exclusion") if row["model"] == model}
            count = len(paid - not_counted)
            variables = self._age_sex(person, age_last, model) | paid | rxcs
            variables |= self._interactions(model, hccs | groups | rxcs, count, months)
        variables |= self._cost_factors(person, age_last, model, hccs | rxcs)

        raw = sum((self.coefficient[model, name, person.metal_level] for name in variables), Decimal(0))
        risk_score = raw * self.factor[person.csr_indicator]
        # Half up: an exact half goes to the higher thousandth.
        reported = (risk_score + Decimal("0.0005")).quantize(Decimal("0.001"), ROUND_FLOOR)
        on = (frozenset(hccs), frozenset(rxcs), frozenset(variables))
        return (
            Answer(model, age_last, months, *on, raw, risk_score, reported),
            Workings(
                days,
                frozenset(ccs),
                frozenset(found - ccs),
                frozenset(rxcs_found),
                frozenset(groups),
                count,
                frozenset(hccs | groups | rxcs),
            ),
        )

    def _coverage(self, person: Person) -> tuple[int, date]:
        """Days covered in the year, each counted once, and the last of them."""
        first, last = date(self.model_year, 1, 1), date(self.model_year, 12, 31)
        within = sorted((max(start, first), min(end, last)) for start, end in person.spans if end >= first)
        days = 0
        counted_to = first - timedelta(1)
        for start, end in within:
            days += max(0, (end - max(start, counted_to + timedelta(1))).days + 1)
            counted_to = max(counted_to, end)
        return days, counted_to

    def _months(self, days: int) -> int:
        bins = self.rows("enrollment_duration")
        return next(int(row["enrollment_months"]) for row in bins if _within(days, row["days_min"], row["days_max"]))

    def _ccs(self, person: Person, age_last: int, choices: Choices) -> set[str]:
        ccs = set()
        for day, spelling in person.diagnoses:
            if day is None or day.year != self.model_year:
                continue
            mce_age = self.mce_age(person, age_last, day, choices)
            for row in self.diagnosis_rows.get(plain_code(spelling), ()):
                mce_holds = not choices.mce_edits or (
                    _within(mce_age, row["mce_age_min"], row["mce_age_max"]) and row["mce_sex"] in ("", person.sex)
                )
                if (
                    self.is_valid(row, day, choices)
                    and mce_holds
                    and _within(age_last, row["cc_age_min"], row["cc_age_max"])
                    and row["cc_sex"] in ("", person.sex)
                ):
                    ccs.add(row["cc"])
        return ccs

    def mce_age(self, person: Person, age_last: int, day: date, choices: Choices) -> int:
        """The age of which the Medicare Code Editor asks."""
        return age_last if choices.edition == "cms_software" else max(0, age_on(person.birth_date, day))

    def is_valid(self, row: Row, day: date, choices: Choices) -> bool:
        """Is the code of a row valid in the fiscal year of a day?"""
        if day.month < 10:
            return row["valid_fy_start"] == "true"
        if row["is_valid_fy_end_carried"] == "true" and choices.unknown_validity == "strict":
            return False
        return row["valid_fy_end"] == "true"

    def _rxcs(self, person: Person) -> set[str]:
        return {self.rxc_of[code] for code in self._dispensed(person) if code in self.rxc_of}

    def _dispensed(self, person: Person) -> Iterator[tuple[str, str]]:
        """Drug codes of the year, of pharmacies and of services."""
        for day, spelling in person.ndcs:
            if day is not None and day.year == self.model_year:
                yield "ndc", plain_ndc(spelling)
        for day, spelling in person.hcpcs:
            if day is not None and day.year == self.model_year:
                yield "hcpcs", plain_code(spelling)

    def _age_sex(self, person: Person, age_last: int, model: str) -> set[str]:
        return {
            row["variable"]
            for row in self.rows("age_sex")
            if row["model"] == model and row["sex"] == person.sex and _within(age_last, row["age_min"], row["age_max"])
        }

    def _infant(self, person: Person, age_last: int, hccs: set[str], edition: str) -> set[str]:
        levels = (int(row["severity_level"]) for row in self.rows("infant_severity") if row["hcc"] in hccs)
        severity = max(levels, default=1)
        born = sorted(
            (int(row["rank"]), row["maturity_category"]) for row in self.rows("infant_maturity") if row["hcc"] in hccs
        )
        maturity = born[0][1] if born and age_last == 0 else "AGE1"
        male = self._age_sex(person, age_last, "infant")
        if edition == "diy_tables" and person.sex == "M" and maturity == "AGE1":
            male = {"AGE1_MALE"}
        return male | {f"{maturity}_X_SEVERITY{severity}"}

    def _interactions(self, model: str, flags: Iterable[str], count: int, months: int) -> set[str]:
        return {
            rule.variable
            for rule in self.interactions[model]
            if _within(count, rule.limits["hcc_count_min"], rule.limits["hcc_count_max"])
            and _within(months, rule.limits["enrollment_months_min"], rule.limits["enrollment_months_max"])
            and not any(terms.isdisjoint(flags) for terms in rule.clauses)
        }

    def _cost_factors(self, person: Person, age_last: int, model: str, flags: set[str]) -> set[str]:
        dispensed = set(self._dispensed(person)) if self.factor_codes else set()
        return {
            row["variable"]
            for row in self.rows("acf_rule")
            if row["model"] == model
            and self.factor_codes[row["variable"]] & dispensed
            and _within(age_last, row["age_min"], row["age_max"])
            and row["blocked_by"] not in flags
        }


def _within(value: int, lowest: str, highest: str) -> bool:
    return (not lowest or value >= int(lowest)) and (not highest or value <= int(highest))


def plain_code(spelling: str) -> str:
    """An ICD-10 or HCPCS code in upper case, without dots and blanks."""
    return spelling.upper().replace(".", "").replace(" ", "")


def plain_ndc(spelling: str) -> str:
    """An NDC as 11 characters: labeler, product and package padded each, or zeros on the left of what has no dashes."""
    parts = spelling.upper().replace(" ", "").split("-")
    widths = (5, 4, 2) if len(parts) == 3 else (11,)
    return "".join(part.rjust(width, "0") for part, width in zip(parts, widths, strict=False))


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))

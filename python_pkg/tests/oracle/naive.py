"""A second calculator, for comparison only: one member at a time, plain dictionaries and sets, no engine.

Written from CMS's tables alone and read from the same seeds, so that a mistake in the matrix arithmetic of the package
has no twin here. Slow, and meant to be read from top to bottom.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from pathlib import Path

Row = dict[str, str]


@dataclass(frozen=True)
class Person:
    """One member with one plan."""

    sex: str
    birth_date: date
    age_last: int
    enrollment_months: int
    metal_level: str
    csr_indicator: int
    diagnoses: tuple[tuple[date, str], ...] = ()
    ndcs: tuple[tuple[date, str], ...] = ()
    hcpcs: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What is on, and what it comes to."""

    model: str
    hccs: frozenset[str]
    rxcs: frozenset[str]
    variables: frozenset[str]
    raw: Decimal
    risk_score: Decimal
    reported: Decimal


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
        return by_code

    @cached_property
    def rxc_of(self) -> dict[tuple[str, str], str]:
        ndcs = {("ndc", row["ndc"]): row["rxc"] for row in self.rows("ndc_to_rxc")}
        return ndcs | {("hcpcs", row["hcpcs"]): row["rxc"] for row in self.rows("hcpcs_to_rxc")}

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
    def groups(self) -> dict[str, dict[str, set[str]]]:
        groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in self.rows("hcc_group"):
            groups[row["model"]][row["group_variable"]].add(row["hcc"])
        return groups

    @cached_property
    def interactions(self) -> dict[str, dict[str, list[Row]]]:
        found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.rows("interaction"):
            found[row["model"]][row["variable"]].append(row)
        return found

    def score(self, person: Person, edition: str) -> Answer:
        """Every rule in the order in which CMS lists them."""
        model = "adult" if person.age_last >= 21 else "child" if person.age_last >= 2 else "infant"
        ccs = self._ccs(person, edition)
        in_model = {row["hcc"] for row in self.rows("hcc") if row[f"in_{model}_model"] == "true"}
        ccs &= in_model
        hccs = ccs - {row["drops_hcc"] for row in self.rows("hcc_hierarchy") if row["hcc"] in ccs}
        rxcs = self._rxcs(person) if model == "adult" else set()

        if model == "infant":
            variables = self._infant(person, hccs, edition)
        else:
            variables = self._age_sex(person, model) | self._groups_and_interactions(person, model, hccs, rxcs) | rxcs
        variables |= self._cost_factors(person, model, hccs, rxcs)

        raw = sum((self.coefficient[model, name, person.metal_level] for name in variables), Decimal(0))
        risk_score = raw * self.factor[person.csr_indicator]
        # Half up: an exact half goes to the higher thousandth.
        reported = (risk_score + Decimal("0.0005")).quantize(Decimal("0.001"), ROUND_FLOOR)
        return Answer(model, frozenset(hccs), frozenset(rxcs), frozenset(variables), raw, risk_score, reported)

    def _ccs(self, person: Person, edition: str) -> set[str]:
        ccs = set()
        for day, code in person.diagnoses:
            if day.year != self.model_year:
                continue
            for row in self.diagnosis_rows[code]:
                valid = row["valid_fy_end"] if day.month >= 10 else row["valid_fy_start"]
                if valid != "true":
                    continue
                mce_age = person.age_last if edition == "cms_software" else max(0, age_on(person.birth_date, day))
                if (
                    _within(mce_age, row["mce_age_min"], row["mce_age_max"])
                    and _within(person.age_last, row["cc_age_min"], row["cc_age_max"])
                    and row["mce_sex"] in ("", person.sex)
                    and row["cc_sex"] in ("", person.sex)
                ):
                    ccs.add(row["cc"])
        return ccs

    def _rxcs(self, person: Person) -> set[str]:
        found = {
            self.rxc_of[kind, code]
            for kind, codes in (("ndc", person.ndcs), ("hcpcs", person.hcpcs))
            for day, code in codes
            if day.year == self.model_year and (kind, code) in self.rxc_of
        }
        return found - {row["drops_rxc"] for row in self.rows("rxc_hierarchy") if row["rxc"] in found}

    def _age_sex(self, person: Person, model: str) -> set[str]:
        return {
            row["variable"]
            for row in self.rows("age_sex")
            if row["model"] == model
            and row["sex"] == person.sex
            and _within(person.age_last, row["age_min"], row["age_max"])
        }

    def _infant(self, person: Person, hccs: set[str], edition: str) -> set[str]:
        severity = max(
            (int(row["severity_level"]) for row in self.rows("infant_severity") if row["hcc"] in hccs), default=1
        )
        born = sorted(
            (int(row["rank"]), row["maturity_category"]) for row in self.rows("infant_maturity") if row["hcc"] in hccs
        )
        maturity = born[0][1] if born and person.age_last == 0 else "AGE1"
        male = self._age_sex(person, "infant")
        if edition == "diy_tables" and person.sex == "M" and maturity == "AGE1":
            male = {"AGE1_MALE"}
        return male | {f"{maturity}_X_SEVERITY{severity}"}

    def _groups_and_interactions(self, person: Person, model: str, hccs: set[str], rxcs: set[str]) -> set[str]:
        groups = {group for group, members in self.groups[model].items() if members & hccs}
        grouped = set().union(*self.groups[model].values())
        paid = (hccs - grouped) | groups
        not_counted = {row["hcc"] for row in self.rows("hcc_count_exclusion") if row["model"] == model}
        count = len(paid - not_counted)
        flags = hccs | groups | rxcs
        on = set(paid)
        for variable, rows in self.interactions[model].items():
            clauses: dict[str, set[str]] = defaultdict(set)
            for row in rows:
                if row["clause_no"]:
                    clauses[row["clause_no"]].add(row["term"])
            if (
                all(terms & flags for terms in clauses.values())
                and _within(count, rows[0]["hcc_count_min"], rows[0]["hcc_count_max"])
                and _within(
                    person.enrollment_months, rows[0]["enrollment_months_min"], rows[0]["enrollment_months_max"]
                )
            ):
                on.add(variable)
        return on

    def _cost_factors(self, person: Person, model: str, hccs: set[str], rxcs: set[str]) -> set[str]:
        dispensed = {("ndc", code) for day, code in person.ndcs if day.year == self.model_year}
        dispensed |= {("hcpcs", code) for day, code in person.hcpcs if day.year == self.model_year}
        codes = defaultdict(set)
        for row in self.rows("acf_code"):
            codes[row["variable"]].add((row["code_type"], row["code"]))
        return {
            row["variable"]
            for row in self.rows("acf_rule")
            if row["model"] == model
            and codes[row["variable"]] & dispensed
            and _within(person.age_last, row["age_min"], row["age_max"])
            and row["blocked_by"] not in hccs | rxcs
        }


def _within(value: int, lowest: str, highest: str) -> bool:
    return (not lowest or value >= int(lowest)) and (not highest or value <= int(highest))


def age_on(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))

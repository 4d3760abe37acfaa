"""Random people, drawn so that rules fire often: severe and grouped HCCs, age and sex edits, drugs that interact."""

import random
from datetime import date, timedelta

from oracle.naive import NaiveYear, Person, age_on

METAL_LEVELS = ("platinum", "gold", "silver", "bronze", "catastrophic")
# Ages at which a condition of Table 3 or a sub-model begins or ends; drawn more often than others.
EDGES = (0, 0, 0, 1, 1, 2, 8, 9, 12, 14, 15, 17, 18, 20, 21, 49, 50, 59, 60, 64, 65)


class PeopleOf:
    """Draws members of one model year; the same seed draws the same people."""

    def __init__(self, year: NaiveYear, seed: int) -> None:
        self._random = random.Random(f"{year.model_year} {seed}")
        self._year = year
        self._by_cc: dict[str, list[str]] = {}
        conditional: dict[str, None] = {}
        for row in year.rows("dx_to_cc"):
            self._by_cc.setdefault(row["cc"], []).append(row["icd10"])
            limits = ("mce_age_min", "mce_age_max", "mce_sex", "cc_age_min", "cc_age_max", "cc_sex")
            if any(row[name] for name in limits) or row["valid_fy_start"] != row["valid_fy_end"]:
                conditional[row["icd10"]] = None
        self._conditional = list(conditional)
        self._ccs = list(self._by_cc)
        # The terms of interactions are HCCs that change more than their own coefficient.
        terms = {row["term"] for row in year.rows("interaction")} & set(self._by_cc)
        self._weighty = sorted(terms | {row["hcc"] for row in year.rows("hcc_group")})
        self._newborn: dict[str, list[str]] = {}
        for row in year.rows("infant_maturity"):
            self._newborn.setdefault(row["maturity_category"], []).append(row["hcc"])
        self._drug_rules = [rows for name, rows in year.interactions["adult"].items() if name.startswith("RXC_")]
        self._ndcs = self._by_class("ndc_to_rxc", "ndc")
        self._services = self._by_class("hcpcs_to_rxc", "hcpcs")
        for row in year.rows("acf_code"):
            classes = self._ndcs if row["code_type"] == "ndc" else self._services
            classes.setdefault("acf", []).append(row["code"])

    def draw(self) -> Person:
        draw = self._random
        year = self._year.model_year
        age = draw.choice(EDGES) if draw.random() < 0.5 else draw.randint(0, 95)
        # AGE_LAST holds on the last covered day; a birthday may lie on either side of a service date.
        last_day = date(year, 12, 31) - timedelta(days=draw.choice((0, 0, 0, draw.randint(0, 300))))
        birth_date = _years_before(last_day, age) - timedelta(days=draw.randint(0, 364))
        diagnoses = [self._diagnosis() for _ in range(draw.choice((0, 1, 2, 3, 6, 10, 16)))]
        ndcs = [self._drug(self._ndcs) for _ in range(draw.choice((0, 0, 1, 2, 4)))]
        if draw.random() < 0.3:
            self._aim_at_a_drug_interaction(diagnoses, ndcs)
        if age == 0 and draw.random() < 0.8:
            # One maturity per newborn: several together would nearly always be the most immature.
            diagnoses.append(self._code_of(draw.choice(self._newborn[draw.choice(list(self._newborn))])))
        return Person(
            sex=draw.choice("MF"),
            birth_date=birth_date,
            age_last=age_on(birth_date, last_day),
            enrollment_months=draw.choice((12, draw.randint(1, 12))),
            metal_level=draw.choice(METAL_LEVELS),
            csr_indicator=draw.choice(sorted(self._year.factor)),
            diagnoses=tuple((self._day(), code) for code in diagnoses),
            ndcs=tuple((self._day(), code) for code in ndcs),
            hcpcs=tuple((self._day(), self._drug(self._services)) for _ in range(draw.choice((0, 0, 1, 2)))),
        )

    def _diagnosis(self) -> str:
        kind = self._random.random()
        if kind < 0.35:
            return self._code_of(self._random.choice(self._weighty))
        if kind < 0.7:
            return self._code_of(self._random.choice(self._ccs))
        if kind < 0.95:
            return self._random.choice(self._conditional)
        return "Z0000"

    def _code_of(self, cc: str) -> str:
        return self._random.choice(self._by_cc[cc])

    def _aim_at_a_drug_interaction(self, diagnoses: list[str], ndcs: list[str]) -> None:
        terms_of_clause: dict[str, list[str]] = {}
        for row in self._random.choice(self._drug_rules):
            terms_of_clause.setdefault(row["clause_no"], []).append(row["term"])
        for term in (self._random.choice(terms) for terms in terms_of_clause.values()):
            if term in self._by_cc:
                diagnoses.append(self._code_of(term))
            else:
                ndcs.append(self._random.choice(self._ndcs[term]))

    def _drug(self, classes: dict[str, list[str]]) -> str:
        # Classes, not codes, with equal chance: insulins would otherwise be most of the draws.
        return self._random.choice(classes[self._random.choice(sorted(classes))])

    def _day(self) -> date:
        year = self._year.model_year
        if self._random.random() < 0.04:
            return self._random.choice((date(year - 1, 12, 31), date(year + 1, 1, 1)))
        if self._random.random() < 0.1:
            return self._random.choice((date(year, 9, 30), date(year, 10, 1), date(year, 1, 1), date(year, 12, 31)))
        return date(year, 1, 1) + timedelta(days=self._random.randint(0, 364))

    def _by_class(self, table: str, code: str) -> dict[str, list[str]]:
        classes: dict[str, list[str]] = {}
        for row in self._year.rows(table):
            classes.setdefault(row["rxc"], []).append(row[code])
        return classes


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))

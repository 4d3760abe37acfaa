"""Random people, drawn around the rules: each is aimed at a row of a table, and stands on it or just beside it.

Rows are dealt like cards: every row of a table comes up before any comes up again, so that enough people reach all.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import TypeVar

from oracle.naive import Interaction, NaiveYear, Person, Row, age_on

METAL_LEVELS = ("platinum", "gold", "silver", "bronze", "catastrophic")
AGES = {"adult": (21, 95), "child": (2, 20), "infant": (0, 1)}
NO_CODES = ("Z0000", "", " ", ".", "A0", "E112200", "H@YSTACK", "\N{LATIN SMALL LETTER SHARP S}100")

Card = TypeVar("Card")


class PeopleOf:
    """Draws members of one model year; the same seed draws the same people."""

    def __init__(self, year: NaiveYear, seed: int) -> None:
        self._random = random.Random(f"{year.model_year} {seed}")
        self._year = year
        self._first, self._last = date(year.model_year, 1, 1), date(year.model_year, 12, 31)
        self._rows_of: dict[str, list[Row]] = defaultdict(list)
        for row in year.rows("dx_to_cc"):
            self._rows_of[row["cc"]].append(row)
        conditional = [(row, limit) for row in year.rows("dx_to_cc") for limit in _conditions(row)]
        self._drugs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        drugs = list(self._drug_cards())
        for kind, code, name in drugs:
            self._drugs[name].append((kind, code))
        # Services are few beside NDCs.
        drugs += 20 * [card for card in drugs if card[0] == "hcpcs"]

        self._related: dict[str, set[str]] = defaultdict(set)
        for row in year.rows("hcc_hierarchy"):
            self._related[row["hcc"]].add(row["drops_hcc"])
            self._related[row["drops_hcc"]].add(row["hcc"])

        terms = [
            (model, rule, term)
            for model in ("adult", "child")
            for rule in year.interactions[model]
            for term in sorted(set().union(*rule.clauses)) or [""]
        ]
        bands = year.rows("age_sex")
        coefficients = [
            row for row in year.rows("coefficient") if row["variable"] in year.payment_hccs.get(row["model"], ())
        ]
        self._metals_and_indicators = self._deal(
            [(metal, indicator) for metal in METAL_LEVELS for indicator in year.factor]
        )
        self._bins = self._deal(year.rows("enrollment_duration"))
        self._any_row = self._deal(year.rows("dx_to_cc"))
        self._any_drug = self._deal(drugs)
        hierarchy = self._deal([(model, row) for model in AGES for row in year.rows("hcc_hierarchy")])
        aims: list[tuple[int, Callable[[], Person]]] = [
            (8, self._at(self._any_row, self._at_a_diagnosis)),
            (8, self._at(self._deal(conditional), self._at_a_condition)),
            (6, self._at(hierarchy, self._at_a_hierarchy)),
            (6, self._at(self._deal(terms), self._at_an_interaction)),
            (2, self._at(self._deal(year.rows("hcc_group")), self._at_a_group)),
            (2, self._at(self._deal(bands), self._at_a_band)),
            (3, self._at(self._deal(self._infant_cells()), self._at_an_infant)),
            (3, self._at(self._deal(coefficients), self._at_a_coefficient)),
            (4, self._at(self._any_drug, self._at_a_drug)),
        ]
        if year.rows("acf_code"):
            factors = [
                (rule, row)
                for rule in year.rows("acf_rule")
                for row in year.rows("acf_code")
                if row["variable"] == rule["variable"]
            ]
            aims.append((2, self._at(self._deal(factors), self._at_a_cost_factor)))
        self._aims = self._deal([aim for times, aim in aims for _ in range(times)])

    def draw(self) -> Person:
        return next(self._aims)()

    # --- Whom a row is about ------------------------------------------------------------------------------------------

    def _at_a_diagnosis(self, row: Row) -> Person:
        sex = row["mce_sex"] or row["cc_sex"] or self._random.choice("MF")
        lowest, highest = _ages(row)
        age = self._random.choice((lowest, min(highest, 95), self._random.randint(lowest, min(highest, 95))))
        return self._person(age, sex, [row["icd10"]], extra=self._random.choice((0, 1, 2, 4)))

    def _at_a_condition(self, card: tuple[Row, str]) -> Person:
        """Someone who keeps every condition of a row, or all but one."""
        row, limit = card
        draw = self._random
        sex = row["mce_sex"] or row["cc_sex"] or draw.choice("MF")
        lowest, highest = _ages(row)
        age = draw.choice((lowest, min(highest, 95)))
        if limit.endswith("sex"):
            sex = {"M": "F", "F": "M"}[sex]
        elif limit.endswith("min"):
            age = max(0, int(row[limit]) - 1)
        elif limit.endswith("max"):
            age = int(row[limit]) + 1
        return self._person(age, sex, [row["icd10"]], extra=draw.choice((0, 1, 2, 4)))

    def _at_a_hierarchy(self, card: tuple[str, Row]) -> Person:
        model, row = card
        hccs = (row["hcc"], row["drops_hcc"])
        age, sex = self._age_and_sex_for(model, hccs)
        return self._person(age, sex, self._codes(hccs, age, sex), extra=0)

    def _at_a_group(self, row: Row) -> Person:
        age, sex = self._age_and_sex_for(row["model"], [row["hcc"]])
        return self._person(age, sex, self._codes([row["hcc"]], age, sex), extra=self._random.choice((0, 0, 3)))

    def _at_a_coefficient(self, row: Row) -> Person:
        age, sex = self._age_and_sex_for(row["model"], [row["variable"]])
        codes = self._codes([row["variable"]], age, sex)
        return self._person(age, sex, codes, metal_level=row["metal_level"], extra=0)

    def _at_an_interaction(self, card: tuple[str, Interaction, str]) -> Person:
        """Someone with one term of each clause, and a number of HCCs and months at a limit or beside it."""
        model, rule, wanted = card
        draw = self._random
        age, sex = draw.randint(*AGES[model]), draw.choice("MF")
        hccs: list[str] = []
        drugs: list[tuple[str, str]] = []
        for terms in rule.clauses:
            term = wanted if wanted in terms else draw.choice(sorted(terms))
            if term in self._drugs:
                drugs.append(draw.choice(self._drugs[term]))
            else:
                hccs.append(draw.choice(sorted(self._year.groups[model].get(term, {term}))))
        months = rule.limits["enrollment_months_max"]
        if rule.limits["hcc_count_min"] and not months:
            at = int(draw.choice([rule.limits["hcc_count_min"], rule.limits["hcc_count_max"] or "10"]))
            hccs += self._others(model, hccs, at + draw.choice((-2, -1, -1, -1, 0)), without=set().union(*rule.clauses))
        elif months and draw.random() < 0.5:
            hccs += self._others(model, hccs, 1, without=set())
        near = next((row for row in self._year.rows("enrollment_duration") if row["enrollment_months"] == months), None)
        return self._person(age, sex, self._codes(hccs, age, sex), drugs=drugs, duration=near, extra=0)

    def _at_a_band(self, row: Row) -> Person:
        limits = [int(row["age_min"]), int(row["age_max"] or 95)]
        return self._person(self._random.choice(limits), row["sex"], [], extra=self._random.choice((0, 0, 0, 1)))

    def _at_an_infant(self, card: tuple[str, str]) -> Person:
        maturity, severity = card
        sex = self._random.choice("MF")
        age = self._random.choice((0, 0, 0, 1))
        return self._person(age, sex, self._codes([hcc for hcc in (maturity, severity) if hcc], age, sex), extra=0)

    def _at_a_drug(self, card: tuple[str, str, str]) -> Person:
        draw = self._random
        cards = [card, *(next(self._any_drug) for _ in range(draw.choice((0, 0, 1, 4))))]
        for row in self._year.rows("rxc_hierarchy") if draw.random() < 0.1 else ():
            cards = [draw.choice([(*drug, rxc) for drug in self._drugs[rxc]]) for rxc in (row["rxc"], row["drops_rxc"])]
        drugs = [(kind, code) for kind, code, _ in cards]
        age = draw.choice((20, 21, 21, 40, 64, 90))
        return self._person(age, draw.choice("MF"), [], drugs=drugs, extra=draw.choice((0, 2)))

    def _at_a_cost_factor(self, card: tuple[Row, Row]) -> Person:
        rule, row = card
        draw = self._random
        age = draw.choice([int(rule["age_min"]), int(rule["age_max"] or 70)]) + draw.choice((-1, 0, 0, 0, 1))
        sex = draw.choice("MF")
        drugs = [(row["code_type"], row["code"])]
        codes: list[str] = []
        if draw.random() < 0.3:
            if rule["blocked_by"] in self._drugs:
                drugs.append(draw.choice(self._drugs[rule["blocked_by"]]))
            else:
                codes = self._codes([rule["blocked_by"]], age, sex)
        return self._person(age, sex, codes, drugs=drugs, extra=draw.choice((0, 0, 1)))

    # --- The rest of the person ---------------------------------------------------------------------------------------

    def _person(
        self,
        age_last: int,
        sex: str,
        codes: list[str],
        *,
        drugs: Iterable[tuple[str, str]] = (),
        duration: Row | None = None,
        metal_level: str | None = None,
        extra: int,
    ) -> Person:
        draw = self._random
        spans = self._spans(duration or (next(self._bins) if draw.random() < 0.5 else None))
        last_day = min(self._last, max(end for _, end in spans))
        any_metal_level, csr_indicator = next(self._metals_and_indicators)
        codes = codes + [self._any_code() for _ in range(extra)]
        given = {"ndc": [code for kind, code in drugs if kind == "ndc"]}
        given["hcpcs"] = [code for kind, code in drugs if kind == "hcpcs"]
        if draw.random() < (0.85 if age_last >= AGES["adult"][0] else 0.1):
            kind, code, _ = next(self._any_drug)
            given[kind].append(code)
        if draw.random() < 0.05:
            given[draw.choice(("ndc", "hcpcs"))].append(draw.choice(NO_CODES))
        birth_date = self._birth_date(age_last, last_day)
        return Person(
            sex=sex,
            birth_date=birth_date,
            spans=spans,
            metal_level=metal_level or any_metal_level,
            csr_indicator=csr_indicator,
            diagnoses=tuple((self._day_near(birth_date), self._spelt(code)) for code in codes),
            ndcs=tuple((self._day(), self._spelt_ndc(code)) for code in given["ndc"]),
            hcpcs=tuple((self._day(), self._spelt(code)) for code in given["hcpcs"]),
        )

    def _age_and_sex_for(self, model: str, hccs: Iterable[str]) -> tuple[int, str]:
        """An age of the sub-model and a sex at which these HCCs are found; any if there are none after some tries."""
        draw = self._random
        for _ in range(20):
            age, sex = draw.randint(*AGES[model]), draw.choice("MF")
            if all(any(_may_have(row, age, sex) for row in self._rows_of.get(hcc, ())[:50]) for hcc in hccs):
                break
        return age, sex

    def _birth_date(self, age_last: int, last_day: date) -> date:
        """Any day that makes the age; often the first or the last such day, sometimes 29 February."""
        draw = self._random
        # Born the day after this one, one is a year younger.
        latest = _same_day(last_day, last_day.year - age_last)
        if draw.random() < 0.15:
            return latest
        born = latest - timedelta(days=364 if draw.random() < 0.15 else draw.randint(0, 364))
        if draw.random() < 0.05 and born.year % 4 == 0 and age_on(date(born.year, 2, 29), last_day) == age_last:
            return date(born.year, 2, 29)
        return born

    def _spans(self, duration: Row | None) -> tuple[tuple[date, date], ...]:
        """The days of a bin of Table 1, at its ends for preference: in a piece, or in two; or the whole year."""
        draw = self._random
        year_days = (self._last - self._first).days + 1
        if duration is None:
            # Coverage often goes on from the year before or into the next.
            return (
                (self._first - timedelta(draw.choice((0, 0, 40))), self._last + timedelta(draw.choice((0, 0, 40)))),
            )
        lowest, highest = int(duration["days_min"]), min(int(duration["days_max"]), year_days)
        days = draw.choice((lowest, highest, draw.randint(lowest, highest)))
        start = self._first + timedelta(draw.randint(0, year_days - days))
        end = start + timedelta(days - 1)
        kind = draw.random()
        if days > 2 and kind < 0.4:
            first_part = draw.randint(1, days - 2)
            gap = timedelta(draw.randint(0, (self._last - end).days))
            if kind < 0.1:
                # Two rows of the issuer that overlap: the days of both count once.
                return (start, start + timedelta(first_part)), (start + timedelta(draw.randint(0, first_part)), end)
            return (start, start + timedelta(first_part - 1)), (start + timedelta(first_part) + gap, end + gap)
        return ((start, end),)

    def _day_near(self, birth_date: date) -> date | None:
        """A day of service: now and then a birthday or the day before, between which the age differs."""
        if self._random.random() < 0.1:
            return _same_day(birth_date, self._first.year) - timedelta(self._random.choice((0, 1)))
        return self._day()

    def _day(self) -> date | None:
        draw = self._random
        kind = draw.random()
        if kind < 0.02:
            return draw.choice((self._first - timedelta(1), self._last + timedelta(1), None))
        if kind < 0.12:
            year = self._first.year
            return draw.choice((date(year, 9, 30), date(year, 10, 1), date(year, 2, 28), self._first, self._last))
        if kind < 0.14:
            return date(self._first.year, 2, 28) + timedelta(1)
        if kind < 0.4:
            # The new fiscal year, with the validity of its own.
            return date(self._first.year, 10, 1) + timedelta(draw.randint(0, 91))
        return self._first + timedelta(days=draw.randint(0, (self._last - self._first).days))

    def _any_code(self) -> str:
        if self._random.random() < 0.05:
            return self._random.choice(NO_CODES)
        return next(self._any_row)["icd10"]

    def _spelt(self, code: str) -> str:
        """A code as the tables have it, or as feeds do."""
        kind = self._random.random()
        if kind < 0.9 or code in NO_CODES:
            return code
        return self._random.choice((code.lower(), f"{code[:3]}.{code[3:]}", f" {code[:3]}.{code[3:].lower()} "))

    def _spelt_ndc(self, code: str) -> str:
        if self._random.random() < 0.7 or len(code) != 11:
            return code
        # Two zeros and no more: what is shorter than nine characters is not taken for an NDC.
        shorter = code[2:] if code.startswith("00") else code
        dashed = f"{code[:5]}-{code[5:9]}-{code[9:]}"
        return self._random.choice((shorter, dashed, f" {dashed.replace('-0', '-', 1).lower()}"))

    def _codes(self, hccs: Iterable[str], age_last: int, sex: str) -> list[str]:
        """A code for each HCC, that gives it to this person if any does."""
        found = []
        for hcc in hccs:
            rows = self._rows_of.get(hcc, [])
            tries = [self._random.choice(rows) for _ in range(12)] if rows else []
            fits = (row for row in tries if _may_have(row, age_last, sex))
            if row := next(fits, tries[0] if tries else None):
                found.append(row["icd10"])
        return found

    def _others(self, model: str, hccs: list[str], number: int, *, without: set[str]) -> list[str]:
        """HCCs that count on their own: of other groups, and neither dropping nor dropped by those there are."""
        group_of = {hcc: group for group, members in self._year.groups[model].items() for hcc in members}
        every = sorted((self._year.payment_hccs[model] & set(self._rows_of)) - without)
        self._random.shuffle(every)
        chosen: list[str] = []
        taken = {group_of.get(hcc, hcc) for hcc in hccs} | without
        dropped = set().union(*(self._related[hcc] for hcc in hccs))
        for hcc in every:
            if len(chosen) >= number:
                break
            if group_of.get(hcc, hcc) not in taken and hcc not in dropped:
                chosen.append(hcc)
                taken.add(group_of.get(hcc, hcc))
                dropped |= self._related[hcc]
        return chosen

    # --- Cards --------------------------------------------------------------------------------------------------------

    def _drug_cards(self) -> Iterator[tuple[str, str, str]]:
        for table, kind in (("ndc_to_rxc", "ndc"), ("hcpcs_to_rxc", "hcpcs")):
            for row in self._year.rows(table):
                yield kind, row[kind], row["rxc"]

    def _infant_cells(self) -> list[tuple[str, str]]:
        born = ["", *sorted({row["hcc"] for row in self._year.rows("infant_maturity")})]
        severe = ["", *sorted({row["hcc"] for row in self._year.rows("infant_severity")})]
        return [(maturity, severity) for maturity in born for severity in severe]

    def _deal(self, cards: list[Card]) -> Iterator[Card]:
        """The cards over and over, shuffled anew each time."""

        def shuffled() -> Iterator[list[Card]]:
            while True:
                self._random.shuffle(cards)
                yield list(cards)

        return chain.from_iterable(shuffled())

    def _at(self, cards: Iterator[Card], aim: Callable[[Card], Person]) -> Callable[[], Person]:
        return lambda: aim(next(cards))


def _conditions(row: Row) -> list[str]:
    """The columns of a row that limit whom it is about, and "" for whom it is about; nothing if it is about all."""
    limits = ("mce_age_min", "mce_age_max", "mce_sex", "cc_age_min", "cc_age_max", "cc_sex")
    found = [name for name in limits if row[name]]
    return ["", *found] if found else []


def _ages(row: Row) -> tuple[int, int]:
    lowest = max(int(row[name] or 0) for name in ("mce_age_min", "cc_age_min"))
    return lowest, min(int(row[name] or 999) for name in ("mce_age_max", "cc_age_max"))


def _may_have(row: Row, age_last: int, sex: str) -> bool:
    lowest, highest = _ages(row)
    return lowest <= age_last <= highest and {row["mce_sex"], row["cc_sex"]} <= {"", sex}


def _same_day(day: date, year: int) -> date:
    """The day of another year on which one born that day turns: 29 February becomes 1 March... of a common year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)

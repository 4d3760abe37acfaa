"""`raw_claims`: the lines of medical claims and of fills, as text."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from hhs_hcc.synth import encounters as settings
from hhs_hcc.synth.codes import (
    ANCILLARY_CODES,
    CHILD_VISIT_CODES,
    CLINIC_CODES,
    EMERGENCY_CODES,
    HOSPITAL_VISIT_CODES,
    VISIT_CODES,
    CodeBook,
    CodeList,
    YearTables,
)
from hhs_hcc.synth.encounters import CHILD_BELOW_AGE, DIAGNOSIS_PLACES, NONE, Encounters, Fills
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.layout import RAW_COLUMNS
from hhs_hcc.synth.plans import Holdings, PlanCatalogue
from hhs_hcc.synth.providers import CLINIC, HOSPITAL, LABORATORY, PHARMACY, SPECIALIST, choose_provider, provider_ids
from hhs_hcc.synth.streams import BoolArray, FloatArray, IntArray, Streams
from hhs_hcc.synth.text import cents, dates, digits, member_ids

LONGEST_RUN_OUT_DAYS = 330
MEAN_RUN_OUT_DAYS = 24


@dataclass(frozen=True)
class Setting:
    """How claims of a setting look.

    Attributes:
        is_institutional: Else professional.
        bill_types: Type of bill and weight; empty for professional claims.
        place_of_service: Of professional claims.
        line_weights: Weights of one, two, three and four lines.
        first_revenue: Revenue code of the first line; institutional only.
        mean_charge: Of a line, in dollars.
    """

    is_institutional: bool
    bill_types: tuple[tuple[str, float], ...]
    place_of_service: str
    line_weights: tuple[float, ...]
    first_revenue: str
    mean_charge: float


SETTINGS: dict[int, Setting] = {
    settings.OFFICE: Setting(False, (), "11", (0.5, 0.36, 0.14), "", 160),
    settings.LABORATORY: Setting(False, (), "81", (0.6, 0.4), "", 60),
    settings.OUTPATIENT: Setting(
        True, (("131", 0.86), ("711", 0.05), ("771", 0.05), ("851", 0.04)), "", (0.4, 0.4, 0.2), "0510", 420
    ),
    settings.LAB_OUTPATIENT: Setting(True, (("131", 0.7), ("141", 0.3)), "", (0.6, 0.4), "0300", 90),
    settings.INPATIENT: Setting(
        True, (("111", 0.93), ("112", 0.04), ("114", 0.03)), "", (0, 0.3, 0.5, 0.2), "0120", 7800
    ),
    settings.HOSPITAL_VISIT: Setting(False, (), "21", (0.6, 0.4), "", 280),
    settings.EMERGENCY: Setting(True, (("131", 1.0),), "", (0.3, 0.5, 0.2), "0450", 900),
    settings.INFUSION: Setting(False, (), "11", (0, 1.0), "", 1800),
    settings.HOME_HEALTH: Setting(True, (("322", 0.7), ("211", 0.3)), "", (0.5, 0.5), "0550", 150),
}

OTHER_REVENUES = ("0300", "0250", "0636", "0320", "0270")
PROVIDER_KINDS = {
    settings.LABORATORY: LABORATORY,
    settings.OUTPATIENT: HOSPITAL,
    settings.LAB_OUTPATIENT: HOSPITAL,
    settings.INPATIENT: HOSPITAL,
    settings.EMERGENCY: HOSPITAL,
    settings.HOSPITAL_VISIT: SPECIALIST,
    settings.INFUSION: SPECIALIST,
}


@dataclass(frozen=True)
class ServiceCodes:
    """Service codes by setting of the first line; the ancillary ones are never eligible."""

    visit: CodeList
    child_visit: CodeList
    clinic: CodeList
    emergency: CodeList
    hospital: CodeList
    ancillary: CodeList


def service_codes(tables: YearTables, book: CodeBook) -> ServiceCodes:
    """The services of the year, in a code book."""
    return ServiceCodes(
        visit=tables.eligible(book, VISIT_CODES),
        child_visit=tables.eligible(book, CHILD_VISIT_CODES),
        clinic=tables.eligible(book, CLINIC_CODES),
        emergency=tables.eligible(book, EMERGENCY_CODES),
        hospital=tables.eligible(book, HOSPITAL_VISIT_CODES),
        ancillary=tables.not_eligible(book, ANCILLARY_CODES),
    )


@dataclass(frozen=True)
class Block:
    """What turns the claims of a block of members into text."""

    streams: Streams
    year: int
    members: Members
    holdings: Holdings
    plan_ids: pl.Series
    code_texts: pl.Series

    @classmethod
    def of(
        cls, streams: Streams, year: int, members: Members, holdings: Holdings, catalogue: PlanCatalogue, book: CodeBook
    ) -> "Block":
        """Collect the pieces."""
        plan_ids = pl.Series(list(catalogue.hios_plan_id), dtype=pl.String)
        return cls(streams, year, members, holdings, plan_ids, book.texts())

    def keys(self, member: IntArray, *more: IntArray) -> tuple[IntArray, ...]:
        """Keys of a draw by member, year and more."""
        return (self.members.key[member], np.full_like(member, self.year), *more)

    def code(self, positions: IntArray) -> pl.Series:
        """The text of codes; null where there is none."""
        return self.code_texts.gather(pl.Series(positions).replace(NONE, None))

    def plan(self, member: IntArray, day: IntArray) -> pl.Series:
        """The plan that pays."""
        return self.plan_ids.gather(self.holdings.plan_on(member, day))

    def amounts(self, purpose: str, mean_dollars: FloatArray, keys: tuple[IntArray, ...]) -> dict[str, pl.Series]:
        """Charge >= allowed >= paid."""
        spread = np.exp(0.7 * self.streams.normal(f"{purpose}/charge", *keys) - 0.245)
        charge = np.maximum(np.rint(mean_dollars * 100 * spread), 100).astype(np.int64)
        allowed = np.rint(charge * (0.3 + 0.5 * self.streams.uniform(f"{purpose}/allowed", *keys))).astype(np.int64)
        paid = np.rint(allowed * (0.4 + 0.6 * self.streams.uniform(f"{purpose}/paid", *keys))).astype(np.int64)
        return {"charge_amount": cents(charge), "allowed_amount": cents(allowed), "paid_amount": cents(paid)}

    def medical_paid_on(self, encounters: Encounters) -> IntArray:
        """When medical claims are decided: run-out reaches into the next year."""
        keys = self.keys(encounters.member, encounters.number)
        wait = -MEAN_RUN_OUT_DAYS * np.log1p(-self.streams.uniform("medical/paid_date", *keys))
        paid_on: IntArray = encounters.last_day + 5 + np.minimum(wait, LONGEST_RUN_OUT_DAYS).astype(np.int64)
        return paid_on

    def pharmacy_paid_on(self, fills: Fills) -> IntArray:
        """When fills are decided: within days."""
        return fills.day + self.streams.integers("pharmacy/paid_date", 4, *self.keys(fills.member, fills.number))


def claim_ids(letter: str, year: int, member_key: IntArray, number: IntArray) -> pl.Series:
    """Ids of the claims of a year."""
    return f"{letter}{year % 100:02d}-" + digits(member_key, 11) + "-" + digits(number, 3)


def medical_lines(block: Block, encounters: Encounters, paid_on: IntArray, services: ServiceCodes) -> pl.DataFrame:
    """Lines of medical claims, in the order of the claims, with `member_row` for the steps that follow."""
    streams = block.streams
    claim_keys = block.keys(encounters.member, encounters.number)
    line_count = _by_setting(encounters, lambda setting: 1 + streams.choice("lines", setting.line_weights, *claim_keys))
    claim = np.repeat(np.arange(len(encounters)), line_count)
    line = np.arange(len(claim)) - np.repeat(np.cumsum(line_count) - line_count, line_count) + 1
    member, setting = encounters.member[claim], encounters.setting[claim]
    keys = block.keys(member, encounters.number[claim], line)
    first_day, last_day = encounters.first_day[claim], encounters.last_day[claim]

    is_institutional = np.array([SETTINGS[number].is_institutional for number in sorted(SETTINGS)])[setting]
    mean_charge = np.array([SETTINGS[number].mean_charge for number in sorted(SETTINGS)])[setting]
    diagnosis_texts = {
        f"diagnosis_code_{place + 1}": block.code(encounters.diagnoses[:, place]).gather(claim)
        for place in range(DIAGNOSIS_PLACES)
    }
    return _frame(
        {
            "claim_id": claim_ids("C", block.year, block.members.key[encounters.member], encounters.number).gather(
                claim
            ),
            "claim_line_number": digits(line, 1),
            "claim_type": pl.Series(["professional", "institutional"]).gather(is_institutional.astype(np.int64)),
            "member_id": member_ids(block.members.key[member]),
            "hios_plan_id": block.plan(member, first_day),
            "provider_id": provider_ids(_providers(block, encounters)).gather(claim),
            "bill_type_code": _bill_types(block, encounters, claim_keys).gather(claim),
            "place_of_service_code": _places(setting),
            "claim_start_date": dates(first_day),
            "claim_end_date": dates(last_day),
            "claim_line_start_date": dates(first_day),
            "claim_line_end_date": dates(last_day),
            "paid_date": dates(paid_on[claim]),
            "hcpcs_code": block.code(_line_services(block, encounters, services, claim, line, keys)),
            "revenue_center_code": _revenue_codes(block, setting, line, keys),
            "quantity": digits(np.where(setting == settings.INPATIENT, last_day - first_day + 1, 1), 1),
            **block.amounts("medical", mean_charge, keys),
            **diagnosis_texts,
            "member_row": pl.Series(member),
        }
    )


def pharmacy_lines(block: Block, fills: Fills, paid_on: IntArray) -> pl.DataFrame:
    """Fills, one line each, in their order."""
    keys = block.keys(fills.member, fills.number)
    days_supply = np.array([30, 30, 30, 90, 10])[block.streams.integers("days_supply", 5, *keys)]
    day = dates(fills.day)
    return _frame(
        {
            "claim_id": claim_ids("R", block.year, block.members.key[fills.member], fills.number),
            "claim_line_number": pl.repeat("1", len(fills), eager=True),
            "claim_type": pl.repeat("pharmacy", len(fills), eager=True),
            "member_id": member_ids(block.members.key[fills.member]),
            "hios_plan_id": block.plan(fills.member, fills.day),
            "provider_id": provider_ids(choose_provider(block.streams, PHARMACY, block.members.key[fills.member])),
            "claim_start_date": day,
            "claim_end_date": day,
            "claim_line_start_date": day,
            "claim_line_end_date": day,
            "paid_date": dates(paid_on),
            "ndc_code": block.code(fills.drug),
            "quantity": digits(days_supply * (1 + block.streams.integers("tablets", 2, *keys)), 1),
            "days_supply": digits(days_supply, 1),
            **block.amounts("pharmacy", np.full(len(fills), 140.0), keys),
            "member_row": pl.Series(fills.member),
        }
    )


def _frame(columns: dict[str, pl.Series]) -> pl.DataFrame:
    """All columns of the layout, null where nothing was given; every claim is paid until dirt says otherwise."""
    given = pl.DataFrame(columns)
    absent = [
        pl.lit("paid" if name == "claim_status" else None, dtype=pl.String).alias(name)
        for name in RAW_COLUMNS["raw_claims"]
        if name not in columns
    ]
    return given.with_columns(absent).select(*RAW_COLUMNS["raw_claims"], "member_row")


def is_eligible_setting(setting: IntArray) -> BoolArray:
    """Whether claims of a setting count for risk adjustment, before any dirt."""
    return ~np.isin(setting, (settings.LABORATORY, settings.LAB_OUTPATIENT, settings.HOME_HEALTH))


def _providers(block: Block, encounters: Encounters) -> IntArray:
    """The provider of each claim: a member keeps to one of each kind."""
    member_key = block.members.key[encounters.member]
    chosen = choose_provider(block.streams, CLINIC, member_key)
    for setting, kind in PROVIDER_KINDS.items():
        chosen = np.where(encounters.setting == setting, choose_provider(block.streams, kind, member_key), chosen)
    return chosen


def _by_setting(encounters: Encounters, draw: Callable[[Setting], IntArray]) -> IntArray:
    """One value per claim, drawn as its setting says."""
    values = np.zeros(len(encounters), dtype=np.int64)
    for number, setting in SETTINGS.items():
        values = np.where(encounters.setting == number, draw(setting), values)
    return values


def _bill_types(block: Block, encounters: Encounters, keys: tuple[IntArray, ...]) -> pl.Series:
    names = sorted({name for setting in SETTINGS.values() for name, _ in setting.bill_types})
    chosen = np.full(len(encounters), NONE, dtype=np.int64)
    for number, setting in SETTINGS.items():
        if setting.bill_types:
            of_setting = np.array([names.index(name) for name, _ in setting.bill_types])
            drawn = of_setting[block.streams.choice("bill_type", [weight for _, weight in setting.bill_types], *keys)]
            chosen = np.where(encounters.setting == number, drawn, chosen)
    return pl.Series(names).gather(pl.Series(chosen).replace(NONE, None))


def _places(setting: IntArray) -> pl.Series:
    places = pl.Series([SETTINGS[number].place_of_service or None for number in sorted(SETTINGS)], dtype=pl.String)
    return places.gather(setting)


def _revenue_codes(block: Block, setting: IntArray, line: IntArray, keys: tuple[IntArray, ...]) -> pl.Series:
    first = pl.Series([SETTINGS[number].first_revenue or None for number in sorted(SETTINGS)], dtype=pl.String)
    later = pl.Series(list(OTHER_REVENUES)).gather(block.streams.integers("revenue", len(OTHER_REVENUES), *keys))
    is_institutional = first.is_not_null().to_numpy()[setting]
    return (
        pl.DataFrame({"first": first.gather(setting), "later": later, "line": line, "has": is_institutional})
        .select(pl.when("has").then(pl.when(pl.col("line") == 1).then("first").otherwise("later")))
        .to_series()
    )


def _line_services(
    block: Block,
    encounters: Encounters,
    services: ServiceCodes,
    claim: IntArray,
    line: IntArray,
    keys: tuple[IntArray, ...],
) -> IntArray:
    """The service code of each line: the first line carries the visit, later ones what was done beside."""
    setting = encounters.setting[claim]
    is_adult = block.members.age[encounters.member[claim]] >= CHILD_BELOW_AGE

    def drawn(codes: CodeList) -> IntArray:
        return codes.draw(block.streams, "service", *keys)

    visit = np.where(is_adult, drawn(services.visit), drawn(services.child_visit))
    first = np.select(
        [
            np.isin(setting, (settings.OFFICE, settings.INFUSION)),
            setting == settings.OUTPATIENT,
            setting == settings.EMERGENCY,
            setting == settings.HOSPITAL_VISIT,
        ],
        [visit, drawn(services.clinic), drawn(services.emergency), drawn(services.hospital)],
        default=drawn(services.ancillary),
    )
    later = np.where(setting == settings.INFUSION, encounters.drug_service[claim], drawn(services.ancillary))
    chosen = np.where(line == 1, first, later)
    # Inpatient lines are billed by revenue code alone.
    return np.where(setting == settings.INPATIENT, NONE, chosen)

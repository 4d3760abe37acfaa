"""What the demo issuer's members suffer from: a table of chronic conditions and one of acute events, with their rates.

The rates are invented, in the spirit of what claims of individual-market issuers show; nothing is copied from data.
"""

from dataclasses import dataclass

import numpy as np

from hhs_hcc.synth.codes import CodeBook, CodeList, YearTables
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.streams import FloatArray, IntArray, Streams

RATE_AGES = (1, 10, 20, 35, 50, 64)
"""Ages at which rates are stated; between them they run in a straight line. Ages below the first have no rate."""

FRAIL_SHARE = 0.22
FRAIL_FACTOR = 2.9
ROBUST_FACTOR = (1 - FRAIL_SHARE * FRAIL_FACTOR) / (1 - FRAIL_SHARE)
"""Conditions gather in the same people: a frail member has every rate times one factor, the others times the other."""


@dataclass(frozen=True)
class DrugUse:
    """A drug class that members with a condition take.

    Attributes:
        rxc: The class.
        share: Of the members with the condition.
        fills: Per year, for a member covered all year.
        injected_share: Of the users, who get it in a clinic under a HCPCS code instead of at a pharmacy.
    """

    rxc: str
    share: float
    fills: float = 8.0
    injected_share: float = 0.0


@dataclass(frozen=True)
class Condition:
    """A chronic condition: who has it keeps it, because rates grow with age (where they fall, some outgrow it).

    Attributes:
        name: For people.
        hccs: HCCs from which the member's code is drawn, with weights; empty for one that only its drug shows.
        common: ICD-10 codes that are used most.
        rates: Share of members who have it, at `RATE_AGES`, in thousandths.
        visits: Per year, for a member covered all year.
        stays: Hospital stays per year.
        sex: `F` or `M` if only one sex has it.
        drugs: What they take.
    """

    name: str
    hccs: tuple[tuple[str, float], ...]
    common: tuple[str, ...]
    rates: tuple[float, ...]
    visits: float = 2.2
    stays: float = 0.02
    sex: str = ""
    drugs: tuple[DrugUse, ...] = ()


@dataclass(frozen=True)
class AcuteEvent:
    """Something that happens in a year, or not.

    Attributes:
        name: For people.
        hcc: Its HCC.
        common: ICD-10 codes that are used most.
        rates: Events per 1,000 members and year at `RATE_AGES`.
        inpatient_share: Of the events, that lead to a hospital stay.
        sex: `F` or `M` if only one sex has it.
    """

    name: str
    hcc: str
    common: tuple[str, ...]
    rates: tuple[float, ...]
    inpatient_share: float = 1.0
    sex: str = ""


def _hcc(*numbers: str) -> tuple[tuple[str, float], ...]:
    """`019` or `019:0.3`: HCC number and weight."""
    pairs = (number.partition(":") for number in numbers)
    return tuple((f"HHS_HCC{number}", float(weight or 1)) for number, _, weight in pairs)


CHRONIC_CONDITIONS = (
    Condition("type 1 diabetes", _hcc("022"), ("E109", "E1065", "E1042", "E10649"), (0.26, 2.6, 3.9, 5.2, 5.9, 6.5),
              3.2, 0.06,
              drugs=(DrugUse("RXC_06", 0.95, 10),)),
    Condition("type 2 diabetes", _hcc("021:0.62", "020:0.36", "019:0.02"),
              ("E119", "E1165", "E1122", "E1142", "E1169", "E11621", "E1100"), (0, 0.22, 3.2, 28, 80, 120), 3.0, 0.04,
              drugs=(DrugUse("RXC_07", 0.58, 7), DrugUse("RXC_06", 0.30, 8))),
    Condition("asthma", _hcc("161_2:0.93", "161_1:0.07"), ("J45909", "J4520", "J4530", "J4550"),
              (16, 56, 46, 37, 37, 37),
              1.8, 0.01),
    Condition("obstructive lung disease", _hcc("160"), ("J449", "J441", "J479"), (0, 0, 0.39, 2.6, 13, 31), 2.4, 0.07),
    Condition("depression or bipolar disorder", _hcc("088"), ("F319", "F332", "F322", "F3181", "F333"),
              (0, 2.6, 26, 36, 39, 39), 3.2, 0.03),
    Condition("schizophrenia", _hcc("087_1:0.7", "087_2:0.3"), ("F209", "F259", "F29"), (0, 0, 1.3, 2.1, 2.6, 2.6), 4.0,
              0.12),
    Condition("drug use disorder", _hcc("082"), ("F1120", "F1220", "F1520"), (0, 0, 5.2, 14, 14, 14), 3.2, 0.08),
    Condition("alcohol use disorder", _hcc("084"), ("F1020",), (0, 0, 2.6, 9.1, 12, 13), 2.2, 0.1),
    Condition("personality disorder", _hcc("090"), ("F603", "F609"), (0, 0, 1.3, 2, 2, 2), 3.0),
    Condition("eating disorder", _hcc("094"), ("F5000", "F502", "F5020"), (0, 0.39, 2.6, 2.6, 2.6, 2.6), 3.0, 0.05,
              "F"),
    Condition("autism", _hcc("102"), ("F840",), (5, 22, 22, 9, 5, 4), 3.2),
    Condition("developmental disorder", _hcc("103"), ("F845", "F849"), (0.52, 2, 2, 2, 2, 2)),
    Condition("heart failure", _hcc("130"), ("I509", "I5022", "I5032", "I110"), (0.26, 0.26, 0.65, 2.1, 6.5, 17), 3.2,
              0.2),
    Condition("heart arrhythmia", _hcc("142"), ("I480", "I4891", "I471", "I4892"), (0.39, 0.78, 2, 3.9, 10, 26), 2.4,
              0.08,
              drugs=(DrugUse("RXC_03", 0.22, 6),)),
    Condition("arrhythmia drug without the diagnosis", (), (), (0, 0, 0, 0.39, 0.78, 1.6), 0,
              drugs=(DrugUse("RXC_03", 1.0, 5),)),
    Condition("vascular disease", _hcc("154:0.8", "153:0.2"), ("I7100", "I7101", "I7102"), (0, 0, 0.18, 0.55, 1.8, 5.9),
              2.0, 0.15),
    Condition("late effects of stroke", _hcc("150:0.8", "151:0.2"), ("I69351", "G8191", "G8194"),
              (0.39, 0.39, 0.52, 1, 2.3, 4.7), 2.4, 0.1),
    Condition("cerebral aneurysm", _hcc("149"), ("I671", "Q282"), (0, 0.13, 0.26, 0.52, 1.2, 2.1), 1.5, 0.05),
    Condition("metastatic cancer", _hcc("008"), ("C787", "C7951", "C7800"), (0, 0.13, 0.26, 1.1, 4.5, 9.2), 6.0, 0.5),
    Condition("lung or other severe cancer", _hcc("009"), ("C3490", "C9000", "C259"),
              (0.27, 0.81, 0.81, 1.1, 3.4, 8.1),
              5.0, 0.35),
    Condition("lymphoma", _hcc("010"), ("C8330", "C8590"), (0.23, 0.72, 1.4, 1.8, 3.8, 6.2), 4.0, 0.2),
    Condition("colorectal or kidney cancer", _hcc("011"), ("C189", "C649", "C20"), (0, 0.17, 0.34, 1.3, 3.8, 6.8), 3.6,
              0.15),
    Condition("breast cancer", _hcc("012"), ("C50911", "C50912", "C50919"), (0, 0, 0, 2.6, 10, 20), 3.4, 0.06, "F"),
    Condition("prostate cancer", _hcc("012"), ("C61",), (0, 0, 0, 0, 3.1, 16), 2.6, 0.04, "M"),
    Condition("thyroid cancer or melanoma", _hcc("013"), ("C73", "C439", "C4359"), (0, 0.13, 0.65, 2.3, 3.9, 5.7), 2.2),
    Condition("HIV", _hcc("001"), ("B20", "Z21"), (0, 0.026, 0.78, 4.7, 5.7, 5.7), 3.0, 0.02,
              drugs=(DrugUse("RXC_01", 0.86, 10, 0.04),)),
    Condition("HIV prevention", (), (), (0, 0, 1.5, 5.5, 5.5, 5.5), 0, drugs=(DrugUse("RXC_01", 0.5, 6),)),
    Condition("hepatitis C", _hcc("037_1"), ("B182",), (0, 0, 0.62, 2.4, 2.8, 3.5), 1.8,
              drugs=(DrugUse("RXC_02", 0.25, 2),)),
    Condition("cirrhosis", _hcc("036:0.7", "035_2:0.3"), ("K7460", "K7030", "K7290"), (0, 0.065, 0.13, 0.78, 2.6, 5.5),
              3.0, 0.2),
    Condition("chronic pancreatitis", _hcc("046"), ("K861",), (0, 0.13, 0.26, 0.91, 1.6, 2.1), 2.4, 0.2),
    Condition("inflammatory bowel disease", _hcc("048"), ("K5190", "K5090", "K5080"), (0.18, 1.3, 5.2, 7.8, 7.9, 7.9),
              2.6, 0.06,
              drugs=(DrugUse("RXC_05", 0.42, 6), DrugUse("RXC_09", 0.48, 9, 0.35))),
    Condition("rheumatoid arthritis", _hcc("056"), ("M069", "M0579", "L4050"), (0.36, 1.3, 2.8, 7.3, 16, 25), 2.8, 0.03,
              drugs=(DrugUse("RXC_09", 0.55, 8, 0.2),)),
    Condition("lupus", _hcc("057"), ("M329", "M3210"), (0, 0.26, 1.3, 3.2, 5.9, 7.8), 2.6, 0.04, "F",
              drugs=(DrugUse("RXC_09", 0.06, 8, 0.4),)),
    Condition("psoriasis on a biologic", (), (), (0, 0.42, 3.1, 8.4, 13, 14), 0,
              drugs=(DrugUse("RXC_09", 0.85, 8, 0.05),)),
    Condition("multiple sclerosis", _hcc("118"), ("G35", "G35A", "G35D"), (0, 0.047, 0.7, 3.2, 5.2, 5.2), 3.0, 0.05,
              drugs=(DrugUse("RXC_08", 0.62, 9, 0.35),)),
    Condition("seizures", _hcc("120"), ("G40909", "R569", "G40409"), (5.2, 7.8, 7.8, 7.8, 8.5, 9.1), 2.2, 0.06),
    Condition("Parkinson's disease", _hcc("119"), ("G20A1", "G20", "G20C"), (0.13, 0.13, 0.26, 0.39, 1, 3.4), 2.6),
    Condition("neuromuscular disease", _hcc("115:0.7", "111:0.12", "117:0.18"), ("G7000", "G1221", "G610"),
              (0.26, 0.51, 0.51, 0.68, 1.2, 1.7), 3.4, 0.12),
    Condition("cerebral palsy", _hcc("113:0.85", "112:0.15"), ("G809", "G800"), (1.3, 2.3, 2.3, 2.3, 2.3, 2.3), 2.6,
              0.05),
    Condition("spinal cord disorder", _hcc("110"), ("G959",), (0.22, 0.34, 0.66, 1.7, 3.4, 5.2), 2.2, 0.1),
    Condition("narcolepsy", _hcc("123"), ("G47419",), (0, 0.13, 0.65, 0.91, 0.91, 0.91)),
    Condition("chromosomal anomaly", _hcc("097"), ("Q909", "Q992"), (1.6, 1.8, 1.8, 1.8, 1.8, 1.8), 2.6),
    Condition("congenital heart defect", _hcc("139:0.7", "138:0.25", "137:0.05"), ("Q2110", "Q210", "Q250"),
              (7.8, 7.8, 7.8, 7.8, 7.8, 7.8), 1.8, 0.03),
    Condition("cystic fibrosis", _hcc("159"), ("E849", "E840"), (0.26, 0.27, 0.27, 0.27, 0.27, 0.27), 4.0, 0.15,
              drugs=(DrugUse("RXC_10", 0.6, 10),)),
    Condition("hemophilia", _hcc("066"), ("D66",), (0.13, 0.13, 0.13, 0.13, 0.13, 0.13), 3.0, 0.1, "M"),
    Condition("sickle cell disease", _hcc("070:0.5", "071:0.5"), ("D571", "D5700"),
              (0.65, 0.65, 0.65, 0.65, 0.65, 0.65), 3.0, 0.4),
    Condition("immune or coagulation disorder", _hcc("075:0.75", "074:0.25"), ("D6859", "D693", "D8481", "D801"),
              (0.78, 1.3, 2.6, 5.9, 7.8, 9.8), 2.0, 0.05),
    Condition("endocrine disorder", _hcc("030"), ("E230", "E271", "E210"), (0.91, 2.1, 2.6, 3.9, 5.9, 7.8), 2.0, 0.03),
    Condition("lung fibrosis", _hcc("162"), ("J8410", "J849"), (0, 0.065, 0.13, 0.65, 2, 4.2), 2.6, 0.1),
    Condition("kidney disease, stage 4 or 5", _hcc("188:0.75", "187:0.25"), ("N184", "N185"),
              (0, 0.039, 0.13, 0.39, 1.3, 3.1),
              3.4, 0.15),
    Condition("end stage renal disease", _hcc("184"), ("N186",), (0, 0.077, 0.23, 0.96, 2, 2.9), 9.0, 0.5,
              drugs=(DrugUse("RXC_04", 0.55, 8, 0.3),)),
    Condition("kidney transplant", _hcc("183"), ("Z940",), (0.031, 0.062, 0.16, 0.47, 0.78, 0.94), 4.0, 0.1),
    Condition("other transplant", _hcc("034:0.55", "251:0.3", "129:0.1", "158:0.05"), ("Z944", "Z9481", "Z941"),
              (0.051, 0.075, 0.13, 0.26, 0.64, 1.2), 4.0, 0.2),
    Condition("macular degeneration", _hcc("174"), ("H353211", "H353221"), (0, 0, 0, 0, 0.2, 1.3), 3.0),
    Condition("skin ulcer", _hcc("217"), ("L97509", "L97909"), (0, 0.065, 0.26, 0.78, 2.6, 5.5), 2.6, 0.1),
    Condition("artificial opening", _hcc("253"), ("Z931", "Z933", "Z932"), (0.51, 0.51, 0.34, 0.51, 1.2, 2.1), 2.0,
              0.15),
    Condition("amputation", _hcc("254"), ("Z89511", "Z89512"), (0, 0.065, 0.13, 0.26, 0.78, 1.8), 1.6, 0.1),
)  # fmt: skip
"""Rates per 1,000 members."""

ACUTE_EVENTS = (
    AcuteEvent("sepsis", "HHS_HCC002", ("A419", "R6520"), (1.7, 1.2, 2.9, 5.9, 13, 27)),
    AcuteEvent("heart attack", "HHS_HCC131", ("I214", "I2119"), (0, 0, 0.14, 1.2, 7.1, 15)),
    AcuteEvent("unstable angina", "HHS_HCC132", ("I200", "I249"), (0, 0, 0.095, 0.95, 5.7, 11)),
    AcuteEvent("stroke", "HHS_HCC146", ("I639",), (0.24, 0.2, 0.48, 2, 7.1, 17)),
    AcuteEvent("brain haemorrhage", "HHS_HCC145", ("I619", "I609"), (0.24, 0.095, 0.24, 0.57, 1.7, 2.8)),
    AcuteEvent("pulmonary embolism", "HHS_HCC156", ("I2699", "I82409"), (0.095, 0.095, 2, 4.3, 9.5, 17), 0.6),
    AcuteEvent("respiratory failure", "HHS_HCC127", ("J9601", "J9600"), (5.6, 1.2, 1.2, 3.1, 8, 17)),
    AcuteEvent("severe pneumonia", "HHS_HCC163", ("J690",), (0.48, 0.28, 0.38, 0.71, 2, 4.3)),
    AcuteEvent("acute pancreatitis", "HHS_HCC047", ("K8590", "K8510"), (0.048, 0.14, 1.4, 3.8, 5.2, 5.7)),
    AcuteEvent("bowel obstruction", "HHS_HCC045", ("K56609",), (0.95, 0.48, 0.71, 2, 4.8, 8.5)),
    AcuteEvent("peritonitis", "HHS_HCC042", ("K650", "K631"), (0.24, 0.71, 1.2, 1.4, 2.1, 2.8)),
    AcuteEvent("bone infection", "HHS_HCC055", ("M869",), (0.48, 0.71, 0.71, 1.4, 3.8, 6.7), 0.6),
    AcuteEvent("hip fracture", "HHS_HCC226", ("S72001A", "S72141A"), (0.71, 0.71, 0.71, 0.95, 2, 4.3)),
    AcuteEvent("vertebral fracture", "HHS_HCC228", ("S22000A", "S32010A"), (0, 0.24, 1.4, 1.7, 2.8, 5.2), 0.4),
    AcuteEvent("severe head injury", "HHS_HCC223", (), (0.048, 0.048, 0.095, 0.095, 0.14, 0.2)),
    AcuteEvent("burn", "HHS_HCC219", (), (0.48, 0.2, 0.24, 0.24, 0.24, 0.24), 0.4),
    AcuteEvent("malnutrition", "HHS_HCC023", ("E43", "E440"), (2.4, 0.57, 0.71, 1.2, 2.8, 5.2), 0.7),
    AcuteEvent("coma or brain swelling", "HHS_HCC122", ("G931", "G936"), (0.24, 0.24, 0.38, 0.48, 1.2, 2.4)),
    AcuteEvent("acute liver failure", "HHS_HCC035_1", ("K7200",), (0.095, 0.095, 0.2, 0.28, 0.57, 0.95)),
    AcuteEvent("ongoing pregnancy", "HHS_HCC212", ("O0993", "O0992", "Z3480"), (0, 0, 18, 31, 0.26, 0), 0.0, "F"),
    AcuteEvent("pregnancy with complications", "HHS_HCC211", ("O139", "O1493"), (0, 0, 5.2, 12, 0.13, 0), 0.15, "F"),
    AcuteEvent("miscarriage", "HHS_HCC205", ("O039", "O021"), (0, 0, 2.6, 6.5, 0.26, 0), 0.1, "F"),
    AcuteEvent("ectopic pregnancy", "HHS_HCC203", ("O00101",), (0, 0, 0.52, 1.2, 0.026, 0), 0.4, "F"),
    AcuteEvent("delivery of a child covered elsewhere", "HHS_HCC209", ("O80", "O82"), (0, 0, 10, 34, 0, 0), 1.0, "F"),
)
"""Newborns and the deliveries of mothers whose child is a member come from the families."""

DELIVERY = (_hcc("209:0.6", "208:0.25", "207:0.15"), ("O80", "O82", "O700", "O701", "O9902", "O1494"))
NEWBORN = (
    _hcc("249:0.895", "248:0.06", "247:0.027", "246:0.008", "245:0.006", "244:0.002", "243:0.0015", "242:0.0005"),
    ("Z3800", "Z3801", "P0739", "Z3831", "P0738", "P0718", "P0737", "P0717", "P0736", "P0703", "P0702"),
)
NEWBORN_COMPLICATION = (_hcc("127:0.5", "002:0.2", "139:0.3"), ("P220", "P369", "Q2110"))
NEWBORN_COMPLICATION_SHARE = 0.12


@dataclass(frozen=True)
class ConditionCodes:
    """The code lists of the year, in the order of the tables above; an empty place stands for no diagnosis."""

    chronic: tuple[CodeList | None, ...]
    acute: tuple[CodeList, ...]
    delivery: CodeList
    newborn: CodeList
    newborn_complication: CodeList
    drugs: dict[str, CodeList]
    drug_services: dict[str, CodeList]


def condition_codes(tables: YearTables, book: CodeBook) -> ConditionCodes:
    """Look the codes of every condition up in the tables of the year."""
    uses = [drug for condition in CHRONIC_CONDITIONS for drug in condition.drugs]
    return ConditionCodes(
        chronic=tuple(
            tables.diagnoses(book, condition.hccs, condition.common) if condition.hccs else None
            for condition in CHRONIC_CONDITIONS
        ),
        acute=tuple(tables.diagnoses(book, ((event.hcc, 1.0),), event.common) for event in ACUTE_EVENTS),
        delivery=tables.diagnoses(book, *DELIVERY),
        newborn=tables.diagnoses(book, *NEWBORN),
        newborn_complication=tables.diagnoses(book, *NEWBORN_COMPLICATION),
        drugs={rxc: tables.drugs(book, rxc) for rxc in sorted({use.rxc for use in uses})},
        drug_services={
            rxc: tables.drug_services(book, rxc) for rxc in sorted({use.rxc for use in uses if use.injected_share})
        },
    )


def frailty(streams: Streams, members: Members) -> FloatArray:
    """The factor on every rate of a member; its mean is 1."""
    return np.where(streams.chance("frail", FRAIL_SHARE, members.key), FRAIL_FACTOR, ROBUST_FACTOR)


def rate_by_member(members: Members, rates: tuple[float, ...], sex: str, factor: FloatArray) -> FloatArray:
    """A rate per member: by age, nothing for the other sex and below the first age, times the member's factor."""
    rate = np.interp(members.age, RATE_AGES, rates) / 1000 * factor
    rate[members.age < RATE_AGES[0]] = 0
    if sex:
        rate[members.is_female != (sex == "F")] = 0
    return np.minimum(rate, 0.95)


def members_with(streams: Streams, members: Members, condition: Condition, factor: FloatArray) -> IntArray:
    """Rows of the members who have a chronic condition this year."""
    rate = rate_by_member(members, condition.rates, condition.sex, factor)
    return np.flatnonzero(streams.uniform(f"has/{condition.name}", members.key) < rate)

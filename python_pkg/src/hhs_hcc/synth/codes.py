"""The codes of the demo issuer: diagnoses, drugs and services of a year's CMS tables, and everyday ones beside."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from hhs_hcc.errors import MissingModelYearError, TableError
from hhs_hcc.synth.streams import IntArray, Streams


def _split(codes: str) -> list[str]:
    return codes.split()


COMMON_ADULT = _split(
    "Z0000 I10 E785 Z23 M5450 J069 E669 K219 F411 E559 R7303 E039 M25561 N390 J309 F419 G4733 Z1231 Z1211 E782 "
    "M542 R0789 D649 R5383 R109 J029 L309 F32A H109 Z87891 F17210 K5900 Z20822 E6601 M79641"
)
COMMON_CHILD = _split(
    "Z00129 J069 Z23 H6691 J029 F909 J309 R509 B349 L309 J302 R059 H109 Z00121 R109 J020 F900 L700 S93401A Z20822"
)
COMMON_INFANT = _split("Z00129 Z23 J069 P599 H6690 R509 L309 K219 B349 Z00121")
"""Diagnoses that map to no HCC; commonest first."""

VISIT_CODES = _split("99213 99214 99203 99396 99395 99204 99212 99215 90834 92014 99202")
CHILD_VISIT_CODES = _split("99213 99392 99393 99394 99214 99212 99391 97110")
EMERGENCY_CODES = _split("99284 99283 99285 99282")
HOSPITAL_VISIT_CODES = _split("99232 99223 99222 99231 99233 99221")
CLINIC_CODES = _split("99213 97110 45378 99214 20610 90837 59025 90935")
ANCILLARY_CODES = _split(
    "80053 85025 83036 80061 84443 36415 81001 93000 71046 87426 90686 77067 88305 96372 A0428 A0425 E0601 A4253"
)
"""CPT and HCPCS codes; whether they make a claim count is looked up, not known here. Ancillary ones do not."""

FICTITIOUS_LABELER = "00000"
EVERYDAY_DRUG_COUNT = 400
_OTHER_CODES_SHARE = 0.18
_OTHER_SERVICES = 120


@dataclass(frozen=True)
class CodeList:
    """Positions in a code book with the edges of their cumulative weights."""

    positions: IntArray
    edges: np.ndarray[tuple[int], np.dtype[np.float64]]

    def draw(self, streams: Streams, purpose: str, *keys: IntArray) -> IntArray:
        """One position per row of the keys, by weight."""
        found = np.searchsorted(self.edges, streams.uniform(purpose, *keys), side="right")
        return self.positions[np.minimum(found, len(self.positions) - 1)]


class CodeBook:
    """Codes as numbers, so that claims are built from integers and turned into text once."""

    def __init__(self) -> None:
        self._position: dict[str, int] = {}

    def add(self, codes: list[str]) -> IntArray:
        """The positions of the codes; new ones are appended."""
        return np.array([self._position.setdefault(code, len(self._position)) for code in codes], dtype=np.int64)

    def weighted(self, codes: list[str], weights: list[float]) -> CodeList:
        """A list to draw from."""
        edges = np.cumsum(np.array(weights, dtype=np.float64))
        return CodeList(self.add(codes), edges / edges[-1])

    def ranked(self, codes: list[str]) -> CodeList:
        """A list whose first codes are the commonest."""
        return self.weighted(codes, [1.0 / (rank + 2) for rank in range(len(codes))])

    def texts(self) -> pl.Series:
        """Every code, by position."""
        return pl.Series(list(self._position), dtype=pl.String)


@dataclass(frozen=True)
class YearTables:
    """What the generator reads from the CMS tables, for one model year."""

    diagnoses_by_hcc: dict[str, list[str]]
    ndcs_by_rxc: dict[str, list[str]]
    hcpcs_by_rxc: dict[str, list[str]]
    eligible_services: frozenset[str]

    @classmethod
    def read(cls, directory: Path, year: int) -> "YearTables":
        """Read the four tables of a folder in the layout of `seeds/cms`.

        Raises:
            TableError: If a table is missing.
            MissingModelYearError: If the tables do not hold the year; the message lists the years that they hold.
        """
        diagnoses = _rows(directory, "dx_to_cc", year)
        # Valid in at least one of the two fiscal years: a few claims carry a code too early or too late, as in life.
        valid = (pl.col("valid_fy_start") == "true") | (pl.col("valid_fy_end") == "true")
        services = _rows(directory, "eligible_hcpcs", year)
        return cls(
            diagnoses_by_hcc=_lists(diagnoses.filter(valid), "cc", "icd10"),
            ndcs_by_rxc=_lists(_rows(directory, "ndc_to_rxc", year), "rxc", "ndc"),
            hcpcs_by_rxc=_lists(_rows(directory, "hcpcs_to_rxc", year), "rxc", "hcpcs"),
            eligible_services=frozenset(services["hcpcs"].to_list()),
        )

    def diagnoses(self, book: CodeBook, hccs: tuple[tuple[str, float], ...], common: tuple[str, ...]) -> CodeList:
        """Codes of some HCCs: within each, the common ones first and often, all others now and then.

        Args:
            book: Where the codes get their numbers.
            hccs: HCC and its weight.
            common: Codes of these HCCs that are used most; a code that the year does not know is left out.
        """
        codes: list[str] = []
        weights: list[float] = []
        for hcc, weight in hccs:
            of_hcc = self.diagnoses_by_hcc.get(hcc)
            if not of_hcc:
                raise TableError(f"cms_dx_to_cc has no valid code of {hcc} for the year; the generator uses it.")
            known = [code for code in common if code in of_hcc]
            others = [code for code in of_hcc if code not in known]
            share_of_others = (_OTHER_CODES_SHARE if known else 1.0) if others else 0.0
            rank_weights = [1.0 / (rank + 1) for rank in range(len(known))]
            total = sum(rank_weights)
            codes += known + others
            weights += [weight * (1.0 - share_of_others) * part / total for part in rank_weights]
            weights += [weight * share_of_others / len(others) for _ in others]
        return book.weighted(codes, weights)

    def drugs(self, book: CodeBook, rxc: str) -> CodeList:
        """NDCs of a drug class."""
        return book.ranked(_spread(_known(self.ndcs_by_rxc, rxc, "cms_ndc_to_rxc")))

    def drug_services(self, book: CodeBook, rxc: str) -> CodeList:
        """HCPCS codes of a drug class."""
        return book.ranked(_spread(_known(self.hcpcs_by_rxc, rxc, "cms_hcpcs_to_rxc")))

    def eligible(self, book: CodeBook, preferred: list[str]) -> CodeList:
        """Services that make a claim count: the preferred ones, and a few others of the year's list."""
        known = [code for code in preferred if code in self.eligible_services]
        numeric = sorted(code for code in self.eligible_services if code.isdigit())
        step = max(1, len(numeric) // _OTHER_SERVICES)
        others = [code for code in numeric[::step] if code not in known]
        weights = [1.0 / (rank + 2) for rank in range(len(known))]
        return book.weighted(known + others, weights + [0.12 * sum(weights) / len(others) for _ in others])

    def not_eligible(self, book: CodeBook, preferred: list[str]) -> CodeList:
        """Services that do not."""
        return book.ranked([code for code in preferred if code not in self.eligible_services])


def everyday_drugs(book: CodeBook) -> CodeList:
    """Invented NDCs of a labeler that does not exist: drugs that belong to no RXC."""
    codes = [
        f"{FICTITIOUS_LABELER}{(13 * drug) % 4000 + 100:04d}{drug % 3 + 1:02d}" for drug in range(EVERYDAY_DRUG_COUNT)
    ]
    return book.ranked(codes)


def _known(lists: dict[str, list[str]], rxc: str, table: str) -> list[str]:
    if rxc not in lists:
        raise TableError(f"{table} has no code of {rxc} for the year; the generator uses it.")
    return lists[rxc]


def _spread(codes: list[str]) -> list[str]:
    """Every code once, neighbours apart, so that the commonest are not all of one labeler."""
    stride = 7 if len(codes) % 7 else 1
    return [codes[(index * stride) % len(codes)] for index in range(len(codes))]


def _rows(directory: Path, table: str, year: int) -> pl.DataFrame:
    file = directory / f"cms_{table}.csv"
    if not file.is_file():
        raise TableError(
            f"The CMS table {file.name} was not found in {directory}. Give a folder in the layout of seeds/cms."
        )
    frame = pl.read_csv(file, infer_schema=False)
    of_year = frame.filter(pl.col("model_year") == str(year))
    if of_year.is_empty():
        years = sorted(frame["model_year"].unique().to_list())
        raise MissingModelYearError(
            f"No rows for {year} in {file.name}; it holds {', '.join(years)}. Choose one of these years with --year."
        )
    return of_year


def _lists(frame: pl.DataFrame, key: str, value: str) -> dict[str, list[str]]:
    grouped = frame.select(key, value).unique().sort(key, value).group_by(key, maintain_order=True).agg(value)
    return dict(zip(grouped[key].to_list(), grouped[value].to_list(), strict=True))

"""The dirt of real feeds, planted on purpose and counted, so that staging and the claim ledger have something to find.

Every row (or claim) gets at most one kind of its table; what is not chosen stays clean.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import polars as pl

from hhs_hcc.synth.calendar import first_day, last_day
from hhs_hcc.synth.families import Members
from hhs_hcc.synth.layout import DIAGNOSIS_COLUMNS
from hhs_hcc.synth.plans import RARE_PLAN
from hhs_hcc.synth.schedule import Schedule
from hhs_hcc.synth.streams import BoolArray, IntArray, Streams

MEMBER_DIRT = {
    "missing_birth_date": 0.002,
    "unparsable_birth_date": 0.002,
    "unknown_gender": 0.002,
    "empty_gender": 0.002,
    "lower_case_gender": 0.005,
    "member_without_enrollment": 0.003,
}
ENROLLMENT_DIRT = {
    "overlapping_span": 0.006,
    "adjacent_split_span": 0.006,
    "unknown_plan": 0.002,
    "unknown_metal_level": 0.002,
    "short_plan_id": 0.002,
    "unparsable_enrollment_date": 0.002,
    "end_before_start": 0.002,
    "non_numeric_premium": 0.002,
}
CLAIM_DIRT = {
    "denied": 0.010,
    "void": 0.004,
    "replaced": 0.004,
    "replaced_still_paid": 0.003,
    "duplicate_claim": 0.004,
    "unknown_member": 0.003,
    "outside_benefit_year": 0.003,
    "outside_enrollment": 0.006,
}
MEDICAL_LINE_DIRT = {
    "dotted_code": 0.010,
    "lower_case_code": 0.005,
    "padded_code": 0.005,
    "empty_string_code": 0.004,
    "unparsable_line_date": 0.002,
    "non_numeric_amount": 0.002,
}
PHARMACY_LINE_DIRT = {
    "ndc_5_4_2": 0.008,
    "ndc_4_4_2": 0.006,
    "ndc_5_3_2": 0.006,
    "ndc_5_4_1": 0.006,
    "invalid_ndc": 0.004,
    "empty_ndc": 0.002,
    "unparsable_fill_date": 0.002,
    "non_numeric_quantity": 0.002,
}
SUPPLEMENTAL_DIRT = {
    "supplemental_of_unknown_claim": 0.03,
    "unknown_action": 0.03,
    "unparsable_supplemental_date": 0.03,
}
"""Share of rows (claims for CLAIM_DIRT) that get each kind. The `replaced` kinds also add a replacement claim (in feeds
that do not restate old claims the earlier one stays `paid`), `duplicate_claim` the same lines again. The NDC
kinds strike only codes that can be written so, `outside_enrollment` only members who are not covered all year: fewer
rows than the share says."""

_ALL_DIRT = (MEMBER_DIRT, ENROLLMENT_DIRT, CLAIM_DIRT, MEDICAL_LINE_DIRT, PHARMACY_LINE_DIRT, SUPPLEMENTAL_DIRT)
DIRT_KINDS = tuple(kind for table in _ALL_DIRT for kind in table)

CLEAN = ""
_BAD_DATES = ("{year}-02-30", "unknown")
_BAD_NDCS = ("12345", "0000ABCD123", "99999999999999")
_DATE_COLUMNS = ("claim_start_date", "claim_end_date", "claim_line_start_date", "claim_line_end_date", "paid_date")
_WRITTEN_NDC = {
    # Kind: (pattern of the 11 digits that can be written so, what is written).
    "ndc_5_4_2": (r"^(\d{5})(\d{4})(\d{2})$", "$1-$2-$3"),
    "ndc_4_4_2": (r"^0(\d{4})(\d{4})(\d{2})$", "$1-$2-$3"),
    "ndc_5_3_2": (r"^(\d{5})0(\d{3})(\d{2})$", "$1-$2-$3"),
    "ndc_5_4_1": (r"^(\d{5})(\d{4})0(\d)$", "$1-$2-$3"),
}


class DirtPlanter:
    """Plants dirt in the frames of one block and year and counts it."""

    def __init__(self, streams: Streams, schedule: Schedule) -> None:
        self._streams = streams
        self._year = schedule.year
        self._years = schedule.years
        self.counts: Counter[str] = Counter()

    def members(self, people: pl.DataFrame, key: IntArray) -> tuple[pl.DataFrame, BoolArray]:
        """Dirty the members file; `key` holds the key of each member.

        Returns:
            The frame, and per member whether enrollments are to be left out.
        """
        kinds = self._kinds(MEMBER_DIRT, "member", key)
        kind = pl.Series("kind", kinds)
        dirty = people.with_columns(
            birth_date=pl.when(kind == "missing_birth_date")
            .then(None)
            .when(kind == "unparsable_birth_date")
            .then(self._bad_dates(key))
            .otherwise("birth_date"),
            gender=pl.when(kind == "unknown_gender")
            .then(pl.lit("U"))
            .when(kind == "empty_gender")
            .then(pl.lit(""))
            .when(kind == "lower_case_gender")
            .then(pl.col("gender").str.to_lowercase())
            .otherwise("gender"),
        )
        self._count(kinds)
        return dirty, kinds == "member_without_enrollment"

    def enrollments(self, enrollments: pl.DataFrame, key: IntArray, left_out: BoolArray) -> pl.DataFrame:
        """Leave some members' spans out, cut or overlap some, spoil a few values; `member_row` is a row of `key`."""
        row = enrollments["member_row"].to_numpy()
        kept = enrollments.filter(~left_out[row])
        row = kept["member_row"].to_numpy()
        number = np.arange(len(row)) - np.searchsorted(row, row)
        keys = (key[row], number)
        kinds = self._kinds(ENROLLMENT_DIRT, "enrollment", *keys)
        frame = kept.with_columns(
            kind=pl.Series(kinds),
            bad_date=self._bad_dates(*keys),
            start=pl.col("enrollment_start_date").str.to_date(),
            end=pl.col("enrollment_end_date").str.to_date(),
        ).with_row_index("position")
        middle = pl.col("start") + (pl.col("end") - pl.col("start")) / 2
        is_cut = pl.col("kind").is_in(["overlapping_span", "adjacent_split_span"])
        # A span of a few days has no middle to cut at.
        frame = frame.with_columns(
            kind=pl.when(is_cut & (pl.col("end") - pl.col("start") < pl.duration(days=3)))
            .then(pl.lit(CLEAN))
            .otherwise("kind"),
            middle=middle.cast(pl.Date),
        )
        self._count(frame["kind"].to_numpy())

        overlap = pl.when(pl.col("kind") == "overlapping_span").then(
            pl.min_horizontal("end", pl.col("middle") + pl.duration(days=20))
        )
        first = frame.with_columns(last=overlap.when(is_cut).then("middle").otherwise("end"), part=pl.lit(0))
        second = frame.filter(is_cut).with_columns(
            start=pl.when(pl.col("kind") == "overlapping_span")
            .then("middle")
            .otherwise(pl.col("middle") + pl.duration(days=1)),
            last="end",
            part=pl.lit(1),
        )
        reversed_span = pl.col("kind") == "end_before_start"
        unparsable = pl.col("kind") == "unparsable_enrollment_date"
        return (
            pl.concat([first, second])
            .sort("position", "part")
            .with_columns(
                enrollment_start_date=pl.when(unparsable).then("bad_date").otherwise(_text("start")),
                enrollment_end_date=pl.when(reversed_span)
                .then(_text(pl.col("start") - pl.duration(days=30)))
                .otherwise(_text("last")),
                hios_plan_id=pl.when(pl.col("kind") == "unknown_plan")
                .then(pl.lit("99801TX999999901"))
                .when(pl.col("kind") == "unknown_metal_level")
                .then(pl.lit(RARE_PLAN))
                .when(pl.col("kind") == "short_plan_id")
                .then(pl.col("hios_plan_id").str.head(14))
                .otherwise("hios_plan_id"),
                premium_amount=pl.when(pl.col("kind") == "non_numeric_premium")
                .then(pl.lit("n/a"))
                .otherwise("premium_amount"),
            )
        )

    def claims(self, lines: pl.DataFrame, members: Members) -> pl.DataFrame:
        """Deny, void, replace, repeat and misplace claims; then spoil lines of the others."""
        claim_number, line_number = _numbers(lines)
        row = lines["member_row"].to_numpy()
        claim_keys = (members.key[row], np.full_like(row, self._year), claim_number)
        is_pharmacy = (lines["claim_type"] == "pharmacy").to_numpy()
        claim_kinds = self.claim_kinds(claim_keys, is_pharmacy)
        shift, can_shift = self._shift_outside(lines, members, row)
        claim_kinds[(claim_kinds == "outside_enrollment") & ~can_shift] = CLEAN

        line_keys = (*claim_keys, line_number)
        line_kinds = np.where(
            is_pharmacy,
            self._kinds(PHARMACY_LINE_DIRT, "pharmacy_line", *line_keys),
            self._kinds(MEDICAL_LINE_DIRT, "medical_line", *line_keys),
        )
        line_kinds[claim_kinds != CLEAN] = CLEAN
        frame = lines.with_columns(
            claim_kind=pl.Series(claim_kinds),
            kind=pl.Series(line_kinds),
            shift=pl.Series(
                np.where(claim_kinds == "outside_enrollment", shift, self._years_off(claim_kinds, *claim_keys))
            ),
            bad_date=self._bad_dates(*line_keys),
            bad_ndc=pl.Series(_BAD_NDCS).gather(self._streams.integers("bad_ndc", len(_BAD_NDCS), *line_keys)),
        )
        frame = _only_possible(frame)
        first_lines = line_number == 1
        self._count(claim_kinds[first_lines])
        self._count(frame["kind"].to_numpy())
        return _repeat(_spoil_lines(_spoil_claims(frame)))

    def claim_kinds(
        self, keys: tuple[IntArray, ...], is_pharmacy: BoolArray
    ) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        """The kind planted on each claim, by member, year and number, wherever it is possible there."""
        return self._kinds(CLAIM_DIRT, "claim", *keys, is_pharmacy.astype(np.int64))

    def supplementals(self, records: pl.DataFrame) -> pl.DataFrame:
        """Spoil a few supplemental records."""
        keys = records["record_key"].to_numpy()
        kinds = self._kinds(SUPPLEMENTAL_DIRT, "supplemental", keys)
        kind = pl.Series("kind", kinds)
        self._count(kinds)
        return records.with_columns(
            claim_id=pl.when(kind == "supplemental_of_unknown_claim").then(pl.lit("C00-unknown")).otherwise("claim_id"),
            action_code=pl.when(kind == "unknown_action").then(pl.lit("change")).otherwise("action_code"),
            service_date=pl.when(kind == "unparsable_supplemental_date")
            .then(self._bad_dates(keys))
            .otherwise("service_date"),
        )

    def _kinds(
        self, shares: Mapping[str, float], purpose: str, *keys: IntArray
    ) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        """The kind planted on each row; `CLEAN` for most."""
        names = np.array([*shares, CLEAN])
        edges = np.cumsum(list(shares.values()))
        found = np.searchsorted(edges, self._streams.uniform(f"dirt/{purpose}", *keys), side="right")
        chosen: np.ndarray[tuple[int], np.dtype[np.str_]] = names[found]
        return chosen

    def _count(self, kinds: np.ndarray[tuple[int], np.dtype[np.str_]]) -> None:
        names, counts = np.unique(kinds, return_counts=True)
        self.counts.update({str(name): int(count) for name, count in zip(names, counts, strict=True) if name != CLEAN})

    def _bad_dates(self, *keys: IntArray) -> pl.Series:
        texts = pl.Series([text.format(year=self._year) for text in _BAD_DATES])
        return texts.gather(self._streams.integers("dirt/bad_date", len(texts), *keys))

    def _years_off(self, claim_kinds: np.ndarray[tuple[int], np.dtype[np.str_]], *keys: IntArray) -> IntArray:
        """Days by which claims move out of all years of the delivery: before the first, or after the last."""
        years_back, years_on = self._year - self._years[0] + 1, self._years[-1] - self._year + 1
        back = self._streams.chance("dirt/year_back", 0.5, *keys)
        days = np.where(back, -366 * years_back, 366 * years_on)
        return np.where(claim_kinds == "outside_benefit_year", days, 0)

    def _shift_outside(self, lines: pl.DataFrame, members: Members, row: IntArray) -> tuple[IntArray, BoolArray]:
        """Days by which claims move out of coverage but not out of the year, and whether that is possible."""
        start = lines["claim_start_date"].str.to_date().cast(pl.Int32).cast(pl.Int64).to_numpy()
        after = members.coverage_last[row] + 1
        before = members.coverage_first[row] - 1
        # Births are not moved to a time before birth.
        has_before = (before >= first_day(self._year)) & (before >= members.birth[row])
        has_after = after <= last_day(self._year)
        return np.where(has_after, after - start, before - start), has_before | has_after


def _text(days: str | pl.Expr) -> pl.Expr:
    column = pl.col(days) if isinstance(days, str) else days
    return column.dt.strftime("%Y-%m-%d")


def _numbers(lines: pl.DataFrame) -> tuple[IntArray, IntArray]:
    """Number of the claim within its member, from its id, and of the line within the claim."""
    claim = lines["claim_id"].str.split("-").list.last().cast(pl.Int64).to_numpy()
    return claim, lines["claim_line_number"].cast(pl.Int64).to_numpy()


def _only_possible(frame: pl.DataFrame) -> pl.DataFrame:
    """Take back kinds that cannot strike a line: NDCs that are not written so, codes that are not there."""
    possible = pl.lit(value=True)
    for kind, (pattern, _) in _WRITTEN_NDC.items():
        possible &= (pl.col("kind") != kind) | pl.col("ndc_code").str.contains(pattern)
    has_second = pl.col("diagnosis_code_2").is_not_null()
    possible &= (pl.col("kind") != "empty_string_code") | ~has_second
    possible &= (pl.col("kind") != "dotted_code") | (pl.col("diagnosis_code_1").str.len_chars() > 3)  # noqa: PLR2004
    return frame.with_columns(kind=pl.when(possible).then("kind").otherwise(pl.lit(CLEAN)))


def _spoil_claims(frame: pl.DataFrame) -> pl.DataFrame:
    """Statuses, unknown members, and dates that move together."""
    kind = pl.col("claim_kind")
    status = pl.when(kind.is_in(["denied", "void", "replaced"])).then("claim_kind").otherwise("claim_status")
    moved = [
        pl.when(pl.col("shift") != 0)
        .then(_text(pl.col(column).str.to_date() + pl.duration(days=pl.col("shift"))))
        .otherwise(column)
        .alias(column)
        for column in _DATE_COLUMNS
    ]
    unknown = (
        pl.when(kind == "unknown_member").then(pl.lit("DX") + pl.col("member_id").str.slice(2)).otherwise("member_id")
    )
    return frame.with_columns(*moved, claim_status=status, member_id=unknown)


def _spoil_lines(frame: pl.DataFrame) -> pl.DataFrame:
    """Codes written in other ways, and values that are no values."""
    kind = pl.col("kind")
    codes = [
        pl.when(kind == "dotted_code")
        .then(pl.col(column).str.replace(r"^(.{3})(.+)$", "$1.$2"))
        .when(kind == "lower_case_code")
        .then(pl.col(column).str.to_lowercase())
        .when(kind == "padded_code")
        .then(pl.lit(" ") + pl.col(column) + pl.lit("  "))
        .otherwise(column)
        .alias(column)
        for column in DIAGNOSIS_COLUMNS[:6]
    ]
    frame = frame.with_columns(codes)
    ndc = pl.when(kind == "invalid_ndc").then("bad_ndc").when(kind == "empty_ndc").then(pl.lit(""))
    for name, (pattern, written) in _WRITTEN_NDC.items():
        ndc = ndc.when(kind == name).then(pl.col("ndc_code").str.replace(pattern, written))
    bad_date = kind.is_in(["unparsable_line_date", "unparsable_fill_date"])
    return frame.with_columns(
        ndc_code=ndc.otherwise("ndc_code"),
        diagnosis_code_2=pl.when(kind == "empty_string_code").then(pl.lit("")).otherwise("diagnosis_code_2"),
        claim_line_start_date=pl.when(bad_date).then("bad_date").otherwise("claim_line_start_date"),
        paid_amount=pl.when(kind == "non_numeric_amount").then(pl.lit("n/a")).otherwise("paid_amount"),
        quantity=pl.when(kind == "non_numeric_quantity").then(pl.lit("many")).otherwise("quantity"),
    )


def _repeat(frame: pl.DataFrame) -> pl.DataFrame:
    """Add replacements of replaced claims and second copies of duplicate ones, behind the others."""
    replaced = frame.filter(pl.col("claim_kind").is_in(["replaced", "replaced_still_paid"]))
    replacements = replaced.with_columns(
        claim_id=pl.col("claim_id") + "A",
        replaces_claim_id=pl.col("claim_id"),
        claim_status=pl.lit("paid"),
        bill_type_code=pl.col("bill_type_code").str.replace(r".$", "7"),
    )
    copies = frame.filter(pl.col("claim_kind") == "duplicate_claim")
    return pl.concat([frame, replacements, copies])

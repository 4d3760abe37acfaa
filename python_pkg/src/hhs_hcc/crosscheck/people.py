"""People in the layout of CMS's package, in batches, under numbers in the place of their ids."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from hhs_hcc.errors import TableError
from hhs_hcc.lookups import DIAGNOSES, DRUGS, SERVICES, RecordKind
from hhs_hcc.readers import ScoringInput
from hhs_hcc.tables import METAL_LEVELS, ReferenceTables

# Codes of encounters for an examination, a follow-up or advice, which lead to no category; the first that stands in
# no row of the year's dx_to_cc is taken.
HARMLESS_CODES = ("Z0000", "Z0001", "Z09", "Z7189")


@dataclass(frozen=True)
class Batch:
    """Some people.

    Attributes:
        files: File name in `data/input/user_defined` to its content.
    """

    files: dict[str, pl.DataFrame]


@dataclass(frozen=True)
class People:
    """Everybody to be scored on both sides.

    Attributes:
        numbers: member_id, number: the package is given the number, so that no id reaches its output or its logs.
        harmless_code: The diagnosis of people who have none.
        without_diagnoses: How many people were given it.
        left_out_diagnoses: Diagnoses without a readable code or date, at which the package would fail; neither side
            counts them.
    """

    numbers: pl.DataFrame
    harmless_code: str
    without_diagnoses: int
    left_out_diagnoses: int
    _files: dict[str, pl.DataFrame]

    @classmethod
    def of(cls, found: ScoringInput, tables: ReferenceTables, date_format: str) -> "People":
        """Put people into the layout of the package.

        Raises:
            TableError: If every harmless code has come to stand in CMS's table.
        """
        year = tables.model_year
        numbers = (
            found.segments.select("member_id")
            .with_row_index("number", offset=1)
            .with_columns(pl.col("number").cast(pl.String))
        )
        diagnoses = _coded(found.diagnoses, DIAGNOSES, numbers)
        readable = diagnoses.drop_nulls(["code", "date"])
        harmless = harmless_code(tables)
        without = numbers.select("number").join(readable, on="number", how="anti")
        given = without.with_columns(pl.lit(harmless).alias("code"), pl.lit(date(year, 7, 1)).alias("date"))
        drugs, services = (
            _of_year(_coded(frame, kind, numbers), year)
            for frame, kind in ((found.drugs, DRUGS), (found.services, SERVICES))
        )
        # The package wants a date of birth. Born on 1 January, a person has AGE_LAST all through the year.
        birth_date = pl.coalesce(
            "birth_date", pl.date(pl.lit(year) - pl.col("age_last"), pl.lit(1), pl.lit(1))
        ).dt.to_string(date_format)
        person = found.segments.join(numbers, on="member_id", validate="1:1", maintain_order="left").select(
            pl.col("number").alias("ID"),
            pl.col("sex").replace_strict({"M": "1", "F": "2"}).alias("SEX"),
            birth_date.alias("DOB"),
            pl.col("age_last").alias("AGE_LAST"),
            pl.col("metal_level").replace_strict({metal: metal[0].upper() for metal in METAL_LEVELS}).alias("METAL"),
            pl.col("csr_indicator").alias("CSR_INDICATOR"),
            pl.col("enrollment_months").alias("ENROLDURATION"),
        )
        return cls(
            numbers=numbers,
            harmless_code=harmless,
            without_diagnoses=without.height,
            left_out_diagnoses=diagnoses.height - readable.height,
            _files={
                "PERSON.csv": person,
                "DIAGNOSES.csv": pl.concat([readable, given])
                .unique(maintain_order=True)
                .select(
                    pl.col("number").alias("ID"),
                    pl.col("code").alias("ICD10"),
                    pl.col("date").dt.to_string(date_format).alias("DIAGNOSIS_SERVICE_DATE"),
                ),
                "NDC.csv": drugs.select(pl.col("number").alias("ID"), pl.col("code").alias("NDC")),
                "HCPCS.csv": services.select(pl.col("number").alias("ID"), pl.col("code").alias("HCPCS")),
            },
        )

    def batches(self, size: int) -> Iterator[Batch]:
        """Deal the people to batches of at most `size`, like cards: each gets adults, children and infants."""
        count = math.ceil(self.numbers.height / size)
        for batch in range(count):
            members = self.numbers.gather_every(count, batch).select(pl.col("number").alias("ID"))
            yield Batch(
                {
                    name: frame.join(members, on="ID", how="semi", maintain_order="left")
                    for name, frame in self._files.items()
                }
            )


def harmless_code(tables: ReferenceTables) -> str:
    """A diagnosis that leads to nothing in the model year."""
    mapped = set(tables["dx_to_cc"]["icd10"])
    for code in HARMLESS_CODES:
        if code not in mapped:
            return code
    raise TableError(
        f"All of {', '.join(HARMLESS_CODES)} stand in dx_to_cc of {tables.model_year}: people without diagnoses need "
        "another code that leads to no category."
    )


def _coded(frame: pl.LazyFrame, kind: RecordKind, numbers: pl.DataFrame) -> pl.DataFrame:
    """Records of the people as number, code and date; the code in CMS's spelling, which is the only one it reads."""
    has_date = kind.date in frame.collect_schema().names()
    return (
        frame.join(numbers.lazy(), on="member_id")
        .select(
            "number",
            kind.normalise(pl.col(kind.code)).alias("code"),
            (pl.col(kind.date) if has_date else pl.lit(None, dtype=pl.Date)).alias("date"),
            pl.lit(has_date).alias("has_date"),
        )
        .unique(maintain_order=True)
        .collect()
        .pipe(lambda coded: coded if kind is not DIAGNOSES else coded.drop("has_date"))
    )


def _of_year(records: pl.DataFrame, year: int) -> pl.DataFrame:
    """The drugs or services that count by their date, if they have one: the package asks for none."""
    counts = ~pl.col("has_date") | (pl.col("date").dt.year() == year).fill_null(value=False)
    return records.filter(counts, pl.col("code").is_not_null()).select("number", "code").unique(maintain_order=True)

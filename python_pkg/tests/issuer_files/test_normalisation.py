"""SQL and Python read codes and dates alike: the dbt models use one, the command line the other."""

import random
import re

import duckdb
import polars as pl
from staging_project import StagingProject

from hhs_hcc import normalise
from hhs_hcc.readers import _to_date

PROBE = """
select
    code,
    {{ normalise_icd10("code") }} as icd10,
    {{ normalise_hcpcs("code") }} as hcpcs,
    {{ normalise_ndc("code") }} as ndc,
    cast({{ issuer_date("code") }} as varchar) as day,
    {{ issuer_plan_id("code") }} as plan_id
from main.delivered_codes
"""


def delivered_codes() -> list[str]:
    """Codes of every form, whole and spoiled; the same ones on each run."""
    chance = random.Random(7)
    letters = "0123456789" * 4 + "--.. eEjJzZ\t\u00a0\u2003\x0b_"
    # In upper case these become other letters, or several, and not with every engine.
    letters += "\u00df\u0131\u0149\u017f\ufb01"
    spoiled = {"".join(chance.choices(letters, k=chance.randint(0, 13))) for _ in range(3000)}
    ndcs = {
        "-".join(str(chance.randrange(10**width)).zfill(chance.randint(1, width)) for width in (5, 4, 2))
        for _ in range(1000)
    }
    plain = {str(chance.randrange(10**12)).zfill(chance.randint(8, 12)) for _ in range(1000)}
    return sorted(spoiled | ndcs | plain | set(_delivered_dates(chance)) | set(_delivered_plan_ids(chance)))


def _delivered_dates(chance: random.Random) -> list[str]:
    """Dates, most with a character more, less or other than they should have."""
    dates = []
    for _ in range(4000):
        year, month, day = chance.choice((1899, 1900, 2024, 2025, 9999)), chance.randint(0, 13), chance.randint(0, 32)
        text = chance.choice((f"{year}-{month:02}-{day:02}", f"{year}{month:02}{day:02}", f"{year}-{month}-{day}"))
        text += chance.choice(("", "", "", " 00:00:00", "T23:59:59Z", " (BC)", "0", "x"))
        for _ in range(chance.choice((0, 0, 1, 2))):
            place = chance.randint(0, len(text))
            text = text[:place] + chance.choice(("", "-", " ", "+", "/", "0", "9", "e", ".")) + text[place + 1 :]
        dates.append(text)
    return [*dates, "epoch", "infinity", "-infinity", "today", "2025-03-01", "20250301"]


def _delivered_plan_ids(chance: random.Random) -> list[str]:
    """Plan ids, with dashes and blanks or without, in any case, some spoiled."""
    whole = [
        f"{chance.randrange(10**5):05}{chance.choice(('TX', 'ny', 'T' + chr(0x131)))}{chance.randrange(10**7):07}"
        f"{chance.choice(('', '-', ' '))}{chance.randint(0, 99):02}"
        for _ in range(500)
    ]
    return whole + [text[: chance.randint(0, 16)] + text[chance.randint(0, 16) :] for text in whole]


def plan_id_of(text: str) -> str | None:
    """The plan id as the input contract has it."""
    plain = text.replace("-", "").replace(" ", "")
    return plain.upper() if re.fullmatch("[0-9]{5}[A-Za-z]{2}[0-9]{9}", plain) else None


def test_sql_and_python_read_every_code_date_and_plan_id_alike(project: StagingProject) -> None:
    codes = pl.DataFrame({"code": delivered_codes()})
    model = project.folder / "models" / "probe.sql"
    try:
        model.write_text(PROBE)
        with duckdb.connect(str(project.folder / "staging.duckdb")) as connection:
            connection.execute("create or replace table main.delivered_codes as select * from codes")
        assert "Completed successfully" in project.run("probe", parsed_before=False)
        by_sql = project.rows("select code, icd10, hcpcs, ndc, day, plan_id from main.probe")
    finally:
        model.unlink()
    # Both drop the blanks around a value before they read it.
    days = codes.select(pl.col("code").str.strip_chars(" ").alias("day")).select(_to_date("day").cast(pl.String))
    by_python = (
        codes.hstack(days)
        .select(
            "code",
            normalise.normalise_icd10(pl.col("code")).alias("icd10"),
            normalise.normalise_hcpcs(pl.col("code")).alias("hcpcs"),
            normalise.normalise_ndc(pl.col("code")).alias("ndc"),
            "day",
            pl.col("code").map_elements(plan_id_of, return_dtype=pl.String).alias("plan_id"),
        )
        .rows()
    )
    assert {row for row in by_sql if row not in set(by_python)} == set()
    assert len(by_sql) == len(by_python)
    for column in (3, 4, 5):
        assert sum(row[column] is not None for row in by_python) > 300

"""SQL and Python put codes into the same spelling: the dbt models use one, the command line the other."""

import random

import duckdb
import polars as pl
from staging_project import StagingProject

from hhs_hcc import normalise

PROBE = """
select
    code,
    {{ normalise_icd10("code") }} as icd10,
    {{ normalise_hcpcs("code") }} as hcpcs,
    {{ normalise_ndc("code") }} as ndc
from main.delivered_codes
"""


def delivered_codes() -> list[str]:
    """Codes of every form, whole and spoiled; the same ones on each run."""
    chance = random.Random(7)
    letters = "0123456789" * 4 + "--.. eEjJzZ\t\u00a0\u2003\x0b_"
    spoiled = {"".join(chance.choices(letters, k=chance.randint(0, 13))) for _ in range(3000)}
    ndcs = {
        "-".join(str(chance.randrange(10**width)).zfill(chance.randint(1, width)) for width in (5, 4, 2))
        for _ in range(1000)
    }
    plain = {str(chance.randrange(10**12)).zfill(chance.randint(8, 12)) for _ in range(1000)}
    return sorted(spoiled | ndcs | plain)


def test_sql_and_python_normalise_every_code_alike(project: StagingProject) -> None:
    codes = pl.DataFrame({"code": delivered_codes()})
    model = project.folder / "models" / "probe.sql"
    try:
        model.write_text(PROBE)
        with duckdb.connect(str(project.folder / "staging.duckdb")) as connection:
            connection.execute("create or replace table main.delivered_codes as select * from codes")
        assert "Completed successfully" in project.run("probe", parsed_before=False)
        by_sql = project.rows("select code, icd10, hcpcs, ndc from main.probe")
    finally:
        model.unlink()
    by_python = codes.select(
        "code",
        normalise.normalise_icd10(pl.col("code")).alias("icd10"),
        normalise.normalise_hcpcs(pl.col("code")).alias("hcpcs"),
        normalise.normalise_ndc(pl.col("code")).alias("ndc"),
    ).rows()
    assert {row for row in by_sql if row not in set(by_python)} == set()
    assert len(by_sql) == len(by_python)
    assert sum(row[3] is not None for row in by_python) > 1000

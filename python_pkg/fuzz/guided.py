"""Coverage-guided fuzzing of readers and scenario files with Atheris: `python guided.py TARGET [options of libFuzzer]`.

Runs in the environment that `run.py` makes. The laws are those of the tests; what breaks one is saved by libFuzzer.
"""

import sys
from io import BytesIO
from pathlib import Path

import atheris
import polars as pl

_PYTHON_PKG = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_PYTHON_PKG / "src"), str(_PYTHON_PKG / "tests")]

with atheris.instrument_imports(include=["hhs_hcc", "yaml"]):
    from fuzz import laws

_GOOD = {
    "members": b"member_id,date_of_birth,sex,metal_level,csr_indicator,enrollment_start,enrollment_end\n"
    b"A,1985-06-15,F,silver,1,2025-01-01,2025-12-31\n",
    "diagnoses": b"member_id,service_date,icd10\nA,2025-03-01,E1122\n",
    "person": b"ENROLID,SEX,DOB,AGE_LAST,METAL,CSR_INDICATOR,ENROLDURATION\nA,2,19850615,39,silver,1,12\n",
    "diag": b"ENROLID,DIAG,DIAGNOSIS_SERVICE_DATE,AGE_AT_DIAGNOSIS\nA,E1122,20250301,39\n",
}


def members(content: bytes) -> None:
    """A members file: the bytes alone, or behind a good header and row."""
    for start in (b"", _GOOD["members"]):
        laws.score_files({"members.csv": start + content, "diagnoses.csv": _GOOD["diagnoses"]})


def diagnoses(content: bytes) -> None:
    """A diagnoses file."""
    for start in (b"", _GOOD["diagnoses"]):
        laws.score_files({"members.csv": _GOOD["members"], "diagnoses.csv": start + content})


def person(content: bytes) -> None:
    """The members of the CMS software."""
    for start in (b"", _GOOD["person"]):
        laws.score_cms_folder({"PERSON.csv": start + content, "DIAG.csv": _GOOD["diag"]})


def parquet(content: bytes) -> None:
    """A members file that claims to be Parquet."""
    laws.score_files({"members.parquet": content, "diagnoses.csv": _GOOD["diagnoses"]})


def scenario(content: bytes) -> None:
    """A scenario file."""
    laws.read_as_scenario(content)


def _parquet_of(table: bytes) -> bytes:
    stream = BytesIO()
    pl.read_csv(table, infer_schema=False).with_columns(pl.col("date_of_birth").str.to_date()).write_parquet(stream)
    return stream.getvalue()


# What the fuzzer changes: of nothing it would never make a Parquet file.
SEEDS = {
    **_GOOD,
    "parquet": _parquet_of(_GOOD["members"]),
    "scenario": (_PYTHON_PKG.parent / "scenarios" / "decomposition" / "yoy_2024_2025_waterfall.yml").read_bytes(),
}
TARGETS = {target.__name__: target for target in (members, diagnoses, person, parquet, scenario)}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    for folder in (Path(argument) for argument in sys.argv[1:]):
        if folder.is_dir() and not any(folder.iterdir()):
            (folder / "seed").write_bytes(SEEDS[name])
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()

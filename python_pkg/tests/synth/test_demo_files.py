"""The files: the same bytes for the same arguments, the layout of the contract, nothing overwritten unasked."""

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest
import yaml
from demo_issuer import CMS_TABLES, REPOSITORY, SEED, YEAR, read_csv
from typer.testing import CliRunner

from hhs_hcc.cli import app
from hhs_hcc.deliveries import describe_delivery
from hhs_hcc.errors import InputError, MissingModelYearError
from hhs_hcc.synth import generate, synthesize
from hhs_hcc.synth.layout import RAW_COLUMNS


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    for name, seed in (("a", SEED), ("b", SEED), ("c", SEED + 1)):
        synthesize(300, YEAR, seed, tmp_path / name, tables_directory=CMS_TABLES)
    first, again, other = (digests(tmp_path / name) for name in "abc")
    assert first == again
    assert set(first) == {*(f"{table}.csv" for table in RAW_COLUMNS), "delivery.json"}
    assert first["raw_claims.csv"] != other["raw_claims.csv"]


def test_parquet_holds_what_csv_holds_and_is_deterministic(tmp_path: Path) -> None:
    synthesize(300, YEAR, SEED, tmp_path / "csv", tables_directory=CMS_TABLES)
    for name in ("a", "b"):
        synthesize(300, YEAR, SEED, tmp_path / name, "parquet", tables_directory=CMS_TABLES)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    for table in RAW_COLUMNS:
        assert pl.read_parquet(tmp_path / "a" / f"{table}.parquet").equals(read_csv(tmp_path / "csv", table))


FIRST_COLUMN_ADDED = {"raw_members": "age_group", "raw_plans": "plan_id"}
DIGESTS_OF_THE_COLUMNS_BEFORE = {
    "raw_members": "0850adb4b6dcefc84845d8018f8eb05d8b93fc8b8cde8c4551241d3e4c31ec7b",
    "raw_enrollments": "b159d77a49b493a87b68b768404af7ff7c6f80a55c9322d53a0cdbd4eb94c25a",
    "raw_plans": "1937e06554be831e55d08477b3107df78e21f881b1da1d8c05fd23df1e099521",
    "raw_providers": "dfe86b3f84c1e31b0947d48cb3181ca3880f394cd7e471d4f9c42e03c7281bb4",
    "raw_claims": "cafc25f52433d03e0194aa6f40952abd555aa65f7d8835fd10e5e2e8edb1de77",
    "raw_supplemental_diagnoses": "810c06bfb759aab084ffaf7172583636c1c76b8b2a9213d5624d2da6c3144410",
}
"""SHA-256 of what a seed gave in the columns before the attributes were added. Results published of the demo issuer
rest on these values: a new column, or a new draw, must not move them."""


def test_columns_added_later_leave_the_values_of_the_others_alone(tmp_path: Path) -> None:
    synthesize(300, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    found = {}
    for table, columns in RAW_COLUMNS.items():
        before = columns[: columns.index(FIRST_COLUMN_ADDED[table])] if table in FIRST_COLUMN_ADDED else columns
        text = read_csv(tmp_path, table).select(before).write_csv()
        found[table] = hashlib.sha256(text.encode()).hexdigest()
    assert found == DIGESTS_OF_THE_COLUMNS_BEFORE


def test_a_larger_issuer_begins_with_the_members_of_a_smaller_one(tmp_path: Path) -> None:
    synthesize(200, YEAR, SEED, tmp_path / "small", tables_directory=CMS_TABLES)
    synthesize(400, YEAR, SEED, tmp_path / "large", tables_directory=CMS_TABLES)
    small, large = (read_csv(tmp_path / name, "raw_members") for name in ("small", "large"))
    assert large.head(200).equals(small)


def test_the_size_of_a_block_changes_the_files_but_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesize(300, YEAR, SEED, tmp_path / "one", tables_directory=CMS_TABLES)
    monkeypatch.setattr(generate, "FAMILIES_PER_BLOCK", 64)
    synthesize(300, YEAR, SEED, tmp_path / "many", tables_directory=CMS_TABLES)
    assert (tmp_path / "many" / "raw_claims_0002.csv").is_file()
    for table, columns in RAW_COLUMNS.items():
        one, many = (read_csv(tmp_path / name, table).sort(columns, nulls_last=True) for name in ("one", "many"))
        assert one.equals(many), table


def test_delivery_json_says_that_this_is_everything_after_the_run_out(tmp_path: Path) -> None:
    synthesize(20, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    assert json.loads((tmp_path / "delivery.json").read_text()) == {
        "load_timestamp": f"{YEAR + 1}-07-01T06:00:00",
        "claims": "full",
        "delivery": 1,
        "deliveries": 1,
        "benefit_year": YEAR,
    }
    assert describe_delivery(tmp_path).load_timestamp == f"{YEAR + 1}-07-01 06:00:00.000000"


def test_files_that_are_there_are_replaced_only_when_asked(tmp_path: Path) -> None:
    synthesize(50, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    (tmp_path / "raw_claims_0002.csv").write_text("left over from a larger issuer\n")
    (tmp_path / "notes.txt").write_text("not ours\n")
    with pytest.raises(InputError, match="already holds 8 file"):
        synthesize(50, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    synthesize(50, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES, overwrite=True)
    assert not (tmp_path / "raw_claims_0002.csv").exists()
    assert (tmp_path / "notes.txt").exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file\n")
    with pytest.raises(InputError, match="taken is a file"):
        synthesize(5, YEAR, SEED, tmp_path / "taken", tables_directory=CMS_TABLES)


def test_a_refused_request_leaves_present_files_alone(tmp_path: Path) -> None:
    synthesize(50, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    before = digests(tmp_path)
    with pytest.raises(MissingModelYearError, match=r"2031.*2024, 2025"):
        synthesize(50, 2031, SEED, tmp_path, tables_directory=CMS_TABLES, overwrite=True)
    assert digests(tmp_path) == before


def test_the_command_prints_what_it_wrote(tmp_path: Path) -> None:
    arguments = ["synth", "--members", "60", "--year", str(YEAR), "--seed", "3", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "raw_members" in result.output
    assert "dirt planted on purpose" in result.output


@pytest.mark.parametrize("year", range(2021, 2027))
def test_every_model_year_has_the_codes_that_the_generator_needs(year: int, tmp_path: Path) -> None:
    summary = synthesize(40, year, SEED, tmp_path, tables_directory=CMS_TABLES)
    assert summary.row_counts["raw_members"] == summary.members == 40
    assert summary.row_counts["raw_claims"] > 40


def test_the_dbt_source_and_the_contract_name_the_columns_of_the_layout() -> None:
    path = REPOSITORY / "models" / "staging" / "raw" / "_issuer_files__sources.yml"
    source = yaml.safe_load(path.read_text())["sources"][0]
    documented = {table["name"]: [column["name"] for column in table["columns"]] for table in source["tables"]}
    assert documented == {f"{table.removeprefix('raw_')}_file": list(columns) for table, columns in RAW_COLUMNS.items()}
    classes = {column["config"]["meta"]["phi"] for table in source["tables"] for column in table["columns"]}
    assert classes == {"direct", "quasi", "none"}

    contract = (REPOSITORY / "docs" / "input_contract.md").read_text()
    for table, columns in RAW_COLUMNS.items():
        section = contract.split(f"## {table}\n")[1].split("\n## ")[0]
        listed = [column for column in columns if not column.startswith("diagnosis_code_")]
        missing = [column for column in listed if f"| `{column}` |" not in section]
        assert not missing, f"{table}: {missing}"
    assert "`diagnosis_code_1` … `diagnosis_code_25`" in contract

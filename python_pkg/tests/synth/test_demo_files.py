"""The files: the same bytes for the same arguments, the layout of the contract, nothing overwritten unasked."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
import yaml
from demo_issuer import CMS_TABLES, REPOSITORY, SEED, YEAR, read_csv
from typer.testing import CliRunner

from hhs_hcc.cli import app
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
    assert len(first) == len(RAW_COLUMNS)
    assert first["raw_claims.csv"] != other["raw_claims.csv"]


def test_parquet_holds_what_csv_holds_and_is_deterministic(tmp_path: Path) -> None:
    synthesize(300, YEAR, SEED, tmp_path / "csv", tables_directory=CMS_TABLES)
    for name in ("a", "b"):
        synthesize(300, YEAR, SEED, tmp_path / name, "parquet", tables_directory=CMS_TABLES)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    for table in RAW_COLUMNS:
        assert pl.read_parquet(tmp_path / "a" / f"{table}.parquet").equals(read_csv(tmp_path / "csv", table))


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


def test_files_that_are_there_are_replaced_only_when_asked(tmp_path: Path) -> None:
    synthesize(50, YEAR, SEED, tmp_path, tables_directory=CMS_TABLES)
    (tmp_path / "raw_claims_0002.csv").write_text("left over from a larger issuer\n")
    (tmp_path / "notes.txt").write_text("not ours\n")
    with pytest.raises(InputError, match="already holds 7 raw file"):
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

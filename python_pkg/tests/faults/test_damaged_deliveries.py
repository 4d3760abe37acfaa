"""Files that are cut off, of another format than they say, or out of all proportion."""

import secrets
from collections.abc import Callable
from pathlib import Path

import polars as pl
from faulty_issuer import LOAD_MEMBERS, Issuer, assert_clear, write_members

# Stands in for what identifies a person.
CANARY = "ZQXWVCANARY"
MEBIBYTE = 1024 * 1024


def cut_off(folder: Path) -> None:
    members = pl.read_csv(folder / "raw_members.csv", infer_schema=False)
    # Not to be packed: half of the file shall hold values, and no footer.
    members = members.with_columns(first_name=pl.Series([secrets.token_hex(99) for _ in range(members.height)]))
    members.write_parquet(folder / "raw_members.parquet", compression="uncompressed")
    (folder / "raw_members.csv").unlink()
    content = (folder / "raw_members.parquet").read_bytes()
    (folder / "raw_members.parquet").write_bytes(content[: len(content) // 2])


def with_tabs(folder: Path) -> None:
    path = folder / "raw_members.csv"
    path.write_text(path.read_text().replace(",", "\t"))


def with_a_binary_header(folder: Path) -> None:
    path = folder / "raw_members.csv"
    path.write_bytes(b"\0" * 64 + path.read_bytes())


def with_a_field_of_64_megabytes(folder: Path) -> None:
    with (folder / "raw_members.csv").open("a") as file:
        file.write("M1," + CANARY * (64 * MEBIBYTE // len(CANARY)) + ",x\n")


REFUSED: dict[Callable[[Path], None], list[str]] = {
    cut_off: ["raw_members.parquet' cannot be read", "Replace it"],
    with_tabs: ["The whole header is one column: is the file separated by commas?"],
    with_a_binary_header: ["raw_members.csv' lacks", "docs/input_contract.md"],
    with_a_field_of_64_megabytes: ["raw_members.csv' holds a line of more than 8 MB", "Replace it"],
}


def test_files_that_cannot_be_used_change_nothing_and_the_next_good_delivery_is_taken(
    issuer: Issuer, tmp_path: Path
) -> None:
    before = issuer.fingerprints()
    for damage, expected in REFUSED.items():
        raw = write_members(issuer, tmp_path / damage.__name__, lambda line: line.replace("Demo-", CANARY))
        damage(raw)
        assert_clear(issuer.dbt(LOAD_MEMBERS, raw=raw), *expected, secret=CANARY)
        after = issuer.fingerprints()
        changed = {name for name in before if before[name] != after.get(name)}
        # What was registered and could not be read is marked as such, and no room has seen it.
        assert changed <= {"main_raw.load_batches", "main_raw.load_files", "main_raw.raw_members"}
        assert issuer.value("select count(*) from main_raw.load_batches where status = 'loaded'") == 1

    raw = write_members(issuer, tmp_path / "repaired", limit=20)
    assert issuer.dbt(LOAD_MEMBERS, raw=raw)
    assert issuer.value("select count(*) from main_staging.stg_issuer__members") == 20
    statuses = issuer.query("select distinct status from main_raw.load_batches order by all")
    assert statuses in ([("abandoned",), ("loaded",)], [("loaded",)])


def test_nul_bytes_large_fields_and_ten_thousand_columns_are_read_around(issuer: Issuer, tmp_path: Path) -> None:
    raw = write_members(issuer, tmp_path / "strange", limit=9)
    path = raw / "raw_members.csv"
    header, *lines = path.read_text().splitlines()
    nul, huge, *rest = lines
    names = header.split(",")
    cells = nul.split(",")
    cells[names.index("last_name")] = f"{CANARY}\0{CANARY}"
    nul_line = ",".join(cells)
    cells = huge.split(",")
    cells[names.index("last_name")] = CANARY * (3 * MEBIBYTE // len(CANARY))
    path.write_text("\n".join([header, nul_line, ",".join(cells), *rest]) + "\n")
    wide = raw / "raw_members_wide.csv"
    extra = [f"extra_{number}" for number in range(10_000)]
    wide_line = [cell.replace("DM", "WIDE") for cell in rest[0].split(",")] + [CANARY] * len(extra)
    wide.write_text(",".join(names + extra) + "\n" + ",".join(wide_line) + "\n")

    ended = issuer.dbt(LOAD_MEMBERS, raw=raw)
    assert ended
    assert CANARY not in ended.console
    assert issuer.value("select count(*) from main_staging.stg_issuer__members") == 9
    assert issuer.value("select count(*) from main_staging.stg_issuer__members where member_id like 'WIDE%'") == 1
    rejected = issuer.query("""
        select source_row_number, reject_reason
        from main_staging.stg_issuer__members_typed
        where load_id = 2 and reject_reason is not null
    """)
    assert rejected == [(3, "malformed_line_line_size_over_maximum")]

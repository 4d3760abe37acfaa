"""A delivery is known by the bytes of its files; its time is stated, or that of its files, never that of loading."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhs_hcc import deliveries
from hhs_hcc.deliveries import changed_files, describe_delivery, missing_files
from hhs_hcc.errors import InputError


def deliver(folder: Path, manifest: object = None, **contents: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"{name}.csv").write_text(content)
    if manifest is not None:
        (folder / "delivery.json").write_text(json.dumps(manifest))
    return folder


def test_only_raw_files_belong_to_a_delivery(tmp_path: Path) -> None:
    folder = deliver(tmp_path, raw_members="a", raw_claims_2="b", raw_claimsx="c", members="d", raw_plans_old="e")
    (folder / "raw_plans_old.csv").rename(folder / "raw_plans_old.txt")
    (folder / "raw_providers.csv.gz").write_bytes(gzip.compress(b"f"))
    found = [(file.source_table, file.source_file, file.byte_count) for file in describe_delivery(folder).files]
    assert found == [
        ("raw_claims", "raw_claims_2.csv", 1),
        ("raw_members", "raw_members.csv", 1),
        ("raw_providers", "raw_providers.csv.gz", 21),
    ]


def test_renamed_files_are_the_same_delivery_and_other_bytes_or_tables_are_not(tmp_path: Path) -> None:
    def content_hash(name: str, **contents: str) -> str:
        return describe_delivery(deliver(tmp_path / name, **contents)).content_hash

    one = content_hash("one", raw_members="a", raw_claims="b")
    assert content_hash("renamed", raw_members_2025="a", raw_claims_x="b") == one
    assert content_hash("changed", raw_members="a", raw_claims="c") != one
    assert content_hash("swapped", raw_members="b", raw_claims="a") != one
    assert content_hash("more", raw_members="a", raw_claims="b", raw_claims_2="b") != one


def test_a_stated_time_wins_over_that_of_the_files_and_an_argument_over_the_manifest(tmp_path: Path) -> None:
    folder = deliver(tmp_path, raw_members="a")
    os.utime(folder / "raw_members.csv", (86_400, 86_400))
    os.utime(folder, (3600, 3600))
    by_file = describe_delivery(folder)
    assert (by_file.load_timestamp, by_file.has_stated_timestamp) == ("1970-01-02 00:00:00.000000", False)
    deliver(folder, {"load_timestamp": "2025-02-01T06:00:00+02:00", "claims": "changes"})
    stated = describe_delivery(folder)
    assert (stated.load_timestamp, stated.has_stated_timestamp) == ("2025-02-01 04:00:00.000000", True)
    assert stated.claims_mode == "changes"
    argued = describe_delivery(folder, "2025-03-01", "full")
    assert (argued.load_timestamp, argued.claims_mode) == ("2025-03-01 00:00:00.000000", "full")


def test_a_file_taken_away_makes_a_later_delivery(tmp_path: Path) -> None:
    folder = deliver(tmp_path, raw_members="a", raw_claims="b")
    for path in (folder / "raw_members.csv", folder / "raw_claims.csv", folder):
        os.utime(path, (86_400, 86_400))
    (folder / "raw_claims.csv").unlink()
    assert describe_delivery(folder).load_timestamp > "1970-01-02 00:00:00.000000"


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"load_timestamp": "yesterday"}, "no point in time"),
        ({"load_timestamp": 20250201.5}, "no point in time"),
        ({"claims": "some"}, "full or changes"),
        (["2025-02-01"], "no JSON object"),
    ],
)
def test_a_manifest_that_means_nothing_is_refused_with_what_to_do(
    tmp_path: Path, manifest: object, expected: str
) -> None:
    with pytest.raises(InputError, match=expected):
        describe_delivery(deliver(tmp_path, manifest, raw_members="a"))


def test_a_manifest_that_is_no_json_is_refused_by_name(tmp_path: Path) -> None:
    deliver(tmp_path, raw_members="a")
    (tmp_path / "delivery.json").write_text("{load_timestamp")
    with pytest.raises(InputError, match=r"delivery\.json' cannot be read as JSON"):
        describe_delivery(tmp_path)


def test_a_folder_that_is_not_there_is_a_delivery_without_files(tmp_path: Path) -> None:
    delivery = describe_delivery(tmp_path / "nowhere")
    assert (delivery.files, delivery.is_folder) == ((), False)


def test_files_that_are_gone_or_changed_are_named(tmp_path: Path) -> None:
    files = describe_delivery(deliver(tmp_path, raw_members="a", raw_claims="b", raw_plans="c")).files
    (tmp_path / "raw_members.csv").write_text("x")
    (tmp_path / "raw_claims.csv").unlink()
    recorded = [{"path": file.path, "content_hash": file.content_hash} for file in files]
    assert changed_files(recorded) == [str(tmp_path / "raw_claims.csv"), str(tmp_path / "raw_members.csv")]
    assert missing_files([file["path"] for file in recorded]) == [str(tmp_path / "raw_claims.csv")]


def lines_below_header(folder: Path, content: bytes) -> tuple[int | None, int | None]:
    """Counted in a file as it is, and in one that is compressed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "raw_members.csv").write_bytes(content)
    (folder / "raw_members_2.csv.gz").write_bytes(gzip.compress(content))
    plain, compressed = describe_delivery(folder).files
    return plain.line_count, compressed.line_count


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a,b\n1,2\n3,4\n", 2),
        (b"a,b\n1,2\n3,4", 2),
        (b"a,b\r\n1,2\r\n3,4\r\n", 2),
        (b"a,b\r1,2\r3,4\r", 2),
        (b"\xef\xbb\xbfa,b\n\n1,2\n\n\n3,4\n\n\n", 2),
        (b"a,b\r\n1,2\r\n\r\n3,4\r\n\r\n", 2),
        # Blanks are something in a line; the reader takes it for one that lacks cells.
        (b"a,b\n1,2\n \n", 2),
        (b'a,b\n1,"two\nlines"\n', 2),
        (b'a,b\n1,"open\n3,4\n5,6\n', 3),
        (b"a,b\n", 0),
        (b"a,b", 0),
        (b"", 0),
    ],
)
def test_lines_of_text_below_the_header_are_counted_whatever_ends_them(
    tmp_path: Path, content: bytes, lines: int
) -> None:
    assert lines_below_header(tmp_path, content) == (lines, lines)


@given(content=st.text(alphabet="a,\n\r", max_size=40).map(str.encode), piece_bytes=st.integers(1, 8))
def test_lines_are_the_same_number_however_the_file_is_cut_into_pieces(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, piece_bytes: int
) -> None:
    expected = max(len(re.findall(rb"[^\r\n]+", content)) - 1, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "_PIECE_BYTES", piece_bytes)
        assert lines_below_header(tmp_path_factory.mktemp("pieces"), content) == (expected, expected)


def test_a_parquet_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "raw_members.parquet").write_bytes(b"a\nb\nc\n")
    assert describe_delivery(tmp_path).files[0].line_count is None


@pytest.mark.parametrize("name", ["raw_members.csv", "raw_members.csv.gz"])
def test_a_line_longer_than_any_record_is_refused_compressed_or_not(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "_PIECE_BYTES", 1000)
    monkeypatch.setattr(deliveries, "_LONGEST_LINE_BYTES", 5000)

    def deliver_line(length: int) -> None:
        content = b"a,b\n" + b"x" * length + b"\n1,2\n"
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)

    deliver_line(5000)
    assert describe_delivery(tmp_path).files[0].line_count == 2
    deliver_line(5001)
    with pytest.raises(InputError, match=rf"{name}' holds a line of more than .* MB"):
        describe_delivery(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"a,b\n" * 9000)[:-30],
        gzip.compress(b"a,b\n") + b"and more",
        gzip.compress(b"a,b\n" * 9000)[:20] + b"\xff" * 40,
        b"no gzip",
    ],
)
def test_a_compressed_file_that_is_not_whole_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "raw_members.csv.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"raw_members\.csv\.gz' cannot be read: it may be damaged"):
        describe_delivery(tmp_path)


def test_a_file_compressed_in_several_parts_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "raw_members.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"))
    assert describe_delivery(tmp_path).files[0].line_count == 2

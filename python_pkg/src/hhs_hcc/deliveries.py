"""What a delivery of an issuer's files holds: names, sizes and hashes of the files, and when it was made.

A delivery is a folder with the raw files of `docs/input_contract.md` and, if the issuer writes one, a `delivery.json`:

    {"load_timestamp": "2025-02-01T06:00:00", "claims": "changes"}
"""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hhs_hcc.errors import InputError

MANIFEST = "delivery.json"
CLAIMS_MODES = ("full", "changes")
SOURCE_TABLES = (
    "raw_members",
    "raw_enrollments",
    "raw_plans",
    "raw_providers",
    "raw_claims",
    "raw_supplemental_diagnoses",
)
# DuckDB sets a line above 2 MB aside as malformed, but loses one above its buffer (32 MB) without a word.
_LONGEST_LINE_BYTES = 8 * 1024 * 1024
# Small enough for the caches of a processor: each piece is looked at more than once.
_PIECE_BYTES = 1024 * 1024
_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"
_RAW_FILE = re.compile(rf"({'|'.join(SOURCE_TABLES)})(_.*)?\.(csv|csv\.gz|parquet)")


@dataclass(frozen=True)
class DeliveredFile:
    """One file.

    Attributes:
        source_table: Which raw table it belongs to.
        source_file: Its name.
        path: Where it lies.
        byte_count: Its size.
        content_hash: SHA-256 of its bytes.
        line_count: Of a CSV file, lines of text below the header; blank ones do not count, the reader passes over
            them, too. None of a Parquet file.
    """

    source_table: str
    source_file: str
    path: str
    byte_count: int
    content_hash: str
    line_count: int | None


@dataclass(frozen=True)
class Delivery:
    """A folder of files.

    Attributes:
        folder: Absolute path.
        is_folder: Whether there is such a folder.
        load_timestamp: When the delivery was made, UTC, `YYYY-MM-DD HH:MM:SS.ffffff`.
        has_stated_timestamp: Whether somebody said so; otherwise it is when the files were last modified.
        claims_mode: `full` or `changes`.
        content_hash: SHA-256 over the hashes of the files by table. Names do not count: renamed files are the same
            delivery.
        files: By table and name.
    """

    folder: str
    is_folder: bool
    load_timestamp: str
    has_stated_timestamp: bool
    claims_mode: str
    content_hash: str
    files: tuple[DeliveredFile, ...]

    def to_json(self) -> str:
        """One object of the attributes."""
        return json.dumps(asdict(self))


def describe_delivery(folder: Path, load_timestamp: str | None = None, claims_mode: str | None = None) -> Delivery:
    """Read a folder.

    Args:
        folder: Where the files lie. A folder that does not exist is a delivery without files.
        load_timestamp: ISO 8601, without offset in UTC; wins over what delivery.json says.
        claims_mode: `full` or `changes`; wins over what delivery.json says. By default `full`.

    Raises:
        InputError: If a file cannot be read, or delivery.json or an argument says something that means nothing.
    """
    paths = sorted(folder.glob("raw_*")) if folder.is_dir() else []
    tables = {path: name[1] for path in paths if (name := _RAW_FILE.fullmatch(path.name))}
    files = tuple(_describe_file(path, table) for path, table in tables.items())
    manifest = _read_manifest(folder / MANIFEST)
    stated_time = load_timestamp or manifest.get("load_timestamp")
    if stated_time is not None:
        made_at = _parse_timestamp(stated_time, folder)
    else:
        made_at = _last_modified([folder, *tables] if tables else [])
    mode = claims_mode or manifest.get("claims") or "full"
    if mode not in CLAIMS_MODES:
        raise InputError(
            f"The delivery in '{folder}' says that its claims are something else than full or changes. full: they "
            f"replace all claims delivered before; changes: they are added. Correct {MANIFEST} or the var load_claims."
        )
    contents = sorted(f"{file.source_table} {file.content_hash}" for file in files)
    return Delivery(
        folder=str(folder.resolve()),
        is_folder=folder.is_dir(),
        load_timestamp=made_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        has_stated_timestamp=stated_time is not None,
        claims_mode=mode,
        content_hash=hashlib.sha256("\n".join(contents).encode()).hexdigest(),
        files=files,
    )


def changed_files(files: Iterable[Mapping[str, str]]) -> list[str]:
    """Paths, of files given as `path` and `content_hash`, that are gone, unreadable, or hold other bytes than then."""
    return [file["path"] for file in files if _hash_or_none(Path(file["path"])) != file["content_hash"]]


def missing_files(paths: Iterable[str]) -> list[str]:
    """Paths at which there is no file."""
    return [path for path in paths if not Path(path).is_file()]


def _describe_file(path: Path, source_table: str) -> DeliveredFile:
    try:
        content_hash, line_count = _read(path)
    except (OSError, EOFError, zlib.error) as error:
        # The last two, and a kind of the first, say that a .gz is damaged.
        raise InputError(
            f"The file '{path}' cannot be read: it may be damaged, still being written, or closed to this user. "
            "Replace it or correct its permissions, and run again."
        ) from error
    return DeliveredFile(
        source_table=source_table,
        source_file=path.name,
        path=str(path.resolve()),
        byte_count=path.stat().st_size,
        content_hash=content_hash,
        line_count=line_count,
    )


def _read(path: Path) -> tuple[str, int | None]:
    """SHA-256 of a file and, of a CSV file, its lines below the header."""
    with path.open("rb") as file:
        if path.suffix == ".csv":
            digest = hashlib.sha256()
            line_count = _lines_below_header(_hashed(_pieces(file.read), digest), path)
            return digest.hexdigest(), line_count
        content_hash = hashlib.file_digest(file, "sha256").hexdigest()
    if path.suffix != ".gz":
        return content_hash, None
    with gzip.open(path) as text:
        return content_hash, _lines_below_header(_pieces(text.read), path)


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    return iter(lambda: read(_PIECE_BYTES), b"")


def _hashed(pieces: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _lines_below_header(pieces: Iterable[bytes], path: Path) -> int:
    """Lines with something in them, except the first.

    A line is what stands between two line breaks, inside quotes, too: the reader knows the difference and is what this
    count is compared with.

    Raises:
        InputError: If a line is longer than any record.
    """
    line_count = 0
    # Bytes since the last line break.
    open_bytes = 0
    for piece in pieces:
        values = np.frombuffer(piece, np.uint8)
        is_break = (values == _LINE_FEED) | (values == _CARRIAGE_RETURN)
        # Of two neighbours, the first a break and the second none: there a line begins.
        line_count += int(np.count_nonzero(is_break[:-1] > is_break[1:]))
        line_count += int(open_bytes == 0 and not is_break[0])
        has_break = bool(is_break.any())
        open_bytes += int(is_break.argmax()) if has_break else len(piece)
        if open_bytes > _LONGEST_LINE_BYTES:
            raise InputError(
                f"The file '{path}' holds a line of more than {_LONGEST_LINE_BYTES // 1024**2} MB, and no record is as "
                "long: it may be damaged, or no CSV file. Replace it, and run again; docs/input_contract.md says what "
                "it holds."
            )
        if has_break:
            open_bytes = int(is_break[::-1].argmax())
    return max(line_count - 1, 0)


def _hash_or_none(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValueError) as error:
        raise InputError(f"'{path}' cannot be read as JSON. Correct it; docs/input_contract.md shows one.") from error
    if not isinstance(manifest, dict):
        raise InputError(f"'{path}' is no JSON object. docs/input_contract.md shows one.")
    return manifest


def _parse_timestamp(text: object, folder: Path) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise InputError(
            f"The load_timestamp of the delivery in '{folder}' is no point in time. Write it as "
            f"2025-02-01T06:00:00, in {MANIFEST} or the var load_timestamp."
        ) from error
    # Times without an offset are UTC, as everywhere in the database.
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _last_modified(paths: Iterable[Path]) -> datetime:
    """When the newest file was written; the folder counts too, since taking a file away changes nothing else."""
    newest = max((path.stat().st_mtime for path in paths), default=0.0)
    return datetime.fromtimestamp(newest, UTC).replace(tzinfo=None)

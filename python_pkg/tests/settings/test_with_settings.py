"""`bin/with_settings`: what .env says reaches the command, the shell wins, and a wrong line is named but not shown."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hhs_hcc.provenance import DBT_COMPARES_UP_TO_BYTES, package_hash, seed_hashes

REPOSITORY = Path(__file__).resolve().parents[3]
SHOW_ENVIRONMENT = (sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")
SETTING = re.compile(r"\bRA_[A-Z][A-Z_]*\b")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project folder of its own, in a path with a space."""
    root = tmp_path / "a project"
    (root / "bin").mkdir(parents=True)
    shutil.copy(REPOSITORY / "bin" / "with_settings", root / "bin")
    return root


def run(root: Path, settings: bytes, **shell: str) -> subprocess.CompletedProcess[str]:
    (root / ".env").write_bytes(settings)
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {name: value for name, value in os.environ.items() if not SETTING.fullmatch(name)}
    return subprocess.run(
        [root / "bin" / "with_settings", *SHOW_ENVIRONMENT],
        env={**environment, "PATH": search, **shell},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_seen(root: Path, settings: bytes, **shell: str) -> dict[str, str]:
    answer = run(root, settings, **shell)
    assert answer.returncode == 0, answer.stderr
    return {name: value for name, value in json.loads(answer.stdout).items() if SETTING.fullmatch(name)}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"RA_RAW_PATH=data/raw", "data/raw"),
        (b"  export RA_RAW_PATH=data/raw  ", "data/raw"),
        (b"RA_RAW_PATH=/my files/of $HOME", "/my files/of $HOME"),
        (b'RA_RAW_PATH="/my files/it\'s"', "/my files/it's"),
        (b"RA_RAW_PATH='$(touch trap) `touch trap`'", "$(touch trap) `touch trap`"),
        (b"RA_RAW_PATH='a\"b'\r\nRA_MEMORY_LIMIT=4GB\r", 'a"b'),
        (b"RA_RAW_PATH=a=b # c", "a=b # c"),
        (b"RA_RAW_PATH=", ""),
        (b"RA_RAW_PATH=''", ""),
        (b"\n# RA_RAW_PATH=no\nRA_RAW_PATH=yes", "yes"),
        ("RA_RAW_PATH=/données".encode(), "/données"),
    ],
)
def test_a_value_arrives_as_it_is_written(root: Path, line: bytes, value: str) -> None:
    assert settings_seen(root, line)["RA_RAW_PATH"] == value
    assert not (root / "trap").exists()


def test_the_shell_wins_even_with_nothing(root: Path) -> None:
    settings = b"RA_RAW_PATH=file\nRA_DUCKDB_PATH=file\nRA_MEMORY_LIMIT=file\n"
    seen = settings_seen(root, settings, RA_RAW_PATH="shell", RA_DUCKDB_PATH="")
    assert (seen["RA_RAW_PATH"], seen["RA_DUCKDB_PATH"], seen["RA_MEMORY_LIMIT"]) == ("shell", "", "file")


@pytest.mark.parametrize(
    "line",
    [
        b"RA_RAW_PATH = SECRET",
        b"RA_RAW_PATH",
        b"=SECRET",
        b"2=SECRET",
        b"RA-RAW-PATH=SECRET",
        b"RA_RAW_PATH='SECRET",
        b'RA_RAW_PATH="SECRET" and more',
        b"RA_RAW_PATH='",
        b"x;touch trap;y=SECRET",
    ],
)
def test_a_line_that_is_no_setting_stops_the_command_and_is_not_repeated(root: Path, line: bytes) -> None:
    answer = run(root, b"# first\n" + line)
    assert answer.returncode == 2
    assert "line 2" in answer.stderr
    assert ".env.example" in answer.stderr
    assert "SECRET" not in answer.stdout + answer.stderr
    assert not (root / "trap").exists()


def test_without_the_file_the_command_runs_with_the_hashes(root: Path) -> None:
    (root / "seeds" / "cms").mkdir(parents=True)
    (root / "seeds" / "cms" / "cms_small.csv").write_text("a\n")
    (root / "seeds" / "cms" / "cms_large.csv").write_bytes(b"a" * (DBT_COMPARES_UP_TO_BYTES + 1))
    # Hashes of an earlier moment must not stay.
    seen = settings_seen(root, b"RA_SEED_HASHES=old", RA_PACKAGE_HASH="old")
    assert seen["RA_PACKAGE_HASH"] == package_hash()
    assert json.loads(seen["RA_SEED_HASHES"]) == seed_hashes(root / "seeds")
    assert set(seed_hashes(root / "seeds")) == {"cms_large"}


@pytest.mark.parametrize(
    ("shell", "colours"),
    [
        ({"NO_COLOR": "1"}, "false"),
        ({"NO_COLOR": "1", "DBT_USE_COLORS": "true"}, "true"),
        ({"NO_COLOR": ""}, None),
    ],
    ids=["wanted", "wanted of all but dbt", "not wanted"],
)
def test_dbt_is_told_that_no_colours_are_wanted(
    root: Path, shell: dict[str, str], colours: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBT_USE_COLORS", raising=False)
    answer = run(root, b"", **shell)
    assert json.loads(answer.stdout).get("DBT_USE_COLORS") == colours


def test_env_example_holds_every_setting_and_each_is_used() -> None:
    described = (REPOSITORY / ".env.example").read_text()
    used: set[str] = set()
    folders = ("bin", "macros", "models", "seeds", "snapshots", "python_pkg/src", "tests")
    files = [path for folder in folders for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    files += [REPOSITORY / name for name in ("Makefile", "profiles.yml", "dbt_project.yml", "selectors.yml")]
    for path in files:
        if path.suffix not in {".csv", ".pyc"}:
            used |= set(SETTING.findall(path.read_text(encoding="utf-8")))
    assert used == set(SETTING.findall(described))


def test_env_example_is_a_file_of_settings(root: Path) -> None:
    """Its lines work once their # is taken away."""
    example = (REPOSITORY / ".env.example").read_text()
    seen = settings_seen(root, re.sub(r"(?m)^#(RA_)", r"\1", example).encode())
    assert seen["RA_DUCKDB_PATH"] == "risk_adjustment.duckdb"
    assert {"RA_RAW_PATH", "RA_MEMORY_LIMIT", "RA_PRODUCTION_PATH"} <= set(seen)


def test_the_defaults_in_env_example_are_those_of_the_project() -> None:
    defaults = dict(re.findall(r"(?m)^#(RA_[A-Z_]+)=(.*)$", (REPOSITORY / ".env.example").read_text()))
    profiles = (REPOSITORY / "profiles.yml").read_text()
    raw_path = (REPOSITORY / "macros" / "project" / "raw_path.sql").read_text()
    assert f"env_var('RA_DUCKDB_PATH', '{defaults['RA_DUCKDB_PATH']}')" in profiles
    assert f"env_var('RA_MEMORY_LIMIT', '{defaults['RA_MEMORY_LIMIT']}')" in profiles
    assert f'env_var("RA_RAW_PATH", "{defaults["RA_RAW_PATH"]}")' in raw_path

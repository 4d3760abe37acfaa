"""Provenance: what can be known is recorded, and what cannot is None, never an error."""

import subprocess
from pathlib import Path

import pytest

from hhs_hcc.provenance import git_provenance, package_hash, tool_versions

UNKNOWN = {"branch": None, "commit": None, "is_dirty": None, "commit_date": None}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--initial-branch", "trunk")
    (tmp_path / "model.sql").write_text("select 1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "first")
    return tmp_path


def test_a_clean_checkout_gives_branch_commit_and_date(checkout: Path) -> None:
    found = git_provenance(checkout)
    assert found["branch"] == "trunk"
    assert found["commit"] == git(checkout, "rev-parse", "HEAD")
    assert found["commit_date"] == git(checkout, "show", "--no-patch", "--format=%cI")
    assert found["is_dirty"] is False


@pytest.mark.parametrize("name", ["model.sql", "untracked.sql"])
def test_an_edit_and_a_new_file_both_make_it_dirty(checkout: Path, name: str) -> None:
    (checkout / name).write_text("select 2")
    assert git_provenance(checkout)["is_dirty"] is True


def test_a_detached_head_has_no_branch(checkout: Path) -> None:
    git(checkout, "checkout", "--detach")
    assert git_provenance(checkout)["branch"] is None
    assert git_provenance(checkout)["commit"] is not None


def test_before_the_first_commit_there_is_only_a_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "--initial-branch", "trunk")
    assert git_provenance(tmp_path) == {"branch": "trunk", "commit": None, "is_dirty": False, "commit_date": None}


def test_without_a_repository_or_without_git_everything_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert git_provenance(tmp_path) == UNKNOWN
    assert git_provenance(tmp_path / "no" / "such" / "folder") == UNKNOWN
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_provenance(Path(__file__).parent) == UNKNOWN


def test_tool_versions_name_every_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hhs_hcc.provenance.RECORDED_TOOLS", ("polars", "no-such-package"))
    versions = tool_versions()
    assert versions["python"]
    assert versions["polars"]
    assert versions["no-such-package"] is None


def test_the_package_hash_follows_names_and_contents_of_sources_only(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "rule.py").write_text("a = 1")
    first = package_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("not a source")
    assert package_hash(tmp_path) == first
    (tmp_path / "steps" / "rule.py").write_text("a = 2")
    edited = package_hash(tmp_path)
    (tmp_path / "steps" / "rule.py").rename(tmp_path / "steps" / "other.py")
    assert len({first, edited, package_hash(tmp_path)}) == 3

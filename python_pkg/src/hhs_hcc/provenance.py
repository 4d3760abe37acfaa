"""What produced a result: the project's git commit, the versions of the tools, and a hash of this package's sources.

The run registry stores these, so that an auditor can get back to the code behind a score. Nothing here may stop a
run: what cannot be found out is None.

`python -m hhs_hcc.provenance seeds` prints, as lines for a shell, what tells dbt about edits that it does not see:

    export RA_PACKAGE_HASH=...   of this package
    export RA_SEED_HASHES=...    of the seeds that are too large for dbt to compare, as JSON by name

They stand in the `meta` of Python models and of those seeds, so that `state:modified` selects them.
"""

import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TypedDict

RECORDED_TOOLS = ("dbt-core", "dbt-duckdb", "duckdb", "polars", "hhs-hcc")
GIT_TIMEOUT_SECONDS = 5
# Of a seed above this size dbt compares the path only.
DBT_COMPARES_UP_TO_BYTES = 1024 * 1024


class GitProvenance(TypedDict):
    """The state of a git checkout; every value is None where git or the repository is missing."""

    branch: str | None
    commit: str | None
    is_dirty: bool | None
    commit_date: str | None


def git_provenance(folder: Path) -> GitProvenance:
    """Describe the git checkout that holds a folder.

    Args:
        folder: Any folder of the checkout.

    Returns:
        Branch (None when HEAD is detached), commit, whether anything under the folder differs from the commit or is
        untracked, and the commit's date (ISO 8601). Before the first commit only branch and is_dirty are known.
    """
    found = GitProvenance(branch=None, commit=None, is_dirty=None, commit_date=None)
    status = _git(folder, "status", "--porcelain=v2", "--branch", "--", ".")
    if status is None:
        return found
    lines = status.splitlines()
    headers = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch."))
    if (branch := headers.get("branch.head")) != "(detached)":
        found["branch"] = branch
    found["is_dirty"] = any(not line.startswith("#") for line in lines)
    if (commit := headers.get("branch.oid")) != "(initial)":
        found["commit"] = commit
        found["commit_date"] = (_git(folder, "show", "--no-patch", "--format=%cI", "HEAD") or "").strip() or None
    return found


def tool_versions() -> dict[str, str | None]:
    """Versions of Python and of the tools that shape a result; None for one that is not installed."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for tool in RECORDED_TOOLS:
        try:
            versions[tool] = metadata.version(tool)
        except metadata.PackageNotFoundError:
            versions[tool] = None
    return versions


def package_hash(folder: Path | None = None) -> str:
    """SHA-256 over the Python sources below a folder, by default this package.

    The hash depends on the relative paths and contents only, so two machines with the same code agree. dbt does not
    see edits in the package; the hash in a Python model's `meta` lets `state:modified` notice them.
    """
    root = folder or Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda source: source.relative_to(root).as_posix()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def seed_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each seed file below a folder that is too large for dbt to compare, by the seed's name."""
    large = (path for path in folder.rglob("*.csv") if path.stat().st_size > DBT_COMPARES_UP_TO_BYTES)
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(large)}


def shell_exports(seeds: Path) -> str:
    """The lines that set RA_PACKAGE_HASH and RA_SEED_HASHES in a shell."""
    settings = {"RA_PACKAGE_HASH": package_hash(), "RA_SEED_HASHES": json.dumps(seed_hashes(seeds))}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in settings.items())


def _git(folder: Path, *arguments: str) -> str | None:
    """Output of a git command run in the folder, or None if there is no git, no repository or no answer in time."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            check=False,
            # Looking must not write: without this, git refreshes its index file.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            text=True,
            timeout=GIT_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout if answer.returncode == 0 else None


if __name__ == "__main__":
    print(shell_exports(Path(sys.argv[1])))

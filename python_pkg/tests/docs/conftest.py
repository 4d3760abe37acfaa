"""The documentation site, built once per session."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documentation import PROJECT


@pytest.fixture(scope="session")
def needs_graphviz() -> None:
    if shutil.which("dot") is None:
        pytest.skip("diagrams are drawn by Graphviz, and there is no program dot: apt-get install graphviz")


@pytest.fixture(scope="session")
def site(needs_graphviz: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Warnings are errors, as in `make docs-site`."""
    folder = tmp_path_factory.mktemp("docs_site")
    command = ["-W", "--keep-going", "-n", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    answer = subprocess.run(
        [sys.executable, "-m", "sphinx", *command, str(PROJECT / "docs"), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return folder / "html"

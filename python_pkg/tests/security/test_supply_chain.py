"""Secrets are found before a commit, an audit that did not happen says so, and the bill names what is pinned."""

import json
import random
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "python_pkg" / "tools"))

import audit  # noqa: E402

TOOLS = Path(sys.executable).parent


# --- Secrets ----------------------------------------------------------------------------------------------------------


def scan(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REPOSITORY / "bin" / "scan_secrets", *files],
        env={"PATH": f"{TOOLS}:/usr/bin:/bin", "DETECT_SECRETS_HOOK": str(TOOLS / "detect-secrets-hook")},
        capture_output=True,
        text=True,
        check=False,
    )


def planted() -> dict[str, str]:
    """Lines with a secret, put together here so that this file holds none."""
    draw = random.Random(5)  # the same every time
    letters = string.ascii_letters + string.digits

    def text(length: int, of: str = letters) -> str:
        return "".join(draw.choice(of) for _ in range(length))

    return {
        "cloud key": f"key = {'AKIA' + text(16, string.ascii_uppercase + string.digits)!r}",
        "token": f"RA_TOKEN=gh{'p_' + text(36)}",
        "password": f"password: {text(24)!r}",
        "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
        "address": f"postgresql://reader:{text(14)}@warehouse.example/claims",
    }


def test_planted_secrets_are_found_and_not_printed(tmp_path: Path) -> None:
    lines = planted()
    file = tmp_path / "settings.py"
    file.write_text("\n".join(lines.values()))
    result = scan(file)
    assert result.returncode == 1
    for number, (kind, line) in enumerate(lines.items(), start=1):
        assert re.search(rf"settings\.py:{number}\b", result.stdout), kind
        if kind != "private key":  # its first line is what every such key begins with
            assert line not in result.stdout + result.stderr


def test_ordinary_lines_and_digests_under_their_names_are_no_secrets(tmp_path: Path) -> None:
    digest = "".join(random.Random(6).choices("0123456789abcdef", k=64))
    (tmp_path / "plain.py").write_text(f'RUN = "latest"\nDIGESTS = {{\n    "raw_members": "{digest}",\n}}\n')
    result = scan(tmp_path / "plain.py")
    assert (result.returncode, result.stdout) == (0, "")
    (tmp_path / "plain.py").write_text(f'KEY = "{digest}"\n')
    assert scan(tmp_path / "plain.py").returncode == 1


def test_no_finding_is_waved_through() -> None:
    assert json.loads((REPOSITORY / ".secrets.baseline").read_text())["results"] == {}


# --- Audit ------------------------------------------------------------------------------------------------------------

CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([CLEAN], 0, "1 packages of dev.txt: no known vulnerability"),
        ([CLEAN, HOLED, UNKNOWN], 1, "b 2: PYSEC-1, fixed in 3"),
        ([CLEAN, UNKNOWN], 2, "not audited: the vulnerability service gave no answer for 1 of 2 packages (c)"),
        ([], 2, "not audited"),
        (None, 2, "not audited: pip-audit wrote no report (no route to host)"),
    ],
)
def test_the_verdict_of_an_audit(found: list[dict[str, object]] | None, code: int, words: str) -> None:
    assert audit.verdict(found, "trying\nno route to host\n")[0] == code
    assert words in audit.verdict(found, "trying\nno route to host\n")[1]


def test_an_audit_that_cannot_reach_its_service_fails(capsys: pytest.CaptureFixture[str]) -> None:
    unreachable = "import sys; sys.exit('ConnectionError: the service cannot be reached')"
    assert audit.main([sys.executable, "-c", unreachable]) == 2
    assert "not audited" in capsys.readouterr().err


# --- Bill of materials ------------------------------------------------------------------------------------------------


def test_the_bill_of_materials_names_what_the_lock_file_pins(tmp_path: Path) -> None:
    """The command of `make sbom`, on another place to write to."""
    recipe = re.search(r"\$\(BIN\)/(cyclonedx-py [^\n]*)", (REPOSITORY / "Makefile").read_text())
    assert recipe
    command = recipe[1].replace("dist/sbom.json", str(tmp_path / "sbom.json")).split()
    subprocess.run([TOOLS / command[0], *command[1:]], cwd=REPOSITORY, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text())
    pinned = dict(
        re.findall(r"^([a-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([^ ;]+)", lock_file(), re.MULTILINE | re.IGNORECASE)
    )
    named = {one["name"]: one["version"] for one in bill["components"]}
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "hhs-hcc")
    assert named["duckdb"] == "1.5.5"
    assert named == pinned


def lock_file() -> str:
    return (REPOSITORY / "requirements" / "runtime.txt").read_text()

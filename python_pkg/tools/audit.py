"""`make audit`: known vulnerabilities of what requirements/dev.txt pins, as pip-audit finds them.

pip-audit asks a service in the network for each package. A service that cannot be reached, or that answers "not found"
for packages that exist, must not look like a clean result: then nothing was audited, and that is an error.

Exit codes: 0 no known vulnerability, 1 some, 2 not audited.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK_FILE = Path(__file__).resolve().parents[2] / "requirements" / "dev.txt"
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2
_NAMES_SHOWN = 5


def main(command: Sequence[str]) -> int:
    """Run pip-audit and print a verdict.

    Args:
        command: How pip-audit is started.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
        answer = subprocess.run(  # noqa: S603 - our own environment's pip-audit
            [*command, *options, "--output", str(report), "--requirement", str(LOCK_FILE)],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            found = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            found = None
    code, text = verdict(found, answer.stderr)
    print(text, file=sys.stdout if code == CLEAN else sys.stderr)
    return code


def verdict(dependencies: Sequence[dict[str, Any]] | None, words: str = "") -> tuple[int, str]:
    """What a report of pip-audit comes to.

    Args:
        dependencies: Of the report; None if there is none.
        words: What pip-audit said.

    Returns:
        Exit code and message.
    """
    if not dependencies:
        last = words.strip().splitlines()[-1:] or ["it said nothing"]
        return NOT_AUDITED, f"error: not audited: pip-audit wrote no report ({last[0]}). Is its service within reach?"
    skipped = [one["name"] for one in dependencies if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {issue['id']}, fixed in {', '.join(issue['fix_versions']) or 'no version'}"
        for one in dependencies
        for issue in one.get("vulns", ())
    ]
    if lines:
        return VULNERABLE, "\n".join([*lines, f"error: {len(lines)} known vulnerabilities in {LOCK_FILE.name}"])
    if skipped:
        names = ", ".join(skipped[:_NAMES_SHOWN]) + (", ..." if len(skipped) > _NAMES_SHOWN else "")
        return NOT_AUDITED, (
            f"error: not audited: the vulnerability service gave no answer for {len(skipped)} of {len(dependencies)} "
            f"packages ({names}). It needs the network: try again where pip-audit's service can be reached."
        )
    return CLEAN, f"{len(dependencies)} packages of {LOCK_FILE.name}: no known vulnerability"


if __name__ == "__main__":
    raise SystemExit(main([sys.executable, "-m", "pip_audit"]))

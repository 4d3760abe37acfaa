"""`make fuzz`: everything that is random, at length, and each time with other examples.

1. 50,000 members a model year, both editions, package against naive calculator (`members.py`).
2. The properties of `tests/fuzz` with many examples and a random seed.
3. Atheris on readers and scenario files (`guided.py`), FUZZ_SECONDS each, in an environment of its own that is made on
   demand; left out, and said, where it cannot be installed.

What breaks a law is kept in the folder `.fuzz` with the command that repeats it. Exit code 1 if anything did.
"""

import os
import random
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
FOUND = ROOT / ".fuzz"
ENVIRONMENT = FOUND / "venv"
# Everything but Atheris is taken from the project's own environment.
PACKAGES = sysconfig.get_paths()["purelib"]
TARGETS = ("members", "diagnoses", "person", "parquet", "scenario")


def _run(title: str, command: list[str | Path], **environment: str) -> bool:
    print(f"== {title}", flush=True)
    words = [str(word) for word in command]
    ended = subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if ended.returncode:
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        print(f"broken; to repeat it: {settings} {shlex.join(words)}".replace("  ", " "), flush=True)
    return ended.returncode == 0


def _has_atheris() -> bool:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).parent / "uv"
        for words in (
            ["venv", "--quiet", "--python", sys.executable, ENVIRONMENT],
            ["pip", "install", "--quiet", "--python", python, "atheris"],
        ):
            if subprocess.run([str(word) for word in (uv, *words)], check=False).returncode:
                return False
    return subprocess.run([str(python), "-c", "import atheris"], check=False).returncode == 0


def main() -> int:
    """All three; 1 if a law is broken."""
    seconds = os.environ.get("FUZZ_SECONDS", "60")
    examples = os.environ.get("FUZZ_EXAMPLES", "1000")
    seed = os.environ.get("FUZZ_SEED") or str(random.SystemRandom().randrange(2**31))
    FOUND.mkdir(exist_ok=True)
    kept = [_run("members", [sys.executable, HERE / "members.py", os.environ.get("FUZZ_MEMBERS", "50000"), seed])]
    properties: list[str | Path] = [sys.executable, "-m", "pytest", "-q", "--timeout", "3600"]
    properties += ["--hypothesis-seed", seed, "python_pkg/tests/fuzz"]
    kept.append(_run("properties", properties, FUZZ_EXAMPLES=examples))
    if not _has_atheris():
        print("== no coverage-guided fuzzing: atheris cannot be installed for this Python or without a registry")
    else:
        for target in TARGETS:
            corpus = FOUND / "corpus" / target
            corpus.mkdir(parents=True, exist_ok=True)
            command: list[str | Path] = [ENVIRONMENT / "bin" / "python", HERE / "guided.py", target]
            command += [f"-max_total_time={seconds}", f"-artifact_prefix={FOUND}/{target}-", "-timeout=30"]
            kept.append(_run(f"{target}, {seconds} s", [*command, "-verbosity=0", corpus], PYTHONPATH=PACKAGES))
    print(f"{sum(kept)} of {len(kept)} parts keep every law (seed {seed})")
    for file in sorted(FOUND.glob("*-crash-*")) + sorted(FOUND.glob("*-timeout-*")):
        target = file.name.split("-")[0]
        print(f"  {file}: PYTHONPATH={PACKAGES} {ENVIRONMENT}/bin/python {HERE}/guided.py {target} {file}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())

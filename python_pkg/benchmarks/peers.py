"""Other packages that score HHS-HCC: which, how they are installed, and what they say they do."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name("peer_worker.py")
_TIMEOUT = 600


@dataclass(frozen=True)
class Peer:
    """Another package.

    Attributes:
        name: In the package registry.
        version: The version that is installed; here and nowhere else.
        also: What it needs and does not say, pinned.
        python: The lowest Python that it supports.
        model_year: The year that is compared: the newest that both sides have final tables for.
        has_csr: Whether its score holds the cost-sharing factor; if not, scores are compared without it.
        knows: What it knows, as its documentation and interface say.
    """

    name: str
    version: str
    also: tuple[str, ...]
    python: tuple[int, int]
    model_year: int
    has_csr: bool
    knows: str


PEERS = (
    Peer(
        name="risk-adjustment-model",
        version="0.7.1",
        also=(),
        python=(3, 12),
        model_year=2025,
        has_csr=True,
        knows="HHS-HCC 2023-2026; takes no service dates; leaves Medicare Code Editor conditions to its caller",
    ),
    Peer(
        name="hccpy",
        version="0.1.9",
        # It imports pkg_resources, which newer releases no longer bring.
        also=("setuptools==80.9.0",),
        python=(3, 8),
        model_year=2022,
        has_csr=False,
        knows="HHS-HCC 2019 and 2022 only; takes no service dates; one category a code; leaves CSR to its caller",
    ),
)


@dataclass(frozen=True)
class Installed:
    """The peer's interpreter, or why there is none."""

    python: Path | None
    problem: str = ""


def install(peer: Peer, folder: Path) -> Installed:
    """Install a peer into an environment of its own, once.

    Args:
        peer: Which.
        folder: Where the environments are kept.
    """
    environment = folder / f"{peer.name}-{peer.version}"
    python = environment / "bin" / "python"
    done = environment / "installed"
    if done.is_file():
        return Installed(python)
    interpreter = find_python(peer.python)
    if interpreter is None:
        wanted = ".".join(map(str, peer.python))
        return Installed(None, f"needs Python {wanted} or newer, and none was found on this machine")
    shutil.rmtree(environment, ignore_errors=True)
    uv = str(Path(sys.executable).with_name("uv"))
    for command in (
        [uv, "venv", "--quiet", "--no-python-downloads", "--python", str(interpreter), str(environment)],
        [uv, "pip", "install", "--quiet", "--python", str(python), f"{peer.name}=={peer.version}", *peer.also],
    ):
        try:
            finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired) as error:
            return Installed(None, f"{type(error).__name__} while installing")
        if finished.returncode:
            return Installed(None, reason(finished.stderr))
    done.touch()
    return Installed(python)


def reason(said: str) -> str:
    """The one line of an installer's words that tells why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.lower().startswith(("error", "cause", "caused by"))]
    return (telling or lines or ["the installer failed and said nothing"])[-1][:200]


def find_python(at_least: tuple[int, int]) -> Path | None:
    """An interpreter of that version or newer: this one, one on the PATH, or one that pyenv keeps."""
    names = [f"python3.{minor}" for minor in range(at_least[1], at_least[1] + 8)]
    candidates = [sys.executable, *filter(None, map(shutil.which, names))]
    candidates += sorted(map(str, (Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3")))
    for candidate in candidates:
        # A name on the PATH may be a shim without an interpreter behind it.
        asked = subprocess.run(
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and tuple(map(int, asked.stdout.split())) >= at_least:
            return Path(candidate)
    return None

"""CMS's "Do It Yourself" Python package as a folder: what its settings say, and one run of it on a batch of people.

The package is a program that reads four files below its own folder and writes one beside them, with paths that start
at the folder that holds `software`. It is run in a copy in a temporary folder, in a process of its own: the user's
folder stays as it is, and nothing of the package is imported here.
"""

import builtins
import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hhs_hcc.crosscheck.people import Batch
from hhs_hcc.errors import HhsHccError
from hhs_hcc.permissions import append_private
from hhs_hcc.tables import MODELS

MODEL_FOLDER = Path("software") / "HHS_HCC"
COMMAND = "{python} software/HHS_HCC/transform.py"
_INPUT = MODEL_FOLDER / "data" / "input" / "user_defined"
_OUTPUT = MODEL_FOLDER / "data" / "output"
_LOGS = MODEL_FOLDER / "logs"
# What may lie in these belongs to another run, and may be data of people: it is not copied.
_NOT_COPIED = (_INPUT, _OUTPUT, _LOGS)

# The settings, as they are written in config.py or model_version_config.py; these are read as text and not executed.
_SETTING_FILES = ("config.py", "model_version_config.py")
_BENEFIT_YEAR = re.compile(r"^\s*benefit_year\s*=\s*(\d{4})\b", re.MULTILINE)
_DATE_FORMAT = re.compile(r"""["']date_format["']\s*:\s*["']([^"'\n]+)["']""")
_SWITCH_EDITS = re.compile(r"""["']switch_edits["']\s*:\s*(True|False)\b""")

# Spellings of the columns of the output, in capitals. Only scores after the cost-sharing adjustment are comparable.
ID_COLUMNS = ("ID", "ENROLID", "MEMBER_ID")
SCORE_COLUMNS_BY_MODEL = tuple(f"CSR_ADJUSTED_SCORE_{model.upper()}" for model in MODELS)
SCORE_COLUMNS = ("CSR_ADJUSTED_SCORE", "CSR_ADJUSTED_RISK_SCORE")

# What the process sees of the environment: enough to find programs and packages, no settings and no credentials.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV", "SYSTEMROOT")
_OFFLINE = ("unshare", "--map-root-user", "--net", "--")
_NAMES_SHOWN = 12


class PackageError(HhsHccError):
    """CMS's package is not where it was said to be, does not run, or does not write what can be read."""


@dataclass(frozen=True)
class CmsPackage:
    """CMS's package.

    Attributes:
        folder: The folder that holds `software`.
        benefit_year: The only year that it scores; None if its settings do not say.
        date_format: How it reads dates, for strptime.
        mce_edits: Whether its switch for the ages of the Medicare Code Editor is on.
    """

    folder: Path
    benefit_year: int | None
    date_format: str
    mce_edits: bool

    @classmethod
    def at(cls, folder: Path) -> "CmsPackage":
        """Find the package and read its settings.

        Raises:
            PackageError: If the folder does not have the layout.
        """
        program = folder / MODEL_FOLDER / "transform.py"
        if not program.is_file():
            raise PackageError(
                f"There is no {program}. Give the folder that holds `software` with --cms-package: the one into which "
                "the package was unpacked."
            )
        files = [folder / MODEL_FOLDER / name for name in _SETTING_FILES]
        settings = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())
        year, date_format, edits = (
            pattern.search(settings) for pattern in (_BENEFIT_YEAR, _DATE_FORMAT, _SWITCH_EDITS)
        )
        return cls(
            folder=folder,
            benefit_year=int(year[1]) if year else None,
            date_format=date_format[1] if date_format else "%Y%m%d",
            mce_edits=not edits or edits[1] == "True",
        )

    def year_to_check(self, model_year: int | None) -> int:
        """The model year: the package's own, which may be confirmed.

        Raises:
            PackageError: If the package is of another year, or nobody says which.
        """
        if self.benefit_year is None and model_year is None:
            raise PackageError(
                f"Neither {' nor '.join(_SETTING_FILES)} in {self.folder / MODEL_FOLDER} says `benefit_year = YYYY`. "
                "Say which year the package scores with --model-year."
            )
        if model_year is not None and self.benefit_year not in (None, model_year):
            raise PackageError(
                f"The package in {self.folder} scores benefit year {self.benefit_year}, not {model_year}. "
                "Leave --model-year out, or give the package of that year."
            )
        return model_year or self.benefit_year or 0


@dataclass(frozen=True)
class Runner:
    """A copy of the package that can be run.

    Attributes:
        workspace: The copy; the folder that holds `software`.
        command: The program and its arguments, started in the workspace.
        timeout: Seconds that a batch may take.
        log: Where what the package prints is kept if it fails. It may hold values of people.
    """

    workspace: Path
    command: Sequence[str]
    timeout: float
    log: Path

    @classmethod
    def in_copy(
        cls, package: CmsPackage, workspace: Path, command: Sequence[str], timeout: float, log: Path
    ) -> "Runner":
        """Copy the package, without anybody's data, into an empty folder.

        Raises:
            PackageError: If it cannot be copied.
        """
        emptied = {(package.folder / folder).resolve() for folder in _NOT_COPIED}

        def left_out(folder: str, names: list[str]) -> set[str]:
            return set(names) if Path(folder).resolve() in emptied else {"__pycache__"} & set(names)

        try:
            shutil.copytree(package.folder / "software", workspace / "software", ignore=left_out)
            for folder in _NOT_COPIED:
                (workspace / folder).mkdir(parents=True, exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise PackageError(f"{package.folder / 'software'} cannot be copied to a temporary folder.") from error
        return cls(workspace, command, timeout, log)

    def run(self, batch: Batch, name: str) -> pl.DataFrame:
        """Score a batch.

        Args:
            batch: People in the layout of the package.
            name: How messages call the batch.

        Returns:
            number (the id that the batch gave), and per sub-model a score: score_adult, score_child, score_infant. A
            score that is no number is null.

        Raises:
            PackageError: If the package fails, takes too long, or writes nothing that can be read.
        """
        output = self.workspace / _OUTPUT
        shutil.rmtree(output)
        output.mkdir()
        for file, frame in batch.files.items():
            frame.write_csv(self.workspace / _INPUT / file)
        printed = self._start(name)
        try:
            return _read_scores(output)
        except PackageError as error:
            raise PackageError(f"{error} {self._kept(printed)}") from error

    def _start(self, name: str) -> bytes:
        if shutil.which(self.command[0]) is None and not (self.workspace / self.command[0]).is_file():
            raise PackageError(f"There is no program {self.command[0]}. The default of --command is: {COMMAND}")
        command = [*(_OFFLINE if _can_cut_off_the_network() else ()), *self.command]
        environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own interpreter and package
                command,
                cwd=self.workspace,
                env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(self.workspace)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise PackageError(
                f"{self.command[0]} cannot be started: {error.strerror}. Compare --command with its default: {COMMAND}"
            ) from error
        try:
            printed, _ = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired as error:
            _end(process)
            printed, _ = process.communicate()
            raise PackageError(
                f"The package did not end within {self.timeout:g} s on {name}. Its time grows faster than the number "
                f"of people: choose a smaller --batch-size, or a longer --timeout. {self._kept(printed)}"
            ) from error
        except BaseException:
            _end(process)
            raise
        if process.returncode:
            raise PackageError(
                f"The package ended with exit code {process.returncode} on {name}{_kind_of_error(printed)}. "
                f"{self._kept(printed)}"
            )
        return printed

    def _kept(self, printed: bytes) -> str:
        """Keep what the package printed; the sentence that says so."""
        if not printed.strip():
            return "It printed nothing."
        append_private(self.log, printed)
        return f"What it printed is in {self.log}, which may hold values of people (PHI)."


def command_line(command: str, python: str) -> list[str]:
    """The command to start, with the interpreter in the place of `{python}`."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise PackageError(f"--command cannot be read: {error}. Its default is: {COMMAND}") from error
    if not words:
        raise PackageError(f"--command is empty. Its default is: {COMMAND}")
    if any("{python}" in word for word in words):
        found = shutil.which(python)
        if found is None:
            raise PackageError(f"There is no interpreter {python}. Name another one with --python.")
        # Absolute, since the package is started in another folder; not resolved, since a link tells an environment.
        python = str(Path(found).absolute())
    return [word.replace("{python}", python) for word in words]


def _can_cut_off_the_network() -> bool:
    """Whether this system lets anybody start a process without a network."""
    if shutil.which(_OFFLINE[0]) is None:
        return False
    probe = subprocess.run([*_OFFLINE, "true"], capture_output=True, check=False)  # noqa: S603 - fixed words
    return probe.returncode == 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _kind_of_error(printed: bytes) -> str:
    """The kind of exception that ended the package, and never its text, which may quote a value."""
    text = printed.decode(errors="replace")
    missing = re.search(r"^ModuleNotFoundError: No module named '([a-z_][a-z0-9_.]*)'\s*$", text, re.MULTILINE)
    if missing:
        return (
            f" because its interpreter has no module {missing[1]} (install what the package's own instructions ask "
            "for, and name that interpreter with --python)"
        )
    kinds = re.findall(r"^([A-Za-z]+)(?::|$)", text, re.MULTILINE)
    known = [kind for kind in kinds if isinstance(getattr(builtins, kind, None), type)]
    return f", with a {known[-1]}" if known else ""


def _read_scores(output: Path) -> pl.DataFrame:
    """The one file among those written that has an id and scores."""
    usable = {}
    found = []
    for file in sorted(output.iterdir()):
        if file.suffix.lower() != ".csv":
            found.append(file.name)
            continue
        try:
            frame = pl.read_csv(file, infer_schema=False)
        except pl.exceptions.PolarsError:
            found.append(f"{file.name} (no CSV with a header row)")
            continue
        scores = _scores_of(frame)
        if scores is None:
            found.append(f"{file.name} ({_header(frame.columns)})")
        else:
            usable[file.name] = scores
    if len(usable) == 1:
        return usable.popitem()[1]
    wanted = (
        f"one CSV file with a column {' or '.join(ID_COLUMNS)} and with the columns "
        f"{', '.join(SCORE_COLUMNS_BY_MODEL)}, or {' or '.join(SCORE_COLUMNS)}"
    )
    there = ", ".join(usable) if usable else "; ".join(found) or "nothing"
    raise PackageError(f"The package should have written {wanted}, into {_OUTPUT}. It wrote: {there}.")


def _scores_of(frame: pl.DataFrame) -> pl.DataFrame | None:
    spelled = {name.strip().upper(): name for name in frame.columns}
    number = next((spelled[name] for name in ID_COLUMNS if name in spelled), None)
    scores = [spelled[name] for name in SCORE_COLUMNS_BY_MODEL if name in spelled]
    if len(scores) < len(MODELS):
        scores = [spelled[name] for name in SCORE_COLUMNS if name in spelled][:1] * len(MODELS)
    if number is None or not scores:
        return None
    as_numbers = (
        pl.col(name).str.strip_chars().cast(pl.Float64, strict=False).alias(f"score_{model}")
        for model, name in zip(MODELS, scores, strict=True)
    )
    return frame.select(pl.col(number).str.strip_chars().alias("number"), *as_numbers).with_columns(
        pl.when(pl.col(f"score_{model}").is_finite()).then(pl.col(f"score_{model}")) for model in MODELS
    )


def _header(names: list[str]) -> str:
    """The columns of a file; where none looks like CMS's, the line may be data, which is not shown."""
    known = {*ID_COLUMNS, *SCORE_COLUMNS, *SCORE_COLUMNS_BY_MODEL, "SEX", "DOB", "AGE_LAST", "METAL", "CSR_INDICATOR"}
    if not any(name.strip().upper() in known for name in names):
        return "its first line is not a header that this program knows"
    shown = names[:_NAMES_SHOWN]
    more = len(names) - len(shown)
    return f"columns: {', '.join(shown)}" + (f" and {more} more" if more else "")

"""What made the numbers of a run: its row of the registry, in plain words."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hhs_hcc.terminal import is_small, member_cell
from hhs_hcc.warehouse import Row

_EDITIONS = {
    "diy_tables": "the published tables (diy_tables)",
    "cms_software": "CMS's own software, where it differs from the published tables (cms_software)",
}
_UNKNOWN_VALIDITY = {
    "carry_forward": "counted, as in the months before (carry_forward)",
    "strict": "not counted (strict)",
}
_AGE_BASIS = {
    "last_enrolled_day": "on the last covered day, CMS's rule (last_enrolled_day)",
    "december_31": "on 31 December of the benefit year (december_31)",
}


def provenance(run: Row) -> list[tuple[str, str]]:
    """The registry's row as terms and values, in the order of the question which is asked first.

    Args:
        run: A row of run_registry. Columns that an older database does not have are left out; one that is new is shown
            under its own name.
    """
    told = [(term, _value(run, column, words)) for column, (term, words) in _TERMS.items() if column in run]
    return told + [(column, _text(run[column])) for column in run if column not in _TERMS]


def _value(run: Row, column: str, words: Callable[[Any], str]) -> str:
    if column == "mean_score" and is_small(run.get("member_count")):
        return "hidden: few members"
    return _ABSENT.get(column, "none") if run[column] is None else words(run[column])


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


def _moment(value: datetime) -> str:
    # A time with a zone is told in UTC, as the others are.
    return f"{value.replace(tzinfo=None) - (value.utcoffset() or value - value):%Y-%m-%d %H:%M:%S} UTC"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


def _among(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda value: words.get(value, value)


def _listed(value: str) -> str:
    return ", ".join(json.loads(value)) or "none"


def _settings(value: str) -> str:
    """Names and values of a JSON object; what is null was not given."""
    settings = {name: setting for name, setting in json.loads(value).items() if setting is not None}
    return "; ".join(f"{name}: {_setting(setting)}" for name, setting in settings.items()) or "none"


def _setting(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _versions(value: str) -> str:
    return ", ".join(f"{tool} {version}" for tool, version in json.loads(value).items())


_ABSENT = {
    "paid_through": "no cut-off: all claims",
    "load_id": "none: the run read relations of its own",
    "git_branch": "unknown",
    "git_commit": "unknown",
}
# Each column of the registry: what it is called here, and how its value is told.
_TERMS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "run_id": ("Run", _text),
    "run_description": ("Description", _text),
    "analysis_type": ("Kind of run", _text),
    "status": ("Status", _text),
    "started_at": ("Started", _moment),
    "completed_at": ("Ended", _moment),
    "elapsed_seconds": ("Took", _seconds),
    "model_year": ("CMS tables of the model year", _text),
    "model_version": ("CMS's name of the model", _text),
    "edition": ("Rules read as in", _among(_EDITIONS)),
    "calculator": ("Scored by", _text),
    "is_provisional": ("Provisional", _yes),
    "provisional_tables": ("Tables that CMS had not published", _listed),
    "unknown_validity": ("Codes whose validity late in the year is unknown", _among(_UNKNOWN_VALIDITY)),
    "mce_edits": ("Medicare Code Editor conditions on age and sex applied", _yes),
    "age_basis": ("Age taken", _among(_AGE_BASIS)),
    "benefit_year": ("Data of the benefit year", _text),
    "paid_through": ("Claims paid up to", _text),
    "load_id": ("Newest delivery read", _text),
    "load_timestamp": ("That delivery was made", _moment),
    "member_count": ("Members scored", member_cell),
    "rejected_count": ("Members not scored", member_cell),
    "mean_score": ("Mean score of members", lambda score: f"{score:.4f}"),
    "input_fingerprint": ("Fingerprint of the data", _text),
    "cms_tables_hash": ("Hash of the CMS tables", _text),
    "output_hash": ("Hash of the scores", _text),
    "run_number": ("Number of the run", _text),
    "group_id": ("Group of runs", _text),
    "group_description": ("What the group is", _text),
    "trigger_source": ("Started by", _text),
    "blueprint_id": ("Plan that the run belongs to", _text),
    "spec_text": ("Settings given", _settings),
    "spec_hash": ("Hash of the settings given", _text),
    "resolved_vars": ("All settings in force", _settings),
    "selection": ("dbt's selection", _text),
    "target_name": ("dbt's target", _text),
    "git_branch": ("Git branch", _text),
    "git_commit": ("Git commit", _text),
    "git_is_dirty": ("Files differed from that commit", _yes),
    "git_commit_date": ("Commit made", _moment),
    "package_hash": ("Hash of the package's sources", _text),
    "tool_versions": ("Tools", _versions),
    "invocation_id": ("dbt's id of the command", _text),
    "run_timestamp": ("Started, as sortable text", _text),
    "error_summary": ("Errors", _text),
}

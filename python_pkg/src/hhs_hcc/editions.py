"""The choices a score is computed under: which reading of CMS's rules, and what to do with unpublished validity."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from hhs_hcc.errors import InputError

Choice = TypeVar("Choice", bound=StrEnum)


class RuleEdition(StrEnum):
    """Where CMS's published tables and CMS's Python software differ, one of the two is followed."""

    DIY_TABLES = "diy_tables"
    """The text of the tables: Medicare Code Editor ages are ages on the service date, and a boy of age 0 without a
    newborn HCC gets AGE1_MALE (Table 8, last rule)."""

    CMS_SOFTWARE = "cms_software"
    """The software: Medicare Code Editor ages are AGE_LAST, and no reassignment of the male infant term."""


class UnknownValidity(StrEnum):
    """What to do with a code whose October-December validity was carried forward because CMS has not published it."""

    CARRY_FORWARD = "carry_forward"
    STRICT = "strict"


@dataclass(frozen=True)
class ScoringChoices:
    """How the rules are read in one run.

    Attributes:
        edition: Tables or software.
        unknown_validity: Whether carried validity counts.
        mce_edits: Whether the Medicare Code Editor age and sex conditions of Table 3 apply.
        benefit_year: Calendar year of the data; None means the model year of the tables.
    """

    edition: RuleEdition = RuleEdition.DIY_TABLES
    unknown_validity: UnknownValidity = UnknownValidity.CARRY_FORWARD
    mce_edits: bool = True
    benefit_year: int | None = None

    @classmethod
    def of(cls, edition: str, unknown_validity: str, *, mce_edits: bool, benefit_year: int | None) -> "ScoringChoices":
        """Choices from their names.

        Raises:
            InputError: If a name is not one of those that exist.
        """
        return cls(_member(RuleEdition, edition), _member(UnknownValidity, unknown_validity), mce_edits, benefit_year)


def _member(kind: type[Choice], name: str) -> Choice:
    try:
        return kind(name)
    except ValueError:
        raise InputError(f"{name!r} is not one of {', '.join(kind)} ({kind.__name__}).") from None

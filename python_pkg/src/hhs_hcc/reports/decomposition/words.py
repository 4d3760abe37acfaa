"""The words of a decomposition: metrics, methods, populations and drivers as people say them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hhs_hcc.reports.figure import Kind

MINUS = "\N{MINUS SIGN}"

# (name, in a few words, in sentences)
METHODS = {
    "sequential": (
        "Sequential",
        "one driver after the other",
        "Each driver is measured from the one before it, so that together they lead from the baseline to the actual. "
        "Another order could give other impacts.",
    ),
    "marginal": (
        "Marginal",
        "each driver alone",
        "Each driver is measured alone, from the baseline. What they do together, beyond the sum of what each does "
        "alone, is the interaction.",
    ),
    "shapley": (
        "Shapley",
        "the mean over all orders",
        "Each driver's impact is the mean over all orders in which the drivers can follow each other. Nothing is left "
        "over, and no order is preferred.",
    ),
}

POPULATIONS = {
    "intersection": "members whom both runs score",
    "baseline_population": "members of the baseline; those whom the actual does not score count as zero there",
    "scenario_population": "members of the actual; those whom the baseline did not score count as zero there",
}

# Of drivers that the specification does not name. Their stored descriptions name scenarios, which are code.
DRIVERS = {
    "Lost members": "Members of the baseline whom the actual does not score.",
    "New members": "Members of the actual whom the baseline did not score.",
}
LEFT_OVER = {
    "sequential": "What the drivers leave: from the last of them to the actual.",
    "marginal": "What the drivers do together, beyond the sum of what each does alone.",
}

PARTS = {"medical": "medical", "rx": "drugs"}

# Of the score bridge: (short name, what it holds).
BRIDGE = {
    "coefficient_change": ("Coefficients", "CMS pays other coefficients, or has a term in one of the two years only."),
    "csr_factor_change": ("Cost-sharing factors", "CMS's factor for the same plan variant and metal level differs."),
    "demographics": ("Age and sex", "Age and sex, moves between the adult, child and infant models."),
    "hcc_incidence": ("HCCs gained or lost", "A condition was reported in one of the two runs only."),
    "hcc_severity": ("HCC severity", "A condition gave way to a more or less severe one of its family."),
    "rxc": ("Drugs", "Drug categories, and cost factors of drugs."),
    "interactions_and_counts": ("Interactions and counts", "Conditions and drugs together, and numbers of conditions."),
    "duration": ("Months of enrollment", "Terms for members enrolled for part of the year."),
    "metal_csr_mix": ("Plan changes", "Other plans, or other shares of the year in them."),
    "member_month_mix": ("Weight of members", "Members who were covered for more or fewer months than before."),
    "rounding": ("Rounding", "Shares of members of several plans are stored to five places."),
    "lost_members": ("Lost members", DRIVERS["Lost members"]),
    "new_members": ("New members", DRIVERS["New members"]),
}


@dataclass(frozen=True)
class Metric:
    """A measure of risk, and how its numbers are written.

    Attributes:
        short: On a card.
        name: In a sentence, after "the".
        meaning: How it weighs members.
        decimals: How many are shown.
        unit: Stands before a number.
    """

    short: str
    name: str
    meaning: str
    decimals: int = 3
    unit: str = ""

    @property
    def title(self) -> str:
        """The name as a heading."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def kind(self) -> Kind:
        """How a table writes its values."""
        return Kind.DOLLARS if self.unit else Kind.SCORE

    @property
    def change_kind(self) -> Kind:
        """How a table writes its changes."""
        return Kind.DOLLARS if self.unit else Kind.CHANGE

    def value(self, number: Decimal | float, decimals: int | None = None) -> str:
        """A value in a sentence: 1.156."""
        places = self.decimals if decimals is None else decimals
        return f"{MINUS if number < 0 else ''}{self.unit}{abs(number):,.{places}f}"

    def change(self, number: Decimal | float, decimals: int | None = None) -> str:
        """A change with its sign: +0.012; a change too small to be seen has none: 0.000."""
        digits = f"{abs(number):,.{self.decimals if decimals is None else decimals}f}"
        if not digits.strip("0.,"):
            return f"{self.unit}{digits}"
        return f"{MINUS if number < 0 else '+'}{self.unit}{digits}"


def metric_of(header: dict[str, Any]) -> Metric:
    """The metric of a decomposition.

    Args:
        header: Its row of main_analytics.decomposition.
    """
    if header["metric"] == "dollars":
        rate = header["dollars_per_point_pmpm"].normalize()
        meaning = f"risk score times member months, at ${rate:,f} per point and member month"
        return Metric("Dollars", "risk in dollars", meaning, decimals=0, unit="$")
    return {
        "mean": Metric("Mean score", "mean risk score", "every member counts once"),
        "member_month_mean": Metric(
            "PLRS", "plan liability risk score (PLRS)", "members weighted by their months of coverage"
        ),
        "sum": Metric("Sum of scores", "sum of risk scores", "risk scores of all members added up", decimals=1),
    }[header["metric"]]

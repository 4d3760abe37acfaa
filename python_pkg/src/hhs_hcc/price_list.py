"""What a finding is worth: every line that a component of a model year can be."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hhs_hcc.errors import TableError
from hhs_hcc.rules import COMPONENT_TYPE, MODEL, ModelRules, YearRules
from hhs_hcc.tables import METAL_LEVELS


@dataclass(frozen=True)
class PriceList:
    """The lines of a model year: variables, and HCCs that count through another variable, by sub-model.

    A component is a line and a plan segment; 16 bits tell the line.

    Attributes:
        lines: One row per line: model, variable, component_type, counted_in.
        component_type: Per line its position in `COMPONENT_TYPES`.
        coefficients: Shape (lines, metal levels), in thousandths; zero for an HCC that counts through another variable.
        first: Sub-model to its first line: that of its first variable, which the other variables follow in their order.
    """

    lines: pl.DataFrame
    component_type: npt.NDArray[np.uint8]
    coefficients: npt.NDArray[np.int32]
    first: dict[str, int]

    @classmethod
    def of(cls, rules: YearRules) -> "PriceList":
        """The lines of all sub-models.

        Raises:
            TableError: If a coefficient is too large for the 32 bits in which contributions are kept.
        """
        parts, coefficients, first = [], [], {}
        count = 0
        for name, model in rules.models.items():
            through = through_others(model)
            part = pl.DataFrame(
                {
                    "variable": [*model.variables, *(hcc for hcc, _ in through)],
                    "component_type": [*model.component_types, *("hcc" for _ in through)],
                    "counted_in": [*(None for _ in model.variables), *(other for _, other in through)],
                },
                schema={
                    "variable": rules.variable_type,
                    "component_type": COMPONENT_TYPE,
                    "counted_in": rules.variable_type,
                },
            )
            parts.append(part.select(pl.lit(name, dtype=MODEL).alias("model"), pl.all()))
            coefficients += [model.coefficients, np.zeros((len(through), len(METAL_LEVELS)), dtype=np.int32)]
            first[name] = count
            count += part.height
        lines = pl.concat(parts)
        prices = np.vstack(coefficients)
        if int(np.abs(prices).max()) * max(rules.csr_factors.values()) > np.iinfo(np.int32).max:
            raise TableError(
                f"A coefficient of {rules.model_year} is in the ten thousands: no score of CMS comes near it. "
                "Check the CMS table coefficient against seeds/cms/README.md."
            )
        return cls(lines, lines["component_type"].to_physical().to_numpy(), prices, first)

    def coefficient(self, line: npt.NDArray[np.integer], metal: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
        """The coefficient of each line at each metal level, element by element, in thousandths."""
        cell = line.astype(np.intp) * self.coefficients.shape[1] + metal
        found: npt.NDArray[np.int32] = self.coefficients.reshape(-1)[cell]
        return found


def through_others(model: ModelRules) -> list[tuple[str, str]]:
    """The HCCs of a sub-model that have no coefficient of their own, each with a variable through which it counts.

    In the infant model every HCC counts through one of the terms for maturity and severity: all pairs, by HCC. Else a
    grouped HCC counts through its group.
    """
    if model.maturity:
        return [(hcc, term.variable) for hcc in model.hccs for term in model.interactions]
    return list(model.group_of.items())

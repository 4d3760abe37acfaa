"""The boolean matrix on which CMS's rules work: one row per variable, one column per member."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from hhs_hcc.errors import UnknownVariableError

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FlagMatrix:
    """Named boolean rows over a chunk of members.

    Attributes:
        names: Row names in CMS spelling; one per row of `rows`.
        rows: Shape (variables, members); True where the variable is on for the member.
    """

    names: tuple[str, ...]
    rows: BoolArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "_position", {name: row for row, name in enumerate(self.names)})

    @classmethod
    def empty(cls, names: Sequence[str], members: int) -> Self:
        """All off."""
        return cls(tuple(names), np.zeros((len(names), members), dtype=np.bool_))

    @property
    def members(self) -> int:
        """Number of columns."""
        return int(self.rows.shape[1])

    def position(self, name: str) -> int:
        """Row number of a variable.

        Raises:
            UnknownVariableError: If there is no such row.
        """
        positions: dict[str, int] = self.__dict__["_position"]
        try:
            return positions[name]
        except KeyError:
            raise UnknownVariableError(
                f"A rule names {name}, which this model year does not define. Check the CMS tables against "
                "seeds/cms/README.md."
            ) from None

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__["_position"]

    def __getitem__(self, name: str) -> BoolArray:
        row: BoolArray = self.rows[self.position(name)]
        return row

    def __setitem__(self, name: str, value: BoolArray) -> None:
        self.rows[self.position(name)] = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlagMatrix):
            return NotImplemented
        return self.names == other.names and np.array_equal(self.rows, other.rows)

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> Self:
        """A matrix of its own with the same rows."""
        return type(self)(self.names, self.rows.copy())

    def select(self, names: Sequence[str]) -> Self:
        """A copy of some rows, in the order asked for."""
        return type(self)(tuple(names), self.rows[[self.position(name) for name in names]])

    def stack(self, *others: "FlagMatrix") -> "FlagMatrix":
        """These rows and those of the others, for the same members."""
        matrices = (self, *others)
        names = tuple(name for matrix in matrices for name in matrix.names)
        return FlagMatrix(names, np.concatenate([matrix.rows for matrix in matrices], axis=0))

    def where(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """Row and column of every flag that is on, by row."""
        # Several times as fast as np.nonzero of two dimensions; dividing unsigned integers is a multiplication.
        on = np.flatnonzero(self.rows).astype(np.uint32)
        row = on // np.uint32(max(self.members, 1))
        return row, on - row * np.uint32(self.members)

    def any(self, names: Iterable[str]) -> BoolArray:
        """Per member: is at least one of these variables on?"""
        result = np.zeros(self.members, dtype=np.bool_)
        for name in names:
            result |= self[name]
        return result

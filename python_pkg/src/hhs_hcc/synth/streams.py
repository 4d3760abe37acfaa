"""Random numbers that depend only on a seed, a purpose and keys, never on the order in which they are drawn.

A member's sex or diabetes is a function of (seed, purpose, person); a visit count also of the year. So the same seed
makes the same people in every year, and the bytes do not depend on how many members share a block.
"""

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_MANTISSA_BITS = 53


def _splitmix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The output function of SplitMix64 (Steele, Lea, Flood 2014); overflow wraps, as intended."""
    mixed = state + _GOLDEN_GAMMA
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


class Streams:
    """Draws for one seed. Every method takes a purpose and one or more key arrays of equal length."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, purpose: str, *keys: IntArray) -> npt.NDArray[np.uint64]:
        """64 random bits per row of the keys."""
        digest = blake2b(f"{self._seed}:{purpose}".encode(), digest_size=8).digest()
        state = np.full(len(keys[0]), int.from_bytes(digest, "little"), dtype=np.uint64)
        for key in keys:
            state = _splitmix(state ^ _splitmix(key.astype(np.uint64)))
        return state

    def uniform(self, purpose: str, *keys: IntArray) -> FloatArray:
        """Numbers in [0, 1)."""
        high_bits = self.bits(purpose, *keys) >> np.uint64(64 - _MANTISSA_BITS)
        return high_bits.astype(np.float64) * 2.0**-_MANTISSA_BITS

    def integers(self, purpose: str, bound: int | IntArray, *keys: IntArray) -> IntArray:
        """Whole numbers in [0, bound)."""
        return np.floor(self.uniform(purpose, *keys) * bound).astype(np.int64)

    def chance(self, purpose: str, probability: float | FloatArray, *keys: IntArray) -> BoolArray:
        """True with the probability given."""
        return self.uniform(purpose, *keys) < probability

    def choice(self, purpose: str, weights: npt.ArrayLike, *keys: IntArray) -> IntArray:
        """Positions in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges / edges[-1], self.uniform(purpose, *keys), side="right")

    def normal(self, purpose: str, *keys: IntArray) -> FloatArray:
        """Standard normal numbers (Box-Muller)."""
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(f"{purpose}/radius", *keys)))
        turn: FloatArray = radius * np.cos(2.0 * np.pi * self.uniform(f"{purpose}/angle", *keys))
        return turn

    def poisson(self, purpose: str, mean: float | FloatArray, *keys: IntArray, most: int = 30) -> IntArray:
        """Counts with the mean given (one per row, or one for all), cut at `most`."""
        left = self.uniform(purpose, *keys)
        term = np.exp(-np.broadcast_to(np.asarray(mean, dtype=np.float64), left.shape))
        count = np.zeros(left.shape, dtype=np.int64)
        reached = term.copy()
        for step in range(1, most + 1):
            above = left >= reached
            if not above.any():
                break
            count += above
            term = term * mean / step
            reached = reached + term
        return count

    def latest_event(self, purpose: str, rate: float, key: IntArray, first: IntArray, year: int) -> IntArray:
        """The last year in (first, year] in which a yearly event with this rate struck, or `first` if none did."""
        latest = first.copy()
        for candidate in range(int(first.min()) + 1, year + 1):
            struck = self.chance(purpose, rate, key, np.full_like(key, candidate)) & (candidate > first)
            latest[struck] = candidate
        return latest

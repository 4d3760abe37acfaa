"""HHS-HCC risk scores, exactly as CMS computes them.

Pure functions: frames in, frames out. Only `ReferenceTables.from_directory` and the command line read files.
"""

from hhs_hcc.editions import RuleEdition, UnknownValidity
from hhs_hcc.errors import HhsHccError
from hhs_hcc.scoring import ScoreResult, score
from hhs_hcc.tables import ReferenceTables

__all__ = ["HhsHccError", "ReferenceTables", "RuleEdition", "ScoreResult", "UnknownValidity", "score"]

"""Run scenario files and replay old runs: the Python side of `hhs-hcc run` and `hhs-hcc replay`.

    from hhs_hcc.launcher import replay_run, run_scenario

    outcome = run_scenario(Path("scenarios/decomposition/yoy_2024_2025.yml"))
    for driver in outcome.results.drivers:
        print(driver.name, driver.impact)

It drives dbt in this process and needs the extra hhs-hcc[dbt]. docs/how_to/scenarios.md tells the rest.
"""

from hhs_hcc.launcher.launch import ScenarioOutcome, ScoringRun, run_scenario
from hhs_hcc.launcher.project import ProjectError
from hhs_hcc.launcher.registry import LaunchError, RegisteredRun
from hhs_hcc.launcher.replay import Difference, ReplayError, ReplayOutcome, replay_run
from hhs_hcc.launcher.results import ComparisonResults, DecompositionResults, Driver
from hhs_hcc.launcher.scenario import ScenarioError

__all__ = [
    "ComparisonResults",
    "DecompositionResults",
    "Difference",
    "Driver",
    "LaunchError",
    "ProjectError",
    "RegisteredRun",
    "ReplayError",
    "ReplayOutcome",
    "ScenarioError",
    "ScenarioOutcome",
    "ScoringRun",
    "replay_run",
    "run_scenario",
]

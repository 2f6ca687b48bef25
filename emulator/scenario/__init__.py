"""Scenarios: a folder that is a lesson on the page, a program in the CLI and a test, from the same files.

`load` reads one from the bytes of its files; `query` says what must be true of a run, as data.
"""

from emulator.scenario.folder import ScenarioError, load
from emulator.scenario.form import Scenario

__all__ = ["Scenario", "ScenarioError", "load"]

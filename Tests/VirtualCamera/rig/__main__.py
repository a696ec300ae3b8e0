# SPDX-License-Identifier: Apache-2.0
"""python3 -m rig JOB: inside the virtual machine, in the job's folder."""
import importlib
import pkgutil
import sys
from pathlib import Path

import scenarios

from .checks import SCENARIOS, run_scenarios
from .rig import Rig
from .settings import Settings


def main():
    for module in pkgutil.iter_modules(scenarios.__path__):
        importlib.import_module(f"scenarios.{module.name}")
    job = sys.argv[1] if len(sys.argv) == 2 else ""
    if job == "--list":
        print("\n".join(SCENARIOS))
        return 0
    if job not in SCENARIOS:
        print(f"usage: python3 -m rig --list | {' | '.join(SCENARIOS)}", file=sys.stderr)
        return 64
    folder = Path.cwd()
    settings = Settings.read(folder)
    with open(folder / "results", "w", encoding="utf-8") as results:
        return 0 if run_scenarios(job, lambda: Rig(settings), results) else 1


sys.exit(main())

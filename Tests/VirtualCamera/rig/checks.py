# SPDX-License-Identifier: Apache-2.0
"""Scenarios, and how they are run and reported."""
import time
import traceback

SCENARIOS = {}  # job -> [(title, function)]


class CheckFailed(Exception):
    """A scenario's expectation did not hold."""


def scenario(job, title):
    """Registers a function of a Rig as one check of a job. What it returns is noted in the table."""
    def register(function):
        SCENARIOS.setdefault(job, []).append((title, function))
        return function
    return register


def check(condition, message):
    if not condition:
        raise CheckFailed(message)


def wait_until(condition, within, what):
    """Polls until condition() is true, and returns what it returned."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, f"{what}: not within {within} s")
        time.sleep(0.02)


def run_scenarios(job, make_rig, results):
    """Runs a job's scenarios, each with a rig of its own, and writes one line of tab-separated
    result, seconds, title and note for each. Returns whether all passed."""
    passed = True
    for title, function in SCENARIOS[job]:
        started = time.monotonic()
        result, note = "passed", ""
        try:
            with make_rig() as rig:
                try:
                    note = function(rig) or ""
                except Exception:
                    rig.describe_state()
                    raise
        except CheckFailed as failure:
            result, note = "FAILED", str(failure)
        except Exception:  # a defect of the rig must not hide the scenarios that follow
            traceback.print_exc()
            result, note = "FAILED", traceback.format_exc(limit=0).strip()
        seconds = time.monotonic() - started
        print(f"{result} {seconds:5.1f} s  {title}{': ' if note else ''}{note}", flush=True)
        passed = passed and result == "passed"
        results.write("\t".join([result, f"{seconds:.1f}", title, " ".join(note.split())]) + "\n")
        results.flush()
    return passed

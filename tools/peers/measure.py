# SPDX-License-Identifier: Apache-2.0
"""One process of one engine, pinned, with what it took."""
import json
import subprocess
import tempfile
from pathlib import Path


class Launcher:
    def __init__(self, workspace, cores, is_realtime):
        self.program = str(workspace.cache / "native" / "launch")
        self.cores = cores
        self.priority = "realtime" if is_realtime else "normal"

    def round_trip(self):
        """Nanoseconds from the first core to the second and back; None where there is one."""
        if len(self.cores) < 2:
            return None
        result = subprocess.run(
            [self.program, "/dev/null", ",".join(map(str, self.cores[:2])), self.priority, "",
             str(Path(self.program).with_name("distance"))], capture_output=True, text=True)
        return float(result.stdout) if result.returncode == 0 else None

    def run(self, engine, command, threads, mark=""):
        """Runs a command on as many cores as it has threads: its output and launch.c's report."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            pinned = ",".join(map(str, self.cores[:threads]))
            result = subprocess.run(
                [self.program, str(report), pinned, self.priority, mark] + command,
                capture_output=True, text=True, env=engine.environment())
            if result.returncode:
                raise RuntimeError(f"this command failed ({result.returncode}):\n"
                                   f"  {' '.join(command)}\n{result.stderr[-2000:]}")
            return result.stdout, json.loads(report.read_text())

    def time(self, engine, model, threads, iterations):
        """Milliseconds of a frame: min, median, p99; the process's peak memory."""
        command = engine.timing_command(model, threads, iterations)
        output, report = self.run(engine, command, threads)
        times = json.loads(output)["milliseconds"]
        return {**times, "peakKilobytes": report["peakKilobytes"]}

    def start(self, engine, model, picture):
        """From exec to the first label on a pipe, on one core."""
        command = engine.start_command(model, picture)
        output, report = self.run(engine, command, 1, engine.label_mark)
        if report["markMilliseconds"] < 0:
            raise RuntimeError(f"no label came from:\n  {' '.join(command)}\n{output[-2000:]}")
        return {"firstLabelMilliseconds": report["markMilliseconds"],
                "peakKilobytes": report["peakKilobytes"]}

# SPDX-License-Identifier: Apache-2.0
"""Swiftlet: its own quantizer with its own defaults, on the same pictures."""
import hashlib
import json
import os
import subprocess

from engine import Engine, calibration_limit, finish

CLASSES = 1000
# Random weights have no accuracy to keep, and large networks take long to search for it.
PLAIN = ["--method", "minmax", "--activations", "u7", "--no-refinement", "--no-bias-correction",
         "--no-balance"]


class Swiftlet(Engine):
    def __init__(self, workspace, name, isa=None):
        super().__init__(workspace)
        self.name = name
        self.isa = ["--isa", isa] if isa else []
        self.variables = {"SWIFTLET_ISA": isa} if isa else {}
        self.label_mark = '"event":"result"' if workspace.runner else ""
        self.note = "swiftlet quantize" + (f"; held to {isa}" if isa else "")

    def prepare(self, network, pictures):
        folder = self.workspace.models(network, pictures)
        path, pending = folder / "swiftlet.swiftlet", folder / "pending.swiftlet"
        if path.exists():
            return path
        labels = folder / "labels.txt"
        labels.write_text("".join(f"{index}\n" for index in range(CLASSES)))
        command = [
            str(self.workspace.swiftlet), "quantize", str(network.path), "--calibration",
            str(pictures.folder / "calibration"), "--labels", str(labels), "--preprocessing",
            network.preprocessing, "--resize", "224", "--pictures",
            str(calibration_limit(network)), "--output", str(pending), "--json"]
        command += PLAIN if network.is_random else []
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr[-2000:]}")
        return finish(pending, path)

    def version(self):
        version = subprocess.run(
            [str(self.workspace.swiftlet), "--version"], capture_output=True, text=True)
        digest = hashlib.sha256(self.workspace.swiftlet.read_bytes()).hexdigest()
        return f"{version.stdout.strip()} (program {digest[:8]})"

    def timing_command(self, model, threads, iterations):
        return [str(self.workspace.swiftlet), "benchmark", str(model), "--json", "--threads",
                str(threads), "--iterations", str(iterations)] + self.isa

    def start_command(self, model, picture):
        """The board's runner where there is one. Both decode and resize a picture, no peer does."""
        if self.workspace.runner:
            return [str(self.workspace.runner), str(model), "--file", str(picture), "--top", "1"]
        return [str(self.workspace.swiftlet), "classify", str(picture), "--model", str(model),
                "--top", "1"] + self.isa

    def labels(self, network, model, pictures):
        command = [str(self.workspace.swiftlet), "classify",
                   str(pictures.folder / "evaluation"), "--model", str(model), "--top", "1",
                   "--json"] + self.isa
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr[-2000:]}")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        # The order of files is the program's affair, not ours.
        lines.sort(key=lambda line: os.path.basename(line["path"]))
        return [line["predictions"][0]["class"] for line in lines]

    def runtime_files(self):
        return [self.workspace.runner or self.workspace.swiftlet]

    def instruction_sets(self, network, model):
        command = self.timing_command(model, 1, 1)
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        report = json.loads(result.stdout)
        counts = {}
        for layer in report["layers"]:
            if layer["multiplyAccumulates"]:
                counts[layer["kernel"]] = counts.get(layer["kernel"], 0) + 1
        kernels = ", ".join(f"{name} x{count}" for name, count in counts.items())
        return f"{report['instructionSet']}: {kernels}"

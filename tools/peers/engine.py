# SPDX-License-Identifier: Apache-2.0
"""What the harness asks of an engine. One file a kind of engine; `engines.py` lists all."""
import importlib.metadata
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# Enough for all tools that calibrate; random weights have no accuracy to keep.
CALIBRATION_PICTURES = 100
CALIBRATION_PICTURES_RANDOM = 8


@dataclass
class Workspace:
    """Where things lie, and how the harness was called."""
    root: Path
    cache: Path
    swiftlet: Path
    converter: Path
    runner: Path | None = None
    tflite: dict = field(default_factory=dict)

    def models(self, network, pictures):
        name = f"{network.name}-{network.digest[:8]}-{pictures.digest[:6]}"
        folder = self.cache / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Engine:
    """One way to run a network: an engine, its quantization and its settings."""
    name: str
    # What distinguishes this one, for the table's legend.
    note: str
    # The package on PyPI.
    package: str
    # The program in tools/peers/native that drives it.
    driver: str
    # More variables of the environment of its processes.
    variables: dict = {}
    # What the output of the start command holds once there is a label.
    label_mark = ""

    def __init__(self, workspace):
        self.workspace = workspace

    def prepare(self, network, pictures):
        """The path of this engine's model of `network`; makes it where it is missing."""
        raise NotImplementedError

    def version(self):
        return importlib.metadata.version(self.package)

    def _driver(self, model, threads):
        return [str(self.workspace.cache / "native" / self.driver), str(model), str(threads)]

    def timing_command(self, model, threads, iterations):
        return self._driver(model, threads) + ["time", str(iterations)]

    def start_command(self, model, picture):
        """A process that prints one label as soon as it can. `picture` is a JPEG file."""
        return self._driver(model, 1) + ["start"]

    def encoded(self, network, model, pictures):
        """The bytes of the network's input for a batch of RGB bytes NHWC."""
        return network.normalized(pictures).tobytes()

    def labels(self, network, model, pictures):
        """The index of the greatest score for each picture of the evaluation part."""
        frames = self.encoded(network, model, pictures.bytes("evaluation"))
        command = self._driver(model, 1) + ["labels"]
        result = subprocess.run(
            command, input=frames, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment())
        if result.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr.decode()[-2000:]}")
        return [int(line) for line in result.stdout.split()]

    def environment(self):
        return {**os.environ, **self.variables}

    def model_files(self, model):
        return [Path(model)]

    def runtime_files(self):
        """The libraries that an installation needs to run a model on the CPU."""
        raise NotImplementedError

    def instruction_sets(self, network, model):
        """What the engine says about the kernels that it chose, or None where it says nothing."""
        return None


def package_folder(name):
    """Where an installed package lies."""
    return Path(importlib.util.find_spec(name).origin).parent


def calibration_limit(network):
    return CALIBRATION_PICTURES_RANDOM if network.is_random else CALIBRATION_PICTURES


def calibration(network, pictures):
    """Float32 inputs, NCHW of one picture each."""
    batch = pictures.bytes("calibration")[:calibration_limit(network)]
    return [network.normalized(batch[index:index + 1]) for index in range(len(batch))]


def finish(pending, path):
    """Puts a file that is complete in its place."""
    os.replace(pending, path)
    return path

# SPDX-License-Identifier: Apache-2.0
"""What scripts/test-camera tells a job: the file settings.json in the job's folder."""
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    folder: Path  # the job's own: the only place to write to
    swiftlet: Path
    model: Path
    webcam: Path
    machine: Path
    frames: Path
    kernel: Path  # holds vivid's modules
    photographs: list  # names, in the webcam's order
    labels: dict  # photograph -> the labels that its frames may get

    @classmethod
    def read(cls, folder):
        values = json.loads((folder / "settings.json").read_text())
        paths = ("swiftlet", "model", "webcam", "machine", "frames", "kernel")
        return cls(folder=folder, photographs=values["photographs"], labels=values["labels"],
                   **{name: Path(values[name]) for name in paths})

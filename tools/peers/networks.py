# SPDX-License-Identifier: Apache-2.0
"""The float networks that all engines get, and how a picture becomes their input."""
import hashlib
from dataclasses import dataclass
from pathlib import Path

# Mean and deviation of byte values 0...255, as `swiftlet quantize --preprocessing` knows them.
PREPROCESSING = {
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    "efficientnet-lite": ((127.0, 127.0, 127.0), (128.0, 128.0, 128.0)),
}
# Made here with random weights: good for speed, not for answers.
RANDOM = ("resnet-18", "resnet-50")


@dataclass
class Network:
    name: str
    path: Path
    preprocessing: str
    is_random: bool = False

    @property
    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def normalized(self, pictures):
        """Float32 NCHW of a batch of RGB bytes NHWC."""
        import numpy as np

        mean, deviation = (np.array(part, np.float32) for part in PREPROCESSING[self.preprocessing])
        return np.ascontiguousarray(
            ((pictures.astype(np.float32) - mean) / deviation).transpose(0, 3, 1, 2))


def parse(text, cache):
    """A network from NAME=FILE, NAME=FILE:PREPROCESSING or the name of a random one.

    Raises ValueError, which says what is wrong with `text`.
    """
    if text in RANDOM:
        import resnet

        path = cache / f"{text}-random.onnx"
        if not path.exists():
            resnet.write(path, int(text.split("-")[1]))
        return Network(text, path, "imagenet", is_random=True)
    name, _, rest = text.partition("=")
    path, _, preprocessing = rest.partition(":")
    preprocessing = preprocessing or "imagenet"
    if not name or not path:
        raise ValueError(f"{text} is neither NAME=FILE[:PREPROCESSING] nor one of"
                         f" {', '.join(RANDOM)}")
    if preprocessing not in PREPROCESSING:
        raise ValueError(f"{preprocessing} is none of {', '.join(PREPROCESSING)}")
    if not Path(path).is_file():
        raise ValueError(f"there is no file {path}")
    return Network(name, Path(path).resolve(), preprocessing)

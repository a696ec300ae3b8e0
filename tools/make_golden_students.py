#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/students.txt: scores that ONNX Runtime gives for real students on photographs.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 onnxruntime==1.32.0 pillow==13.0.0
    .venv/bin/python tools/make_golden_students.py ../shared/data Tests/Golden/students.txt

The data folder holds models/ and imagenet-sample/. A picture is resized and cropped as the model
file's rule 1 says. The file begins with the versions of the tools as comments; then one line a
result:
    model picture sha256 largest class score class score...
sha256 is that of the 224 x 224 x 3 bytes that were cropped; largest is the largest magnitude of all
scores; the classes are the ten best, then every hundredth.
"""
import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import PIL
from PIL import Image

SIDE, RESIZE = 224, 256
IMAGENET = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
MODELS = {"efficientnet-lite0": ([127] * 3, [128] * 3), "mobilenet-v2": IMAGENET}
PICTURES = ["0007_cock.jpg", "0472_canoe.jpg", "0828_strainer.jpg"]


def crop(path):
    picture = Image.open(path).convert("RGB")
    width, height = picture.size
    short = min(width, height)
    scaled = (width * RESIZE // short, height * RESIZE // short)
    left, top = (round((side - SIDE) / 2) for side in scaled)
    picture = picture.resize(scaled, Image.BILINEAR)
    return np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)))


def main(data, output):
    lines = [
        f"# onnxruntime {onnxruntime.__version__}, numpy {np.__version__}, Pillow {PIL.__version__}"]
    options = onnxruntime.SessionOptions()
    # As the file says it, without fused operations.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    for model, (mean, deviation) in MODELS.items():
        session = onnxruntime.InferenceSession(
            data / "models" / f"{model}.onnx", options, providers=["CPUExecutionProvider"])
        for name in PICTURES:
            pixels = crop(data / "imagenet-sample" / name)
            real = ((pixels - np.array(mean)) / np.array(deviation)).astype(np.float32)
            feed = {session.get_inputs()[0].name: real.transpose(2, 0, 1)[None]}
            scores = session.run(None, feed)[0].ravel()
            classes = [*np.argsort(-scores, kind="stable")[:10], *range(0, len(scores), 100)]
            lines.append(
                f"{model} {name} {hashlib.sha256(pixels.tobytes()).hexdigest()} "
                f"{np.abs(scores).max():.9g} "
                + " ".join(f"{index} {scores[index]:.9g}" for index in classes))
    output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

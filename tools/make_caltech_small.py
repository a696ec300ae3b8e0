#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes models/caltech-small.swiftlet: the first blocks of EfficientNet-Lite0, distilled from CLIP.

    pip install onnx
    swift build -c release --product swiftlet-train && swift build -c release --product swiftlet
    tools/make_caltech_small.py --data clip-pairs/ --bank clip-vit-b32.safetensors \\
        --student efficientnet-lite0.onnx --work small/

--data holds caltech101/<class>/*.jpg, --bank the embeddings of these pictures and of the class texts,
--student what tools/export_student.py makes. Of each class every fifth picture, by name, is held out
for the accuracy that is printed at the end; neither training nor calibration sees it. The model is
--work/caltech-small.swiftlet.
"""
import argparse
import shutil
import subprocess
import sys
from pathlib import Path

CLASSES = ["airplane", "butterfly", "cup", "grand_piano", "laptop", "leopard", "motorbike", "sunflower",
           "umbrella", "watch"]
# The class texts have other names for these; `swiftlet evaluate` goes by them.
TEXTS = {"grand_piano": "piano", "motorbike": "motorcycle"}
TOOLS = Path(__file__).resolve().parent
BUILD = TOOLS.parent / ".build" / "release"


def run(*words):
    print("+", *words, flush=True)
    result = subprocess.run([str(word) for word in words])
    if result.returncode != 0:
        sys.exit(f"make_caltech_small: {words[0]} failed; its message is above")


def divide(data, work):
    """Copies the pictures to work/train and work/test."""
    for name in CLASSES:
        pictures = sorted((data / "caltech101" / name).glob("*.jpg"))
        if not pictures:
            sys.exit(f"make_caltech_small: {data}/caltech101/{name} has no pictures; see --help")
        for index, picture in enumerate(pictures):
            is_test = index % 5 == 4
            folder = work / "test" / TEXTS.get(name, name) if is_test \
                else work / "train" / "caltech101" / name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, folder)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "bank", "student", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    paths = parser.parse_args()
    work = paths.work
    shutil.rmtree(work / "train", ignore_errors=True)
    shutil.rmtree(work / "test", ignore_errors=True)
    divide(paths.data, work)
    run(sys.executable, TOOLS / "cut_student.py", paths.student, "--blocks", 7, "--size", 96,
        "--output", work / "cut.onnx")
    run(BUILD / "swiftlet-train", "run", "--bank", paths.bank, "--data", work / "train",
        "--source", "caltech101", "--student", work / "cut.onnx",
        "--preprocessing", "efficientnet-lite", "--batch", 32, "--views", 3,
        "--align-steps", 1500, "--distill-steps", 2500, "--projection-rate", "1e-3",
        "--backbone-rate", "5e-4", "--schedule", "cosine", "--evaluation-steps", 100,
        "--output", work / "run", "--no-quantize", "--restart")
    model = work / "caltech-small.swiftlet"
    run(BUILD / "swiftlet", "quantize", work / "run" / "student.onnx",
        "--calibration", work / "train", "--pictures", 200, "--name", "Caltech-101 small, VL2V-ADiP",
        "--licence", "weights Apache-2.0; card in models/README.md", "--output", model)
    run(BUILD / "swiftlet", "evaluate", model, work / "test",
        "--float", work / "run" / "student.onnx")


if __name__ == "__main__":
    main()

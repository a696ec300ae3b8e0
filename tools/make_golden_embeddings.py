#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/embeddings: small ONNX students that end in an embedding of unit norm, as
PyTorch's exporter and others write it, what ONNX Runtime computes with them, and an embedding bank.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 \\
      torch==2.15.0 safetensors==0.8.0
    .venv/bin/python tools/make_golden_embeddings.py Tests/Golden/embeddings

expected.txt has one line a file: name, then the unit embedding of the input `noise`, NHWC 6x5x3;
bank.txt one line a class: name, then its text embedding, from the float16 numbers of the bank in
binary64. versions.txt records the tools.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import safetensors
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

WIDTH = 8
CLASSES = ["cat", "dog", "big bird", "cow", "no such thing"]


class Student(torch.nn.Module):
    """Two layers and a tail that brings the embedding to unit norm."""

    def __init__(self, tail):
        super().__init__()
        torch.manual_seed(3)
        self.first = torch.nn.Conv2d(3, 16, 3, padding=1)
        self.projection = torch.nn.Linear(16, WIDTH)
        self.tail = tail

    def forward(self, x):
        x = torch.nn.functional.adaptive_avg_pool2d(torch.relu(self.first(x)), 1).flatten(1)
        return self.tail(self.projection(x))


TAILS = {
    "torch_normalize": lambda x: torch.nn.functional.normalize(x, dim=-1),
    "torch_norm": lambda x: x / x.norm(dim=-1, keepdim=True),
    "torch_sum": lambda x: x / x.square().sum(1, keepdim=True).sqrt().clamp_min(1e-6),
    "torch_plain": lambda x: x,
}


def noise(count, state=1):
    """Numbers in -2...2: the upper bits of a linear congruential generator."""
    values = np.empty(count, np.float32)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values[i] = np.float32((state >> 40) / 2.0**22 - 2)
    return values


def rebuilt(path, opset, nodes, constants=()):
    """The plain student with other nodes behind its output."""
    graph = onnx.load(path).graph
    name = graph.output[0].name
    for node in nodes:
        node.input[:] = [name if i == "x" else i for i in node.input]
    made = helper.make_graph(
        [*graph.node, *nodes], "golden", graph.input,
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, WIDTH])],
        [*graph.initializer, *constants])
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    x = noise(90).reshape(1, 6, 5, 3).transpose(0, 3, 1, 2).copy()
    for name, tail in TAILS.items():
        torch.onnx.export(
            Student(tail).eval(), (torch.tensor(x),), folder / f"{name}.onnx", opset_version=17,
            dynamo=False)
    plain, node = folder / "torch_plain.onnx", helper.make_node
    axes = numpy_helper.from_array(np.array([-1]), "axes")
    models = {
        "lp_normalization": rebuilt(
            plain, 17, [node("LpNormalization", ["x"], ["embedding"], axis=-1, p=2)]),
        "axes_input": rebuilt(
            plain, 18, [
                node("ReduceL2", ["x", "axes"], ["norm"], keepdims=1),
                node("Div", ["x", "norm"], ["embedding"])], [axes]),
        "sum_of_squares": rebuilt(
            plain, 17, [
                node("ReduceSumSquare", ["x"], ["sum"], axes=[1], keepdims=1),
                node("Sqrt", ["sum"], ["norm"]), node("Div", ["x", "norm"], ["quotient"]),
                node("Identity", ["quotient"], ["embedding"])]),
        # Each element by its own magnitude, the batch being 1: no unit norm.
        "other_axis": rebuilt(
            plain, 17, [
                node("ReduceL2", ["x"], ["norm"], axes=[0], keepdims=1),
                node("Div", ["x", "norm"], ["embedding"])]),
        "l1": rebuilt(plain, 17, [node("LpNormalization", ["x"], ["embedding"], axis=-1, p=1)]),
    }
    for name, model in models.items():
        onnx.save(model, folder / f"{name}.onnx")
    lines = []
    for path in sorted(folder.glob("*.onnx")):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        row = session.run(None, {session.get_inputs()[0].name: x})[0][0].astype(np.float64)
        row /= np.linalg.norm(row)
        lines.append(" ".join([path.stem, *(repr(float(v)) for v in row)]))
    (folder / "expected.txt").write_text("\n".join(lines) + "\n")
    bank(folder)
    (folder / "versions.txt").write_text(
        f"numpy {np.__version__}\nonnx {onnx.__version__}\nonnxruntime {onnxruntime.__version__}\n"
        f"torch {torch.__version__}\nsafetensors {safetensors.__version__}\n")


def bank(folder):
    text = noise(len(CLASSES) * 2 * WIDTH, 5).reshape(len(CLASSES), 2, WIDTH).astype(np.float16)
    image = noise(WIDTH, 9).reshape(1, WIDTH).astype(np.float16)
    metadata = {
        "format": "embedding-bank/1", "model": "golden", "logit_scale": "100",
        "classes": json.dumps(CLASSES), "templates": json.dumps(["a {}", "one {}"]),
        "paths": json.dumps(["a.jpg"]), "aliases": json.dumps({"kitten": "cat"})}
    save_file({"image": image, "text": text}, folder / "bank.safetensors", metadata)
    save_file({"text": text[:, 0].astype(np.float32)}, folder / "plain.safetensors")
    rows = text.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    rows = rows.mean(1)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    lines = [
        " ".join([name.replace(" ", "_"), *(repr(float(v)) for v in row)])
        for name, row in zip(CLASSES, rows)]
    (folder / "bank.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

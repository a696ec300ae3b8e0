#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/classes: small ONNX students that compare their embedding with constant class
embeddings, as PyTorch's exporters write it, and what ONNX Runtime computes with them.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 \\
      onnxscript==0.7.2 torch==2.15.0
    .venv/bin/python tools/make_golden_classes.py Tests/Golden/classes

expected.txt has one line a file: name, `result`, logit scale, then the logits of the input `noise`,
NHWC 6x5x3; or name, `error`, and what the importer has to say. versions.txt records the tools.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import onnxscript
import torch
from make_golden_embeddings import noise
from onnx import TensorProto, helper, numpy_helper
from torch.nn.functional import linear, normalize

WIDTH, CLASSES, SCALE = 8, 5, 30.0


class Student(torch.nn.Module):
    """Two layers and a head over the projection."""

    def __init__(self, head, length=1.0):
        super().__init__()
        torch.manual_seed(3)
        self.first = torch.nn.Conv2d(3, 16, 3, padding=1)
        self.projection = torch.nn.Linear(16, WIDTH)
        lengths = torch.tensor(length).expand(CLASSES).reshape(CLASSES, 1)
        self.register_buffer("texts", normalize(torch.randn(CLASSES, WIDTH), dim=-1) * lengths)
        self.logit_scale = torch.nn.Parameter(torch.tensor(math.log(SCALE)))
        self.head = head

    def forward(self, x):
        x = torch.nn.functional.adaptive_avg_pool2d(torch.relu(self.first(x)), 1).flatten(1)
        return self.head(self, self.projection(x))


def unit(z):
    return normalize(z, dim=-1)


# Name: head, whether by torch.export (dynamo), length of the text embeddings, logit scale.
STUDENTS = {
    "matmul": (lambda s, z: unit(z) @ s.texts.t() * SCALE, False, 1.0, SCALE),
    "matmul_dynamo": (lambda s, z: unit(z) @ s.texts.t() * SCALE, True, 1.0, SCALE),
    "exponential": (lambda s, z: s.logit_scale.exp() * unit(z) @ s.texts.t(), False, 1.0, SCALE),
    "linear_dynamo": (lambda s, z: linear(unit(z), s.texts) * SCALE, True, 1.0, SCALE),
    "temperature": (lambda s, z: unit(z) @ s.texts.t() / 0.07, False, 1.0, 1 / 0.07),
    "scaled_numerator": (
        lambda s, z: SCALE * z / z.norm(dim=-1, keepdim=True) @ s.texts.t(), False, 1.0, SCALE),
    "twice": (lambda s, z: (2 * unit(z) @ s.texts.t()) * 10, False, 1.0, 20.0),
    "bare": (lambda s, z: unit(z) @ s.texts.t(), False, 1.0, 1.0),
    "long_texts": (lambda s, z: unit(z) @ s.texts.t(), False, 12.5, 12.5),
}

# Name: head, length of the text embeddings, what the error has to say.
REFUSALS = {
    "texts_of_lengths": (
        lambda s, z: unit(z) @ s.texts.t(), [1.0, 1.0, 2.0, 1.0, 1.0],
        "MatMul '/MatMul': its class embeddings have lengths from 1.0 to 2.0"),
    "negative_scale": (
        lambda s, z: unit(z) @ s.texts.t() * -3.0, 1.0,
        "MatMul '/MatMul': the logit scale beside it is -3.0, not a positive number"),
    "scale_a_class": (
        lambda s, z: unit(z) @ s.texts.t() * torch.arange(1.0, 6.0), 1.0,
        "a constant of shape [5] beside class embeddings is not supported"),
    "softmax": (
        lambda s, z: (unit(z) @ s.texts.t()).softmax(1), 1.0, "this operator is not supported"),
    "biases": (
        lambda s, z: unit(z) @ s.texts.t() * SCALE - 3.0, 1.0, "this operator is not supported"),
}


def exported(path, x, head, dynamo, length):
    options = {"dynamo": True, "external_data": False, "opset_version": 18, "verbose": False}
    if not dynamo:
        options = {"dynamo": False, "opset_version": 17}
    torch.onnx.export(Student(head, length).eval(), (torch.tensor(x),), path, **options)
    # Traces of where the student was defined.
    model = onnx.load(path)
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info,
                 *model.graph.input, *model.graph.output, *model.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, path)


def gemm(folder):
    """The head as one Gemm with alpha, and with biases that are no zeros."""
    model = onnx.load(folder / "matmul.onnx")
    nodes = [n for n in model.graph.node if n.op_type != "Mul"]
    product = next(n for n in nodes if n.op_type == "MatMul")
    inputs, output = list(product.input), model.graph.output[0].name
    nodes.remove(product)
    for name, bias in (("gemm_alpha", 0.0), ("gemm_biases", 0.5)):
        biases = numpy_helper.from_array(np.full(CLASSES, bias, np.float32), "biases")
        made = helper.make_graph(
            [*nodes, helper.make_node("Gemm", [*inputs, "biases"], [output], "head", alpha=SCALE)],
            "golden", model.graph.input, model.graph.output, [*model.graph.initializer, biases])
        onnx.save(
            helper.make_model(made, opset_imports=model.opset_import, ir_version=8),
            folder / f"{name}.onnx")


def metadata(folder):
    """What swiftlet's own export writes, by Python's JSON."""
    model = onnx.load(folder / "matmul.onnx")
    helper.set_model_props(model, {
        "swiftlet.labels": json.dumps(["Gr\u00fcn", "b", "c", "d", "\u96ea"]),
        "swiftlet.head": "classes", "swiftlet.logit_scale": "30.0",
        "swiftlet.preprocessing": json.dumps({
            "mean": [127, 128.5, 0], "deviation": [128, 1e0, 57.375], "colourOrder": "bgr",
            "resizeRule": "centreCrop", "resizeSize": 8})})
    onnx.save(model, folder / "metadata.onnx")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    x = noise(90).reshape(1, 6, 5, 3).transpose(0, 3, 1, 2).copy()
    for name, (head, dynamo, length, _) in STUDENTS.items():
        exported(folder / f"{name}.onnx", x, head, dynamo, length)
    for name, (head, length, _) in REFUSALS.items():
        exported(folder / f"{name}.onnx", x, head, False, length)
    gemm(folder)
    metadata(folder)
    scales = {name: student[3] for name, student in STUDENTS.items()}
    scales |= {"gemm_alpha": SCALE, "metadata": SCALE}
    lines = []
    for name, scale in scales.items():
        session = onnxruntime.InferenceSession(
            folder / f"{name}.onnx", providers=["CPUExecutionProvider"])
        logits = session.run(None, {session.get_inputs()[0].name: x})[0][0]
        lines.append(" ".join([name, "result", repr(scale), *(repr(float(v)) for v in logits)]))
    refusals = {name: refusal[2] for name, refusal in REFUSALS.items()}
    refusals["gemm_biases"] = "Gemm 'head': it adds biases to the cosines of class embeddings"
    lines += [f"{name} error {text}" for name, text in refusals.items()]
    (folder / "expected.txt").write_text("\n".join(lines) + "\n")
    (folder / "versions.txt").write_text(
        f"numpy {np.__version__}\nonnx {onnx.__version__}\nonnxruntime {onnxruntime.__version__}\n"
        f"onnxscript {onnxscript.__version__}\ntorch {torch.__version__}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

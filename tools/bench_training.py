#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures training steps of EfficientNet-Lite0 in PyTorch on the CPU, as scripts/bench-training
compares them: forward, backward through the whole backbone with frozen batch normalization folded
into the convolutions (so that both do the same work), Adam. Prints one JSON object.

usage: tools/bench_training.py STUDENT.onnx [--batch 32] [--steps 3] [--threads 2]
"""
import argparse
import json
import time

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

parser = argparse.ArgumentParser()
parser.add_argument("student")
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)

graph = onnx.load(arguments.student).graph
constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
for node in graph.node:
    if node.op_type == "Constant":
        constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
weights = {name: torch.nn.Parameter(torch.tensor(constants[name]))
           for node in graph.node if node.op_type == "Conv" for name in node.input[1:]}


def features(x):
    values = {graph.input[0].name: x}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [values.get(name) for name in node.input]
        if node.op_type == "Conv":
            top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
            value = inputs[0]
            if (top, left) == (bottom, right):
                padding = (top, left)
            else:
                value, padding = F.pad(value, (left, right, top, bottom)), 0
            bias = weights[node.input[2]] if len(node.input) > 2 else None
            y = F.conv2d(value, weights[node.input[1]], bias, attributes.get("strides", 1), padding,
                         groups=attributes.get("group", 1))
        elif node.op_type == "Clip":
            y = F.relu6(inputs[0])
        elif node.op_type == "Relu":
            y = F.relu(inputs[0])
        elif node.op_type == "Add":
            y = inputs[0] + inputs[1]
        elif node.op_type == "Pad":
            pads = constants[node.input[1]].tolist()
            y = F.pad(inputs[0], (pads[3], pads[7], pads[2], pads[6]))
        elif node.op_type in ("GlobalAveragePool", "ReduceMean"):
            return inputs[0].mean((2, 3))
        elif node.op_type == "Constant":
            continue
        else:
            raise SystemExit(f"{node.op_type} is not known to this benchmark")
        values[node.output[0]] = y
    raise SystemExit("there is no global average pool")


shape = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim]
x = torch.randn(arguments.batch, *shape[1:]).to(memory_format=torch.channels_last)
projection = torch.nn.Linear(features(x[:1]).shape[1], 512)
for parameter in projection.parameters():
    parameter.requires_grad_(False)
target = F.normalize(torch.randn(arguments.batch, 512))
optimizer = torch.optim.Adam(weights.values(), 5e-5)
seconds = []
for _ in range(arguments.steps + 1):
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = -(F.normalize(projection(features(x))) * target).sum(1).mean()
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - start)
measured = sorted(seconds[1:])
print(json.dumps({"pictures_per_second": arguments.batch / measured[0],
                  "median": arguments.batch / measured[len(measured) // 2],
                  "batch": arguments.batch, "threads": arguments.threads,
                  "torch": torch.__version__}))

# SPDX-License-Identifier: Apache-2.0
"""The backbone of an ONNX student as PyTorch operations on trainable weights."""
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class Backbone:
    """Calls give the pooled features; `weights` maps the ONNX names to parameters."""

    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.weights = {
            name: torch.nn.Parameter(torch.tensor(self.constants[name]))
            for node in self.graph.node if node.op_type == "Conv" for name in node.input[1:]}
        shape = self.graph.input[0].type.tensor_type.shape.dim
        self.shape = [d.dim_value for d in shape][1:]

    def __call__(self, x):
        values = {self.graph.input[0].name: x}
        for node in self.graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            inputs = [values.get(name) for name in node.input]
            if node.op_type == "Conv":
                y = self.convolution(inputs[0], node.input, attributes)
            elif node.op_type == "Clip":
                y = F.relu6(inputs[0])
            elif node.op_type == "Relu":
                y = F.relu(inputs[0])
            elif node.op_type == "Add":
                y = inputs[0] + inputs[1]
            elif node.op_type == "Pad":
                pads = self.constants[node.input[1]].tolist()
                y = F.pad(inputs[0], (pads[3], pads[7], pads[2], pads[6]))
            elif node.op_type in ("GlobalAveragePool", "ReduceMean"):
                return inputs[0].mean((2, 3))
            elif node.op_type == "Constant":
                continue
            else:
                raise SystemExit(f"{node.op_type} is not known here")
            values[node.output[0]] = y
        raise SystemExit("there is no global average pool")

    def convolution(self, x, names, attributes):
        top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
        padding = (top, left)
        if padding != (bottom, right):
            x, padding = F.pad(x, (left, right, top, bottom)), 0
        bias = self.weights[names[2]] if len(names) > 2 else None
        return F.conv2d(x, self.weights[names[1]], bias, attributes.get("strides", 1), padding,
                        groups=attributes.get("group", 1))

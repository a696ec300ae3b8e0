# SPDX-License-Identifier: Apache-2.0
"""ResNet-18 and ResNet-50 (He et al., 2015; stride in the 3x3, as torchvision has it) as ONNX files
with random weights, batch normalization folded. Weights are drawn by He's rule; the last
convolution of a branch is halved, so that values stay in range over all blocks."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

STAGES = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}
CLASSES = 1000


class Builder:
    def __init__(self):
        self.random = np.random.default_rng(1)
        self.nodes, self.weights = [], []

    def node(self, kind, inputs, **attributes):
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def convolution(self, data, inputs, outputs, size, stride=1, gain=1.0, relu=True):
        name = f"w{len(self.nodes)}"
        deviation = gain * np.sqrt(2 / (inputs * size * size))
        weights = self.random.normal(0, deviation, (outputs, inputs, size, size))
        bias = self.random.normal(0, 0.05, outputs)
        data = self.node(
            "Conv", [data, self.constant(name, weights), self.constant(name + "b", bias)],
            kernel_shape=[size, size], strides=[stride, stride], pads=[size // 2] * 4)
        return self.node("Relu", [data]) if relu else data

    def block(self, data, inputs, width, outputs, stride, depth):
        if depth == 50:
            branch = self.convolution(data, inputs, width, 1)
            branch = self.convolution(branch, width, width, 3, stride)
            branch = self.convolution(branch, width, outputs, 1, gain=0.5, relu=False)
        else:
            branch = self.convolution(data, inputs, width, 3, stride)
            branch = self.convolution(branch, width, outputs, 3, gain=0.5, relu=False)
        if stride != 1 or inputs != outputs:
            data = self.convolution(data, inputs, outputs, 1, stride, gain=0.7, relu=False)
        return self.node("Relu", [self.node("Add", [branch, data])])


def model(depth):
    builder = Builder()
    data = builder.convolution("input", 3, 64, 7, 2)
    data = builder.node("MaxPool", [data], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for stage, blocks in enumerate(STAGES[depth]):
        width = 64 << stage
        outputs = width * (4 if depth == 50 else 1)
        for index in range(blocks):
            stride = 2 if stage and index == 0 else 1
            data = builder.block(data, channels, width, outputs, stride, depth)
            channels = outputs
    data = builder.node("Flatten", [builder.node("GlobalAveragePool", [data])], axis=1)
    weights = builder.random.normal(0, np.sqrt(1 / channels), (CLASSES, channels))
    dense = [data, builder.constant("fc", weights), builder.constant("fcb", np.zeros(CLASSES))]
    builder.nodes.append(helper.make_node("Gemm", dense, ["logits"], name="fc", transB=1))
    graph = helper.make_graph(
        builder.nodes, f"resnet{depth}",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 224, 224])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])],
        builder.weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def write(path, depth):
    path.parent.mkdir(parents=True, exist_ok=True)
    pending = path.with_suffix(".pending")
    pending.write_bytes(model(depth).SerializeToString())
    pending.rename(path)

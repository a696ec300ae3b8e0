#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts a float student down to its first blocks, for chips with little memory.

    pip install onnx
    tools/cut_student.py efficientnet-lite0.onnx --blocks 8 --size 96 --output cut.onnx

What lies behind the last kept block is replaced by a global average pool: the file is a backbone for
`swiftlet-train`, with the weights of the whole network. The input becomes --size x --size; it must be
a multiple of what the kept blocks divide by, so that asymmetric paddings stay right (32 always is).
Blocks are told by the exporter's names, /blocks/blocks.N/ (MobileNetV2: /features/features.N/).
"""
import argparse
import os
import re
import sys

import onnx
from onnx import helper

BLOCK = re.compile(r"^/(?:blocks/blocks|features/features)\.(\d+)/")


def block_of(node):
    found = BLOCK.match(node.name)
    return int(found.group(1)) if found else None


def cut(model, blocks, size):
    """The model whose last kept node is the last one of block `blocks` - 1."""
    graph = model.graph
    last = max((i for i, n in enumerate(graph.node) if block_of(n) == blocks - 1), default=None)
    if last is None:
        found = {block_of(n) for n in graph.node} - {None}
        sys.exit(f"cut_student: there is no block {blocks - 1}; the file has {len(found)} blocks")
    nodes = list(graph.node[:last + 1])
    pooled = helper.make_node(
        "GlobalAveragePool", [nodes[-1].output[0]], ["pooled"], name="/pool")
    flat = helper.make_node("Flatten", ["pooled"], ["features"], name="/flatten")
    used = {name for node in nodes for name in node.input}
    weights = [i for i in graph.initializer if i.name in used]
    channels = next(
        i.dims[0] for n in reversed(nodes) if n.op_type == "Conv"
        for i in weights if i.name == n.input[1])
    picture = helper.make_tensor_value_info(
        graph.input[0].name, onnx.TensorProto.FLOAT, [1, 3, size, size])
    features = helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, [1, channels])
    cut_graph = helper.make_graph(
        nodes + [pooled, flat], graph.name, [picture], [features], initializer=weights)
    result = helper.make_model(cut_graph, opset_imports=model.opset_import)
    result.ir_version = model.ir_version
    onnx.checker.check_model(result, full_check=True)
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("student", help="the float student, an ONNX file of tools/export_student.py")
    parser.add_argument("--blocks", type=int, required=True, help="blocks to keep, from the first")
    parser.add_argument("--size", type=int, default=96, help="the input's side in pixels")
    parser.add_argument("--output", required=True, help="the ONNX file to write")
    arguments = parser.parse_args()
    result = cut(onnx.load(arguments.student), arguments.blocks, arguments.size)
    part = arguments.output + ".part"
    onnx.save(result, part)
    os.replace(part, arguments.output)
    count = sum(onnx.numpy_helper.to_array(i).size for i in result.graph.initializer)
    print(f"{count} weights and biases, {len(result.graph.node)} nodes: {arguments.output}")


if __name__ == "__main__":
    main()

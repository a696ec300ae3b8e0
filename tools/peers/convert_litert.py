# SPDX-License-Identifier: Apache-2.0
"""convert_litert.py STUDENT.onnx CALIBRATION.npz OUTPUT.tflite

Rebuilds a convolutional ONNX network in Keras and converts it to int8 with TensorFlow's own
converter. Runs in an environment with tensorflow. The calibration file holds `frames`, float32
NCHW, and `logits`, what the ONNX network says of the first one: the Keras network must agree.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import onnx
import tensorflow as tf
from onnx import numpy_helper

layers = tf.keras.layers


class Network:
    """Walks the nodes; tensors are Keras tensors NHWC, or arrays for constants."""

    def __init__(self, graph):
        self.graph = graph
        self.tensors = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
        inputs = [i for i in graph.input if i.name not in self.tensors]
        shape = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim]
        self.input = tf.keras.Input((shape[2], shape[3], shape[1]), batch_size=1)
        self.tensors[inputs[0].name] = self.input

    def model(self):
        for node in self.graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            convert = getattr(self, "convert_" + node.op_type.lower(), None)
            if convert is None:
                sys.exit(f"{node.op_type} ({node.name}) has no counterpart here")
            inputs = [self.tensors[name] if name else None for name in node.input]
            self.tensors[node.output[0]] = convert(attributes, *inputs)
        return tf.keras.Model(self.input, self.tensors[self.graph.output[0].name])

    def padded(self, data, attributes, size, strides):
        """Keras's own padding where it is the same, an explicit one elsewhere."""
        pads = attributes.get("pads", [0, 0, 0, 0])
        if not any(pads):
            return data, "valid"
        same = []
        for axis in range(2):
            length = data.shape[1 + axis]
            total = max((-(-length // strides[axis]) - 1) * strides[axis] + size[axis] - length, 0)
            same.append((total // 2, total - total // 2))
        if same == [(pads[0], pads[2]), (pads[1], pads[3])]:
            return data, "same"
        return layers.ZeroPadding2D(((pads[0], pads[2]), (pads[1], pads[3])))(data), "valid"

    def convert_constant(self, attributes):
        return numpy_helper.to_array(attributes["value"])

    def convert_conv(self, attributes, data, weights, bias=None):
        strides = attributes.get("strides", [1, 1])
        groups = attributes.get("group", 1)
        size = weights.shape[2:]
        data, padding = self.padded(data, attributes, size, strides)
        if groups == 1:
            layer = layers.Conv2D(weights.shape[0], size, strides, padding)
            kernel = weights.transpose(2, 3, 1, 0)
        elif groups == weights.shape[0] and weights.shape[1] == 1:
            layer = layers.DepthwiseConv2D(size, strides, padding)
            kernel = weights.transpose(2, 3, 0, 1)
        else:
            sys.exit("grouped convolutions have no counterpart here")
        result = layer(data)
        layer.set_weights([kernel, np.zeros(weights.shape[0]) if bias is None else bias])
        return result

    def convert_relu(self, attributes, data):
        return layers.ReLU()(data)

    def convert_clip(self, attributes, data, low=None, high=None):
        low = attributes.get("min", low)
        high = attributes.get("max", high)
        if float(low) != 0:
            sys.exit(f"Clip from {low} has no counterpart here")
        return layers.ReLU(max_value=float(high))(data)

    def convert_add(self, attributes, left, right):
        return layers.Add()([left, right])

    def convert_maxpool(self, attributes, data):
        size, strides = attributes["kernel_shape"], attributes["strides"]
        # Behind a ReLU nothing is below zero, so that zeros pad as minus infinity would.
        data, padding = self.padded(data, attributes, size, strides)
        return layers.MaxPool2D(size, strides, padding)(data)

    def convert_globalaveragepool(self, attributes, data):
        return layers.GlobalAveragePooling2D(keepdims=True)(data)

    def convert_reducemean(self, attributes, data, axes=None):
        return layers.GlobalAveragePooling2D(keepdims=bool(attributes.get("keepdims", 1)))(data)

    def convert_flatten(self, attributes, data):
        return layers.Flatten()(data)

    def convert_reshape(self, attributes, data, shape):
        return layers.Flatten()(data)

    def convert_identity(self, attributes, data):
        return data

    def convert_gemm(self, attributes, data, weights, bias=None):
        kernel = weights.T if attributes.get("transB", 0) else weights
        layer = layers.Dense(kernel.shape[1])
        result = layer(layers.Flatten()(data) if len(data.shape) > 2 else data)
        layer.set_weights([kernel, np.zeros(kernel.shape[1]) if bias is None else bias])
        return result


def check(found, expected):
    """Two orders of floating-point sums differ by far less than a thousandth of the range."""
    error = np.abs(found - expected).max() / np.abs(expected).max()
    if not error < 1e-3:
        sys.exit(f"the Keras network differs from the ONNX network by {error:.2g} of the range")


def main(student, calibration, output):
    model = Network(onnx.load(student).graph).model()
    inputs = np.load(calibration)
    frames = inputs["frames"].transpose(0, 2, 3, 1)
    check(model(frames[:1]).numpy(), inputs["logits"])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([frame[None]] for frame in frames)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    with open(output, "wb") as file:
        file.write(converter.convert())


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/onnx: one small ONNX file for each operator and attribute that the importer
reads, what ONNX Runtime computes with it, and files that must be refused.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
    .venv/bin/python tools/make_golden_onnx.py Tests/Golden/onnx

expected.txt has one line a file:
    file result height width channels height width channels values...     (input, then output)
    file error text                                                       (the error must hold it)
Pictures are NHWC. Element i of the input is the i-th number of `noise`. versions.txt records the
tools that made the files.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SEED = 1
RESULTS, ERRORS = {}, {}


def noise(count, seed=SEED):
    """Numbers in -2...2: the upper bits of a linear congruential generator."""
    state, values = seed, np.empty(count, np.float32)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values[i] = np.float32((state >> 40) / 2.0**22 - 2)
    return values


def weights(*shape, seed=7):
    return noise(int(np.prod(shape)), seed).reshape(shape)


def node(operator, inputs, outputs="y", **attributes):
    names = outputs.split(",")
    return helper.make_node(
        operator, inputs.split(",") if inputs else [], names, name=f"{operator}_{names[0]}",
        **attributes)


def model(nodes, constants=None, shape=(1, 3, 6, 5), opset=17, outputs=("y",), extra_inputs=()):
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape), *extra_inputs]
    tensors = [
        value if isinstance(value, TensorProto) else numpy_helper.from_array(value, name)
        for name, value in (constants or {}).items()]
    graph = helper.make_graph(
        nodes, "golden", inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], tensors)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def good(name, nodes, constants=None, layout="NCHW", **options):
    RESULTS[name] = (model(nodes, constants, **options), layout)


def bad(name, text, nodes, constants=None, **options):
    ERRORS[name] = (model(nodes, constants, **options).SerializeToString(), text)


def ints(*values):
    return np.array(values, np.int64)


def floats(*values):
    return np.array(values, np.float32)


def convolutions():
    w, b = weights(4, 3, 3, 3), weights(4, seed=9)

    def conv(name, w=w, b=b, shape=(1, 3, 6, 5), **attributes):
        constants = {"w": w} if b is None else {"w": w, "b": b}
        good(name, [node("Conv", "x,w" if b is None else "x,w,b", **attributes)], constants,
             shape=shape)

    conv("conv")
    conv("conv_no_bias", b=None)
    conv("conv_pads_strides", kernel_shape=[3, 3], pads=[0, 1, 2, 1], strides=[2, 1])
    conv("conv_dilations", pads=[2, 0, 2, 1], dilations=[2, 1])
    for mode in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        conv(f"conv_{mode.lower()}", auto_pad=mode, strides=[2, 2])
    conv("conv_point", w=weights(20, 3, 1, 1), b=weights(20, seed=3))
    conv("conv_point_stride", w=weights(5, 3, 1, 1), b=None, strides=[2, 2])
    conv("conv_wide", w=weights(9, 3, 2, 4), pads=[1, 2, 0, 1], b=weights(9, seed=3))
    conv("conv_groups", w=weights(6, 2, 3, 3), b=None, shape=(1, 4, 5, 4), group=2)
    conv("conv_depthwise", w=weights(19, 1, 3, 3), b=weights(19, seed=3), shape=(1, 19, 5, 7),
         group=19, pads=[1, 1, 1, 1])
    conv("conv_depthwise_stride", w=weights(16, 1, 5, 5), b=None, shape=(1, 16, 8, 7), group=16,
         pads=[1, 2, 2, 1], strides=[2, 2])
    conv("conv_depthwise_dilated", w=weights(3, 1, 3, 2), b=None, group=3, dilations=[2, 3],
         pads=[1, 1, 2, 1])
    conv("conv_multiplier", w=weights(6, 1, 3, 3), b=None, group=3)
    conv("conv_one_pixel", w=weights(7, 3, 6, 5), b=weights(7, seed=3))

    stored = helper.make_tensor("w", TensorProto.FLOAT, w.shape, w.flatten().tolist())
    good("tensor_float_data", [node("Conv", "x,w")], {"w": stored})
    for kind in (np.float16, np.float64):
        good(f"tensor_{np.dtype(kind).name}",
             [node("Cast", "w", "v", to=TensorProto.FLOAT), node("Conv", "x,v")],
             {"w": w.astype(kind)})
    half = helper.make_tensor(
        "w", TensorProto.FLOAT16, w.shape, w.astype(np.float16).flatten().tolist())
    good("tensor_float16_data",
         [node("Cast", "w", "v", to=TensorProto.FLOAT), node("Conv", "x,v")], {"w": half})


def elementwise():
    per_channel = {"s": weights(3, seed=2), "t": weights(3, seed=3), "m": weights(3, seed=4),
                   "v": np.abs(weights(3, seed=5)) + floats(0.5)}
    good("batch_normalization", [node("BatchNormalization", "x,s,t,m,v", epsilon=1e-3)],
         per_channel)
    good("relu", [node("Relu", "x")])
    good("clip", [node("Clip", "x,lo,hi")], {"lo": floats(-0.5)[0], "hi": floats(1)[0]})
    good("clip_lower", [node("Clip", "x,lo")], {"lo": floats(0.25)[0]})
    good("clip_upper", [node("Clip", "x,,hi")], {"hi": floats(0.25)[0]})
    good("clip_none", [node("Clip", "x", "a"), node("Relu", "a")])
    good("clip_attributes", [node("Clip", "x", min=-0.5, max=0.75)], opset=10)
    good("clip_attribute_max", [node("Clip", "x", max=0.75)], opset=10)
    good("residual", [node("Relu", "x", "a"), node("Clip", "a,lo,hi", "b"), node("Add", "a,x", "c"),
                      node("Add", "c,b", "d"), node("Add", "d,d")],
         {"lo": floats(0.5)[0], "hi": floats(1)[0]})
    channel = weights(1, 3, 1, 1, seed=2)
    for operator in ("Add", "Sub", "Mul", "Div"):
        good(f"{operator.lower()}_channel", [node(operator, "x,c")], {"c": channel})
        good(f"{operator.lower()}_scalar", [node(operator, "x,c")], {"c": floats(0.75)[0]})
    good("add_first", [node("Add", "c,x")], {"c": channel[0]})
    good("sub_first", [node("Sub", "c,x")], {"c": channel})
    good("mul_first", [node("Mul", "c,x")], {"c": channel})
    good("identity", [node("Identity", "x", "a"), node("Dropout", "a", "b,mask"),
                      node("Relu", "b")])
    good("dropout_inputs", [node("Dropout", "x,ratio,mode", "b"), node("Relu", "b")],
         {"ratio": floats(0.5)[0], "mode": np.array(False)})
    good("constant", [node("Constant", "", "lo", value_float=-0.5),
                      node("Constant", "", "c", value_floats=[1.0, 2.0, 3.0]),
                      node("Constant", "", "axes", value_ints=[1, 2]),
                      node("Unsqueeze", "c,axes", "d"), node("Clip", "x,lo", "a"),
                      node("Mul", "a,d")])
    good("dead_nodes", [node("Relu", "x"), node("Conv", "x,w", "unused"),
                        node("Shape", "unused", "never")], {"w": weights(2, 3, 1, 1)})


def pools():
    shape = (1, 3, 7, 6)

    def pool(name, operator, **attributes):
        good(name, [node(operator, "x", **attributes)], shape=shape,
             opset=19 if "dilations" in attributes else 17)

    pool("global_average", "GlobalAveragePool")
    pool("average", "AveragePool", kernel_shape=[3, 2])
    pool("average_pads", "AveragePool", kernel_shape=[3, 3], pads=[1, 0, 1, 2], strides=[2, 1])
    pool("average_count", "AveragePool", kernel_shape=[3, 3], pads=[1, 0, 1, 2], strides=[2, 1],
         count_include_pad=1)
    pool("average_ceil", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    pool("average_same", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    pool("maximum", "MaxPool", kernel_shape=[2, 3])
    pool("maximum_pads", "MaxPool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])
    pool("maximum_ceil", "MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    pool("maximum_ceil_pads", "MaxPool", kernel_shape=[2, 2], strides=[3, 3], pads=[1, 1, 1, 1],
         ceil_mode=1)
    pool("maximum_dilations", "MaxPool", kernel_shape=[2, 2], dilations=[3, 2], pads=[1, 1, 1, 0])
    for keeps in (0, 1):
        good(f"mean_keepdims_{keeps}", [node("ReduceMean", "x", axes=[2, 3], keepdims=keeps)])
    good("mean_negative_axes", [node("ReduceMean", "x", axes=[-1, -2], keepdims=0)])
    good("mean_axes_input", [node("ReduceMean", "x,axes", keepdims=0)], {"axes": ints(3, 2)},
         opset=18)
    good("mean_height", [node("ReduceMean", "x", axes=[2])])
    good("mean_twice", [node("ReduceMean", "x", "a", axes=[3], keepdims=0),
                        node("ReduceMean", "a", axes=[2], keepdims=0)])
    good("pad", [node("Pad", "x,pads,value")],
         {"pads": ints(0, 0, 1, 2, 0, 0, 3, 0), "value": floats(0.5)[0]})
    good("pad_attribute", [node("Pad", "x", pads=[0, 0, 1, 2, 0, 0, 3, 0], value=-1.0)], opset=10)
    good("pad_axes", [node("Pad", "x,pads,,axes")], {"pads": ints(1, 2, 0, 3), "axes": ints(-1, 2)},
         opset=18)
    good("pad_nothing", [node("Pad", "x,pads", "a"), node("Relu", "a")], {"pads": ints(*[0] * 8)})


def dense():
    w, b = weights(90, 4), weights(4, seed=3)
    good("flatten_gemm", [node("Flatten", "x", "a"), node("Gemm", "a,w,b")], {"w": w, "b": b})
    good("flatten_gemm_transposed", [node("Flatten", "x", "a", axis=-3),
                                     node("Gemm", "a,w,b", transB=1, alpha=0.5, beta=2.0)],
         {"w": w.T.copy(), "b": b[None]})
    good("gemm_scalar_bias", [node("Flatten", "x", "a"), node("Gemm", "a,w,b")],
         {"w": w, "b": floats(0.5)})
    good("gemm_no_bias", [node("Flatten", "x", "a"), node("Gemm", "a,w")], {"w": w})
    good("matmul_add", [node("Flatten", "x", "a"), node("MatMul", "a,w", "c"), node("Add", "c,b")],
         {"w": w, "b": b})
    good("matmul_transposed_constant",
         [node("Flatten", "x", "a"), node("Transpose", "w", "v", perm=[1, 0]),
          node("MatMul", "a,v")], {"w": w.T.copy()})
    good("two_layers", [node("Flatten", "x", "a"), node("Gemm", "a,w,b", "c"),
                        node("Relu", "c", "d"), node("Gemm", "d,v")],
         {"w": w, "b": b, "v": weights(4, 2, seed=4)})
    good("reshape", [node("Reshape", "x,s", "a"), node("MatMul", "a,w")],
         {"w": w, "s": ints(1, -1)})
    good("reshape_zero", [node("Reshape", "x,s", "a"), node("MatMul", "a,w")],
         {"w": w, "s": ints(0, 90)})
    good("reshape_stays", [node("Reshape", "x,s", "a"), node("Relu", "a")],
         {"s": ints(1, 3, 6, 5)})
    good("view_of_size",
         [node("Shape", "x", "s"), node("Gather", "s,zero", "n", axis=0),
          node("Unsqueeze", "n,axes", "u"), node("Concat", "u,rest", "t", axis=0),
          node("Reshape", "x,t", "a"), node("MatMul", "a,w")],
         {"zero": np.array(0, np.int64), "axes": ints(0), "rest": ints(-1), "w": w})
    good("dynamic_batch", [node("Flatten", "x", "a"), node("MatMul", "a,w")], {"w": w},
         shape=("batch", 3, 6, 5))
    good("squeeze", [node("GlobalAveragePool", "x", "a"), node("Squeeze", "a,axes", "b"),
                     node("MatMul", "b,w")], {"axes": ints(2, 3), "w": weights(3, 5)})
    good("squeeze_attribute",
         [node("GlobalAveragePool", "x", "a"), node("Squeeze", "a", "b", axes=[2, 3]),
          node("Unsqueeze", "b", "c", axes=[2, 3]), node("Conv", "c,w")],
         {"w": weights(5, 3, 1, 1)}, opset=11)
    good("input_listed", [node("Conv", "x,w")], {"w": weights(2, 3, 2, 2)},
         extra_inputs=[helper.make_tensor_value_info("w", TensorProto.FLOAT, (2, 3, 2, 2))])


def transposes():
    last = (1, 6, 5, 3)
    good("channels_last_input", [node("Transpose", "x", "a", perm=[0, 3, 1, 2]),
                                 node("Conv", "a,w")],
         {"w": weights(2, 3, 3, 3)}, shape=last, layout="NHWC")
    good("transpose_cancels", [node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
                               node("Relu", "a", "b"), node("Transpose", "b", "c",
                                                            perm=[0, 3, 1, 2]),
                               node("Conv", "c,w")], {"w": weights(2, 3, 3, 3)})
    good("transpose_flatten", [node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
                               node("Flatten", "a", "b"), node("MatMul", "b,w")],
         {"w": weights(90, 4)})
    good("transpose_mean", [node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
                            node("ReduceMean", "a", axes=[1, 2], keepdims=0)])
    good("transpose_bias", [node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
                            node("MatMul", "a,w", "b"), node("Add", "b,c", "d"),
                            node("Transpose", "d", perm=[0, 3, 1, 2])],
         {"w": weights(3, 4), "c": weights(4, seed=3)})


def shape_arithmetic():
    """Constants that are computed, by what exporters leave behind."""
    good("constant_of_shape", [node("ConstantOfShape", "s", "c"), node("Add", "x,c", "a"),
                               node("Relu", "a")], {"s": ints(1, 3, 1, 1)})
    good("constant_of_shape_value",
         [node("ConstantOfShape", "s", "c", value=numpy_helper.from_array(floats(0.75))),
          node("Conv", "x,c")], {"s": ints(2, 3, 2, 3)})
    good("constant_of_shape_scalar",
         [node("ConstantOfShape", "s", "c", value=numpy_helper.from_array(floats(-0.5))),
          node("Mul", "x,c")], {"s": ints()})

    w = weights(6, 3, 3, 4)

    def cut(name, *lists, opset=17, **attributes):
        names = ("starts", "ends", "axes", "steps")[:len(lists)]
        constants = {"w": w} | {key: ints(*values) for key, values in zip(names, lists)}
        good(f"slice_{name}", [node("Slice", ",".join(["w", *names]), "v", **attributes),
                               node("Conv", "x,v")], constants, opset=opset)

    largest, least = (1 << 63) - 1, -(1 << 63)
    cut("no_axes", [1], [4])
    cut("axes", [1, 0], [3, 5], [3, 0])
    cut("steps", [0, 1], [6, 4], [0, 2], [4, 2])
    cut("negative", [-2, -4], [-1, -2], [-1, 0])
    cut("backwards", [-1, 2], [-1000, 0], [0, 3], [-2, -1])
    cut("past_the_ends", [-1000, 0], [1000, largest], [2, 0], [largest, 3])
    cut("all_backwards", [largest, -1], [least, least], [3, 2], [-1, least])
    cut("attributes", opset=9, starts=[1, 0], ends=[largest, -1], axes=[0, 3])
    cut("attributes_no_axes", opset=9, starts=[4], ends=[6])

    # What PyTorch exports for nn.ZeroPad2d((1, 2, 3, 4)): zeros for the other axes, then the order
    # of pairs turned round.
    good("zero_pad_2d",
         [node("ConstantOfShape", "rest", "zeros", value=numpy_helper.from_array(ints(0))),
          node("Concat", "border,zeros", "all", axis=0),
          node("Reshape", "all,pairs", "a", allowzero=0),
          node("Slice", "a,last,before_first,axis,back", "b"),
          node("Transpose", "b", "c", perm=[1, 0]), node("Reshape", "c,flat", "d", allowzero=0),
          node("Cast", "d", "pads", to=TensorProto.INT64), node("Pad", "x,pads,value", "e"),
          node("Conv", "e,k")],
         {"border": ints(1, 2, 3, 4), "rest": ints(4), "pairs": ints(-1, 2), "last": ints(-1),
          "before_first": ints(-largest), "axis": ints(0), "back": ints(-1), "flat": ints(-1),
          "value": floats(0)[0], "k": weights(2, 3, 3, 3)})


def refused_shape_arithmetic():
    def cut(name, text, *lists, **attributes):
        names = ("starts", "ends", "axes", "steps")[:len(lists)]
        constants = {"w": weights(4, 3, 3, 3)}
        constants |= {key: ints(*values) for key, values in zip(names, lists)}
        bad(f"slice_{name}", text, [node("Slice", ",".join(["w", *names]), "v", **attributes),
                                    node("Conv", "x,v")], constants)

    cut("of_nothing", "leaves nothing of axis 1", [0, 2], [4, 2], [0, 1])
    cut("forwards_only", "leaves nothing of axis 0", [1], [3], [0], [-1])
    cut("zero_step", "do not go together", [0], [2], [0], [0])
    cut("axis_out_of_range", "axis 4 is out of range", [0], [2], [4])
    cut("axis_below_range", "axis -5 is out of range", [0], [2], [-5])
    cut("axis_twice", "do not go together", [0, 0], [2, 1], [1, -3])
    cut("short_ends", "do not go together", [0, 0], [2])
    cut("too_many_axes", "do not go together", [0] * 5, [1] * 5)
    bad("slice_activation", "only a constant is supported", [node("Slice", "x,starts,ends")],
        {"starts": ints(0), "ends": ints(1)})

    def fill(name, text, shape, **attributes):
        bad(f"constant_of_shape_{name}", text,
            [node("ConstantOfShape", "s", "c", **attributes), node("Conv", "x,c")], {"s": shape})

    fill("negative", "no short list of positive integers", ints(1, -3, 1, 1))
    fill("empty", "no short list of positive integers", ints(1, 0, 1, 1))
    fill("overflow", "no short list of positive integers", ints(1 << 32, 1 << 32))
    fill("rank", "no short list of positive integers", ints(*[1] * 9))
    fill("huge", "more memory than the file", ints(1 << 20, 1 << 20))
    fill("float", "no short list of positive integers", floats(1, 3))
    fill("two_values", "attribute value: holds 2 elements", ints(2, 3, 1, 1),
         value=numpy_helper.from_array(floats(1, 2)))


def refused():
    w = weights(4, 3, 3, 3)

    def damaged(change):
        values = w.copy()
        change(values)
        return values

    bad("unknown_operator", "HardSwish 'HardSwish_y'", [node("HardSwish", "x")])
    bad("unknown_operators", "HardSwish (1), Softmax (2)",
        [node("Softmax", "x", "a"), node("HardSwish", "a", "b"), node("Softmax", "b")])
    bad("softmax", "without its softmax", [node("Softmax", "x")])
    bad("foreign_domain", "com.example.Conv", [node("Conv", "x,w", domain="com.example")],
        {"w": w})
    bad("unknown_attribute", "Relu 'Relu_y', attribute slope", [node("Relu", "x", slope=0.1)])
    bad("wrong_attribute_type", "attribute group: is not of the type",
        [node("Conv", "x,w", group=1.0)], {"w": w})
    bad("nan_weights", "weights 'w' hold NaN", [node("Conv", "x,w")],
        {"w": damaged(lambda v: v.__setitem__((0, 0, 0, 0), np.nan))})
    bad("infinite_weights", "weights 'w' hold NaN or infinity", [node("Conv", "x,w")],
        {"w": damaged(lambda v: v.__setitem__((0, 0, 0, 0), np.inf))})
    bad("wrong_groups", "attribute group", [node("Conv", "x,w", group=2)], {"w": w})
    bad("huge_stride", "attribute strides", [node("Conv", "x,w", strides=[1, 1 << 40])], {"w": w})
    bad("negative_pads", "attribute pads", [node("Conv", "x,w", pads=[0, -1, 0, 0])], {"w": w})
    bad("large_kernel", "larger than its padded input", [node("Conv", "x,w")],
        {"w": weights(1, 3, 7, 7)})
    bad("training_mode", "model.eval()", [node("BatchNormalization", "x,s,s,s,s", "y,a,b",
                                               training_mode=1)], {"s": floats(1, 1, 1)})
    bad("batch_of_2", "a batch of 2", [node("Relu", "x")], shape=(2, 3, 6, 5))
    bad("dynamic_size", "must be fixed", [node("Relu", "x")], shape=(1, 3, "height", "width"))
    bad("huge_input", "must be fixed", [node("Relu", "x")], shape=(1, 60000, 60000, 60000))
    bad("rank_3", "3 dimensions", [node("Relu", "x")], shape=(1, 3, 6))
    bad("two_inputs", "2 inputs", [node("Add", "x,z")],
        extra_inputs=[helper.make_tensor_value_info("z", TensorProto.FLOAT, (1, 3, 6, 5))])
    bad("two_outputs", "2 outputs", [node("Relu", "x"), node("Relu", "y", "z")],
        outputs=("y", "z"))
    bad("no_such_input", "made by no node before it", [node("Relu", "z")])
    bad("no_output", "no node computes the output", [node("Relu", "x", "z")])
    bad("defined_twice", "defined twice", [node("Relu", "x"), node("Relu", "x")])
    bad("old_operators", "version 6 of the ONNX operators", [node("Relu", "x")], opset=6)
    bad("channel_shuffle", "cuts an axis", [node("Reshape", "x,s")], {"s": ints(1, 3, 2, 3, 5)})
    bad("transposed_convolution", "only [1, channels, height, width]",
        [node("Transpose", "x", "a", perm=[0, 1, 3, 2]), node("Conv", "a,w")], {"w": w})
    bad("flat_picture_output", "picture in another order", [node("Flatten", "x", "a"),
                                                            node("Relu", "a")])
    bad("attention", "combines two activations", [node("Mul", "x,x")])
    bad("add_broadcast", "only equal ones", [node("GlobalAveragePool", "x", "a"),
                                             node("Add", "x,a")])
    bad("add_wide", "one a channel", [node("Add", "x,c")], {"c": weights(1, 1, 6, 5)})
    bad("divided_by_zero", "hold NaN or infinity", [node("Div", "x,c")], {"c": floats(0)[0]})
    bad("crossed_bounds", "leave nothing between", [node("Clip", "x,lo,hi")],
        {"lo": floats(1)[0], "hi": floats(0)[0]})
    bad("reflecting_pad", "attribute mode", [node("Pad", "x,p", mode="reflect")],
        {"p": ints(0, 0, 1, 1, 0, 0, 1, 1)})
    bad("pad_of_channels", "attribute pads", [node("Pad", "x,p")],
        {"p": ints(0, 1, 0, 0, 0, 0, 0, 0)})
    bad("mean_of_channels", "includes the channels", [node("ReduceMean", "x", axes=[1])])
    bad("pool_in_padding", "attribute pads",
        [node("MaxPool", "x", kernel_shape=[2, 2], pads=[2, 0, 0, 0])])
    bad("gemm_transposed_input", "attribute transA",
        [node("Flatten", "x", "a"), node("Gemm", "a,w", transA=1)], {"w": weights(90, 2)})
    bad("gemm_size", "does not fit 80 weights", [node("Flatten", "x", "a"), node("Gemm", "a,w")],
        {"w": weights(80, 2)})
    bad("joined_branches", "joining activations", [node("Concat", "x,x", axis=1)])
    bad("computed_weights", "only a constant is supported", [node("Conv", "x,x")])

    external = numpy_helper.from_array(w, "w")
    external.ClearField("raw_data")
    external.data_location = TensorProto.EXTERNAL
    external.external_data.add(key="location", value="weights.bin")
    bad("external_data", "as one file", [node("Conv", "x,w")], {"w": external})
    short = numpy_helper.from_array(w, "w")
    short.raw_data = short.raw_data[:-4]
    bad("short_tensor", "holds 107 elements", [node("Conv", "x,w")], {"w": short})
    lying = numpy_helper.from_array(w, "w")
    lying.dims[0] = 1 << 62
    bad("lying_dimensions", "holds 108 elements", [node("Conv", "x,w")], {"w": lying})
    bad("string_tensor", "element type 8", [node("Conv", "x,w")],
        {"w": helper.make_tensor("w", TensorProto.STRING, [1], [b"text"])})
    shared = weights(1, 3, 1, 1)
    chain = [node("Expand", "one,shape", "c")] + [node("Expand", "one,shape", f"c{i}")
                                                  for i in range(4)]
    bad("repeated_parameters", "more memory than the file", chain + [node("Conv", "x,w")],
        {"one": floats(1)[0], "shape": ints(1 << 12, 1 << 12), "w": shared})


def evaluate(proto, layout):
    """The input and output of a model, NHWC."""
    shape = [d.dim_value or 1 for d in proto.graph.input[0].type.tensor_type.shape.dim]
    height, width, channels = shape[1:] if layout == "NHWC" else (*shape[2:], shape[1])
    picture = noise(height * width * channels).reshape(1, height, width, channels)
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = picture if layout == "NHWC" else picture.transpose(0, 3, 1, 2)
    (output,) = session.run(None, {"x": np.ascontiguousarray(feed)})
    if output.ndim == 4:
        output = output[0].transpose(1, 2, 0)
    else:
        output = output.reshape(1, 1, -1)
    return (height, width, channels), output


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (convolutions, elementwise, pools, dense, transposes, shape_arithmetic, refused,
                 refused_shape_arithmetic):
        make()
    for old in folder.glob("*.onnx"):
        old.unlink()
    lines = []
    for name, (proto, layout) in RESULTS.items():
        try:
            shape, output = evaluate(proto, layout)
        except Exception as error:
            sys.exit(f"{name}: {error}")
        (folder / f"{name}.onnx").write_bytes(proto.SerializeToString())
        numbers = [*shape, *output.shape, *(f"{v:.9g}" for v in output.flatten())]
        lines.append(f"{name} result " + " ".join(map(str, numbers)))
    for name, (data, text) in ERRORS.items():
        assert name not in RESULTS, name
        (folder / f"{name}.onnx").write_bytes(data)
        lines.append(f"{name} error {text}")
    (folder / "expected.txt").write_text("\n".join(lines) + "\n")
    (folder / "versions.txt").write_text(
        f"tools/make_golden_onnx.py with numpy {np.__version__}, onnx {onnx.__version__}, "
        f"onnxruntime {onnxruntime.__version__}\n")
    print(f"{len(RESULTS)} results and {len(ERRORS)} errors in {folder}")


if __name__ == "__main__":
    main()

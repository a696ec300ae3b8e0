#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Golden/training/lite0.safetensors: one step of Align and one of Distill with Adam in
PyTorch, on EfficientNet-Lite0 and four made-up pictures. Needs torch, onnx and safetensors.

usage: tools/make_golden_lite0.py efficientnet-lite0.onnx
"""
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from onnx_backbone import Backbone

COUNT, WIDTH = 4, 16


def wave(count, step, scale=1.0):
    """Numbers that Swift makes as well: sine of multiples of a step, in binary64."""
    return (torch.arange(count, dtype=torch.float64) * step).sin().mul(scale).float()


backbone = Backbone(sys.argv[1])
height, width = backbone.shape[1:]
pixels = wave(COUNT * height * width * 3, 0.37).reshape(COUNT, height, width, 3).permute(0, 3, 1, 2)
features = backbone(pixels[:1]).shape[1]
projection = torch.nn.Linear(features, WIDTH)
with torch.no_grad():
    projection.weight.copy_(wave(WIDTH * features, 0.71, 0.03).reshape(WIDTH, features))
    projection.bias.copy_(wave(WIDTH, 0.53, 0.03))
images = F.normalize(wave(COUNT * WIDTH, 1.3).reshape(COUNT, WIDTH))
texts = F.normalize(wave(COUNT * WIDTH, 2.1).reshape(COUNT, WIDTH))
steps = {}


def loss_of():
    p = F.normalize(projection(backbone(pixels)))
    return p, -(0.5 * (p * images).sum(1) + 0.5 * (p * texts).sum(1)).mean()


stages = (("align", projection.parameters(), 1e-3), ("distill", backbone.weights.values(), 5e-5))
for stage, parameters, rate in stages:
    optimizer = torch.optim.Adam(list(parameters), rate)
    optimizer.zero_grad()
    p, loss = loss_of()
    loss.backward()
    steps[f"{stage}_p"], steps[f"{stage}_loss"] = p, loss.reshape(1)
    if stage == "distill":
        # In the order of the convolutions: weights, then bias.
        steps["norms"] = torch.stack([w.grad.norm() for w in backbone.weights.values()])
    optimizer.step()
steps["end_p"], loss = loss_of()
steps["end_loss"] = loss.reshape(1)
path = pathlib.Path(__file__).parent.parent / "Tests/Golden/training/lite0.safetensors"
save_file({f"lite0.{k}": v.detach().contiguous().clone() for k, v in steps.items()}, path,
          {"torch": torch.__version__, "script": "tools/make_golden_lite0.py"})
path.chmod(0o644)
print(path, path.stat().st_size, "bytes", {k: v.item() for k, v in steps.items() if v.numel() == 1})

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

import torch
import torch.nn.functional as F

from onnx_backbone import Backbone

parser = argparse.ArgumentParser()
parser.add_argument("student")
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)

backbone = Backbone(arguments.student)
x = torch.randn(arguments.batch, *backbone.shape).to(memory_format=torch.channels_last)
projection = torch.nn.Linear(backbone(x[:1]).shape[1], 512)
for parameter in projection.parameters():
    parameter.requires_grad_(False)
target = F.normalize(torch.randn(arguments.batch, 512))
for parameter in backbone.weights.values():
    if parameter.dim() == 4:
        parameter.data = parameter.data.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(backbone.weights.values(), 5e-5)
seconds = []
for _ in range(arguments.steps + 1):
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = -(F.normalize(projection(backbone(x))) * target).sum(1).mean()
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - start)
measured = sorted(seconds[1:])
print(json.dumps({"pictures_per_second": arguments.batch / measured[0],
                  "median": arguments.batch / measured[len(measured) // 2],
                  "batch": arguments.batch, "threads": arguments.threads,
                  "torch": torch.__version__}))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Golden/training/augmentation.safetensors: torchvision's colour jitter, its steps in
different orders, and its grey, on a little picture with the corners of the colour cube, greys and
random colours. Needs torch, torchvision and safetensors; their versions go into the file's metadata.

usage: tools/make_golden_augmentation.py
"""
import itertools
import pathlib

import safetensors
import torch
import torchvision
import torchvision.transforms.functional as F
from safetensors.torch import save_file

torch.manual_seed(23)
STEPS = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]
corners = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)))
greys = torch.tensor([[0.2] * 3, [0.5] * 3])
picture = torch.cat([corners, greys, torch.rand(25, 3)]).reshape(5, 7, 3)
chw = picture.permute(2, 0, 1)
out = {"picture": picture.contiguous()}
orders = [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1), (0,), (1,), (2,), (3,)]
for index, order in enumerate(orders * 2):
    factors = [float(0.7 + 0.6 * torch.rand(())) for _ in range(3)]
    factors.append(float(0.6 * torch.rand(()) - 0.3) if index < 8 else (-0.5, 0.5)[index % 2])
    result = chw
    for step in order:
        result = STEPS[step](result, factors[step])
    out[f"{index}.order"] = torch.tensor(order).float()
    out[f"{index}.factors"] = torch.tensor(factors)
    out[f"{index}.expected"] = result.permute(1, 2, 0).contiguous()
out["grey"] = F.rgb_to_grayscale(chw, 3).permute(1, 2, 0).contiguous()

path = pathlib.Path(__file__).parent.parent / "Tests/Golden/training/augmentation.safetensors"
versions = {"torch": torch.__version__, "torchvision": torchvision.__version__,
            "safetensors": safetensors.__version__}
save_file(out, path, metadata=versions)

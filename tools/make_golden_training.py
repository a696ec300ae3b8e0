#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/Golden/training: layers, pools, optimizers and a little student of PyTorch on random
numbers. Needs torch and safetensors; their versions go into the file's metadata.

usage: tools/make_golden_training.py
"""
import pathlib

import safetensors
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(20)
out = {}


def keep(name, **tensors):
    for key, value in tensors.items():
        out[f"{name}.{key}"] = value.detach().contiguous().clone().float()


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def convolution(name, channels, outputs, size, kernel, stride, pads, groups=1):
    """pads: top, left, bottom, right. Weights OHWI; of depthwise ones HWC."""
    x = torch.randn(2, channels, *size, requires_grad=True)
    w = torch.randn(outputs, channels // groups, *kernel, requires_grad=True)
    b = torch.randn(outputs, requires_grad=True)
    padded = F.pad(x, (pads[1], pads[3], pads[0], pads[2]))
    y = F.conv2d(padded, w, b, stride, groups=groups)
    dy = torch.randn_like(y)
    y.backward(dy)
    order = (2, 3, 0, 1) if groups > 1 else (0, 2, 3, 1)
    keep(name, x=nhwc(x), w=w.permute(order), b=b, y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad),
         dw=w.grad.permute(order), db=b.grad)


convolution("dense3x3s2", 3, 8, (9, 8), (3, 3), (2, 2), (0, 0, 1, 1))
convolution("dense7x5", 4, 5, (8, 7), (7, 5), (1, 2), (3, 2, 3, 2))
convolution("depthwise3x3", 6, 6, (7, 8), (3, 3), (1, 1), (1, 1, 1, 1), groups=6)
convolution("depthwise5x5s2", 5, 5, (9, 7), (5, 5), (2, 2), (1, 2, 2, 2), groups=5)

x = torch.randn(7, 10, requires_grad=True)
w = torch.randn(4, 10, requires_grad=True)
b = torch.randn(4, requires_grad=True)
y = F.linear(x, w, b)
dy = torch.randn_like(y)
y.backward(dy)
keep("linear", x=x, w=w, b=b, y=y, dy=dy, dx=x.grad, dw=w.grad, db=b.grad)

for name, training in (("batchnorm", True), ("batchnorm_frozen", False)):
    x = torch.randn(3, 5, 4, 2) * 2 + 1
    x.requires_grad_()
    w = torch.randn(5, requires_grad=True)
    b = torch.randn(5, requires_grad=True)
    mean, variance = torch.randn(5), torch.rand(5) + 0.5
    keep(name, mean=mean, variance=variance)
    y = F.batch_norm(x, mean, variance, w, b, training, 0.1, 1e-5)
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(name, x=nhwc(x), w=w, b=b, y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad), dw=w.grad, db=b.grad,
         mean_after=mean, variance_after=variance)

x = torch.randn(60) * 5
x.requires_grad_()
y = F.relu6(x)
dy = torch.randn_like(y)
y.backward(dy)
keep("relu6", x=x, y=y, dy=dy, dx=x.grad)

x = torch.randn(2, 5, 3, 4, requires_grad=True)
y = x.mean((2, 3))
dy = torch.randn_like(y)
y.backward(dy)
keep("pool", x=nhwc(x), y=y, dy=dy, dx=nhwc(x.grad))

# The loss, through the norm: -lambda mean cos(p, I) - (1 - lambda) mean cos(p, T).
x = torch.randn(4, 6, requires_grad=True)
images, texts = F.normalize(torch.randn(4, 6)), F.normalize(torch.randn(4, 6))
p = F.normalize(x)
weights = torch.tensor([0.3, 0.3, 1.0, 0.3])  # the third picture's class has no text
loss = -(weights * (p * images).sum(1) + (1 - weights) * (p * texts).sum(1)).mean()
loss.backward()
keep("loss", x=x, images=images, texts=texts, p=p, loss=loss.reshape(1), dx=x.grad)

for name, make in {
    "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
}.items():
    parameters = torch.nn.Parameter(torch.randn(20))
    optimizer = make([parameters])
    keep(name, start=parameters)
    gradients = torch.randn(8, 20)
    for gradient in gradients:
        parameters.grad = gradient.clone()
        optimizer.step()
    keep(name, gradients=gradients, end=parameters)

path = pathlib.Path(__file__).parent.parent / "Tests/Golden/training/layers.safetensors"
path.parent.mkdir(parents=True, exist_ok=True)
save_file(out, path, {"torch": torch.__version__, "safetensors": safetensors.__version__,
                      "script": "tools/make_golden_training.py"})
print(path, path.stat().st_size, "bytes")

# What came later has a seed and a file of its own, so that the numbers above stay as they are.
state = torch.get_rng_state()
torch.manual_seed(21)
out = {}


def pool(name, size, run):
    """Values are small integers, so that windows have ties."""
    x = torch.randint(-3, 4, (2, 5, *size)).float().requires_grad_()
    y = run(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(name, x=nhwc(x), y=nhwc(y), dy=nhwc(dy), dx=nhwc(x.grad))


pool("max3x3s2", (9, 8), lambda x: F.max_pool2d(x, 3, 2, 1))
pool("max2x3", (7, 5), lambda x: F.max_pool2d(x, (2, 3), (2, 1)))
pool("average3x3s2", (9, 8), lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False))
pool("average3x3s2_padding", (9, 8), lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=True))
pool("average2x2", (6, 7), lambda x: F.avg_pool2d(x, 2))

x = torch.randn(61)
x[7] = 0
x.requires_grad_()
y = F.relu(x)
dy = torch.randn_like(y)
y.backward(dy)
keep("relu", x=x, y=y, dy=dy, dx=x.grad)

versions = {"torch": torch.__version__, "safetensors": safetensors.__version__,
            "script": "tools/make_golden_training.py"}
save_file(out, path.with_name("pools.safetensors"), versions)
out = {}

for name, make in {
    "sgd_plain": lambda p: torch.optim.SGD(p, 0.1),
    "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
}.items():
    parameters = torch.nn.Parameter(torch.randn(11))
    start = parameters.detach().clone()
    optimizer = make([parameters])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    gradients, rates, trajectory = torch.randn(20, 11), [], []
    for gradient in gradients:
        rates.append(optimizer.param_groups[0]["lr"])
        parameters.grad = gradient.clone()
        optimizer.step()
        schedule.step()
        trajectory.append(parameters.detach().clone())
    keep(name, start=start, gradients=gradients, rates=torch.tensor(rates),
         trajectory=torch.stack(trajectory))
save_file(out, path.with_name("trajectories.safetensors"), versions)
torch.set_rng_state(state)

# A little student: one step of Align and one of Distill, with Adam.
class Student(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 8, 3, 2, 1)
        self.expand = torch.nn.Conv2d(8, 16, 1)
        self.depthwise = torch.nn.Conv2d(16, 16, 3, 1, 1, groups=16)
        self.project = torch.nn.Conv2d(16, 8, 1)
        self.head = torch.nn.Conv2d(8, 12, 1)
        self.classifier = torch.nn.Linear(12, 3)

    def features(self, x):
        x = F.relu6(self.stem(x))
        y = F.relu6(self.expand(x))
        y = F.relu6(self.depthwise(y))
        x = x + self.project(y)
        return F.relu6(self.head(x)).mean((2, 3))

    def forward(self, x):
        return self.classifier(self.features(x))


student = Student()
onnx_path = path.with_name("student.onnx")
torch.onnx.export(student, torch.randn(1, 3, 12, 10), onnx_path, dynamo=False)
width = 5
projection = torch.nn.Linear(12, width)
pixels = torch.randn(6, 3, 12, 10)
images, texts = F.normalize(torch.randn(6, width)), F.normalize(torch.randn(6, width))
steps = {"pixels": nhwc(pixels), "images": images, "texts": texts,
         "projection_w": projection.weight.clone(), "projection_b": projection.bias.clone()}


def loss_of(x):
    p = F.normalize(projection(student.features(x)))
    return p, -(0.5 * (p * images).sum(1) + 0.5 * (p * texts).sum(1)).mean()


for stage, module, rate in (("align", projection, 0.05), ("distill", student, 0.01)):
    optimizer = torch.optim.Adam(module.parameters(), rate)
    p, loss = loss_of(pixels)
    optimizer.zero_grad()
    loss.backward()
    steps[f"{stage}_p"] = p
    steps[f"{stage}_loss"] = loss.reshape(1)
    if stage == "distill":
        steps["stem_dw"] = student.stem.weight.grad.permute(0, 2, 3, 1)
        steps["depthwise_dw"] = student.depthwise.weight.grad.permute(2, 3, 0, 1)
        steps["head_db"] = student.head.bias.grad
    optimizer.step()
p, loss = loss_of(pixels)
steps["end_p"], steps["end_loss"] = p, loss.reshape(1)
steps = {f"student.{key}": value.detach().contiguous().clone() for key, value in steps.items()}
save_file(steps, path.with_name("student.safetensors"), {"torch": torch.__version__})
print(onnx_path, onnx_path.stat().st_size, "bytes")

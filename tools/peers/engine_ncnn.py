# SPDX-License-Identifier: Apache-2.0
"""ncnn in floating point, converted by pnnx. Its tools for int8 are in no package of PyPI, so that
this stands for ncnn's convenience and not for its best speed. Run as a program it is the driver."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from engine import Engine, finish, package_folder


class Ncnn(Engine):
    package = "ncnn"
    driver = None
    name = "ncnn-float16"
    note = ("pnnx, weights and where possible activations of 16 bits, not int8; driven from Python,"
            " whose start and memory are in its figures")

    def prepare(self, network, pictures):
        path = self.workspace.models(network, pictures) / "ncnn.param"
        if path.exists():
            return path
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            # pnnx writes all that it makes beside its input.
            shutil.copy(network.path, Path(folder) / "student.onnx")
            result = subprocess.run(
                [str(package_folder("pnnx") / "pnnx"), "student.onnx"], cwd=folder,
                capture_output=True, text=True)
            if result.returncode:
                raise RuntimeError(f"pnnx failed:\n{result.stderr[-2000:]}")
            finish(Path(folder) / "student.ncnn.bin", path.with_suffix(".bin"))
            return finish(Path(folder) / "student.ncnn.param", path)

    def _driver(self, model, threads):
        return [sys.executable, __file__, str(model), str(threads)]

    def model_files(self, model):
        return [model, model.with_suffix(".bin")]

    def runtime_files(self):
        libraries = package_folder("ncnn").with_name("ncnn.libs").glob("*.so*")
        return [*package_folder("ncnn").glob("*.so"), *libraries]


def open_network(model, threads):
    """A call that computes the scores of float32 CHW."""
    import ncnn

    network = ncnn.Net()
    network.opt.num_threads = threads
    network.opt.use_vulkan_compute = False
    network.load_param(model)
    network.load_model(str(Path(model).with_suffix(".bin")))

    def run(frame):
        extractor = network.create_extractor()
        extractor.input("in0", ncnn.Mat(frame))
        return extractor.extract("out0")[1]

    return run


def drive(model, threads, action, count=1):
    """The same actions as peer.c has."""
    import json
    import time

    import numpy as np

    run = open_network(model, int(threads))
    shape = (3, 224, 224)
    if action == "labels":
        size = 4 * int(np.prod(shape))
        while len(data := sys.stdin.buffer.read(size)) == size:
            print(np.array(run(np.frombuffer(data, np.float32).reshape(shape))).argmax())
        return
    frame = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    if action == "start":
        print(np.array(run(frame)).argmax())
        return
    for _ in range(10):
        run(frame)
    times = []
    for _ in range(int(count)):
        start = time.monotonic_ns()
        run(frame)
        times.append((time.monotonic_ns() - start) / 1e6)
    times.sort()
    last = min(len(times) - 1, len(times) * 99 // 100)
    print(json.dumps({"milliseconds": {
        "min": times[0], "median": times[len(times) // 2], "p99": times[last]}}))


if __name__ == "__main__":
    drive(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times another engine on its own model file, and prints one JSON object.

    tools/bench_peer.py litert MODEL.tflite --threads 1 --iterations 100
    tools/bench_peer.py onnxruntime MODEL.onnx --threads 2 --iterations 100

Milliseconds of whole frames by the monotonic clock, after a warm-up, on random input that is set
once. Each engine gets the settings that its documentation recommends for speed: LiteRT its XNNPACK
delegate, ONNX Runtime all graph optimizations and input and output bound in advance.

A further engine is one more function that returns a call which computes one frame, and one entry in
PEERS.
"""
import argparse
import importlib.metadata
import json
import time

SEED = 1
WARM_UP_FRAMES = 10


def random_input(shape, dtype):
    """All bytes for an integer input; -1...1 for a float32 one, as for a preprocessed picture."""
    import numpy as np

    generator = np.random.default_rng(SEED)
    if np.issubdtype(dtype, np.integer):
        bounds = np.iinfo(dtype)
        return generator.integers(bounds.min, bounds.max, shape, dtype=dtype, endpoint=True)
    return generator.uniform(-1, 1, shape).astype(dtype)


def litert(model, threads):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model, num_threads=threads)
    interpreter.allocate_tensors()
    for tensor in interpreter.get_input_details():
        interpreter.set_tensor(tensor["index"], random_input(tensor["shape"], tensor["dtype"]))
    return interpreter.invoke


def onnxruntime(model, threads):
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    dtypes = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8}
    binding = session.io_binding()
    for tensor in session.get_inputs():
        # A dimension that the file leaves open, the batch, is a text here.
        shape = [length if isinstance(length, int) else 1 for length in tensor.shape]
        binding.bind_cpu_input(tensor.name, random_input(shape, dtypes[tensor.type]))
    for tensor in session.get_outputs():
        binding.bind_output(tensor.name)
    return lambda: session.run_with_iobinding(binding)


# Name, the package on PyPI that holds it, and what makes a call of one frame.
PEERS = {
    "litert": ("ai-edge-litert", litert),
    "onnxruntime": ("onnxruntime", onnxruntime),
}


def measure(run, iterations):
    """Milliseconds of `iterations` frames, ascending."""
    for _ in range(WARM_UP_FRAMES):
        run()
    frames = []
    for _ in range(iterations):
        start = time.monotonic_ns()
        run()
        frames.append((time.monotonic_ns() - start) / 1e6)
    return sorted(frames)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=100)
    arguments = parser.parse_args()
    if arguments.threads < 1 or arguments.iterations < 1:
        parser.error("--threads and --iterations are at least 1")
    package, prepare = PEERS[arguments.peer]
    frames = measure(prepare(arguments.model, arguments.threads), arguments.iterations)
    count = len(frames)
    print(json.dumps({
        "engine": arguments.peer, "version": importlib.metadata.version(package),
        "threads": arguments.threads, "iterations": count,
        "milliseconds": {
            "min": frames[0], "median": frames[count // 2],
            "p99": frames[min(count - 1, count * 99 // 100)],
        },
    }))


if __name__ == "__main__":
    main()

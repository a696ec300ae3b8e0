# SPDX-License-Identifier: Apache-2.0
"""Everything before the clock runs: models of all engines, and how often each agrees with the float
network. Both are kept; remove .cache/peers to start anew."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from engine import finish
from engine_onnxruntime import OnnxRuntimeFloat


def note(message):
    print(f"bench-peers: {message}", file=sys.stderr, flush=True)


def models(network, pictures, chosen):
    """The model of each engine. One that cannot be made is left out, and why is said."""
    made = {}
    for engine in chosen:
        note(f"{network.name}: model of {engine.name}")
        try:
            made[engine.name] = engine.prepare(network, pictures)
        except (RuntimeError, OSError, ImportError, ValueError) as failure:
            note(f"{network.name}: {engine.name} is left out: {failure}")
    return made


def agreement(network, pictures, engine, model, kept):
    """The share of evaluation pictures whose first label is the float network's.

    None for random weights, whose answers mean nothing. `kept` is the file of earlier results.
    """
    if network.is_random:
        return None
    results = json.loads(kept.read_text()) if kept.exists() else {}

    def labels(one, its_model):
        if one.name not in results:
            note(f"{network.name}: labels of {one.name}")
            results[one.name] = one.labels(network, its_model, pictures)
        return results[one.name]

    expected = labels(OnnxRuntimeFloat(engine.workspace), network.path)
    found = labels(engine, model)
    pending = kept.with_suffix(".pending")
    pending.write_text(json.dumps(results))
    finish(pending, kept)
    if len(found) != len(expected):
        raise RuntimeError(f"{engine.name} gave {len(found)} labels for {len(expected)} pictures")
    return sum(a == b for a, b in zip(found, expected)) / len(expected)


def byte_count(files):
    return sum(Path(file).stat().st_size for file in files)


def stripped_byte_count(files):
    """Bytes on disk of libraries or programs without their symbols."""
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            copy = Path(folder) / "stripped"
            result = subprocess.run(["strip", "-o", str(copy), str(file)], capture_output=True)
            total += (copy if result.returncode == 0 else Path(file)).stat().st_size
    return total

# SPDX-License-Identifier: Apache-2.0
"""LiteRT with XNNPACK: full int8 by TensorFlow's converter, from a Keras model with the weights of
the ONNX file; or a .tflite file that is given."""
import subprocess
from pathlib import Path

from engine import Engine, calibration, finish, package_folder


class LiteRT(Engine):
    package = "ai-edge-litert"
    driver = name = "litert"
    note = "int8 by TensorFlow's converter, XNNPACK"

    def prepare(self, network, pictures):
        given = self.workspace.tflite.get(network.name)
        if given:
            return Path(given)
        folder = self.workspace.models(network, pictures)
        path, pending = folder / "litert.tflite", folder / "litert.pending"
        if path.exists():
            return path
        import numpy as np

        inputs = folder / "litert-calibration.npz"
        frames = calibration(network, pictures)
        np.savez(inputs, frames=np.concatenate(frames), logits=float_scores(network, frames[0]))
        result = subprocess.run(
            [str(self.workspace.converter), str(Path(__file__).with_name("convert_litert.py")),
             str(network.path), str(inputs), str(pending)], capture_output=True, text=True)
        inputs.unlink()
        if result.returncode:
            raise RuntimeError(f"TensorFlow's converter failed:\n{result.stderr[-2000:]}")
        return finish(pending, path)

    def encoded(self, network, model, pictures):
        import numpy as np
        from ai_edge_litert.interpreter import Interpreter

        details = Interpreter(str(model)).get_input_details()[0]
        values = network.normalized(pictures).transpose(0, 2, 3, 1)
        if details["dtype"] != np.float32:
            scale, zero = details["quantization"]
            bounds = np.iinfo(details["dtype"])
            values = np.clip(np.round(values / scale) + zero, bounds.min, bounds.max)
        return np.ascontiguousarray(values.astype(details["dtype"])).tobytes()

    def runtime_files(self):
        return [package_folder("ai_edge_litert") / "libLiteRt.so"]


def float_scores(network, frame):
    """What the float network says of a frame, for the converter to check its own against."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(network.path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: frame})[0]

# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime: static quantization to QDQ, unsigned activations and signed weights for each
channel, as its documentation recommends for x86-64."""
import logging

from engine import Engine, calibration, finish, package_folder


class OnnxRuntime(Engine):
    """`reduce_range` (weights of 7 bits) is safe on every CPU. Without it, 8 bits saturate in
    AVX2's multiplication, and do not where the CPU has VNNI."""
    package = driver = "onnxruntime"

    def __init__(self, workspace, name, reduce_range):
        super().__init__(workspace)
        self.name = name
        self.reduce_range = reduce_range
        self.note = (
            "QDQ U8S8 per channel, reduce_range" if reduce_range
            else "QDQ U8S8 per channel, weights of 8 bits: saturates on CPUs without VNNI")

    def prepare(self, network, pictures):
        folder = self.workspace.models(network, pictures)
        path = folder / f"{self.name}.onnx"
        if path.exists():
            return path
        from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
        from onnxruntime.quantization.shape_inference import quant_pre_process

        logging.disable(logging.WARNING)
        simplified, pending = folder / "simplified.onnx", folder / f"{self.name}.pending"
        quant_pre_process(str(network.path), str(simplified), skip_symbolic_shape=True)
        quantize_static(
            str(simplified), str(pending), reader(simplified, calibration(network, pictures)),
            quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=self.reduce_range,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
        simplified.unlink()
        return finish(pending, path)

    def runtime_files(self):
        return [shared_library()]


class OnnxRuntimeFloat(Engine):
    """The float network itself."""
    package = driver = "onnxruntime"
    name = "onnxruntime-float32"
    note = "the float network, not quantized"

    def prepare(self, network, pictures):
        return network.path

    def runtime_files(self):
        return [shared_library()]


def shared_library():
    folder = package_folder("onnxruntime") / "capi"
    return sorted(folder.glob("libonnxruntime.so.*"))[-1]


def reader(model, inputs):
    import onnx
    from onnxruntime.quantization import CalibrationDataReader

    name = onnx.load(str(model), load_external_data=False).graph.input[0].name

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.frames = iter(inputs)

        def get_next(self):
            frame = next(self.frames, None)
            return None if frame is None else {name: frame}

    return Reader()

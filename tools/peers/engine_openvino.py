# SPDX-License-Identifier: Apache-2.0
"""OpenVINO: quantized after training by NNCF, mixed preset."""
from collections import Counter

from engine import Engine, calibration, package_folder

# What the CPU needs to run a model in OpenVINO's own format: no other device, no importer.
LIBRARIES = ("libopenvino.so.*", "libopenvino_c.so.*", "libopenvino_intel_cpu_plugin.so",
             "libopenvino_ir_frontend.so.*", "libtbb.so.*", "libtbbmalloc.so.*", "libhwloc.so.*")


class OpenVINO(Engine):
    """With `overflow_fix` weights keep to 7 bits, so that AVX2's multiplication cannot saturate."""
    package = driver = "openvino"

    def __init__(self, workspace, name, overflow_fix, avx2=False):
        super().__init__(workspace)
        self.name = name
        self.overflow_fix = overflow_fix
        self.note = (
            "NNCF mixed, overflow fix" if overflow_fix
            else "NNCF mixed, no overflow fix: saturates on CPUs without VNNI")
        if avx2:
            self.variables = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
            self.note += "; held to AVX2 by ONEDNN_MAX_CPU_ISA"

    def prepare(self, network, pictures):
        name = "openvino" if self.overflow_fix else "openvino-8bit"
        path = self.workspace.models(network, pictures) / f"{name}.xml"
        if path.exists():
            return path
        import nncf
        import openvino
        from nncf.quantization.advanced_parameters import (
            AdvancedQuantizationParameters, OverflowFix)

        fix = OverflowFix.ENABLE if self.overflow_fix else OverflowFix.DISABLE
        inputs = calibration(network, pictures)
        quantized = nncf.quantize(
            openvino.convert_model(str(network.path)), nncf.Dataset(inputs),
            preset=nncf.QuantizationPreset.MIXED, subset_size=len(inputs),
            advanced_parameters=AdvancedQuantizationParameters(overflow_fix=fix))
        pending = path.with_name(f"pending-{name}.xml")
        openvino.save_model(quantized, str(pending))
        pending.with_suffix(".bin").rename(path.with_suffix(".bin"))
        pending.rename(path)
        return path

    def model_files(self, model):
        return [model, model.with_suffix(".bin")]

    def runtime_files(self):
        folder = package_folder("openvino") / "libs"
        return [path for pattern in LIBRARIES for path in sorted(folder.glob(pattern))]

    def instruction_sets(self, network, model):
        """The kernels of the compiled model and how many layers each computes."""
        import subprocess
        import sys

        # In a process of its own: the variables hold for what loads the library anew.
        result = subprocess.run(
            [sys.executable, __file__, str(model)], capture_output=True, text=True,
            env=self.environment())
        return result.stdout.strip() or None


def kernels(model):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(model, "CPU", settings)
    counts = Counter()
    for operation in compiled.get_runtime_model().get_ops():
        info = operation.get_rt_info()
        if "primitiveType" in info and str(info["layerType"].astype(str)) in (
                "Convolution", "FullyConnected", "MatMul"):
            counts[str(info["primitiveType"].astype(str))] += 1
    return ", ".join(f"{name} x{count}" for name, count in counts.most_common())


if __name__ == "__main__":
    import sys

    print(kernels(sys.argv[1]))

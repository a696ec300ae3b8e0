# SPDX-License-Identifier: Apache-2.0
"""All engines by name, in the order in which they run."""
from engine_litert import LiteRT
from engine_ncnn import Ncnn
from engine_onnxruntime import OnnxRuntime, OnnxRuntimeFloat
from engine_openvino import OpenVINO
from engine_swiftlet import Swiftlet

OURS = "swiftlet"
# The instruction set that an engine is held to ends its name: ratios are formed with ours there.
HELD = "-avx2"


def engines(workspace):
    """MNN is absent on purpose: its package's programs install others unasked."""
    made = [
        Swiftlet(workspace, OURS),
        OnnxRuntime(workspace, "onnxruntime", reduce_range=True),
        OpenVINO(workspace, "openvino", overflow_fix=True),
        LiteRT(workspace),
        OnnxRuntime(workspace, "onnxruntime-8bit", reduce_range=False),
        OpenVINO(workspace, "openvino-8bit", overflow_fix=False),
        OnnxRuntimeFloat(workspace),
        Ncnn(workspace),
        Swiftlet(workspace, OURS + HELD, isa="avx2"),
        OpenVINO(workspace, "openvino" + HELD, overflow_fix=True, avx2=True),
    ]
    return {engine.name: engine for engine in made}


# Without being asked for: each engine at its safe setting, and the float network.
STANDARD = ["swiftlet", "onnxruntime", "openvino", "litert", "onnxruntime-8bit",
            "onnxruntime-float32"]


def counterpart(name):
    """Which of ours a peer is compared with; None for ours."""
    if name.split("-")[0] == OURS:
        return None
    return OURS + HELD if name.endswith(HELD) else OURS

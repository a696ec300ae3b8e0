# SPDX-License-Identifier: Apache-2.0
"""Compiles the programs that drive the engines: what starts in a few milliseconds and holds little
memory adds little to what it measures."""
import os
import shutil
import subprocess
from pathlib import Path

from engine import package_folder

SOURCES = Path(__file__).with_name("native")
FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]


def compiler():
    for name in ("clang", "gcc", "cc"):
        if shutil.which(name):
            return name
    raise RuntimeError("there is no C compiler; install one: apt-get install clang")


def library_of(engine, folder):
    """The engine's library and its folder of headers; a link where its file is named otherwise
    than programs look for it."""
    if engine == "onnxruntime":
        file = sorted((package_folder("onnxruntime") / "capi").glob("libonnxruntime.so.*"))[-1]
        link = folder / "libonnxruntime.so.1"
        link.unlink(missing_ok=True)
        link.symlink_to(file)
        return link, None
    if engine == "openvino":
        root = package_folder("openvino")
        return sorted((root / "libs").glob("libopenvino_c.so.*"))[-1], root / "include"
    return package_folder("ai_edge_litert") / "libLiteRt.so", None


def build(drivers, cache):
    """Programs `launch`, `distance` and one for each of `drivers`, newer than their sources."""
    folder = cache / "native"
    folder.mkdir(parents=True, exist_ok=True)
    compile([SOURCES / "launch.c"], folder / "launch", [])
    compile([SOURCES / "distance.c"], folder / "distance", ["-lpthread"])
    for driver in sorted(drivers):
        library, headers = library_of(driver, folder)
        flags = [str(library), f"-Wl,-rpath,{library.parent}", "-Wl,--allow-shlib-undefined"]
        if headers:
            flags = ["-I", str(headers)] + flags
        compile([SOURCES / "peer.c", SOURCES / f"{driver}.c"], folder / driver, flags)


def compile(sources, output, flags):
    inputs = list(sources) + [SOURCES / "peer.h", Path(__file__)]
    newest = max(path.stat().st_mtime for path in inputs)
    if output.exists() and output.stat().st_mtime > newest:
        return
    pending = output.with_suffix(".pending")
    command = [compiler(), *FLAGS, *map(str, sources), *flags, "-o", str(pending)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr[-2000:]}")
    os.replace(pending, output)

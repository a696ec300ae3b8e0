# SPDX-License-Identifier: Apache-2.0
"""What the machine is."""
import os
import platform
import re
from pathlib import Path

# The flags of /proc/cpuinfo that matter to int8 kernels.
INSTRUCTION_SETS = (
    "ssse3 sse4_1 avx avx2 fma avx_vnni avx_vnni_int8 avx512f avx512bw avx512vl avx512_vnni "
    "amx_int8 neon asimd asimddp i8mm sve sve2").split()


def processor():
    """The model name of the CPU, and which of INSTRUCTION_SETS it has."""
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"^(?:model name|Model|Hardware)\s*: (.*)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*: (.*)$", text, re.MULTILINE)
    found = set(flags[1].split()) if flags else set()
    return {
        "model": name[1].strip() if name else platform.machine(),
        "instructionSets": [flag for flag in INSTRUCTION_SETS if flag in found],
    }


def physical_cores():
    """One usable CPU number of each core: the hardware threads of one core would share it."""
    seen, cores = set(), []
    for cpu in sorted(os.sched_getaffinity(0)):
        path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings = path.read_text().strip() if path.exists() else str(cpu)
        if siblings not in seen:
            seen.add(siblings)
            cores.append(cpu)
    return cores

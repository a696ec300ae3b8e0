# SPDX-License-Identifier: Apache-2.0
"""What a process uses, from /proc."""
import os
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# proc(5): fields of /proc/PID/stat after the command's name; the first one is the state, field 3.
USER_TIME, SYSTEM_TIME = 14 - 3, 15 - 3


def cpu_seconds(pid):
    """User and system time of all its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / TICKS_PER_SECOND


def cpu_percent(pid, seconds):
    """Of one core, over the next seconds."""
    begin, started = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_seconds(pid) - begin) / (time.monotonic() - started)


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE_BYTES


def descriptors(pid):
    """What each open file descriptor is, sorted."""
    folder = f"/proc/{pid}/fd"
    return sorted(os.readlink(f"{folder}/{name}") for name in os.listdir(folder))

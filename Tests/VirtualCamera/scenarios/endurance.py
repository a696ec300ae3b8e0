# SPDX-License-Identifier: Apache-2.0
"""What the program uses over time."""
from collections import Counter

from rig.checks import check, scenario
from rig.process import cpu_percent, descriptors, resident_bytes

AWAY = ("camera-gone", "camera-absent")
CYCLES, WARM_UP_CYCLES = 20, 4
GROWTH_BYTES = 1 << 20
AWAY_CPU_PERCENT = 5


@scenario("endurance", "20 times unplugged: no descriptor and less than 1 MB more")
def cycles(rig):
    camera, watch = rig.streaming()
    for cycle in range(1, CYCLES + 1):
        camera.unplug()
        watch.expect_fault(*AWAY)
        camera.plug()
        watch.expect_return(*AWAY)
        if cycle == WARM_UP_CYCLES:
            open_before, resident_before = descriptors(watch.pid), resident_bytes(watch.pid)
    more = Counter(descriptors(watch.pid)) - Counter(open_before)
    growth = resident_bytes(watch.pid) - resident_before
    watch.end()
    check(not more, f"file descriptors left open: {dict(more)}")
    check(growth < GROWTH_BYTES, f"{growth} bytes more resident")
    return (f"{len(open_before)} descriptors, {resident_before / 2**20:.1f} MB, "
            f"growth {growth / 1024:.0f} KB")


@scenario("endurance", "less than 5 % of a core while the camera is away")
def away(rig):
    camera, watch = rig.streaming()
    camera.unplug()
    watch.expect_fault(*AWAY)
    unplugged = cpu_percent(watch.pid, 3)
    camera.plug()
    watch.expect_return(*AWAY)
    camera.tell("freeze")
    watch.expect_fault("camera-frozen")
    frozen = cpu_percent(watch.pid, 3)
    camera.tell("thaw")
    watch.expect_return("camera-frozen")
    watch.end()
    check(unplugged < AWAY_CPU_PERCENT, f"{unplugged:.1f} % while unplugged")
    check(frozen < AWAY_CPU_PERCENT, f"{frozen:.1f} % while frozen")
    return f"unplugged {unplugged:.1f} %, frozen {frozen:.1f} %"

# SPDX-License-Identifier: Apache-2.0
"""From the frame's timestamp to the event."""
from rig.checks import check, scenario

FRAME_MILLISECONDS = 1000 / 30
SECONDS = 4
# A frame's timestamp is that of its first bytes; the webcam needs some time for the others.


def latency(rig, format):
    _, watch = rig.streaming("--stats", str(SECONDS), format=format)
    watch.expect_event("stats", SECONDS + 2)  # holds the start
    stats = watch.expect_event("stats", SECONDS + 2)
    watch.end()
    age, prepare, network = (stats[key] for key in ("age_ms", "prepare_ms", "network_ms"))
    limit = FRAME_MILLISECONDS + network["p99"]
    figures = (f"age p50 {age['p50']:.1f} p99 {age['p99']:.1f} max {age['max']:.1f}, "
               f"prepare p50 {prepare['p50']:.1f}, network p50 {network['p50']:.1f} ms, "
               f"{stats['rate']:.1f} frames a second, {stats['dropped']} dropped, "
               f"CPU {stats['cpu_percent']:.0f} %")
    check(age["p99"] < limit, f"p99 of age_ms is not below {limit:.1f} ms: {figures}")
    return figures


@scenario("latency", "MJPG at 30 frames a second")
def mjpg(rig):
    return latency(rig, "MJPG")


@scenario("latency", "YUYV at 30 frames a second")
def yuyv(rig):
    return latency(rig, "YUYV")

# SPDX-License-Identifier: Apache-2.0
"""Another driver: single-planar, multiplanar, and errors that it injects."""
from rig.checks import scenario

# vivid draws its frames itself, and leaves some out on a busy machine.
LEFT_OUT = ["frame-damaged"]
AWAY = ("camera-gone", "camera-absent", "camera-failed")


def streaming(rig, *options, **vivid):
    camera = rig.vivid(**vivid)
    watch = rig.watch(camera.node, "--size", "640x360", *options)
    source = watch.expect_source(width=640, height=360)
    watch.expect_result()
    return camera, watch, source


@scenario("vivid", "single-planar")
def single_planar(rig):
    _, watch, source = streaming(rig, "--format", "YUYV")
    watch.expect_no_faults(1, allowed=LEFT_OUT)
    watch.end()
    return source["format"]


@scenario("vivid", "multiplanar, one plane")
def multiplanar(rig):
    _, watch, source = streaming(rig, "--format", "YUYV", multiplanar=True)
    watch.expect_no_faults(1, allowed=LEFT_OUT)
    watch.end()
    return source["format"]


@scenario("vivid", "multiplanar, a format of the program's choice")
def multiplanar_chosen(rig):
    _, watch, source = streaming(rig, multiplanar=True)
    watch.expect_no_faults(1, allowed=LEFT_OUT)
    watch.end()
    return source["format"]


@scenario("vivid", "the driver is unbound and bound")
def unbind(rig):
    camera, watch, _ = streaming(rig)
    camera.unbind()
    fault = watch.expect_fault(*AWAY)
    camera.bind()
    watch.expect_source(recovered_from=fault["fault"])
    watch.expect_result()
    watch.end()


@scenario("vivid", "a buffer is marked as damaged")
def marked(rig):
    camera, watch, _ = streaming(rig)
    camera.press("inject_v4l2_buf_flag_error")
    watch.expect_fault("frame-damaged")
    watch.expect_recovered("frame-damaged")
    watch.expect_result()
    watch.end()


@scenario("vivid", "the stream fails for good, and is started again")
def fatal(rig):
    camera, watch, _ = streaming(rig)
    camera.press("inject_fatal_streaming_error")
    fault = watch.expect_fault("camera-failed", "camera-gone")
    watch.expect_source(recovered_from=fault["fault"])
    watch.expect_result()
    watch.end()


@scenario("vivid", "starting the stream fails once")
def start_fails(rig):
    camera = rig.vivid()
    camera.press("inject_vidioc_streamon_error")
    watch = rig.watch(camera.node, "--size", "640x360")
    fault = watch.expect_fault("camera-failed", "camera-busy")
    watch.expect_source(recovered_from=fault["fault"])
    watch.expect_result()
    watch.end()


@scenario("vivid", "half of the buffers are dropped")
def dropped(rig):
    camera, watch, _ = streaming(rig)
    camera.set_control("percentage_of_dropped_buffers", 50)
    watch.expect_no_faults(2, allowed=LEFT_OUT)
    camera.set_control("percentage_of_dropped_buffers", 0)
    watch.end()

# SPDX-License-Identifier: Apache-2.0
"""Frames are damaged, or none come."""
from rig.checks import check, scenario


@scenario("frames", "the camera freezes and thaws")
def freeze(rig):
    camera, watch = rig.streaming()
    camera.tell("freeze")
    watch.expect_fault("camera-frozen", within=2 + 1.5)
    watch.skip()
    camera.tell("thaw")
    watch.expect_return("camera-frozen")
    watch.end()


@scenario("frames", "frozen from the first frame on")
def frozen_at_the_start(rig):
    camera = rig.webcam()
    camera.tell("freeze")
    watch = rig.watch(camera.node, "--format", "MJPG", "--size", "640x480")
    watch.expect_fault("camera-frozen", within=7)
    camera.tell("thaw")
    watch.expect_return("camera-frozen")
    watch.end()


def damaged(rig, command, format, keep_damaged=False):
    """A burst of 30 damaged frames, one second: one fault, then labels again."""
    camera, watch = rig.streaming(format=format, keep_damaged=keep_damaged)
    camera.tell(command)
    watch.expect_fault("frame-damaged")
    recovered = watch.expect_recovered("frame-damaged")
    check(recovered["count"] > 0, f"no damaged frames counted in {recovered}")
    watch.expect_label()
    watch.expect_no_faults(0.5)
    watch.end()
    return f"{recovered['count']} frames"


@scenario("frames", "a burst of garbled JPEG files")
def garbled(rig):
    return damaged(rig, "garble 30", "MJPG")


@scenario("frames", "truncated JPEG files")
def truncated_jpeg(rig):
    return damaged(rig, "truncate 30", "MJPG")


@scenario("frames", "truncated YUYV frames that the driver marks")
def truncated_marked(rig):
    return damaged(rig, "truncate 30", "YUYV", keep_damaged=True)


@scenario("frames", "UVC's error bit, marked by the driver")
def error_bit_marked(rig):
    return damaged(rig, "error 30", "NV12", keep_damaged=True)


@scenario("frames", "truncated YUYV frames that the driver drops")
def truncated_dropped(rig):
    camera, watch = rig.streaming(format="YUYV")
    camera.tell("truncate 30")
    # Only the frames' numbers tell.
    watch.expect_no_faults(2, allowed=["frame-damaged"])
    watch.expect_label()
    watch.end()


@scenario("frames", "frames dropped by the driver for longer than the freeze timeout")
def error_bit_dropped(rig):
    camera, watch = rig.streaming(format="YUYV")
    camera.tell("error 100000")
    watch.expect_fault("camera-frozen")
    camera.tell("error 0")
    watch.expect_return("camera-frozen")
    watch.end()

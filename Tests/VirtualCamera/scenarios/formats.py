# SPDX-License-Identifier: Apache-2.0
"""What the camera shows is what the program says, in every format."""
import signal

from rig.checks import check, scenario


def follows_the_picture(rig, format, size, *options):
    camera = rig.webcam()
    watch = rig.watch(camera.node, *options)
    width, height = size
    source = watch.expect_source(width=width, height=height, device=camera.node,
                                 **({"format": format} if format else {}))
    watch.expect_label("cat")
    camera.tell("show 1")
    watch.expect_label("coffee")
    camera.tell("show 0")
    watch.expect_label("cat")
    watch.expect_no_faults(0.5)
    watch.end()
    return f"{source['name']}, {source['rate']:.4g} frames a second"


@scenario("formats", "YUYV 640x480")
def yuyv(rig):
    return follows_the_picture(rig, "YUYV", (640, 480), "--format", "YUYV", "--size", "640x480")


@scenario("formats", "MJPG 640x480")
def mjpg(rig):
    return follows_the_picture(rig, "MJPG", (640, 480), "--format", "MJPG", "--size", "640x480")


@scenario("formats", "NV12 640x480")
def nv12(rig):
    return follows_the_picture(rig, "NV12", (640, 480), "--format", "NV12", "--size", "640x480")


@scenario("formats", "MJPG 1280x720")
def large(rig):
    return follows_the_picture(rig, "MJPG", (1280, 720), "--format", "MJPG", "--size", "1280x720")


@scenario("formats", "no options: the program chooses the mode")
def chosen(rig):
    camera = rig.webcam()
    watch = rig.watch(camera.node)
    source = watch.expect_source()
    watch.expect_label("cat")
    watch.end()
    return f"{source['format']} {source['width']}x{source['height']}"


@scenario("formats", "a camera at 5 frames a second")
def slow(rig):
    camera = rig.webcam()
    camera.tell("rate 5")
    watch = rig.watch(camera.node, "--format", "MJPG", "--size", "640x480")
    watch.expect_label("cat")
    watch.expect_no_faults(3)
    watch.end()


@scenario("formats", "SIGTERM and SIGINT end it: an end event, exit code 0")
def signals(rig):
    _, watch = rig.streaming()
    watch.end(signal.SIGTERM)
    again = rig.watch(watch.command[2], "--format", "MJPG")
    again.expect_label()
    again.end(signal.SIGINT)


@scenario("formats", "a signal ends it also while the camera is away")
def signal_while_away(rig):
    camera, watch = rig.streaming()
    camera.unplug()
    watch.expect_fault("camera-gone", "camera-absent")
    watch.end()
    check(watch.process.returncode == 0, "exit code")

# SPDX-License-Identifier: Apache-2.0
"""The camera goes away and comes back."""
from rig.checks import check, scenario
from rig.webcam import NAME

AWAY = ("camera-gone", "camera-absent")


@scenario("unplug", "unplugged and plugged in again")
def unplug(rig):
    camera, watch = rig.streaming()
    camera.unplug()
    fault = watch.expect_fault(*AWAY)
    camera.plug()
    watch.expect_return(*AWAY)
    watch.end()
    return f"{fault['fault']}, errno {fault['errno']}"


@scenario("unplug", "plugged in again at once")
def replug_at_once(rig):
    camera, watch = rig.streaming()
    camera.tell("plug")
    watch.expect_return(*AWAY)
    watch.end()


@scenario("unplug", "comes back under another number")
def other_number(rig):
    camera = rig.webcam()
    node = camera.node
    let_go = rig.hold(node)
    watch = rig.watch(NAME, "--format", "MJPG", "--size", "640x480")
    watch.expect_label()
    camera.unplug()
    watch.expect_fault(*AWAY)
    new = camera.plug()
    check(new != node, f"the rig: {node} was not held")
    source = watch.expect_return(*AWAY)
    check(source["device"] == new, f"{source['device']} is not {new}")
    let_go()
    watch.end()
    return f"{node} became {new}"


@scenario("unplug", "comes back at another port")
def other_port(rig):
    camera, watch = rig.streaming(source=NAME)
    camera.unplug()
    watch.expect_fault(*AWAY)
    camera.plug(port=1)
    watch.expect_return(*AWAY)
    watch.end()


@scenario("unplug", "the driver is unbound and bound")
def unbind(rig):
    camera, watch = rig.streaming()
    device = camera.unbind()
    watch.expect_fault(*AWAY)
    camera.bind(device)
    watch.expect_return(*AWAY)
    watch.end()


@scenario("unplug", "the USB device is reset")
def reset(rig):
    camera, watch = rig.streaming()
    camera.reset()
    watch.expect_return(*AWAY)
    watch.end()


@scenario("unplug", "absent at the start, plugged in later")
def absent(rig):
    camera = rig.webcam()
    node = camera.node
    camera.unplug()
    watch = rig.watch(node, "--format", "YUYV", "--size", "640x480")
    watch.expect_fault("camera-absent")
    camera.plug()
    watch.expect_return("camera-absent")
    watch.end()

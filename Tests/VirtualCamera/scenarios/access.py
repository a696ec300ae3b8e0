# SPDX-License-Identifier: Apache-2.0
"""Others have the camera, or it is not ours to open."""
import os

from rig.checks import scenario

# Root may open everything, but not without these capabilities.
UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps",
                "-dac_override,-dac_read_search"]


@scenario("access", "another program streams, and ends")
def busy(rig):
    camera = rig.webcam()
    let_go = rig.streamer(camera.node)
    watch = rig.watch(camera.node, "--format", "MJPG", "--size", "640x480")
    watch.expect_fault("camera-busy")
    let_go()
    watch.expect_return("camera-busy")
    watch.end()


@scenario("access", "no permission, then permission")
def denied(rig):
    camera = rig.webcam()
    node = camera.node
    os.chmod(node, 0)
    watch = rig.watch(node, "--format", "MJPG", "--size", "640x480", prefix=UNPRIVILEGED)
    watch.expect_fault("camera-denied")
    os.chmod(node, 0o660)
    watch.expect_return("camera-denied")
    watch.end()

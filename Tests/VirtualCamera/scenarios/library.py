# SPDX-License-Identifier: Apache-2.0
"""Examples/Camera: a program of fifteen lines that uses the library."""
import subprocess
import threading

from rig.checks import check, scenario, wait_until


@scenario("formats", "the library's example prints labels, also after an unplugged camera")
def example(rig):
    program = rig.settings.swiftlet.parent / "CameraExample"
    check(program.exists(), f"{program} is missing; build it")
    labels = rig.settings.labels
    camera = rig.webcam()
    # Standard output is a pipe here, which is not written line by line otherwise.
    process = subprocess.Popen(
        ["stdbuf", "-oL", str(program), str(rig.settings.model)], stdout=subprocess.PIPE, text=True)
    lines = []
    threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True).start()
    rig.stack.callback(process.wait)
    rig.stack.callback(process.kill)

    def seen(photograph):
        return lines and any(lines[-1].startswith(label) for label in labels[photograph])

    wait_until(lambda: seen("cat"), 5, "the cat's label")
    camera.tell("show 1")
    wait_until(lambda: seen("coffee"), 5, "the coffee's label")
    camera.unplug()
    camera.tell("show 0")
    camera.plug()
    wait_until(lambda: seen("cat"), 5, "the cat's label after the camera came back")
    check(process.poll() is None, "the program ended")
    return lines[-1].strip()

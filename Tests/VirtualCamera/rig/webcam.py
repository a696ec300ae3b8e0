# SPDX-License-Identifier: Apache-2.0
"""The USB webcam in user space: webcam/main.c."""
import glob
import os
import subprocess
from pathlib import Path

from .checks import wait_until

NAME = "Virtual Camera"
CLASS = Path("/sys/class/video4linux")
DRIVER = Path("/sys/bus/usb/drivers/uvcvideo")
# With 1, uvcvideo hands over damaged frames, marked; with 0 it drops them.
KEEP_DAMAGED = Path("/sys/module/uvcvideo/parameters/nodrop")
APPEAR_SECONDS = 5


def node_of(name):
    """The first node of the camera of this name that captures, or None."""
    for folder in sorted(CLASS.glob("video*"), key=lambda path: int(path.name[5:])):
        try:
            if (folder / "name").read_text().strip() == name \
                    and (folder / "index").read_text().strip() == "0":
                return f"/dev/{folder.name}"
        except OSError:
            pass  # it went away meanwhile
    return None


class Webcam:
    """Plugged in from the start. The FIFO's name is its only state in the file tree."""

    def __init__(self, settings, keep_damaged=False):
        KEEP_DAMAGED.write_text("1" if keep_damaged else "0")
        self.settings = settings
        self.fifo = settings.folder / "webcam.fifo"
        self.fifo.unlink(missing_ok=True)
        self.output = open(settings.folder / "webcam.log", "ab")
        self.process = subprocess.Popen(
            [settings.webcam, self.fifo, settings.frames, *settings.photographs],
            stdout=self.output, stderr=self.output)
        self.wait_node()

    def tell(self, command):
        # The webcam holds the FIFO open: this does not block.
        with open(self.fifo, "w", encoding="ascii") as file:
            file.write(command + "\n")

    @property
    def node(self):
        return node_of(NAME)

    def wait_node(self):
        return wait_until(lambda: self.node, APPEAR_SECONDS, "the webcam's node")

    def wait_gone(self):
        wait_until(lambda: self.node is None, APPEAR_SECONDS, "the webcam's end")

    def unplug(self):
        self.tell("unplug")
        self.wait_gone()

    def plug(self, port=0):
        self.tell(f"plug {port}")
        return self.wait_node()

    def _device(self):
        """The name of the USB device, as 1-1."""
        link = os.path.realpath(CLASS / os.path.basename(self.node) / "device")
        return os.path.basename(os.path.dirname(link))

    def unbind(self):
        """Takes the driver from the camera. Returns what bind() needs."""
        device = self._device()
        (DRIVER / "unbind").write_text(f"{device}:1.0")
        self.wait_gone()
        return device

    def bind(self, device):
        """Once nobody has the old node open any more: the driver holds the streaming interface
        until then."""
        streaming = DRIVER / f"{device}:1.1"
        wait_until(lambda: not streaming.exists(), APPEAR_SECONDS, "the old node is still open")
        (DRIVER / "bind").write_text(f"{device}:1.0")
        self.wait_node()

    def reset(self):
        """Resets the device from the host's side; uvcvideo lets go of it and takes it again."""
        device = Path("/sys/bus/usb/devices") / self._device()
        bus, number = (int((device / name).read_text()) for name in ("busnum", "devnum"))
        subprocess.run([self.settings.machine, "usb-reset", f"/dev/bus/usb/{bus:03}/{number:03}"],
                       check=True)
        self.wait_node()

    def frames_sent(self):
        """Since it was started."""
        marker = "webcam: frames "
        before = self._log().count(marker)
        self.tell("count")
        wait_until(lambda: self._log().count(marker) > before, 1, "the webcam's count")
        return int(self._log().rpartition(marker)[2].split()[0])

    def _log(self):
        return (self.settings.folder / "webcam.log").read_text()

    def close(self):
        if self.process.poll() is None:
            self.tell("quit")
            try:
                self.process.wait(APPEAR_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()
        wait_until(lambda: not glob.glob("/dev/video*") or node_of(NAME) is None, APPEAR_SECONDS,
                   "the webcam's end")

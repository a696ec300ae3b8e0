# SPDX-License-Identifier: Apache-2.0
"""vivid, the kernel's virtual video driver: its modules lie beside the kernel."""
import subprocess
from pathlib import Path

from .checks import wait_until
from .webcam import node_of

NAME = "vivid-000-vid-cap"
DRIVER = Path("/sys/bus/platform/drivers/vivid")
DEVICE = "vivid.0"
# Before vivid, in this order; a kernel may have some of them built in.
NEEDED = ("font", "cfbcopyarea", "cfbfillrect", "cfbimgblt", "videobuf2-dma-contig", "v4l2-tpg")
APPEAR_SECONDS = 5


class Vivid:
    """One camera with a webcam's input."""

    def __init__(self, settings, multiplanar=False):
        for name in NEEDED:
            module = settings.kernel / f"{name}.ko"
            if module.exists() and not self._loaded(name):
                self._run("insmod", module)
        self._run("insmod", settings.kernel / "vivid.ko", "n_devs=1", "node_types=0x1",
                  "num_inputs=1", "input_types=0", f"multiplanar={2 if multiplanar else 1}")
        self.wait_node()

    @staticmethod
    def _run(*command):
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def _loaded(name):
        return (Path("/sys/module") / name.replace("-", "_")).exists()

    @property
    def node(self):
        return node_of(NAME)

    def wait_node(self):
        return wait_until(lambda: self.node, APPEAR_SECONDS, "vivid's node")

    def set_control(self, name, value):
        self._run("v4l2-ctl", "-d", self.node, "-c", f"{name}={value}")

    def press(self, name):
        """A control that is a button."""
        self.set_control(name, 1)

    def unbind(self):
        (DRIVER / "unbind").write_text(DEVICE)
        wait_until(lambda: self.node is None, APPEAR_SECONDS, "vivid's end")

    def bind(self):
        (DRIVER / "bind").write_text(DEVICE)
        self.wait_node()

    def close(self):
        self._run("rmmod", "vivid")

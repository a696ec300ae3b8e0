# SPDX-License-Identifier: Apache-2.0
"""What a scenario holds: cameras and programs, closed at its end in the opposite order."""
import contextlib
import os
import subprocess
import time
from pathlib import Path

from .checks import wait_until
from .vivid import Vivid
from .watch import Watch
from .webcam import Webcam


class Rig:
    def __init__(self, settings):
        self.settings = settings
        self.notes = []
        self.watches = []
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _keep(self, thing):
        self.stack.callback(thing.close)
        return thing

    def webcam(self, **options):
        return self._keep(Webcam(self.settings, **options))

    def vivid(self, **options):
        return self._keep(Vivid(self.settings, **options))

    def watch(self, source, *options, **arguments):
        watch = self._keep(Watch(self, source, options, **arguments))
        self.watches.append(watch)
        return watch

    def streaming(self, *options, format="MJPG", size="640x480", source=None, keep_damaged=False,
                  **arguments):
        """A plugged webcam, and a watch that has its first label: where most faults begin."""
        camera = self.webcam(keep_damaged=keep_damaged)
        watch = self.watch(source or camera.node, "--format", format, "--size", size,
                           "--rate", "30", *options, **arguments)
        watch.expect_source(format=format)
        watch.expect_label()
        return camera, watch

    def hold(self, node):
        """Keeps a node open, so that its number stays taken. Returns a function that lets go."""
        descriptor = os.open(node, os.O_RDWR)
        return lambda: os.close(descriptor)

    def streamer(self, node):
        """Another program that streams from the camera. Returns a function that ends it."""
        process = subprocess.Popen(
            ["v4l2-ctl", "-d", node, "--stream-mmap", "--stream-count=0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)
        time.sleep(0.5)

        def end():
            process.kill()
            process.wait()
        return end

    def small_disk(self, byte_count):
        """A file system of that size; returns its folder."""
        folder = Path("/dev/shm/small-disk")
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={byte_count}", "tmpfs", folder],
                       check=True)
        self.stack.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
        return folder

    def wait(self, condition, within, what):
        return wait_until(condition, within, what)

    def describe_state(self):
        for watch in self.watches:
            print(watch.describe(), flush=True)

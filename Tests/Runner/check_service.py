# SPDX-License-Identifier: Apache-2.0
"""Runs the board runner as a service manager does and checks what it says.

usage: check_service.py PROGRAM MODEL
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading

PATIENCE = 60


class Manager:
    """The receiving end of NOTIFY_SOCKET, at a path or an abstract name."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self.socket.settimeout(PATIENCE)

    def wait_for(self, line):
        """Reads until a message has the line."""
        while line not in self.socket.recv(4096).decode().split("\n"):
            pass


class Events:
    """The program's JSON Lines, read in the background."""

    def __init__(self, stream):
        self.seen = []
        self.changed = threading.Condition()
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        for line in stream:
            with self.changed:
                self.seen.append(json.loads(line))
                self.changed.notify()

    def wait_for(self, kind):
        """The first event of a kind."""
        with self.changed:
            if not self.changed.wait_for(lambda: any(e["event"] == kind for e in self.seen), PATIENCE):
                sys.exit(f"check_service: no event '{kind}'")
            return next(e for e in self.seen if e["event"] == kind)


def check(program, model, name):
    manager = Manager(name)
    environment = dict(os.environ, NOTIFY_SOCKET=name, WATCHDOG_USEC="200000")
    with subprocess.Popen(
        [program, model, "-", "--stats", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        events = Events(process.stdout)
        manager.wait_for("READY=1")
        for _ in range(3):
            manager.wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGUSR1)
        events.wait_for("stats")
        process.send_signal(signal.SIGTERM)
        manager.wait_for("STOPPING=1")
        assert events.wait_for("end")["reason"] == "signal"
        assert process.wait(PATIENCE) == 0, "the exit code"
    kinds = [event["event"] for event in events.seen]
    assert kinds == ["start", "stats", "end"], kinds


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, model = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        check(program, model, folder + "/notify")
    check(program, model, f"@swiftlet-check-{os.getpid()}")
    print("check_service: ready, alive, statistics and a clean end, at a path and an abstract name")


main()

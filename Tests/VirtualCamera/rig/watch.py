# SPDX-License-Identifier: Apache-2.0
"""A running `swiftlet watch`, and what its events must be: docs/events.md."""
import json
import os
import signal
import subprocess
import threading
import time

from .checks import CheckFailed, check

START_SECONDS = 5  # from the start to the first label
FAULT_SECONDS = 5  # from a fault to its event: --freeze-timeout is 2
RECOVERY_SECONDS = 5  # from healing to the next label
END_SECONDS = 3  # from a signal to the exit


class Watch:
    """Events are consumed in order: each expectation looks at those after the last one's match."""

    def __init__(self, rig, source, options, *, read="stdout", log=None, **process):
        settings = rig.settings
        self.rig = rig
        self.command = [str(settings.swiftlet), "watch", source, "--model", str(settings.model),
                        "--json", "--freeze-timeout", "2", *options]
        if log:
            self.command += ["--log", str(log)]
        self.errors = open(settings.folder / "watch.stderr", "w+b")
        self.events, self.next = [], 0
        self.bad_lines = []
        self.arrived = threading.Condition()
        output = subprocess.PIPE if read == "stdout" else subprocess.DEVNULL
        self.process = subprocess.Popen(
            process.pop("prefix", []) + self.command, stdin=subprocess.DEVNULL,
            stdout=process.pop("stdout", output), stderr=self.errors, **process)
        reader = self._read_pipe if read == "stdout" else lambda: self._follow(log)
        self.thread = threading.Thread(target=reader, daemon=True)
        if read in ("stdout", "log"):
            self.thread.start()

    @property
    def pid(self):
        return self.process.pid

    # Reading

    def _read_pipe(self):
        for line in self.process.stdout:
            self._take(line)

    def _follow(self, path):
        pending = b""
        while self.process.poll() is None and not os.path.exists(path):
            time.sleep(0.02)
        with open(path, "rb") as file:
            while True:
                ended = self.process.poll() is not None
                pending += file.read()
                *lines, pending = pending.split(b"\n")
                for line in lines:
                    self._take(line)
                if ended:
                    return
                time.sleep(0.05)

    def _take(self, line):
        with self.arrived:
            try:
                self.events.append((time.monotonic(), json.loads(line)))
            except ValueError:
                self.bad_lines.append(line)
            self.arrived.notify_all()

    # Expecting

    def skip(self):
        """Forgets the events up to now."""
        with self.arrived:
            self.next = len(self.events)

    def expect(self, what, matches, within):
        """The next event for which matches(event) is true, and no `end` before it."""
        deadline = time.monotonic() + within
        with self.arrived:
            while True:
                while self.next < len(self.events):
                    event = self.events[self.next][1]
                    self.next += 1
                    if matches(event):
                        return event
                    check(event["event"] != "end", f"{what}: the program ended first: {event}")
                left = deadline - time.monotonic()
                check(left > 0, f"{what}: not within {within} s")
                if self.process.poll() is not None and not self.thread.is_alive():
                    raise CheckFailed(f"{what}: the program has gone, {self.process.returncode}")
                self.arrived.wait(min(left, 0.1))

    def expect_event(self, kind, within, **values):
        return self.expect(
            f"event {kind} {values or ''}".strip(),
            lambda event: event["event"] == kind
            and all(event.get(key) == value for key, value in values.items()), within)

    def expect_source(self, within=START_SECONDS, **values):
        return self.expect_event("source", within, state="streaming", **values)

    def expect_label(self, photograph=None, within=RECOVERY_SECONDS):
        """A frame that is classified as the photograph (the first one if not named)."""
        labels = self.rig.settings.labels[photograph or self.rig.settings.photographs[0]]
        return self.expect(f"label of {labels}", lambda event: event["event"] == "result"
                           and event["label"] in labels, within)

    def expect_result(self, within=RECOVERY_SECONDS):
        return self.expect_event("result", within)

    def expect_fault(self, *faults, within=FAULT_SECONDS):
        event = self.expect(f"fault {' or '.join(faults)}", lambda event: event["event"] == "fault"
                            and event["fault"] in faults, within)
        for key in ("message", "device", "errno"):
            check(key in event, f"the fault {event['fault']} has no {key}")
        return event

    def expect_return(self, *faults, photograph=None):
        """After healing: a `source` event that names the fault, then a label, in time."""
        started = time.monotonic()
        source = self.expect(
            f"source recovered from {' or '.join(faults)}", lambda event: event["event"] == "source"
            and event.get("recovered_from") in faults, RECOVERY_SECONDS)
        check(source.get("down_seconds", -1) > 0, f"no down_seconds in {source}")
        self.expect_label(photograph, RECOVERY_SECONDS - (time.monotonic() - started))
        seconds = time.monotonic() - started
        self.rig.notes.append(f"label after {seconds:.1f} s")
        return source

    def expect_recovered(self, fault, within=RECOVERY_SECONDS):
        """A fault that is not the source's is over."""
        event = self.expect_event("recovered", within, fault=fault)
        check("down_seconds" in event and "count" in event, f"keys are missing in {event}")
        return event

    def expect_no_faults(self, seconds, allowed=()):
        """Labels for a while, and no faults but those allowed."""
        deadline = time.monotonic() + seconds
        time.sleep(seconds)
        with self.arrived:
            later = [event for _, event in self.events[self.next:]]
            self.next = len(self.events)
        check(time.monotonic() >= deadline and any(e["event"] == "result" for e in later),
              "no results")
        faults = [event for event in later if event["event"] in ("fault", "end")
                  and event.get("fault") not in allowed]
        check(not faults, f"unexpected: {faults}")

    # Ending

    def end(self, number=signal.SIGTERM):
        """Signals it and checks its last words: an `end` event and exit code 0."""
        self.process.send_signal(number)
        self.expect_event("end", END_SECONDS, reason="signal")
        self.wait_exit()
        check(not self.bad_lines, f"lines that are no JSON: {self.bad_lines[:3]}")
        kinds = [event["event"] for _, event in self.events]
        check(kinds[0] == "start" and kinds.count("start") == 1, f"begins with {kinds[:3]}")
        check(kinds[-1] == "end", f"ends with {kinds[-3:]}")
        for _, event in self.events:
            check(event.get("schema") == 1 and "time" in event, f"schema or time in {event}")

    def wait_exit(self, code=0):
        try:
            exit_code = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            raise CheckFailed(f"the program did not exit within {END_SECONDS} s") from None
        self.thread.is_alive() and self.thread.join(END_SECONDS)
        check(exit_code == code, f"exit code {exit_code}, not {code}")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.thread.is_alive():
            self.thread.join(END_SECONDS)
        if self.process.stdout:
            self.process.stdout.close()
        self.errors.close()

    def describe(self):
        """Its last events and errors, for a failed check."""
        lines = [" ".join(self.command)]
        with self.arrived:
            kinds = [event for _, event in self.events if event["event"] != "result"]
            lines += [f"  {json.dumps(event)}" for event in kinds[-6:]]
            lines += [f"  {json.dumps(event)}" for _, event in self.events[-2:]]
        self.errors.flush()
        self.errors.seek(0)
        lines += [f"  stderr: {line}"
                  for line in self.errors.read().decode(errors="replace").splitlines()[-6:]]
        lines.append(f"  exit code: {self.process.poll()}")
        return "\n".join(lines)

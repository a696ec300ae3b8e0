# SPDX-License-Identifier: Apache-2.0
"""Kills the board runner while it updates its bundles, and starts it again: scripts/test-update."""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time


class Board:
    """A board's folder, the runner, and two bundles to go to and fro between."""

    def __init__(self, arguments):
        self.runner = arguments.runner
        self.picture = arguments.picture
        self.folder = os.path.join(arguments.folder, "board")
        self.bundles = arguments.bundle
        self.labels = {}
        self.extra = ["--require-signature", arguments.key] if arguments.key else []

    def command(self, *words):
        return [self.runner, *words, "--board", self.folder, *self.extra]

    def start(self, *words):
        """Starts the runner on the picture: the model's name and the label."""
        outcome = subprocess.run(
            self.command("--file", self.picture, *words), capture_output=True, text=True)
        events = [json.loads(line) for line in outcome.stdout.splitlines()]
        if outcome.returncode != 0 or not events or events[0]["event"] != "start":
            raise SystemExit(f"test-update: FAILED: the runner does not start: {outcome}")
        label = next(event["label"] for event in events if event["event"] == "result")
        return events[0]["model"], label, outcome.stderr

    def learn(self):
        """What each bundle's model says of the picture."""
        for bundle in self.bundles:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.makedirs(self.folder)
            name, label, _ = self.start("--shipped", bundle)
            self.labels[name] = label
        if len(self.labels) != len(self.bundles) or len(set(self.labels.values())) < 2:
            raise SystemExit(f"test-update: the bundles cannot be told apart: {self.labels}")

    def state(self):
        with open(os.path.join(self.folder, "state")) as file:
            return dict(line.rstrip("\n").split(" ", 1) for line in file)

    def step(self, round):
        """A command that changes the board: an update, or a start that takes or tries one."""
        bundle = self.bundles[round % len(self.bundles)]
        if round // 2 % 3 == 2:
            return self.command("--file", self.picture, "--shipped", bundle)
        return self.command("update", bundle)


def duration(command):
    began = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True)
    parser.add_argument("--picture", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--key")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("bundle", nargs=2)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    board = Board(arguments)
    board.learn()
    longest = max(duration(board.step(round)) for round in range(6))
    hits = changes = unfinished = 0
    seen = {}
    for round in range(arguments.count):
        before = board.state()
        child = subprocess.Popen(
            board.step(round), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, longest))
        child.send_signal(signal.SIGKILL)
        hits += child.wait() == -signal.SIGKILL
        changes += board.state() != before
        unfinished += os.path.exists(os.path.join(board.folder, "bundles/.incoming"))
        model, label, errors = board.start()
        if board.labels.get(model) != label:
            raise SystemExit(
                f"test-update: FAILED in round {round}, seed {arguments.seed}: {model} says {label}")
        if "does not start" in errors:
            raise SystemExit(f"test-update: FAILED in round {round}: {errors}")
        seen[model] = seen.get(model, 0) + 1
    print(
        f"test-update: {arguments.count} cuts (seed {arguments.seed}), {hits} of them hit the runner, "
        f"{unfinished} left a part of a copy, {changes} came after the state had changed; it started "
        f"each time: {seen}")
    if hits * 4 < arguments.count or not unfinished or not changes or len(seen) < 2:
        raise SystemExit("test-update: FAILED: the cuts did not reach every part of an update")


if __name__ == "__main__":
    sys.exit(main())

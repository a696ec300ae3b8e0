# SPDX-License-Identifier: Apache-2.0
"""What the program writes to fails; the camera's labels go on."""
import os
import time

from rig.checks import check, scenario

DISK_BYTES = 256 * 1024
BALLAST_BYTES = 224 * 1024


@scenario("sinks", "the log's disk is full, then has room")
def full_disk(rig):
    disk = rig.small_disk(DISK_BYTES)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(BALLAST_BYTES))
    _, watch = rig.streaming(log=disk / "events.jsonl")
    watch.expect_fault("log-failed", within=15)
    watch.expect_label()
    ballast.unlink()
    recovered = watch.expect_recovered("log-failed")
    watch.expect_label()
    watch.end()
    lines = (disk / "events.jsonl").read_bytes().split(b"\n")
    check(lines[-1] == b"", "the log does not end with a whole line")
    check(any(b'"recovered"' in line for line in lines), "the log does not say what it lost")
    return f"{recovered['count']} lines lost"


@scenario("sinks", "the reader of standard output has gone, the log goes on")
def reader_gone(rig):
    reading, writing = os.pipe()
    log = rig.settings.folder / "reader-gone.jsonl"
    log.unlink(missing_ok=True)
    camera, watch = rig.streaming(read="log", log=log, stdout=writing)
    os.close(writing)
    os.close(reading)
    watch.skip()
    time.sleep(0.5)
    camera.tell("show 1")
    watch.expect_label("coffee")
    watch.end()


@scenario("sinks", "the reader of standard output is slow, frames are still new")
def slow_reader(rig):
    reading, writing = os.pipe()
    log = rig.settings.folder / "slow-reader.jsonl"
    log.unlink(missing_ok=True)
    camera, watch = rig.streaming(read="log", log=log, stdout=writing)
    os.close(writing)
    time.sleep(4)  # a pipe holds 64 KiB: some 3 s
    watch.skip()
    camera.tell("show 1")
    watch.expect_label("coffee")
    watch.end()
    os.close(reading)

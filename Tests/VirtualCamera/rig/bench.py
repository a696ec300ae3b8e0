# SPDX-License-Identifier: Apache-2.0
"""python3 -m rig.bench: CPU time a frame of `swiftlet watch` and of programs that only decode and
scale the same stream. scripts/bench-camera prepares everything and runs this in the machine."""
import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .process import cpu_seconds
from .rig import Rig
from .settings import Settings

WARM_UP_SECONDS = 2
RATE = 30
SIDE = 224  # of the bundled network's input


def ffmpeg(node, fourcc, width, height):
    name = {"MJPG": "mjpeg", "YUYV": "yuyv422", "NV12": "nv12"}[fourcc]
    return ["ffmpeg", "-nostdin", "-loglevel", "fatal", "-f", "v4l2", "-input_format", name,
            "-video_size", f"{width}x{height}", "-framerate", str(RATE), "-threads", "1", "-i", node,
            "-vf", f"scale={SIDE}:{SIDE}:flags=bilinear,format=rgb24", "-f", "null", "-"]


def gstreamer(node, fourcc, width, height):
    size = f"width={width},height={height},framerate={RATE}/1"
    raw = {"YUYV": "YUY2", "NV12": "NV12"}
    head = (f"video/x-raw,format={raw[fourcc]},{size}" if fourcc in raw
            else f"image/jpeg,{size} ! jpegdec")
    pipeline = (f"v4l2src device={node} ! {head} ! videoconvert ! videoscale ! "
                f"video/x-raw,format=RGB,width={SIDE},height={SIDE} ! fakesink")
    return ["gst-launch-1.0", "-q", *pipeline.split()]


def measure(camera, pid, seconds):
    """CPU milliseconds a frame that the camera sent."""
    time.sleep(WARM_UP_SECONDS)
    cpu, frames = cpu_seconds(pid), camera.frames_sent()
    time.sleep(seconds)
    cpu, frames = cpu_seconds(pid) - cpu, camera.frames_sent() - frames
    return 1000 * cpu / max(frames, 1), frames


def measure_peer(rig, camera, command, seconds):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        milliseconds, frames = measure(camera, process.pid, seconds)
        if process.poll() is not None:
            sys.exit(f"bench-camera: {command[0]} ended with {process.returncode}")
    finally:
        process.terminate()
        process.wait()
    return milliseconds, frames


def measure_ours(rig, camera, fourcc, size, seconds):
    """With the network, and the network's mean time a frame that was classified."""
    log = rig.settings.folder / "ours.jsonl"
    log.unlink(missing_ok=True)
    watch = rig.watch(camera.node, "--format", fourcc, "--size", "{}x{}".format(*size), "--rate",
                      str(RATE), read="log", log=log)
    watch.expect_label()
    milliseconds, frames = measure(camera, watch.pid, seconds)
    with watch.arrived:
        results = [event for _, event in watch.events if event["event"] == "result"]
    watch.end()
    classified = results[-frames:]
    network = sum(event["network_ms"] for event in classified)
    return milliseconds, network / max(len(classified), 1), frames


def require_fine_clock():
    """A kernel that counts CPU time in ticks of 10 ms would measure nothing here."""
    begin, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - begin < 0.025:
        pass
    cpu = time.process_time() - cpu
    if not 0.012 < cpu < 0.028 or abs(cpu * 100 - round(cpu * 100)) < 1e-6:
        sys.exit("bench-camera: this kernel counts CPU time in ticks. Take the one that "
                 "Tests/VirtualCamera/kernel/build makes: SWIFTLET_UML=FOLDER")


def main():
    parser = argparse.ArgumentParser(prog="rig.bench")
    parser.add_argument("--format", default="MJPG", choices=["MJPG", "YUYV", "NV12"])
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    size = [int(side) for side in options.size.split("x")]
    require_fine_clock()
    settings = Settings.read(Path.cwd())
    times = {}
    for number in range(options.rounds):
        with Rig(settings) as rig:
            camera = rig.webcam()
            ours, network, frames = measure_ours(rig, camera, options.format, size, options.seconds)
            row = {"swiftlet watch": ours, "swiftlet watch, network apart": ours - network}
            for name, command in (("ffmpeg", ffmpeg), ("GStreamer", gstreamer)):
                row[name], _ = measure_peer(
                    rig, camera, command(camera.node, options.format, *size), options.seconds)
        for name, value in row.items():
            times.setdefault(name, []).append(value)
        print(f"round {number + 1}: " + ", ".join(f"{n} {v:.2f}" for n, v in row.items()),
              f"ms; {frames} frames", flush=True)
    print(f"\n{options.format} {options.size} at {RATE} frames a second, {SIDE}x{SIDE} RGB; user and "
          f"system CPU time a frame, ms")
    print(f"{'':32}{'minimum':>9}{'median':>9}")
    for name, values in times.items():
        print(f"{name:32}{min(values):9.2f}{statistics.median(values):9.2f}")


main()

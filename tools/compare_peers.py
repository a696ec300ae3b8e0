#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Swiftlet and other engines in turn, and prints how their times compare.

scripts/bench-peers prepares everything and runs this. Each measurement is a process of its own,
pinned by taskset; a round is one measurement of each engine: A B C, A B C, ... Ratios are formed
within a round, so that what slows the whole machine slows both sides of one.
"""
import argparse
import datetime
import hashlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

from bench_peer import PEERS

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).resolve().parent / "bench_peer.py"
OURS = "swiftlet"
# The flags of /proc/cpuinfo that matter to int8 kernels.
INSTRUCTION_SETS = (
    "ssse3 sse4_1 avx avx2 fma avx_vnni avx_vnni_int8 avx512f avx512bw avx512vl avx512_vnni "
    "amx_int8 neon asimd asimddp i8mm sve sve2").split()


def fail(message):
    sys.exit(f"bench-peers: {message}")


def note(message):
    print(f"bench-peers: {message}", file=sys.stderr)


# The machine


def processor():
    """The model name of the CPU, and which of INSTRUCTION_SETS it has."""
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"^(?:model name|Model|Hardware)\s*: (.*)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*: (.*)$", text, re.MULTILINE)
    found = set(flags[1].split()) if flags else set()
    return {
        "model": name[1].strip() if name else platform.machine(),
        "instructionSets": [flag for flag in INSTRUCTION_SETS if flag in found],
    }


def physical_cores():
    """One usable CPU number of each core: the hardware threads of one core would share it."""
    seen, cores = set(), []
    for cpu in sorted(os.sched_getaffinity(0)):
        path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings = path.read_text().strip() if path.exists() else str(cpu)
        if siblings not in seen:
            seen.add(siblings)
            cores.append(cpu)
    return cores


# Engines


def engines(arguments):
    """Name, model and command of each engine that was asked for; ours comes first."""
    ours = [str(arguments.binary), "benchmark", arguments.ours, "--json"]
    if arguments.isa:
        ours += ["--isa", arguments.isa]
    found = [(OURS, arguments.ours, ours)]
    for name in PEERS:
        model = getattr(arguments, name)
        if model:
            found.append((name, model, [sys.executable, str(WORKER), name, model]))
        else:
            note(f"{name} is skipped: no --{name} FILE")
    return found


def measure(command, cores, threads, iterations):
    """One process, pinned to as many cores as it has threads; its JSON object."""
    pinned = ["taskset", "-c", ",".join(map(str, cores[:threads]))] + command
    pinned += ["--threads", str(threads), "--iterations", str(iterations)]
    result = subprocess.run(pinned, capture_output=True, text=True)
    if result.returncode != 0:
        fail(f"this command failed:\n  {' '.join(pinned)}\n{result.stderr.strip()}")
    return json.loads(result.stdout)


def versions(arguments, reports):
    """What was compared: the version of each engine."""
    ours = subprocess.run([str(arguments.binary), "--version"], capture_output=True, text=True)
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    found = {OURS: f"{ours.stdout.strip()} ({commit.stdout.strip() or 'no commit'})"}
    for name, report in reports.items():
        if name != OURS:
            found[name] = report["version"]
    return found


# Results


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summary(rounds):
    """The figures of one engine, and peer / ours of both figures, round by round."""
    def times(name, figure):
        return [one[name]["milliseconds"][figure] for one in rounds]

    result = {}
    for name in rounds[0]:
        entry = {"min": min(times(name, "min")), "median": spread(times(name, "median"))}
        if name != OURS:
            for figure in ("min", "median"):
                pairs = zip(times(name, figure), times(OURS, figure))
                entry[f"{figure}Ratio"] = spread([theirs / ours for theirs, ours in pairs])
        result[name] = entry
    return result


def print_table(results):
    def ratio(entry, figure):
        if f"{figure}Ratio" not in entry:
            return "-"
        return "{median:.2f} ({min:.2f}..{max:.2f})".format(**entry[f"{figure}Ratio"])

    print(f"\n{'threads':>7}  {'engine':12}{'min ms':>8}{'median ms':>11}"
          f"{'peer/ours, median':>21}{'peer/ours, min':>21}")
    for threads, result in results.items():
        for name, entry in result["summary"].items():
            print(f"{threads:>7}  {name:12}{entry['min']:8.3f}{entry['median']['median']:11.3f}"
                  f"{ratio(entry, 'median'):>21}{ratio(entry, 'min'):>21}")
    print("\nmin: the fastest frame of all rounds. median: the median of the rounds' medians."
          "\npeer/ours: the median of the rounds' ratios (the least..the largest); above 1 Swiftlet"
          " is faster.")


def print_header(record):
    cpu = record["processor"]
    print(f"CPU: {cpu['model']}, {' '.join(cpu['instructionSets'])}")
    print("Versions: " + ", ".join(f"{name} {text}" for name, text in record["versions"].items()))
    for name, model in record["models"].items():
        print(f"Model of {name}: {model['name']}, {model['byteCount']} bytes")
    print(f"Instruction set of {OURS}: {record['instructionSet']}"
          + (" (the peers use whatever the CPU has)" if record["isForced"] else ""))
    print(f"{record['rounds']} rounds of {record['iterations']} frames; load of the machine"
          f" {record['load']['before']:.2f} before, {record['load']['after']:.2f} after")


def describe(path):
    data = Path(path).read_bytes()
    return {"name": Path(path).name, "byteCount": len(data),
            "sha256": hashlib.sha256(data).hexdigest()}


def run(arguments):
    chosen = engines(arguments)
    cores = arguments.cores or physical_cores()
    record = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": processor(), "cores": cores, "rounds": arguments.rounds,
        "iterations": arguments.iterations,
        "isForced": bool(arguments.isa or os.environ.get("SWIFTLET_ISA")),
        "models": {name: describe(model) for name, model, _ in chosen},
        "load": {"before": os.getloadavg()[0]}, "threads": {},
    }
    for threads in arguments.threads:
        if threads > len(cores):
            note(f"{threads} threads are skipped: there are {len(cores)} cores")
            continue
        rounds = []
        for number in range(arguments.rounds):
            note(f"{threads} threads, round {number + 1} of {arguments.rounds}")
            rounds.append({
                name: measure(command, cores, threads, arguments.iterations)
                for name, _, command in chosen})
        times = [{name: one[name]["milliseconds"] for name in one} for one in rounds]
        record["threads"][threads] = {"rounds": times, "summary": summary(rounds)}
    if not record["threads"]:
        fail("nothing was measured")
    record["versions"] = versions(arguments, rounds[0])
    record["instructionSet"] = rounds[0][OURS]["instructionSet"]
    record["load"]["after"] = os.getloadavg()[0]
    return record


def write(record):
    cpu = re.sub(r"[^a-z0-9]+", "-", record["processor"]["model"].lower()).strip("-")
    stamp = re.sub(r"[-:]", "", record["date"][:16])
    path = ROOT / "Benchmarks" / "results" / f"peers-{cpu}-{stamp}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n")
    print(f"\nwrote {path.relative_to(ROOT)}")


def numbers(least):
    def parse(text):
        values = [int(part) for part in text.split(",")]
        if min(values) < least or len(set(values)) != len(values):
            raise ValueError
        return values
    parse.__name__ = "list of numbers"
    return parse


def main():
    parser = argparse.ArgumentParser(prog="bench-peers")
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--ours", default=str(ROOT / "models" / "efficientnet-lite0.swiftlet"))
    for name in PEERS:
        parser.add_argument(f"--{name}")
    parser.add_argument("--isa")
    parser.add_argument("--threads", type=numbers(1), default=[1, 2])
    parser.add_argument("--cores", type=numbers(0))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.iterations < 1:
        parser.error("--rounds and --iterations are at least 1")
    for name in ("ours", *PEERS):
        model = getattr(arguments, name)
        if model and not Path(model).is_file():
            fail(f"--{name}: there is no file {model}")
    record = run(arguments)
    print_header(record)
    print_table(record["threads"])
    if arguments.json:
        write(record)


if __name__ == "__main__":
    main()

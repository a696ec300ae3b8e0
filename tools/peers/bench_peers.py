#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Swiftlet with other engines. scripts/bench-peers prepares the rest and runs this."""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import machine
import networks
import pictures
import prepare
import summary
from engine import Workspace
from engines import STANDARD, engines
from measure import Launcher
from prepare import note

ROOT = Path(__file__).resolve().parents[2]
# They are short, and vary more than frames do.
STARTS_PER_ROUND = 5


def numbers(text):
    values = [int(part) for part in text.split(",")]
    if min(values) < 0 or len(set(values)) != len(values):
        raise argparse.ArgumentTypeError(f"{text} is not a list of different numbers")
    return values


def parsed():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", add_help=False)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--converter", type=Path, required=True)
    parser.add_argument("--network", action="append", default=[])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=STANDARD)
    parser.add_argument("--tflite", action="append", default=[])
    parser.add_argument("--runner", type=Path)
    parser.add_argument("--threads", type=numbers, default=[1, 2])
    parser.add_argument("--cores", type=numbers)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--realtime", action="store_true")
    arguments = parser.parse_args()
    if arguments.rounds < 0 or arguments.iterations < 1:
        parser.error("--rounds is at least 0, --iterations at least 1")
    if not arguments.network:
        parser.error("name a network: --network NAME=student.onnx")
    return arguments


def workspace(arguments):
    cache = ROOT / ".cache" / "peers"
    tflite = dict(text.split("=", 1) for text in arguments.tflite)
    for file in [*map(Path, tflite.values()), *filter(None, [arguments.runner])]:
        if not file.is_file():
            raise ValueError(f"there is no file {file}")
    return Workspace(ROOT, cache, arguments.binary, arguments.converter, arguments.runner, tflite)


def chosen(names, place):
    known = engines(place)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"--engines {unknown[0]} is none of {', '.join(known)}")
    return [known[name] for name in names]


def described(engine):
    return {
        "version": engine.version(), "note": engine.note,
        "runtimeByteCount": prepare.stripped_byte_count(engine.runtime_files())}


def network_part(record, network, picture_set):
    """The part of the record for a network; it may hold rounds already."""
    fresh = {"digest": network.digest, "isRandom": network.is_random, "engines": {},
             "pictures": len(picture_set.paths("evaluation")), "rounds": {}, "starts": [],
             "roundTripNanoseconds": []}
    part = record["networks"].setdefault(network.name, fresh)
    if part["digest"] != fresh["digest"]:
        raise ValueError(f"{network.name} in the record is another network; name a new file")
    return part


def describe_models(part, network, picture_set, made, used, place):
    """Adds what does not depend on time, once for each engine."""
    kept = place.models(network, picture_set) / "labels.json"
    for engine in used:
        if engine.name in part["engines"]:
            continue
        model = made[engine.name]
        part["engines"][engine.name] = {
            "modelByteCount": prepare.byte_count(engine.model_files(model)),
            "agreement": prepare.agreement(network, picture_set, engine, model, kept),
            "kernels": engine.instruction_sets(network, model)}


def measure(part, network, used, made, launcher, arguments, picture):
    """One round: each engine once for each number of threads, then some cold starts of each."""
    part["roundTripNanoseconds"].append(launcher.round_trip())
    for threads in arguments.threads:
        if threads > len(launcher.cores):
            note(f"{threads} threads are skipped: there are {len(launcher.cores)} cores")
            continue
        part["rounds"].setdefault(str(threads), []).append({
            engine.name: launcher.time(
                engine, made[engine.name], threads, arguments.iterations) for engine in used})
    for _ in range(STARTS_PER_ROUND):
        part["starts"].append({
            engine.name: launcher.start(engine, made[engine.name], picture) for engine in used})


def new_record(arguments, cores):
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {
        "commit": commit.stdout.strip(),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": machine.processor(), "coreCount": len(cores),
        "iterations": arguments.iterations, "isRealtime": arguments.realtime,
        "engines": {}, "networks": {}}


def continued(arguments, cores, used):
    """The record that --record names, if it holds the same engines; else a new one."""
    record = fresh = new_record(arguments, cores)
    if arguments.record and arguments.record.exists():
        record = json.loads(arguments.record.read_text())
    for key in ("processor", "iterations", "isRealtime"):
        if record[key] != fresh[key]:
            raise ValueError(f"{arguments.record} has another {key}; name a new file")
    for engine in used:
        known = record["engines"].get(engine.name)
        if known is None:
            record["engines"][engine.name] = described(engine)
        elif known["version"] != engine.version():
            raise ValueError(f"{arguments.record} has another version of {engine.name};"
                             " name a new file")
    return record


def record_path(arguments, record):
    if arguments.record:
        return arguments.record
    cpu = re.sub(r"[^a-z0-9]+", "-", record["processor"]["model"].lower()).strip("-")
    stamp = re.sub(r"[-:]", "", record["date"][:16])
    return ROOT / "Benchmarks" / "peers" / f"{cpu}-{stamp}.json"


def write(path, record):
    path.parent.mkdir(parents=True, exist_ok=True)
    pending = path.with_suffix(".pending")
    pending.write_text(json.dumps(record, indent=1) + "\n")
    os.replace(pending, path)
    note(f"wrote {path}")


def run(arguments):
    place = workspace(arguments)
    used = chosen(arguments.engines, place)
    cores = arguments.cores or machine.physical_cores()
    record = continued(arguments, cores, used)
    picture_set = pictures.prepare(arguments.pictures, place.cache)
    picture = picture_set.jpeg()
    for text in arguments.network:
        network = networks.parse(text, place.cache)
        made = prepare.models(network, picture_set, used)
        present = [engine for engine in used if engine.name in made]
        part = network_part(record, network, picture_set)
        describe_models(part, network, picture_set, made, present, place)
        launcher = Launcher(place, cores, arguments.realtime)
        for number in range(arguments.rounds):
            note(f"{network.name}: round {number + 1} of {arguments.rounds}")
            measure(part, network, present, made, launcher, arguments, picture)
    if arguments.rounds or arguments.record:
        write(record_path(arguments, record), record)
    print(summary.report(record))


if __name__ == "__main__":
    try:
        run(parsed())
    except (ValueError, RuntimeError, OSError) as failure:
        sys.exit(f"bench-peers: {failure}")

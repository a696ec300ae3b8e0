# SPDX-License-Identifier: Apache-2.0
"""summary.py RECORD.json: prints the tables of a record. The standard library alone."""
import json
import statistics
import sys

from engines import counterpart


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(rounds, name, figure):
    """Peer / ours, formed within each round; None for ours and where ours did not run."""
    ours = counterpart(name)
    pairs = [(one[name][figure], one[ours][figure])
             for one in rounds if ours in one and name in one]
    return spread([theirs / own for theirs, own in pairs]) if pairs else None


def timing(rounds, name):
    """The figures of one engine over rounds; `min` is the fastest frame of all."""
    own = [one[name] for one in rounds if name in one]
    return {
        "min": min(one["min"] for one in own),
        "median": spread([one["median"] for one in own]),
        "p99": statistics.median(one["p99"] for one in own),
        "minRatio": ratios(rounds, name, "min"),
        "medianRatio": ratios(rounds, name, "median"),
    }


def start(rounds, name):
    own = [one[name] for one in rounds if name in one]
    return {
        "firstLabel": spread([one["firstLabelMilliseconds"] for one in own]),
        "peakMegabytes": max(one["peakKilobytes"] for one in own) * 1024 / 1e6,
    }


def names(rounds):
    """All engines of some rounds, in the order in which they ran first."""
    return list(dict.fromkeys(name for one in rounds for name in one))


def text(ratio):
    return "-" if ratio is None else "{median:.2f} ({min:.2f}..{max:.2f})".format(**ratio)


def percent(share):
    return "-" if share is None else f"{share * 100:.1f} %"


LATENCY = ["engine", "threads", "min ms", "median ms", "p99 ms", "peer/ours, min",
           "peer/ours, median", "agreement"]
FOOTPRINT = ["engine", "first label, ms: min", "median", "peak MB", "runtime MB", "model MB"]


# Cores of one cache are nearer than this, there and back; others farther.
NEAR_NANOSECONDS = 200


def groups(network):
    """Rounds by threads; those of several threads also by how far apart the cores were then."""
    for threads, rounds in network["rounds"].items():
        if int(threads) == 1:
            yield threads, rounds
            continue
        kinds = {}
        for one, trip in zip(rounds, network["roundTripNanoseconds"]):
            kind = "" if trip is None else ", near" if trip < NEAR_NANOSECONDS else ", far"
            kinds.setdefault(threads + kind, []).append(one)
        yield from sorted(kinds.items(), reverse=True)


def latency_rows(network):
    for threads, rounds in groups(network):
        for name in names(rounds):
            figures = timing(rounds, name)
            yield [
                name, threads, f"{figures['min']:.3f}", f"{figures['median']['median']:.3f}",
                f"{figures['p99']:.3f}", text(figures["minRatio"]), text(figures["medianRatio"]),
                percent(network["engines"][name]["agreement"])]


def footprint_rows(network, engines):
    for name in names(network["starts"]):
        figures = start(network["starts"], name)
        yield [
            name, f"{figures['firstLabel']['min']:.1f}", f"{figures['firstLabel']['median']:.1f}",
            f"{figures['peakMegabytes']:.1f}", f"{engines[name]['runtimeByteCount'] / 1e6:.1f}",
            f"{network['engines'][name]['modelByteCount'] / 1e6:.2f}"]


def markdown(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "|---" * len(headings) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def distance(trips):
    known = [trip for trip in trips if trip is not None]
    return (f" A word took {min(known):.0f} to {max(known):.0f} ns from core to core and back:"
            f" near is below {NEAR_NANOSECONDS}." if known else "")


def report(record):
    """The whole record as Markdown."""
    cpu = record["processor"]
    parts = [
        f"CPU: {cpu['model']}, {record['coreCount']} cores, {' '.join(cpu['instructionSets'])}.",
        "\n".join(f"- {name} {engine['version']}: {engine['note']}"
                  for name, engine in record["engines"].items())]
    for name, network in record["networks"].items():
        count = max((len(rounds) for rounds in network["rounds"].values()), default=0)
        parts.append(f"### {name}\n{count} rounds of {record['iterations']} frames"
                     + (" at real-time priority." if record["isRealtime"] else ".")
                     + (" Random weights: speed only." if network["isRandom"] else "")
                     + distance(network["roundTripNanoseconds"]))
        parts.append(markdown(LATENCY, latency_rows(network)))
        parts.append(markdown(FOOTPRINT, footprint_rows(network, record["engines"])))
    return "\n\n".join(parts)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(report(json.load(file)))

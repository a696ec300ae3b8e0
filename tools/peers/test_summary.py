#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the figures and of the arguments of scripts/bench-peers; the standard library alone."""
import tempfile
import unittest
from pathlib import Path

import networks
import summary
from engines import counterpart


def frame(least, median, p99=9.0):
    return {"min": least, "median": median, "p99": p99, "peakKilobytes": 1000}


ROUNDS = [
    {"swiftlet": frame(1.0, 2.0), "onnxruntime": frame(2.0, 6.0), "swiftlet-avx2": frame(4.0, 4.0),
     "openvino-avx2": frame(6.0, 8.0)},
    {"swiftlet": frame(2.0, 4.0), "onnxruntime": frame(3.0, 4.0), "swiftlet-avx2": frame(4.0, 4.0),
     "openvino-avx2": frame(2.0, 8.0)},
    {"swiftlet": frame(1.0, 2.0), "onnxruntime": frame(1.0, 4.0)},
]


class Summary(unittest.TestCase):
    def test_ratios_are_formed_within_a_round(self):
        self.assertEqual(
            summary.ratios(ROUNDS, "onnxruntime", "min"), {"median": 1.5, "min": 1.0, "max": 2.0})
        self.assertEqual(
            summary.ratios(ROUNDS, "onnxruntime", "median"),
            {"median": 2.0, "min": 1.0, "max": 3.0})

    def test_an_engine_held_to_an_instruction_set_meets_ours_held_to_it(self):
        self.assertEqual(counterpart("openvino-avx2"), "swiftlet-avx2")
        self.assertEqual(counterpart("openvino-8bit"), "swiftlet")
        self.assertIsNone(counterpart("swiftlet"))
        self.assertEqual(
            summary.ratios(ROUNDS, "openvino-avx2", "min"),
            {"median": 1.0, "min": 0.5, "max": 1.5})

    def test_ours_has_no_ratio(self):
        self.assertIsNone(summary.ratios(ROUNDS, "swiftlet", "min"))
        self.assertIsNone(summary.ratios([{"onnxruntime": frame(1, 1)}], "onnxruntime", "min"))

    def test_timing_is_the_fastest_frame_and_the_median_of_medians(self):
        figures = summary.timing(ROUNDS, "onnxruntime")
        self.assertEqual(figures["min"], 1.0)
        self.assertEqual(figures["median"], {"median": 4.0, "min": 4.0, "max": 6.0})

    def test_peak_memory_is_in_megabytes_of_a_million_bytes(self):
        starts = [{"a": {"firstLabelMilliseconds": 3.0, "peakKilobytes": 1000}},
                  {"a": {"firstLabelMilliseconds": 2.0, "peakKilobytes": 2000}}]
        figures = summary.start(starts, "a")
        self.assertEqual(figures["firstLabel"], {"median": 2.5, "min": 2.0, "max": 3.0})
        self.assertAlmostEqual(figures["peakMegabytes"], 2.048)

    def test_the_report_shows_agreement_beside_speed(self):
        parts = {name: {"modelByteCount": 5_000_000, "agreement": 0.975, "kernels": None}
                 for name in summary.names(ROUNDS)}
        start = {"firstLabelMilliseconds": 3.0, "peakKilobytes": 1000}
        record = {
            "processor": {"model": "CPU", "instructionSets": ["avx2"]}, "coreCount": 2,
            "iterations": 100, "isRealtime": False,
            "engines": {name: {"version": "1", "note": "n", "runtimeByteCount": 1_000_000}
                        for name in parts},
            "networks": {"net": {"isRandom": False, "engines": parts, "rounds": {"1": ROUNDS},
                                 "roundTripNanoseconds": [60.2, None, 390.0],
                                 "starts": [{name: start for name in parts}]}}}
        text = summary.report(record)
        self.assertIn("| onnxruntime | 1 | 1.000 | 4.000 | 9.000 | 1.50 (1.00..2.00) |"
                      " 2.00 (1.00..3.00) | 97.5 % |", text)
        self.assertIn("A word took 60 to 390 ns", text)
        self.assertIn("| swiftlet | 3.0 | 3.0 | 1.0 | 1.0 | 5.00 |", text)


    def test_rounds_of_several_threads_are_told_apart_by_the_distance_of_the_cores(self):
        network = {"rounds": {"1": ROUNDS, "2": ROUNDS}, "roundTripNanoseconds": [60, 390, 199]}
        self.assertEqual(
            list(summary.groups(network)),
            [("1", ROUNDS), ("2, near", [ROUNDS[0], ROUNDS[2]]), ("2, far", [ROUNDS[1]])])


class Arguments(unittest.TestCase):
    def test_a_network_is_a_name_a_file_and_a_preprocessing(self):
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            network = networks.parse(f"net={file.name}:efficientnet-lite", Path("/nowhere"))
            self.assertEqual((network.name, network.preprocessing), ("net", "efficientnet-lite"))
            self.assertEqual(
                networks.parse(f"net={file.name}", Path("/nowhere")).preprocessing, "imagenet")
            for text in ("net", f"={file.name}", f"net={file.name}:other", "net=/no/file.onnx"):
                with self.assertRaises(ValueError):
                    networks.parse(text, Path("/nowhere"))


if __name__ == "__main__":
    unittest.main()

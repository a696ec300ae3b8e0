#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pictures of two domains and three classes, and a bank of made-up embeddings of them.

usage: tools/make_tiny_pictures.py FOLDER

FOLDER/pictures/<domain>/<class>/*.png, 16 pixels wide and high, and FOLDER/bank.safetensors. Always the
same bytes. For tests that need something to train on within seconds; needs Python alone.
"""

import hashlib
import json
import math
import os
import random
import struct
import sys
import zlib

WIDTH = 8
SIDE = 16
COUNT = 10
COLOURS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 60, 210)}


def png(pixels):
    """RGB bytes as a PNG file."""
    def chunk(kind, data):
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    rows = b"".join(
        b"\0" + pixels[row * SIDE * 3:(row + 1) * SIDE * 3] for row in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def unit(vector):
    norm = math.sqrt(sum(x * x for x in vector))
    return [x / norm for x in vector]


def bank(images, texts, metadata):
    """Rows of numbers as a safetensors file."""
    numbers = [x for rows in (images, texts) for row in rows for x in row]
    split = 4 * len(images) * WIDTH
    header = {
        "__metadata__": metadata,
        "image": {"dtype": "F32", "shape": [len(images), WIDTH], "data_offsets": [0, split]},
        "text": {"dtype": "F32", "shape": [len(texts), 1, WIDTH],
                 "data_offsets": [split, 4 * len(numbers)]},
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + struct.pack(f"<{len(numbers)}f", *numbers)


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        sys.exit(0 if len(sys.argv) == 2 else 64)
    folder = sys.argv[1]
    generator = random.Random(7)
    texts = [unit([generator.gauss(0, 1) for _ in range(WIDTH)]) for _ in COLOURS]
    images, paths, digests = [], [], []
    for domain, brightness in (("bright", 1.0), ("dark", 0.5)):
        for (name, colour), text in zip(COLOURS.items(), texts):
            os.makedirs(f"{folder}/pictures/{domain}/{name}", exist_ok=True)
            for index in range(COUNT):
                data = png(bytes(
                    min(max(int(brightness * c + generator.gauss(0, 25)), 0), 255)
                    for _ in range(SIDE * SIDE) for c in colour))
                paths.append(f"{domain}/{name}/{index}.png")
                digests.append(hashlib.sha256(data).hexdigest())
                images.append(unit([x + generator.gauss(0, 0.2) for x in text]))
                with open(f"{folder}/pictures/{paths[-1]}", "wb") as file:
                    file.write(data)
    metadata = {
        "format": "embedding-bank/1", "model": "made up", "logit_scale": "100",
        "paths": json.dumps(paths), "sha256": json.dumps(digests),
        "classes": json.dumps(list(COLOURS)), "templates": json.dumps(["a picture of {}"]),
    }
    with open(f"{folder}/bank.safetensors", "wb") as file:
        file.write(bank(images, texts, metadata))


main()

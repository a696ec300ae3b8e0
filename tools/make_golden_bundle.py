# SPDX-License-Identifier: Apache-2.0
"""Writes the manifest of a bundle for the tests, by docs/bundle.md and docs/model-format.md alone.

usage: make_golden_bundle.py FOLDER     (with a model.swiftlet in it)
example: python3 tools/make_golden_bundle.py Tests/Golden/bundle

Python's standard library is all it needs. The model is 'swiftlet quantize' of onnx/two_layers.onnx
with the labels cat and dog.
"""
import hashlib
import pathlib
import struct
import sys


def sections(file):
    """Kind to bytes."""
    count = struct.unpack_from("<I", file, 12)[0]
    records = [struct.unpack_from("<IIQQ", file, 64 + 24 * index) for index in range(count)]
    return {kind: file[offset:offset + size] for kind, _, offset, size in records}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def main():
    folder = pathlib.Path(sys.argv[1])
    file = (folder / "model.swiftlet").read_bytes()
    parts = sections(file)
    strings, labels, preprocessing = parts[4], parts[5], parts[6]
    texts = [strings[offset:offset + size] for offset, size in struct.iter_unpack("<II", labels)]
    lines = [
        "swiftlet-bundle 1", "name two-layers", "runner 0.1.0", "model " + digest(file),
        "labels " + digest(b"".join(text + b"\n" for text in texts)),
        "preprocessing " + digest(preprocessing),
    ]
    (folder / "manifest").write_bytes("".join(line + "\n" for line in lines).encode())


if __name__ == "__main__":
    main()

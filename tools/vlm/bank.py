# SPDX-License-Identifier: Apache-2.0
"""Writes embedding banks (docs/embedding-bank.md), and what a run has finished so far."""
import hashlib
import json
import os
import struct

from . import Problem

FORMAT = "embedding-bank/1"


def unit_half(rows):
    """Rows of unit norm as float16; the norm is computed in binary64."""
    import numpy as np
    rows = np.asarray(rows, np.float64)
    norms = np.sqrt((rows * rows).sum(-1, keepdims=True))
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise Problem("the model gives embeddings without a direction (zero, NaN or infinity); "
                      "check its weights")
    return (rows / norms).astype("<f2")


def text(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encode(metadata, image, texts):
    """A safetensors file; the same content gives the same bytes."""
    header, offset = {"__metadata__": metadata}, 0
    for name, array in (("image", image), ("text", texts)):
        header[name] = {"dtype": "F16", "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    data = text(header).encode()
    data += b" " * (-len(data) % 8)
    return struct.pack("<Q", len(data)) + data + image.tobytes() + texts.tobytes()


def write(path, data):
    """Writes a file as a whole: beside its place, then renamed."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise Problem(f"{path} cannot be written ({error.strerror}); check the folder, its "
                      "permissions and the free space") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


class Work:
    """Finished batches, appended to a file beside the bank.

    A first line says what the run is; then a record a batch: a line of JSON with the digest of the
    rows behind it. A record that was cut off is dropped.
    """

    def __init__(self, path, description, resume):
        self.path = path
        self.batches = {}
        head = (text(description) + "\n").encode()
        if os.path.exists(path):
            if not resume:
                raise Problem(f"{path}: a run that did not end left it; go on with --resume, or "
                              "delete it to begin again")
            end = self._read(description)
            self.file = open(path, "r+b")
            self.file.truncate(end)
            self.file.seek(end)
        else:
            self.file = self._create(path, head)

    @staticmethod
    def _create(path, head):
        try:
            file = open(path, "xb")
        except OSError as error:
            raise Problem(f"{path} cannot be made ({error.strerror}); check the folder of the "
                          "output") from error
        file.write(head)
        file.flush()
        return file

    def _read(self, description):
        """Reads what is whole; returns where it ends."""
        with open(self.path, "rb") as file:
            try:
                found = json.loads(file.readline())
            except ValueError as error:
                raise Problem(f"{self.path}: this is no work file; delete it") from error
            for key in sorted(set(found) | set(description)):
                if found.get(key) != description.get(key):
                    raise Problem(f"{self.path}: that run had another '{key}'; give the same "
                                  "options, or delete the file to begin again")
            while True:
                end = file.tell()
                try:
                    record = json.loads(file.readline())
                    rows = file.read(record["bytes"])
                    if hashlib.sha256(rows).hexdigest() != record["rows"]:
                        return end
                # A line that was cut off is no JSON, or JSON of another kind.
                except (ValueError, KeyError, TypeError):
                    return end
                self.batches[record["batch"]] = (record["pictures"], rows)

    def add(self, batch, pictures, rows):
        """Keeps a batch: what became of each of its pictures, and the rows of those that are whole."""
        record = {"batch": batch, "bytes": len(rows), "rows": hashlib.sha256(rows).hexdigest(),
                  "pictures": pictures}
        self.file.write((text(record) + "\n").encode() + rows)
        self.file.flush()
        os.fsync(self.file.fileno())
        self.batches[batch] = (pictures, rows)

    def remove(self):
        self.file.close()
        os.unlink(self.path)

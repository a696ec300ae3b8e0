# SPDX-License-Identifier: Apache-2.0
"""Finds pictures and brings them to the form that a model sees."""
import hashlib
import io
import math
import os
from dataclasses import dataclass

from . import Problem, imported

SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass
class Preprocessing:
    """The members of 'preprocessing' in docs/embedding-bank.md."""
    size: tuple  # height, width
    fit: str  # crop, squash, pad
    interpolation: str
    mean: tuple
    std: tuple
    # Where the crop begins when half a pixel is left over: torchvision rounds half to even,
    # transformers rounds down.
    rounds_down: bool = False

    def metadata(self):
        return {"size": list(self.size), "fit": self.fit, "interpolation": self.interpolation,
                "mean": [float(x) for x in self.mean], "std": [float(x) for x in self.std]}

    def prepare(self, image):
        """A Pillow picture as float32 [3, height, width]."""
        import numpy as np
        from PIL import Image

        filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC,
                   "nearest": Image.Resampling.NEAREST, "lanczos": Image.Resampling.LANCZOS}
        height, width = self.size
        image = image.convert("RGB")
        box = self.resized(image.width, image.height)
        if image.size != box:
            image = image.resize(box, filters[self.interpolation])
        rounded = math.floor if self.rounds_down else round
        left, top = rounded((box[0] - width) / 2), rounded((box[1] - height) / 2)
        if self.fit == "pad":
            canvas = Image.new("RGB", (width, height))
            canvas.paste(image, ((width - box[0]) // 2, (height - box[1]) // 2))
            image = canvas
        else:
            image = image.crop((left, top, left + width, top + height))
        pixels = np.asarray(image, np.float32).transpose(2, 0, 1) / np.float32(255)
        mean = np.asarray(self.mean, np.float32)[:, None, None]
        std = np.asarray(self.std, np.float32)[:, None, None]
        return (pixels - mean) / std

    def resized(self, width, height):
        """Width and height before the crop; the longer side is rounded down."""
        if self.fit == "squash":
            return self.size[1], self.size[0]
        if self.fit == "pad":
            ratio = max(width / self.size[1], height / self.size[0])
            return max(round(width / ratio), 1), max(round(height / ratio), 1)
        side = self.size[0]
        if width <= height:
            return side, int(side * height / width)
        return int(side * width / height), side


def find(folder):
    """Paths of all pictures below a folder, with '/', sorted byte by byte; and names that are no
    UTF-8, which a bank cannot hold."""
    found, odd = [], []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            path = os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
            try:
                path.encode("utf-8")
                found.append(path)
            except UnicodeEncodeError:
                odd.append(path.encode("utf-8", "backslashreplace").decode())
    if not found:
        raise Problem(f"{folder}: there are no JPEG or PNG pictures; name the data folder")
    return sorted(found, key=lambda path: path.encode()), sorted(odd)


def label(path):
    """The folder that a picture lies in, as docs/embedding-bank.md says it."""
    parts = path.split("/")
    return parts[-2] if len(parts) > 1 else ""


def digest(folder, path):
    """The SHA-256 of a file; None where it cannot be read."""
    try:
        with open(os.path.join(folder, path), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def load(folder, path, preprocessing):
    """(digest, pixels, None), or (digest or None, None, reason) for a picture that is broken."""
    image_module = imported("PIL.Image", "pillow")
    sha256 = None
    try:
        with open(os.path.join(folder, path), "rb") as file:
            data = file.read()
        sha256 = hashlib.sha256(data).hexdigest()
        with image_module.open(io.BytesIO(data)) as image:
            return sha256, preprocessing.prepare(image), None
    # Pillow raises nearly anything on damaged files.
    except Exception as error:
        return sha256, None, getattr(error, "strerror", None) or str(error) or repr(error)

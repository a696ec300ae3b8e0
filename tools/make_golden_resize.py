#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/resize.txt: what Pillow makes of small generated pictures.

    python3 -m venv .venv && .venv/bin/pip install pillow==13.0.0
    .venv/bin/python tools/make_golden_resize.py > Tests/Golden/resize.txt

A picture is width * height * channels bytes of the generator below, or all of one value. Each line
of the result is: rule resizeSize width height format order outputWidth outputHeight picture
result, where rule is squash or crop, picture is a seed or `=value`, and result is the output bytes
(NHWC) in hexadecimal, or `fnv:` and their FNV-1a 64-bit hash when they are many.
"""
import sys

import PIL
from PIL import Image

CHANNELS = {"rgb": 3, "bgr": 3, "rgba": 4, "bgra": 4, "grey": 1}

# rule, resizeSize, width, height, format, order, outputWidth, outputHeight, picture
CASES = [
    ("squash", 0, 1, 1, "rgb", "rgb", 4, 4, "1"),
    ("squash", 0, 1, 1, "grey", "grey", 1, 1, "2"),
    ("squash", 0, 1, 37, "rgb", "rgb", 5, 7, "3"),
    ("squash", 0, 41, 1, "bgr", "rgb", 7, 5, "4"),
    ("squash", 0, 8, 8, "rgb", "rgb", 8, 8, "5"),
    ("squash", 0, 9, 8, "rgb", "rgb", 8, 8, "6"),
    ("squash", 0, 7, 8, "rgb", "bgr", 8, 8, "7"),
    ("squash", 0, 3, 2, "rgba", "rgb", 11, 13, "8"),
    ("squash", 0, 64, 48, "bgra", "rgb", 8, 8, "9"),
    ("squash", 0, 67, 31, "rgb", "grey", 8, 8, "10"),
    ("squash", 0, 67, 31, "grey", "rgb", 8, 8, "11"),
    ("squash", 0, 53, 59, "bgr", "grey", 9, 5, "12"),
    ("squash", 0, 53, 59, "rgba", "bgr", 9, 5, "13"),
    ("squash", 0, 2000, 3, "rgb", "rgb", 6, 6, "14"),
    ("squash", 0, 3, 2000, "rgb", "rgb", 6, 6, "15"),
    ("squash", 0, 20000, 2, "rgb", "rgb", 6, 6, "16"),
    ("squash", 0, 31, 33, "rgb", "rgb", 8, 8, "=255"),
    ("squash", 0, 33, 31, "grey", "grey", 8, 8, "=0"),
    ("crop", 8, 1, 1, "rgb", "rgb", 7, 7, "17"),
    ("crop", 9, 1, 64, "rgb", "rgb", 8, 8, "18"),
    ("crop", 8, 300, 2, "rgb", "rgb", 8, 8, "19"),
    ("crop", 10, 32, 17, "rgb", "rgb", 8, 8, "20"),
    ("crop", 10, 17, 32, "rgb", "rgb", 8, 7, "21"),
    ("crop", 13, 31, 29, "rgba", "bgr", 8, 8, "22"),
    ("crop", 11, 29, 31, "bgra", "grey", 8, 8, "23"),
    ("crop", 12, 12, 12, "grey", "grey", 8, 8, "24"),
    ("crop", 11, 5, 6, "grey", "rgb", 8, 8, "25"),
    ("crop", 9, 100, 101, "bgr", "bgr", 9, 9, "26"),
    ("crop", 256, 640, 480, "rgb", "rgb", 224, 224, "27"),
    ("crop", 256, 480, 641, "rgba", "rgb", 224, 224, "28"),
    ("crop", 256, 131, 97, "rgb", "bgr", 224, 224, "29"),
    ("squash", 0, 1280, 720, "rgb", "rgb", 224, 224, "30"),
    ("squash", 0, 97, 131, "bgr", "grey", 224, 160, "31"),
    ("crop", 232, 224, 1000, "grey", "grey", 224, 192, "32"),
]


def picture_bytes(count, picture):
    if picture.startswith("="):
        return bytes([int(picture[1:])]) * count
    state = int(picture)
    result = bytearray(count)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        result[i] = (state >> 33) % 256
    return bytes(result)


def load(data, width, height, pixel_format):
    """A Pillow picture, RGB or L. Alpha is dropped, never multiplied."""
    if pixel_format == "grey":
        return Image.frombytes("L", (width, height), data)
    mode = {3: "RGB", 4: "RGBX"}[CHANNELS[pixel_format]]
    planes = Image.frombytes(mode, (width, height), data).split()[:3]
    if pixel_format.startswith("bgr"):
        planes = planes[::-1]
    return Image.merge("RGB", planes)


def resize(image, size):
    """First along rows, then along columns. In one call, Pillow does it the other way round for
    pictures that are more than 100 times as tall as wide."""
    image = image.resize((size[0], image.size[1]), Image.Resampling.BILINEAR)
    return image.resize(size, Image.Resampling.BILINEAR)


def prepare(image, rule, size, order, width, height):
    if order == "grey":
        image = image.convert("L")
    if rule == "squash":
        image = resize(image, (width, height))
    else:
        w, h = image.size
        scaled = (size, int(h * size / w)) if w <= h else (int(w * size / h), size)
        image = resize(image, scaled)
        left = int(round((scaled[0] - width) / 2.0))
        top = int(round((scaled[1] - height) / 2.0))
        image = image.crop((left, top, left + width, top + height))
    if order != "grey":
        image = image.convert("RGB")
    if order == "bgr":
        image = Image.merge("RGB", image.split()[::-1])
    return image.tobytes()


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def main():
    print(f"# Pillow {PIL.__version__}, Python {sys.version.split()[0]}, tools/make_golden_resize.py")
    for rule, size, width, height, pixel_format, order, out_width, out_height, picture in CASES:
        data = picture_bytes(width * height * CHANNELS[pixel_format], picture)
        result = prepare(
            load(data, width, height, pixel_format), rule, size, order, out_width, out_height)
        channels = 1 if order == "grey" else 3
        assert len(result) == out_width * out_height * channels
        text = result.hex() if len(result) <= 600 else f"fnv:{fnv(result):016x}"
        print(rule, size, width, height, pixel_format, order, out_width, out_height, picture, text)


main()

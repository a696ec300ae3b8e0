#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/pictures: small generated JPEG and PNG files, and what Pillow reads in them.

    python3 -m venv .venv && .venv/bin/pip install pillow==13.0.0
    .venv/bin/python tools/make_golden_pictures.py Tests/Golden/pictures

Each line of expected.txt is: file width height format bytes, where bytes are hexadecimal, or `fnv:`
and their FNV-1a 64-bit hash when they are many.
"""
import struct
import sys
import zlib
from pathlib import Path

import PIL
from PIL import Image, ImageOps, PngImagePlugin

FORMATS = {"L": "grey", "RGB": "rgb", "RGBA": "rgba"}


def noise(count, seed):
    """The upper bits of a linear congruential generator."""
    state = seed
    result = bytearray(count)
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        result[i] = (state >> 33) % 256
    return bytes(result)


def gradient(width, height):
    """Smooth colours, so that JPEG files are small."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            data += bytes((255 * x // (width - 1), 255 * y // (height - 1), (x * y * 7) % 256))
    return Image.frombytes("RGB", (width, height), bytes(data))


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(
        ">I", zlib.crc32(name + data))


def png(width, height, depth, colour_type, rows, interlaced=0, extra=b""):
    """A PNG file of unfiltered rows (those of all passes, one behind the other)."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    data = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
        + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def adam7_rows(data, width, height):
    """The rows of the seven passes of an RGB picture."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2))
    for left, top, step_x, step_y in passes:
        for y in range(top, height, step_y):
            row = b"".join(
                data[(y * width + x) * 3:(y * width + x) * 3 + 3]
                for x in range(left, width, step_x))
            if row:
                yield row


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"# Pillow {PIL.__version__}, tools/make_golden_pictures.py"]

    def expect(name, image):
        data = image.tobytes()
        text = data.hex() if len(data) <= 200 else f"fnv:{fnv(data):016x}"
        lines.append(f"{name} {image.width} {image.height} {FORMATS[image.mode]} {text}")

    def save(name, image, **options):
        image.save(folder / name, **options)
        expect(name, Image.open(folder / name))

    photo = gradient(35, 27)
    save("colour-420.jpg", photo, quality=80, subsampling=2)
    save("colour-422.jpg", photo, quality=80, subsampling=1)
    save("colour-444-progressive.jpg", photo, quality=80, subsampling=0, progressive=True)
    save("grey.jpg", photo.convert("L"), quality=80)
    photo.convert("CMYK").save(folder / "inks.jpg", quality=90)
    with Image.open(folder / "inks.jpg") as inks:
        # Pillow rounds its own way; this is (255 - ink) * (255 - key) / 255, to nearest.
        data = inks.tobytes()
        expect("inks.jpg", Image.frombytes("RGB", inks.size, bytes(
            ((255 - data[i + c]) * (255 - data[i + 3]) + 127) // 255
            for i in range(0, len(data), 4) for c in range(3))))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f"orientation-{orientation}.jpg"
        photo.crop((0, 0, 24, 16)).save(folder / name, quality=90, subsampling=0, exif=exif)
        expect(name, ImageOps.exif_transpose(Image.open(folder / name)))

    small = Image.frombytes("RGB", (7, 5), noise(105, 1))
    save("colour.png", small)
    save("grey.png", Image.frombytes("L", (7, 5), noise(35, 2)))
    save("alpha.png", Image.frombytes("RGBA", (7, 5), noise(140, 3)))
    bits = Image.frombytes("1", (9, 5), noise(10, 4))
    bits.save(folder / "one-bit.png")
    expect("one-bit.png", bits.convert("L"))
    palette = small.quantize(7)
    palette.save(folder / "palette.png")
    expect("palette.png", palette.convert("RGB"))
    palette.save(folder / "palette-alpha.png", transparency=2)
    expect("palette-alpha.png", Image.open(folder / "palette-alpha.png").convert("RGBA"))
    grey_alpha = Image.frombytes("LA", (7, 5), noise(70, 5))
    grey_alpha.save(folder / "grey-alpha.png")
    expect("grey-alpha.png", grey_alpha.convert("RGBA"))

    # A linear gamma, which readers that look at it would brighten.
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", struct.pack(">I", 100000))
    save("gamma.png", small, pnginfo=info)
    exif = Image.Exif()
    exif[0x0112] = 6
    small.save(folder / "orientation-6.png", exif=exif)
    expect("orientation-6.png", ImageOps.exif_transpose(Image.open(folder / "orientation-6.png")))

    # Pillow writes neither 16 bits a channel in colour nor interlacing.
    for name, colour_type, channels, mode in (("colour-16.png", 2, 3, "RGB"), ("grey-16.png", 0, 1, "L")):
        data = noise(7 * 5 * channels * 2, 6)
        rows = [data[y * 14 * channels:(y + 1) * 14 * channels] for y in range(5)]
        (folder / name).write_bytes(png(7, 5, 16, colour_type, rows))
        values = struct.unpack(f">{len(data) // 2}H", data)
        expect(name, Image.frombytes(
            mode, (7, 5), bytes((value * 255 + 32767) // 65535 for value in values)))
    data = noise(13 * 11 * 3, 7)
    (folder / "interlaced.png").write_bytes(
        png(13, 11, 8, 2, adam7_rows(data, 13, 11), interlaced=1))
    expect("interlaced.png", Image.open(folder / "interlaced.png"))
    save("one-pixel.png", Image.frombytes("RGB", (1, 1), noise(3, 8)))
    save("one-pixel.jpg", Image.frombytes("RGB", (1, 1), noise(3, 8)))

    (folder / "expected.txt").write_text("\n".join(lines) + "\n")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/Golden/frames with ffmpeg and libjpeg-turbo's cjpeg and djpeg.

frames.txt names the frames in frames.bin, one a line:
    layout width height matrix range frameOffset frameByteCount rgbOffset
The samples are what ffmpeg makes of a part of models/pictures/coffee.jpg, planes without gaps; the
RGB behind rgbOffset is what ffmpeg makes of the samples, with the nearest chroma sample. *.jpg are
the same picture by cjpeg, *.ppm what djpeg makes of them, without smooth upsampling.

    python3 tools/make_golden_frames.py
"""
import pathlib
import subprocess

root = pathlib.Path(__file__).resolve().parent.parent
folder = root / "Tests/Golden/frames"
LAYOUTS = {
    "yuyv": "yuyv422", "uyvy": "uyvy422", "yvyu": "yvyu422", "nv12": "nv12", "nv21": "nv21",
    "planar420": "yuv420p", "planar422": "yuv422p", "planar444": "yuv444p",
}
CASES = [(32, 24, "bt601", "limited"), (32, 24, "bt709", "full")]
CASES += [(21, 15, m, r) for m in ("bt601", "bt709") for r in ("limited", "full")]
JPEGS = {
    "422": ["-sample", "2x1"], "420": ["-sample", "2x2"], "444": ["-sample", "1x1"],
    "440": ["-sample", "1x2"], "411": ["-sample", "4x1"], "grey": ["-grayscale"], "rgb": ["-rgb"],
    "progressive": ["-progressive"],
}


def run(arguments, data=None):
    return subprocess.run(arguments, input=data, capture_output=True, check=True).stdout


def ffmpeg(*arguments, data=None):
    return run(["ffmpeg", "-v", "error", *arguments, "-f", "rawvideo", "-"], data)


def raw(pixel_format, width, height):
    return ["-f", "rawvideo", "-pix_fmt", pixel_format, "-s", f"{width}x{height}", "-i", "-"]


def picture(width, height):
    scale = f"crop=320:240:150:60,scale={width}:{height}:flags=area"
    return ffmpeg("-i", str(root / "models/pictures/coffee.jpg"), "-vf", scale, "-pix_fmt", "rgb24")


def even(layout, width, height, samples):
    """The same samples as a frame of even sides: its last luma is repeated. ffmpeg would stretch the
    chroma of an odd side, which has half a sample too much."""
    if layout in ("yuyv", "uyvy", "yvyu") or layout == "planar444":
        return samples
    rows = [samples[y * width:(y + 1) * width] for y in range(height)]
    rows = [row + row[-1:] * (width % 2) for row in rows]
    if layout != "planar422":
        rows += rows[-1:] * (height % 2)
    return b"".join(rows) + samples[width * height:]


def colours_of(layout, width, height, samples, matrix, colours):
    samples = even(layout, width, height, samples)
    wide = width if layout == "planar444" else width + width % 2
    high = height + (height % 2 if layout in ("nv12", "nv21", "planar420") else 0)
    flags = "flags=neighbor+accurate_rnd+full_chroma_int"
    back = ffmpeg(
        *raw(LAYOUTS[layout], wide, high), "-vf",
        f"scale=in_color_matrix={matrix}:in_range={colours}:{flags}", "-pix_fmt", "rgb24",
        data=samples)
    assert len(back) == 3 * wide * high
    return b"".join(back[3 * wide * y:3 * (wide * y + width)] for y in range(height))


def frames():
    lines, data = [], b""
    for width, height, matrix, colours in CASES:
        rgb = picture(width, height)
        for layout, pixel_format in LAYOUTS.items():
            flags = "flags=bicubic+accurate_rnd+full_chroma_inp"
            samples = ffmpeg(
                *raw("rgb24", width, height), "-vf",
                f"scale=out_color_matrix={matrix}:out_range={colours}:{flags}",
                "-pix_fmt", pixel_format, data=rgb)
            back = colours_of(layout, width, height, samples, matrix, colours)
            place = len(data)
            data += samples + back
            lines.append(
                f"{layout} {width} {height} {matrix} {colours} {place} {len(samples)} "
                f"{place + len(samples)}")
    (folder / "frames.bin").write_bytes(data)
    (folder / "frames.txt").write_text("\n".join(lines) + "\n")


def jpegs():
    for width, height in [(64, 48), (37, 29)]:
        ppm = f"P6\n{width} {height}\n255\n".encode() + picture(width, height)
        for name, options in JPEGS.items():
            jpeg = run(["cjpeg", "-quality", "90", *options], ppm)
            path = folder / f"{name}-{width}x{height}.jpg"
            path.write_bytes(jpeg)
            if name in ("422", "420") or (name in ("grey", "440", "411") and width == 37):
                back = run(["djpeg", "-nosmooth", "-ppm" if name != "grey" else "-pnm"], jpeg)
                path.with_suffix(".ppm").write_bytes(back)


def versions():
    lines = run(["ffmpeg", "-version"]).decode().splitlines()[0].split(" Copyright")[0]
    cjpeg = subprocess.run(["cjpeg", "-version"], capture_output=True).stderr.decode().splitlines()
    (folder / "versions.txt").write_text(f"{lines}\ncjpeg, djpeg: {cjpeg[0]}\n")


folder.mkdir(parents=True, exist_ok=True)
frames()
jpegs()
versions()

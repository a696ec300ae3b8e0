#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an embedding bank (docs/embedding-bank.md) of a folder of pictures with a vision-language
model. Needs numpy and pillow, and what the kind of model needs:

    pip install torch open_clip_torch pillow
    tools/embed_vlm.py pictures/ --open-clip ViT-B-32 --pretrained openai -o clip.safetensors
    pip install torch transformers pillow
    tools/embed_vlm.py pictures/ --transformers openai/clip-vit-base-patch32 -o clip.safetensors
    pip install onnxruntime transformers pillow
    tools/embed_vlm.py pictures/ --image-onnx image.onnx --text-onnx text.onnx \\
      --tokenizer openai/clip-vit-base-patch32 --logit-scale 100 -o clip.safetensors

Classes are the names of the folders that pictures lie in, "_" for a space, unless --classes names
a file with one a line. On several machines, --shard 1/3 ... 3/3 make parts of one bank, which
`swiftlet-train bank merge` puts together. A run that was killed goes on with --resume; what it has
finished is in OUTPUT.work. Pictures are embedded in batches of the same size, cut from the sorted
list of all pictures, so that shards and resumed runs compute the same as one run does.

Broken pictures are named, left out and counted. Exit codes: 0 all right, 1 something failed, 2 bad
input, 64 wrong usage, 130 interrupted.
"""
import argparse
import hashlib
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vlm import Problem, bank, imported, pictures  # noqa: E402


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"embed_vlm: {message}\n")


def shard(text):
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"'{text}' is no part as 1/3")
    return int(index), int(count)


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no positive number")
    return int(text)


def template(text):
    if "{}" not in text:
        raise argparse.ArgumentTypeError(f"'{text}' has no {{}} for the class")
    return text


def parse():
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", help="the folder of pictures")
    parser.add_argument("-o", "--output", required=True, help="the bank to write")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--open-clip", metavar="MODEL", help="a name, or a configuration file (.json)")
    kind.add_argument("--transformers", metavar="MODEL", help="a name or a folder")
    kind.add_argument("--image-onnx", metavar="FILE")
    clip = parser.add_argument_group("with --open-clip")
    clip.add_argument("--pretrained", metavar="TAG", help="weights: a tag or a file")
    clip.add_argument("--random-init", metavar="SEED", type=int, help="random weights, for tests")
    onnx = parser.add_argument_group("with --image-onnx")
    onnx.add_argument("--text-onnx", metavar="FILE")
    onnx.add_argument("--tokenizer", metavar="NAME",
                      help="of transformers (name, folder, tokenizer.json), or open_clip:MODEL")
    onnx.add_argument("--context-length", type=positive, metavar="N",
                      help="tokens a text; default: the model's, else 77")
    onnx.add_argument("--logit-scale", type=float, metavar="X", help="100 for CLIP")
    onnx.add_argument("--name", help="the model's name in the bank; default: the file's")
    onnx.add_argument("--size", type=positive, metavar="PIXELS", help="where the input has none")
    onnx.add_argument("--fit", choices=("crop", "squash", "pad"), default="crop")
    onnx.add_argument("--interpolation", default="bicubic",
                      choices=("nearest", "bilinear", "bicubic", "lanczos"))
    onnx.add_argument("--mean", type=float, nargs=3, help="default: CLIP's")
    onnx.add_argument("--std", type=float, nargs=3, help="default: CLIP's")
    parser.add_argument("--classes", metavar="FILE", help="class names, one a line")
    parser.add_argument("--template", action="append", type=template, metavar="TEXT",
                        help="a prompt, {} for the class; repeatable; default: 'a photo of a {}'")
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="I/N")
    parser.add_argument("--resume", action="store_true", help="go on with OUTPUT.work if it is there")
    parser.add_argument("--batch", type=positive, default=32, help="pictures at a time (32)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=positive, help="default: the library's")
    options = parser.parse_args()
    if options.open_clip and (options.pretrained is None) == (options.random_init is None):
        parser.error("--open-clip needs either --pretrained TAG-OR-FILE or --random-init SEED")
    if options.image_onnx:
        for name in ("text_onnx", "tokenizer", "logit_scale"):
            if getattr(options, name) is None:
                parser.error(f"--image-onnx needs --{name.replace('_', '-')}")
        if not options.logit_scale > 0:
            parser.error("--logit-scale must be positive")
    options.template = options.template or ["a photo of a {}"]
    return options


def make_model(options):
    from vlm import models
    options.mean = options.mean or models.CLIP_MEAN
    options.std = options.std or models.CLIP_STD
    if options.open_clip:
        return models.OpenCLIP(options)
    return models.Transformers(options) if options.transformers else models.ONNXPair(options)


def class_names(options, paths):
    """From the file, else from the folders of all pictures, not only of this shard."""
    if not options.classes:
        labels = {pictures.label(path).replace("_", " ") for path in paths} - {""}
        if not labels:
            raise Problem(f"{options.data}: pictures lie in no folders that would name their "
                          "classes; give --classes FILE")
        return sorted(labels, key=str.encode)
    try:
        with open(options.classes, encoding="utf-8") as file:
            names = [line.strip() for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{options.classes}: cannot be read ({error})") from error
    if not names or len(set(names)) != len(names):
        raise Problem(f"{options.classes}: it should have class names, one a line, none twice")
    return names


def embed_texts(model, classes, templates, batch):
    """float16 [classes, templates, width]. The last batch is filled up, so that all are alike."""
    import numpy as np
    prompts = [text.replace("{}", name) for name in classes for text in templates]
    rows = []
    for start in range(0, len(prompts), batch):
        part = prompts[start:start + batch]
        rows.append(model.texts(part + [part[0]] * (batch - len(part)))[:len(part)])
    rows = bank.unit_half(np.concatenate(rows))
    return rows.reshape(len(classes), len(templates), -1)


class Progress:
    """A bar on a terminal, nothing in a pipe."""

    def __init__(self, total):
        self.total = total
        self.is_shown = sys.stderr.isatty()

    def show(self, done):
        if self.is_shown:
            filled = done * 30 // max(self.total, 1)
            print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done} of {self.total} pictures",
                  end="", file=sys.stderr, flush=True)

    def clear(self):
        if self.is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def embed_batch(model, loaded, size):
    """float16 rows of the pictures that are whole. Zeros stand for the others."""
    import numpy as np
    pixels = np.zeros((size, 3, *model.preprocessing.size), np.float32)
    whole = [index for index, (_, found, _) in enumerate(loaded) if found is not None]
    if not whole:
        return b""
    for index in whole:
        pixels[index] = loaded[index][1]
    return bank.unit_half(model.images(pixels)[whole]).tobytes()


def is_unchanged(work, batch, folder, paths):
    """Whether a finished batch is of these pictures."""
    if batch not in work.batches:
        return False
    return all(entry["sha256"] == pictures.digest(folder, path)
               for entry, path in zip(work.batches[batch][0], paths))


def embed_images(model, options, paths, work):
    """Fills `work` with all batches of the shard; returns their numbers."""
    index, count = options.shard
    total = -(-len(paths) // options.batch)
    batches = range((index - 1) * total // count, index * total // count)
    members = {b: paths[b * options.batch:(b + 1) * options.batch] for b in batches}
    todo = [b for b in batches if not is_unchanged(work, b, options.data, members[b])]
    progress = Progress(sum(len(part) for part in members.values()))
    done = progress.total - sum(len(members[b]) for b in todo)
    progress.show(done)
    with ThreadPoolExecutor(options.threads or os.cpu_count()) as pool:
        def load(batch):
            return [pool.submit(pictures.load, options.data, path, model.preprocessing)
                    for path in members[batch]]

        waiting = load(todo[0]) if todo else []
        for position, batch in enumerate(todo):
            loaded = [future.result() for future in waiting]
            # Pictures of the next batch are read while this one is computed.
            waiting = load(todo[position + 1]) if position + 1 < len(todo) else []
            entries = [{"sha256": sha256} if error is None else {"sha256": sha256, "error": error}
                       for sha256, _, error in loaded]
            work.add(batch, entries, embed_batch(model, loaded, options.batch))
            done += len(loaded)
            progress.show(done)
    progress.clear()
    return members


def write_bank(model, options, classes, texts, members, work):
    import numpy as np
    rows, paths, digests, broken = [], [], [], 0
    for batch, names in members.items():
        entries, data = work.batches[batch]
        rows.append(np.frombuffer(data, "<f2").reshape(-1, texts.shape[-1]))
        for path, entry in zip(names, entries):
            if "error" in entry:
                broken += 1
                print(f"embed_vlm: {path}: skipped, {entry['error']}", file=sys.stderr)
            else:
                paths.append(path)
                digests.append(entry["sha256"])
    if not paths:
        raise Problem("no picture of this part can be read; there is nothing to write")
    metadata = {
        "format": bank.FORMAT, "model": model.name, "logit_scale": repr(model.logit_scale),
        "notes": f"made by embed_vlm.py with {model.notes}", "paths": bank.text(paths),
        "sha256": bank.text(digests), "classes": bank.text(classes),
        "templates": bank.text(options.template),
        "preprocessing": bank.text(model.preprocessing.metadata()),
    }
    bank.write(options.output, bank.encode(metadata, np.concatenate(rows), texts))
    print(f"{len(paths)} pictures, {len(classes)} classes, width {texts.shape[-1]}"
          + (f"; {broken} broken pictures were skipped" if broken else ""))


def run(options):
    imported("numpy", "numpy")
    imported("PIL", "pillow")
    paths, odd = pictures.find(options.data)
    for path in odd:
        print(f"embed_vlm: {path}: skipped, its name is no UTF-8", file=sys.stderr)
    classes = class_names(options, paths)
    without = {pictures.label(path) for path in paths
               if not {pictures.label(path), pictures.label(path).replace("_", " ")} & set(classes)}
    if without:
        print(f"embed_vlm: no class for the labels {', '.join(sorted(without))}; their pictures "
              "have no text", file=sys.stderr)
    model = make_model(options)
    description = {
        "format": "embed_vlm work 1", "model": model.name, "weights": model.notes,
        "preprocessing": model.preprocessing.metadata(), "batch": options.batch,
        "shard": list(options.shard), "device": options.device,
        "pictures": hashlib.sha256("\n".join(paths).encode()).hexdigest(),
    }
    work = bank.Work(options.output + ".work", description, options.resume)
    texts = embed_texts(model, classes, options.template, options.batch)
    members = embed_images(model, options, paths, work)
    write_bank(model, options, classes, texts, members, work)
    work.remove()


def main():
    # As an interrupt: temporary files are removed, finished batches stay.
    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    options = parse()
    try:
        run(options)
    except Problem as problem:
        print(f"embed_vlm: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"embed_vlm: interrupted; --resume goes on with {options.output}.work",
              file=sys.stderr)
        return 130
    except OSError as error:
        print(f"embed_vlm: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

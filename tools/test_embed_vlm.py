#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests tools/embed_vlm.py with small random models of all kinds, without a network.

usage: tools/test_embed_vlm.py SWIFTLET-TRAIN

Run by scripts/test-embed, which installs what it needs.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open

TOOLS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, TOOLS)
from vlm import bank as bank_files  # noqa: E402
from vlm import pictures  # noqa: E402

TOOL = os.path.join(TOOLS, "embed_vlm.py")
TRAIN = None
SIZE = 32
CLIP = {"embed_dim": 32,
        "vision_cfg": {"image_size": SIZE, "layers": 2, "width": 64, "patch_size": 8},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2,
                     "layers": 2}}
# A float16 step of numbers below 1.
STEP = 2 ** -11


def picture(seed, width, height):
    """Smooth noise, so that resizing has something to do."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def read(path):
    with safe_open(path, "np") as file:
        return file.metadata(), file.get_tensor("image"), file.get_tensor("text")


class EmbedTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="swiftlet-embed-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.data = os.path.join(cls.folder, "data")
        seed = 0
        for domain in ("photo", "sketch"):
            for name in ("cat", "big_dog", "\u00e9l\u00e9phant"):
                os.makedirs(f"{cls.data}/{domain}/{name}")
                for index in range(11):
                    seed += 1
                    suffix = "jpg" if seed % 2 else "png"
                    image = picture(seed, 20 + 7 * (seed % 9), 25 + 5 * (seed % 7))
                    image = image.convert("L") if seed % 10 == 0 else image
                    image.save(f"{cls.data}/{domain}/{name}/{index}.{suffix}")
        with open(f"{cls.data}/photo/cat/broken.jpg", "wb") as file:
            file.write(b"\xff\xd8\xff no picture")
        cls.count = seed
        cls.config = os.path.join(cls.folder, "small-clip.json")
        with open(cls.config, "w") as file:
            json.dump(CLIP, file)
        cls.clip = ["--open-clip", cls.config, "--random-init", "7", "--batch", "4",
                    "--threads", "1", "--template", "a photo of a {}", "--template", "the {}"]
        cls.whole = cls.path("whole.safetensors")
        cls.run_tool(*cls.clip, "-o", cls.whole)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def command(cls, *arguments):
        return [sys.executable, TOOL, cls.data, *arguments]

    @classmethod
    def run_tool(cls, *arguments, code=0, environment=None):
        done = subprocess.run(cls.command(*arguments), capture_output=True, text=True,
                              env={**os.environ, "HF_HUB_OFFLINE": "1", **(environment or {})})
        if done.returncode != code:
            raise AssertionError(f"exit code {done.returncode}: {done.stdout}{done.stderr}")
        return done

    @staticmethod
    def train(*arguments):
        return subprocess.run([TRAIN, "bank", *arguments], check=True, capture_output=True,
                              text=True).stdout

    def assert_equal_banks(self, first, second):
        """Bit for bit; metadata as JSON."""
        (meta1, image1, text1), (meta2, image2, text2) = read(first), read(second)
        self.assertEqual(set(meta1), set(meta2))
        for key in meta1:
            values = [meta1[key], meta2[key]]
            if values[0][:1] in "[{":
                values = [json.loads(value) for value in values]
            self.assertEqual(*values, key)
        self.assertEqual(image1.dtype, np.float16)
        for one, two in ((image1, image2), (text1, text2)):
            np.testing.assert_array_equal(one.view(np.uint16), two.view(np.uint16))

    def test_swiftlet_train_reads_it(self):
        facts = json.loads(self.train("inspect", self.whole, "--json"))
        self.assertEqual(facts["pictures"], self.count)
        self.assertEqual(facts["odd_norms"], 0)
        self.assertEqual(facts["labels_without_text"], [])
        self.assertEqual(facts["templates"], ["a photo of a {}", "the {}"])
        self.assertEqual(facts["domains"], ["photo", "sketch"])
        self.assertIn("32x32, crop, bicubic", facts["preprocessing"])
        self.assertAlmostEqual(facts["logit_scale"], 1 / 0.07, places=3)
        verified = self.train("verify", self.whole, "--data", self.data)
        self.assertIn(f"{self.count} pictures are those of the bank", verified)

    def test_broken_pictures_are_named_and_a_pipe_sees_nothing_else(self):
        done = self.run_tool(*self.clip, "-o", self.path("quiet.safetensors"))
        lines = [line for line in done.stderr.splitlines() if "embed_vlm" in line]
        self.assertEqual(len(lines), 1)
        self.assertIn("photo/cat/broken.jpg: skipped", lines[0])
        self.assertNotIn("\r", done.stderr)
        self.assertEqual(done.stdout, f"{self.count} pictures, 3 classes, width 32; "
                         "1 broken pictures were skipped\n")
        self.assert_equal_banks(self.whole, self.path("quiet.safetensors"))
        self.assertFalse(os.path.exists(self.path("quiet.safetensors.work")))

    def test_shards_of_which_one_was_killed_are_the_whole(self):
        parts = [self.path(f"part-{index}.safetensors") for index in (1, 2)]
        self.run_tool(*self.clip, "--shard", "1/2", "-o", parts[0])
        second = [*self.clip, "--shard", "2/2", "-o", parts[1]]
        self.kill_in_the_middle(second, parts[1] + ".work")
        self.assertFalse(os.path.exists(parts[1]))
        # Without --resume, what was done is neither used nor lost.
        self.assertIn("--resume", self.run_tool(*second, code=2).stderr)
        with open(parts[1] + ".work", "ab") as file:
            file.write(b'{"batch":99,"bytes":1000,"pict')
        done = self.run_tool(*second, "--resume")
        self.assertNotIn("Traceback", done.stderr)
        self.train("merge", parts[1], parts[0], "--output", self.path("merged.safetensors"))
        self.assert_equal_banks(self.whole, self.path("merged.safetensors"))
        self.train("verify", self.path("merged.safetensors"), "--data", self.data)

    def kill_in_the_middle(self, arguments, work):
        """Kills a run as soon as it has finished two batches."""
        process = subprocess.Popen(self.command(*arguments), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        # On a busy machine the model alone takes minutes to load.
        deadline = time.monotonic() + 900
        finished = 0
        while finished < 2 and time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(FileNotFoundError), open(work, "rb") as file:
                finished = file.read().count(b'{"batch":')
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL, "the run ended before it was killed")
        self.assertGreaterEqual(finished, 2, "no two batches within 15 minutes")

    def test_finished_batches_are_used_and_checked(self):
        output = self.path("resumed.safetensors")
        self.kill_in_the_middle([*self.clip, "-o", output], output + ".work")
        with open(output + ".work", "rb") as file:
            head = json.loads(file.readline())
        # As if batches 1 and 2 had been finished with the rows of nobody's model: 1 of these
        # pictures, 2 of others.
        os.unlink(output + ".work")
        meta, image, _ = read(self.whole)
        digests, ones = json.loads(meta["sha256"]), np.full((4, 32), 0.5, np.float16)
        work = bank_files.Work(output + ".work", head, False)
        paths = pictures.find(self.data)[0]
        known = dict(zip(json.loads(meta["paths"]), digests))
        work.add(1, [{"sha256": known[path]} for path in paths[4:8]], ones.tobytes())
        work.add(2, [{"sha256": "0" * 64} for _ in range(4)], ones.tobytes())
        work.file.close()
        self.run_tool(*self.clip, "-o", output, "--resume")
        expected = image.copy()
        expected[4:8] = ones
        np.testing.assert_array_equal(read(output)[1], expected)

    def test_another_model_does_not_go_on(self):
        output = self.path("other.safetensors")
        self.kill_in_the_middle([*self.clip, "-o", output], output + ".work")
        other = [*self.clip, "-o", output, "--resume"]
        other[other.index("7")] = "8"
        self.assertIn("another 'model'", self.run_tool(*other, code=2).stderr)

    def test_preprocessing_is_that_of_open_clip(self):
        from open_clip.transform import PreprocessCfg, image_transform_v2
        for mode, fit in (("shortest", "crop"), ("squash", "squash"), ("longest", "pad")):
            for interpolation in ("bicubic", "bilinear"):
                config = PreprocessCfg(size=SIZE, resize_mode=mode, interpolation=interpolation)
                ours = pictures.Preprocessing((SIZE, SIZE), fit, interpolation, config.mean,
                                              config.std)
                for seed, size in enumerate([(32, 32), (33, 32), (31, 200), (97, 41), (8, 5)]):
                    image = picture(seed, *size)
                    theirs = image_transform_v2(config, is_train=False)(image).numpy()
                    np.testing.assert_array_equal(ours.prepare(image), theirs, f"{fit} {size}")

    def test_classes_from_a_file(self):
        with open(self.path("classes.txt"), "w") as file:
            file.write("cat\n\nbig dog\nno such thing\n")
        done = self.run_tool(*self.clip, "--classes", self.path("classes.txt"), "-o",
                             self.path("classes.safetensors"))
        self.assertIn("no class for the labels \u00e9l\u00e9phant", done.stderr)
        meta, _, text = read(self.path("classes.safetensors"))
        self.assertEqual(json.loads(meta["classes"]), ["cat", "big dog", "no such thing"])
        meta, _, whole = read(self.whole)
        self.assertEqual(json.loads(meta["classes"])[0], "big dog")
        self.assertLessEqual(np.abs(text[1].astype(float) - whole[0]).max(), STEP)

    def test_onnx_files_of_the_same_model(self):
        import open_clip
        open_clip.add_model_config(self.config)
        torch.manual_seed(7)
        model = open_clip.create_model("small-clip").eval()
        towers = {"image": (model.encode_image, torch.zeros(1, 3, SIZE, SIZE)),
                  "text": (model.encode_text, torch.zeros(1, 77, dtype=torch.int64))}

        class Tower(torch.nn.Module):
            def __init__(self, function):
                super().__init__()
                self.model, self.function = model, function

            def forward(self, x):
                return self.function(x)

        for name, (function, example) in towers.items():
            # Fused attention has no ONNX form.
            with torch.no_grad(), torch.nn.attention.sdpa_kernel(
                    torch.nn.attention.SDPBackend.MATH):
                torch.onnx.export(Tower(function), (example,), self.path(f"{name}.onnx"),
                                  output_names=[f"{name}_embeds"], verbose=False)
        output = self.path("onnx.safetensors")
        self.run_tool("--image-onnx", self.path("image.onnx"), "--text-onnx",
                      self.path("text.onnx"), "--tokenizer", "open_clip:ViT-B-32",
                      "--logit-scale", "14.2857", "--batch", "4", *self.clip[-4:], "-o", output)
        (meta1, image1, text1), (meta2, image2, text2) = read(output), read(self.whole)
        self.assertEqual(meta1["paths"], meta2["paths"])
        self.assertEqual(meta1["preprocessing"], meta2["preprocessing"])
        # Sums in another order, then at most one float16 step.
        self.assertLessEqual(np.abs(image1.astype(float) - image2).max(), STEP)
        self.assertLessEqual(np.abs(text1.astype(float) - text2).max(), STEP)
        # Not so near because all embeddings are.
        self.assertGreater(np.abs(image1.astype(float) - image2[::-1]).max(), 20 * STEP)

    def save_tokenizer(self, folder):
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast
        words = ["<pad>", "<s>", "</s>", "<unk>", "a", "photo", "of", "the", "cat", "big", "dog"]
        made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, "<unk>"))
        made.pre_tokenizer = pre_tokenizers.Whitespace()
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
        PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", bos_token="<s>",
                                eos_token="</s>", unk_token="<unk>").save_pretrained(folder)

    def test_models_of_transformers(self):
        import transformers
        text = dict(vocab_size=11, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                    num_attention_heads=2, max_position_embeddings=16)
        vision = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                      num_attention_heads=2, image_size=SIZE, patch_size=8)
        kinds = {
            "clip": (transformers.CLIPModel(transformers.CLIPConfig(
                text_config=dict(text, bos_token_id=1, eos_token_id=2, pad_token_id=0),
                vision_config=vision, projection_dim=24)),
                transformers.CLIPImageProcessor(
                    size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})),
            "siglip": (transformers.SiglipModel(transformers.SiglipConfig(
                text_config=dict(text, bos_token_id=1, eos_token_id=2, pad_token_id=0),
                vision_config=vision)),
                transformers.SiglipImageProcessor(size={"height": SIZE, "width": SIZE})),
        }
        for kind, (model, processor) in kinds.items():
            with self.subTest(kind):
                folder = self.path(kind)
                model.eval().save_pretrained(folder)
                processor.save_pretrained(folder)
                self.save_tokenizer(folder)
                output = self.path(f"{kind}.safetensors")
                self.run_tool("--transformers", folder, "--batch", "4", "-o", output)
                self.check_transformers(kind, model, processor, output)

    def check_transformers(self, kind, model, processor, output):
        import transformers
        meta, image, text = read(output)
        self.assertAlmostEqual(float(meta["logit_scale"]), model.logit_scale.detach().exp().item(),
                               places=4)
        paths = json.loads(meta["paths"])
        opened = [Image.open(f"{self.data}/{path}").convert("RGB") for path in paths]
        pixels = processor(opened, return_tensors="pt")["pixel_values"]
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.path(kind))
        prompts = [f"a photo of a {name}" for name in json.loads(meta["classes"])]
        tokens = tokenizer(prompts, padding="max_length" if kind == "siglip" else True, truncation=True,
                           max_length=16, return_tensors="pt")
        if kind == "siglip":
            tokens.pop("attention_mask", None)
        tokens.pop("token_type_ids", None)
        with torch.no_grad():
            both = model(pixel_values=pixels, **tokens)
        expected = both.image_embeds.numpy(), both.text_embeds.numpy()
        # transformers resizes with torchvision, which rounds pixels elsewhere than Pillow does.
        self.assertLess(np.abs(image.astype(float) - expected[0]).max(), 0.01)
        cosines = (image.astype(float) * expected[0]).sum(-1)
        self.assertGreater(cosines.min(), 0.9995)
        self.assertLessEqual(np.abs(text[:, 0].astype(float) - expected[1]).max(), STEP)

    def test_errors_say_what_to_do(self):
        empty = self.path("blocked")
        os.makedirs(empty, exist_ok=True)
        for module in ("open_clip", "transformers", "onnxruntime"):
            with open(f"{empty}/{module}.py", "w") as file:
                file.write("raise ImportError('not here')\n")
        output, environment = ["-o", self.path("never.safetensors")], {"PYTHONPATH": empty}
        onnx = ["--image-onnx", "a", "--text-onnx", "b", "--tokenizer", "c", "--logit-scale", "1"]
        for arguments, package in (
                (self.clip, "open_clip_torch"), (["--transformers", "x"], "transformers"),
                (onnx, "onnxruntime")):
            done = self.run_tool(*arguments, *output, code=2, environment=environment)
            self.assertIn(f"pip install {package}", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        for arguments, code, words in (
                (["--open-clip", "ViT-B-32"], 64, "--random-init"),
                (["--open-clip", "no-such", "--random-init", "1"], 2, "no-such"),
                (["--transformers", empty], 2, "cannot load"),
                (["--image-onnx", "a"], 64, "--text-onnx"),
                ([*self.clip, "--shard", "3/2"], 64, "3/2"),
                ([*self.clip, "--template", "a cat"], 64, "{}"),
                ([*self.clip, "--classes", "nowhere.txt"], 2, "nowhere.txt")):
            done = self.run_tool(*arguments, *output, code=code)
            self.assertIn(words, done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        self.assertFalse(os.path.exists(output[1]) or os.path.exists(output[1] + ".work"))

    def test_wrong_places_are_errors(self):
        done = self.run_tool(*self.clip, "-o", self.path("no/folder/x.safetensors"), code=2)
        self.assertIn("no/folder", done.stderr)
        os.makedirs(self.path("nothing"), exist_ok=True)
        done = subprocess.run([sys.executable, TOOL, self.path("nothing"), *self.clip, "-o", "x"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no JPEG or PNG", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: tools/test_embed_vlm.py SWIFTLET-TRAIN [unittest's arguments]")
    TRAIN = os.path.abspath(sys.argv.pop(1))
    unittest.main()

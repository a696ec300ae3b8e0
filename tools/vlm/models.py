# SPDX-License-Identifier: Apache-2.0
"""Vision-language models of three kinds, with the same four members:

name, preprocessing, logit_scale, notes (versions and digest of the weights);
images(float32 [n, 3, height, width]) and texts(list of str) give float32 rows.
"""
import hashlib
import os

from . import Problem, imported
from .pictures import Preprocessing

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def file_digest(path):
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


class TorchModel:
    """What both kinds of PyTorch model share."""

    def __init__(self, device, threads):
        self.torch = imported("torch", "torch")
        self.torch.use_deterministic_algorithms(True, warn_only=True)
        self.torch.backends.cuda.matmul.allow_tf32 = False
        self.torch.backends.cudnn.allow_tf32 = False
        self.torch.backends.cudnn.benchmark = False
        if threads:
            self.torch.set_num_threads(threads)
        if device == "cuda" and not self.torch.cuda.is_available():
            raise Problem("PyTorch sees no CUDA device; give --device cpu")
        self.device = device

    def weights_digest(self, model):
        """SHA-256 of all weights, in the order of their names."""
        sha256 = hashlib.sha256()
        for name, tensor in sorted(model.state_dict().items()):
            sha256.update(name.encode())
            sha256.update(tensor.cpu().contiguous().reshape(-1).view(self.torch.uint8)
                          .numpy().tobytes())
        return sha256.hexdigest()

    def run(self, function, value):
        with self.torch.inference_mode():
            return function(value).float().cpu().numpy()


class OpenCLIP(TorchModel):
    def __init__(self, options):
        open_clip = imported("open_clip", "open_clip_torch")
        super().__init__(options.device, options.threads)
        name = options.open_clip
        if name.endswith(".json"):
            open_clip.add_model_config(name)
            name = os.path.splitext(os.path.basename(name))[0]
        self.torch.manual_seed(options.random_init or 0)
        # Models of OpenAI have an activation that open_clip's configurations of the same name have
        # not; with the wrong one, embeddings are wrong.
        tag = open_clip.get_pretrained_cfg(name, options.pretrained) if options.pretrained else None
        quick = bool(tag and tag.get("quick_gelu"))
        config = open_clip.get_model_config(name)
        if config is None:
            raise Problem(f"open_clip has no model '{name}'; python -m open_clip.list or a file "
                          "ending in .json names one")
        if tag and config.get("quick_gelu") and not quick:
            raise Problem(f"'{name}' has another activation (quick GELU) than the weights "
                          f"'{options.pretrained}'; name the model without -quickgelu")
        try:
            model = open_clip.create_model(name, pretrained=options.pretrained,
                                           force_quick_gelu=quick, device=options.device,
                                           pretrained_image=False, pretrained_hf=False)
        # Any of the network's, the file's and PyTorch's errors.
        except Exception as error:
            raise Problem(f"open_clip cannot make '{name}' ({str(error).splitlines()[0]}); check "
                          "the name, or give weights as a file: --pretrained FILE") from error
        self.model = model.eval()
        self.tokenizer = open_clip.get_tokenizer(name)
        source = options.pretrained or f"random weights, seed {options.random_init}"
        self.name = f"open_clip {name} ({os.path.basename(source)})"
        self.notes = f"open_clip {open_clip.__version__}, weights {self.weights_digest(model)}"
        self.logit_scale = float(model.logit_scale.detach().exp())
        self.preprocessing = self._preprocessing(model.visual.preprocess_cfg)

    @staticmethod
    def _preprocessing(config):
        size = config["size"]
        size = (size, size) if isinstance(size, int) else tuple(size)
        fit = {"shortest": "crop", "squash": "squash", "longest": "pad"}[config["resize_mode"]]
        if fit == "crop" and size[0] != size[1]:
            raise Problem(f"the model crops pictures to {size}, which is no square; this program "
                          "does not know that")
        return Preprocessing(
            size=size, fit=fit, interpolation=config["interpolation"],
            mean=config["mean"], std=config["std"])

    def images(self, pixels):
        value = self.torch.from_numpy(pixels).to(self.device)
        return self.run(self.model.encode_image, value)

    def texts(self, prompts):
        return self.run(self.model.encode_text, self.tokenizer(prompts).to(self.device))


class Transformers(TorchModel):
    def __init__(self, options):
        transformers = imported("transformers", "transformers")
        super().__init__(options.device, options.threads)
        name = options.transformers
        try:
            model = transformers.AutoModel.from_pretrained(name, dtype=self.torch.float32)
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(name)
            processor = transformers.AutoImageProcessor.from_pretrained(name)
        except (OSError, ValueError, ImportError) as error:
            raise Problem(f"transformers cannot load '{name}' ({str(error).splitlines()[0]}); give "
                          "a model's name or its folder") from error
        if not hasattr(model, "get_image_features") or not hasattr(model, "logit_scale"):
            raise Problem(f"'{name}' is a {type(model).__name__}, which does not give embeddings of "
                          "pictures and texts; name a CLIP or SigLIP model")
        self.model = model.eval().to(options.device)
        short = os.path.basename(os.path.normpath(name)) if os.path.isdir(name) else name
        self.name = f"transformers {short}"
        self.notes = (f"transformers {transformers.__version__}, "
                      f"weights {self.weights_digest(model)}")
        self.logit_scale = float(model.logit_scale.detach().exp())
        # SigLIP was trained with texts of full length, whose padding is attended to.
        is_siglip = model.config.model_type.startswith("siglip")
        self.padding = "max_length" if is_siglip else True
        self.inputs = ("input_ids",) if is_siglip else ("input_ids", "attention_mask")
        self.length = model.config.text_config.max_position_embeddings
        self.preprocessing = self._preprocessing(processor, name)

    @staticmethod
    def _preprocessing(processor, name):
        size = dict(getattr(processor, "size", None) or {})
        size = {key: value for key, value in size.items() if value is not None}
        crop = getattr(processor, "crop_size", None)
        filters = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
        fields = dict(interpolation=filters.get(int(processor.resample)),
                      mean=processor.image_mean, std=processor.image_std, rounds_down=True)
        if "height" in size:
            return Preprocessing(size=(size["height"], size["width"]), fit="squash", **fields)
        side = size.get("shortest_edge")
        crop = dict(crop) if crop else {}
        if side is None or (crop.get("height"), crop.get("width")) != (side, side):
            raise Problem(f"'{name}' resizes pictures to {size} and crops them to {crop}, which "
                          "this program does not know; use --image-onnx")
        return Preprocessing(size=(side, side), fit="crop", **fields)

    @staticmethod
    def _rows(output):
        """Newer versions give an object."""
        return getattr(output, "pooler_output", output)

    def images(self, pixels):
        value = self.torch.from_numpy(pixels).to(self.device)
        return self.run(lambda x: self._rows(self.model.get_image_features(pixel_values=x)), value)

    def texts(self, prompts):
        tokens = self.tokenizer(prompts, padding=self.padding, truncation=True,
                                max_length=self.length, return_tensors="pt")
        tokens = {key: tokens[key].to(self.device) for key in self.inputs if key in tokens}
        return self.run(lambda x: self._rows(self.model.get_text_features(**x)), tokens)


class ONNXPair:
    """Two ONNX files, one for pictures and one for texts."""

    def __init__(self, options):
        runtime = imported("onnxruntime", "onnxruntime")
        self.image, self.text = (self._session(runtime, path, options)
                                 for path in (options.image_onnx, options.text_onnx))
        self.name = options.name or os.path.basename(options.image_onnx)
        digests = [file_digest(path) for path in (options.image_onnx, options.text_onnx)]
        self.notes = f"onnxruntime {runtime.__version__}, files {digests[0]} and {digests[1]}"
        self.logit_scale = options.logit_scale
        self.preprocessing = Preprocessing(
            size=self._size(options), fit=options.fit, interpolation=options.interpolation,
            mean=options.mean, std=options.std)
        self.tokenize = self._tokenizer(options.tokenizer, options.context_length)

    @staticmethod
    def _session(runtime, path, options):
        settings = runtime.SessionOptions()
        settings.use_deterministic_compute = True
        settings.intra_op_num_threads = options.threads or 0
        providers = ["CPUExecutionProvider"]
        if options.device == "cuda":
            if "CUDAExecutionProvider" not in runtime.get_available_providers():
                raise Problem("ONNX Runtime has no CUDA here; install it: pip install "
                              "onnxruntime-gpu, or give --device cpu")
            providers.insert(0, "CUDAExecutionProvider")
        try:
            return runtime.InferenceSession(path, settings, providers=providers)
        except Exception as error:
            raise Problem(f"{path}: ONNX Runtime cannot load it "
                          f"({str(error).splitlines()[0]})") from error

    def _size(self, options):
        shape = self.image.get_inputs()[0].shape
        if len(shape) != 4 or shape[1] not in (3, None) and not isinstance(shape[1], str):
            raise Problem(f"{options.image_onnx}: its input is {shape}, it should be N x 3 x "
                          "height x width")
        sides = [side if isinstance(side, int) else options.size for side in shape[2:]]
        if None in sides:
            raise Problem(f"{options.image_onnx}: its input has no fixed size; give --size")
        if options.fit == "crop" and sides[0] != sides[1]:
            raise Problem("--fit crop needs a square input; give --fit squash or pad")
        return tuple(sides)

    def _tokenizer(self, name, length):
        """Prompts to the inputs of the text model, by their names."""
        import numpy as np
        types = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
        inputs = {value.name: types.get(value.type) for value in self.text.get_inputs()}
        sides = [value.shape[-1] for value in self.text.get_inputs() if len(value.shape) == 2]
        length = length or next((side for side in sides if isinstance(side, int)), 77)
        if name.startswith("open_clip:"):
            open_clip = imported("open_clip", "open_clip_torch")
            tokenizer = open_clip.get_tokenizer(name.removeprefix("open_clip:"))

            def encode(prompts):
                tokens = tokenizer(prompts, context_length=length).numpy()
                return {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        else:
            transformers = imported("transformers", "transformers")
            try:
                if os.path.isfile(name):
                    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=name)
                    tokenizer.pad_token = tokenizer.pad_token or "<|endoftext|>"
                else:
                    tokenizer = transformers.AutoTokenizer.from_pretrained(name)
            except Exception as error:
                raise Problem(f"'{name}' gives no tokenizer ({str(error).splitlines()[0]}); give a "
                              "model's name, a folder, a tokenizer.json or open_clip:MODEL"
                              ) from error

            def encode(prompts):
                return dict(tokenizer(prompts, padding="max_length", truncation=True,
                                      max_length=length, return_tensors="np"))

        def tokenize(prompts):
            found = encode(prompts)
            if len(inputs) == 1:
                found = {next(iter(inputs)): found["input_ids"]}
            missing = set(inputs) - set(found)
            if missing:
                raise Problem(f"the text model wants {sorted(missing)}, which the tokenizer does "
                              "not give")
            return {key: found[key].astype(inputs[key] or found[key].dtype) for key in inputs}

        return tokenize

    @staticmethod
    def _run(session, feeds, preferred):
        """The output of that name, else the only one, in portions where the batch is fixed."""
        import numpy as np
        names = [output.name for output in session.get_outputs()]
        name = preferred if preferred in names else names[0]
        if name != preferred and len(names) > 1:
            raise Problem(f"the ONNX model has the outputs {names}; export it with one of them, "
                          f"or name it '{preferred}'")
        first = next(iter(feeds.values()))
        portion = session.get_inputs()[0].shape[0]
        portion = portion if isinstance(portion, int) else len(first)
        rows = []
        for start in range(0, len(first), portion):
            part = {key: value[start:start + portion] for key, value in feeds.items()}
            count = len(next(iter(part.values())))
            part = {key: np.concatenate([value, np.repeat(value[:1], portion - count, 0)])
                    for key, value in part.items()}
            rows.append(session.run([name], part)[0][:count])
        rows = np.concatenate(rows)
        if rows.ndim != 2:
            raise Problem(f"the output '{name}' has the shape {rows.shape}, it should be one row a "
                          "picture or prompt")
        return rows.astype(np.float32)

    def images(self, pixels):
        return self._run(self.image, {self.image.get_inputs()[0].name: pixels}, "image_embeds")

    def texts(self, prompts):
        return self._run(self.text, self.tokenize(prompts), "text_embeds")

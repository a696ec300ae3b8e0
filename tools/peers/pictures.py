# SPDX-License-Identifier: Apache-2.0
"""The same pixels for all engines: pictures cropped to the input's size once and kept as PNG files,
so that the resizing of no engine counts for or against it."""
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

SIZE = 224
SHORTER_SIDE = 256
# Every so many-th picture calibrates, the others measure agreement.
CALIBRATION_STEP = 5
KINDS = {".jpg", ".jpeg", ".png"}


@dataclass
class PictureSet:
    folder: Path
    digest: str

    def paths(self, part):
        return sorted((self.folder / part).glob("*.png"))

    def jpeg(self):
        """One of the pictures as a JPEG file."""
        from PIL import Image

        path = self.folder / "first.jpg"
        if not path.exists():
            Image.open(self.paths("evaluation")[0]).save(path, quality=90)
        return path

    def bytes(self, part):
        """RGB bytes NHWC."""
        import numpy as np
        from PIL import Image

        return np.stack([np.asarray(Image.open(path)) for path in self.paths(part)])


def cropped(path):
    from PIL import Image

    picture = Image.open(path).convert("RGB")
    scale = SHORTER_SIDE / min(picture.size)
    size = [max(SHORTER_SIDE, round(length * scale)) for length in picture.size]
    picture = picture.resize(size, Image.Resampling.BILINEAR)
    left, top = ((length - SIZE) // 2 for length in picture.size)
    return picture.crop((left, top, left + SIZE, top + SIZE))


def prepare(folder, cache):
    """The set of a folder's pictures; made on the first call. Raises ValueError for too few."""
    sources = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in KINDS)
    if len(sources) < 2 * CALIBRATION_STEP:
        raise ValueError(f"{folder} has {len(sources)} pictures; some hundred are needed")
    names = "\n".join(f"{path.name} {path.stat().st_size}" for path in sources)
    digest = hashlib.sha256(names.encode()).hexdigest()[:12]
    target = cache / "pictures" / digest
    if not target.exists():
        pending = target.with_suffix(".pending")
        shutil.rmtree(pending, ignore_errors=True)
        for index, source in enumerate(sources):
            part = "evaluation" if index % CALIBRATION_STEP else "calibration"
            (pending / part).mkdir(parents=True, exist_ok=True)
            cropped(source).save(pending / part / f"{index:05}.png", compress_level=1)
        pending.rename(target)
    return PictureSet(target, digest)

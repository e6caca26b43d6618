"""The folder of an exported model: written whole, and verified when it is read."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text, write_whole
from viewcache.ground.manifests import digest_of_file
from viewcache.heads.dense import Dense
from viewcache.images.decoding import DecodingPolicy

DESCRIPTION, HEAD, BASE, EXAMPLE = "model.json", "head.npz", "base", "example.png"


@dataclass(frozen=True)
class Description:
    """What a model is, besides its weights.

    Attributes:
        classes: Their names, in the order of the probabilities.
        decoding: How the bytes of an image become pixels.
        dtype: Of the features that the head was trained on.
        trained: How: arm, views, epochs, seed, number of images, digests of what was read; and
            the sentence of the recommendation.
        versions: Of the packages that trained the head and run the model, by name.
    """

    classes: list[str]
    decoding: DecodingPolicy
    dtype: str
    trained: Mapping[str, Any]
    versions: Mapping[str, str]


def write_model(
    folder: Path, description: Description, head: Sequence[Dense], base: Path, example: np.ndarray
) -> None:
    """Write a model whole.

    Args:
        head: As `probabilities` takes it.
        base: Folder of the compiled base, which is copied.
        example: An image that the model takes, to try it on: uint8, shape (side, side, 3).
    """
    with scratch(folder) as unfinished:
        shutil.copytree(base, unfinished / BASE)
        write_whole(unfinished / HEAD, lambda file: np.savez(file, *(p for d in head for p in d)))
        _write_example(unfinished / EXAMPLE, example, description.decoding.min_size)
        paths = sorted(path for path in unfinished.rglob("*") if path.is_file())
        files = {path.relative_to(unfinished).as_posix(): digest_of_file(path) for path in paths}
        text = json.dumps(asdict(description) | {"files": files}, indent=2, ensure_ascii=False)
        write_text(unfinished / DESCRIPTION, text + "\n")
        replace_folder(folder, unfinished)


def read_model(folder: Path) -> tuple[Description, list[Dense]]:
    """The description and the head of a model, once all its files are known to be those written.

    Raises:
        PipelineError: a file is missing or damaged.
    """
    file = folder / DESCRIPTION
    try:
        content = json.loads(file.read_bytes())
        files = content.pop("files")
        received = {name: digest_of_file(folder / name) for name in files}
        description = Description(**content | {"decoding": DecodingPolicy(**content["decoding"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        rule = f"{file} must describe a model: `dvc repro` exports one, `dvc pull` fetches it"
        raise PipelineError(rule, repr(error)) from error
    if received != files:
        rule = f"{folder} is damaged: `make repair` exports it again; it must hold"
        raise PipelineError(f"{rule} {files}", received)
    with np.load(folder / HEAD, allow_pickle=False) as arrays:
        parts = [arrays[name] for name in arrays.files]
    return description, [Dense(*layer) for layer in zip(parts[::2], parts[1::2], strict=True)]


def _write_example(path: Path, pixels: np.ndarray, min_size: int) -> None:
    side = max(len(pixels), min_size)
    picture = Image.fromarray(pixels).resize((side, side))
    write_whole(path, lambda file: picture.save(file, "PNG"))

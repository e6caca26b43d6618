"""The folder of an exported model: written whole, and verified when it is read."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text, write_whole
from viewcache.ground.manifests import digest_of_file
from viewcache.heads.dense import Dense
from viewcache.images.decoding import DecodingPolicy

if TYPE_CHECKING:
    from viewcache.ground.quiet_tensorflow import keras

DESCRIPTION, HEAD, BASE, EXAMPLE = "model.json", "head.npz", "base", "example.png"
UPPER, WEIGHTS = "upper", "upper/weights.npz"
"""The layers above a cut, for OpenVINO, and their weights, for Keras; where there is none, none."""


@dataclass(frozen=True)
class Description:
    """What a model is, besides its weights.

    Attributes:
        classes: Their names, in the order of the probabilities.
        decoding: How the bytes of an image become pixels.
        seed, augment: Of random views: what they are drawn from, as `params.yaml` has it.
        dtype: Of the features that the head was trained on.
        trained: How: arm, views, epochs, seed, number of images, digests of what was read; and
            the sentence of the recommendation.
        versions: Of the packages that trained the head and run the model, by name.
    """

    classes: list[str]
    decoding: DecodingPolicy
    seed: int
    augment: Mapping[str, Any]
    dtype: str
    trained: Mapping[str, Any]
    versions: Mapping[str, str]


def write_model(
    folder: Path,
    description: Description,
    head: Sequence[Dense],
    base: Path,
    example: np.ndarray,
    upper: "keras.Model | None" = None,
) -> None:
    """Write a model whole.

    Args:
        head: Its dense layers, the last with an output for every class.
        base: Folder of the compiled base, which is copied.
        example: An image that the model takes, to try it on: uint8, shape (side, side, 3).
        upper: Its layers above a cut, as they were trained.
    """
    with scratch(folder) as unfinished:
        shutil.copytree(base, unfinished / BASE)
        write_whole(unfinished / HEAD, lambda file: np.savez(file, *(p for d in head for p in d)))
        if upper is not None:
            _write_upper(unfinished, upper)
        _write_example(unfinished / EXAMPLE, example, description.decoding.min_size)
        paths = sorted(path for path in unfinished.rglob("*") if path.is_file())
        files = {path.relative_to(unfinished).as_posix(): digest_of_file(path) for path in paths}
        text = json.dumps(asdict(description) | {"files": files}, indent=2, ensure_ascii=False)
        write_text(unfinished / DESCRIPTION, text + "\n")
        replace_folder(folder, unfinished)


def read_model(folder: Path) -> tuple[Description, list[Dense]]:
    """The description and the dense layers of a model, once its files are those written.

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
    parts = read_arrays(folder / HEAD)
    return description, [Dense(*layer) for layer in zip(parts[::2], parts[1::2], strict=True)]


def read_arrays(path: Path) -> list[np.ndarray]:
    """Weights, in the order in which they were written."""
    with np.load(path, allow_pickle=False) as arrays:
        return [arrays[name] for name in arrays.files]


def _write_upper(folder: Path, upper: "keras.Model") -> None:
    # Here, since a model is read without TensorFlow, and one on TensorFlow without OpenVINO.
    from viewcache.bases.converting import convert_to_openvino
    from viewcache.bases.openvino_base import FILES

    (folder / UPPER).mkdir()
    convert_to_openvino(upper, folder / UPPER / FILES["float32"])
    write_whole(folder / WEIGHTS, lambda file: np.savez(file, *upper.get_weights()))


def _write_example(path: Path, pixels: np.ndarray, min_size: int) -> None:
    side = max(len(pixels), min_size)
    picture = Image.fromarray(pixels).resize((side, side))
    write_whole(path, lambda file: picture.save(file, "PNG"))

"""Compiled bases, kept for all repositories of a user: taking one does not import TensorFlow.

A base is kept in a folder that is named by all that its files are a function of, as it is known
without Keras: its specification, its weights, this code, versions of packages and the processor.
"""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from viewcache.bases.original import Original
from viewcache.bases.pins import LOCK, check_pin
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import file_digest, scratch, write_text, write_whole
from viewcache.ground.machine import machine
from viewcache.ground.manifests import digest_of_digests, digest_of_file
from viewcache.ground.params.base_settings import BaseSpec
from viewcache.ground.params.catalogue import WITHOUT_DOWNLOAD
from viewcache.ground.paths import running_stage

CODE = Path(__file__).parents[1]
ABOUT, FEATURES, DIGESTS = "original.json", "features.npy", "digests.json"


def kept_original(spec: BaseSpec) -> Original | None:
    """A base that was compiled before; None where there is none, or it was damaged and is removed.

    It saves the files that were compiled, and gives the features that they were held to, whatever
    the images.

    Raises:
        PipelineError: the weights differ from their pins.
    """
    folder = _folder(spec)
    if folder is None:
        return None
    try:
        if json.loads((folder / DIGESTS).read_bytes()) != _digests(folder):
            raise ValueError(f"{folder} is damaged")
        about = json.loads((folder / ABOUT).read_bytes())
        features = np.load(folder / FEATURES, allow_pickle=False)
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    for name, digest in about["pins"].items():
        check_pin(LOCK, name, digest)
    save = partial(_copy, folder / "base.xml")
    return Original(save=save, run=lambda images: features, **about)


def keep(spec: BaseSpec, network: Path, original: Original, features: np.ndarray) -> None:
    """Keep what a stage compiled, if there is a place for it; a stage's bytes are always the same.

    Args:
        network: OpenVINO's file, in float32.
        features: Of the images that the compiled base was tried with.
    """
    folder = _folder(spec)
    if folder is None or not running_stage():
        return
    about = {"made_of": original.made_of, "run_by": original.run_by, "pins": original.pins}
    # A home may be full or read-only: the next repository compiles again.
    with suppress(OSError, PipelineError):
        if folder.exists():
            return
        with scratch(folder) as unfinished:
            _copy(network, unfinished / "base.xml")
            write_whole(unfinished / FEATURES, partial(np.save, arr=features, allow_pickle=False))
            write_text(unfinished / ABOUT, json.dumps(about, indent=2) + "\n")
            write_text(unfinished / DIGESTS, json.dumps(_digests(unfinished), indent=2) + "\n")
            for file in unfinished.iterdir():
                file.chmod(0o444)
            unfinished.rename(folder)


def _folder(spec: BaseSpec) -> Path | None:
    """Where a base is kept; None where the user has no home, Keras would download the weights, or
    OpenVINO opens the base without Keras."""
    known = spec.files or spec.weights == "random" or spec.name in WITHOUT_DOWNLOAD
    caches = _caches()
    if not (spec.in_keras and known and caches):
        return None
    here, code = machine(), sorted([*CODE.glob("bases/*.py"), *CODE.glob("ground/**/*.py")])
    function_of = {
        "spec": spec.described,
        "files": [file_digest(file) for file in spec.files],
        "code": digest_of_digests(map(digest_of_file, code)),
        **{name: here[name] for name in ("processor", "system", "versions")},
    }
    key = hashlib.sha256(json.dumps(function_of, sort_keys=True).encode()).hexdigest()
    return caches / "viewcache/bases" / key


def _caches() -> Path | None:
    """The user's folder of caches, as the XDG Base Directory Specification has it."""
    stated = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        return stated if stated.is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None


def _digests(folder: Path) -> dict[str, str]:
    return {f.name: digest_of_file(f) for f in sorted(folder.iterdir()) if f.name != DIGESTS}


def _copy(network: Path, target: Path) -> None:
    for suffix in (".xml", ".bin"):
        shutil.copyfile(network.with_suffix(suffix), target.with_suffix(suffix))

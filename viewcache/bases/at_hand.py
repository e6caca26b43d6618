"""Which networks of `keras.applications` have their weights in Keras' cache; without Keras."""

import os
import re
from pathlib import Path

from viewcache.ground.params.catalogue import DEFAULT_SIDES

PACKAGED = "efficientnet_lite0"
"""The network whose weights come with a package."""


def weights_folder() -> Path:
    """Where Keras puts what it downloads."""
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "models"


def networks_at_hand() -> list[str]:
    """Names of networks whose ImageNet weights, without their classifier, need no download."""
    files = (file.stem for file in sorted(weights_folder().glob("*no*top*.h5")))
    return list(dict.fromkeys(name for file in files for name in _network(file)))


def _network(file: str) -> list[str]:
    """The one that a file is named after: `resnet50v2_weights_...` holds two names."""
    plain = _plain(file)
    found = [name for name in DEFAULT_SIDES if _plain(name) in plain]
    return sorted(found, key=len)[-1:]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

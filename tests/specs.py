"""Specifications of bases that tests share."""

from viewcache.ground.params.base_settings import BaseSpec


def spec(name="efficientnet_lite0", side=64, **changes):
    """A base with ImageNet weights and average pooling, but for what is changed."""
    settings = {"weights": "imagenet", "preprocessing": "own", "layers": [], "pooling": "avg"}
    return BaseSpec(name=name, side=side, **settings | changes)


def random(base, side=32, **changes):
    return spec(base, side, weights="random", **changes)


def model_file(path, side=32, **changes):
    return spec(str(path), side, **{"weights": None, "preprocessing": "none"} | changes)

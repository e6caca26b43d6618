"""What an output may be, to become a vector for each image."""

from collections.abc import Sequence

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.base_settings import BaseSpec

OF_TOKENS = ("cls", "cls_and_avg")


def refuse_shape(spec: BaseSpec, shape: Sequence[int | None]) -> None:
    """Raise a `PipelineError` where an output of this shape cannot be pooled as stated."""
    is_map = len(shape) == 4 and spec.pooling not in OF_TOKENS
    if not is_map and len(shape) not in (2, 3):
        raise PipelineError(
            f"{spec.name} must give a map, tokens or a vector for each image, and cls and "
            f"cls_and_avg (base.pooling) are of tokens: base.layers takes other layers",
            f"an output of shape {tuple(shape)}, {spec.pooling}",
        )

"""Where a classification network ends in its classifier, which is no part of a base."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from viewcache.ground.errors import PipelineError

NARROW = 100
OF_IMAGENET = (1000, 1001, 21841, 21843)
"""Numbers of classes: up to the first, a dense layer is taken for a classifier's; or these."""
LAST = 8
"""Layers that a message lists."""


@dataclass
class Ending:
    """The last layers of a network, from its output on, as far as they may be a classifier's.

    Attributes:
        layers: Their names, the last one first.
        gives_probabilities: Whether one of them is a softmax or a sigmoid.
        width: Of what the last dense layer gives; None: there is no such layer.
    """

    layers: list[str] = field(default_factory=list)
    gives_probabilities: bool = False
    width: int | None = None


def is_classifier(network: str, ending: Ending, names: Sequence[str]) -> bool:
    """Whether the ending of a network must be left out.

    Args:
        network: Its name.
        names: Of its layers.

    Raises:
        PipelineError: that cannot be told; the last layers are listed.
    """
    if not ending.gives_probabilities and ending.width is None:
        return False
    is_narrow = ending.width is not None and (ending.width <= NARROW or ending.width in OF_IMAGENET)
    if ending.width is not None and (ending.gives_probabilities or is_narrow):
        return True
    rule = "must be cut by base.layers, or taken as it is by the name of its last layer there"
    raise PipelineError(
        f"{network} {rule}: whether it ends in a classifier cannot be told; its last layers: "
        f"{', '.join(names[-LAST:])}",
        f"{names[-1]}" + (f", of {ending.width} outputs" if ending.width else ""),
    )

"""The augmentation policy: what may vary from one view of an image to the next."""

from typing import Annotated

from pydantic import Field

from viewcache.ground.params.section import Section

Probability = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, lt=1)]


class Policy(Section):
    """Ranges to draw a view's parameters from, in the terms of Keras' preprocessing layers.

    Everything is drawn uniformly and independently; by default nothing varies. Pixels that come
    from outside the image repeat its edge (`fill_mode="nearest"`, the default of Keras'
    `ImageDataGenerator`).

    Attributes:
        horizontal_flip: Probability of mirroring left and right.
        vertical_flip: Probability of mirroring top and bottom.
        quarter_turns: Whether to turn by 0, 90, 180 or 270 degrees.
        rotation_degrees: Largest rotation to either side, in degrees.
        shift: Largest shift in each direction, as a fraction of the side.
        zoom: Largest enlargement or reduction, as a fraction; the aspect is kept.
        shear: Largest horizontal shear factor, as in `keras.layers.RandomShear(x_factor)`.
        brightness: Largest change of brightness, as a fraction of the value range 0..255.
        contrast: Largest relative change of the distance to the mean of the image's channel.
    """

    horizontal_flip: Probability = 0
    vertical_flip: Probability = 0
    quarter_turns: bool = False
    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 0
    shift: Factor = 0
    zoom: Factor = 0
    shear: Factor = 0
    brightness: Factor = 0
    contrast: Factor = 0

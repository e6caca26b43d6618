"""The augmentation policy: what may vary from one view of an image to the next.

Ranges alone: what they mean is in `viewcache.views`, where each belongs to one operation. They
stand here since every stage validates them, and few stages render.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from viewcache.ground.params.section import Section

Probability = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, lt=1)]

PRESETS: dict[str, dict[str, Any]] = {
    "none": {},
    "gentle": {
        "horizontal_flip": 0.5,
        "shift": 0.05,
        "zoom": 0.05,
        "brightness": 0.1,
        "contrast": 0.1,
    },
    "standard": {
        "horizontal_flip": 0.5,
        "rotation_degrees": 15,
        "crop_area": 0.5,
        "brightness": 0.2,
        "contrast": 0.2,
        "saturation": 0.2,
    },
    "strong": {
        "horizontal_flip": 0.5,
        "crop_area": 0.2,
        "brightness": 0.4,
        "contrast": 0.4,
        "saturation": 0.4,
        "hue": 0.1,
        "grey": 0.2,
        "blur": 1.5,
        "erasing": 0.25,
    },
}


class Policy(Section):
    """Ranges to draw a view's parameters from; by default nothing varies.

    Everything is drawn uniformly and independently. Pixels that come from outside the image repeat
    its edge (`fill_mode="nearest"`, the default of Keras' `ImageDataGenerator`).

    Attributes:
        preset: Gives its value to every parameter that is left out or null.
        horizontal_flip: Probability of mirroring left and right.
        vertical_flip: Probability of mirroring top and bottom.
        quarter_turns: Whether to turn by 0, 90, 180 or 270 degrees.
        rotation_degrees: Largest rotation to either side, in degrees.
        shift: Largest shift in each direction, as a fraction of the side.
        zoom: Largest enlargement or reduction, as a fraction; the aspect is kept.
        shear: Largest horizontal shear factor.
        crop_area: Smallest area of a random crop, as a fraction of the image's.
        crop_aspect: Largest ratio of a random crop's longer side to the shorter one.
        brightness: Largest change of brightness, as a fraction of the value range 0..255.
        contrast: Largest relative change of the distance to the mean of the image's channel.
        saturation: Largest relative change of the saturation.
        hue: Largest change of the hue, as a fraction of the circle of colours.
        grey: Probability of losing all colour.
        blur: Largest standard deviation of a Gaussian blur, in pixels of the view.
        noise: Largest standard deviation of Gaussian noise, as a fraction of the value range.
        jpeg_quality: Lowest quality of a JPEG that the view is stored as.
        erasing: Probability of a black rectangle.
        erasing_area: Its largest area, as a fraction of the image's.
        own: A function of yours, `FILE.py:FUNCTION` in the folder `augmentations`.
    """

    preset: Literal["none", "gentle", "standard", "strong"] = "none"
    horizontal_flip: Probability = 0
    vertical_flip: Probability = 0
    quarter_turns: bool = False
    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 0
    shift: Factor = 0
    zoom: Factor = 0
    shear: Factor = 0
    crop_area: Annotated[float, Field(gt=0, le=1)] = 1
    crop_aspect: Annotated[float, Field(ge=1, le=10)] = 1.33
    brightness: Factor = 0
    contrast: Factor = 0
    saturation: Factor = 0
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0
    grey: Probability = 0
    blur: Annotated[float, Field(ge=0, le=20)] = 0
    noise: Factor = 0
    jpeg_quality: Annotated[int, Field(ge=1, le=100)] = 100
    erasing: Probability = 0
    erasing_area: Annotated[float, Field(ge=0.02, le=1)] = 0.33
    own: Annotated[str, Field(pattern=r"^\w+\.py:[A-Za-z_]\w*$", max_length=64)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_from_the_preset(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        stated = {name: value for name, value in given.items() if value is not None}
        preset = stated.get("preset")
        return (PRESETS.get(preset, {}) if isinstance(preset, str) else {}) | stated

    @property
    def varied(self) -> dict[str, Any]:
        """From each parameter that is not at its default to its value, but for the preset."""
        fields = type(self).model_fields
        return {
            name: value
            for name, value in self
            if name != "preset" and value != fields[name].default
        }

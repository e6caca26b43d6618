"""Policies that tests share."""

from viewcache.ground.params.policy import Policy

EVERYTHING = Policy(
    horizontal_flip=0.6,
    vertical_flip=0.3,
    quarter_turns=True,
    rotation_degrees=20.0,
    shift=0.1,
    zoom=0.25,
    shear=0.15,
    brightness=0.2,
    contrast=0.3,
)
"""The operations of version 0.1."""
ALL = Policy(
    **EVERYTHING.varied,
    crop_area=0.3,
    saturation=0.4,
    hue=0.2,
    grey=0.4,
    blur=2.0,
    noise=0.1,
    jpeg_quality=30,
    erasing=0.5,
)
"""And all that came later, but for the user's own."""
